//! A run over a few people, for what does not depend on time.

use bench_weekly::scene::SHARDS;
use bench_weekly::{seeding, worker};
use coaching::store::RunCounters;
use coaching::store::schema::DUE_INDEX;
use test_support::{client_at, endpoint};

const USERS: u64 = 60;

#[tokio::test]
async fn everybody_is_handled_once_and_the_unchanged_cost_one_read_and_one_write_beside_their_share_of_a_page() {
    seeding::fill(endpoint(), USERS).await.expect("the tables are filled");
    let (figures, counters) = worker::run(&client_at(endpoint()), USERS).await.expect("a run");
    let RunCounters { checked, unchanged, updated, batched, failed, overtaken, .. } = counters;
    assert_eq!((checked, failed, overtaken), (USERS, 0, 0), "{counters:?}");
    assert_eq!((unchanged + updated, batched), (USERS, updated), "{counters:?}");
    assert!(unchanged > 0 && updated > 0, "both kinds of people are there: {counters:?}");
    let sent = |kind: &str| figures.requests.get(kind).copied().unwrap_or(0);
    assert_eq!(sent("Query meals"), USERS, "one read each");
    assert_eq!(sent("UpdateItem profiles"), USERS, "one write each");
    let (listed, read) = (sent("Query profiles"), sent("BatchGetItem profiles"));
    let shards = u64::from(SHARDS);
    assert!(read > 0 && read <= shards, "one batch read for each page: {read}");
    assert_eq!(listed, shards + read, "a look at each shard, and one query for each page");
    assert_eq!(sent("GetItem profiles"), 3 * updated, "who has changed is read when checked, submitted and collected");
    let busiest = figures.busiest.get(DUE_INDEX).expect("the index is written to");
    assert!(busiest.writes >= 2 && busiest.writes <= 200, "{busiest:?}");
    assert_eq!(figures.changed, updated, "no call to Claude for the others");
}
