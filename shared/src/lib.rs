//! The backend of SHARPENED, a coaching app whose coach knows the one person it talks to.
//!
//! From the outside in: [`http`] turns API Gateway events into calls of [`service`] use cases, which work with
//! [`domain`] rules and reach the world through [`ports`]; [`store`] and [`claude`] implement those, and [`app`] puts
//! everything together from [`config`].

pub mod app;
pub mod claude;
pub mod config;
pub mod domain;
pub mod http;
pub mod ports;
pub mod prompts;
pub mod service;
pub mod store;
pub mod system;
pub mod telemetry;
