//! Replays the year, prints the tables, and writes them and the charts into this package's README.

use std::error::Error;
use std::fs;
use std::path::Path;

use backtest::charts;
use backtest::policy::Policy;
use backtest::replay::replay;
use backtest::report::{self, Report};
use chrono::NaiveDate;

/// People of each archetype.
const PEOPLE: u32 = 1_000;
const SEED: u64 = 20_260_101;

fn main() -> Result<(), Box<dyn Error>> {
    let begin: NaiveDate = "2026-01-04".parse()?;
    let policies = Policy::grid();
    let tallies = replay(PEOPLE, SEED, begin, &policies);
    let report = Report { policies, tallies };
    let tables = report.tables();
    println!("{PEOPLE} people of each archetype over 52 weeks, seed {SEED}\n\n{tables}");
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    charts::draw_all(&report, &package.join("charts"))?;
    let readme = package.join("README.md");
    fs::write(&readme, report::into_readme(&fs::read_to_string(&readme)?, &tables)?)?;
    Ok(())
}
