//! What becomes of calls that fail.

use claude_simulator::FaultKind;

use super::scripted::{Scripted, cut_short, message, refusal};
use super::*;
use crate::{Model, ModelError, ModelReply};
use domain::money::{CallMode, Usd};

/// Asks a server with these answers: the result, how often it was asked, and the waits between.
async fn ask(answers: Vec<String>, deadline: Duration) -> (Result<ModelReply, ModelError>, usize, Vec<Duration>) {
    let server = Scripted::start(answers).await;
    let timer = ManualTimer::new();
    let client = client_at(&server.base_url, &Keys::new(&["sk-ant-1"]), &timer);
    let result = client.ask(&ModelRequest { deadline, ..question("Hello") }).await;
    (result, server.requests().len(), timer.waits())
}

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn faults_that_pass_are_waited_out() {
    for fault in [FaultKind::Overloaded, FaultKind::ServerError, FaultKind::RateLimited] {
        let simulated = Simulated::start(Options::default()).await;
        simulated.simulator.inject(fault, 2);
        simulated.client.ask(&question("Hello")).await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(simulated.simulator.requests().len(), 3, "{fault:?}");
        assert_eq!(simulated.timer.waits().len(), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn a_call_whose_connection_breaks_is_repeated_once_because_each_try_may_be_billed() {
    for (breaks, kind) in [(1, None), (2, Some("broken_off"))] {
        let simulated = Simulated::start(Options::default()).await;
        simulated.simulator.inject(FaultKind::Disconnect, breaks);
        let request = question("Hello");
        let answer = simulated.client.ask(&request).await;
        assert_eq!((answer.as_ref().err().map(ModelError::kind), simulated.simulator.requests().len()), (kind, 2));
        let cost = answer.map_or_else(|error| error.cost(), |reply| reply.cost);
        let worst =
            prices().worst(&request.model, request.most_input_tokens(), request.max_tokens.into(), CallMode::Immediate);
        let worst = worst.expect("a listed model");
        assert!(cost > worst && cost <= worst.times(2), "{cost:?} of {worst:?}");
    }
}

#[tokio::test]
async fn every_status_that_passes_is_asked_again_and_no_other() {
    for status in [408, 409, 429, 500, 502, 503, 504, 529] {
        let (result, requests, _) = ask(vec![refusal(status, "", "api_error"), message("Hi.")], MINUTE).await;
        assert_eq!((result.map(|reply| reply.text), requests), (Ok("Hi.".to_owned()), 2), "{status}");
    }
    for status in [400, 402, 403, 404, 413, 422] {
        let (result, requests, waits) = ask(vec![refusal(status, "", "api_error"), message("Hi.")], MINUTE).await;
        let rejected = Err(ModelError::Rejected { detail: format!("{status} api_error") });
        assert_eq!((result, requests, waits), (rejected, 1, vec![]), "{status}");
    }
}

#[tokio::test]
async fn the_wait_is_as_long_as_claude_asks() {
    let answers = vec![
        refusal(429, "retry-after: 3\r\n", "rate_limit_error"),
        refusal(529, "retry-after-ms: 1500\r\nretry-after: 9\r\n", "overloaded_error"),
        refusal(
            503,
            "date: Sun, 22 Nov 2026 03:00:00 GMT\r\nretry-after: Sun, 22 Nov 2026 03:00:07 GMT\r\n",
            "api_error",
        ),
        message("Hi."),
    ];
    let (result, _, waits) = ask(answers, MINUTE).await;
    result.expect("a reply");
    assert_eq!(waits, [3_000, 1_500, 7_000].map(Duration::from_millis));
}

#[tokio::test]
async fn a_call_is_given_up_after_its_retries() {
    let (result, requests, waits) = ask(vec![refusal(529, "", "overloaded_error")], MINUTE).await;
    let unavailable = ModelError::Unavailable { detail: "529 overloaded_error".to_owned(), retry_after: None };
    assert_eq!(result, Err(unavailable));
    assert_eq!((requests, waits.len()), (1 + MAX_RETRIES as usize, MAX_RETRIES as usize));
}

#[tokio::test]
async fn no_wait_goes_past_the_deadline() {
    let answers = vec![refusal(429, "retry-after: 30\r\n", "rate_limit_error"), message("Hi.")];
    let (result, requests, waits) = ask(answers, Duration::from_secs(30)).await;
    let retry_after = Some(Duration::from_secs(30));
    assert_eq!(result, Err(ModelError::Unavailable { detail: "429 rate_limit_error".to_owned(), retry_after }));
    assert_eq!((requests, waits), (1, vec![]));
}

#[tokio::test]
async fn claudes_advice_not_to_ask_again_is_taken() {
    let answers = vec![refusal(500, "x-should-retry: false\r\n", "api_error"), message("Hi.")];
    let (result, requests, _) = ask(answers, MINUTE).await;
    assert_eq!((result.expect_err("an outage").kind(), requests), ("unavailable", 1));
}

#[tokio::test]
async fn a_spend_limit_is_not_asked_again() {
    let simulated = Simulated::start(Options::default()).await;
    simulated.simulator.inject(FaultKind::SpendLimit, 1);
    let error = simulated.client.ask(&question("Hello")).await.expect_err("a limit");
    let detail = "429 rate_limit_error/enforced_spend_limit_reached".to_owned();
    assert_eq!(error, ModelError::Rejected { detail });
    assert_eq!((simulated.simulator.requests().len(), simulated.timer.waits()), (1, vec![]));
}

#[tokio::test]
async fn a_call_that_is_not_answered_in_time_is_not_repeated() {
    let simulated = Simulated::start(Options::default()).await;
    simulated.simulator.inject(FaultKind::Timeout, 1);
    let request = ModelRequest { deadline: Duration::from_millis(100), ..question("Hello") };
    // It may have been paid for: the most that it can have cost is told.
    let most =
        prices().worst(&request.model, request.most_input_tokens(), request.max_tokens.into(), CallMode::Immediate);
    let cost = most.filter(|most| *most > Usd::ZERO).expect("a listed model");
    assert_eq!(simulated.client.ask(&request).await, Err(ModelError::TimedOut { cost }));
    assert_eq!(simulated.simulator.requests().len(), 1);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_again() {
    let (result, requests, _) = ask(vec![cut_short(), message("Hi.")], MINUTE).await;
    assert_eq!((result.expect("a reply").text.as_str(), requests), ("Hi.", 2));
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_is_unavailable() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("a port");
    let timer = ManualTimer::new();
    let client = client_at(&format!("http://{free}"), &Keys::new(&["sk-ant-1"]), &timer);
    let error = client.ask(&question("Hello")).await.expect_err("nobody listens");
    assert_eq!(error, ModelError::Unavailable { detail: "no connection".to_owned(), retry_after: None });
    assert_eq!(timer.waits().len(), MAX_RETRIES as usize);
}

#[tokio::test]
async fn when_claude_is_down_callers_learn_it_at_once_until_it_answers_again() {
    let simulated = Simulated::start(Options::default()).await;
    let (simulator, client, timer) = (&simulated.simulator, &simulated.client, &simulated.timer);
    simulator.inject(FaultKind::Overloaded, 5 * (1 + MAX_RETRIES));
    for _ in 0..5 {
        assert_eq!(client.ask(&question("Hello")).await.expect_err("an outage").kind(), "unavailable");
    }
    simulator.clear();

    let error = client.ask(&question("Hello")).await.expect_err("an open circuit");
    let ModelError::Unavailable { retry_after: Some(wait), .. } = error else { panic!("{error}") };
    assert!(simulator.requests().is_empty());

    timer.pause(wait).await;
    for asked in 1..=3 {
        client.ask(&question("Hello")).await.expect("a reply");
        assert_eq!(simulator.requests().len(), asked);
    }
}

#[tokio::test]
async fn a_refused_request_does_not_open_the_circuit() {
    let simulated = Simulated::start(Options::default()).await;
    let unknown = ModelRequest { model: UNHEARD_OF.to_owned(), ..question("Hello") };
    for _ in 0..10 {
        let rejected = ModelError::Rejected { detail: "404 not_found_error".to_owned() };
        assert_eq!(simulated.client.ask(&unknown).await, Err(rejected));
    }
    simulated.client.ask(&question("Hello")).await.expect("a reply");
}

#[tokio::test]
async fn a_used_up_rate_limit_is_waited_out_before_it_is_exceeded() {
    let limits = "date: Sun, 22 Nov 2026 03:00:00 GMT\r\nanthropic-ratelimit-requests-limit: 4\r\n\
        anthropic-ratelimit-requests-remaining: 0\r\nanthropic-ratelimit-requests-reset: 2026-11-22T03:00:20Z\r\n";
    let server = Scripted::start(vec![message("Hi.").replacen("request-id", &format!("{limits}request-id"), 1)]).await;
    let timer = ManualTimer::new();
    let client = client_at(&server.base_url, &Keys::new(&["sk-ant-1"]), &timer);
    for _ in 0..2 {
        client.ask(&question("Hello")).await.expect("a reply");
    }
    assert_eq!(timer.waits(), [Duration::from_secs(5)], "4 requests come back in 20 seconds");
    let hurried = ModelRequest { deadline: Duration::from_secs(3), ..question("Hello") };
    let refused = client.ask(&hurried).await.expect_err("there is no time to wait");
    let wait = Some(Duration::from_secs(5));
    assert!(matches!(refused, ModelError::Unavailable { retry_after, .. } if retry_after == wait), "{refused:?}");
    assert_eq!(server.requests().len(), 2, "the third was not sent");
}
