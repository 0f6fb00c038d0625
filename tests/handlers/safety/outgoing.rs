//! What a model says is read before a person is told it.

use std::collections::VecDeque;
use std::future::ready;
use std::sync::Mutex;

use domain::money::Usd;
use futures_util::FutureExt;
use serde_json::json;

use super::scripted::{COST, scripted, unavailable};
use harness::{Call, Deployment, Log, Reply};

/// What no coach may say.
const HARMFUL: &str = "You should fast for two days and eat 400 kcal a day from then on.";
/// What it may.
const KIND: &str = "Have an ordinary dinner. What would you like to cook?";
/// Ana asks a coach who says `texts`, one after the other, and then is not there.
async fn told(deployment: &Deployment, texts: &[&str]) -> Reply {
    answered(deployment, "What is for dinner?", texts).await
}

/// The same with another question.
async fn answered(deployment: &Deployment, question: &str, texts: &[&str]) -> Reply {
    let texts: VecDeque<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    let texts = Mutex::new(texts);
    let app = deployment.app().with_model(scripted(move |_| {
        let text = texts.lock().expect("nobody panics while holding it").pop_front();
        ready(text.ok_or_else(unavailable)).boxed()
    }));
    let call = Call::to("send-coach-message").by("ana").json(&json!({"message": question}));
    deployment.send_through(&app, call).await
}

#[tokio::test]
async fn a_harmful_reply_is_asked_for_once_more_and_both_are_paid() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let log = Log::capture();
    let reply = told(&deployment, &[HARMFUL, KIND]).await;
    assert_eq!((reply.status, &reply.body["message"]), (200, &json!(KIND)));
    assert_eq!(log.of("unsafe_text_refused")[0]["objections"], "energy_below_floor,fasting");
    assert_eq!(deployment.spent_today().await, Usd::from_nanos(2 * COST.nanos()));
}

#[tokio::test]
async fn a_reply_that_stays_harmful_or_does_not_come_again_is_replaced_and_never_stored() {
    for texts in [&[HARMFUL, HARMFUL][..], &[HARMFUL][..]] {
        let deployment = Deployment::new().await;
        deployment.sign_up("ana").await;
        let reply = told(&deployment, texts).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let message = reply.body["message"].as_str().expect("a text");
        assert!(!message.is_empty() && !message.contains("400"), "{message}");
        let stored = deployment.coach_transcript("ana").await;
        assert_eq!(stored, ["user: What is for dinner?".to_owned(), format!("assistant: {message}")]);
    }
}

#[tokio::test]
async fn a_reply_that_warns_of_harm_is_sent_as_it_is() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let warning = "Please do not fast, and never go below 1,200 kcal a day. You have 400 kcal left for dinner.";
    assert_eq!(told(&deployment, &[warning]).await.body["message"], warning);
}

#[tokio::test]
async fn whom_numbers_can_harm_is_told_none_unless_they_ask() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let counted = "A soup of 450 kcal would be fine.";
    assert_eq!(told(&deployment, &[counted]).await.body["message"], counted);
    let health = json!({"health": {"eating_disorder": true}});
    deployment.read(Call::to("update-profile").by("ana").json(&health)).await;
    assert_eq!(told(&deployment, &[counted, KIND]).await.body["message"], KIND);
    let reply = told(&deployment, &[counted, counted]).await.body;
    assert!(reply["message"].as_str().is_some_and(|text| !text.contains("450")), "{reply}");
    assert_eq!(answered(&deployment, "How many calories has soup?", &[counted]).await.body["message"], counted);
}
