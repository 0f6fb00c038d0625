//! The directory of users: what admins see of everybody in lists, and what is counted of them.
//!
//! Counts are kept as sums of what is counted of each person. A person's share of them is a plain function of what the
//! directory says of the person ([`Counts::of`]), so that the sums follow a change by the difference of two shares, and a
//! recount is the sum of all shares.

mod counts;
mod estimates;
mod listed;
mod outcomes;

pub use counts::{Counts, DueHour};
pub use estimates::{Estimate, LEAST_PEOPLE, Moments};
pub use listed::{HeldRisk, ListedUser, RiskCourse};
pub use outcomes::{Difference, Measured, Outcome, Series, VariantOutcomes};
