//! What the readers of each shape make of a row.

use std::collections::BTreeSet;

use chrono::Duration;
use test_support::TestDatabase;
use uuid::Uuid;

use super::Item;
use crate::samples::{at, day, user};
use coaching::store::schema::TableDefinition;
use coaching::store::{Attempt, LockOutcome, PageRequest, SpendScope, StoreError, WriteOutcome};
use domain::lease::Lease;
use domain::ledger::Used;
use domain::profile::{Email, Profile};
use domain::run_part::{PartKind, RunPart};
use domain::spending::Pool;
use test_support::{Stores, app};

/// Words that a first message may have had, by which its conversation is found.
pub(super) const OPENING: &str = "Question 1?";
/// The address of ana.
pub(super) const ADDRESS: &str = "ana@example.com";

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

/// What an item of a table is.
pub(super) fn shape_of(table: &str, item: &Item) -> String {
    let has = |name: &str| item.contains_key(name);
    let version = || item.get("system_prompt_version").and_then(|version| version.as_n().ok()).map(String::as_str);
    let shape = match table {
        "profiles" if version() == Some("0") => "person",
        "profiles" if has("prompt_withdrawn") => "person with a withdrawn prompt",
        "profiles" => "person with a prompt",
        "coach_conversations" if text(item, "user_id") == "reply-hours" => "hour",
        "coach_conversations" if has("in_reply_to") => "reply",
        "coach_conversations" if has("position") => "question",
        "coach_conversations" | "consultation_sessions" | "consultation_keys" | "meals" => {
            text(item, "item").split('#').next().unwrap_or_default()
        }
        "prompt_history" => "version",
        "update_runs" => match text(item, "run_id") {
            "batches" if text(item, "part").starts_with("draft#") => "submission",
            "batches" => "open batch",
            "stopped" => "stopped part",
            "all" if has("shards") => "widest shards",
            "all" => "listed run",
            _ if has("users") => "open page",
            _ if has("draft") => "drafted page",
            _ if has("waiting") => "waiting page",
            _ if text(item, "part").starts_with("page#") => "counted page",
            _ => text(item, "part").split('#').next().unwrap_or_default(),
        },
        "idempotency" => match text(item, "request") {
            "minor" => "minor",
            "address" => "address",
            "wrong_keys" => "wrong keys",
            lock if lock.starts_with("lock#") => "lock",
            _ if has("response_status") => "answered request",
            _ => "claimed request",
        },
        "spending" => match text(item, "scope").split('#').next().unwrap_or_default() {
            "all" => "sum of all",
            "user" => "sum of one",
            "pool" => "sum of a pool",
            "told" => "told of a pool",
            "compared" => "compared",
            "hold" => "hold",
            "entry" => "entry",
            other => panic!("{other} has no shape"),
        },
        "audit" => text(item, "action"),
        "user_directory" => "listed user",
        "counters" if text(item, "part") == "#epoch" => "epoch",
        "counters" => "sums",
        "streaks" => "streak",
        other => panic!("no shape of {other} is known"),
    };
    shape.to_owned()
}

/// Whether every reader of the shape reads an item, alone in its table.
pub(super) async fn is_read(database: &TestDatabase, table: &TableDefinition, shape: &str, item: &Item) -> bool {
    let name = &database.tables.variables()[table.variable];
    let put = database.client.put_item().table_name(name).set_item(Some(item.clone()));
    put.send().await.expect("the table takes it");
    let read = read(database, &database.stores(), table.name, shape, item).await;
    let delete = table.key.iter().fold(database.client.delete_item().table_name(name), |delete, key| {
        delete.key(key.name, item[key.name].clone())
    });
    delete.send().await.expect("the table takes it");
    read.unwrap_or(false)
}

