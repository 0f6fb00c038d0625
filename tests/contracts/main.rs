//! The contracts between code, template and documents.

mod environment;
mod openapi;
