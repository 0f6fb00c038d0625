//! The trend of somebody's weigh-ins: what the body weighs beneath the water and the meals of single days.
//!
//! An exponentially smoothed moving average, as weight trackers have it (John Walker, The Hacker's Diet, "Signal and noise",
//! <https://www.fourmilab.ch/hackdiet/e4/signalnoise.html>): each day the trend moves by [`SMOOTHING`] of its distance to the
//! weight. Where days lie between two weigh-ins it moves as far as it would have with the later weight on each of them
//! (Eckner, Algorithms for Unevenly Spaced Time Series, 2017, "next-point" interpolation), so that somebody who weighs in
//! once a week has the trend of somebody who does so daily.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::profile::Weight;

/// By how much of the distance the trend moves in a day.
const SMOOTHING: f64 = 0.1;
/// Days before a trend that can still be seen in it: 0.9^180 is less than a millionth of a per cent.
pub const REMEMBERED: Days = Days::new(180);
/// Days over which the change of the trend is measured.
const RATE_DAYS: i64 = 28;
/// Least days between the first and the last weigh-in of those.
const LEAST_RATE_DAYS: i64 = 7;
/// Least weigh-ins in them.
const LEAST_RATE_WEIGH_INS: usize = 3;

/// What somebody weighed on a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeighIn {
    /// The person's day.
    pub day: NaiveDate,
    /// What the scales showed.
    pub weight: Weight,
}

/// A weigh-in with the trend up to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrendPoint {
    /// The person's day.
    pub day: NaiveDate,
    /// What the scales showed.
    pub weight: Weight,
    /// The trend, in kg.
    pub trend_kg: f64,
}

/// Where somebody's weight stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WeightTrend {
    /// The day of the latest weigh-in.
    pub day: NaiveDate,
    /// The trend on it, in kg, to a gram.
    pub trend_kg: f64,
    /// What the scales showed on it, in kg.
    pub latest_kg: f64,
    /// By how much the trend changes, in kg a week; `None` with too few weigh-ins to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kg_per_week: Option<f64>,
}

/// The trend at each of `weigh_ins`, which are in ascending order of days with at most one a day.
#[must_use]
pub fn trend(weigh_ins: &[WeighIn]) -> Vec<TrendPoint> {
    let mut points: Vec<TrendPoint> = Vec::with_capacity(weigh_ins.len());
    for WeighIn { day, weight } in weigh_ins.iter().copied() {
        let trend_kg = points.last().map_or(weight.kg(), |before| {
            let kept = (1.0 - SMOOTHING).powf(as_float((day - before.day).num_days()));
            kept * before.trend_kg + (1.0 - kept) * weight.kg()
        });
        points.push(TrendPoint { day, weight, trend_kg });
    }
    points
}

impl WeightTrend {
    /// Where the weight stands at the last of `points`; `None` without any.
    #[must_use]
    pub fn of(points: &[TrendPoint]) -> Option<Self> {
        let last = points.last()?;
        let recent = points.iter().filter(|point| (last.day - point.day).num_days() <= RATE_DAYS);
        let recent: Vec<(f64, f64)> =
            recent.map(|point| (as_float((point.day - last.day).num_days()), point.trend_kg)).collect();
        let spans = recent.first().is_some_and(|(first, _)| -first >= as_float(LEAST_RATE_DAYS));
        let kg_per_week = (spans && recent.len() >= LEAST_RATE_WEIGH_INS).then(|| 7.0 * slope(&recent));
        let kg_per_week = kg_per_week.map(|rate| rounded(rate, 100.0));
        let (trend_kg, latest_kg) = (rounded(last.trend_kg, 1_000.0), last.weight.kg());
        Some(Self { day: last.day, trend_kg, latest_kg, kg_per_week })
    }

    /// What the scales showed last.
    #[must_use]
    pub fn latest(&self) -> Option<Weight> {
        Weight::parse("weight_kg", self.latest_kg).ok()
    }

    /// The trend as a weight, to a tenth of a kilogram as scales show it.
    #[must_use]
    pub fn weight(&self) -> Option<Weight> {
        Weight::parse("weight_kg", to_tenths(self.trend_kg)).ok()
    }
}

