//! `cargo run --release -p bench-weekly -- [--users 1000,10000,100000] [--check] [--write]`

use std::fs;
use std::path::Path;

use bench_weekly::database::SERVE;
use bench_weekly::scene::Failure;
use bench_weekly::{bench, database, floor, report, worker};
use test_support::{client_at, endpoint};

const USAGE: &str = "usage: bench-weekly [--users 1000,10000,100000] [--check: fail if a goal is missed] \
    [--write: put the tables into the README]";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [SERVE, file] => database::serve(file).await,
        ["worker", users] => print(&worker::run(&client_at(endpoint()), users.parse()?).await?.0),
        ["floor", users, changed] => print(&floor::run(users.parse()?, changed.parse()?).await?),
        _ => bench(&words).await,
    }
}

fn print(figures: &bench_weekly::Figures) -> Result<(), Failure> {
    println!("{}", serde_json::to_string(figures)?);
    Ok(())
}

async fn bench(words: &[&str]) -> Result<(), Failure> {
    let (mut sizes, mut check, mut write) = (vec![1_000, 10_000, 100_000], false, false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--users" => {
                let list = words.next().ok_or(USAGE)?;
                sizes = list.split(',').map(str::parse).collect::<Result<_, _>>()?;
            }
            "--check" => check = true,
            "--write" => write = true,
            _ => return Err(USAGE.into()),
        }
    }
    let mut all = Vec::new();
    for users in sizes {
        all.push(bench::measure(users).await?);
    }
    let tables = report::tables(&all);
    println!("{tables}");
    if write {
        let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        let text =
            report::into_readme(&fs::read_to_string(&readme)?, &tables).ok_or("the README has no place for it")?;
        fs::write(&readme, text)?;
    }
    if check && report::goals(&all).iter().any(|(met, _)| !met) {
        return Err("a goal is missed; the lines above say which".into());
    }
    Ok(())
}
