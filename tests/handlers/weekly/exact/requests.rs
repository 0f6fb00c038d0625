//! What a user costs, counted in requests.

use std::collections::BTreeMap;

use super::{assert_done, begin, deployment, seed};
use harness::{Interruption, Moment};

/// What the worker asked the outside for, in a run over `people` people who have not changed.
async fn asked(people: usize) -> BTreeMap<String, usize> {
    let deployment = deployment("batch", &[]).await;
    for person in 0..people {
        seed(&deployment, &format!("person-{person}"), false).await;
    }
    deployment.claude.clear();
    let (run_id, job) = begin(&deployment).await;
    let (interruption, app) = Interruption::of(&deployment, Moment::Never).await;
    let response = interruption.run(deployment.deliver_through(&app, &job)).await.expect("nothing breaks off");
    assert!(response.batch_item_failures.is_empty());
    let counters = assert_done(&deployment, &run_id, people as u64).await;
    assert_eq!(counters.unchanged, people as u64);
    assert!(deployment.claude.requests().is_empty(), "no call to Claude");
    interruption.seen()
}

#[tokio::test]
async fn an_unchanged_user_costs_one_read_and_one_write_beyond_the_share_of_a_page() {
    let (few, many) = (Box::pin(asked(3)).await, Box::pin(asked(20)).await);
    let more: BTreeMap<_, _> = many
        .iter()
        .map(|(kind, count)| (kind.as_str(), count - few.get(kind).copied().unwrap_or(0)))
        .filter(|(_, more)| *more > 0)
        .collect();
    assert_eq!(more, BTreeMap::from([("Query meals", 17), ("UpdateItem profiles", 17)]));
    assert_eq!((few["Query profiles"], few["BatchGetItem profiles"]), (1, 1), "a page is one query and one batch read");
    let page: usize = few.values().sum::<usize>() - 2 * 3;
    assert!(page <= 17, "a page of up to 100 users shares these: {few:?}");
}
