//! A danger that the prompt does not know, noticed by the meals of days that are over.

use chrono::Duration;
use serde_json::json;

use super::{deployment_with, withdraw};
use harness::{Call, Deployment, record};

/// Somebody whose prompt is from better days, and who has eaten far too little on the eight days before today.
async fn starving(more: &[(&str, &str)]) -> Deployment {
    let deployment = deployment_with(more).await;
    deployment.prompted("ana", &[2_000; 4]).await;
    deployment.live("ana", &[500; 8]).await;
    deployment
}

#[tokio::test]
async fn the_first_meal_of_the_next_day_tells_of_it_once_and_the_whole_prompt_is_rewritten() {
    let deployment = starving(&[]).await;
    deployment.first_meal("ana").await;
    let jobs = deployment.take_jobs();
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert!(deployment.deliver(&jobs[0]).await.batch_item_failures.is_empty());
    let prompts = deployment.prompts("ana").await;
    assert_eq!((prompts.len(), &prompts[0]["reason"]), (2, &json!("safety")));
    deployment.pass(Duration::days(8));
    deployment.first_meal("ana").await;
    assert!(deployment.take_jobs().is_empty(), "the prompt knows it by now");
}

#[tokio::test]
async fn a_change_of_a_day_that_is_over_tells_of_it_and_one_of_today_does_not() {
    let deployment = starving(&[]).await;
    deployment.eat("ana", deployment.now(), 400).await;
    deployment.stream(&[record("ana", "MODIFY", deployment.today(), 1)]).await;
    assert!(deployment.take_jobs().is_empty());
    deployment.stream(&[record("ana", "MODIFY", deployment.today() - Duration::days(1), 2)]).await;
    assert_eq!(deployment.take_reasons(), ["safety"]);
}

#[tokio::test]
async fn a_day_is_over_when_it_is_for_the_person() {
    // At noon in UTC it is two in the morning of the next day in Kiritimati.
    let deployment = deployment_with(&[]).await;
    deployment.prompted("ana", &[2_000; 4]).await;
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"timezone": "Pacific/Kiritimati"}))).await;
    deployment.live("ana", &[500; 8]).await;
    let today = deployment.today() + Duration::days(1);
    deployment.stream(&[record("ana", "MODIFY", today, 1)]).await;
    assert!(deployment.take_jobs().is_empty(), "it is not over there");
    deployment.stream(&[record("ana", "MODIFY", deployment.today(), 2)]).await;
    assert_eq!(deployment.take_reasons(), ["safety"]);
}

#[tokio::test]
async fn a_rewriting_that_is_not_carried_out_keeps_no_later_one_from_being_asked_for() {
    let deployment = starving(&[]).await;
    deployment.first_meal("ana").await;
    let [job] = <[_; 1]>::try_from(deployment.take_jobs()).expect("one rewriting");
    withdraw(&deployment, true).await;
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    withdraw(&deployment, false).await;
    deployment.pass(Duration::days(1));
    deployment.first_meal("ana").await;
    assert_eq!(deployment.take_reasons(), ["safety"], "the danger is still there");
    assert_eq!(deployment.versions("ana").await, [1]);
}

#[tokio::test]
async fn it_comes_no_sooner_than_the_spacing_allows() {
    let deployment = deployment_with(&[]).await;
    deployment.prompted("ana", &[2_000; 5]).await;
    deployment.live("ana", &[500; 6]).await;
    deployment.first_meal("ana").await;
    assert!(deployment.take_jobs().is_empty(), "the prompt is six days old");
}

#[tokio::test]
async fn where_nothing_is_rewritten_for_safety_this_is_not_either() {
    let deployment = starving(&[("ENABLE_SAFETY_UPDATES", "false")]).await;
    deployment.first_meal("ana").await;
    assert!(deployment.take_jobs().is_empty());
}
