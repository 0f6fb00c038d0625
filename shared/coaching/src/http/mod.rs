//! From API Gateway events to use cases and back: who calls, JSON in, JSON out, one mapping of errors to statuses.

mod caller;
pub(crate) mod field;
mod idempotency;
mod jwt;
mod problem;
mod request;
mod response;
mod serve;

pub use caller::{Caller, Identity};
pub use problem::{ApiError, Problem, RequestError};
pub use request::ApiRequest;
pub use response::{ApiResponse, ApiResult};
pub use serve::Api;
