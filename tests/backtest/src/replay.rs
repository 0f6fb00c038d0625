//! The weekly run, replayed.

use std::thread;

use chrono::NaiveDate;
use cohorts::{Archetype, cohort};
use domain::behavior::{MeasureSettings, detect_change};

use crate::policy::Policy;
use crate::tally::{PATIENCE, Tally};
use crate::year::{DAYS, WEEKS, Week, weeks_of};

/// Weeks before a true change is complete from which a rewrite counts as its answer.
const EARLY: u32 = 2;

/// One tally for each archetype and policy, in the order of [`Archetype::ALL`] and of `policies`.
///
/// # Panics
/// If a worker thread panicked.
#[must_use]
pub fn replay(people: u32, seed: u64, begin: NaiveDate, policies: &[Policy]) -> Vec<Vec<Tally>> {
    let workers = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Archetype::ALL
        .iter()
        .map(|archetype| {
            let parts: Vec<Vec<Tally>> = thread::scope(|scope| {
                let work = |worker| move || one_part(*archetype, people, seed, begin, policies, worker, workers);
                let running: Vec<_> = (0..workers).map(|worker| scope.spawn(work(worker))).collect();
                running.into_iter().map(|worker| worker.join().expect("a worker does not panic")).collect()
            });
            let mut tallies = vec![Tally::default(); policies.len()];
            for part in &parts {
                tallies.iter_mut().zip(part).for_each(|(tally, part)| *tally += part);
            }
            tallies
        })
        .collect()
}

/// Every `workers`th person, from the `worker`th on.
fn one_part(
    archetype: Archetype,
    people: u32,
    seed: u64,
    begin: NaiveDate,
    policies: &[Policy],
    worker: usize,
    workers: usize,
) -> Vec<Tally> {
    let settings = MeasureSettings::default();
    let mut tallies = vec![Tally::default(); policies.len()];
    for person in cohort(archetype, people, seed, begin, DAYS).skip(worker).step_by(workers) {
        let weeks = weeks_of(&person, begin, &settings);
        for (policy, tally) in policies.iter().zip(&mut tallies) {
            run(&weeks, policy, tally);
        }
    }
    tallies
}

/// One person under one policy: the first week's prompt, then a check every so many weeks.
fn run(weeks: &[Week], policy: &Policy, tally: &mut Tally) {
    let Some((first, rest)) = weeks.split_first() else { return };
    let settings = policy.settings();
    let (mut last, mut prompt) = (first, first);
    let mut rewritten = Vec::new();
    tally.weeks += u32::try_from(rest.len()).unwrap_or(WEEKS);
    for week in rest.iter().filter(|week| (week.number - first.number) % policy.weeks == 0) {
        let decision = detect_change(&week.metrics, Some(&last.metrics), Some(&prompt.metrics), &settings);
        tally.checks += 1;
        tally.by_week[week.number as usize].0 += 1;
        if decision.changed {
            tally.rewrites += 1;
            tally.by_week[week.number as usize].1 += 1;
            tally.needless += u32::from(week.truth.is_same_as(prompt.truth));
            rewritten.push(week.number);
            prompt = week;
        }
        last = week;
    }
    for change in rest.iter().filter(|week| week.true_change && week.number + PATIENCE <= WEEKS) {
        tally.changes += 1;
        let answer =
            rewritten.iter().find(|week| **week + EARLY >= change.number && **week <= change.number + PATIENCE);
        match answer {
            Some(week) => tally.waiting += week.saturating_sub(change.number),
            None => tally.missed += 1,
        }
    }
}
