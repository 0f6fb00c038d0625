//! Tells which functions would not start with the settings of its environment, and why: the rules that the functions check
//! when they start, before anything is deployed. Nothing is printed when all of them would.

use std::process::ExitCode;

fn main() -> ExitCode {
    let refused = coaching::api::functions::refused(|name| std::env::var(name).ok());
    for (sentence, functions) in &refused {
        println!("{sentence} It stops {}.", functions.join(", "));
    }
    if refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
