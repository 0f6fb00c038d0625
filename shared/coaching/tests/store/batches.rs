//! Open message batches.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::TimeDelta;
use uuid::Uuid;

use super::samples::{at, user};
use super::{TestDatabase, edit};
use coaching::store::{
    Begun, Draft, Hold, HoldWrites, Limits, OpenBatch, RunCounters, RunRecord, RunState, Submission, Waiting,
    WriteOutcome,
};
use domain::lease::Lease;
use domain::money::Usd;
use domain::run_part::{PartKind, RunPart};
use domain::spending::{Pool, SpendingPurpose};
use test_support::Stores;

const RUN: &str = "2026-11-22T03:00:00Z";

pub(super) fn batch(id: &str) -> OpenBatch {
    let estimate = Usd::from_nanos(3_950_000);
    OpenBatch {
        batch_id: id.to_owned(),
        run_id: RUN.to_owned(),
        as_of: at(RUN),
        attempt: 2,
        estimate,
        request_id: Some("request-1".to_owned()),
        submitted_at: at("2026-11-22T03:05:00Z"),
        requests: 60,
        draft: Some(draft(Uuid::from_u128(60))),
    }
}

fn run() -> RunRecord {
    RunRecord {
        run_id: RUN.to_owned(),
        as_of: at(RUN),
        state: RunState::Running,
        change_detection: Some(true),
        shards_queued: 1,
        shards_done: 0,
        counters: RunCounters::default(),
    }
}

pub(super) fn draft(draft_id: Uuid) -> Draft {
    Draft { draft_id, begun_at: at(RUN), requests: 1, most: Usd::from_nanos(3_950_000) }
}

/// What a submission reserves.
pub(super) fn reserving(stores: &Stores, draft: &Draft) -> HoldWrites {
    let hold = Hold {
        call_id: draft.draft_id,
        day: draft.begun_at.date_naive(),
        pool: Pool::Weekly,
        number: 0,
        user_id: None,
        purpose: SpendingPurpose::Update,
        amount: draft.most,
        until: draft.begun_at,
    };
    stores.spending.hold(&hold, Limits::default())
}

/// A submission of one page.
pub(super) fn submission(draft_id: Uuid, page_id: &str) -> Submission {
    Submission {
        draft: draft(draft_id),
        part: RunPart {
            run_id: RUN.to_owned(),
            as_of: at(RUN),
            request_id: None,
            kind: PartKind::Retry { batch_id: "msgbatch_0".to_owned(), attempt: 2 },
        },
        pages: vec![page_id.to_owned()],
        estimate: Usd::from_nanos(1_000),
    }
}

#[tokio::test]
async fn a_batch_is_open_from_its_submission_until_it_is_forgotten() {
    let stores = TestDatabase::create().await.stores();
    assert_eq!(stores.runs.start(&run()).await.expect("stored"), WriteOutcome::Written);
    let batches = &stores.batches;
    assert_eq!(batches.open().await.expect("a list").batches, []);
    for id in ["msgbatch_2", "msgbatch_1"] {
        let pages = [format!("shard#000#{id}")];
        stores.runs.open_page(RUN, &pages[0], &[user("ana")]).await.expect("opened");
        let waiting = [Waiting { user_id: user("ana"), version: 1 }];
        stores.runs.count_page(RUN, &pages[0], &RunCounters::default(), &waiting).await.expect("counted");
        for _ in 0..2 {
            let submitted =
                stores.runs.submit_pages(RUN, &pages, None, Some(&batch(id)), &RunCounters::default()).await;
            submitted.expect("remembered");
        }
    }
    assert_eq!(batches.open().await.expect("a list").batches, [batch("msgbatch_1"), batch("msgbatch_2")]);
    for _ in 0..2 {
        batches.remove("msgbatch_1").await.expect("forgotten, and still forgotten");
    }
    assert_eq!(batches.open().await.expect("a list").batches, [batch("msgbatch_2")]);
}

