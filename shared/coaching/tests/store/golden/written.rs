//! Everything that this release writes, by its own stores: an item at least of every shape, with all of its attributes.

use std::collections::BTreeSet;

use chrono::Duration;
use uuid::Uuid;

use super::readers::OPENING;
use crate::batches::reserving;
use crate::samples::{
    at, behavior, check, coached, day, decision, fact, goal, heard, meal, message, profile, recipe, session, user,
    version,
};
use crate::spending::hold;
use coaching::app::App;
use coaching::store::{
    Actor, Attempt, AuditAction, AuditEntry, CheckMark, CheckResult, CheckedAs, ConsultationKeyRecord, Draft, Hold,
    Limits, NewVersion, OpenBatch, RowChange, RunCounters, RunRecord, RunState, StopCause, StoppedPart, StoredResponse,
    Submission, Waiting,
};
use coaching::store::{Answered, LockOutcome};
use domain::consultation::{
    Category, ConsultationKey, ConsultationSection, Experience, Fact, KeyTerms, Progress, Session,
};
use domain::conversation::{CoachMessage, CoachMessageBody, CoachReply, Conversation, Role};
use domain::directory::{ListedUser, Measured, Outcome, RiskCourse};
use domain::lease::Lease;
use domain::ledger::Used;
use domain::meals::MealType;
use domain::money::{TokenUsage, Usd};
use domain::profile::{FirstPrompt, GoalText, LearnedGoal, PendingUpdate, PromptWithdrawal};
use domain::realtime::{Cause, Request};
use domain::recipe::{RecipeOverride, UserType};
use domain::run_part::{PartKind, RunPart};
use domain::safety::{Reason, Risk, Signal};
use domain::spending::Pool;
use test_support::{Stores, TestDatabase, app};

const RUN: &str = "2026-11-22T03:00:00Z";
const NOON: &str = "2026-11-22T12:00:00Z";

fn reason() -> Reason {
    Reason::parse("reason", "Spoke with them.").expect("a reason")
}

fn told(action: AuditAction) -> AuditEntry {
    AuditEntry { user_id: user("ana"), at: at(NOON), id: Uuid::from_u128(9), actor: Actor::Admin(user("boss")), action }
}

/// Lets every store write what it can.
pub(super) async fn everything(database: &TestDatabase) {
    let (stores, app) = (database.stores(), app(&database.client, database.tables.variables()));
    people(&stores, &app).await;
    consultation(&stores).await;
    conversation(&stores).await;
    run(&stores).await;
    requests(&stores, &app).await;
    directory(&stores).await;
    decisions(&stores).await;
    let lunch = meal(MealType::Lunch, "2026-11-21T18:00:00Z", 500);
    let noted = domain::meals::Meal {
        entry: domain::meals::NewMeal { notes: Some("So stressed today".to_owned()), ..lunch.entry.clone() },
        ..lunch
    };
    let _ = stores.meals.log(&user("ana"), &noted).await.expect("stored");
    spending(&stores).await;
    let streaks = &stores.streaks;
    streaks.watch(&user("ana"), "007", at("2026-11-24T00:00:00Z")).await.expect("stored");
    let cause = Cause::BrokenStreak { last_day: day("2026-11-20") };
    let request = Request { requested_at: at(NOON), cause, queued: false };
    let _ = streaks.claim(&user("ana"), &request, Some(day("2026-11-20")), None).await.expect("stored");
}

async fn spending(stores: &Stores) {
    let (today, spending) = (day("2026-11-22"), &stores.spending);
    for (number, settled) in [(51, true), (52, false)] {
        let hold = Hold { call_id: Uuid::from_u128(number), ..hold(today, Some(user("ana")), 1_000) };
        let _ = spending.reserve(&hold, Limits::default()).await.expect("stored");
        if settled {
            let entry = spending.entry(&hold, &coached(17), at(NOON));
            let _ = spending.settle(&hold, &coached(17), entry).await.expect("stored");
        }
    }
    let _ = spending.note_told(today, Pool::Live, Used::Most).await.expect("stored");
    let _ = spending.note_compared(today).await.expect("stored");
}

