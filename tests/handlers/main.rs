//! Every handler from a real event, over an embedded DynamoDB and the Claude simulator; a resource a module.

mod accounts;
mod admin;
mod auth;
mod bad_input;
mod batch;
mod behavior;
mod browsers;
mod budgets;
mod coach;
mod completion;
mod consultation;
mod costs;
mod examples;
mod faults;
mod gate;
mod harness;
mod idempotency;
mod logs;
mod meals;
mod paging;
mod prompts;
mod real_claude;
mod weekly;
