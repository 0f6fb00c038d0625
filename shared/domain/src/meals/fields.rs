//! The fields of a meal as they come from outside, and the bounds within which they are accepted.

use super::grams::Grams;
use super::macros::Macros;
use super::meal::{MealType, NewMeal};
use super::meal_change::{MealChange, NotesChange};
use crate::field::{FieldCollector, FieldError, FieldErrors, parse_line, parse_number, parse_text};
use crate::local_day::SentTime;

/// A field as it came from outside: a value of its type, or why there is none.
pub type Read<T> = Result<T, FieldError>;

/// The fields of a meal as they came from outside.
#[derive(Debug, Clone, PartialEq)]
pub struct MealFields {
    /// What was eaten.
    pub name: Read<String>,
    /// Which meal of the day.
    pub meal_type: Read<MealType>,
    /// When it was eaten.
    pub eaten_at: Read<SentTime>,
    /// Energy in kcal.
    pub calories: Read<f64>,
    /// Protein in g; `None` if it is not known.
    pub protein_g: Read<Option<f64>>,
    /// Carbohydrates in g; `None` if they are not known.
    pub carbs_g: Read<Option<f64>>,
    /// Fat in g; `None` if it is not known.
    pub fat_g: Read<Option<f64>>,
    /// Whatever was noted beside it.
    pub notes: Read<Option<String>>,
}

/// The fields of a change to a meal as they came from outside; `None` is a field that is left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MealChangeFields {
    /// What was eaten.
    pub name: Option<Read<String>>,
    /// Which meal of the day.
    pub meal_type: Option<Read<MealType>>,
    /// When it was eaten.
    pub eaten_at: Option<Read<SentTime>>,
    /// Energy in kcal.
    pub calories: Option<Read<f64>>,
    /// Protein in g; nothing says that it is not known.
    pub protein_g: Option<Read<Option<f64>>>,
    /// Carbohydrates in g; nothing says that they are not known.
    pub carbs_g: Option<Read<Option<f64>>>,
    /// Fat in g; nothing says that it is not known.
    pub fat_g: Option<Read<Option<f64>>>,
    /// The note beside it; an empty one removes it.
    pub notes: Option<Read<Option<String>>>,
}

impl NewMeal {
    /// Longest name, in characters.
    pub const NAME_MAX: usize = 200;
    /// Longest note, in characters.
    pub const NOTES_MAX: usize = 1_000;
    /// Most energy of one meal, in kcal.
    pub const CALORIES_MAX: f64 = 10_000.0;

    /// The validated meal.
    ///
    /// # Errors
    ///
    /// Every field that cannot be accepted.
    pub fn parse(meal: MealFields) -> Result<Self, FieldErrors> {
        let mut fields = FieldCollector::default();
        let name = fields.take(parse_name(meal.name));
        let meal_type = fields.take(meal.meal_type);
        let eaten_at = fields.take(meal.eaten_at);
        let calories = fields.take(parse_calories(meal.calories));
        let protein = fields.take(parse_grams("protein_g", meal.protein_g));
        let carbs = fields.take(parse_grams("carbs_g", meal.carbs_g));
        let fat = fields.take(parse_grams("fat_g", meal.fat_g));
        let notes = fields.take(parse_notes(meal.notes)).flatten();
        fields.finish_with(|| {
            Some(Self {
                name: name?,
                meal_type: meal_type?,
                eaten_at: eaten_at?,
                calories: calories?,
                macros: Macros { protein: protein?, carbs: carbs?, fat: fat? },
                notes,
            })
        })
    }
}

