//! Strikes a use case everywhere: begins it with a fault, sends it again where it was not answered, and once more; then looks.

use std::collections::BTreeMap;

use chrono::Duration;
use coaching::api::schedules::{WeeklyEvent, begin_weekly_run, collect_batches, reconcile_spending, recount_users};
use coaching::api::streaks::{StreakAnswer, watch};
use coaching::app::{App, FromApp};
use coaching::service::ledger::SpendingReconciler;
use coaching::service::{AbsenceCheck, BatchCollector, DirectoryRecount, WeeklyUpdater};
use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::strike::{FAULTS, Fault, Strike, everywhere};
use super::{Again, Begun, Scene, UseCase};
use crate::ledger::assert_settled;
use harness::{Chance, Deployment, as_function};

/// Deployments that are there at the same time.
const AT_ONCE: usize = 8;
/// Strikes of each fault that are tried at a use case, chosen by chance, unless `FAULTS_TRIED` says another number, such as 1000
/// for all of them.
const TRIED: usize = 4;
/// The same at a read, and where each takes a deployment of its own.
pub(super) const TRIED_ALONE: usize = 2;
/// After that, whatever a vanished function held has lapsed.
const LAPSED: Duration = Duration::minutes(20);
/// Codes that a person is told to try again with, beside those of our own errors.
const TRY_AGAIN: [&str; 2] = ["busy", "request_in_progress"];

/// How often each fault struck.
pub(super) type Struck = BTreeMap<Fault, usize>;

/// What became of something that was begun.
#[derive(Debug)]
struct Answer {
    done: bool,
    /// HTTP status; 0 where nobody is answered.
    status: u16,
    body: Value,
}

/// What a strike has met.
struct Hit {
    fault: Option<Fault>,
    struck: bool,
    /// What kinds of requests were sent.
    kinds: Vec<String>,
    /// How often Claude was asked, where nobody else was at work.
    asked: usize,
}

impl Hit {
    /// Asserts that Claude was asked, and paid, no more often than `undisturbed`, but once more where an answer may have been
    /// lost.
    fn assert_paid_once(&self, undisturbed: &Self, name: &str) {
        let most = undisturbed.asked + usize::from(self.fault.is_some_and(Fault::loses_answers));
        assert!(self.asked <= most, "{name} with {:?}: Claude was asked {} times", self.fault, self.asked);
    }
}

/// Carries out what is begun, by a function that is made from `app`.
async fn carry_out(deployment: &Deployment, app: &App, begun: &Begun) -> Answer {
    fn of<T: FromApp>(app: &App) -> T {
        T::from_app(app).expect("the settings of a test are valid")
    }
    let id = deployment.invocation();
    let ended_at = deployment.now() + Duration::minutes(5);
    let done = match begun {
        Begun::Call(call) => {
            let reply = deployment.send_through(app, call.clone()).await;
            return Answer { done: reply.status < 300, status: reply.status, body: reply.body };
        }
        Begun::Job(job) => deployment.deliver_through(app, job).await.batch_item_failures.is_empty(),
        Begun::Weekly(at) => {
            let (updater, event) = (of::<WeeklyUpdater>(app), WeeklyEvent { scheduled_time: Some(*at) });
            as_function("weekly-updater", begin_weekly_run(&updater, event, &id)).await.is_ok()
        }
        Begun::Collection => {
            let collector = of::<BatchCollector>(app);
            as_function("batch-collector", collect_batches(&collector, ended_at, &id)).await.is_ok()
        }
        Begun::Reconciliation => {
            let reconciler = of::<SpendingReconciler>(app);
            as_function("spending-reconciler", reconcile_spending(&reconciler, &id)).await.is_ok()
        }
        Begun::Recount => {
            let recount = of::<DirectoryRecount>(app);
            as_function("directory-recounter", recount_users(&recount, ended_at, &id)).await.is_ok()
        }
        Begun::Profiles(event) => deployment.deliver_changes(app, event.clone()).await.failures.is_empty(),
        Begun::Streaks(event) => {
            let check = of::<AbsenceCheck>(app);
            let watched = as_function("streak-watcher", watch(&check, event.clone(), &id)).await;
            watched.is_ok_and(|answer| !matches!(answer, StreakAnswer::Meals { failures } if !failures.is_empty()))
        }
    };
    Answer { done, status: 0, body: Value::Null }
}

