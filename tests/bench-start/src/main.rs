//! `cargo run --release -p bench-start -- [--programs FOLDER] [--rounds 31] [--check] [--write]`

use std::fs;
use std::path::{Path, PathBuf};

use axum::body::Bytes;
use bench_start::bench::{self, Program};
use bench_start::functions::{self, Function};
use bench_start::{Failure, build, report};

const USAGE: &str = "usage: bench-start [--programs FOLDER: of functions that are built] [--rounds 31] \
    [--check: fail if the goal is missed] [--write: put the table into the README]";
const ROUNDS: usize = 31;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let (mut folder, mut rounds, mut check, mut write) = (None, ROUNDS, false, false);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--programs" => folder = Some(PathBuf::from(words.next().ok_or(USAGE)?)),
            "--rounds" => rounds = words.next().ok_or(USAGE)?.parse()?,
            "--check" => check = true,
            "--write" => write = true,
            _ => return Err(USAGE.into()),
        }
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let functions = functions::with_events_in(&here.join("../../events"))?;
    let measured = bench::measure(&programs(&functions, folder.as_deref())?, rounds).await?;
    let [bare, functions @ ..] = &measured[..] else { return Err("Nothing was measured.".into()) };
    let table = report::table(bare, functions);
    println!("{table}");
    if write {
        let readme = here.join("README.md");
        let text =
            report::into_readme(&fs::read_to_string(&readme)?, &table).ok_or("The README has no place for it.")?;
        fs::write(&readme, text)?;
    }
    if check && !report::too_slow(bare, functions).is_empty() {
        return Err("The goal is missed; the line below the table says by whom.".into());
    }
    Ok(())
}

/// The bare program and after it the functions. It answers any event; it gets one of the functions'.
fn programs(functions: &[Function], folder: Option<&Path>) -> Result<Vec<Program>, Failure> {
    let built = build::programs(folder.is_none())?;
    let find = |name: &str| -> Result<PathBuf, Failure> {
        Ok(built.get(name).cloned().ok_or_else(|| format!("The build made no program {name}."))?)
    };
    let event = functions.first().map_or_else(Bytes::new, |function| function.event.clone());
    let mut programs = vec![Program { name: build::BARE.to_owned(), path: find(build::BARE)?, event }];
    for Function { name, event } in functions {
        let path = folder.map_or_else(|| find(name), |folder| Ok(build::in_folder(folder, name)))?;
        programs.push(Program { name: name.clone(), path, event: event.clone() });
    }
    Ok(programs)
}
