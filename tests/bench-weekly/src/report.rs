//! The tables and the goals.

use coaching::store::schema::DUE_INDEX;

use crate::bench::Measured;
use crate::measure::Figures;

/// Users a second that the worker must reach, as a share of the floor's.
const LEAST_SHARE: f64 = 0.8;
/// Writes that a partition of the index of due users may take in a second: what is written there is beside what the people
/// themselves do.
const MOST_WRITES: u64 = 200;
/// Writes of at most a kilobyte that DynamoDB takes in a second for a partition. That of a run has bursts when batches are
/// submitted, which are small here and many.
const MOST_WRITES_OF_ANY: u64 = 1_000;
/// How much more memory the largest run may take than the smallest, in bytes.
const MOST_GROWTH: u64 = 20 * 1024 * 1024;
/// How much longer a user may take in the largest run than in the smallest.
const MOST_SLOWING: f64 = 1.3;

const BEGIN: &str = "<!-- measured -->\n";
const END: &str = "<!-- end -->";

fn users_a_second(figures: &Figures) -> f64 {
    as_float(figures.users) / figures.usage.seconds
}

#[expect(clippy::cast_precision_loss, reason = "counts and bytes of a benchmark are far below 2^52")]
const fn as_float(count: u64) -> f64 {
    count as f64
}

fn megabytes(bytes: u64) -> f64 {
    as_float(bytes) / 1024.0 / 1024.0
}

fn share(measured: &Measured) -> f64 {
    users_a_second(&measured.worker) / users_a_second(&measured.floor)
}

/// The measured tables, as Markdown.
#[must_use]
pub fn tables(all: &[Measured]) -> String {
    let mut lines = vec![
        "| users | changed | users/s | floor, users/s | share of the floor | CPU ms/user | peak MB | requests/user \
         (floor) | Claude calls | batches | cost, USD |"
            .to_owned(),
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|".to_owned(),
    ];
    for measured in all {
        let Measured { users, worker, floor, .. } = measured;
        let each = |figures: &Figures| as_float(figures.requests.values().sum()) / as_float(*users);
        lines.push(format!(
            "| {users} | {:.1}% | {:.0} | {:.0} | {:.2} | {:.2} | {:.1} | {:.2} ({:.2}) | {} | {} | {:.2} |",
            as_float(worker.changed) * 100.0 / as_float(*users),
            users_a_second(worker),
            users_a_second(floor),
            share(measured),
            worker.usage.cpu_seconds * 1_000.0 / as_float(*users),
            megabytes(worker.usage.peak_bytes),
            each(worker),
            each(floor),
            worker.changed,
            worker.batches,
            worker.cost_usd,
        ));
    }
    lines.push(String::new());
    if let Some(largest) = all.last() {
        lines.push(format!("Requests to DynamoDB in the run of {} users:", largest.users));
        lines.push(String::new());
        lines.push("| request | worker | floor |".to_owned());
        lines.push("|---|---:|---:|".to_owned());
        for (kind, count) in &largest.worker.requests {
            let floor = largest.floor.requests.get(kind).copied().unwrap_or(0);
            lines.push(format!("| `{kind}` | {count} | {floor} |"));
        }
        lines.push(String::new());
    }
    lines.extend(goals(all).into_iter().map(|(_, line)| format!("- {line}")));
    lines.join("\n") + "\n"
}

/// Each goal: whether it is met, and a sentence with the figures.
#[must_use]
pub fn goals(all: &[Measured]) -> Vec<(bool, String)> {
    let verdict = |met: bool| if met { "met" } else { "missed" };
    let mut goals = Vec::new();
    for measured in all {
        let met = share(measured) >= LEAST_SHARE;
        let line = format!(
            "{} users: {:.2} of the floor's users a second; the goal of {LEAST_SHARE} is {}.",
            measured.users,
            share(measured),
            verdict(met)
        );
        goals.push((met, line));
        goals.extend(measured.worker.busiest.iter().map(|(place, busy)| {
            let most = if place == DUE_INDEX { MOST_WRITES } else { MOST_WRITES_OF_ANY };
            let met = busy.writes <= most;
            let line = format!(
                "{} users: {} writes in a second to partition `{}` of `{place}`, the busiest; the goal of at most \
                 {most} is {}.",
                measured.users,
                busy.writes,
                busy.partition,
                verdict(met)
            );
            (met, line)
        }));
    }
    if let [smallest, .., largest] = all {
        let peak = |measured: &Measured| measured.worker.usage.peak_bytes;
        let growth = peak(largest).saturating_sub(peak(smallest));
        let met = growth <= MOST_GROWTH;
        let line = format!(
            "From {} to {} users the worker's peak memory grows by {:.1} MB; the goal of at most {:.0} MB is {}.",
            smallest.users,
            largest.users,
            megabytes(growth),
            megabytes(MOST_GROWTH),
            verdict(met)
        );
        goals.push((met, line));
        let slowing = users_a_second(&smallest.worker) / users_a_second(&largest.worker);
        let met = slowing <= MOST_SLOWING;
        let line = format!(
            "A user of {} takes {slowing:.2} times as long as one of {}; the goal of at most {MOST_SLOWING}, which is time \
             in proportion to users, is {}.",
            largest.users,
            smallest.users,
            verdict(met)
        );
        goals.push((met, line));
    }
    goals
}

/// The README with the tables in their place; `None` if it has no place for them.
#[must_use]
pub fn into_readme(readme: &str, tables: &str) -> Option<String> {
    test_support::between(readme, BEGIN, END, tables)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Usage;
    use crate::partitions::{Busiest, Busy};

    fn figures(writes: u64) -> Figures {
        let busy = Busy { partition: "007".to_owned(), writes };
        Figures {
            usage: Usage { seconds: 1.0, cpu_seconds: 1.0, peak_bytes: 1 },
            users: 1_000,
            changed: 0,
            requests: [].into(),
            busiest: Busiest::from([(DUE_INDEX.to_owned(), busy)]),
            batches: 0,
            cost_usd: 0.0,
        }
    }

    #[test]
    fn a_partition_that_takes_more_than_two_hundred_writes_in_a_second_misses_the_goal() {
        for (writes, met) in [(200, true), (201, false)] {
            let measured = Measured { users: 1_000, rounds: 1, worker: figures(writes), floor: figures(0) };
            assert_eq!(goals(&[measured]).iter().all(|(met, _)| *met), met, "{writes} writes");
        }
    }
}
