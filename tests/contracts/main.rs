//! The contracts between code, template and documents.

mod openapi;
