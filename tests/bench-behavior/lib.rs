//! Holds the benchmark `benches/behavior.rs`, `cargo bench -p bench-behavior`, and what a weekly check allocates,
//! `tests/allocations.rs`.
