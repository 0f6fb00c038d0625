//! What became of people under each variant.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use coaching::store::{Epoch, RowChange};
use domain::directory::{ListedUser, Measured, Outcome, RiskCourse};
use domain::profile::{Email, Name, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::report;
use crate::harness::Deployment;

/// A coached person whose adherence was measured, in thousandths.
fn coached(deployment: &Deployment, name: &str, variant: &str, at_random: bool, adherence: i64) -> ListedUser {
    let now = deployment.now();
    let measured = Measured { adherence: Some(adherence), logging: Some(500), ..Measured::default() };
    ListedUser {
        user_id: UserId::new(name),
        email: Email::parse("email", &format!("{name}@example.com")).expect("an address"),
        name: Name::parse("name", "Noor").expect("a name"),
        created_at: now,
        consultation_enabled: true,
        suspended: false,
        generation: None,
        version: Some(1),
        last_prompt_update: Some(now),
        next_check_at: Some(now + Duration::days(7)),
        risk: RiskCourse::default(),
        outcome: Some(Outcome { variant: variant.to_owned(), at_random, measured }),
    }
}

/// `people` people of a variant, half of them 10 points above `middle` and half below.
async fn add(deployment: &Deployment, variant: &str, at_random: bool, people: usize, middle: i64) {
    let users = (0..people).map(|number| {
        let adherence = if number % 2 == 0 { middle - 100 } else { middle + 100 };
        coached(deployment, &format!("{variant}-{at_random}-{number}"), variant, at_random, adherence)
    });
    let changes: Vec<RowChange> = users
        .map(|user| RowChange { user_id: user.user_id.clone(), before: None, after: Some(user), mark: Uuid::now_v7() })
        .collect();
    let stores = &deployment.stores;
    let refused = stores.directory.change(&stores.counters, &changes, Epoch::default()).await.expect("written");
    assert!(refused.is_empty());
}

async fn outcomes(deployment: &Deployment) -> Value {
    report(deployment).await["outcomes_by_variant"].clone()
}

#[tokio::test]
async fn one_variant_is_described_and_compared_with_nothing() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 10]).await;
    let fresh = outcomes(&deployment).await;
    let [variant] = &fresh["variants"].as_array().expect("variants")[..] else { panic!("{fresh}") };
    assert_eq!((&variant["people"], &variant["assigned_at_random"]), (&json!(1), &json!(false)));
    assert_eq!(variant["adherence"], json!({"people": 1, "mean": 1.0, "interval_95": null}));
    assert_eq!(variant["adherence_change"], json!({"people": 0, "mean": null, "interval_95": null}));
    assert_eq!(fresh["comparisons"], json!([]));
}

#[tokio::test]
async fn what_a_run_measures_under_a_prompt_is_told_as_a_change_since_it() {
    let deployment = Deployment::with(&[("ADHERENCE_CHANGE_THRESHOLD", "1"), ("STREAK_CHANGE_THRESHOLD", "365")]).await;
    deployment.prompted("ana", &[2_000; 10]).await;
    deployment.live("ana", &[4_000; 8]).await;
    deployment.weekly().await;
    assert_eq!(deployment.versions("ana").await, [1], "no rewriting, only a measurement");
    let found = outcomes(&deployment).await;
    let change = &found["variants"][0]["adherence_change"];
    assert_eq!(change["people"], 1);
    // 10 of 10 logged days in target became 10 of 18.
    assert_eq!(change["mean"], -0.444, "{found}");
}

#[tokio::test]
async fn two_variants_that_chance_has_given_are_compared_and_others_are_not() {
    let deployment = Deployment::new().await;
    add(&deployment, "direct", true, 30, 700).await;
    add(&deployment, "standard", true, 30, 500).await;
    add(&deployment, "standard", false, 30, 200).await;
    let found = outcomes(&deployment).await;
    assert_eq!(found["variants"].as_array().map(Vec::len), Some(3));
    let [adherence, logging] = &found["comparisons"].as_array().expect("comparisons")[..] else { panic!("{found}") };
    assert_eq!(
        (&adherence["variant"], &adherence["than"], &adherence["of"]),
        (&json!("direct"), &json!("standard"), &json!("adherence"))
    );
    assert_eq!(adherence["difference"], 0.2);
    let interval: Vec<f64> =
        adherence["interval_95"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    assert!(interval[0] > 0.14 && interval[1] < 0.26, "{adherence}");
    assert!(
        adherence["conclusion"].as_str().is_some_and(|text| text.contains("higher than under standard")),
        "{adherence}"
    );
    assert!(logging["conclusion"].as_str().is_some_and(|text| text.contains("not shown")), "{logging}");
}

#[tokio::test]
async fn while_few_were_measured_a_comparison_says_that_nothing_is_known() {
    let deployment = Deployment::new().await;
    add(&deployment, "direct", true, 19, 700).await;
    add(&deployment, "standard", true, 200, 500).await;
    let found = outcomes(&deployment).await;
    let adherence = &found["comparisons"][0];
    assert_eq!((&adherence["difference"], &adherence["interval_95"]), (&Value::Null, &Value::Null));
    assert!(adherence["conclusion"].as_str().is_some_and(|text| text.contains("nothing is known yet")), "{adherence}");
}

#[tokio::test]
async fn people_are_counted_under_the_variant_that_their_prompt_was_written_by() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 10]).await;
    let recipe = [("user_type", "athlete"), ("variant", "direct"), ("assigned", "random")];
    let recipe = recipe.map(|(name, word)| (name.to_owned(), AttributeValue::S(word.to_owned())));
    deployment.edit_profile("ana", "recipe", AttributeValue::M(recipe.into())).await;
    let found = outcomes(&deployment).await;
    let [variant] = &found["variants"].as_array().expect("variants")[..] else { panic!("{found}") };
    assert_eq!((&variant["variant"], &variant["assigned_at_random"]), (&json!("direct"), &json!(true)));
}
