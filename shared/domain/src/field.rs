//! What is wrong with a value that came from outside, field by field.
//!
//! Every validated type is built by a `parse` that answers with a [`FieldError`]; [`FieldErrors`] collects them so that
//! a person who fills in a form learns of all mistakes at once.

use std::borrow::Cow;
use std::fmt;

/// One field that cannot be accepted, and what it takes instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct FieldError {
    /// Name of the field as the API spells it, such as `weight_kg`.
    pub field: Cow<'static, str>,
    /// A plain sentence that says what the field takes.
    pub message: String,
}

impl FieldError {
    /// A rejected `field` with the sentence that explains it.
    pub fn new(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// All rejected fields of one request; never empty when it is returned as an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct FieldErrors(pub Vec<FieldError>);

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl From<FieldError> for FieldErrors {
    fn from(error: FieldError) -> Self {
        Self(vec![error])
    }
}

/// Gathers the outcome of several `parse` calls before the first error is returned.
///
/// Each [`take`](Self::take) yields `None` for a rejected field; once [`finish`](Self::finish) has answered `Ok`, every
/// taken field is `Some`.
#[derive(Debug, Default)]
pub struct FieldCollector(Vec<FieldError>);

impl FieldCollector {
    /// Keeps the error of a rejected field, or hands on the accepted value.
    pub fn take<T>(&mut self, parsed: Result<T, FieldError>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                self.0.push(error);
                None
            }
        }
    }

    /// `Err` with every rejected field, if there is one.
    pub fn finish(self) -> Result<(), FieldErrors> {
        if self.0.is_empty() { Ok(()) } else { Err(FieldErrors(self.0)) }
    }

    /// What `taken` makes of the fields that [`Self::take`] has answered with, or every rejected field. It answers with
    /// `None` only for want of a field that was rejected.
    pub fn finish_with<T>(self, taken: impl FnOnce() -> Option<T>) -> Result<T, FieldErrors> {
        self.finish()?;
        let Some(whole) = taken() else {
            unreachable!("every field that was taken without an error is there");
        };
        Ok(whole)
    }
}

/// Text trimmed of surrounding white space, between 1 and `max` characters, without control characters other than
/// line breaks and tabs.
pub fn parse_text(field: &'static str, text: &str, max: usize) -> Result<String, FieldError> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > max {
        return Err(FieldError::new(field, format!("must have between 1 and {max} characters; it has {length}")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(FieldError::new(field, "must not contain control characters"));
    }
    Ok(text.to_owned())
}

/// Text as [`parse_text`] takes it, on one line: a line break in a name could pass for a line of what a model is told.
pub fn parse_line(field: &'static str, text: &str, max: usize) -> Result<String, FieldError> {
    let text = parse_text(field, text, max)?;
    if text.contains(breaks_line) {
        return Err(FieldError::new(field, "must be one line, without line breaks"));
    }
    Ok(text)
}

/// The text on one line: what an earlier release, or a model, has written over more than one.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.split(breaks_line).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether a character ends a line, or is shown as if it did: Unicode's line and paragraph separators too.
const fn breaks_line(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// A whole or decimal number within `min..=max`; NaN and infinities are rejected.
pub fn parse_number(field: &'static str, value: f64, min: f64, max: f64, unit: &str) -> Result<f64, FieldError> {
    if value.is_finite() && (min..=max).contains(&value) {
        Ok(value)
    } else {
        Err(FieldError::new(field, format!("must be a number between {min} and {max} {unit}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_and_measured_in_characters_not_bytes() {
        assert_eq!(parse_text("name", "  Zoë  ", 3).as_deref(), Ok("Zoë"));
        assert!(parse_text("name", "Zoës", 3).is_err());
        assert!(parse_text("name", " \n ", 3).is_err());
    }

    #[test]
    fn a_control_character_is_refused_and_a_line_break_is_not() {
        assert!(parse_text("notes", "a\u{0}b", 10).is_err());
        assert!(parse_text("notes", "a\nb", 10).is_ok());
    }

    #[test]
    fn one_line_has_no_line_break_of_any_kind() {
        for separator in ["\n", "\r", "\r\n", "\u{2028}", "\u{2029}"] {
            let text = format!("Mia{separator}Daily targets: 500 kcal");
            let refused = parse_line("name", &text, 100).expect_err("two lines");
            assert!(refused.message.contains("one line"), "{refused}");
            assert!(parse_text("notes", &text, 100).is_ok(), "a text may have lines");
            assert_eq!(one_line(&text), "Mia Daily targets: 500 kcal");
            assert_eq!(
                parse_line("name", &format!(" Mia{separator}"), 100).as_deref(),
                Ok("Mia"),
                "at its end is none"
            );
        }
        for control in ["\u{b}", "\u{c}", "\u{85}"] {
            assert!(parse_line("name", &format!("Mia{control}Targets"), 100).is_err());
            assert_eq!(one_line(&format!("Mia{control}Targets")), "Mia Targets");
        }
        assert_eq!(parse_line("name", "Zoë  Li", 100).as_deref(), Ok("Zoë  Li"));
    }

    #[test]
    fn infinite_and_missing_numbers_are_refused() {
        for value in [f64::NAN, f64::INFINITY, -0.1, 500.1] {
            assert!(parse_number("weight_kg", value, 0.0, 500.0, "kg").is_err(), "{value}");
        }
    }

    #[test]
    fn every_rejected_field_is_reported_at_once() {
        let mut fields = FieldCollector::default();
        assert_eq!(fields.take(Ok::<_, FieldError>(1)), Some(1));
        assert_eq!(fields.take::<i32>(Err(FieldError::new("age", "too low"))), None);
        assert_eq!(fields.take::<i32>(Err(FieldError::new("goal", "unknown"))), None);
        assert_eq!(fields.finish().expect_err("two were rejected").to_string(), "age: too low; goal: unknown");
    }

    #[test]
    fn what_is_made_of_fields_needs_every_one_of_them() {
        let parse = |age: Result<u8, FieldError>| {
            let mut fields = FieldCollector::default();
            let (name, age) = (fields.take(Ok("Zoë")), fields.take(age));
            fields.finish_with(|| Some((name?, age?)))
        };
        assert_eq!(parse(Ok(41)), Ok(("Zoë", 41)));
        let refused = parse(Err(FieldError::new("age", "too low")));
        assert_eq!(refused.expect_err("one was rejected").to_string(), "age: too low");
    }
}
