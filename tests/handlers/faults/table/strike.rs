//! Faults, and the proxy that strikes one request with one of them.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use test_support::{Exchange, Fate, Intercept};
use tokio::sync::{Mutex, Notify};

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// DynamoDB refuses it because of its rate.
    Throttled,
    /// Another transaction holds an item.
    Conflict,
    /// It is carried out, and its answer is lost.
    LostAnswer,
    /// It takes longer than a try may take.
    Slow,
    /// The function vanishes before it.
    KilledBefore,
    /// The function vanishes behind it.
    KilledAfter,
}

pub(super) const FAULTS: [Fault; 6] =
    [Fault::Throttled, Fault::Conflict, Fault::LostAnswer, Fault::Slow, Fault::KilledBefore, Fault::KilledAfter];

impl Fault {
    /// Whether it can strike a request of this kind.
    pub(super) fn strikes(self, kind: &str) -> bool {
        let of_dynamodb = !kind.contains(" /") && kind != "SendMessage";
        match self {
            Self::Throttled | Self::Slow => of_dynamodb,
            Self::Conflict => kind.starts_with("TransactWriteItems"),
            Self::LostAnswer => kind != "SendMessage",
            Self::KilledBefore | Self::KilledAfter => true,
        }
    }

    /// Whether what a function was told may be lost with it, so that it has to ask again.
    pub(super) fn loses_answers(self) -> bool {
        matches!(self, Self::LostAnswer | Self::KilledBefore | Self::KilledAfter)
    }
}

/// Every fault at each request of these kinds that it can strike.
pub(super) fn everywhere(kinds: &[String]) -> impl Iterator<Item = (Fault, usize)> {
    let at =
        move |fault: Fault| (0..kinds.len()).filter(move |at| fault.strikes(&kinds[*at])).map(move |at| (fault, at));
    FAULTS.into_iter().flat_map(at)
}

/// Longer than a try of a request to DynamoDB may take.
const SLOW: std::time::Duration = std::time::Duration::from_millis(2_100);

/// A fault at one request.
pub(super) struct Strike {
    fault: Fault,
    at: usize,
    /// The kinds of the requests that have come.
    kinds: Mutex<Vec<String>>,
    /// Of what kind the struck request is, if the fault can strike it.
    struck: Mutex<Option<String>>,
    vanished: Notify,
}

impl Strike {
    pub(super) fn new(fault: Fault, at: usize) -> Arc<Self> {
        Arc::new(Self { fault, at, kinds: Mutex::default(), struck: Mutex::default(), vanished: Notify::new() })
    }

    /// No fault: requests are noted.
    pub(super) fn none() -> Arc<Self> {
        Self::new(Fault::Throttled, usize::MAX)
    }

    /// The kinds of the requests that have come.
    pub(super) async fn kinds(&self) -> Vec<String> {
        self.kinds.lock().await.clone()
    }

    /// Of what kind the struck request was, if one was struck.
    pub(super) async fn struck(&self) -> Option<String> {
        self.struck.lock().await.clone()
    }

    /// Lets `work` go on until it ends or vanishes; `None` if it vanished.
    pub(super) async fn run<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = Box::pin(work) => Some(done),
            () = self.vanished.notified() => None,
        }
    }

    async fn vanish(&self) {
        self.vanished.notify_one();
        std::future::pending::<()>().await;
    }
}

#[async_trait]
impl Intercept for Strike {
    async fn before(&self, exchange: &Exchange) -> Fate {
        let mut kinds = self.kinds.lock().await;
        let number = kinds.len();
        kinds.push(exchange.kind.clone());
        drop(kinds);
        if number != self.at || !self.fault.strikes(&exchange.kind) {
            return Fate::Pass;
        }
        *self.struck.lock().await = Some(exchange.kind.clone());
        match self.fault {
            Fault::Throttled => Fate::Refuse("ThrottlingException"),
            Fault::Conflict => Fate::Cancel("TransactionConflict"),
            Fault::LostAnswer => Fate::LoseAnswer,
            Fault::Slow => {
                tokio::time::sleep(SLOW).await;
                Fate::Pass
            }
            Fault::KilledBefore => {
                self.vanish().await;
                Fate::Pass
            }
            Fault::KilledAfter => Fate::Pass,
        }
    }

    async fn after(&self, exchange: &Exchange, _answer: &Value) {
        let struck = self.struck.lock().await.as_ref() == Some(&exchange.kind);
        if self.fault == Fault::KilledAfter && struck {
            self.vanish().await;
        }
    }
}
