//! What changes nothing: after whatever strikes it, it is answered when it is asked for again, and as it always is.

use chrono::{Duration, SecondsFormat};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use super::run::{Struck, TRIED_ALONE, sample, seed, tell};
use super::strike::{FAULTS, Fault, Strike, everywhere};
use harness::{Call, Deployment, Reply};

/// Questions that are asked at the same time.
const AT_ONCE: usize = 16;

/// Somebody, or an admin, who asks for something.
pub(super) struct Read {
    /// The function that answers.
    pub(super) function: &'static str,
    /// The request.
    ask: fn(&Scene) -> Call,
    /// Where in the answer something stands that was prepared, and what.
    shows: (&'static str, fn(&Scene) -> Value),
}

/// A deployment in which there is something of everything.
pub(super) struct Scene {
    deployment: Deployment,
    session_id: String,
    run_id: String,
}

impl Scene {
    async fn new() -> Self {
        let deployment = Deployment::with(&[("UPDATE_SHARDS", "1"), ("PROMPT_UPDATE_MODE", "immediate")]).await;
        let session_id = deployment.prompted("ana", &[2_000; 8]).await;
        deployment.sign_up("ben").await;
        for name in ["ana", "ben"] {
            assert_eq!(deployment.tell(name, "What is for lunch?").await.status, 200);
        }
        let terms = json!({"uses": 3, "expires_at": "2027-01-31T23:59:59Z", "label": "Spring"});
        let issued = deployment.send(Call::to("issue-consultation-key").by_admin("boss").json(&terms)).await;
        assert_eq!(issued.status, 201);
        deployment.pass(Duration::days(7));
        deployment.weekly().await;
        let run_id = deployment.now().to_rfc3339_opts(SecondsFormat::Secs, true);
        deployment.eat("ana", deployment.now(), 2_000).await;
        assert_eq!(deployment.tell("ana", "And for dinner?").await.status, 200);
        deployment.follow_profiles().await;
        Self { deployment, session_id, run_id }
    }
}

/// A question with what its answer shows.
const fn asks(function: &'static str, ask: fn(&Scene) -> Call, shows: (&'static str, fn(&Scene) -> Value)) -> Read {
    Read { function, ask, shows }
}

fn by_admin(function: &'static str) -> Call {
    Call::to(function).by_admin("boss")
}

pub(super) const READS: &[Read] = &[
    asks("get-profile", |_| Call::to("get-profile").by("ana"), ("/name", |_| json!("ana Okonkwo"))),
    asks(
        "get-consultation",
        |scene| Call::to("get-consultation").by("ana").path("session_id", &scene.session_id),
        ("/status", |_| json!("complete")),
    ),
    asks(
        "list-coach-messages",
        |_| Call::to("list-coach-messages").by("ana"),
        ("/items/3/message", |_| json!("What is for lunch?")),
    ),
    asks(
        "list-conversations",
        |_| Call::to("list-conversations").by("ana"),
        ("/items/0/first_words", |_| json!("And for dinner?")),
    ),
    asks("list-meals", |_| Call::to("list-meals").by("ana"), ("/items/0/calories", |_| json!(2_000))),
    asks("list-weights", |_| Call::to("list-weights").by("ana"), ("/items", |_| json!([]))),
    asks("get-behavior", |_| Call::to("get-behavior").by("ana"), ("/days_logged", |_| json!(8))),
    asks("list-prompts", |_| Call::to("list-prompts").by("ana"), ("/items/0/version", |_| json!(2))),
    asks("list-consultation-keys", |_| by_admin("list-consultation-keys"), ("/items/0/label", |_| json!("Spring"))),
    asks("list-users", |_| by_admin("list-users").query("state", "coached"), ("/items/0/user_id", |_| json!("ana"))),
    asks("list-users", |_| by_admin("list-users").query("address", "ben@"), ("/items/0/user_id", |_| json!("ben"))),
    asks("get-user", |_| by_admin("get-user").path("user", "ana@example.com"), ("/user_id", |_| json!("ana"))),
    asks("get-report", |_| by_admin("get-report"), ("/users_with_prompts", |_| json!(1))),
    asks("list-replies", |_| by_admin("list-replies"), ("/items/0/user_id", |_| json!("ana"))),
    asks("list-runs", |_| by_admin("list-runs"), ("/items/0/run_id", |scene| json!(scene.run_id))),
    asks(
        "get-run",
        |scene| by_admin("get-run").path("run_id", &scene.run_id),
        ("/run_id", |scene| json!(scene.run_id)),
    ),
    asks("get-spending", |_| by_admin("get-spending"), ("/unassigned_usd", |_| json!(0.0))),
    asks(
        "list-audit",
        |_| by_admin("list-audit").query("user", "ana"),
        ("/items/0/action", |_| json!("consultation_access_set")),
    ),
    asks("list-audit", |_| by_admin("list-audit"), ("/items/0/action", |_| json!("consultation_key_issued"))),
];

/// Asks once with a fault; whether it struck.
async fn strike(scene: &Scene, read: &Read, undisturbed: &Value, fault: Fault, at: usize) -> bool {
    let strike = Strike::new(fault, at);
    let app = scene.deployment.app_through(strike.clone()).await;
    let call = (read.ask)(scene);
    let first = strike.run(scene.deployment.send_through(&app, call.clone())).await;
    let struck = strike.struck().await;
    let situation = format!("{} with {fault:?} at {struck:?}", read.function);
    let answer = match first {
        Some(Reply { status: 200, body, .. }) => body,
        refused => {
            assert!(struck.is_some(), "{situation}: {refused:?}");
            if let Some(refused) = refused {
                refused.assert_retry(503, "temporarily_unavailable");
            }
            scene.deployment.read(call).await
        }
    };
    assert_eq!(answer, *undisturbed, "{situation}");
    struck.is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_strikes_a_question_it_is_answered_as_always_when_it_is_asked_again() {
    let scene = Scene::new().await;
    let mut chance = seed();
    let mut tries = Vec::new();
    let mut answers = Vec::new();
    for read in READS {
        let strike = Strike::none();
        let app = scene.deployment.app_through(strike.clone()).await;
        let reply = scene.deployment.send_through(&app, (read.ask)(&scene)).await;
        assert_eq!(reply.status, 200, "{}: {reply:?}", read.function);
        let (place, prepared) = read.shows;
        assert_eq!(reply.body.pointer(place), Some(&prepared(&scene)), "{}: {place}", read.function);
        let kinds = strike.kinds().await;
        assert!(!kinds.is_empty(), "{} sends nothing", read.function);
        let sample = sample(everywhere(&kinds).collect(), TRIED_ALONE, &mut chance);
        tries.extend(sample.into_iter().map(|(fault, at)| (answers.len(), fault, at)));
        answers.push(reply.body);
    }
    let struck = tries.into_iter().map(|(number, fault, at)| {
        let (scene, answers) = (&scene, &answers);
        async move { (number, fault, strike(scene, &READS[number], &answers[number], fault, at).await) }
    });
    let struck: Vec<_> = stream::iter(struck).buffer_unordered(AT_ONCE).collect().await;
    for (number, read) in READS.iter().enumerate() {
        let hits =
            |of: Fault| struck.iter().filter(move |(other, fault, hit)| *hit && (*other, *fault) == (number, of));
        let struck: Struck = FAULTS.into_iter().map(|fault| (fault, hits(fault).count())).collect();
        assert!(struck.values().any(|count| *count > 0), "nothing struck {}", read.function);
        tell(read.function, &struck);
    }
}
