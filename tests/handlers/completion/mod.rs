//! From a finished talk to profile and prompt version 1.

mod failure;
mod once;
mod result;
