//! A proxy before DynamoDB that loses answers and makes up contention, as networks and busy tables do.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::TestDatabase;
use crate::store::DynamoStores;
use crate::store::test_support::{client_at, endpoint};

/// What happens to one write.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fate {
    /// It is made, and the connection breaks before the answer.
    LoseAnswer,
    /// It is not made: the transaction is cancelled with this reason.
    Cancel(&'static str),
    /// It is not made: the single write is refused with this code.
    Refuse(&'static str),
}

/// Stores behind the proxy, and what the proxy has seen.
pub(super) struct Behind {
    pub(super) stores: DynamoStores,
    seen: Arc<Mutex<Seen>>,
}

struct Seen {
    fates: VecDeque<Fate>,
    writes: Vec<Value>,
}

impl Behind {
    /// The first writes meet `fates` in their order; later ones, and all reads, pass.
    pub(super) async fn proxy(database: &TestDatabase, fates: impl IntoIterator<Item = Fate>) -> Self {
        let seen = Arc::new(Mutex::new(Seen { fates: fates.into_iter().collect(), writes: Vec::new() }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let shared = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(exchange(client, Arc::clone(&shared)));
            }
        });
        let client = client_at(&format!("http://{address}"));
        Self { stores: DynamoStores::new(client, &database.tables), seen }
    }

    /// The bodies of all writes, in the order in which they came.
    pub(super) fn writes(&self) -> Vec<Value> {
        self.seen.lock().expect("nobody panics while holding it").writes.clone()
    }
}

/// One request and its answer; then the connection ends.
async fn exchange(mut client: TcpStream, seen: Arc<Mutex<Seen>>) {
    let Some((head, body)) = read_request(&mut client).await else { return };
    let answer = match fate_of(&head, &body, &seen) {
        Some(Fate::LoseAnswer) => {
            forward(&head, &body).await;
            return;
        }
        Some(Fate::Cancel(code)) => {
            let reasons = json!([{"Code": code, "Message": "made up"}, {"Code": "None"}]);
            refusal(
                &json!({"__type": kind("TransactionCanceledException"), "Message": "cancelled", "CancellationReasons": reasons}),
            )
        }
        Some(Fate::Refuse(code)) => refusal(&json!({"__type": kind(code), "message": "made up"})),
        None => forward(&head, &body).await,
    };
    client.write_all(&answer).await.ok();
}

fn fate_of(head: &str, body: &[u8], seen: &Mutex<Seen>) -> Option<Fate> {
    let writes = ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"];
    if !writes.iter().any(|operation| head.contains(&format!("DynamoDB_20120810.{operation}\r\n"))) {
        return None;
    }
    let mut seen = seen.lock().expect("nobody panics while holding it");
    seen.writes.push(serde_json::from_slice(body).expect("the SDK sends JSON"));
    seen.fates.pop_front()
}

fn kind(code: &str) -> String {
    format!("com.amazonaws.dynamodb.v20120810#{code}")
}

fn refusal(body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let head = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: application/x-amz-json-1.0";
    format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
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
            let length: usize = length?.trim().parse().ok()?;
            if bytes.len() >= end + 4 + length {
                return Some((head, bytes[end + 4..end + 4 + length].to_vec()));
            }
        }
        if client.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

async fn forward(head: &str, body: &[u8]) -> Vec<u8> {
    let address = endpoint().trim_start_matches("http://").trim_end_matches('/');
    let mut upstream = TcpStream::connect(address).await.expect("DynamoDB listens");
    let request = [head.as_bytes(), b"connection: close\r\n\r\n", body].concat();
    upstream.write_all(&request).await.expect("DynamoDB reads");
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).await.expect("DynamoDB answers");
    answer
}
