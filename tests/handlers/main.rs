//! Every handler from a real event, over an embedded DynamoDB and the Claude simulator; a resource a module.

mod accounts;
mod harness;
