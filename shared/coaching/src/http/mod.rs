//! From API Gateway events to use cases and back: who calls, JSON in, JSON out, one mapping of errors to statuses.

mod caller;
mod cors;
pub(crate) mod field;
mod idempotency;
mod jwt;
mod problem;
mod request;
mod response;
mod serve;

pub use caller::{Caller, Identity};
pub use idempotency::{KEY_MAX as IDEMPOTENCY_KEY_MAX, LookedUp};
pub use problem::{ApiError, Code, Problem, RequestError, examples};
pub use request::{ApiRequest, PAGE_DEFAULT, PAGE_MAX};
pub use response::{ApiResponse, ApiResult};
pub use serve::Api;
