//! Message batches: made at once, answered later, results out of order, gone after 24 hours.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::faults::FaultKind;
use crate::generation;
use crate::hub::{Hub, identifier};
use crate::options::Pace;
use crate::validation::{Endpoint, MessagesRequest};
use crate::wire::batch::{Description, RequestCounts, Status};
use crate::wire::error::{ApiError, ErrorKind};
use crate::wire::version::Version;

/// One request of a batch, unchecked: the API checks `params` only when it gets to them.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The caller's name for it.
    pub custom_id: String,
    /// The body of the request.
    pub params: Value,
}

/// How the open requests of a batch end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// They are answered.
    Answered,
    /// They ran out of time.
    Expired,
    /// They were canceled.
    Canceled,
}

#[derive(Debug)]
struct Batch {
    version: Version,
    entries: Vec<Entry>,
    created_at: DateTime<Utc>,
    cancel_initiated_at: Option<DateTime<Utc>>,
    ended: Option<(DateTime<Utc>, Vec<Value>)>,
}

/// All batches, newest last.
#[derive(Debug, Default)]
pub struct Batches {
    open: Mutex<Vec<(String, Batch)>>,
}

impl Batches {
    /// Makes a batch.
    pub fn create(&self, hub: &Hub, entries: Vec<Entry>, version: Version) -> Description {
        let id = identifier("msgbatch");
        let batch = Batch { version, entries, created_at: hub.clock.now(), cancel_initiated_at: None, ended: None };
        let description = describe(&id, &batch);
        self.lock().push((id, batch));
        description
    }

    /// A batch as it stands now.
    pub fn describe(&self, hub: &Hub, id: &str) -> Result<Description, ApiError> {
        self.with(hub, id, |batch| describe(id, batch))
    }

    /// All batches as they stand now, newest first.
    pub fn list(&self, hub: &Hub) -> Vec<Description> {
        let mut batches = self.lock();
        for (_, batch) in batches.iter_mut() {
            batch.settle(hub);
        }
        batches.iter().rev().map(|(id, batch)| describe(id, batch)).collect()
    }

    /// Asks a batch to stop; it ends as `canceled` when its time has come.
    pub fn cancel(&self, hub: &Hub, id: &str) -> Result<Description, ApiError> {
        self.with(hub, id, |batch| {
            if batch.ended.is_some() {
                return Err(ApiError::invalid(format!("Message batch {id} cannot be canceled: it has ended.")));
            }
            batch.cancel_initiated_at.get_or_insert(hub.clock.now());
            Ok(describe(id, batch))
        })?
    }

    /// Deletes a batch that has ended.
    pub fn delete(&self, hub: &Hub, id: &str) -> Result<(), ApiError> {
        let ended = self.with(hub, id, |batch| batch.ended.is_some())?;
        if !ended {
            return Err(ApiError::invalid(format!("Message batch {id} cannot be deleted while it is in progress.")));
        }
        self.lock().retain(|(other, _)| other != id);
        Ok(())
    }

    /// The results, one JSON object a line, not in the order of the requests.
    pub fn results(&self, hub: &Hub, id: &str) -> Result<String, ApiError> {
        self.with(hub, id, |batch| match &batch.ended {
            Some((_, lines)) => {
                let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
                Ok(lines.join("\n") + "\n")
            }
            None => Err(ApiError::not_found(format!(
                "Message batch {id} has no results yet: it has not finished processing."
            ))),
        })?
    }

    /// Ends one batch now, or every open one.
    pub fn finish(&self, hub: &Hub, id: Option<&str>, ending: Ending) -> usize {
        let mut finished = 0;
        for (other, batch) in self.lock().iter_mut() {
            if id.is_none_or(|id| id == other) && batch.ended.is_none() {
                let ending = if batch.cancel_initiated_at.is_some() { Ending::Canceled } else { ending };
                batch.end(hub, ending, hub.clock.now());
                finished += 1;
            }
        }
        finished
    }

    /// Forgets every batch.
    pub fn forget(&self) {
        self.lock().clear();
    }

