//! What a language model makes of the prompts: people take the whole way of the product, their texts come from recorded answers
//! or from the real Claude, and what can be measured of them is measured.

#![forbid(unsafe_code)]

pub mod checks;
pub mod course;
pub mod judged;
pub mod meals;
pub mod person;
pub mod rate;
pub mod recording;
pub mod table;
pub mod way;
