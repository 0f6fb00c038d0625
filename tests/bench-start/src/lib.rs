//! How long an API function takes to start, beside a program that does nothing but start.

pub mod aws;
pub mod bench;
pub mod build;
pub mod cpu;
pub mod functions;
pub mod report;
pub mod runtime_api;
pub mod start;

/// Why something could not be measured: a sentence for the person at the terminal.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
