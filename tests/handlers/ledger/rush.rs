//! Many who ask at once.

use claude_simulator::Task;
use domain::money::Usd;
use futures_util::future::join_all;

use super::assert_settled;
use harness::{Call, Deployment, Gate, Reply};

/// Sends one message of each of `names`, all at once.
async fn rush(deployment: &Deployment, names: &[String]) -> Vec<Reply> {
    join_all(names.iter().map(|name| async move { Box::pin(deployment.tell(name, "Good morning, coach")).await })).await
}

fn answered(replies: &[Reply]) -> usize {
    replies.iter().filter(|reply| reply.status == 200).count()
}

async fn people(deployment: &Deployment, count: usize) -> Vec<String> {
    let names: Vec<String> = (0..count).map(|number| format!("person-{number}")).collect();
    for name in &names {
        deployment.sign_up(name).await;
    }
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_messages_at_once_never_cost_more_than_their_pool_holds() {
    let deployment = Deployment::with(&[
        ("DAILY_BUDGET_USD", "4"),
        ("DAILY_BUDGET_SHARES", "live=40,consultation=20,weekly=20,trial=20"),
    ])
    .await;
    let names = people(&deployment, 200).await;
    let (mut all_answered, mut all_refused) = (0, 0);
    for _ in 0..2 {
        let replies = rush(&deployment, &names).await;
        all_answered += answered(&replies);
        for reply in replies.iter().filter(|reply| reply.status != 200) {
            let code = reply.body["code"].as_str().unwrap_or_default();
            // A machine that is slow beside other work lets some calls run out of time.
            assert!(["daily_budget_exhausted", "model_timed_out"].contains(&code), "{reply:?}");
            assert!(reply.header("retry-after").is_some(), "{reply:?}");
            all_refused += usize::from(code == "daily_budget_exhausted");
        }
        assert!(deployment.spent_today().await <= Usd::from(0.8));
    }
    assert!(all_answered > 0 && all_refused > 0, "{all_answered} answered and {all_refused} refused");
    assert!(deployment.asked(Task::Coach).len() <= 400 - all_refused, "whoever is refused costs nothing");
    // What a busy machine could not settle in time is settled behind it.
    deployment.pass(chrono::Duration::minutes(2));
    deployment.reconcile().await;
    assert_settled(&deployment, "after a rush").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_next_to_nothing_left_nobody_is_answered_and_nothing_is_spent() {
    let deployment = Deployment::with(&[("DAILY_BUDGET_USD", "0.0001")]).await;
    let names = people(&deployment, 24).await;
    assert_eq!(answered(&rush(&deployment, &names).await), 0);
    assert_eq!((deployment.claude.requests().len(), deployment.spent_today().await), (0, Usd::ZERO));
}

#[tokio::test]
async fn the_same_words_three_times_at_once_are_one_payment() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let call = || Call::to("send-coach-message").by("ana").json(&serde_json::json!({"message": "What is for lunch?"}));
    let replies = Gate::at_once(&deployment, vec![call(), call(), call()]).await;
    assert!(replies.iter().all(|reply| reply.status == 200), "{replies:?}");
    assert!(replies.iter().all(|reply| reply.body["message_id"] == replies[0].body["message_id"]), "{replies:?}");
    assert_eq!(deployment.asked(Task::Coach).len(), 1);
    assert_settled(&deployment, "after three taps").await;
}
