//! Days that count for nothing: a person has said that they are ill, away, or simply not logging.

use chrono::{Days, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::field::FieldError;

/// Most days of one pause.
const MOST_DAYS: i64 = 366;
/// How far ahead a pause may begin, in days.
const FURTHEST_AHEAD: u64 = 366;
/// Most pauses that are remembered; far more than one analysis window can hold.
const MOST_PAUSES: usize = 50;

/// No pauses.
pub static NO_PAUSES: Pauses = Pauses(Vec::new());

/// Days from the first to the last, both included, that count for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pause {
    /// The first local day.
    pub from: NaiveDate,
    /// The last local day.
    pub to: NaiveDate,
}

impl Pause {
    /// A pause as a person asks for it on their day `today`: of at least one day and at most a year, and not planned further
    /// ahead than that.
    pub fn parse(from: NaiveDate, to: NaiveDate, today: NaiveDate) -> Result<Self, FieldError> {
        if to < from {
            return Err(FieldError::new("to", "must not be before from"));
        }
        if (to - from).num_days() >= MOST_DAYS {
            return Err(FieldError::new("to", format!("must be less than {MOST_DAYS} days after from")));
        }
        if from > today.checked_add_days(Days::new(FURTHEST_AHEAD)).unwrap_or(NaiveDate::MAX) {
            return Err(FieldError::new("from", format!("must be at most {FURTHEST_AHEAD} days ahead")));
        }
        Ok(Self { from, to })
    }

    /// What is left of it before and behind `other`; nothing is a pause that ends before it begins.
    fn without(self, other: Self) -> [Self; 2] {
        let before = other.from.pred_opt().unwrap_or(NaiveDate::MIN);
        let behind = other.to.succ_opt().unwrap_or(NaiveDate::MAX);
        [Self { to: self.to.min(before), ..self }, Self { from: self.from.max(behind), ..self }]
    }

