//! What a process used, and what it reports to the one that started it.

use std::fs;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::counting::Requests;
use crate::partitions::Busiest;
use crate::scene::Failure;

/// Clock ticks in a second, in which Linux counts CPU time (`getconf CLK_TCK`).
const TICKS: f64 = 100.0;

/// Time and memory of this process.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Usage {
    /// Wall time in seconds.
    pub seconds: f64,
    /// CPU time in seconds, user and system.
    pub cpu_seconds: f64,
    /// Largest resident memory so far, in bytes.
    pub peak_bytes: u64,
}

/// What one run of the worker or of the floor came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Figures {
    /// Time and memory.
    pub usage: Usage,
    /// Users who were handled.
    pub users: u64,
    /// Users whose behaviour had changed.
    pub changed: u64,
    /// Requests to DynamoDB.
    pub requests: Requests,
    /// The most that one partition took in a second, by table or index.
    pub busiest: Busiest,
    /// Message batches submitted.
    pub batches: u64,
    /// What the answers would have cost at list prices, in USD.
    pub cost_usd: f64,
}

/// A measurement under way.
pub struct Stopwatch {
    started: Instant,
    cpu_before: f64,
}

impl Stopwatch {
    /// Begins to measure.
    pub fn start() -> Result<Self, Failure> {
        Ok(Self { started: Instant::now(), cpu_before: cpu_seconds()? })
    }

    /// What was used since then.
    pub fn stop(&self) -> Result<Usage, Failure> {
        let seconds = self.started.elapsed().as_secs_f64();
        Ok(Usage { seconds, cpu_seconds: cpu_seconds()? - self.cpu_before, peak_bytes: peak_bytes()? })
    }
}

/// Fields 14 and 15 of `/proc/self/stat`: `proc_pid_stat(5)`.
fn cpu_seconds() -> Result<f64, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = behind_name.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / TICKS)
}

/// `VmHWM` of `/proc/self/status`: `proc_pid_status(5)`.
fn peak_bytes() -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("the kernel tells no peak memory")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1_024)
}
