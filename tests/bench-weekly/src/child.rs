//! A measured run in a process of its own, and how far it has come.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::process::Command;

use crate::measure::Figures;
use crate::scene::Failure;

/// How often progress is shown.
const SHOWN_EVERY: Duration = Duration::from_secs(2);

/// Runs this program with `arguments` against the database at `endpoint`; it prints its figures.
pub async fn run(endpoint: &str, arguments: &[&str]) -> Result<Figures, Failure> {
    let child = Command::new(std::env::current_exe()?)
        .args(arguments)
        .env("DYNAMODB_ENDPOINT", endpoint)
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()?
        .wait_with_output()
        .await?;
    if !child.status.success() {
        return Err(format!("the run {arguments:?} failed: {}", child.status).into());
    }
    Ok(serde_json::from_slice(&child.stdout)?)
}

/// Shows how far something has come, on standard error.
pub struct Progress {
    what: &'static str,
    of: u64,
    done: AtomicU64,
    started: Instant,
    shown: Mutex<Instant>,
}

impl Progress {
    /// Begins with nothing done.
    #[must_use]
    pub fn begin(what: &'static str, of: u64) -> Self {
        let now = Instant::now();
        Self { what, of, done: AtomicU64::new(0), started: now, shown: Mutex::new(now) }
    }

    /// One more is done.
    pub fn one_more(&self) {
        self.done_so_far(self.done.fetch_add(1, Ordering::Relaxed) + 1);
    }

    /// So many are done.
    pub fn done_so_far(&self, done: u64) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.elapsed() >= SHOWN_EVERY {
            *shown = Instant::now();
            let percent = done * 100 / self.of.max(1);
            let left = self.started.elapsed().as_secs() * (self.of - done.min(self.of)) / done.max(1);
            eprintln!("{}: {done} of {} users ({percent}%), about {left} s left", self.what, self.of);
        }
    }

    /// All is done.
    pub fn end(&self) {
        eprintln!("{}: {} users in {:.1} s", self.what, self.of, self.started.elapsed().as_secs_f64());
    }
}
