//! Log lines and metrics as a function writes them.

use std::time::Duration;

use serde_json::{Value, json};

use claude::{ModelError, ModelReply, Purpose};
use coaching::telemetry::{self, events, json as json_field, metrics};
use domain::money::{TokenUsage, Usd};
use domain::profile::UserId;
use test_support::Log;
use tracing::{Level, debug, error, info, info_span, trace, warn};

/// Where this project's events come from.
const OURS: &str = "coaching::service::coach";

/// What `work` writes to a log of that level.
fn log_of(level: Level, work: impl FnOnce()) -> Vec<Value> {
    let log = Log::capture_at(level);
    work();
    log.lines()
}

fn reply() -> ModelReply {
    let usage = TokenUsage {
        input_tokens: 10,
        output_tokens: 20,
        cache_read_input_tokens: 3_000,
        cache_creation_input_tokens: 40,
    };
    ModelReply {
        text: "Eat your zucchini.".to_owned(),
        model: "claude-sonnet-5-5".to_owned(),
        usage,
        cost: Usd::from(0.5),
    }
}

/// The elements of a JSON array.
fn each(array: &Value) -> impl Iterator<Item = &Value> {
    array.as_array().into_iter().flatten()
}

/// The metrics that CloudWatch finds in a line: each name with the values of its dimensions.
fn metrics_of(line: &Value) -> Vec<(String, Vec<Value>)> {
    let mut found = Vec::new();
    for directive in each(&line["_aws"]["CloudWatchMetrics"]) {
        assert_eq!(directive["Namespace"], "Sharpened");
        for dimensions in each(&directive["Dimensions"]) {
            let values: Vec<Value> =
                each(dimensions).map(|name| line[name.as_str().expect("a name")].clone()).collect();
            assert!(values.iter().all(Value::is_string), "a dimension that the line does not have: {line}");
            for metric in each(&directive["Metrics"]) {
                let name = metric["Name"].as_str().expect("a name");
                assert!(line[name].is_number(), "{name} has no value: {line}");
                found.push((name.to_owned(), values.clone()));
            }
        }
    }
    found
}

#[test]
fn what_operators_have_to_mend_is_counted_by_the_line_that_tells_of_it() {
    let lines = log_of(Level::ERROR, || {
        error!(target: "coaching::store", cause = "age", "{}", events::ITEM_UNREADABLE);
        error!(target: "coaching::service", "{}", events::BATCH_GIVEN_UP);
        error!(target: "coaching::http", "{}", events::REQUEST_FAILED);
    });
    let counted: Vec<_> = lines.iter().map(metrics_of).collect();
    let by_stage = |name: &str| vec![(name.to_owned(), vec![json!("test")])];
    assert_eq!(counted, [by_stage("ItemsUnreadable"), by_stage("BatchesGivenUp"), Vec::new()]);
    assert_eq!((&lines[0]["message"], &lines[0]["cause"]), (&json!("item_unreadable"), &json!("age")));
}

#[test]
fn a_call_is_a_line_that_cloudwatch_reads_as_metrics() {
    let duration = Duration::from_millis(1_250);
    let lines =
        log_of(Level::INFO, || metrics::model_call(Purpose::Coach, "claude-sonnet-5-5", &Ok(reply()), duration));
    let [line] = &lines[..] else { panic!("one line: {lines:?}") };
    assert!(line["_aws"]["Timestamp"].is_i64());
    let of_all = ["CostUsd", "Calls", "Failures", "Duration"].map(|name| (name.to_owned(), vec![json!("test")]));
    let by_purpose = ("CostUsd".to_owned(), vec![json!("test"), json!("coach")]);
    assert_eq!(metrics_of(line), of_all.into_iter().chain([by_purpose]).collect::<Vec<_>>());
    let told = ["CostUsd", "Calls", "Failures", "Duration", "InputTokens", "CacheReadInputTokens"];
    assert_eq!(
        told.map(|name| line[name].clone()),
        [json!(0.5), json!(1), json!(0), json!(1_250), json!(10), json!(3_000)]
    );
    let told = ["CacheCreationInputTokens", "OutputTokens", "Mode", "Model", "stage", "build"];
    let expected =
        [json!(40), json!(20), json!("immediate"), json!("claude-sonnet-5-5"), json!("test"), json!("0a1b2c3")];
    assert_eq!(told.map(|name| line[name].clone()), expected);
    assert!(!line.to_string().contains("zucchini"));
}

#[test]
fn a_stage_has_ten_metrics_whatever_is_asked_of_the_model_and_how() {
    let lines = log_of(Level::INFO, || {
        for purpose in Purpose::ALL {
            for model in ["claude-sonnet-5-5", "claude-haiku-5-5"] {
                metrics::model_call(purpose, model, &Ok(reply()), Duration::from_millis(1));
            }
            metrics::model_call(
                purpose,
                "claude-sonnet-5-5",
                &Err(ModelError::Truncated { cost: Usd::ZERO }),
                Duration::ZERO,
            );
            metrics::batch_collected(purpose, "batch_1", 7, 2, Usd::from(0.125));
        }
    });
    let mut names: Vec<String> = lines.iter().flat_map(metrics_of).map(|metric| format!("{metric:?}")).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 10, "{names:#?}");
}

#[test]
fn a_failed_call_and_a_batch_are_metrics_too_whatever_the_log_level() {
    let failure = Err(ModelError::Truncated { cost: Usd::from(0.25) });
    let lines = log_of(Level::ERROR, || {
        metrics::model_call(Purpose::Profile, "claude-sonnet-5-5", &failure, Duration::ZERO);
        metrics::batch_collected(Purpose::PromptUpdate, "batch_1", 7, 2, Usd::from(0.125));
        info!(target: OURS, "not a metric");
    });
    let figures: Vec<Value> =
        lines.iter().map(|line| json!([line["Mode"], line["CostUsd"], line["Calls"], line["Failures"]])).collect();
    assert_eq!(figures, [json!(["immediate", 0.25, 1, 1]), json!(["batch", 0.125, 7, 2])]);
}

