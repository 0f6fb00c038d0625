//! A first message that was not answered and is sent again.

use claude_simulator::{FaultKind, Task};
use serde_json::{Value, json};

use harness::{Call, Deployment, Reply};

async fn tell(deployment: &Deployment, text: &str, key: Option<&str>) -> Reply {
    let call = Call::to("send-coach-message").by("ana").json(&json!({"message": text}));
    deployment.send(key.map_or(call.clone(), |key| call.header("idempotency-key", key))).await
}

async fn ana_in_an_outage(failures: u32) -> Deployment {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.claude.inject(FaultKind::Overloaded, failures);
    deployment
}

fn conversations(deployment: &Deployment) -> impl Future<Output = Vec<Value>> {
    let list = deployment.read(Call::to("list-coach-messages").by("ana").query("limit", "100"));
    async {
        let mut ids: Vec<Value> =
            harness::items(&list.await).into_iter().map(|it| it["conversation_id"].clone()).collect();
        ids.dedup();
        ids
    }
}

#[tokio::test]
async fn the_same_words_after_an_outage_go_on_in_the_conversation_that_they_began() {
    let deployment = ana_in_an_outage(2).await;
    for _ in 0..2 {
        tell(&deployment, "Should I switch diets?", None).await.assert_retry(503, "model_unavailable");
    }
    let answered = tell(&deployment, "Should I switch diets?", None).await;
    assert_eq!(answered.status, 200);
    assert_eq!(deployment.coach_transcript("ana").await.len(), 2, "one question, one reply");
    assert_eq!(conversations(&deployment).await, [answered.body["conversation_id"].clone()]);
}

#[tokio::test]
async fn other_words_after_an_outage_begin_a_conversation_of_their_own() {
    let deployment = ana_in_an_outage(1).await;
    tell(&deployment, "Should I switch diets?", None).await.assert_retry(503, "model_unavailable");
    assert_eq!(tell(&deployment, "What is for dinner?", None).await.status, 200);
    assert_eq!(conversations(&deployment).await.len(), 2);
}

#[tokio::test]
async fn a_key_whose_words_were_answered_without_it_gets_that_answer() {
    let deployment = ana_in_an_outage(1).await;
    tell(&deployment, "Should I switch diets?", Some("k-1")).await.assert_retry(503, "model_unavailable");
    let answered = tell(&deployment, "Should I switch diets?", None).await;
    let repeated = tell(&deployment, "Should I switch diets?", Some("k-1")).await;
    assert_eq!((repeated.status, &repeated.body), (200, &answered.body));
    assert_eq!(deployment.asked(Task::Coach).len(), 1, "one answer");
    assert_eq!(deployment.coach_transcript("ana").await.len(), 2);
}

#[tokio::test]
async fn words_whose_conversation_has_gone_on_begin_another_one() {
    let deployment = ana_in_an_outage(1).await;
    tell(&deployment, "Should I switch diets?", None).await.assert_retry(503, "model_unavailable");
    let [conversation] = conversations(&deployment).await.try_into().expect("one conversation");
    let gone_on = deployment.tell_in("ana", &json!({"conversation_id": conversation}), "Are you there?").await;
    assert_eq!(gone_on.status, 200);
    let anew = tell(&deployment, "Should I switch diets?", None).await;
    assert_eq!(anew.status, 200);
    assert_ne!(anew.body["conversation_id"], conversation);
    assert_eq!(deployment.coach_transcript("ana").await.len(), 5);
}
