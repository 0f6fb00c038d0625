//! Every route of the API: which function serves it, what it takes and what it answers.

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::http::contract::{
    AccessRequest, AccessResponse, BehaviorResponse, CoachMessageRequest, CoachMessageResponse, CompletionResponse,
    ConsultationMessageRequest, ConsultationMessageResponse, ConsultationResponse, ListResponse, LogMealRequest,
    MealListResponse, MealResponse, ProfileResponse, PromptVersionResponse, RegenerationResponse, ReportResponse,
    SignUpRequest, StartConsultationResponse, StoredCoachMessage, UpdateMealRequest, UpdateProfileRequest,
};

/// Makes the schema of a body.
type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// A query parameter.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its JSON type.
    pub kind: &'static str,
    /// What it means.
    pub description: &'static str,
}

/// One route.
#[derive(Debug, Clone)]
pub struct Route {
    /// HTTP method in upper case.
    pub method: &'static str,
    /// Path below the stage, such as `/v1/users/me`.
    pub path: &'static str,
    /// Name of the function that serves it.
    pub function: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// Query parameters.
    pub query: &'static [Parameter],
    /// The body it takes.
    pub request: Option<SchemaOf>,
    /// Status, description and body of each success.
    pub responses: Vec<(u16, &'static str, Option<SchemaOf>)>,
    /// Whether it takes an `Idempotency-Key`.
    pub idempotent: bool,
}

const fn parameter(name: &'static str, kind: &'static str, description: &'static str) -> Parameter {
    Parameter { name, kind, description }
}

const LIMIT: Parameter = parameter("limit", "integer", "Most items of the page, 1 to 100; 20 if left out.");
const CURSOR: Parameter = parameter("cursor", "string", "next_cursor of the page before.");
const PAGE: &[Parameter] = &[LIMIT, CURSOR];
const MESSAGES: &[Parameter] = &[LIMIT, CURSOR, parameter("conversation_id", "string", "Only this conversation.")];
const MEALS: &[Parameter] = &[
    parameter("day", "string", "One local day; stands for from and to."),
    parameter("from", "string", "First local day; six days before `to` if left out."),
    parameter("to", "string", "Last local day; today if left out."),
    LIMIT,
    CURSOR,
];
const REPORT: &[Parameter] = &[parameter("limit", "integer", "Most users to list, 0 to 1000; 100 if left out.")];

fn body<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

fn get(path: &'static str, function: &'static str, summary: &'static str, answer: SchemaOf) -> Route {
    Route {
        method: "GET",
        path,
        function,
        summary,
        query: &[],
        request: None,
        responses: vec![(200, summary, Some(answer))],
        idempotent: false,
    }
}

fn post(path: &'static str, function: &'static str, summary: &'static str) -> Route {
    Route { method: "POST", path, function, summary, query: &[], request: None, responses: vec![], idempotent: true }
}

/// Every route, in the order of a person's journey.
#[must_use]
pub fn routes() -> Vec<Route> {
    accounts()
        .into_iter()
        .chain(consultation())
        .chain(coaching())
        .chain(meals())
        .chain(prompts())
        .chain(admin())
        .collect()
}

fn accounts() -> Vec<Route> {
    vec![
        Route {
            request: Some(body::<SignUpRequest>),
            responses: vec![(201, "The new profile.", Some(body::<ProfileResponse>))],
            ..post("/v1/users", "sign-up", "Creates the caller's profile, with the consultation closed.")
        },
        get("/v1/users/me", "get-profile", "The caller's profile.", body::<ProfileResponse>),
        Route {
            method: "PATCH",
            request: Some(body::<UpdateProfileRequest>),
            ..get(
                "/v1/users/me",
                "update-profile",
                "Changes details; calculated targets follow.",
                body::<ProfileResponse>,
            )
        },
    ]
}

fn consultation() -> Vec<Route> {
    vec![
        Route {
            responses: vec![(200, "The open session.", Some(body::<StartConsultationResponse>))],
            ..post(
                "/v1/consultation/start",
                "start-consultation",
                "Opens a consultation, or the one that is open already.",
            )
        },
        Route {
            request: Some(body::<ConsultationMessageRequest>),
            responses: vec![(200, "The answer.", Some(body::<ConsultationMessageResponse>))],
            ..post("/v1/consultation/message", "send-consultation-message", "Says something in a consultation.")
        },
        Route {
            responses: vec![
                (200, "The personal coach exists.", Some(body::<CompletionResponse>)),
                (202, "The personal coach is being written.", Some(body::<CompletionResponse>)),
            ],
            ..post(
                "/v1/consultation/{session_id}/complete",
                "complete-consultation",
                "Completes a consultation: psychological profile, then prompt version 1.",
            )
        },
        get(
            "/v1/consultation/{session_id}",
            "get-consultation",
            "Status, transcript and facts of a consultation.",
            body::<ConsultationResponse>,
        ),
    ]
}

fn coaching() -> Vec<Route> {
    vec![
        Route {
            request: Some(body::<CoachMessageRequest>),
            responses: vec![(200, "The reply.", Some(body::<CoachMessageResponse>))],
            ..post("/v1/coach/message", "send-coach-message", "Says something to the coach.")
        },
        Route {
            query: MESSAGES,
            ..get(
                "/v1/coach/messages",
                "list-coach-messages",
                "Messages with the coach, newest first.",
                body::<ListResponse<StoredCoachMessage>>,
            )
        },
    ]
}

fn meals() -> Vec<Route> {
    vec![
        Route {
            request: Some(body::<LogMealRequest>),
            responses: vec![(201, "The logged meal.", Some(body::<MealResponse>))],
            ..post("/v1/meals", "log-meal", "Logs a meal on the caller's local day.")
        },
        Route {
            query: MEALS,
            ..get("/v1/meals", "list-meals", "Meals and day totals of a range of local days.", body::<MealListResponse>)
        },
        Route {
            method: "PATCH",
            request: Some(body::<UpdateMealRequest>),
            ..get(
                "/v1/meals/{meal_id}",
                "update-meal",
                "Changes a meal and the totals of its day.",
                body::<MealResponse>,
            )
        },
        Route {
            method: "DELETE",
            path: "/v1/meals/{meal_id}",
            function: "delete-meal",
            summary: "Deletes a meal and takes it off its day.",
            query: &[],
            request: None,
            responses: vec![(204, "The meal is gone.", None)],
            idempotent: false,
        },
    ]
}

fn prompts() -> Vec<Route> {
    vec![
        get(
            "/v1/users/me/behavior",
            "get-behavior",
            "Measured behaviour and the daily series behind it.",
            body::<BehaviorResponse>,
        ),
        Route {
            responses: vec![
                (200, "The fresh prompt is in force.", Some(body::<RegenerationResponse>)),
                (202, "The fresh prompt is being written.", Some(body::<RegenerationResponse>)),
            ],
            ..post(
                "/v1/users/me/regenerate-prompt",
                "regenerate-prompt",
                "Has a fresh prompt written, at most once in a while.",
            )
        },
        Route {
            query: PAGE,
            ..get(
                "/v1/users/me/prompts",
                "list-prompts",
                "Every prompt version with its reason and what it changed, newest first.",
                body::<ListResponse<PromptVersionResponse>>,
            )
        },
    ]
}

fn admin() -> Vec<Route> {
    vec![
        Route {
            method: "PUT",
            request: Some(body::<AccessRequest>),
            ..get(
                "/v1/admin/users/{user}/consultation-access",
                "set-consultation-access",
                "Opens or closes the consultation for a user, by id or by email address. Admins only.",
                body::<AccessResponse>,
            )
        },
        Route {
            query: REPORT,
            ..get(
                "/v1/admin/report",
                "get-report",
                "Who has prompts, versions in use, due users, and the cost of a run. Admins only.",
                body::<ReportResponse>,
            )
        },
    ]
}
