//! The wire format: the shapes of the official client's types, version 2.

pub mod batch;
pub mod error;
pub mod message;
pub mod stream;
pub mod version;
