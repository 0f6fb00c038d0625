//! One person's days as a chart, drawn from nothing but the answer of the behaviour endpoint.

use std::path::Path;

use chrono::{Datelike, NaiveDate};
use domain::behavior::{BehaviorMetrics, DayPoint};
use plotters::prelude::*;
use serde::Deserialize;

use crate::charts::{ChartError, GRID, INK, blank};

const IN_TARGET: RGBColor = RGBColor(0, 158, 115);
const OUTSIDE: RGBColor = RGBColor(213, 94, 0);
const UNFINISHED: RGBColor = RGBColor(170, 170, 175);
const WEEKEND: RGBColor = RGBColor(243, 243, 246);

/// The parts of the answer that are drawn.
#[derive(Deserialize)]
pub struct Answer {
    /// The metrics.
    #[serde(flatten)]
    pub metrics: BehaviorMetrics,
    /// The days behind them.
    pub daily: Vec<DayPoint>,
}

/// Draws a bar a day, green within the target and orange outside it; days without a bar were not logged.
pub fn draw(answer: &Answer, path: &Path) -> Result<(), ChartError> {
    let days = &answer.daily;
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Err("the answer has no days".into()) };
    let most = days.iter().map(|day| day.calories.max(day.target_calories)).max().unwrap_or(1);
    let root = blank(path)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title(&answer.metrics), ("sans-serif", 17, &INK))
        .margin(14)
        .x_label_area_size(34)
        .y_label_area_size(58)
        .build_cartesian_2d(at(first, 0.0, first.day)..at(last, 1.0, first.day), 0.0..f64::from(most) * 1.3)?;
    let weekends = days.iter().filter(|day| day.day.weekday().number_from_monday() > 5);
    chart.draw_series(weekends.map(|day| {
        let corners = [(at(day, 0.0, first.day), 0.0), (at(day, 1.0, first.day), f64::from(most) * 1.3)];
        Rectangle::new(corners, WEEKEND.filled())
    }))?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(INK)
        .label_style(("sans-serif", 13, &INK))
        .x_label_formatter(&|x| label(first.day, *x))
        .y_desc("kcal")
        .y_label_formatter(&|y| format!("{y:.0}"))
        .draw()?;
    let kinds = [
        ("within target", IN_TARGET, Some(true), true),
        ("outside target", OUTSIDE, Some(false), true),
        ("today so far", UNFINISHED, None, false),
    ];
    for (name, colour, in_target, complete) in kinds {
        let bars: Vec<_> = days
            .iter()
            .filter(|day| day.meals > 0 && day.in_target == in_target && day.complete == complete)
            .map(|day| {
                let corners = [(at(day, 0.12, first.day), 0.0), (at(day, 0.88, first.day), f64::from(day.calories))];
                Rectangle::new(corners, colour.filled())
            })
            .collect();
        if !bars.is_empty() {
            chart
                .draw_series(bars)?
                .label(name)
                .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 14, y + 5)], colour.filled()));
        }
    }
    let target =
        days.iter().flat_map(|day| [0.0, 1.0].map(|side| (at(day, side, first.day), f64::from(day.target_calories))));
    chart
        .draw_series(LineSeries::new(target, INK.stroke_width(2)))?
        .label("target")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 14, y)], INK.stroke_width(2)));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.9))
        .border_style(GRID)
        .label_font(("sans-serif", 13, &INK))
        .draw()?;
    root.present()?;
    Ok(())
}

/// A position within `day`, in days after `first`.
fn at(day: &DayPoint, share: f64, first: NaiveDate) -> f64 {
    f64::from(i32::try_from((day.day - first).num_days()).unwrap_or(0)) + share
}

#[expect(clippy::cast_possible_truncation, reason = "a chart has at most some hundred days")]
fn label(first: NaiveDate, position: f64) -> String {
    (first + chrono::Duration::days(position.floor() as i64)).format("%-d %b").to_string()
}

fn title(metrics: &BehaviorMetrics) -> String {
    let adherence = metrics
        .adherence_rate()
        .map_or_else(|| "adherence unknown".to_owned(), |rate| format!("{}% of them in target", rate.percent()));
    let pattern = metrics
        .most_common_failure_pattern()
        .map_or_else(String::new, |kind| format!("; found: {}", kind.name().replace('_', " ")));
    format!("{} of {} days logged, {adherence}{pattern}", metrics.days_logged, metrics.days_analyzed())
}
