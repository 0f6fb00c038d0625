//! The fault table: what a person does or asks for, with a fault at each request that it sends. Afterwards, and after the same was
//! sent once more where it was not answered, everything is as if nothing had happened: nothing is lost, nothing stands twice,
//! nothing is paid twice, and the sums are those of the ledger.

mod use_cases;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use chrono::Duration;
use coaching::jobs::Job;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use test_support::{Exchange, Fate, Intercept};
use tokio::sync::{Mutex, Notify};

use self::use_cases::USE_CASES;
use crate::harness::{Call, Deployment};
use crate::ledger::assert_settled;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// DynamoDB refuses it because of its rate.
    Throttled,
    /// Another transaction holds an item.
    Conflict,
    /// It is carried out, and its answer is lost.
    LostAnswer,
    /// It takes longer than a try may take.
    Slow,
    /// The function vanishes before it.
    KilledBefore,
    /// The function vanishes behind it.
    KilledAfter,
}

const FAULTS: [Fault; 6] =
    [Fault::Throttled, Fault::Conflict, Fault::LostAnswer, Fault::Slow, Fault::KilledBefore, Fault::KilledAfter];

/// Longer than a try of a request to DynamoDB may take.
const SLOW: std::time::Duration = std::time::Duration::from_millis(2_100);

/// A fault at one request.
struct Strike {
    fault: Fault,
    at: usize,
    steps: AtomicUsize,
    /// Of what kind the struck request is, if the fault can strike it.
    struck: Mutex<Option<String>>,
    vanished: Notify,
}

impl Strike {
    fn new(fault: Fault, at: usize) -> Arc<Self> {
        let (steps, struck, vanished) = (AtomicUsize::new(0), Mutex::default(), Notify::new());
        Arc::new(Self { fault, at, steps, struck, vanished })
    }

    fn strikes(&self, exchange: &Exchange) -> bool {
        let of_dynamodb = !exchange.kind.starts_with("POST ") && exchange.kind != "SendMessage";
        match self.fault {
            Fault::Throttled | Fault::Slow => of_dynamodb,
            Fault::Conflict => exchange.kind.starts_with("TransactWriteItems"),
            Fault::LostAnswer => exchange.kind != "SendMessage",
            Fault::KilledBefore | Fault::KilledAfter => true,
        }
    }

    async fn vanish(&self) {
        self.vanished.notify_one();
        std::future::pending::<()>().await;
    }
}

#[async_trait]
impl Intercept for Strike {
    async fn before(&self, exchange: &Exchange) -> Fate {
        if self.steps.fetch_add(1, Ordering::SeqCst) != self.at || !self.strikes(exchange) {
            return Fate::Pass;
        }
        *self.struck.lock().await = Some(exchange.kind.clone());
        match self.fault {
            Fault::Throttled => Fate::Refuse("ThrottlingException"),
            Fault::Conflict => Fate::Cancel("TransactionConflict"),
            Fault::LostAnswer => Fate::LoseAnswer,
            Fault::Slow => {
                tokio::time::sleep(SLOW).await;
                Fate::Pass
            }
            Fault::KilledBefore => {
                self.vanish().await;
                Fate::Pass
            }
            Fault::KilledAfter => Fate::Pass,
        }
    }

    async fn after(&self, exchange: &Exchange, _answer: &Value) {
        let struck = self.struck.lock().await.as_ref() == Some(&exchange.kind);
        if self.fault == Fault::KilledAfter && struck {
            self.vanish().await;
        }
    }
}

/// What is begun.
#[derive(Clone)]
enum Begun {
    /// A request, which carries an idempotency key where it takes one.
    Call(Call),
    /// A job of the queue.
    Job(Job),
}

/// What a person, an admin or the queue does, and what is there afterwards.
struct UseCase {
    name: &'static str,
    prepare: for<'a> fn(&'a Deployment, &'a str) -> LocalBoxFuture<'a, Begun>,
    look: for<'a> fn(&'a Deployment, &'a str) -> LocalBoxFuture<'a, Value>,
}

