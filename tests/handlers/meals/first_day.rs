//! The first day on which behaviour is measured: the day of sign-up, or the first day with a meal before it, whatever is
//! logged and deleted, at once or by functions that vanish.

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use super::{at, delete, soup};
use harness::{Call, Deployment, Interruption, Moment, at_every_moment, items};

/// The day on which everybody signs up.
const SIGN_UP: &str = "2026-11-18";
/// Steps of a sequence.
const STEPS: usize = 60;

async fn first_day(deployment: &Deployment) -> String {
    let reply = deployment.read(Call::to("get-user").by_admin("boss").path("user", "ana")).await;
    reply["first_day"].as_str().expect("a day").to_owned()
}

/// The meals of the weeks around the sign-up.
async fn meals(deployment: &Deployment) -> Vec<Value> {
    let call = Call::to("list-meals").by("ana").query("from", "2026-11-01").query("to", "2026-11-20");
    items(&deployment.read(call.query("limit", "100")).await)
}

/// The first day as it must be with the meals that are there.
async fn expected(deployment: &Deployment) -> String {
    let meals = meals(deployment).await;
    let days = meals.iter().map(|meal| meal["day"].as_str().expect("a day"));
    days.chain([SIGN_UP]).min().expect("one at least").to_owned()
}

async fn signed_up() -> Deployment {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment
}

fn days_ago(deployment: &Deployment, days: i64) -> DateTime<Utc> {
    deployment.now() - Duration::days(days)
}

#[tokio::test]
async fn whatever_is_logged_and_deleted_the_first_day_is_that_of_the_sign_up_or_of_the_first_meal() {
    let deployment = signed_up().await;
    assert_eq!(first_day(&deployment).await, SIGN_UP);
    // The same in every run: a linear congruence.
    let mut chance = 20_261_118_u64;
    let mut below = |end: u64| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) % end
    };
    for step in 0..STEPS {
        let there = meals(&deployment).await;
        if there.is_empty() || below(5) < 2 {
            let days = i64::try_from(below(8)).expect("a few days") - 1;
            deployment.eat("ana", days_ago(&deployment, days), 400).await;
        } else if below(4) == 0 {
            let meal = &there[usize::try_from(below(there.len() as u64)).expect("an index")];
            let id = meal["meal_id"].as_str().expect("an id");
            let call = Call::to("update-meal").by("ana").path("meal_id", id);
            assert_eq!(deployment.send(call.json(&serde_json::json!({"calories": step}))).await.status, 200);
        } else {
            // The oldest is the last of the list.
            let meal = if below(2) == 0 { there.last().expect("a meal") } else { &there[0] };
            assert_eq!(delete(&deployment, "ana", meal).await.status, 204);
        }
        assert_eq!(first_day(&deployment).await, expected(&deployment).await, "after step {step}");
    }
}

#[tokio::test]
async fn meals_of_earlier_days_that_come_and_go_at_once_leave_the_first_day_right() {
    for round in 0..4 {
        let deployment = signed_up().await;
        let early = deployment.eat("ana", days_ago(&deployment, 9), 400).await;
        let eat = |days| deployment.eat("ana", days_ago(&deployment, days), 300);
        let (gone, ..) = tokio::join!(delete(&deployment, "ana", &early), eat(3 + round), eat(2), eat(5));
        assert_eq!(gone.status, 204);
        assert_eq!(first_day(&deployment).await, expected(&deployment).await);
        let all = meals(&deployment).await;
        let (one, other, third) = tokio::join!(
            delete(&deployment, "ana", &all[0]),
            delete(&deployment, "ana", &all[1]),
            delete(&deployment, "ana", &all[2]),
        );
        assert_eq!([one.status, other.status, third.status], [204; 3]);
        assert_eq!(first_day(&deployment).await, SIGN_UP);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_vanishes_while_it_logs_or_deletes_a_meal_leaves_the_first_day_right() {
    let kill = |deployment: Deployment, call: Call, moment: Moment| async move {
        let (interruption, app) = Interruption::of(&deployment, moment).await;
        let vanished = interruption.run(deployment.send_through(&app, call)).await.is_none();
        assert_eq!(first_day(&deployment).await, expected(&deployment).await, "{moment:?}");
        vanished
    };
    at_every_moment(|moment| async move {
        let deployment = signed_up().await;
        kill(deployment, Call::to("log-meal").by("ana").json(&soup("2026-11-10T12:00:00Z")), moment).await
    })
    .await;
    at_every_moment(|moment| async move {
        let deployment = signed_up().await;
        deployment.eat("ana", at("2026-11-12T12:00:00Z"), 400).await;
        let first = deployment.eat("ana", at("2026-11-10T12:00:00Z"), 400).await;
        let id = first["meal_id"].as_str().expect("an id");
        kill(deployment, Call::to("delete-meal").by("ana").path("meal_id", id), moment).await
    })
    .await;
}
