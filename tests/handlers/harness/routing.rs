//! From a function's name to its handler, wired as its `main.rs` wires it.

use coaching::service::{
    Accounts, BehaviorService, CoachService, ConsultationAiService, MealService, PromptHistory, ReportService,
};
use lambda_http::{Body, Request, Response};

use super::Deployment;

pub async fn dispatch(deployment: &Deployment, function: &str, event: Request) -> Response<Body> {
    let Deployment { api, ports, config, .. } = deployment;
    match function {
        "complete-consultation" => {
            let service = ConsultationAiService::new(ports, config);
            api.respond(event, |request| complete_consultation::handle(&service, request)).await
        }
        "delete-meal" => {
            let service = MealService::new(ports);
            api.respond(event, |request| delete_meal::handle(&service, request)).await
        }
        "get-behavior" => {
            let service = BehaviorService::new(ports, config);
            api.respond(event, |request| get_behavior::handle(&service, request)).await
        }
        "get-consultation" => {
            let service = ConsultationAiService::new(ports, config);
            api.respond(event, |request| get_consultation::handle(&service, request)).await
        }
        "get-profile" => {
            let service = Accounts::new(ports);
            api.respond(event, |request| get_profile::handle(&service, request)).await
        }
        "get-report" => {
            let service = ReportService::new(ports, config);
            api.respond(event, |request| get_report::handle(&service, request)).await
        }
        "list-coach-messages" => {
            let service = CoachService::new(ports, config);
            api.respond(event, |request| list_coach_messages::handle(&service, request)).await
        }
        "list-meals" => {
            let service = MealService::new(ports);
            api.respond(event, |request| list_meals::handle(&service, request)).await
        }
        "list-prompts" => {
            let service = PromptHistory::new(ports, config);
            api.respond(event, |request| list_prompts::handle(&service, request)).await
        }
        "log-meal" => {
            let service = MealService::new(ports);
            api.respond(event, |request| log_meal::handle(&service, request)).await
        }
        "regenerate-prompt" => {
            let service = PromptHistory::new(ports, config);
            api.respond(event, |request| regenerate_prompt::handle(&service, request)).await
        }
        "send-coach-message" => {
            let service = CoachService::new(ports, config);
            api.respond(event, |request| send_coach_message::handle(&service, config.http.max_message_chars, request))
                .await
        }
        "send-consultation-message" => {
            let service = ConsultationAiService::new(ports, config);
            api.respond(event, |request| {
                send_consultation_message::handle(&service, config.http.max_message_chars, request)
            })
            .await
        }
        "set-consultation-access" => {
            let service = Accounts::new(ports);
            api.respond(event, |request| set_consultation_access::handle(&service, request)).await
        }
        "sign-up" => {
            let service = Accounts::new(ports);
            api.respond(event, |request| sign_up::handle(&service, request)).await
        }
        "start-consultation" => {
            let service = ConsultationAiService::new(ports, config);
            api.respond(event, |request| start_consultation::handle(&service, request)).await
        }
        "update-meal" => {
            let service = MealService::new(ports);
            api.respond(event, |request| update_meal::handle(&service, request)).await
        }
        "update-profile" => {
            let service = Accounts::new(ports);
            api.respond(event, |request| update_profile::handle(&service, request)).await
        }
        other => panic!("no API function is called {other}"),
    }
}
