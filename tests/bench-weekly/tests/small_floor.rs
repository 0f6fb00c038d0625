//! The floor over a few people, for what does not depend on time.

use bench_weekly::scene::SHARDS;
use bench_weekly::{floor, seeding};
use test_support::endpoint;

const USERS: u64 = 60;

#[tokio::test]
async fn the_floor_reads_pages_and_checks_users_by_the_requests_of_the_worker() {
    seeding::fill(endpoint(), USERS).await.expect("the tables are filled");
    let figures = floor::run(USERS, 2_500).await.expect("a run");
    let sent = |kind: &str| figures.requests.get(kind).copied().unwrap_or(0);
    let (listed, read) = (sent("Query profiles"), sent("BatchGetItem profiles"));
    assert_eq!(listed, u64::from(SHARDS), "no shard has more people than a page");
    assert!(read > 0 && read <= listed, "one batch read for each page: {read}");
    assert_eq!((sent("Query meals"), sent("UpdateItem profiles")), (USERS, USERS), "one read and one write each");
    assert!(figures.changed > 0);
    assert_eq!(sent("GetItem profiles"), 3 * figures.changed, "read when checked, submitted and collected");
}
