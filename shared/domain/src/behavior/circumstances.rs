//! What holds for a person whose days are measured, and which of their days count.

use chrono::NaiveDate;

use super::pauses::{NO_PAUSES, Pauses};
use super::window::Window;
use crate::local_day::Weekend;
use crate::profile::TargetsHistory;

/// What holds for a person whose days are measured.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// What was meant to be eaten on which day.
    pub targets: &'a TargetsHistory,
    /// Days that count for nothing.
    pub pauses: &'a Pauses,
    /// Which days are the weekend.
    pub weekend: Weekend,
}

/// Nobody's in particular: no pauses, and the weekend of most countries.
impl<'a> From<&'a TargetsHistory> for Circumstances<'a> {
    fn from(targets: &'a TargetsHistory) -> Self {
        Self { targets, pauses: &NO_PAUSES, weekend: Weekend::default() }
    }
}

/// The days of a window that count.
#[derive(Debug, Clone, Copy)]
pub(super) struct CountedDays<'a> {
    window: Window,
    pauses: &'a Pauses,
}

impl<'a> CountedDays<'a> {
    pub(super) const fn new(window: Window, pauses: &'a Pauses) -> Self {
        Self { window, pauses }
    }

    /// Each of them in order.
    pub(super) fn iter(self) -> impl Iterator<Item = NaiveDate> + use<'a> {
        self.window.iter().filter(move |day| !self.pauses.contains(*day))
    }

    /// How many there are.
    pub(super) fn count(self) -> u32 {
        if self.pauses.is_empty() { self.window.days() } else { u32::try_from(self.iter().count()).unwrap_or(u32::MAX) }
    }

    /// The one that `before` others come before.
    pub(super) fn nth(self, before: u32) -> NaiveDate {
        self.iter().nth(before as usize).unwrap_or(NaiveDate::MAX)
    }

    /// How many of them it is from `earlier` to `day`.
    pub(super) fn between(self, earlier: NaiveDate, day: NaiveDate) -> usize {
        let days = usize::try_from((day - earlier).num_days()).unwrap_or(0);
        if self.pauses.is_empty() {
            return days;
        }
        earlier.iter_days().skip(1).take(days).filter(|day| !self.pauses.contains(*day)).count()
    }

    /// Whether `day` follows directly upon `previous` among them.
    pub(super) fn follows(self, day: NaiveDate, previous: Option<NaiveDate>) -> bool {
        previous.is_some() && self.pauses.counting_before(day) == previous
    }
}
