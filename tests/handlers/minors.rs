//! Who has said that they are not of age.

use chrono::Duration;
use coaching::app::FromApp as _;
use coaching::service::Minors;
use domain::profile::UserId;
use serde_json::json;
use test_support::{client_at, endpoint};

use harness::{Call, Deployment, Reply};

async fn sign_up(deployment: &Deployment, name: &str, age: i64) -> Reply {
    let body = json!({"name": "Kim", "email": format!("{name}@example.com"), "age": age, "weight_kg": 60,
        "goal": "maintain"});
    deployment.send(Call::to("sign-up").by(name).json(&body)).await
}

async fn change_age(deployment: &Deployment, name: &str, age: i64) -> Reply {
    deployment.send(Call::to("update-profile").by(name).json(&json!({"age": age}))).await
}

#[track_caller]
fn assert_too_young(reply: &Reply) {
    reply.assert_invalid(&["age"]);
    assert_eq!(reply.body["errors"][0]["message"], "must be between 18 and 120 years", "{reply:?}");
}

#[tokio::test]
async fn who_is_too_young_does_not_get_in_with_another_age_until_they_can_be_of_age() {
    let deployment = Deployment::new().await;
    let young = sign_up(&deployment, "kim", 16).await;
    assert_too_young(&young);
    let again = sign_up(&deployment, "kim", 34).await;
    assert_too_young(&again);
    assert_eq!(again.body["errors"], young.body["errors"], "nothing tells the two apart");
    // 2028 is a leap year.
    deployment.pass(Duration::days(2 * 365));
    assert_too_young(&sign_up(&deployment, "kim", 18).await);
    deployment.pass(Duration::days(1));
    assert_eq!(sign_up(&deployment, "kim", 18).await.status, 201);
}

#[tokio::test]
async fn an_older_age_does_not_shorten_what_a_younger_one_has_led_to() {
    let deployment = Deployment::new().await;
    for age in [12, 17] {
        assert_too_young(&sign_up(&deployment, "kim", age).await);
    }
    deployment.pass(Duration::days(400));
    assert_too_young(&sign_up(&deployment, "kim", 18).await);
}

#[tokio::test]
async fn others_and_ages_that_nobody_has_are_not_remembered() {
    let deployment = Deployment::new().await;
    assert_too_young(&sign_up(&deployment, "kim", 16).await);
    assert_eq!(sign_up(&deployment, "lou", 34).await.status, 201);
    assert_too_young(&sign_up(&deployment, "max", 340).await);
    assert_eq!(sign_up(&deployment, "max", 34).await.status, 201);
}

#[tokio::test]
async fn an_age_is_remembered_whatever_else_is_wrong_with_a_request() {
    let deployment = Deployment::new().await;
    let body = json!({"age": 15, "weight_kg": "heavy"});
    let fields = ["name", "email", "age", "weight_kg", "goal"];
    deployment.send(Call::to("sign-up").by("kim").json(&body)).await.assert_invalid(&fields);
    assert_too_young(&sign_up(&deployment, "kim", 34).await);
}

#[tokio::test]
async fn who_makes_themselves_younger_later_is_remembered_and_keeps_the_rest() {
    let deployment = Deployment::new().await;
    let profile = deployment.sign_up("ana").await;
    assert_too_young(&change_age(&deployment, "ana", 17).await);
    assert_too_young(&change_age(&deployment, "ana", 35).await);
    let referred = deployment.profile("ana").await;
    assert_eq!((&referred["risk"], &referred["age"]), (&json!("referred"), &profile["age"]));
    let reply = deployment.tell("ana", "How do I lose 5 kg?").await.body;
    assert_eq!(reply["personalized"], false, "nobody coaches her until an admin has looked: {reply}");
    let reply = deployment.send(Call::to("update-profile").by("ana").json(&json!({"weight_kg": 80}))).await;
    assert_eq!((reply.status, &reply.body["weight_kg"]), (200, &json!(80.0)));
    deployment.pass(Duration::days(365));
    assert_eq!(change_age(&deployment, "ana", 35).await.status, 200);
}

#[tokio::test]
async fn what_a_message_tells_is_remembered_for_a_year() {
    let deployment = Deployment::new().await;
    let minors = Minors::from_app(&deployment.app()).expect("the settings of a test are valid");
    minors.note(&UserId::new("kim")).await.expect("remembered");
    assert_too_young(&sign_up(&deployment, "kim", 34).await);
    deployment.pass(Duration::days(365));
    assert_eq!(sign_up(&deployment, "kim", 34).await.status, 201);
}

#[tokio::test]
async fn an_age_is_remembered_however_it_is_written() {
    let deployment = Deployment::new().await;
    for (name, age) in [("kim", json!("15")), ("lou", json!(15.5)), ("max", json!(" 17 "))] {
        deployment.send(Call::to("sign-up").by(name).json(&json!({"age": age}))).await;
        assert_too_young(&sign_up(&deployment, name, 34).await);
    }
}

#[tokio::test]
async fn an_admin_lets_somebody_in_who_has_mistyped_their_age() {
    let deployment = Deployment::new().await;
    let decide = |user: &str, risk: &str| {
        let body = json!({"risk": risk, "reason": "Has shown a passport."});
        Call::to("set-risk").by_admin("boss").path("user", user).json(&body)
    };
    assert_too_young(&sign_up(&deployment, "kim", 16).await);
    deployment.send(decide("kim", "caution")).await.assert_problem(404, "user_not_found");
    assert_eq!(deployment.read(decide("kim", "none")).await, json!({"user_id": "kim", "risk": "none"}));
    assert_eq!(deployment.audited("kim").await.len(), 1);
    assert_eq!(sign_up(&deployment, "kim", 61).await.status, 201);
    assert_too_young(&change_age(&deployment, "kim", 16).await);
    deployment.read(decide("kim", "none")).await;
    assert_eq!(change_age(&deployment, "kim", 61).await.status, 200);
}

#[tokio::test]
async fn no_more_is_kept_than_a_hash_and_a_day() {
    let deployment = Deployment::new().await;
    assert_too_young(&sign_up(&deployment, "kim", 16).await);
    let scan = client_at(endpoint()).scan().table_name(&deployment.tables.idempotency).send().await;
    let items = scan.expect("the table can be read").items.unwrap_or_default();
    let [item] = items.as_slice() else { panic!("{items:?}") };
    let text = |name: &str| item[name].as_s().expect("text").as_str();
    // The SHA-256 of "kim".
    assert_eq!(text("user_id"), "26ae784d194a5760464348329af4eb9fca2b27bbf823742c968a61543e3a1153");
    assert_eq!((text("request"), text("of_age_on")), ("minor", "2028-11-18"));
    assert_eq!(item["expires_at"].as_n().expect("a number"), "1858118400", "2028-11-18T00:00:00Z");
    assert_eq!(item.len(), 5, "and by which shapes it is written: {item:?}");
}