    fn with<T>(&self, hub: &Hub, id: &str, act: impl FnOnce(&mut Batch) -> T) -> Result<T, ApiError> {
        let mut batches = self.lock();
        let found = batches.iter_mut().find(|(other, _)| other == id);
        let (_, batch) = found.ok_or_else(|| ApiError::not_found(format!("Message batch {id} not found.")))?;
        batch.settle(hub);
        Ok(act(batch))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(String, Batch)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Batch {
    fn expires_at(&self) -> DateTime<Utc> {
        self.created_at + TimeDelta::hours(24)
    }

    /// Ends the batch if its time has come.
    fn settle(&mut self, hub: &Hub) {
        if self.ended.is_some() {
            return;
        }
        let (start, ending) = match self.cancel_initiated_at {
            Some(at) => (at, Ending::Canceled),
            None => (self.created_at, Ending::Answered),
        };
        let due = match hub.options.batch_pace {
            Pace::After(delay) => start + TimeDelta::from_std(delay).unwrap_or(TimeDelta::hours(24)),
            Pace::Held => self.expires_at(),
        };
        let now = hub.clock.now();
        if now >= self.expires_at() && due >= self.expires_at() {
            self.end(hub, Ending::Expired, self.expires_at());
        } else if now >= due {
            self.end(hub, ending, due);
        }
    }

    fn end(&mut self, hub: &Hub, ending: Ending, at: DateTime<Utc>) {
        let mut lines: Vec<([u8; 32], Value)> = self
            .entries
            .iter()
            .map(|entry| {
                let line = json!({"custom_id": entry.custom_id, "result": result(hub, entry, self.version, ending)});
                (Sha256::digest(&entry.custom_id).into(), line)
            })
            .collect();
        lines.sort_by_key(|(key, _)| *key);
        let mut lines: Vec<Value> = lines.into_iter().map(|(_, line)| line).collect();
        let in_order = lines.iter().zip(&self.entries).all(|(line, entry)| line["custom_id"] == entry.custom_id);
        if in_order {
            lines.reverse();
        }
        self.ended = Some((at, lines));
    }
}

fn result(hub: &Hub, entry: &Entry, version: Version, ending: Ending) -> Value {
    match ending {
        Ending::Canceled => return json!({"type": "canceled"}),
        Ending::Expired => return json!({"type": "expired"}),
        Ending::Answered => {}
    }
    let outcome = match hub.faults.take(&[FaultKind::BatchErrored, FaultKind::BatchExpired]) {
        Some(FaultKind::BatchExpired) => return json!({"type": "expired"}),
        Some(_) => Err(ApiError::new(ErrorKind::Api, "Internal server error")),
        None => MessagesRequest::parse(&entry.params, Endpoint::Batch, version)
            .and_then(|request| generation::answer(hub, &request, "batch")),
    };
    match outcome {
        Ok(answer) => json!({"type": "succeeded", "message": answer.message.body()}),
        Err(error) => json!({"type": "errored", "error": error.body(&identifier("req"))}),
    }
}

fn describe(id: &str, batch: &Batch) -> Description {
    let total = u64::try_from(batch.entries.len()).unwrap_or(u64::MAX);
    let mut counts = RequestCounts { processing: total, ..RequestCounts::default() };
    if let Some((_, lines)) = &batch.ended {
        let tally: BTreeMap<&str, u64> = lines.iter().fold(BTreeMap::new(), |mut tally, line| {
            *tally.entry(line["result"]["type"].as_str().unwrap_or_default()).or_default() += 1;
            tally
        });
        let of = |kind: &str| tally.get(kind).copied().unwrap_or(0);
        counts = RequestCounts {
            processing: 0,
            succeeded: of("succeeded"),
            errored: of("errored"),
            canceled: of("canceled"),
            expired: of("expired"),
        };
    }
    let status = match (&batch.ended, batch.cancel_initiated_at) {
        (Some(_), _) => Status::Ended,
        (None, Some(_)) => Status::Canceling,
        (None, None) => Status::InProgress,
    };
    Description {
        id: id.to_owned(),
        status,
        counts,
        created_at: batch.created_at,
        expires_at: batch.expires_at(),
        ended_at: batch.ended.as_ref().map(|(at, _)| *at),
        cancel_initiated_at: batch.cancel_initiated_at,
    }
}
