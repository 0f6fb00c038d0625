//! Weekly runs of which something cannot be read, as after a change by hand.

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use super::batches::{batch, reserving, submission};
use super::runs::{RUN, counters, lease, run, shard, waiting};
use super::samples::{at, coached, day, user};
use super::spending::hold;
use super::{TestDatabase, edit};
use coaching::store::{Begun, RunCounters, StopCause, StoppedPart, UnfinishedPage, WriteOutcome};
use test_support::Stores;

#[tokio::test]
async fn a_run_whose_sums_cannot_be_added_to_goes_without_and_all_else_is_noted() {
    let database = TestDatabase::create().await;
    let stores = database.stores();
    let Stores { runs, batches, .. } = &stores;
    assert_eq!(runs.start(&run()).await.expect("stored"), WriteOutcome::Written);
    let key = [("run_id", AttributeValue::S(RUN.to_owned())), ("part", AttributeValue::S("run".to_owned()))];
    for name in ["checked", "updated", "isolated", "failed"] {
        let nonsense = Some(AttributeValue::S("many".to_owned()));
        edit(&database, &database.tables.update_runs, &key, name, nonsense).await;
    }
    let page = "shard#000#1".to_owned();
    runs.open_page(RUN, &page, &[user("ana")]).await.expect("opened");
    runs.count_page(RUN, &page, &counters(10), &[waiting("ana")]).await.expect("counted");
    runs.isolate(RUN, &user("ben")).await.expect("counted");
    let submission = submission(Uuid::nil(), &page);
    let reserved = reserving(&stores, &submission.draft);
    assert_eq!(runs.begin_submission(&submission, reserved).await.expect("an answer"), Begun::Written);
    let batch = batch("msgbatch_1");
    let pages = [page];
    let draft = Some(&submission.draft);
    runs.submit_pages(RUN, &pages, draft, Some(&batch), &RunCounters::default()).await.expect("noted");
    assert_eq!(batches.open().await.expect("a list").batches, [batch]);
    let (hold, spent) = (hold(day("2026-11-22"), None, 100), coached(70));
    let entry = stores.spending.entry(&hold, &spent, at(RUN));
    runs.finish_batch(RUN, "msgbatch_1", &counters(1), entry).await.expect("noted");
    assert!(runs.batch_collected(RUN, "msgbatch_1").await.expect("an answer"));
    assert_eq!(stores.spending.entered(&hold).await.expect("an answer"), Some(spent));
}

#[tokio::test]
async fn a_page_or_stopped_part_that_cannot_be_read_hides_no_other() {
    let database = TestDatabase::create().await;
    let Stores { runs, .. } = database.stores();
    assert_eq!(runs.start(&run()).await.expect("stored"), WriteOutcome::Written);
    let text = |value: &str| AttributeValue::S(value.to_owned());
    for number in [1, 2] {
        runs.open_page(RUN, &format!("shard#001#{number}"), &[user("ana")]).await.expect("opened");
        let stopped = StoppedPart { part: shard(number), day: day("2026-11-22"), cause: StopCause::Budget };
        assert_eq!(runs.lease_part(&stopped.part, lease(5), at(RUN)).await.expect("an answer"), WriteOutcome::Written);
        runs.stop_part(&stopped, lease(5)).await.expect("noted");
    }
    let table = &database.tables.update_runs;
    let page = [("run_id", text(RUN)), ("part", text("page#shard#001#1"))];
    edit(&database, table, &page, "users", Some(text("everybody"))).await;
    let part = [("run_id", text("stopped")), ("part", text(&format!("{RUN}#shard#001")))];
    edit(&database, table, &part, "day", None).await;
    let unfinished = runs.unfinished_pages(&shard(1)).await.expect("a list");
    assert_eq!(
        unfinished.pages,
        [UnfinishedPage::Open { page_id: "shard#001#2".to_owned(), users: vec![user("ana")] }]
    );
    assert_eq!(unfinished.unreadable.expect("the other one").0, "shard#001#1");
    let other = StoppedPart { part: shard(2), day: day("2026-11-22"), cause: StopCause::Budget };
    assert_eq!(runs.stopped_parts().await.expect("a list"), std::slice::from_ref(&other));
    assert_eq!(runs.stopped_parts_of(RUN, 10).await.expect("a list"), [other]);
}

#[tokio::test]
async fn a_lease_that_is_none_holds_nobody_up() {
    let database = TestDatabase::create().await;
    let Stores { runs, .. } = database.stores();
    assert_eq!(runs.start(&run()).await.expect("stored"), WriteOutcome::Written);
    let key = [("run_id", AttributeValue::S(RUN.to_owned())), ("part", AttributeValue::S("part#shard#001".to_owned()))];
    for nonsense in
        [AttributeValue::Bool(true), AttributeValue::N("7".to_owned()), AttributeValue::S("soon".to_owned())]
    {
        assert_eq!(runs.lease_part(&shard(1), lease(5), at(RUN)).await.expect("an answer"), WriteOutcome::Written);
        assert_eq!(runs.lease_part(&shard(1), lease(5), at(RUN)).await.expect("an answer"), WriteOutcome::Conflict);
        edit(&database, &database.tables.update_runs, &key, "lease_until", Some(nonsense)).await;
    }
    assert_eq!(runs.lease_part(&shard(1), lease(5), at(RUN)).await.expect("an answer"), WriteOutcome::Written);
}

#[tokio::test]
async fn where_the_largest_number_of_shards_cannot_be_read_it_may_be_any() {
    let database = TestDatabase::create().await;
    let Stores { runs, .. } = database.stores();
    assert_eq!(runs.widest_shards(16).await.expect("a number"), 16);
    let key =
        [("run_id", AttributeValue::S("all".to_owned())), ("part", AttributeValue::S("widest_shards".to_owned()))];
    let nonsense = Some(AttributeValue::S("many".to_owned()));
    edit(&database, &database.tables.update_runs, &key, "shards", nonsense).await;
    assert_eq!(runs.widest_shards(16).await.expect("a number"), 1_000);
}
