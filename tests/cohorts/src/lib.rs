//! Generated people with known habits.
//!
//! A rule that claims to recognise a habit or a change can be judged only against people of whom the truth is known. This
//! crate makes them: an [`Archetype`] says how somebody's year goes, a seed makes each person of a cohort different, and
//! the same seed makes the same person, meal for meal, on every machine. Parameters are drawn from ranges that were chosen
//! for being plausible and that reach close to what the rules call a pattern; they are not tuned to the rules.

mod archetype;
mod chance;
mod course;
mod habit;
mod person;
mod plate;

pub use archetype::{Archetype, cohort, cohort_with_habits};
pub use course::{Course, Trend};
pub use habit::Habit;
pub use person::Person;
