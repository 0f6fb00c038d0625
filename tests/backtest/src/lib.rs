//! A year of generated people, week by week, against the change detection as it runs in production.

pub mod charts;
pub mod person_chart;
pub mod policy;
pub mod replay;
pub mod report;
pub mod tally;
pub mod year;
