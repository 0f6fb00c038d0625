//! The backend of SHARPENED, a coaching app whose coach knows the one person it talks to.
//!
//! From the outside in: [`api`] answers events by way of [`http`] with [`service`] use cases, which work with the rules
//! of the crate [`domain`], the tables of [`store`] and the model of the crate [`claude`]; [`app`] puts everything together
//! from [`config`].

pub mod api;
pub mod app;
mod aws;
pub mod config;
#[cfg(test)]
mod fixtures;
pub mod http;
pub mod jobs;
pub mod prompts;
mod secret;
pub mod service;
pub mod store;
pub mod system;
pub mod telemetry;

pub use secret::SecretsManagerKey;
