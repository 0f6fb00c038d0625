//! A proxy before DynamoDB or Claude that a test decides over: it loses answers, makes up refusals, lets a worker vanish
//! in the middle of a request, or lets somebody else be faster.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Operations of DynamoDB that write.
const WRITES: [&str; 4] = ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"];

/// One request that reached the proxy.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Operation and table of a request to DynamoDB, such as `UpdateItem meals`; of a transaction or a batch all its tables,
    /// such as `TransactWriteItems meals, profiles`; else method and path.
    pub kind: String,
    /// The body; null if it is not JSON.
    pub body: Value,
}

impl Exchange {
    fn read(head: &str, body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let operation = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("x-amz-target").then(|| value.trim().rsplit('.').next().map(str::to_owned))?
        });
        let kind = match operation {
            Some(operation) => {
                let tables = tables_of(&body);
                if tables.is_empty() { operation } else { format!("{operation} {}", tables.join(", ")) }
            }
            None => head.split_whitespace().take(2).collect::<Vec<_>>().join(" "),
        };
        Self { kind, body }
    }

    /// Whether this is a write to DynamoDB.
    #[must_use]
    pub fn is_write(&self) -> bool {
        WRITES.iter().any(|operation| self.kind.split(' ').next() == Some(operation))
    }
}

/// The tables that a request names, in the order of the alphabet.
fn tables_of(body: &Value) -> Vec<&str> {
    let writes = body["TransactItems"].as_array().into_iter().flatten();
    let written = writes.filter_map(|write| write.as_object()?.values().next()?["TableName"].as_str());
    let batched = body["RequestItems"].as_object().into_iter().flatten().map(|(table, _)| table.as_str());
    // A test's tables are named `test-<id>-<table>`.
    let names = body["TableName"].as_str().into_iter().chain(written).chain(batched);
    let mut tables: Vec<&str> = names.filter_map(|name| name.splitn(3, '-').nth(2)).collect();
    tables.sort_unstable();
    tables.dedup();
    tables
}

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is passed on, and its answer back.
    Pass,
    /// It is passed on, and the connection breaks before the answer.
    LoseAnswer,
    /// It is not passed on: the transaction is cancelled with this reason.
    Cancel(&'static str),
    /// It is not passed on: DynamoDB refuses it with this code.
    Refuse(&'static str),
    /// Of a batch of reads from one table, so many are passed on; DynamoDB gives back the keys of the others unread.
    ReadOnly(usize),
}

/// Decides over requests. Either method may wait for as long as it likes, or do something else first.
#[async_trait]
pub trait Intercept: Send + Sync + 'static {
    /// Called before a request is passed on.
    async fn before(&self, _exchange: &Exchange) -> Fate {
        Fate::Pass
    }

    /// Another body for a request that is passed on, if it is to have one.
    fn changed(&self, _exchange: &Exchange) -> Option<Value> {
        None
    }

    /// Called when its answer is there, before it is passed back; null if it is not JSON.
    async fn after(&self, _exchange: &Exchange, _answer: &Value) {}
}

impl Exchange {
    /// The request with the wish that its answer tells what DynamoDB charges: in all (`TOTAL`), or by index (`INDEXES`).
    #[must_use]
    pub fn telling_capacity(&self, detail: &str) -> Value {
        let mut body = self.body.clone();
        body["ReturnConsumedCapacity"] = detail.into();
        body
    }
}

/// Starts a proxy before the service at `upstream` and answers with its own base URL.
///
/// # Panics
///
/// If the machine has no free port.
pub async fn proxy(upstream: &str, intercept: Arc<dyn Intercept>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port on loopback");
    let address = listener.local_addr().expect("a bound listener has an address");
    let upstream: Arc<str> = upstream.trim_start_matches("http://").trim_end_matches('/').into();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(exchange(client, Arc::clone(&upstream), Arc::clone(&intercept)));
        }
    });
    format!("http://{address}")
}