async fn people(stores: &Stores, app: &App) {
    let addresses = app.addresses().expect("the table has a name");
    let _ = stores.profiles.create(&profile("ana"), &addresses).await.expect("stored");
    for name in ["ben", "cleo"] {
        let _ = stores.profiles.create_unclaimed(&profile(name)).await.expect("stored");
    }
    // Ben stays without a prompt, and that of Cleo is withdrawn.
    let _ = stores.versions.add_prompt_version(&mut version(&user("cleo"), 0)).await.expect("stored");
    let ana = user("ana");
    let first = NewVersion { conversational_profile: Some("She wants to be heard.".to_owned()), ..version(&ana, 0) };
    let mut restored = version(&ana, 2);
    restored.entry.restored.get_or_insert(coaching::store::Restored { version: 1, request: Uuid::from_u128(7) });
    let mark = CheckMark { page_id: "shard#007#page".to_owned(), outcome: CheckedAs::Updated };
    for mut version in [first, version(&ana, 1), NewVersion { mark: Some(mark), ..restored }] {
        let _ = stores.versions.add_prompt_version(&mut version).await.expect("stored");
    }
    let pending = PendingUpdate {
        decision: decision(),
        metrics: behavior(1_900),
        recipe: recipe(),
        run_id: Some(RUN.to_owned()),
    };
    let decided =
        coaching::store::CheckOutcome { result: CheckResult::Changed(pending), ..check(3, CheckedAs::Batched) };
    let _ = stores.profiles.record_check(&ana, &decided).await.expect("stored");
    let _ = stores.profiles.claim_manual_regeneration(&ana, at(NOON), at(RUN)).await.expect("stored");
    let recipe = RecipeOverride { user_type: Some(UserType::Athlete), variant: Some(recipe().variant) };
    let set =
        told(AuditAction::RecipeSet { user_type: recipe.user_type, variant: recipe.variant.clone(), reason: reason() });
    let set = AuditEntry { id: Uuid::from_u128(201), ..set };
    let _ = stores.profiles.set_recipe_override(&recipe, &stores.audit, &set).await.expect("stored");
}

async fn consultation(stores: &Stores) {
    let id = Uuid::from_u128(3);
    let begun = session(id, &user("ana"));
    let _ = stores.consultations.open(&begun, &message(0, Role::Assistant, "Hello.")).await.expect("stored");
    let lease = Lease { until: at("2026-11-02T10:01:00Z") };
    let asked = Session { message_count: 2, user_messages: 1, answering: Some(lease), ..begun };
    let said = message(1, Role::User, "I want to lose eight kilos.");
    let now = at("2026-11-02T10:00:30Z");
    let _ = stores.consultations.begin_turn(&asked, Some(&said), now, None).await.expect("stored");
    let words = GoalText::parse("goal", "wieder in die alte Jeans passen").expect("a goal");
    let learned = Some(LearnedGoal { goal: domain::profile::Goal::LoseWeight, words: Some(words) });
    let answered = Session {
        message_count: 3,
        goal: learned,
        progress: Progress::stored([ConsultationSection::Goals], 1),
        body: profile("ana").body,
        health: profile("ana").health,
        heard: heard(),
        ..asked
    };
    let training = fact(Category::Training, "running", "Runs three times a week.");
    let training = Fact { sessions_per_week: Some(3), experience: Some(Experience::Beginner), ..training };
    let (reply, facts) = (message(2, Role::Assistant, "Why now?"), [goal(1, "weight", "70 kg."), training]);
    let turn = Answered { session: &answered, reply: &reply, facts: &facts, removed: &[], declined: None };
    let _ = stores.consultations.finish_turn(&turn, lease, None).await.expect("stored");
    let _ = stores.consultations.begin_generation(&user("ana"), id, now).await.expect("stored");
    let _ = stores.consultations.lease_generation(id, lease, now).await.expect("stored");
    stores
        .consultations
        .save_profile_text(id, lease, "She wants to be heard.", Usd::from_nanos(5))
        .await
        .expect("stored");
}

