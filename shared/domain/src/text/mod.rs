//! Text as people of any language write it: digits, words and quotations.

mod digits;
mod quotes;
mod script;
mod words;

pub use digits::{grouped_number, with_plain_digits};
pub use quotes::{is_quoted, was_said};
pub use words::count_words;
