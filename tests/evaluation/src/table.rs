//! The tables of the README.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use crate::checks::{Check, rates};
use crate::course::{Course, Kind};
use crate::judged::Judged;
use crate::rate::Rate;

/// Where the tables stand in the README.
const MARKS: (&str, &str) = ("<!-- tables -->\n", "<!-- end of tables -->");

/// What a consultation of so many messages, and the profile with version 1, are to cost at most, in USD.
const GOAL_CONSULTATION: f64 = 0.05;
const GOAL_MESSAGES: usize = 9;
const GOAL_FIRST: f64 = 0.03;

/// Columns of what is accepted: the kinds of texts, and the coach's answers.
const KINDS: usize = Kind::ALL.len() + 1;

/// All tables; what readers say is said of the recorded texts.
#[must_use]
pub fn tables(courses: &[Course], judged: Option<&Judged>) -> String {
    let judged = judged.map(Judged::table).unwrap_or_default();
    format!("{}\n{}\n{}\n{judged}", accepted(courses), checked(courses), costs(courses))
}

/// By language and kind, how many texts were accepted as they came, and of how many people all answers of the coach.
#[must_use]
pub fn first_tries(courses: &[Course]) -> BTreeMap<&str, [Rate; KINDS]> {
    let mut languages: BTreeMap<&str, [Rate; KINDS]> = BTreeMap::new();
    for course in courses.iter().filter(|course| course.person.is_coached()) {
        let rates = languages.entry(course.person.code()).or_default();
        for (kind, rate) in Kind::ALL.into_iter().zip(rates.iter_mut()) {
            let written = course.texts.iter().find(|written| written.kind == kind);
            // Only who was in a risk state has that text.
            if written.is_some() || kind != Kind::AfterRisk {
                let good = written.is_some_and(|written| written.complaints.is_empty() && !written.text.is_empty());
                rate.count(good, String::new);
            }
        }
        let mut coach = course.coach.iter().filter(|answer| answer.by_model).peekable();
        rates[KINDS - 1].count(coach.peek().is_some() && coach.all(|answer| answer.first_try), String::new);
    }
    languages
}

fn accepted(courses: &[Course]) -> String {
    let names: Vec<&str> = Kind::ALL.map(Kind::name).into_iter().chain(["coach's answers", "all"]).collect();
    let mut table =
        format!("| accepted at the first try | {} |\n|---|{}\n", names.join(" | "), "---:|".repeat(names.len()));
    let languages = first_tries(courses);
    let mut row = |name: &str, rates: &[Rate]| {
        let all = Rate::together(rates.iter());
        let cell = |rate: &Rate| if rate.all == 0 { String::new() } else { rate.to_string() };
        let cells: Vec<String> = rates.iter().chain([&all]).map(cell).collect();
        let _ = writeln!(table, "| {name} | {} |", cells.join(" | "));
    };
    for (language, rates) in &languages {
        row(language, rates);
    }
    let columns: Vec<Rate> =
        (0..KINDS).map(|column| Rate::together(languages.values().map(|rates| &rates[column]))).collect();
    row("all", &columns);
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
    // The profile bears its cost with version 1.
    let kinds = &Kind::ALL[1..];
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    let mut table = format!(
        "| USD | language | consultation | messages | profile and {} | an answer of the coach |\n|---|---|{}\n",
        names.join(" | "),
        "---:|".repeat(names.len() + 3)
    );
    for course in courses {
        let of = |kind: &Kind| {
            let cost = course.texts.iter().find(|written| written.kind == *kind).map(|written| written.cost);
            cost.map_or_else(String::new, |cost| format!("{cost:.4}"))
        };
        let coach = if course.coach.is_empty() { String::new() } else { format!("{:.4}", course.coach_cost) };
        let _ = writeln!(
            table,
            "| {} | {} | {:.4} | {} | {} | {coach} |",
            course.person.title,
            course.person.language,
            course.consultation_cost,
            course.talk.len(),
            kinds.iter().map(of).collect::<Vec<_>>().join(" | ")
        );
    }
    let (mut consultations, mut firsts) = (Rate::default(), Rate::default());
    for course in courses.iter().filter(|course| course.person.is_coached()) {
        if course.talk.len() <= GOAL_MESSAGES {
            consultations.count(course.consultation_cost <= GOAL_CONSULTATION, String::new);
        }
        for first in course.texts.iter().filter(|written| written.kind == Kind::First) {
            firsts.count(first.cost <= GOAL_FIRST, String::new);
        }
    }
    let _ = writeln!(
        table,
        "\nA consultation of at most {GOAL_MESSAGES} messages is to cost at most ${GOAL_CONSULTATION:.2}: {consultations} do. Profile and \
         version 1 are to cost at most ${GOAL_FIRST:.2}: {firsts} do."
    );
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
    let text = test_support::between(&text, MARKS.0, MARKS.1, tables);
    fs::write(readme, text.ok_or_else(|| io::Error::other("the README has no place for the tables"))?)
}