impl Again {
    /// Whether a repetition that is answered so says that the use case is done.
    fn says_done(&self, answer: &Answer) -> bool {
        answer.done || matches!(self, Self::Told(code) | Self::SameOrTold(code) if answer.body["code"] == **code)
    }

    /// Asserts that what is done was answered a second time as it is to be.
    fn check(&self, first: &Answer, second: &Answer, situation: &str) {
        assert!(self.says_done(second), "{situation}: the repetition: {second:?}");
        match self {
            Self::Same([]) | Self::SameOrTold(_) => {
                assert_eq!((first.status, &first.body), (second.status, &second.body), "{situation}: the repetition");
            }
            Self::Same(fields) => {
                for field in *fields {
                    assert_eq!(first.body[field], second.body[field], "{situation}: {field} of the repetition");
                }
            }
            Self::Told(_) => assert!(!second.done, "{situation}: it is done twice"),
            Self::Done => {}
        }
    }
}

async fn deployment_for(case: &UseCase) -> Deployment {
    let variables = [("USER_DAILY_BUDGET_USD", "0"), ("DAILY_BUDGET_USD", "0")];
    let variables: Vec<_> = variables.into_iter().chain(case.variables.iter().copied()).collect();
    Deployment::with(&variables).await
}

/// Begins something for `name` with a fault.
async fn strike(deployment: &Deployment, case: &UseCase, name: &str, fault: Option<(Fault, usize)>) -> Hit {
    let begun = (case.begin)(deployment, name).await;
    let asked_before = asked(deployment);
    let strike = fault.map_or_else(Strike::none, |(fault, at)| Strike::new(fault, at));
    let app = deployment.app_through(strike.clone()).await;
    let first = strike.run(carry_out(deployment, &app, &begun)).await;
    let struck = strike.struck().await;
    let situation = format!("{} with {fault:?} ({struck:?})", case.name);
    let answer = match first {
        Some(first) if first.done => first,
        refused => {
            assert!(struck.is_some(), "{situation}: {refused:?}");
            if let Some(refused) = refused.filter(|refused| refused.status > 0) {
                let code = refused.body["code"].as_str().unwrap_or_default();
                let told = refused.status >= 500 || TRY_AGAIN.contains(&code) || case.again.says_done(&refused);
                assert!(told, "{situation}: {refused:?}");
            }
            deployment.pass(LAPSED);
            let answer = carry_out(deployment, &deployment.app(), &begun).await;
            assert!(case.again.says_done(&answer), "{situation}: sent again: {answer:?}");
            answer
        }
    };
    let repeated = carry_out(deployment, &deployment.app(), &begun).await;
    if answer.done {
        case.again.check(&answer, &repeated, &situation);
    }
    let seen = (case.look)(deployment, name).await;
    assert_eq!(seen, (case.noticed)(name), "{situation}");
    let asked = asked(deployment).saturating_sub(asked_before);
    Hit { fault: fault.map(|(fault, _)| fault), struck: struck.is_some(), kinds: strike.kinds().await, asked }
}

/// How often Claude was asked for something that it charges for.
fn asked(deployment: &Deployment) -> usize {
    deployment.claude.requests().iter().filter(|request| request.method == "POST").count()
}

/// Lets lapse whatever is still held, and asserts that every call is settled.
async fn settle(deployment: &Deployment, case: &UseCase) {
    deployment.pass(LAPSED);
    deployment.reconcile().await;
    assert_settled(deployment, case.name).await;
}

