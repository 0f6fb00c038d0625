//! What became of people under each variant.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use coaching::store::{Epoch, RowChange};
use domain::directory::{ListedUser, Measured, Outcome, RiskCourse};
use domain::profile::{Email, Name, UserId};
use domain::recipe::{Experiment, VariantWeights};
use serde_json::{Value, json};
use uuid::Uuid;

use super::report;
use harness::Deployment;

/// Settings by which no change of behaviour has a prompt rewritten.
const NEVER_REWRITTEN: [(&str, &str); 3] =
    [("ADHERENCE_CHANGE_THRESHOLD", "1"), ("LOGGING_CHANGE_THRESHOLD", "1"), ("STREAK_CHANGE_THRESHOLD", "365")];

/// What the tests give variants by, unless they say otherwise.
const WEIGHTS: &str = "standard=1,direct=1";

/// How a variant came to somebody.
#[derive(Clone, Copy)]
enum By<'a> {
    /// By these weights.
    Weights(&'a str),
    /// By chance, at a time when the weights were not kept.
    UnknownWeights,
    /// Somebody has chosen.
    Choice,
}

impl By<'_> {
    fn experiment(self) -> Option<Experiment> {
        match self {
            Self::Weights(weights) => {
                VariantWeights::parse(weights, &coaching::prompts::variants()).expect(weights).experiment()
            }
            Self::UnknownWeights | Self::Choice => None,
        }
    }
}

/// A coached person whose logging was measured, in thousandths, and whose adherence is much the same.
fn coached(deployment: &Deployment, name: &str, variant: &str, by: By<'_>, logging: i64) -> ListedUser {
    let now = deployment.now();
    let measured = Measured { adherence: Some(logging), logging: Some(logging), ..Measured::default() };
    ListedUser {
        user_id: UserId::new(name),
        email: Email::parse("email", &format!("{name}@example.com")).expect("an address"),
        name: Name::parse("name", "Noor").expect("a name"),
        created_at: now,
        consultation_enabled: true,
        suspended: false,
        generation: None,
        version: Some(1),
        prompt_withdrawn_at: None,
        last_prompt_update: Some(now),
        next_check_at: Some(now + Duration::days(7)),
        risk: RiskCourse::default(),
        outcome: Some(Outcome {
            variant: variant.to_owned(),
            at_random: !matches!(by, By::Choice),
            experiment: by.experiment(),
            measured,
        }),
    }
}

/// `people` people of a variant, half of them 10 points above `middle` and half below.
async fn add(deployment: &Deployment, variant: &str, by: By<'_>, people: usize, middle: i64) {
    let users = (0..people).map(|number| {
        let logging = if number % 2 == 0 { middle - 100 } else { middle + 100 };
        coached(deployment, &format!("{variant}-{middle}-{number}"), variant, by, logging)
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

/// The one comparison of a report.
fn only_comparison(outcomes: &Value) -> &Value {
    let [comparison] = &outcomes["comparisons"].as_array().expect("comparisons")[..] else { panic!("{outcomes}") };
    comparison
}

#[tokio::test]
async fn one_variant_is_described_and_compared_with_nothing_and_what_was_before_it_is_not_credited_to_it() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 10]).await;
    let fresh = outcomes(&deployment).await;
    let [variant] = &fresh["variants"].as_array().expect("variants")[..] else { panic!("{fresh}") };
    assert_eq!((&variant["people"], &variant["assigned_at_random"]), (&json!(1), &json!(false)));
    for share in ["adherence", "logging", "adherence_change", "logging_change"] {
        assert_eq!(variant[share], json!({"people": 0, "mean": null, "interval_95": null}), "{share}");
    }
    assert_eq!(fresh["comparisons"], json!([]));
}