async fn read(
    database: &TestDatabase,
    stores: &Stores,
    table: &str,
    shape: &str,
    item: &Item,
) -> Result<bool, StoreError> {
    let (ana, page) = (user("ana"), PageRequest::first(10));
    let id = |name: &str| text(item, name).parse::<Uuid>().unwrap_or_default();
    match (table, shape) {
        ("profiles", _) => {
            let ana = user(text(item, "user_id"));
            let listed = stores.profiles.for_directory(std::slice::from_ref(&ana)).await?;
            let both = stores.profiles.get_with_listed(&ana).await?;
            let _ = stores.profiles.check_mark(&ana).await?;
            let due = stores.profiles.due_user(&ana).await?;
            let addresses = stores.profiles.addresses(&BTreeSet::from([ana.clone()])).await?;
            let is_listed = stores.profiles.at_risk_page(&page).await?.items.iter().any(|user| user.user_id == ana);
            let read = both.is_some_and(|(profile, _)| is_whole(item, &profile));
            let due = due.is_some() == item.contains_key("next_check_at");
            let risky = is_listed == item.contains_key("risk_listed");
            Ok(read && due && risky && addresses.len() == 1 && listed.values().all(Result::is_ok))
        }
        ("consultation_sessions", "session") => Ok(stores.consultations.get(id("session_id")).await?.is_some()),
        ("consultation_sessions", "message") => Ok(stores.consultations.transcript(id("session_id")).await?.len() == 1),
        ("consultation_sessions", _) => Ok(stores.consultations.facts(id("session_id")).await?.len() == 1),
        ("coach_conversations", "header") => {
            let conversation = item["item"].as_s().expect("text").trim_start_matches("header#");
            let header = stores.conversations.header(&ana, conversation.parse().expect("an id")).await?;
            Ok(header.is_some() && stores.conversations.list(&ana, &page).await?.items.len() == 1)
        }
        // One whose hour has no mark is listed among the strays.
        ("coach_conversations", "reply") if text(item, "reply_list") == "strays" => {
            Ok(stores.conversations.replies_page(&page).await?.items.len() == 1)
        }
        ("coach_conversations", "opening") => Ok(stores.conversations.opened_with(&ana, OPENING).await?.is_some()),
        ("coach_conversations", "hour") => stores.conversations.replies_page(&page).await.map(|_| true),
        ("coach_conversations", _) => {
            let conversation = item["item"].as_s().expect("text").split('#').next().unwrap_or_default();
            let recent = stores.conversations.recent(&ana, conversation.parse().expect("an id"), 10).await?.len();
            let listed = stores.conversations.list_messages(&ana, None, &page).await?.items.len();
            Ok((recent, listed) == (1, 1))
        }
        ("consultation_keys", "key") => Ok(stores.consultation_keys.page(&page).await?.items.len() == 1),
        ("meals", "day") => {
            let totals = stores.meals.day_totals(&ana, day("2026-01-01"), day("2026-12-31")).await?;
            Ok(totals.iter().any(|totals| totals.meals > 0))
        }
        ("meals", _) => {
            let listed = stores.meals.list(&ana, day("2026-01-01"), day("2026-12-31"), &page).await?.items;
            let Some(meal) = listed.first() else { return Ok(false) };
            let same = stores.meals.get(&ana, meal.day, meal.meal_id).await?.as_ref() == Some(meal);
            // Changing it reads what it has counted.
            let changed = stores.meals.update(&ana, meal, meal).await?;
            Ok(same && changed == WriteOutcome::Written)
        }
        ("prompt_history", _) => {
            let listed = stores.prompt_history.list(&ana, &page).await?.items;
            let [entry] = listed.as_slice() else { return Ok(false) };
            Ok(stores.prompt_history.get(&ana, entry.version).await?.is_some())
        }
        ("update_runs", _) => of_run(stores, shape, item).await,
        ("idempotency", _) => of_request(database, stores, shape, item).await,
        ("spending", "told of a pool") => {
            let told = stores.spending.note_told(day("2026-11-22"), Pool::Live, Used::Most).await?;
            Ok(told == WriteOutcome::Conflict)
        }
        ("spending", "compared") => {
            Ok(stores.spending.note_compared(day("2026-11-22")).await? == WriteOutcome::Conflict)
        }
        ("spending", "sum of a pool") => Ok(stores.spending.pool_sums(day(text(item, "day"))).await?.len() == 1),
        ("spending", "hold" | "entry") => {
            let calls = stores.spending.calls_of(day("2026-11-22"), Pool::Live, 3).await?;
            Ok(calls.unreadable == 0 && calls.holds.len() + calls.entries.len() == 1)
        }
        ("spending", _) => {
            let scope = if shape == "sum of all" { SpendScope::All } else { SpendScope::User(ana) };
            let days = stores.spending.on_days([day(text(item, "day"))].into_iter(), &scope).await?;
            let spent = stores.spending.spent(day(text(item, "day")), &scope).await?;
            Ok(days.len() == 1 && days[0].total == spent)
        }
        ("audit", _) => {
            let _ = stores.audit.signals(&ana, at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z")).await?;
            Ok(stores.audit.of_user(&user(text(item, "user_id")), &page).await?.items.len() == 1)
        }
        ("user_directory", _) => {
            let rows = stores.directory.rows(std::slice::from_ref(&ana)).await?;
            Ok(rows.values().all(|row| row.as_ref().is_ok_and(|row| row.user.is_some())) && rows.len() == 1)
        }
        ("counters", "epoch") => Ok(stores.counters.epoch().await?.0 > 0),
        ("counters", _) => stores.counters.counts().await.map(|_| true),
        ("streaks", _) => {
            let followed = stores.streaks.followed(&ana).await?;
            let broken = stores.streaks.broken_page("007", at("2027-01-01T00:00:00Z"), &page).await?.items.len();
            let claimed = followed.request.is_some() == item.contains_key("requested_at");
            Ok(claimed && (broken == 1) == (item.contains_key("broken_at") && item.contains_key("shard")))
        }
        // Nothing of them is read but that they are there.
        ("consultation_keys", "redeemed") => Ok(true),
        other => panic!("{other:?} has no reader"),
    }
}

/// Whether a profile has every measurement that its item has.
fn is_whole(item: &Item, profile: &Profile) -> bool {
    let measured = profile.behavioral_data.is_some() == item.contains_key("behavioral_data");
    measured && profile.pending_update.is_some() == item.contains_key("pending_update")
}

async fn of_run(stores: &Stores, shape: &str, item: &Item) -> Result<bool, StoreError> {
    let (runs, run_id) = (&stores.runs, text(item, "run_id"));
    let part = RunPart {
        run_id: run_id.to_owned(),
        as_of: at("2026-11-22T03:00:00Z"),
        request_id: None,
        kind: PartKind::Shard { shard: "007".to_owned() },
    };
    Ok(match shape {
        "open batch" => stores.batches.open().await?.batches.len() == 1,
        "stopped part" => runs.stopped_parts().await?.len() == 1,
        "widest shards" => runs.widest_shards(1).await? > 1,
        "run" => runs.get(run_id).await?.is_some(),
        "listed run" => runs.page(&PageRequest::first(10)).await.is_ok(),
        "part" => runs.parts(run_id, 10, at("2026-11-22T03:00:00Z")).await?.len() == 1,
        "submission" => stores.batches.open().await?.submissions.len() == 1,
        "open page" | "waiting page" | "drafted page" => runs.unfinished_pages(&part).await?.pages.len() == 1,
        "counted page" => runs.unfinished_pages(&part).await?.pages.is_empty(),
        "batch" => runs.batch_collected(run_id, "msgbatch_1").await?,
        // Nothing of them is read but that they are there.
        "isolated" | "shard" => true,
        other => panic!("{other} has no reader"),
    })
}

const NAMED: &str = "the table has a name";

async fn of_request(database: &TestDatabase, stores: &Stores, shape: &str, item: &Item) -> Result<bool, StoreError> {
    let (ana, now) = (user("ana"), at("2026-11-22T12:00:00Z"));
    let app = app(&database.client, database.tables.variables());
    Ok(match shape {
        "minor" => app.minors().expect(NAMED).of_age_on(&ana).await?.is_some(),
        "address" => {
            let (email, mut profile) =
                (Email::parse("email", ADDRESS), crate::samples::profile(&Uuid::new_v4().to_string()));
            profile.email = email.expect("an address");
            let taken = stores.profiles.create(&profile, &app.addresses().expect(NAMED)).await?;
            taken == coaching::store::Created::AddressTaken
        }
        "wrong keys" => {
            let wrong = stores.redemptions.wrong_keys(&ana).await?.wrong;
            wrong != domain::consultation::WrongKeys::default()
        }
        "lock" => {
            let lease = Lease::from(now, Duration::seconds(30));
            let taken = stores.locks.take(&ana, "version#2", Uuid::nil(), lease, now).await?;
            taken == LockOutcome::Taken || matches!(taken, LockOutcome::Again(_))
        }
        _ => {
            let keep_for = Duration::hours(24);
            let (request, fingerprint) = (text(item, "request"), "f");
            let attempt = Attempt { user_id: &ana, request, fingerprint, resource_id: Uuid::nil(), now, keep_for };
            let remembered = stores.idempotency.look(attempt).await?;
            !matches!(remembered, coaching::store::Looked::OtherRequest)
        }
    })
}
