//! `cargo run -p evaluation [-- --person ID] [--write]`: the tables, from the recorded answers or, with `ANTHROPIC_API_KEY`, from
//! the real Claude.
//!
//! `--record FOLDER` asks for the next answer that a person lacks, in `FOLDER/ID.txt`; `--answer FILE --by MODEL --on DAY` adds
//! it. `--texts FOLDER` writes the texts of each person for a reader, beside those of the simulator for three of them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use claude_simulator::Wanted;
use evaluation::course::{Course, Source};
use evaluation::judged::Judged;
use evaluation::person::{Person, folder};
use evaluation::{recording, table, way};

const USAGE: &str = "usage: evaluation [--person ID] [--write] [--texts FOLDER] | --person ID --record FOLDER [--answer FILE --by MODEL --on DAY]";

#[derive(Default)]
struct Arguments {
    person: Option<String>,
    write: bool,
    texts: Option<PathBuf>,
    record: Option<PathBuf>,
    answer: Option<PathBuf>,
    by: String,
    on: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> io::Result<()> {
    let arguments = arguments(std::env::args().skip(1)).ok_or_else(|| io::Error::other(USAGE))?;
    let mut people = Person::all()?;
    if let Some(id) = &arguments.person {
        people.retain(|person| person.id == *id);
    }
    if people.is_empty() {
        return Err(io::Error::other("there is no such person: their files are in tests/evaluation/people"));
    }
    if let Some(folder) = &arguments.record {
        return record(&people[0], folder, &arguments).await;
    }
    let source = match std::env::var("ANTHROPIC_API_KEY") {
        Ok(key) if !key.is_empty() => Source::Claude(key),
        _ => Source::Recorded(None),
    };
    let mut courses = Vec::new();
    for person in &people {
        println!("{} ...", person.id);
        courses.push(way::take(person, &source).await);
    }
    if let Some(folder) = &arguments.texts {
        return texts(&courses, folder).await;
    }
    let judged = if matches!(source, Source::Recorded(_)) { Some(Judged::read()?) } else { None };
    let tables = table::tables(&courses, judged.as_ref());
    println!("\n{}\n{tables}", table::shortcomings(&courses));
    if arguments.write {
        table::write(&folder("README.md"), &tables)?;
    }
    Ok(())
}

/// Writes what a judge reads.
async fn texts(courses: &[Course], place: &Path) -> io::Result<()> {
    fs::create_dir_all(place.join("simulated"))?;
    for course in courses {
        fs::write(place.join(format!("{}.md", course.person.id)), table::reading(course))?;
        if course.person.scenario.is_some() {
            let simulated = way::take(&course.person, &Source::Simulated).await;
            fs::write(place.join(format!("simulated/{}.md", course.person.id)), table::reading(&simulated))?;
        }
    }
    println!("The texts are in {}.", place.display());
    Ok(())
}

/// Adds an answer if there is one, and asks for the next.
async fn record(person: &Person, place: &Path, arguments: &Arguments) -> io::Result<()> {
    fs::create_dir_all(place)?;
    let wanted = place.join(format!("{}.json", person.id));
    if let Some(answer) = &arguments.answer {
        recording::add(person, &wanted, answer, &arguments.by, &arguments.on)?;
    }
    let course: Course = way::take(person, &Source::Recorded(Some(wanted.clone()))).await;
    if !course.wanted {
        println!("Nothing is wanted of {} any more.", person.id);
        return Ok(());
    }
    let asked: Wanted = serde_json::from_str(&fs::read_to_string(&wanted)?)?;
    let readable = place.join(format!("{}.txt", person.id));
    fs::write(&readable, recording::shown(&asked))?;
    println!("{:?} {} is wanted: read {}", asked.purpose, asked.turn, readable.display());
    Ok(())
}

fn arguments(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut arguments = Arguments::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--person" => arguments.person = Some(words.next()?),
            "--texts" => arguments.texts = Some(words.next()?.into()),
            "--write" => arguments.write = true,
            "--record" => arguments.record = Some(words.next()?.into()),
            "--answer" => arguments.answer = Some(words.next()?.into()),
            "--by" => arguments.by = words.next()?,
            "--on" => arguments.on = words.next()?,
            _ => return None,
        }
    }
    (arguments.record.is_none() || arguments.person.is_some()).then_some(arguments)
}
