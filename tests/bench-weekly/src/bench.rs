//! All sizes one after the other: fill once, then the worker and the floor in turn, each on a fresh copy.

use std::fs;
use std::path::{Path, PathBuf};

use crate::database::Database;
use crate::measure::Figures;
use crate::scene::Failure;
use crate::{child, seeding};

/// Small runs are repeated, because they are over before the machine has settled.
const REPEATED_UP_TO: u64 = 10_000;
const MOST_ROUNDS: u64 = 5;

/// What was measured with one number of users: the median round by users a second, of the worker and of the floor.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Users.
    pub users: u64,
    /// Rounds.
    pub rounds: u64,
    /// The weekly run.
    pub worker: Figures,
    /// The same requests without logic.
    pub floor: Figures,
}

/// Measures with so many users.
pub async fn measure(users: u64) -> Result<Measured, Failure> {
    let folder = Folder::create()?;
    let seed = folder.file("seed.db");
    let database = Database::start(&seed).await?;
    seeding::fill(&database.endpoint, users).await?;
    database.stop().await?;

    let rounds = (REPEATED_UP_TO / users).clamp(1, MOST_ROUNDS);
    let (mut workers, mut floors) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        eprintln!("{users} users, round {round} of {rounds}");
        let worker = on_a_copy(&folder, &seed, &["worker", &users.to_string()]).await?;
        let share = worker.changed * 10_000 / worker.users.max(1);
        let floor = on_a_copy(&folder, &seed, &["floor", &users.to_string(), &share.to_string()]).await?;
        if worker.users != users || floor.users != users {
            return Err(
                format!("of {users} users the worker handled {}, the floor {}", worker.users, floor.users).into()
            );
        }
        workers.push(worker);
        floors.push(floor);
    }
    Ok(Measured { users, rounds, worker: median(workers), floor: median(floors) })
}

async fn on_a_copy(folder: &Folder, seed: &Path, arguments: &[&str]) -> Result<Figures, Failure> {
    let copy = folder.file("copy.db");
    fs::copy(seed, &copy)?;
    let database = Database::start(&copy).await?;
    let figures = child::run(&database.endpoint, arguments).await?;
    database.stop().await?;
    folder.remove("copy.db");
    Ok(figures)
}

/// The round in the middle.
fn median(mut rounds: Vec<Figures>) -> Figures {
    rounds.sort_by(|one, other| one.usage.seconds.total_cmp(&other.usage.seconds));
    rounds.swap_remove(rounds.len() / 2)
}

/// A folder for the databases that goes with this value.
struct Folder(PathBuf);

impl Folder {
    fn create() -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("bench-weekly-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A database is a file with others beside it.
    fn remove(&self, name: &str) {
        for suffix in ["", "-wal", "-shm"] {
            // What was not there need not go.
            let _ = fs::remove_file(self.file(&format!("{name}{suffix}")));
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
