//! The daily series behind the metrics, ready to plot.

use std::iter;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::circumstances::Circumstances;
use super::measured_day::Standing;
use super::settings::MeasureSettings;
use super::window::Window;
use crate::meals::{DayTotals, Grams};

/// One local day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayPoint {
    /// The local day.
    pub day: NaiveDate,
    /// Energy in kcal; 0 if nothing was logged.
    pub calories: u32,
    /// Protein in g; 0 if nothing was logged.
    pub protein_g: f64,
    /// Number of meals; 0 means that nothing was logged, which says nothing about what was eaten.
    pub meals: u32,
    /// The calorie target that held on this day, in kcal.
    pub target_calories: u32,
    /// The protein target that held on this day, in g.
    pub target_protein_g: u32,
    /// Whether the day was within the tolerance of its calorie target; null for today, for days without logging and for days
    /// of a pause.
    pub in_target: Option<bool>,
    /// False for today, which is not over yet and not measured.
    pub complete: bool,
    /// Whether you have marked the day: all that you ate is logged.
    pub marked_complete: bool,
    /// Whether the day lies in a pause and counts for nothing.
    pub paused: bool,
}

/// Every day of `window` and then `today`, whether logged or not. `days` as for [`measure`](super::measure).
#[must_use]
pub fn daily_series<'a>(
    days: &'a [DayTotals],
    today: NaiveDate,
    window: &Window,
    circumstances: impl Into<Circumstances<'a>>,
    settings: &MeasureSettings,
) -> Vec<DayPoint> {
    let circumstances = circumstances.into();
    let point = |day: NaiveDate| {
        let targets = circumstances.targets.on(day);
        let paused = circumstances.pauses.contains(day);
        let logged = days.binary_search_by_key(&day, |totals| totals.day).map(|index| days[index]);
        let totals = logged.unwrap_or(DayTotals::empty(day));
        let complete = day < today;
        let standing =
            Standing::of(totals.calories, targets.daily_calories, targets.least_calories, settings.adherence_tolerance);
        DayPoint {
            day,
            calories: totals.calories,
            protein_g: Grams::from_tenths(totals.protein_tenths).into(),
            meals: totals.meals,
            target_calories: targets.daily_calories,
            target_protein_g: targets.protein_g,
            in_target: (complete && totals.is_logged() && !paused).then_some(standing == Standing::InTarget),
            complete,
            marked_complete: totals.marked_complete,
            paused,
        }
    };
    window.iter().chain(iter::once(today)).map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behavior::fixtures::{day, eaten, settings, targets};

    #[test]
    fn every_day_of_the_window_and_today_is_there_whether_logged_or_not() {
        let today = day("2026-03-05");
        let days = [eaten(day("2026-03-02"), 2000), eaten(day("2026-03-03"), 2900), eaten(today, 500)];
        let window = Window::before(today, day("2026-03-01"), 30);
        let series = daily_series(&days, today, &window, &targets(), &settings());
        let seen: Vec<_> = series.iter().map(|point| (point.calories, point.in_target, point.complete)).collect();
        assert_eq!(
            seen,
            [(0, None, true), (2000, Some(true), true), (2900, Some(false), true), (0, None, true), (500, None, false)]
        );
        assert_eq!((series[0].day, series[4].day, series[1].target_calories), (day("2026-03-01"), today, 2000));
    }
}
