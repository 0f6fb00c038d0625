//! Strict stretches that each end in a collapse of several days: one slip and the week is gone.

use chrono::NaiveDate;

use super::evidence::{Evidence, figures, grade};
use crate::behavior::circumstances::CountedDays;
use crate::behavior::measured_day::MeasuredDay;
use crate::local_day::Weekend;

/// A day at or above this has gone off the rails, in thousandths of the target.
const BLOWOUT: u32 = 1250;
/// Shortest stretch without a blown day between two collapses, in logged days.
const LEAST_STRETCH_DAYS: u32 = 3;
/// How many of those must not be over target at all.
const LEAST_STRICT_DAYS: u32 = 2;
/// Shortest collapse, in days. Two bad days are a weekend.
const LEAST_COLLAPSE_DAYS: u32 = 3;
/// Days of a collapse that were logged and blown; the others may be missing.
const LEAST_BLOWN_DAYS: usize = 2;
/// Blown days that must belong to a collapse, in thousandths of all blown days: whoever overeats now and then has some in a
/// row by chance.
const LEAST_CLUSTERED: usize = 600;
/// Collapses needed.
const LEAST_COLLAPSES: u32 = 2;

/// At least [`LEAST_COLLAPSES`] collapses of [`LEAST_COLLAPSE_DAYS`] days or more with strict stretches between them. What
/// was before the window is not known, so the first collapse needs none before it. Collapses that are mostly weekends are
/// weekend overeating instead.
pub(super) fn find(logged: &[MeasuredDay], counted: CountedDays, weekend: Weekend) -> Option<Evidence> {
    let mut walk = Walk { stretch_days: LEAST_STRETCH_DAYS, strict_days: LEAST_STRICT_DAYS, ..Walk::default() };
    let mut next = logged.iter().peekable();
    for day in counted.iter() {
        match next.next_if(|measured| measured.day() == day) {
            Some(measured) if measured.permille >= BLOWOUT => walk.blown(day),
            Some(measured) if !measured.is_over() => walk.strict(),
            Some(_) => walk.so_so(),
            None => walk.missing(),
        }
    }
    walk.end_collapse();
    if walk.collapses < LEAST_COLLAPSES || !walk.is_clustered() || walk.is_mostly(weekend) {
        return None;
    }
    Some(Evidence {
        score: grade(walk.collapse_days, LEAST_COLLAPSES * LEAST_COLLAPSE_DAYS - 1, 15),
        summary: format!(
            "{} collapses of {LEAST_COLLAPSE_DAYS} or more days in a row at or above {}% of target or without logging, {} days in \
             all, with at least {LEAST_STRETCH_DAYS} better days between them.",
            walk.collapses,
            BLOWOUT / 10,
            walk.collapse_days,
        ),
        days: walk.days,
        figures: figures([("collapses", walk.collapses), ("collapse_days", walk.collapse_days)]),
    })
}

/// A walk along the calendar that remembers the stretch it is in.
#[derive(Default)]
struct Walk {
    /// Logged days of the present stretch, or of the one that the present collapse ended.
    stretch_days: u32,
    /// Those of them that are not over target.
    strict_days: u32,
    /// Days of the present collapse, missed ones included.
    length: u32,
    /// Blown days of the present collapse.
    blown: usize,
    collapses: u32,
    collapse_days: u32,
    /// Blown days of all collapses.
    days: Vec<NaiveDate>,
    /// Blown days, whether they belong to a collapse or not.
    all_blown: usize,
}

impl Walk {
    fn blown(&mut self, day: NaiveDate) {
        self.length += 1;
        self.blown += 1;
        self.all_blown += 1;
        self.days.push(day);
    }

    /// A missed day belongs to the collapse that it lies in or beside.
    const fn missing(&mut self) {
        self.length += 1;
    }

    fn strict(&mut self) {
        self.so_so();
        self.strict_days += 1;
    }

    /// A day somewhat over target ends a collapse too.
    fn so_so(&mut self) {
        if self.blown > 0 {
            self.end_collapse();
        }
        self.length = 0;
        self.stretch_days += 1;
    }

    /// Counts the present collapse if it was one.
    fn end_collapse(&mut self) {
        let rested = self.stretch_days >= LEAST_STRETCH_DAYS && self.strict_days >= LEAST_STRICT_DAYS;
        if rested && self.blown >= LEAST_BLOWN_DAYS && self.length >= LEAST_COLLAPSE_DAYS {
            self.collapses += 1;
            self.collapse_days += self.length;
        } else {
            self.days.truncate(self.days.len() - self.blown);
        }
        (self.stretch_days, self.strict_days, self.length, self.blown) = (0, 0, 0, 0);
    }

    /// Whether blown days come in collapses rather than one by one.
    fn is_clustered(&self) -> bool {
        self.days.len() * 1000 >= self.all_blown * LEAST_CLUSTERED
    }

    fn is_mostly(&self, weekend: Weekend) -> bool {
        self.days.iter().filter(|day| weekend.contains(**day)).count() * 5 > self.days.len() * 3
    }
}
