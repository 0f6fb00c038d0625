//! Runs of consecutive days: how long somebody has been logging, how long they stayed in target.

use chrono::NaiveDate;

use super::circumstances::CountedDays;
use super::measured_day::{MeasuredDay, Standing};
use super::pauses::Pauses;
use crate::meals::DayTotals;

/// Consecutive logged days that end today, or yesterday while nothing has been logged today; at most `cap`.
///
/// The weekly run measures at night, when nobody has eaten yet: a streak that had to end today would always be zero. It
/// is capped because an unbroken streak grows by seven days a week without any change of behaviour. Days of a pause are
/// stepped over.
pub(super) fn logging_streak(days: &[DayTotals], today: NaiveDate, cap: u32, pauses: &Pauses) -> u32 {
    let before = |day| pauses.counting_before(day).unwrap_or(NaiveDate::MIN);
    let mut streak = 0;
    let mut expected = if pauses.contains(today) { before(today) } else { today };
    let counts = |totals: &&DayTotals| totals.is_logged() && !pauses.contains(totals.day);
    for totals in days.iter().rev().filter(counts).skip_while(|totals| totals.day > today) {
        if streak == 0 && expected == today && totals.day == before(today) {
            expected = totals.day;
        }
        if totals.day != expected || streak == cap {
            break;
        }
        streak += 1;
        expected = before(expected);
    }
    streak
}

/// The longest run of consecutive calendar days that were all logged and in target.
pub(super) fn longest_in_target(logged: &[MeasuredDay], counted: CountedDays) -> u32 {
    let mut longest = 0;
    let mut run = 0;
    let mut previous = None;
    for day in logged {
        run = match (day.standing, counted.follows(day.day(), previous)) {
            (Standing::InTarget, true) => run + 1,
            (Standing::InTarget, false) => 1,
            _ => 0,
        };
        previous = Some(day.day());
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behavior::fixtures::{day, days_with};
    use crate::behavior::{NO_PAUSES, Pause};

    fn streak(logged: &[&str], today: &str) -> u32 {
        logging_streak(&days_with(logged, 2000), day(today), 30, &NO_PAUSES)
    }

    #[test]
    fn a_streak_ends_today_or_yesterday_while_today_has_no_meal() {
        assert_eq!(streak(&["2026-03-08", "2026-03-09", "2026-03-10"], "2026-03-10"), 3);
        assert_eq!(streak(&["2026-03-08", "2026-03-09", "2026-03-10"], "2026-03-11"), 3);
        assert_eq!(streak(&["2026-03-08", "2026-03-09", "2026-03-10"], "2026-03-12"), 0);
        assert_eq!(streak(&[], "2026-03-12"), 0);
    }

    #[test]
    fn a_missed_day_ends_a_streak() {
        assert_eq!(streak(&["2026-03-07", "2026-03-09", "2026-03-10"], "2026-03-10"), 2);
        assert_eq!(streak(&["2026-03-10"], "2026-03-10"), 1);
    }

    #[test]
    fn a_pause_neither_ends_a_streak_nor_adds_to_it() {
        let pauses = Pauses::from(vec![Pause { from: day("2026-03-08"), to: day("2026-03-10") }]);
        let logged = days_with(&["2026-03-06", "2026-03-07", "2026-03-09", "2026-03-11"], 2000);
        for (today, expected) in [
            ("2026-03-07", 2),
            ("2026-03-08", 2),
            ("2026-03-10", 2),
            ("2026-03-11", 3),
            ("2026-03-12", 3),
            ("2026-03-13", 0),
        ] {
            let known = logged.partition_point(|totals| totals.day <= day(today));
            assert_eq!(logging_streak(&logged[..known], day(today), 30, &pauses), expected, "{today}");
        }
        assert_eq!(
            logging_streak(&logged[..1], day("2026-03-09"), 30, &pauses),
            0,
            "the day before the pause was missed"
        );
    }

    #[test]
    fn meals_logged_ahead_of_time_do_not_count() {
        assert_eq!(streak(&["2026-03-09", "2026-03-10", "2026-03-11"], "2026-03-10"), 2);
    }

    #[test]
    fn a_day_whose_meals_were_all_deleted_is_not_logged() {
        let mut days = days_with(&["2026-03-08", "2026-03-09", "2026-03-10"], 2000);
        days[1] = DayTotals::empty(day("2026-03-09"));
        assert_eq!(logging_streak(&days, day("2026-03-10"), 30, &NO_PAUSES), 1);
    }

    #[test]
    fn a_streak_longer_than_the_window_is_the_same_behaviour() {
        let days: Vec<_> =
            day("2026-01-01").iter_days().take(40).map(|day| DayTotals { meals: 1, ..DayTotals::empty(day) }).collect();
        assert_eq!(logging_streak(&days, day("2026-02-09"), 30, &NO_PAUSES), 30);
    }
}
