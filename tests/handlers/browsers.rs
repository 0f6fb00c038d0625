//! What a page of another origin may read.

use harness::{Call, Deployment, Reply};

const APP: &str = "https://app.example.com";
const SHELL: &str = "capacitor://localhost";

async fn asked_from(deployment: &Deployment, origin: Option<&str>) -> Reply {
    let call = Call::to("get-profile").by("ana");
    deployment.send(origin.into_iter().fold(call, |call, origin| call.header("Origin", origin))).await
}

#[tokio::test]
async fn every_page_reads_the_answers_unless_origins_are_listed() {
    let deployment = Deployment::new().await;
    for origin in [None, Some(APP)] {
        let reply = asked_from(&deployment, origin).await;
        assert_eq!((reply.header("access-control-allow-origin"), reply.header("vary")), (Some("*"), None));
    }
}

#[tokio::test]
async fn only_the_pages_of_listed_origins_read_the_answers() {
    let deployment = Deployment::with(&[("FRONTEND_ORIGIN", "https://app.example.com,capacitor://localhost")]).await;
    deployment.sign_up("ana").await;
    for origin in [APP, SHELL] {
        let reply = asked_from(&deployment, Some(origin)).await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, Some(origin)));
        assert_eq!(reply.header("vary"), Some("Origin"));
        assert_eq!(
            reply.header("access-control-expose-headers"),
            Some("retry-after, x-request-id, idempotency-replayed")
        );
    }
    for origin in [None, Some("https://evil.example"), Some("null")] {
        let reply = asked_from(&deployment, origin).await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, None), "{origin:?}");
        assert_eq!(reply.header("vary"), Some("Origin"));
    }
}

#[tokio::test]
async fn a_refusal_can_be_read_by_the_page_that_asked() {
    let deployment = Deployment::with(&[("FRONTEND_ORIGIN", APP)]).await;
    let reply = asked_from(&deployment, Some(APP)).await;
    reply.assert_problem(404, "profile_not_found");
    assert_eq!(reply.header("access-control-allow-origin"), Some(APP));
}