    fn contains(self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

/// The pauses of one person, the earliest first. No two share a day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Pause>", into = "Vec<Pause>")]
pub struct Pauses(Vec<Pause>);

impl Pauses {
    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `day` counts for nothing.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        let next = self.0.partition_point(|pause| pause.to < day);
        self.0.get(next).is_some_and(|pause| pause.contains(day))
    }

    /// The latest day before `day` that counts.
    #[must_use]
    pub fn counting_before(&self, day: NaiveDate) -> Option<NaiveDate> {
        let mut before = day.pred_opt()?;
        while let Some(pause) = self.0.iter().rev().find(|pause| pause.contains(before)) {
            before = pause.from.pred_opt()?;
        }
        Some(before)
    }

    /// The first day after `day` that counts.
    #[must_use]
    pub fn counting_after(&self, day: NaiveDate) -> Option<NaiveDate> {
        let mut after = day.succ_opt()?;
        while let Some(pause) = self.0.iter().find(|pause| pause.contains(after)) {
            after = pause.to.succ_opt()?;
        }
        Some(after)
    }

    /// How many days before `today` hold `counting` days that count.
    #[must_use]
    pub fn days_before(&self, today: NaiveDate, counting: u32) -> u32 {
        let days_ago = |day: NaiveDate| u32::try_from((today - day).num_days()).unwrap_or(0);
        let yesterday = today.pred_opt().unwrap_or(NaiveDate::MIN);
        // The latest first: each lies within what the later ones have lengthened, or before it.
        self.0.iter().rev().fold(counting, |days, pause| {
            let last = pause.to.min(yesterday);
            if pause.from > last || days_ago(last) > days {
                return days;
            }
            days + days_ago(pause.from) + 1 - days_ago(last)
        })
    }

    /// The pause that holds on `today`, or the next one.
    #[must_use]
    pub fn present_or_next(&self, today: NaiveDate) -> Option<Pause> {
        self.0.iter().find(|pause| pause.to >= today).copied()
    }

    /// Puts `pause` in the place of the one that holds on `today` and of those that were to come, and of the days that it shares
    /// with others; `None` ends them. Days that are over stay paused.
    pub fn replace(&mut self, pause: Option<Pause>, today: NaiveDate) {
        let yesterday = today.pred_opt().unwrap_or(NaiveDate::MIN);
        let over = self.0.iter().map(|earlier| Pause { to: earlier.to.min(yesterday), ..*earlier });
        let mut kept: Vec<Pause> = match pause {
            None => over.collect(),
            Some(pause) => over.flat_map(|earlier| earlier.without(pause)).chain([pause]).collect(),
        };
        kept.retain(|pause| pause.from <= pause.to);
        kept.sort_by_key(|pause| pause.from);
        let forgotten = kept.len().saturating_sub(MOST_PAUSES);
        self.0 = kept.split_off(forgotten);
    }
}

impl From<Vec<Pause>> for Pauses {
    fn from(mut pauses: Vec<Pause>) -> Self {
        pauses.retain(|pause| pause.from <= pause.to);
        pauses.sort_by_key(|pause| pause.from);
        Self(pauses)
    }
}

impl From<Pauses> for Vec<Pause> {
    fn from(pauses: Pauses) -> Self {
        pauses.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behavior::fixtures::day;

    fn pause(from: &str, to: &str) -> Pause {
        Pause { from: day(from), to: day(to) }
    }

    #[test]
    fn days_of_a_pause_are_stepped_over() {
        let pauses = Pauses::from(vec![pause("2026-03-14", "2026-03-15"), pause("2026-03-10", "2026-03-13")]);
        assert!(pauses.contains(day("2026-03-10")) && pauses.contains(day("2026-03-15")));
        assert!(!pauses.contains(day("2026-03-09")) && !pauses.contains(day("2026-03-16")));
        assert_eq!(pauses.counting_before(day("2026-03-16")), Some(day("2026-03-09")));
        assert_eq!(pauses.counting_after(day("2026-03-09")), Some(day("2026-03-16")));
        assert_eq!(NO_PAUSES.counting_before(day("2026-03-16")), Some(day("2026-03-15")));
    }

    #[test]
    fn days_that_count_lie_further_back_behind_a_pause() {
        let pauses = Pauses::from(vec![
            pause("2026-02-01", "2026-02-28"),
            pause("2026-03-10", "2026-03-13"),
            pause("2026-03-20", "2026-04-20"),
        ]);
        for (today, counting) in [
            ("2026-02-10", 5),
            ("2026-03-09", 4),
            ("2026-03-09", 9),
            ("2026-03-16", 5),
            ("2026-03-25", 20),
            ("2026-05-01", 1),
            ("2026-05-01", 40),
        ] {
            let today = day(today);
            let days = pauses.days_before(today, counting);
            let before = today.iter_days().rev().skip(1).take(days as usize);
            let found = before.filter(|day| !pauses.contains(*day)).count();
            assert_eq!(found, counting as usize, "{counting} before {today}: {days}");
        }
        assert_eq!(NO_PAUSES.days_before(day("2026-05-01"), 30), 30);
    }

    #[test]
    fn the_present_pause_is_replaced_and_what_is_over_stays() {
        let today = day("2026-03-20");
        let mut pauses = Pauses::from(vec![pause("2026-02-01", "2026-02-03"), pause("2026-03-18", "2026-03-25")]);
        pauses.replace(Some(pause("2026-03-18", "2026-03-22")), today);
        assert_eq!(Vec::from(pauses.clone()), [pause("2026-02-01", "2026-02-03"), pause("2026-03-18", "2026-03-22")]);
        assert_eq!(pauses.present_or_next(today), Some(pause("2026-03-18", "2026-03-22")));
        pauses.replace(None, today);
        assert_eq!(Vec::from(pauses.clone()), [pause("2026-02-01", "2026-02-03"), pause("2026-03-18", "2026-03-19")]);
        assert_eq!(pauses.present_or_next(today), None);
        pauses.replace(Some(pause("2026-02-02", "2026-02-02")), today);
        let pieces = [
            pause("2026-02-01", "2026-02-01"),
            pause("2026-02-02", "2026-02-02"),
            pause("2026-02-03", "2026-02-03"),
            pause("2026-03-18", "2026-03-19"),
        ];
        assert_eq!(Vec::from(pauses.clone()), pieces);
        pauses.replace(Some(pause("2026-02-03", "2026-04-01")), today);
        assert_eq!(Vec::from(pauses), [pieces[0], pieces[1], pause("2026-02-03", "2026-04-01")]);
    }

    #[test]
    fn a_pause_has_a_beginning_and_an_end_within_reach() {
        let today = day("2026-03-20");
        let refused = |from: &str, to: &str| Pause::parse(day(from), day(to), today).expect_err("refused").field;
        assert_eq!(refused("2026-03-20", "2026-03-19"), "to");
        assert_eq!(refused("2026-03-20", "2027-03-21"), "to");
        assert_eq!(refused("2028-03-20", "2028-03-21"), "from");
        assert_eq!(Pause::parse(today, today, today), Ok(Pause { from: today, to: today }));
        let mut pauses = Pauses::default();
        for number in 0..60 {
            let from = today + Days::new(3 * number);
            pauses.replace(Some(Pause { from, to: from }), from);
        }
        assert_eq!(Vec::from(pauses).len(), MOST_PAUSES);
    }
}