#[tokio::test]
async fn a_submission_is_under_way_from_before_it_is_made_until_it_is_known_what_came_of_it() {
    let stores = TestDatabase::create().await.stores();
    assert_eq!(stores.runs.start(&run()).await.expect("stored"), WriteOutcome::Written);
    let page = "shard#000#1".to_owned();
    stores.runs.open_page(RUN, &page, &[user("ana")]).await.expect("opened");
    let waiting = [Waiting { user_id: user("ana"), version: 1 }];
    stores.runs.count_page(RUN, &page, &RunCounters::default(), &waiting).await.expect("counted");
    let (first, second) = (submission(Uuid::from_u128(1), &page), submission(Uuid::from_u128(2), &page));
    assert_eq!(
        stores.runs.begin_submission(&first, reserving(&stores, &first.draft)).await.expect("an answer"),
        Begun::Written
    );
    let open = stores.batches.open().await.expect("a list");
    assert_eq!(open.submissions, std::slice::from_ref(&first));
    let withdrawn = stores.runs.withdraw_submission(RUN, &first.pages, &first.draft).await;
    assert_eq!(withdrawn.expect("an answer"), WriteOutcome::Written);
    assert_eq!(stores.batches.open().await.expect("a list").submissions, []);
    assert_eq!(
        stores.runs.begin_submission(&second, reserving(&stores, &second.draft)).await.expect("an answer"),
        Begun::Written
    );
    let (draft, taken) = (Some(&second.draft), batch("msgbatch_1"));
    let noted = stores.runs.submit_pages(RUN, &second.pages, draft, Some(&taken), &RunCounters::default()).await;
    noted.expect("noted");
    let open = stores.batches.open().await.expect("a list");
    assert!(open.may_be_of(RUN) && !open.may_be_of("2026-11-29T03:00:00Z"));
    assert_eq!((open.submissions, open.batches), (Vec::new(), vec![taken]));
}

#[tokio::test]
async fn a_batch_that_cannot_be_read_hides_no_other_and_may_be_awaited() {
    let database = TestDatabase::create().await;
    let stores = database.stores();
    assert_eq!(stores.runs.start(&run()).await.expect("stored"), WriteOutcome::Written);
    for id in ["msgbatch_1", "msgbatch_2"] {
        let submitted = stores.runs.submit_pages(RUN, &[], None, Some(&batch(id)), &RunCounters::default()).await;
        submitted.expect("noted");
    }
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let key = [("run_id", text("batches")), ("part", text("msgbatch_1"))];
    let table = &database.tables.update_runs;
    for (attribute, others) in [("attempt", false), ("of_run", true)] {
        edit(&database, table, &key, attribute, Some(AttributeValue::Bool(true))).await;
        let open = stores.batches.open().await.expect("a list");
        assert_eq!(open.batches, [batch("msgbatch_2")]);
        assert_eq!(open.unreadable[0].name, "msgbatch_1");
        assert!(open.knows("msgbatch_1"));
        assert_eq!(open.may_be_of("2026-11-29T03:00:00Z"), others, "{attribute}");
    }
}

#[tokio::test]
async fn a_batch_is_collected_by_one_at_a_time() {
    let stores = TestDatabase::create().await.stores();
    assert_eq!(stores.runs.start(&run()).await.expect("stored"), WriteOutcome::Written);
    let noted = stores.runs.submit_pages(RUN, &[], None, Some(&batch("msgbatch_1")), &RunCounters::default()).await;
    noted.expect("noted");
    let lease = |minutes| Lease::from(at(RUN), TimeDelta::minutes(minutes));
    let take = async |lease, now| stores.batches.lease("msgbatch_1", lease, now).await.expect("an answer");
    assert_eq!(take(lease(5), at(RUN)).await, WriteOutcome::Written);
    assert_eq!(take(lease(5), at(RUN)).await, WriteOutcome::Conflict, "also one that begins at the same moment");
    let later = at(RUN) + TimeDelta::minutes(5);
    assert_eq!(take(lease(10), later).await, WriteOutcome::Written, "it lapses by itself");
    stores.batches.release("msgbatch_1", lease(5)).await.expect("without effect");
    assert_eq!(take(lease(15), later).await, WriteOutcome::Conflict);
    stores.batches.release("msgbatch_1", lease(10)).await.expect("given back");
    assert_eq!(take(lease(15), later).await, WriteOutcome::Written);
    stores.batches.remove("msgbatch_1").await.expect("forgotten");
    assert_eq!(take(lease(20), later + TimeDelta::hours(1)).await, WriteOutcome::Conflict, "there is none");
    assert_eq!(stores.batches.open().await.expect("a list").batches, []);
}
