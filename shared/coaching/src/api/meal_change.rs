//! Correcting a logged meal, on the wire.

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::meals::{MealTypeChoice, time};
use crate::http::field::Field;
use domain::field::FieldErrors;
use domain::meals::{Grams, MealChange, MealChangeFields, MealType, NewMeal};

/// Body of `PATCH /v1/meals/{meal_id}`; what is left out stays, and there must be something.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct UpdateMealRequest {
    /// What you ate.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "String", length(min = 1, max = NewMeal::NAME_MAX))]
    pub name: Option<Field<String>>,
    /// Which meal of the day.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "MealTypeChoice")]
    pub meal_type: Option<Field<MealTypeChoice>>,
    /// When you ate it (RFC 3339 with offset). On another day, the meal moves there, and its `meal_id` changes; the old one
    /// still finds it.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "DateTime<FixedOffset>")]
    pub eaten_at: Option<Field<DateTime<FixedOffset>>>,
    /// Energy in kcal.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "f64", range(min = 0, max = NewMeal::CALORIES_MAX))]
    pub calories: Option<Field<f64>>,
    /// Protein in g; null says that it is not known.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<f64>", range(min = 0, max = Grams::MEAL_MAX))]
    pub protein_g: Option<Field<f64>>,
    /// Carbohydrates in g; null says that they are not known.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<f64>", range(min = 0, max = Grams::MEAL_MAX))]
    pub carbs_g: Option<Field<f64>>,
    /// Fat in g; null says that it is not known.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<f64>", range(min = 0, max = Grams::MEAL_MAX))]
    pub fat_g: Option<Field<f64>>,
    /// Whatever you want to note beside it; null removes the note.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<String>", length(max = NewMeal::NOTES_MAX))]
    pub notes: Option<Field<String>>,
}

/// A field that is there, even if it is null; one that is left out is `None` by default.
fn given<'de, T, D>(deserializer: D) -> Result<Option<Field<T>>, D::Error>
where
    Field<T>: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Field::deserialize(deserializer).map(Some)
}

impl UpdateMealRequest {
    /// The validated change, or every field that cannot be accepted.
    pub fn parse(self) -> Result<MealChange, FieldErrors> {
        MealChange::parse(MealChangeFields {
            name: self.name.map(|name| name.required("name")),
            meal_type: self.meal_type.map(|meal_type| meal_type.required("meal_type").map(MealType::from)),
            eaten_at: self.eaten_at.map(|eaten_at| time("eaten_at", eaten_at)),
            calories: self.calories.map(|calories| calories.required("calories")),
            protein_g: self.protein_g.map(|grams| grams.optional("protein_g")),
            carbs_g: self.carbs_g.map(|grams| grams.optional("carbs_g")),
            fat_g: self.fat_g.map(|grams| grams.optional("fat_g")),
            notes: self.notes.map(|notes| notes.optional("notes")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::meals::NotesChange;

    fn parse(json: &str) -> Result<MealChange, FieldErrors> {
        serde_json::from_str::<UpdateMealRequest>(json).expect("an object with known fields").parse()
    }

    #[test]
    fn what_is_left_out_stays_and_a_null_note_is_removed() {
        let renamed = MealChange { name: Some("Stew".to_owned()), ..MealChange::default() };
        assert_eq!(parse(r#"{"name": " Stew "}"#), Ok(renamed));
        let silent = MealChange { notes: Some(NotesChange::Remove), ..MealChange::default() };
        for json in [r#"{"notes": null}"#, r#"{"notes": " "}"#] {
            assert_eq!(parse(json), Ok(silent.clone()), "{json}");
        }
    }

    #[test]
    fn every_wrong_field_of_a_change_is_named_at_once_and_only_what_may_be_missing_can_be_null() {
        let json = r#"{"name": null, "meal_type": null, "eaten_at": "yesterday", "calories": null, "protein_g": "a lot",
            "carbs_g": null, "fat_g": -1, "notes": 7}"#;
        let FieldErrors(errors) = parse(json).expect_err("nearly everything is wrong");
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_ref()).collect();
        assert_eq!(fields, ["name", "meal_type", "eaten_at", "calories", "protein_g", "fat_g", "notes"]);
    }
}