/// Something of every level, in a request.
fn request() {
    let _request = telemetry::span("get-profile", "request-1", Some("invocation-1")).entered();
    error!(target: OURS, "an_error");
    warn!(target: OURS, "a_warning");
    info!(target: OURS, "an_event");
    debug!(target: OURS, "a_step");
    trace!(target: OURS, "a_detail");
    error!(target: "hyper::proto", body = "zucchini", "Rosalinde's connection broke");
    warn!(target: "aws_config", "Rosalinde's credentials expire soon");
    info!(target: "hyper::proto", "Rosalinde is connected");
    metrics::batch_collected(Purpose::PromptUpdate, "batch_1", 7, 2, Usd::from(0.125));
}

#[test]
fn the_fields_of_a_request_stand_at_the_top_of_each_of_its_lines_at_every_level() {
    for level in [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG] {
        let lines = log_of(level, request);
        assert!(!lines.is_empty());
        for line in lines {
            let fields = ["function", "request_id", "invocation_id", "stage", "build"].map(|name| &line[name]);
            assert_eq!(fields, ["get-profile", "request-1", "invocation-1", "test", "0a1b2c3"], "{line}");
        }
    }
}

#[test]
fn each_level_adds_lines_to_those_of_the_level_above_it() {
    let written = |level| {
        let lines = log_of(level, request);
        let told: Vec<Value> =
            lines.iter().map(|line| json!([line["level"], line["message"], line["target"]])).collect();
        told
    };
    let levels = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG].map(written);
    assert_eq!(levels.each_ref().map(Vec::len), [3, 5, 6, 7]);
    for (fewer, more) in levels.iter().zip(&levels[1..]) {
        assert!(fewer.iter().all(|line| more.contains(line)), "{fewer:?} in {more:?}");
    }
    assert!(!levels[3].iter().any(|line| line[0] == "TRACE"));
}

#[test]
fn of_a_library_the_log_tells_that_it_warns_and_where_but_not_what_it_says() {
    let lines = log_of(Level::DEBUG, request);
    let of_libraries: Vec<&Value> = lines.iter().filter(|line| line["message"] == "library_warning").collect();
    let told: Vec<Value> = of_libraries.iter().map(|line| json!([line["level"], line["target"]])).collect();
    assert_eq!(told, [json!(["ERROR", "hyper::proto"]), json!(["WARN", "aws_config"])]);
    assert!(of_libraries.iter().all(|line| line["line"].is_u64()));
    for line in lines {
        let line = line.to_string();
        assert!(!line.contains("Rosalinde") && !line.contains("zucchini"), "{line}");
    }
}

#[test]
fn the_user_is_named_once_known_and_an_inner_span_names_another() {
    let lines = log_of(Level::INFO, || {
        let request = telemetry::span("prompt-worker", "request-1", None).entered();
        info!(target: OURS, "nobody");
        telemetry::identify(&UserId::new("ana"));
        info!(target: OURS, "somebody");
        telemetry::user_span(&UserId::new("ben")).in_scope(|| info!(target: OURS, "somebody_else"));
        let none: Option<&str> = None;
        info_span!(target: OURS, "batch", request_id = none).in_scope(|| info!(target: OURS, "caused_by_the_same"));
        info_span!(target: OURS, "batch", request_id = "request-2")
            .in_scope(|| info!(target: OURS, "caused_by_another"));
        drop(request);
        info!(target: OURS, "outside");
    });
    let fields: Vec<Value> = lines.iter().map(|line| json!([line["user_id"], line["request_id"]])).collect();
    let expected = [
        json!([null, "request-1"]),
        json!(["ana", "request-1"]),
        json!(["ben", "request-1"]),
        json!(["ana", "request-1"]),
        json!(["ana", "request-2"]),
        json!([null, null]),
    ];
    assert_eq!(fields, expected);
}

#[test]
fn an_event_is_a_line_with_its_name_and_its_fields_by_their_types() {
    let rules = json!([{"rule": "adherence", "from": 0.25, "to": 0.75}]);
    let lines = log_of(Level::INFO, || {
        let refused: Option<u32> = None;
        info!(target: OURS, version = 2, cost_usd = 0.5, whole = true, rules = json_field(&rules).as_slice(), refused, "an_event");
    });
    let [line] = &lines[..] else { panic!("one line: {lines:?}") };
    assert_eq!(json!([line["message"], line["level"], line["target"]]), json!(["an_event", "INFO", OURS]));
    assert_eq!(json!([line["version"], line["cost_usd"], line["whole"], line["rules"]]), json!([2, 0.5, true, rules]));
    assert_eq!(line.get("refused"), None);
    assert!(line["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
}

#[test]
fn a_panic_is_a_line_that_says_where_but_not_what() {
    let lines = log_of(Level::ERROR, || {
        std::panic::set_hook(Box::new(telemetry::log_panic));
        let panicked = std::panic::catch_unwind(|| {
            let _request = telemetry::span("get-profile", "request-1", None).entered();
            panic!("Rosalinde has no zucchini");
        });
        drop(std::panic::take_hook());
        assert!(panicked.is_err());
    });
    let [line] = &lines[..] else { panic!("one line: {lines:?}") };
    assert_eq!((&line["message"], &line["request_id"]), (&json!("panicked"), &json!("request-1")));
    assert!(line["place"].as_str().is_some_and(|place| place.contains("telemetry.rs:")), "{line}");
    assert!(!line.to_string().contains("zucchini"));
}