#[tokio::test]
async fn what_a_run_measures_under_a_prompt_is_told_as_a_change_since_it() {
    let deployment = Deployment::with(&NEVER_REWRITTEN).await;
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
async fn a_share_counts_once_all_days_measured_were_lived_under_the_variant_and_a_rewriting_does_not_end_that() {
    let settings = [("BEHAVIORAL_ANALYSIS_DAYS", "14"), ("PROMPT_UPDATE_MODE", "immediate")];
    let deployment = Deployment::with(&settings).await;
    deployment.prompted("ana", &[2_000; 14]).await;
    deployment.live("ana", &[4_000; 8]).await;
    deployment.weekly().await;
    assert_eq!(outcomes(&deployment).await["variants"][0]["logging"]["people"], 0, "six days are from before");
    deployment.live("ana", &[4_000; 8]).await;
    deployment.weekly().await;
    assert!(deployment.versions("ana").await.len() > 1, "it was rewritten meanwhile");
    let variant = outcomes(&deployment).await["variants"][0].clone();
    assert_eq!((&variant["logging"]["mean"], &variant["adherence"]["mean"]), (&json!(1.0), &json!(0.0)), "{variant}");
}

#[tokio::test]
async fn two_variants_that_chance_has_given_by_the_weights_in_force_are_compared_in_logging_and_others_are_not() {
    let deployment = Deployment::with(&[("PROMPT_VARIANTS", WEIGHTS)]).await;
    add(&deployment, "direct", By::Weights(WEIGHTS), 30, 700).await;
    add(&deployment, "standard", By::Weights(WEIGHTS), 30, 500).await;
    add(&deployment, "standard", By::Choice, 30, 200).await;
    let found = outcomes(&deployment).await;
    assert_eq!(found["variants"].as_array().map(Vec::len), Some(3));
    let logging = only_comparison(&found);
    assert_eq!(
        (&logging["variant"], &logging["than"], &logging["of"]),
        (&json!("direct"), &json!("standard"), &json!("logging"))
    );
    assert_eq!(logging["difference"], 0.2);
    let interval: Vec<f64> =
        logging["interval_95"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    assert!(interval[0] > 0.14 && interval[1] < 0.26, "{logging}");
    assert_eq!(
        logging["conclusion"],
        "The share of logged days under direct is higher than under standard; of 20 comparisons of variants that do not \
         differ, one looks like this."
    );
    assert!(found["how_to_read"].as_str().is_some_and(|text| text.contains("of those alone who log")), "{found}");
}

#[tokio::test]
async fn who_was_assigned_by_other_weights_is_described_and_compared_with_nobody() {
    let mut deployment = Deployment::with(&[("PROMPT_VARIANTS", WEIGHTS)]).await;
    add(&deployment, "direct", By::Weights("standard=9,direct=1"), 30, 700).await;
    add(&deployment, "standard", By::Weights(WEIGHTS), 30, 500).await;
    add(&deployment, "direct", By::UnknownWeights, 30, 400).await;
    add(&deployment, "standard", By::UnknownWeights, 30, 300).await;
    let found = outcomes(&deployment).await;
    assert_eq!(found["comparisons"], json!([]), "nobody else has got a variant by the weights in force");
    let variants = found["variants"].as_array().expect("variants");
    assert_eq!((variants.len(), variants.iter().filter(|variant| variant["compared"] == true).count()), (4, 1));
    add(&deployment, "direct", By::Weights("direct=50,standard=50"), 30, 600).await;
    assert_eq!(only_comparison(&outcomes(&deployment).await)["difference"], 0.1, "the same proportions");
    deployment.set("PROMPT_VARIANTS", "direct=1");
    let ended = outcomes(&deployment).await;
    assert_eq!((&ended["comparisons"], ended["variants"].as_array().map(Vec::len)), (&json!([]), Some(5)));
}

#[tokio::test]
async fn while_few_were_measured_a_comparison_says_that_nothing_is_known() {
    let deployment = Deployment::with(&[("PROMPT_VARIANTS", WEIGHTS)]).await;
    add(&deployment, "direct", By::Weights(WEIGHTS), 19, 700).await;
    add(&deployment, "standard", By::Weights(WEIGHTS), 200, 500).await;
    let found = outcomes(&deployment).await;
    let few = only_comparison(&found);
    assert_eq!((&few["difference"], &few["interval_95"]), (&Value::Null, &Value::Null));
    assert!(few["conclusion"].as_str().is_some_and(|text| text.contains("nothing is known yet")), "{few}");
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
    assert_eq!(
        (&variant["variant"], &variant["assigned_at_random"], &variant["experiment"]),
        (&json!("direct"), &json!(true), &Value::Null)
    );
}

#[tokio::test]
async fn people_who_came_to_a_variant_by_chance_and_then_log_more_under_one_show_its_effect() {
    // Whoever logs enough for the first time is rewritten for it, and counts all the same.
    let mut deployment = Deployment::with(&[("PROMPT_VARIANTS", WEIGHTS), ("PROMPT_UPDATE_MODE", "immediate")]).await;
    // Of these, chance gives each variant to twenty.
    let names: Vec<String> = (0..40).map(|person| format!("joiner-{person}")).collect();
    let mut people = Vec::new();
    for (person, name) in names.iter().enumerate() {
        deployment.prompted(name, &[]).await;
        let prompt = deployment.prompts(name).await.remove(0);
        // Of a week: five or six days under the one, two or three under the other.
        let days = if prompt["variant"] == "direct" { 5 } else { 2 } + person % 2;
        people.push((name, days));
    }
    for day in 0..8 {
        for (name, _) in people.iter().filter(|(_, days)| day < *days) {
            deployment.eat(name, deployment.now(), 2_000).await;
        }
        deployment.pass(Duration::days(1));
    }
    deployment.weekly().await;
    let found = outcomes(&deployment).await;
    let logging = only_comparison(&found);
    assert!(logging["difference"].as_f64().is_some_and(|difference| (0.3..0.45).contains(&difference)), "{found}");
    let conclusion = logging["conclusion"].as_str().expect("a sentence");
    assert!(conclusion.contains("under direct is higher than under standard"), "{found}");
    let variants = found["variants"].as_array().expect("variants");
    assert!(variants.iter().all(|variant| variant["compared"] == true && variant["experiment"].is_string()), "{found}");
    let measured = variants.iter().filter_map(|variant| variant["logging"]["people"].as_u64());
    assert_eq!(measured.sum::<u64>(), 40, "everybody");
    deployment.set("PROMPT_VARIANTS", "standard=3,direct=1");
    let described = outcomes(&deployment).await;
    assert_eq!((&described["comparisons"], described["variants"].as_array().map(Vec::len)), (&json!([]), Some(2)));
}