/// How often each fault struck, by use case.
type Struck = BTreeMap<(&'static str, Fault), usize>;

/// Begins something for `name` with a fault; whether the fault struck.
async fn strike(deployment: &Deployment, case: &UseCase, name: &str, fault: Fault, at: usize) -> (bool, usize) {
    let begun = (case.prepare)(deployment, name).await;
    let strike = Strike::new(fault, at);
    let app = deployment.app_through(strike.clone()).await;
    let work = async {
        match &begun {
            Begun::Call(call) => deployment.send_through(&app, call.clone()).await.status < 300,
            Begun::Job(job) => deployment.deliver_through(&app, job).await.batch_item_failures.is_empty(),
        }
    };
    let done = tokio::select! {
        done = Box::pin(work) => done,
        () = strike.vanished.notified() => false,
    };
    let struck = strike.struck.lock().await.clone();
    let situation = format!("{} with {fault:?} at request {at} ({struck:?})", case.name);
    let struck = struck.is_some();
    if struck && !done {
        // Whatever the vanished function held has lapsed.
        deployment.pass(Duration::minutes(20));
        match begun {
            Begun::Call(call) => {
                let again = deployment.send(call).await;
                // Whoever has signed up already, or has deleted the meal, is told so.
                let done = ["profile_exists", "meal_not_found"].map(Value::from).contains(&again.body["code"]);
                assert!(again.status < 300 || done, "{situation}: {again:?}");
            }
            Begun::Job(job) => {
                let again = deployment.deliver(&job).await;
                assert!(again.batch_item_failures.is_empty(), "{situation}");
            }
        }
    }
    if case.name == "first-prompt" {
        complete_again(deployment, name).await;
    }
    let seen = (case.look)(deployment, name).await;
    if !struck && at == usize::MAX {
        return (false, strike.steps.load(Ordering::SeqCst));
    }
    let undisturbed = (case.look)(deployment, "undisturbed").await;
    assert_eq!(seen, undisturbed, "{situation}");
    (struck, strike.steps.load(Ordering::SeqCst))
}

/// Completes a consultation again whose prompt could not be written, as its person is told to.
async fn complete_again(deployment: &Deployment, name: &str) {
    let profile = deployment.profile(name).await;
    let session_id = profile["consultation_session_id"].as_str().expect("a session").to_owned();
    if deployment.session(name, &session_id).await["status"] == "failed" {
        assert_eq!(deployment.complete(name, &session_id).await.status, 202, "{name}");
        deployment.run_jobs().await;
    }
}

/// Strikes a use case with each fault at each of its requests.
async fn strike_everywhere(case: &UseCase) -> Struck {
    let deployment = Deployment::with(&[("USER_DAILY_BUDGET_USD", "0"), ("DAILY_BUDGET_USD", "0")]).await;
    let (_, requests) = strike(&deployment, case, "undisturbed", Fault::Throttled, usize::MAX).await;
    assert!(requests > 0, "{} sends nothing", case.name);
    let mut struck = Struck::new();
    for fault in FAULTS {
        let name = |at: usize| format!("{}-{fault:?}-{at}", case.name).to_lowercase();
        let hits: Vec<bool> = if fault == Fault::Slow && !["first-prompt", "regenerate-prompt"].contains(&case.name) {
            // Nothing but time passes: all at once. Jobs are taken from one queue, one after another.
            let all = (0..requests).map(|at| {
                let (deployment, name) = (&deployment, name(at));
                async move { strike(deployment, case, &name, fault, at).await.0 }
            });
            futures_util::future::join_all(all).await
        } else {
            let mut hits = Vec::new();
            for at in 0..requests {
                hits.push(Box::pin(strike(&deployment, case, &name(at), fault, at)).await.0);
            }
            hits
        };
        struck.insert((case.name, fault), hits.into_iter().filter(|hit| *hit).count());
    }
    deployment.pass(Duration::minutes(20));
    deployment.reconcile().await;
    assert_settled(&deployment, case.name).await;
    struck
}

/// The table, a use case at a time; its size is printed.
async fn strike_all(of: &[&str]) {
    for case in USE_CASES.iter().filter(|case| of.contains(&case.name)) {
        let struck = Box::pin(strike_everywhere(case)).await;
        for fault in FAULTS {
            assert!(
                fault == Fault::Conflict || struck[&(case.name, fault)] > 0,
                "{fault:?} never struck {}",
                case.name
            );
        }
        let of_faults: Vec<_> = struck.iter().map(|((_, fault), hits)| format!("{fault:?} {hits}")).collect();
        println!("fault table: {}: {} faults ({})", case.name, struck.values().sum::<usize>(), of_faults.join(", "));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_strikes_an_account_or_its_meals_it_is_as_if_nothing_had_happened() {
    strike_all(&["sign-up", "update-profile", "open-the-gate", "log-meal", "update-meal", "delete-meal"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_strikes_a_talk_it_is_as_if_nothing_had_happened() {
    strike_all(&["start-consultation", "consultation-message", "coach-message"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_strikes_the_writing_of_a_first_prompt_it_is_as_if_nothing_had_happened() {
    strike_all(&["first-prompt"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_strikes_a_decision_about_a_prompt_it_is_as_if_nothing_had_happened() {
    strike_all(&["regenerate-prompt", "set-risk", "withdraw-prompt"]).await;
}