/// Strikes a use case with each fault at each of its requests.
async fn strike_everywhere(case: &UseCase, chance: &mut Chance) -> Struck {
    let deployment = deployment_for(case).await;
    let undisturbed = strike(&deployment, case, "ana", None).await;
    assert!(!undisturbed.kinds.is_empty(), "{} sends nothing", case.name);
    let all = everywhere(&undisturbed.kinds);
    let (alone, together): (Vec<_>, Vec<_>) = all.partition(|(fault, _)| match case.scene {
        Scene::Shared => false,
        // Who is slow would keep all others waiting for the queue.
        Scene::Queue => *fault == Fault::Slow,
        Scene::Own => true,
    });
    let (alone, together) = (sample(alone, TRIED_ALONE, chance), sample(together, TRIED, chance));
    let (slow, quick): (Vec<_>, Vec<_>) = together.into_iter().partition(|(fault, _)| *fault == Fault::Slow);
    let name = |(fault, at): (Fault, usize)| format!("{}-{fault:?}-{at}", case.name.replace(' ', "-")).to_lowercase();
    let mut hits = Vec::new();
    for place in quick {
        deployment.claude.clear();
        let hit = Box::pin(strike(&deployment, case, &name(place), Some(place))).await;
        hit.assert_paid_once(&undisturbed, &name(place));
        hits.push(hit);
    }
    // Nothing but time passes: all at once.
    let slow = slow.into_iter().map(|place| {
        let (deployment, name) = (&deployment, name(place));
        async move { strike(deployment, case, &name, Some(place)).await }
    });
    hits.extend(futures_util::future::join_all(slow).await);
    settle(&deployment, case).await;
    let alone = alone.into_iter().map(|place| async move {
        let deployment = deployment_for(case).await;
        let hit = strike(&deployment, case, "ana", Some(place)).await;
        settle(&deployment, case).await;
        hit
    });
    let mut alone = stream::iter(alone).buffer_unordered(AT_ONCE);
    while let Some(hit) = alone.next().await {
        hit.assert_paid_once(&undisturbed, case.name);
        hits.push(hit);
    }
    let mut struck = Struck::new();
    for fault in FAULTS {
        let count = hits.iter().filter(|hit| hit.struck && hit.fault == Some(fault)).count();
        struck.insert(fault, count);
    }
    assert!(struck.values().any(|count| *count > 0), "nothing struck {}", case.name);
    struck
}

/// Some of each fault: `tried`, or as many as `FAULTS_TRIED` says.
pub(super) fn sample(mut all: Vec<(Fault, usize)>, tried: usize, chance: &mut Chance) -> Vec<(Fault, usize)> {
    let tried = std::env::var("FAULTS_TRIED").ok().and_then(|tried| tried.parse().ok()).unwrap_or(tried);
    chance.shuffle(&mut all);
    FAULTS.into_iter().flat_map(|fault| all.iter().filter(move |of| of.0 == fault).take(tried)).copied().collect()
}

/// Chance from a seed that is printed.
pub(super) fn seed() -> Chance {
    let chance = Chance::given_by("FAULTS_SEED");
    println!("fault table: seed {}: with it in FAULTS_SEED the same is tried again", chance.seed());
    chance
}

/// Strikes use cases, or those alone whose names have what is in `FAULTS_CASE`, and prints how often.
pub(super) async fn strike_all(cases: &[UseCase]) {
    let mut chance = seed();
    let wanted = std::env::var("FAULTS_CASE").unwrap_or_default();
    for case in cases.iter().filter(|case| case.name.contains(&wanted)) {
        let struck = Box::pin(strike_everywhere(case, &mut chance)).await;
        tell(case.name, &struck);
    }
}

/// Prints the size of a part of the table.
pub(super) fn tell(name: &str, struck: &Struck) {
    let of_faults: Vec<_> = struck.iter().map(|(fault, hits)| format!("{fault:?} {hits}")).collect();
    println!("fault table: {name}: {} faults ({})", struck.values().sum::<usize>(), of_faults.join(", "));
}