async fn conversation(stores: &Stores) {
    let asked_at = at(NOON);
    let question = CoachMessage {
        user_id: user("ana"),
        message_id: Uuid::from_u128(21),
        conversation_id: Uuid::from_u128(20),
        position: 0,
        body: CoachMessageBody::Question { text: OPENING.to_owned(), declined: false },
        created_at: asked_at,
    };
    let lease = Lease::from(asked_at, Duration::seconds(30));
    let begun = Conversation { answering: Some(lease), ..Conversation::beginning_with(&question) };
    let _ = stores.conversations.open(&begun, &question, None, None).await.expect("stored");
    let reply = CoachReply {
        text: "Well.".to_owned(),
        in_reply_to: question.message_id,
        system_prompt_version_used: Some(3),
        targets_revision: Some(2),
        variant: Some(recipe().variant),
        declined: false,
        model: "claude-sonnet-5-5".to_owned(),
        usage: TokenUsage {
            input_tokens: 1,
            output_tokens: 2,
            cache_read_input_tokens: 3,
            cache_creation_input_tokens: 4,
        },
        cost: Usd::from_nanos(17),
    };
    let reply = CoachMessage {
        message_id: Uuid::from_u128(22),
        position: 1,
        body: CoachMessageBody::Reply(reply),
        created_at: asked_at + Duration::seconds(1),
        ..question.clone()
    };
    let marked = stores.conversations.mark_hour(asked_at, 4).await.expect("stored");
    let after = begun.after_message(reply.created_at);
    let finished = stores.conversations.finish_turn(&after, &question, &reply, Some(&marked), lease, None).await;
    let _ = finished.expect("stored");
    let again = CoachMessage {
        message_id: Uuid::from_u128(23),
        position: 2,
        created_at: asked_at + Duration::minutes(1),
        ..question
    };
    let lease = Lease::from(again.created_at, Duration::seconds(30));
    let going_on = Conversation { answering: Some(lease), ..after.after_message(again.created_at) };
    let _ = stores.conversations.begin_turn(&going_on, Some(&again), again.created_at, None).await.expect("stored");
}

async fn run(stores: &Stores) {
    let runs = &stores.runs;
    let counters = RunCounters { checked: 1, ..RunCounters::default() };
    let record = RunRecord {
        run_id: RUN.to_owned(),
        as_of: at(RUN),
        state: RunState::Running,
        change_detection: Some(true),
        shards_queued: 2,
        shards_done: 0,
        counters,
    };
    let part =
        |kind| RunPart { run_id: RUN.to_owned(), as_of: at(RUN), request_id: Some("request-1".to_owned()), kind };
    let shard = part(PartKind::Shard { shard: "007".to_owned() });
    let (now, lease) = (at("2026-11-22T03:00:01Z"), Lease { until: at("2026-11-22T03:15:00Z") });
    let _ = runs.start(&record).await.expect("stored");
    let _ = runs.widest_shards(16).await.expect("stored");
    let _ = runs.lease_part(&shard, lease, now).await.expect("stored");
    let waiting = [Waiting { user_id: user("ana"), version: 3 }];
    for number in 1..=4 {
        runs.open_page(RUN, &format!("shard#007#page-{number}"), &[user("ana")]).await.expect("stored");
    }
    for (number, waiting) in [(2, &waiting[..]), (3, &waiting[..]), (4, &[])] {
        runs.count_page(RUN, &format!("shard#007#page-{number}"), &counters, waiting).await.expect("stored");
    }
    let draft = Draft { draft_id: Uuid::from_u128(31), begun_at: now, requests: 1, most: Usd::from_nanos(7) };
    let submission = Submission {
        draft: draft.clone(),
        part: shard.clone(),
        pages: vec!["shard#007#page-3".to_owned()],
        estimate: Usd::from_nanos(7),
    };
    let _ = runs.begin_submission(&submission, reserving(stores, &draft)).await.expect("stored");
    let batch = OpenBatch {
        batch_id: "msgbatch_1".to_owned(),
        run_id: RUN.to_owned(),
        as_of: at(RUN),
        attempt: 1,
        estimate: Usd::from_nanos(7),
        request_id: Some("request-1".to_owned()),
        submitted_at: now,
        requests: 1,
        draft: Some(draft),
    };
    runs.open_page(RUN, "shard#007#page-5", &[user("ana")]).await.expect("stored");
    runs.count_page(RUN, "shard#007#page-5", &counters, &waiting).await.expect("stored");
    runs.submit_pages(RUN, &["shard#007#page-5".to_owned()], None, Some(&batch), &counters).await.expect("stored");
    runs.finish_batch(RUN, "msgbatch_1", &counters, None).await.expect("stored");
    runs.isolate(RUN, &user("ana")).await.expect("stored");
    let stopped = StoppedPart { part: shard, day: day("2026-11-22"), cause: StopCause::Budget };
    runs.stop_part(&stopped, lease).await.expect("stored");
    let retry = part(PartKind::Retry { batch_id: "msgbatch_1".to_owned(), attempt: 2 });
    let _ = runs.lease_part(&retry, lease, now).await.expect("stored");
}

