//! Where the key comes from and what becomes of a refused one.

use super::scripted::{Scripted, message, refusal};
use super::*;
use crate::{Model, ModelError};

fn unauthorized() -> String {
    refusal(401, "", "authentication_error")
}

#[tokio::test]
async fn the_key_is_read_once_for_all_calls() {
    let server = Scripted::start(vec![message("Hi.")]).await;
    let keys = Keys::new(&["sk-ant-1"]);
    let client = client_at(&server.base_url, &keys, &ManualTimer::new());
    assert_eq!(keys.reads(), 0);
    let request = question("Hello");
    let (first, second) = tokio::join!(client.ask(&request), client.ask(&request));
    assert!(first.is_ok() && second.is_ok());
    client.ask(&request).await.expect("a reply");
    assert_eq!(keys.reads(), 1);
}

#[tokio::test]
async fn a_rotated_key_is_picked_up_when_the_old_one_is_refused() {
    let server = Scripted::start(vec![unauthorized(), message("Hi.")]).await;
    let keys = Keys::new(&["sk-ant-old", "sk-ant-new"]);
    let timer = ManualTimer::new();
    let client = client_at(&server.base_url, &keys, &timer);
    client.ask(&question("Hello")).await.expect("a reply");
    client.ask(&question("Hello")).await.expect("a reply");
    let sent: Vec<_> = server.requests().iter().map(|request| request.contains("sk-ant-new")).collect();
    assert_eq!((sent, keys.reads(), timer.waits()), (vec![false, true, true], 2, vec![]));
}

#[tokio::test]
async fn a_key_that_stays_refused_is_reported_and_not_tried_for_ever() {
    let rejected = Err(ModelError::Rejected { detail: "401 authentication_error".to_owned() });
    for (keys, requests) in [(Keys::new(&["sk-ant-1"]), 1), (Keys::new(&["sk-ant-1", "sk-ant-2", "sk-ant-3"]), 2)] {
        let server = Scripted::start(vec![unauthorized()]).await;
        let client = client_at(&server.base_url, &keys, &ManualTimer::new());
        assert_eq!(client.ask(&question("Hello")).await, rejected);
        assert_eq!((server.requests().len(), keys.reads()), (requests, 2));
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_sent() {
    let server = Scripted::start(vec![message("Hi.")]).await;
    let client = client_at(&server.base_url, &Keys::new(&[]), &ManualTimer::new());
    assert_eq!(client.ask(&question("Hello")).await.expect_err("no key").kind(), "unavailable");
    let client = client_at(&server.base_url, &Keys::new(&["sk\nant"]), &ManualTimer::new());
    assert_eq!(client.ask(&question("Hello")).await.expect_err("no key").kind(), "rejected");
    assert!(server.requests().is_empty());
}
