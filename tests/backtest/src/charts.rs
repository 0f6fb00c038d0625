//! The charts of the README.

use std::error::Error;
use std::path::Path;

use cohorts::Archetype;
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::policy::{Policy, STREAK_OFF, STREAKS, THRESHOLDS};
use crate::report::Report;
use crate::tally::Tally;
use crate::year::WEEKS;

/// Anything that can go wrong while a chart is drawn.
pub type ChartError = Box<dyn Error>;

const SIZE: (u32, u32) = (860, 480);
pub(crate) const INK: RGBColor = RGBColor(60, 60, 67);
pub(crate) const GRID: RGBColor = RGBColor(228, 228, 231);
/// Margins of two bars that share a segment, in pixels: at its edge, and at its middle.
const OUTER: u32 = 10;
const HALF: u32 = 50;
/// Colours that people with any kind of colour vision can tell apart (Okabe and Ito).
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(213, 94, 0),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(120, 120, 120),
    RGBColor(190, 175, 20),
];

/// A line of a chart.
struct Line {
    name: String,
    points: Vec<(f64, f64)>,
}

/// The words and ranges of a chart.
struct Frame<'a> {
    title: &'a str,
    x: (&'a str, f64, f64),
    y: (&'a str, f64),
}

/// Draws every chart into `folder`.
pub fn draw_all(report: &Report, folder: &Path) -> Result<(), ChartError> {
    rewrites_by_threshold(report, &folder.join("rewrites-by-threshold.svg"))?;
    missed_by_threshold(report, &folder.join("missed-by-threshold.svg"))?;
    rewrites_by_archetype(report, &folder.join("rewrites-by-archetype.svg"))?;
    rewrites_by_week(report, &folder.join("rewrites-by-week.svg"))
}

fn rewrites_by_threshold(report: &Report, path: &Path) -> Result<(), ChartError> {
    let mut lines: Vec<_> = STREAKS
        .iter()
        .map(|streak| Line {
            name: if *streak == STREAK_OFF {
                "streak rule off".to_owned()
            } else {
                format!("streak: more than {streak} days")
            },
            points: by_threshold(Policy { streak: *streak, ..Policy::REQUIRED }, |policy| {
                report.mixed(policy, Tally::rewrite_share) * 100.0
            }),
        })
        .collect();
    lines.push(Line { name: "assumed: 10%".to_owned(), points: vec![(5.0, 10.0), (30.0, 10.0)] });
    let frame = Frame {
        title: "Weekly checks that rewrite the prompt",
        x: ("threshold for adherence and logging, in points", 5.0, 30.0),
        y: ("% of checks", 65.0),
    };
    draw_lines(path, &frame, &lines)
}

fn missed_by_threshold(report: &Report, path: &Path) -> Result<(), ChartError> {
    let missed = |policy| report.pooled(policy, |tally| tally.missed, |tally| tally.changes) * 100.0;
    let mut lines = Vec::new();
    for (named, streak) in [(Policy::REQUIRED, "streak: more than 7 days"), (Policy::RECOMMENDED, "streak rule off")] {
        for (drift, compared) in [(true, "last week and prompt"), (false, "last week only")] {
            lines.push(Line {
                name: format!("{compared}, {streak}"),
                points: by_threshold(Policy { drift, ..named }, missed),
            });
        }
    }
    let frame = Frame {
        title: "True changes not answered within 8 weeks",
        x: ("threshold for adherence and logging, in points", 5.0, 30.0),
        y: ("% of true changes", 45.0),
    };
    draw_lines(path, &frame, &lines)
}

fn by_threshold(policy: Policy, figure: impl Fn(Policy) -> f64) -> Vec<(f64, f64)> {
    THRESHOLDS.iter().map(|points| (f64::from(*points), figure(Policy { points: *points, ..policy }))).collect()
}

fn rewrites_by_week(report: &Report, path: &Path) -> Result<(), ChartError> {
    let line = |(index, archetype): (usize, &Archetype)| {
        let weeks = &report.of(index, Policy::RECOMMENDED).by_week;
        // Four weeks at a time: single weeks are too noisy to read.
        let months = weeks[1..].chunks(4).enumerate().map(|(month, weeks)| {
            let (checks, rewrites) =
                weeks.iter().fold((0, 0), |(checks, rewrites), week| (checks + week.0, rewrites + week.1));
            let middle = f64::from(u32::try_from(month).unwrap_or(0)) * 4.0 + 2.5;
            (middle, f64::from(rewrites) * 100.0 / f64::from(checks.max(1)))
        });
        Line { name: archetype.name().to_owned(), points: months.collect() }
    };
    let lines: Vec<_> = Archetype::ALL.iter().enumerate().map(line).collect();
    let frame = Frame {
        title: "Checks that rewrite the prompt in the course of the year, recommended settings",
        x: ("week", 1.0, f64::from(WEEKS)),
        y: ("% of checks", 45.0),
    };
    draw_lines(path, &frame, &lines)
}

fn draw_lines(path: &Path, frame: &Frame, lines: &[Line]) -> Result<(), ChartError> {
    let root = blank(path)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(frame.title, ("sans-serif", 19, &INK))
        .margin(14)
        .x_label_area_size(46)
        .y_label_area_size(58)
        .build_cartesian_2d(frame.x.1..frame.x.2, 0.0..frame.y.1)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE)
        .bold_line_style(GRID)
        .axis_style(INK)
        .label_style(("sans-serif", 13, &INK))
        .x_desc(frame.x.0)
        .y_desc(frame.y.0)
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y:.0}"))
        .draw()?;
    for (line, colour) in lines.iter().zip(COLOURS) {
        chart
            .draw_series(LineSeries::new(line.points.iter().copied(), colour.stroke_width(3)))?
            .label(&line.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3)));
    }
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

fn rewrites_by_archetype(report: &Report, path: &Path) -> Result<(), ChartError> {
    let root = blank(path)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Weekly checks that rewrite the prompt, by archetype", ("sans-serif", 19, &INK))
        .margin(14)
        .x_label_area_size(34)
        .y_label_area_size(58)
        .build_cartesian_2d((0..Archetype::ALL.len() - 1).into_segmented(), 0.0..60.0)?;
    let name = |segment: &SegmentValue<usize>| match segment {
        SegmentValue::CenterOf(index) => Archetype::ALL.get(*index).map_or("", |archetype| archetype.name()).to_owned(),
        _ => String::new(),
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE)
        .bold_line_style(GRID)
        .axis_style(INK)
        .label_style(("sans-serif", 13, &INK))
        .x_labels(Archetype::ALL.len())
        .x_label_formatter(&name)
        .y_desc("% of checks")
        .y_label_formatter(&|y| format!("{y:.0}"))
        .draw()?;
    let named = [
        (Policy::REQUIRED, "requirement's settings", (OUTER, HALF)),
        (Policy::RECOMMENDED, "recommended settings", (HALF, OUTER)),
    ];
    for ((policy, label, (left, right)), colour) in named.into_iter().zip(COLOURS) {
        let bars = (0..Archetype::ALL.len()).map(|index| {
            let share = report.of(index, policy).rewrite_share() * 100.0;
            let corners = [(SegmentValue::Exact(index), 0.0), (SegmentValue::Exact(index + 1), share)];
            let mut bar = Rectangle::new(corners, colour.filled());
            bar.set_margin(0, 0, left, right);
            bar
        });
        chart
            .draw_series(bars)?
            .label(label)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 14, y + 5)], colour.filled()));
    }
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

pub(crate) fn blank(path: &Path) -> Result<DrawingArea<SVGBackend<'_>, Shift>, ChartError> {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    Ok(root)
}
