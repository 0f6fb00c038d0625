//! The kinds of people, and cohorts of them.

use chrono::NaiveDate;
use domain::behavior::PatternKind;

use crate::chance::Chance;
use crate::course::{Course, Trend};
use crate::habit::Habit;
use crate::person::Person;

/// How somebody's year goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Archetype {
    /// The same all year.
    Steady,
    /// Begins badly and gets better over two to five months.
    Improving,
    /// Begins well and gets worse over two to eight months, too slowly to be noticed from week to week.
    Drifting,
    /// The same all year, and more at weekends.
    Weekend,
    /// Strict stretches and collapses, all year.
    AllOrNothing,
    /// Stops logging at some point and does not return.
    Lapsed,
    /// Stops logging once or twice, for weeks, and returns.
    Returning,
    /// Has come in the course of the year; the same ever since.
    New,
}

impl Archetype {
    /// Every archetype.
    pub const ALL: [Self; 8] = [
        Self::Steady,
        Self::Improving,
        Self::Drifting,
        Self::Weekend,
        Self::AllOrNothing,
        Self::Lapsed,
        Self::Returning,
        Self::New,
    ];

    /// The archetype's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Improving => "improving",
            Self::Drifting => "drifting",
            Self::Weekend => "weekend",
            Self::AllOrNothing => "all-or-nothing",
            Self::Lapsed => "lapsed",
            Self::Returning => "returning",
            Self::New => "new",
        }
    }

    /// One person of this archetype whose year begins on `begin` and has `days` days.
    fn person(self, seed: u64, begin: NaiveDate, days: u32) -> Person {
        let mut chance = Chance::of(seed, 0x0A2C_4E70);
        let mut start = Trend::draw(&mut chance);
        let mut first_day = begin;
        let (mut course, mut habits) = (Course::Constant, Vec::new());
        match self {
            Self::Steady => {}
            Self::Improving => {
                let end = start;
                start.logging = chance.within(0.45, 0.75);
                start.mean = chance.within(1.10, 1.25);
                start.spread = chance.within(0.10, 0.16);
                course = ramp(end, days, 8..=22, &mut chance);
            }
            Self::Drifting => {
                let end = Trend {
                    logging: start.logging * chance.within(0.6, 1.0),
                    mean: chance.within(1.12, 1.28),
                    spread: start.spread.max(0.09),
                };
                start.spread = start.spread.min(0.08);
                course = ramp(end, days, 10..=35, &mut chance);
            }
            Self::Weekend => habits.extend(Habit::draw(PatternKind::WeekendOvereating, days, &mut chance)),
            Self::AllOrNothing => habits.extend(Habit::draw(PatternKind::AllOrNothing, days, &mut chance)),
            Self::Lapsed => course = Course::Pauses(vec![(chance.whole(days / 8, days * 3 / 4), u32::MAX)]),
            Self::Returning => {
                let first = chance.whole(days / 8, days / 3);
                let back = first + chance.whole(28, 70);
                let mut pauses = vec![(first, back)];
                if chance.happens(0.5) {
                    let again = back + chance.whole(56, 112);
                    pauses.push((again, again + chance.whole(21, 70)));
                }
                course = Course::Pauses(pauses);
            }
            Self::New => {
                let late = u64::from(chance.whole(0, days * 3 / 4));
                first_day = begin.checked_add_days(chrono::Days::new(late)).unwrap_or(begin);
            }
        }
        Person::new(seed, first_day, start, course, habits)
    }
}

/// A ramp of some weeks that begins within the first third of the year.
fn ramp(end: Trend, days: u32, weeks: std::ops::RangeInclusive<u32>, chance: &mut Chance) -> Course {
    let from = chance.whole(days / 10, days / 3);
    Course::Ramp { from, to: from + chance.whole(weeks.start() * 7, weeks.end() * 7), end }
}

/// `size` different people of one archetype, for the `days` days from `begin` on.
pub fn cohort(archetype: Archetype, size: u32, seed: u64, begin: NaiveDate, days: u32) -> impl Iterator<Item = Person> {
    (0..size).map(move |number| archetype.person(member(seed, archetype as u64, number), begin, days))
}

/// `size` different people with these habits, and otherwise steady, for the `days` days from `begin` on. A drop-off of
/// logging begins 8 to 20 days before the end.
pub fn cohort_with_habits(
    kinds: &[PatternKind],
    size: u32,
    seed: u64,
    begin: NaiveDate,
    days: u32,
) -> impl Iterator<Item = Person> {
    let number = |kind: &PatternKind| (0..).zip(PatternKind::ALL).find(|(_, each)| each == kind);
    let group = kinds.iter().filter_map(number).fold(64, |group, (number, _)| group * 16 + number);
    (0..size).map(move |number| {
        let seed = member(seed, group, number);
        let mut chance = Chance::of(seed, 0x0A2C_4E71);
        let start = Trend::draw(&mut chance);
        let stops = kinds.contains(&PatternKind::LoggingDropOff);
        let course =
            if stops { Course::Pauses(vec![(days - chance.whole(8, 20), u32::MAX)]) } else { Course::Constant };
        let habits = kinds.iter().filter_map(|kind| Habit::draw(*kind, days, &mut chance)).collect();
        Person::new(seed, begin, start, course, habits)
    })
}

/// The seed of one member of a cohort.
const fn member(seed: u64, group: u64, number: u32) -> u64 {
    seed.wrapping_mul(0xD129_42F4_3DD5_6F0D) ^ (group << 32) ^ (number as u64)
}
