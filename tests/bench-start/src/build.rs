//! Where the programs are: built by Cargo as they are deployed, in its release profile.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::Failure;

/// The name of the program that the functions are compared with.
pub const BARE: &str = "bare";

#[derive(Deserialize)]
struct Message {
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// Builds the bare program and, unless they are built already, the functions; returns the programs by name.
///
/// One build for both, so that they share every library and every feature of one.
pub fn programs(with_functions: bool) -> Result<HashMap<String, PathBuf>, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--locked", "--message-format", "json-render-diagnostics"]);
    command.args(["--package", "bench-start", "--example", BARE]);
    if with_functions {
        command.args(["--package", "functions", "--bins"]);
    }
    eprintln!("building the programs in the release profile (the first time takes minutes)");
    let built =
        command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    if !built.status.success() {
        return Err("The programs could not be built. Mend what the compiler says and try again.".into());
    }
    let lines = built.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let messages = lines.map(serde_json::from_slice::<Message>).collect::<Result<Vec<_>, _>>()?;
    Ok(messages.into_iter().filter_map(|message| Some((message.target?.name, message.executable?))).collect())
}

/// The program of a function in a folder that `cargo lambda build` or `cargo build` has filled.
#[must_use]
pub fn in_folder(folder: &Path, function: &str) -> PathBuf {
    let lambda = folder.join(function).join("bootstrap");
    if lambda.exists() { lambda } else { folder.join(function) }
}
