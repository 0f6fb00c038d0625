//! CPU time of another process, to the nanosecond.

use std::fs;
use std::time::Duration;

use crate::Failure;

/// Between two readings; a program that does nothing has used nothing in the meantime.
const PAUSE: Duration = Duration::from_millis(1);
/// Readings until a process counts as one that never rests.
const MOST_READINGS: u32 = 1_000;

/// CPU time that the process has used up to where it rests: the kernel counts when a thread goes to sleep.
pub async fn used_at_rest(process: u32) -> Result<Duration, Failure> {
    let mut last = used(process)?;
    for _ in 0..MOST_READINGS {
        tokio::time::sleep(PAUSE).await;
        let now = used(process)?;
        if now == last {
            return Ok(now);
        }
        last = now;
    }
    Err("A program works although it has nothing to do. Find out at what, and measure again.".into())
}

/// The first number of `schedstat` of every thread: nanoseconds on a CPU (Linux, `Documentation/scheduler/sched-stats`).
fn used(process: u32) -> Result<Duration, Failure> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let text = fs::read_to_string(thread?.path().join("schedstat"))?;
        nanoseconds += text.split_whitespace().next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use tokio::process::Command;

    use super::*;

    #[tokio::test]
    async fn a_program_that_waits_has_used_little_and_then_nothing_more() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).kill_on_drop(true).spawn().expect("cat starts");
        let process = child.id().expect("it runs");
        let used = used_at_rest(process).await.expect("the kernel tells");
        assert_eq!(used_at_rest(process).await.expect("the kernel tells"), used);
        child.kill().await.expect("it ends");
        assert!(used_at_rest(process).await.is_err(), "it is gone");
    }
}