/// One request and its answer; then the connection ends.
async fn exchange(mut client: TcpStream, upstream: Arc<str>, intercept: Arc<dyn Intercept>) {
    let Some((head, body)) = read_request(&mut client).await else { return };
    let exchange = Exchange::read(&head, &body);
    let (head, body) = match intercept.changed(&exchange) {
        None => (head, body),
        Some(changed) => with_body(&head, &changed),
    };
    let answer = match intercept.before(&exchange).await {
        Fate::Pass => forward(&upstream, &head, &body).await,
        Fate::LoseAnswer => {
            let answer = forward(&upstream, &head, &body).await;
            intercept.after(&exchange, &body_of(&answer)).await;
            return;
        }
        Fate::Cancel(code) => {
            let reasons = json!([{"Code": code, "Message": "made up"}, {"Code": "None"}]);
            let kind = kind("TransactionCanceledException");
            refusal(&json!({"__type": kind, "Message": "cancelled", "CancellationReasons": reasons}))
        }
        Fate::Refuse(code) => refusal(&json!({"__type": kind(code), "message": "made up"})),
        Fate::ReadOnly(most) => read_only(&upstream, &head, &exchange.body, most).await,
    };
    intercept.after(&exchange, &body_of(&answer)).await;
    // The client may have gone, which is its own affair.
    client.write_all(&answer).await.ok();
}

/// The answer to a batch of reads of which only the first `most` are passed on.
async fn read_only(upstream: &str, head: &str, body: &Value, most: usize) -> Vec<u8> {
    let mut batch = body.clone();
    let (table, request) = batch["RequestItems"]
        .as_object_mut()
        .and_then(|tables| tables.iter_mut().next())
        .expect("a batch of reads names a table");
    let keys = request["Keys"].as_array_mut().expect("a batch of reads has keys");
    let (table, unread) = (table.clone(), keys.split_off(most.min(keys.len())));
    let mut rest = request.clone();
    let mut answer = json!({"Responses": {}, "UnprocessedKeys": {}});
    if most > 0 {
        let (head, body) = with_body(head, &batch);
        answer = body_of(&forward(upstream, &head, &body).await);
    }
    if !unread.is_empty() {
        rest["Keys"] = Value::Array(unread);
        answer["UnprocessedKeys"] = json!({table: rest});
    }
    response("200 OK", &answer)
}

fn kind(code: &str) -> String {
    format!("com.amazonaws.dynamodb.v20120810#{code}")
}

fn refusal(body: &Value) -> Vec<u8> {
    response("400 Bad Request", body)
}

fn response(status: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-type: application/x-amz-json-1.0");
    format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// The body of an answer.
fn body_of(answer: &[u8]) -> Value {
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |end| end + 4);
    serde_json::from_slice(&answer[head..]).unwrap_or_default()
}

/// The head up to the empty line, and the body.
async fn read_request(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end + 2].to_vec()).ok()?;
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(str::to_owned));
            let length: usize = length.map_or(Some(0), |length| length.trim().parse().ok())?;
            if bytes.len() >= end + 4 + length {
                return Some((head, bytes[end + 4..end + 4 + length].to_vec()));
            }
        }
        if client.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// The head of a request with the length of another body, and that body.
fn with_body(head: &str, body: &Value) -> (String, Vec<u8>) {
    let body = body.to_string().into_bytes();
    let kept = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("content-length:"));
    let head = kept.fold(String::new(), |head, line| head + line + "\r\n");
    (format!("{head}content-length: {}\r\n", body.len()), body)
}

async fn forward(upstream: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let mut upstream = TcpStream::connect(upstream).await.expect("the upstream listens");
    let request = [head.as_bytes(), b"connection: close\r\n\r\n", body].concat();
    upstream.write_all(&request).await.expect("the upstream reads");
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).await.expect("the upstream answers");
    answer
}
