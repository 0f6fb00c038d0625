//! Every program many times, in turn.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use axum::body::Bytes;

use crate::Failure;
use crate::aws::Aws;
use crate::start::{self, Cost, Start};

/// A program to start.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// The event that it answers.
    pub event: Bytes,
}

/// What was measured of one program.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Its name.
    pub name: String,
    /// Size of its file in bytes.
    pub bytes: u64,
    /// Its start.
    pub init: Cost,
    /// Its start and first answer; none if it answers its event without a table, which does not compare.
    pub first_answer: Option<Cost>,
}

/// Starts every program once a round, one after the other: what else the machine does concerns all of them alike. A first
/// round, which reads the programs from the disk, does not count.
pub async fn measure(programs: &[Program], rounds: usize) -> Result<Vec<Measured>, Failure> {
    let aws = Aws::start().await?;
    let mut starts: Vec<Vec<Start>> = vec![Vec::new(); programs.len()];
    for round in 0..=rounds {
        eprintln!("round {round} of {rounds}, each with {} programs", programs.len());
        for (program, starts) in programs.iter().zip(&mut starts) {
            let start = start::once(&program.path, &program.event, &aws)
                .await
                .map_err(|problem| format!("{} was not measured. {problem}", program.name))?;
            if round > 0 {
                starts.push(start);
            }
        }
    }
    programs.iter().zip(&starts).map(|(program, starts)| summary(program, starts)).collect()
}

fn summary(program: &Program, starts: &[Start]) -> Result<Measured, Failure> {
    let asks_a_table = starts.iter().all(|start| start.requests > 0);
    Ok(Measured {
        name: program.name.clone(),
        bytes: fs::metadata(&program.path)?.len(),
        init: middle(starts.iter().map(|start| start.init)),
        first_answer: asks_a_table.then(|| middle(starts.iter().map(|start| start.first_answer))),
    })
}

/// The medians of wall and of CPU time.
fn middle(costs: impl Iterator<Item = Cost> + Clone) -> Cost {
    Cost { wall: median(costs.clone().map(|cost| cost.wall)), cpu: median(costs.map(|cost| cost.cpu)) }
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
