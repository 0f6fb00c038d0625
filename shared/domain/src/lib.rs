//! Validated types and pure rules. Nothing here does I/O or reads the clock or the environment: time, ids and settings
//! come in as arguments, so every rule can be tested with plain values.

pub mod behavior;
pub mod coaching_prompt;
pub mod consultation;
pub mod conversation;
pub mod directory;
pub mod due;
pub mod field;
pub mod language;
pub mod lease;
pub mod ledger;
pub mod local_day;
pub mod locale;
pub mod meals;
pub mod money;
pub mod profile;
pub mod projection;
pub mod realtime;
pub mod recipe;
pub mod run_part;
pub mod safety;
pub mod schedule;
pub mod spending;
pub mod text;
pub mod weight_trend;
pub mod word;
