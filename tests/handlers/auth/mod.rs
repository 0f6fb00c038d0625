//! Who is let in, and as whom.

mod authorizer;
mod jwt;
