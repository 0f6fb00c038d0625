//! A server that answers each request with the next of its scripted answers, byte for byte.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A running server; it repeats its last answer.
pub(super) struct Scripted {
    pub(super) base_url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

/// An answer with a JSON body.
pub(super) fn answer(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}")
}

/// A 200 whose connection is cut within the body.
pub(super) fn cut_short() -> String {
    "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n{\"id\": \"msg_".to_owned()
}

/// A 200 with a complete message.
pub(super) fn message(text: &str) -> String {
    let body = serde_json::json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5",
        "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": null,
        "usage": {"input_tokens": 10, "output_tokens": 5}});
    answer(200, "request-id: req_scripted\r\n", &body.to_string())
}

/// A refusal in the API's form.
pub(super) fn refusal(status: u16, headers: &str, kind: &str) -> String {
    let error = serde_json::json!({"type": kind, "message": "my secret wish is to weigh 70 kg"});
    let error = serde_json::json!({"type": "error", "error": error});
    answer(status, headers, &error.to_string())
}

impl Scripted {
    pub(super) async fn start(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("a bound port"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut answers = VecDeque::from(answers);
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read_request(&mut stream).await;
                seen.lock().expect("no test panics with the lock").push(request);
                let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
                // A client that has gone away meanwhile is no failure of the script.
                let _ = stream.write_all(answer.expect("at least one answer").as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { base_url, requests }
    }

    /// The requests so far: head and body.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no test panics with the lock").clone()
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut piece = [0; 4_096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        match stream.read(&mut piece).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&piece[..count]),
            _ => return text,
        }
    }
}
