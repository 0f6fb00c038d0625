//! The tables of the README.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use crate::checks::{Check, Rate, rates};
use crate::course::{Course, Kind};
use crate::judged::Judged;

/// Where the tables stand in the README.
const MARKS: (&str, &str) = ("<!-- tables -->\n", "<!-- end of tables -->");

/// All tables; what readers say is said of the recorded texts.
#[must_use]
pub fn tables(courses: &[Course], judged: Option<&Judged>) -> String {
    let judged = judged.map(Judged::table).unwrap_or_default();
    format!("{}\n{}\n{}\n{judged}", accepted(courses), checked(courses), costs(courses))
}

/// Of a language, the five texts of each person: how many were accepted as they came.
#[must_use]
pub fn first_tries(courses: &[Course]) -> BTreeMap<&str, [Rate; 5]> {
    let mut languages: BTreeMap<&str, [Rate; 5]> = BTreeMap::new();
    for course in courses.iter().filter(|course| course.person.is_coached()) {
        let rates = languages.entry(&course.person.language[..2]).or_default();
        for (column, kind) in [Kind::Profile, Kind::First, Kind::Second, Kind::Third].into_iter().enumerate() {
            let written = course.texts.iter().find(|written| written.kind == kind);
            let good = written.is_some_and(|written| written.complaints.is_empty() && !written.text.is_empty());
            rates[column].all += 1;
            rates[column].good += usize::from(good);
        }
        let coach = course.coach.iter().filter(|answer| answer.by_model);
        rates[4].all += 1;
        rates[4].good += usize::from(coach.clone().count() > 0 && coach.clone().all(|answer| answer.first_try));
    }
    languages
}

fn accepted(courses: &[Course]) -> String {
    let mut table =
        "| accepted at the first try | profile | version 1 | version 2 | version 3 | coach's answers | all |\n\
        |---|---:|---:|---:|---:|---:|---:|\n"
            .to_owned();
    let languages = first_tries(courses);
    let row = |table: &mut String, name: &str, rates: &[Rate; 5]| {
        let cell = |rate: &Rate| format!("{} of {}", rate.good, rate.all);
        let all = Rate {
            good: rates.iter().map(|rate| rate.good).sum(),
            all: rates.iter().map(|rate| rate.all).sum(),
            short: Vec::new(),
        };
        let cells: Vec<String> = rates.iter().chain([&all]).map(cell).collect();
        let _ = writeln!(table, "| {name} | {} |", cells.join(" | "));
    };
    let mut together: [Rate; 5] = Default::default();
    for (language, rates) in &languages {
        row(&mut table, language, rates);
        for (sum, rate) in together.iter_mut().zip(rates) {
            sum.good += rate.good;
            sum.all += rate.all;
        }
    }
    row(&mut table, "all", &together);
    table
}

fn checked(courses: &[Course]) -> String {
    let mut table = "| check | good | of | rate | bar |\n|---|---:|---:|---:|---:|\n".to_owned();
    for (check, rate) in rates(courses) {
        let (name, bar) = check.named();
        let share = rate.share();
        let met = if share >= bar { "" } else { " (missed)" };
        let _ = writeln!(
            table,
            "| {name} | {} | {} | {:.1}% | {:.0}%{met} |",
            rate.good,
            rate.all,
            share * 100.0,
            bar * 100.0
        );
    }
    table
}

fn costs(courses: &[Course]) -> String {
    let mut table = "| USD | language | consultation | messages | profile and version 1 | version 2 | version 3 | an answer of the coach |\n\
        |---|---|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for course in courses {
        let of = |kind: Kind| {
            let cost = course.texts.iter().find(|written| written.kind == kind).map(|written| written.cost);
            cost.map_or_else(String::new, |cost| format!("{cost:.4}"))
        };
        let coach = if course.coach.is_empty() { String::new() } else { format!("{:.4}", course.coach_cost) };
        let _ = writeln!(
            table,
            "| {} | {} | {:.4} | {} | {} | {} | {} | {coach} |",
            course.person.title,
            course.person.language,
            course.consultation_cost,
            course.talk.len(),
            of(Kind::First),
            of(Kind::Second),
            of(Kind::Third),
        );
    }
    table
}

/// The texts of one person, for somebody who judges them.
#[must_use]
pub fn reading(course: &Course) -> String {
    let mut text = format!("# {}\n\n{}\n\n## Consultation\n\n", course.person.title, course.person.person);
    for turn in &course.talk {
        let _ = writeln!(text, "Person: {}\n\nAnswer: {}\n", turn.said, turn.reply);
    }
    for written in &course.texts {
        let _ = writeln!(text, "## {}\n\n{}\n", written.kind.name(), written.text.replace("## ", "### "));
    }
    if let Some(before) = &course.before {
        let _ = writeln!(text, "## The coach without a personal prompt\n\n{before}\n");
    }
    text += "## Talk with the coach\n\n";
    for answer in &course.coach {
        let _ = writeln!(text, "Person: {}\n\nCoach: {}\n", answer.said, answer.reply);
    }
    text
}

/// What fell short, a line each.
#[must_use]
pub fn shortcomings(courses: &[Course]) -> String {
    let mut lines = String::new();
    for (check, rate) in rates(courses) {
        // A word that the person has used is no shortcoming by itself.
        for short in rate.short.into_iter().filter(|_| check != Check::NoEcho) {
            let _ = writeln!(lines, "- {}: {short}", Check::named(check).0);
        }
    }
    lines
}

/// Puts the tables between their marks.
///
/// # Errors
///
/// If the file cannot be read or written, or has no place for them.
pub fn write(readme: &Path, tables: &str) -> io::Result<()> {
    let text = fs::read_to_string(readme)?;
    let (before, rest) =
        text.split_once(MARKS.0).ok_or_else(|| io::Error::other("the README has no place for tables"))?;
    let (_, after) = rest.split_once(MARKS.1).ok_or_else(|| io::Error::other("the place for tables has no end"))?;
    fs::write(readme, format!("{before}{}{tables}{}{after}", MARKS.0, MARKS.1))
}
