//! The database in a process of its own, so that its memory and time are not the worker's.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, Command};

use crate::scene::Failure;

/// The argument that makes this program a database.
pub const SERVE: &str = "serve-database";

/// Serves the database in `file` and prints its address, until standard input ends.
pub async fn serve(file: &str) -> Result<(), Failure> {
    let database = dynoxide::Database::new(file)?;
    // Nothing is lost with a benchmark's data: no write waits for the disk.
    database.enable_bulk_loading()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("http://{}", listener.local_addr()?);
    let ended = async {
        let mut input = Vec::new();
        // An error ends it as well.
        let _ = tokio::io::stdin().read_to_end(&mut input).await;
    };
    tokio::select! {
        () = dynoxide::server::serve_on(listener, database) => {}
        () = ended => {}
    }
    Ok(())
}

/// A database process; it ends with this value.
pub struct Database {
    /// Where it is.
    pub endpoint: String,
    process: Child,
    input: Option<ChildStdin>,
}

impl Database {
    /// Starts a process that serves `file`.
    pub async fn start(file: &Path) -> Result<Self, Failure> {
        let mut process = Command::new(std::env::current_exe()?)
            .args([SERVE, &file.to_string_lossy()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = process.stdout.take().ok_or("the database has no output")?;
        let endpoint = BufReader::new(output).lines().next_line().await?.ok_or("the database did not start")?;
        let input = process.stdin.take();
        Ok(Self { endpoint, process, input })
    }

    /// Ends it.
    pub async fn stop(mut self) -> Result<(), Failure> {
        drop(self.input.take());
        self.process.wait().await?;
        Ok(())
    }
}