async fn requests(stores: &Stores, app: &App) {
    let (ana, now, keep_for) = (user("ana"), at(NOON), Duration::hours(24));
    let lease = Lease::from(now, Duration::seconds(30));
    for request in ["log-meal#claimed", "log-meal#answered"] {
        let attempt =
            Attempt { user_id: &ana, request, fingerprint: "f", resource_id: Uuid::from_u128(41), now, keep_for };
        let _ = stores.idempotency.begin(attempt, lease).await.expect("stored");
    }
    let response = StoredResponse { status: 201, body: "{}".to_owned() };
    stores.idempotency.finish(&ana, "log-meal#answered", lease, &response).await.expect("stored");
    let taken = stores.locks.take(&ana, "version#2", Uuid::from_u128(42), lease, now).await.expect("stored");
    assert!(matches!(taken, LockOutcome::First(_)), "nobody holds it");
    app.minors().expect("the table has a name").remember(&ana, day("2032-11-22")).await.expect("stored");
    let key = ConsultationKey::from_random([7; ConsultationKey::LENGTH]);
    let terms = KeyTerms { uses: 3, expires_at: at("2026-12-31T00:00:00Z"), label: "Spring".to_owned() };
    let record = ConsultationKeyRecord::new(Uuid::from_u128(43), terms, now);
    let issued = AuditAction::ConsultationKeyIssued {
        key_id: record.key_id,
        label: record.label.clone(),
        uses: 3,
        expires_at: record.state.expires_at,
    };
    let _ = stores.consultation_keys.issue(&key, &record, None, &stores.audit, &told(issued)).await.expect("stored");
    let none = stores.redemptions.wrong_keys(&user("ben")).await.expect("readable");
    let redeemed = AuditAction::ConsultationKeyRedeemed { key_id: record.key_id };
    let redeemed = AuditEntry { user_id: user("ben"), ..told(redeemed) };
    let _ = stores.redemptions.redeem(&key, &none, &stores.audit, &redeemed).await.expect("stored");
    let none = stores.redemptions.wrong_keys(&ana).await.expect("readable");
    let _ = stores.redemptions.count_wrong(&ana, &none, now).await.expect("stored");
}

async fn directory(stores: &Stores) {
    let risk = RiskCourse::of(&profile("ana").risk);
    let listed = ListedUser {
        user_id: user("ana"),
        email: profile("ana").email,
        name: profile("ana").name,
        created_at: profile("ana").created_at,
        consultation_enabled: true,
        suspended: false,
        generation: Some(FirstPrompt::Failed {
            failed_at: at(NOON),
            reason: "Try again.".to_owned(),
            retry_at: Some(at(NOON)),
        }),
        version: Some(3),
        prompt_withdrawn_at: Some(at(NOON)),
        last_prompt_update: Some(at(RUN)),
        next_check_at: Some(at("2026-11-28T15:00:00Z")),
        risk,
        outcome: Some(Outcome {
            variant: "direct".to_owned(),
            at_random: true,
            experiment: recipe().experiment,
            measured: Measured { adherence: Some(500), logging: Some(900), ..Measured::default() },
        }),
    };
    let recount = stores.counters.recount(at(NOON), at(RUN)).await.expect("stored").expect("a recount");
    let change = RowChange { user_id: user("ana"), before: None, after: Some(listed), mark: Uuid::from_u128(51) };
    let refused = stores.directory.change(&stores.counters, &[change], recount.epoch).await.expect("stored");
    assert!(refused.is_empty(), "nobody else is there");
    let walked = coaching::store::Recount { from: Some(coaching::store::Cursor("7b7d".to_owned())), ..recount };
    stores.counters.note_recount(&walked).await.expect("stored");
}

/// What the audit tells of, and a prompt that is withdrawn.
async fn decisions(stores: &Stores) {
    let heard = BTreeSet::from([Signal::SelfHarm]);
    let actions = [
        AuditAction::ConsultationAccessSet { enabled: true },
        AuditAction::RiskSet { before: Risk::Referred, risk: Risk::None, reason: reason() },
        AuditAction::PromptRestored { restored_from: 1, version: 3, reason: Some(reason()) },
        AuditAction::SafetyConfirmed { risk: Risk::Referred },
    ];
    let heard = heard.into_iter().map(|signal| AuditAction::SafetySignal { signal, risk: Risk::Referred });
    for (place, action) in (100..).zip(actions.into_iter().chain(heard)) {
        stores.audit.record(&AuditEntry { id: Uuid::from_u128(place), ..told(action) }).await.expect("stored");
    }
    let withdrawn = PromptWithdrawal { at: at(NOON), reason: reason() };
    let set = told(AuditAction::PromptWithdrawalSet { withdrawn: true, reason: reason() });
    let set = AuditEntry { id: Uuid::from_u128(200), ..set };
    let written = stores.profiles.set_prompt_withdrawal(&user("cleo"), Some(&withdrawn), &stores.audit, &set).await;
    let _ = written.expect("stored");
}