/// Kilograms as they are shown.
#[must_use]
pub fn to_tenths(kg: f64) -> f64 {
    rounded(kg, 10.0)
}

fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

/// The slope of the straight line through points of different places that lies nearest to them by least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = as_float(i64::try_from(points.len()).unwrap_or(i64::MAX));
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let (product, square) = points.iter().fold((0.0, 0.0), |(product, square), point| {
        (product + (point.0 - x) * (point.1 - y), square + (point.0 - x).powi(2))
    });
    product / square
}

#[expect(clippy::cast_precision_loss, reason = "days of a life and weigh-ins are far below 2^52")]
const fn as_float(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weigh_ins(every: usize, days: u64, kg: impl Fn(u64) -> f64) -> Vec<WeighIn> {
        let first: NaiveDate = "2026-09-01".parse().expect("a day");
        let weighed = |number: u64| WeighIn {
            day: first + Days::new(number),
            weight: Weight::parse("weight_kg", kg(number)).expect("a weight"),
        };
        (0..days).step_by(every).map(weighed).collect()
    }

    fn latest(weigh_ins: &[WeighIn]) -> WeightTrend {
        WeightTrend::of(&trend(weigh_ins)).expect("there are weigh-ins")
    }

    #[expect(clippy::cast_precision_loss, reason = "a few days")]
    fn falling(day: u64) -> f64 {
        90.0 - 0.1 * day as f64
    }

    #[test]
    fn each_day_the_trend_moves_by_a_tenth_of_its_distance() {
        let points = trend(&weigh_ins(1, 3, |day| [80.0, 81.0, 80.0][usize::try_from(day).expect("small")]));
        let expected = [80.0, 80.1, 80.09];
        assert!(points.iter().zip(expected).all(|(point, kg)| (point.trend_kg - kg).abs() < 1e-9), "{points:?}");
    }

    #[test]
    fn who_weighs_in_once_a_week_has_the_trend_of_who_does_so_daily() {
        let (daily, weekly) = (latest(&weigh_ins(1, 57, falling)), latest(&weigh_ins(7, 57, falling)));
        assert_eq!(daily.day, weekly.day);
        let rates = [daily, weekly].map(|trend| trend.kg_per_week.expect("four weeks of them"));
        assert!(rates.iter().all(|rate| (rate + 0.7).abs() < 0.02), "0.1 kg a day: {rates:?}");
        assert!((daily.trend_kg - weekly.trend_kg).abs() < 0.5, "{daily:?} {weekly:?}");
    }

    #[test]
    fn water_of_a_day_hardly_moves_the_trend() {
        let steady = weigh_ins(1, 30, |_| 80.0);
        let heavy = weigh_ins(1, 30, |day| if day == 29 { 82.0 } else { 80.0 });
        assert!((latest(&steady).trend_kg - 80.0).abs() < 1e-9);
        assert!((latest(&heavy).trend_kg - 80.2).abs() < 1e-9, "a tenth of it");
    }

    #[test]
    fn how_fast_it_changes_is_said_after_a_week_of_three_weigh_ins() {
        for (every, days, known) in [(1, 7, false), (1, 8, true), (7, 8, false), (3, 7, false), (4, 9, true)] {
            let rate = latest(&weigh_ins(every, days, falling)).kg_per_week;
            assert_eq!(rate.is_some(), known, "every {every} of {days} days");
        }
        assert_eq!(WeightTrend::of(&[]), None);
    }

    #[test]
    fn what_was_weighed_half_a_year_ago_is_not_seen_any_more() {
        let with_past = trend(&weigh_ins(1, 400, |day| if day < 200 { 120.0 } else { 80.0 }));
        let without = trend(&weigh_ins(1, 400, |day| if day < 200 { 120.0 } else { 80.0 })[220..]);
        let (one, other) = (with_past.last().expect("points"), without.last().expect("points"));
        assert!((one.trend_kg - other.trend_kg).abs() < 1e-6, "{one:?} {other:?}");
    }
}
