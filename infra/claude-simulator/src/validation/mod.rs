//! Everything the API refuses before it generates: from a JSON body to a checked [`MessagesRequest`], or the error
//! that the real API would send.

mod content;
mod fields;
mod options;
mod request;
mod schema;
mod tools;

pub use content::{Block, Role, Turn};
pub use options::{Effort, Thinking};
pub use request::{Endpoint, MessagesRequest};
pub use tools::ToolChoice;
