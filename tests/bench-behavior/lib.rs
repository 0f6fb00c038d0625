//! Holds the benchmark `benches/behavior.rs`: `cargo bench -p bench-behavior`.
