//! What one person's year looks like from outside (measured behaviour) and from inside (the truth).

use chrono::NaiveDate;
use cohorts::Person;
use domain::behavior::{BehaviorMetrics, MeasureSettings, Window, measure};

/// Weeks that are replayed.
pub const WEEKS: u32 = 52;
/// Days that people have been here before the first week, so that their windows are full.
pub const HISTORY_DAYS: u32 = 30;
/// Days of the whole replay.
pub const DAYS: u32 = HISTORY_DAYS + 7 * WEEKS;
/// How far logging or adherence must really move for a prompt to be out of date: half as much again as the smallest change
/// that the requirement calls significant.
const TRUE_CHANGE: f64 = 0.15;
/// How far both may have moved at most for a rewritten prompt to say the same as the one before.
const NO_CHANGE: f64 = 0.05;
/// Logging below which there is no truth about adherence.
const LEAST_LOGGING: f64 = 0.05;

/// One week's check of one person.
#[derive(Debug, Clone)]
pub struct Week {
    /// Number of the week; 0 is the week in which the first prompt is written.
    pub number: u32,
    /// What the check measures.
    pub metrics: BehaviorMetrics,
    /// What is true.
    pub truth: Truth,
    /// Whether the truth has moved to this week by so much that the prompt should follow.
    pub true_change: bool,
}

/// Mean probabilities over the window.
#[derive(Debug, Clone, Copy)]
pub struct Truth {
    logging: f64,
    /// Of the days that are logged; `None` if hardly any are.
    adherence: Option<f64>,
}

impl Truth {
    /// The larger of the two movements; all of it if adherence became known or unknown.
    fn distance(self, other: Self) -> f64 {
        let adherence = match (self.adherence, other.adherence) {
            (Some(one), Some(other)) => (one - other).abs(),
            (None, None) => 0.0,
            _ => 1.0,
        };
        adherence.max((self.logging - other.logging).abs())
    }

    /// Whether a prompt written then would say the same as one written now.
    #[must_use]
    pub fn is_same_as(self, other: Self) -> bool {
        self.distance(other) < NO_CHANGE
    }
}

/// The weeks of `person` from the one in which their first prompt is written. Somebody new gets that prompt on their first
/// day, before there is anything to measure.
#[must_use]
pub fn weeks_of(person: &Person, begin: NaiveDate, settings: &MeasureSettings) -> Vec<Week> {
    let end = begin + chrono::Days::new(u64::from(DAYS));
    let days = person.days(person.first_day, end);
    let mut weeks: Vec<Week> = Vec::new();
    let mut reference: Option<Truth> = None;
    for number in 0..=WEEKS {
        let check = begin + chrono::Days::new(u64::from(HISTORY_DAYS + 7 * number));
        let next = check + chrono::Days::new(7);
        if person.first_day >= next {
            continue;
        }
        let today = if weeks.is_empty() { check.max(person.first_day) } else { check };
        let window = Window::before(today, person.first_day, settings.analysis_days);
        let from = days.partition_point(|totals| totals.day < window.read_from());
        let to = days.partition_point(|totals| totals.day <= today);
        let metrics = measure(&days[from..to], today, &window, &person.targets, settings);
        let truth = truth_of(person, window);
        let moved = reference.is_none_or(|reference| reference.distance(truth) > TRUE_CHANGE);
        let true_change = moved && !weeks.is_empty();
        if moved {
            reference = Some(truth);
        }
        weeks.push(Week { number, metrics, truth, true_change });
    }
    weeks
}

/// The truth about a window; nothing is known of an empty one.
fn truth_of(person: &Person, window: Window) -> Truth {
    let (mut logging, mut in_target) = (0.0, 0.0);
    for day in window.iter() {
        let trend = person.trend(day);
        logging += trend.logging;
        in_target += trend.logging * person.expected_adherence(day);
    }
    let days = f64::from(window.days().max(1));
    let known = logging / days >= LEAST_LOGGING;
    Truth { logging: logging / days, adherence: known.then(|| in_target / logging) }
}
