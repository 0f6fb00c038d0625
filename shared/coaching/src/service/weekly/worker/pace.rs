//! How fast the users of a part are checked.
//!
//! A check moves its user on in the index of due users: DynamoDB takes one entry out and writes another, and all entries
//! of a shard are in one partition of the index. A worker that checks four users at a time would write to it five hundred
//! times a second and more, which the partition refuses once it has used up what it had saved.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use claude::Timer;

/// Time from the beginning of one check of a part to that of the next: 90 begin in a second at most, which are 180 writes to
/// the index and leave some of 200 to those who get or change a prompt in the meantime.
const BETWEEN: Duration = Duration::from_micros(11_112);

/// Lets the checks of a part begin one after another.
pub(super) struct Pace {
    timer: Arc<dyn Timer>,
    /// When the next check may begin.
    next: Mutex<Instant>,
}

impl Pace {
    pub(super) fn new(timer: Arc<dyn Timer>) -> Self {
        let next = Mutex::new(timer.now());
        Self { timer, next }
    }

    /// Returns when the next check may begin. Turns that nobody took are not made up for.
    pub(super) async fn turn(&self) {
        let wait = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.timer.now();
            let turn = now.max(*next);
            *next = turn + BETWEEN;
            turn - now
        };
        if !wait.is_zero() {
            self.timer.pause(wait).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;

    /// Time that passes when somebody waits for it.
    struct Waited(Mutex<Instant>);

    #[async_trait]
    impl Timer for Waited {
        fn now(&self) -> Instant {
            *self.0.lock().expect("no test panics while it holds the time")
        }

        async fn pause(&self, duration: Duration) {
            *self.0.lock().expect("no test panics while it holds the time") += duration;
        }
    }

    #[tokio::test]
    async fn in_no_second_more_checks_begin_than_a_partition_of_the_index_takes() {
        let timer = Arc::new(Waited(Mutex::new(Instant::now())));
        let pace = Pace::new(timer.clone());
        let mut begun = Vec::new();
        for user in 0..1_000 {
            pace.turn().await;
            begun.push(timer.now());
            if user == 500 {
                timer.pause(Duration::from_secs(10)).await;
            }
        }
        for (first, at) in begun.iter().enumerate() {
            let within = begun[first..].iter().take_while(|later| **later - *at < Duration::from_secs(1)).count();
            assert!(within <= 90, "{within} checks within a second");
        }
        let all = *begun.last().expect("checks") - begun[0];
        assert!((Duration::from_secs(21)..Duration::from_secs(22)).contains(&all), "{all:?}");
    }
}