impl MealChange {
    /// The validated change.
    ///
    /// # Errors
    ///
    /// Every field that cannot be accepted, or `body` if there is none to change.
    pub fn parse(change: MealChangeFields) -> Result<Self, FieldErrors> {
        let mut fields = FieldCollector::default();
        let grams = |read: Option<Read<Option<f64>>>, field| read.map(|read| parse_grams(field, read)).transpose();
        let notes = change.notes.map(|notes| {
            let notes = parse_notes(notes)?;
            Ok(notes.map_or(NotesChange::Remove, NotesChange::Write))
        });
        let parsed = Self {
            name: fields.take(change.name.map(parse_name).transpose()).flatten(),
            meal_type: fields.take(change.meal_type.transpose()).flatten(),
            eaten_at: fields.take(change.eaten_at.transpose()).flatten(),
            calories: fields.take(change.calories.map(parse_calories).transpose()).flatten(),
            protein: fields.take(grams(change.protein_g, "protein_g")).flatten(),
            carbs: fields.take(grams(change.carbs_g, "carbs_g")).flatten(),
            fat: fields.take(grams(change.fat_g, "fat_g")).flatten(),
            notes: fields.take(notes.transpose()).flatten(),
        };
        fields.finish()?;
        if parsed.is_empty() {
            return Err(FieldError::new("body", "must have at least one field to change").into());
        }
        Ok(parsed)
    }
}

fn parse_name(name: Read<String>) -> Read<String> {
    parse_line("name", &name?, NewMeal::NAME_MAX)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is small and not negative")]
fn parse_calories(kcal: Read<f64>) -> Read<u32> {
    parse_number("calories", kcal?, 0.0, NewMeal::CALORIES_MAX, "kcal").map(|kcal| kcal.round() as u32)
}

fn parse_grams(field: &'static str, grams: Read<Option<f64>>) -> Read<Option<Grams>> {
    grams?.map(|grams| Grams::parse(field, grams)).transpose()
}

/// A note of nothing but white space is none.
fn parse_notes(notes: Read<Option<String>>) -> Read<Option<String>> {
    let notes = notes?.filter(|notes| !notes.trim().is_empty());
    notes.map(|notes| parse_text("notes", &notes, NewMeal::NOTES_MAX)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> MealFields {
        MealFields {
            name: Ok(" Soup ".to_owned()),
            meal_type: Ok(MealType::Lunch),
            eaten_at: Ok(chrono::DateTime::UNIX_EPOCH.into()),
            calories: Ok(399.6),
            protein_g: Ok(Some(20.04)),
            carbs_g: Ok(Some(30.0)),
            fat_g: Ok(None),
            notes: Ok(Some(" \n".to_owned())),
        }
    }

    #[test]
    fn a_meal_is_rounded_trimmed_and_without_an_empty_note() {
        let meal = NewMeal::parse(fields()).expect("every field is in bounds");
        assert_eq!(
            (meal.name.as_str(), meal.calories, meal.macros.protein, meal.macros.fat, meal.notes),
            ("Soup", 400, Some(Grams::from(20.0)), None, None)
        );
    }

    #[test]
    fn every_bound_that_is_broken_is_named_at_once() {
        let meal = MealFields {
            name: Ok("x".repeat(NewMeal::NAME_MAX + 1)),
            eaten_at: Err(FieldError::new("eaten_at", "is required")),
            calories: Ok(NewMeal::CALORIES_MAX + 1.0),
            fat_g: Ok(Some(-0.1)),
            notes: Ok(Some("x".repeat(NewMeal::NOTES_MAX + 1))),
            ..fields()
        };
        let FieldErrors(errors) = NewMeal::parse(meal).expect_err("five are out of bounds");
        let named: Vec<_> = errors.iter().map(|error| error.field.as_ref()).collect();
        assert_eq!(named, ["name", "eaten_at", "calories", "fat_g", "notes"]);
    }

    #[test]
    fn a_change_without_a_field_is_refused_and_an_empty_note_removes_the_one_that_is_there() {
        let FieldErrors(errors) = MealChange::parse(MealChangeFields::default()).expect_err("nothing to change");
        assert_eq!(errors[0].field, "body");
        let silent = MealChangeFields { notes: Some(Ok(None)), ..MealChangeFields::default() };
        assert_eq!(MealChange::parse(silent).map(|change| change.notes), Ok(Some(NotesChange::Remove)));
    }
}
