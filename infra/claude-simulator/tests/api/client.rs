//! A small client for the tests.

use std::collections::HashMap;
use std::sync::LazyLock;

use claude_simulator::{Options, Pace, Simulator};
use serde_json::{Value, json};

/// One client for all tests. It keeps no connections: each test has a runtime of its own, and they end with it.
pub static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
    let builder = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0);
    builder.build().expect("the client needs no files")
});

/// An answer: its status, its headers, its body.
pub struct Answer {
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("the body is JSON")
    }

    /// The text of the answer's text blocks.
    pub fn words(&self) -> String {
        let body = self.json();
        let blocks = body["content"].as_array().expect("a message has content").clone();
        blocks.iter().filter_map(|block| block["text"].as_str()).collect()
    }

    /// The answer's text as JSON.
    pub fn structured(&self) -> Value {
        serde_json::from_str(&self.words()).expect("a structured answer is JSON")
    }
}

/// A simulator whose batches end when the test says so.
pub async fn simulator() -> Simulator {
    let options = Options { batch_pace: Pace::Held, retry_after_seconds: 7, ..Options::default() };
    Simulator::start(options).await.expect("a free port can be bound")
}

/// Sends a request with a good key and version.
pub async fn send(simulator: &Simulator, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let headers = [("x-api-key", Simulator::api_key()), ("anthropic-version", "2023-06-01")];
    let body = body.map(Value::to_string).unwrap_or_default();
    send_raw(simulator, method, path, &headers, body.into_bytes()).await.expect("the simulator answers")
}

/// Sends a request as it is.
pub async fn send_raw(
    simulator: &Simulator,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> reqwest::Result<Answer> {
    let url = format!("{}{path}", simulator.base_url());
    let method = method.parse().expect("a method");
    let mut request = HTTP.request(method, url).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await?;
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    Ok(Answer { status, headers, text: response.text().await? })
}

/// Asks for a message.
pub async fn ask(simulator: &Simulator, body: &Value) -> Answer {
    send(simulator, "POST", "/v1/messages", Some(body)).await
}

/// A small request that every model accepts.
pub fn small() -> Value {
    json!({"model": "claude-sonnet-5-5", "max_tokens": 500,
        "messages": [{"role": "user", "content": "I would like to run again."}]})
}

/// The request with one field changed; `null` removes it.
pub fn with(mut body: Value, field: &str, value: Value) -> Value {
    let object = body.as_object_mut().expect("a request is an object");
    if value.is_null() {
        object.remove(field);
    } else {
        object.insert(field.to_owned(), value);
    }
    body
}
