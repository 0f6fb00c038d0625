//! What people sign up with and change.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::http::field::{Field, null_is_left_out};
use crate::service::{DetailsChange, TargetsChange};
use domain::field::{FieldCollector, FieldError, FieldErrors};
use domain::local_day::{DayStart, TimeZone};
use domain::locale::Locale;
use domain::profile::{
    ActivityLevel, Age, BodyData, Diet, Email, GoalText, Height, MOST_CALORIES, Name, NewAccount, Sex, StatedGoal,
    TargetBasis, Targets, Weight,
};
use domain::safety::{Condition, Health};

/// A time of day in hours and minutes.
const DAY_START: &str = "^([01][0-9]|2[0-3]):[0-5][0-9]$";
/// Most of one nutrient that a person can set as their target, in g a day.
const TARGET_GRAMS_MAX: f64 = 1_000.0;
/// Bounds of a calorie target as it is written, in kcal a day; each person has a floor of their own in between.
const TARGET_CALORIES: (f64, f64) = (0.0, MOST_CALORIES);

/// Body of `POST /v1/users`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = null_is_left_out)]
pub struct SignUpRequest {
    /// What the coach calls you.
    #[schemars(length(min = 1, max = Name::MAX))]
    pub name: Field<String>,
    /// The address that you signed in with.
    #[schemars(email, length(max = Email::MAX))]
    pub email: Field<String>,
    /// Age in whole years.
    #[schemars(range(min = Age::MIN, max = Age::MAX))]
    pub age: Field<i64>,
    /// Body weight in kg. It is required, under this name or as `weight`.
    #[serde(default)]
    #[schemars(range(min = Weight::MIN, max = Weight::MAX))]
    pub weight_kg: Field<f64>,
    /// The same under its short name; send one of the two.
    #[serde(default)]
    #[schemars(range(min = Weight::MIN, max = Weight::MAX))]
    pub weight: Field<f64>,
    /// What you want: `lose_weight`, `build_muscle`, `maintain`, `improve_performance`, or a sentence of your own in any
    /// language. Until the consultation knows which of the four a sentence is, targets keep your weight.
    #[schemars(length(min = 1, max = GoalText::MAX))]
    pub goal: Field<String>,
    /// IANA time zone, or an offset such as `-07:00`. If you leave it out, the offset of the clock that your meals are logged
    /// with is taken over, and UTC until then.
    #[serde(default)]
    pub timezone: Field<String>,
    /// When your day begins, `HH:MM`; midnight if left out. For people who are awake at night: what is eaten before it
    /// belongs to the day before.
    #[serde(default)]
    #[schemars(extend("pattern" = DAY_START))]
    pub day_starts_at: Field<String>,
    /// Sex; calorie targets become exact with it.
    #[serde(default)]
    pub sex: Field<Sex>,
    /// Height in cm; calorie targets become exact with it.
    #[serde(default)]
    #[schemars(range(min = Height::MIN, max = Height::MAX))]
    pub height_cm: Field<f64>,
    /// How much you move in an ordinary week.
    #[serde(default)]
    pub activity_level: Field<ActivityLevel>,
    /// Your language and country, as a BCP 47 tag such as `en` or `pt-BR`: fixed texts are written in it.
    #[serde(default)]
    #[schemars(length(min = 2, max = Locale::MAX))]
    pub locale: Field<String>,
    /// Conditions with which food or training can do harm. The coach is careful then; it never loosens that by itself.
    #[serde(default)]
    pub health: Field<Health>,
}

impl SignUpRequest {
    /// The validated account, or every field that cannot be accepted.
    pub fn parse(self) -> Result<NewAccount, FieldErrors> {
        let mut fields = FieldCollector::default();
        let name = fields.take(self.name.required("name").and_then(|name| Name::parse("name", &name)));
        let email = fields.take(self.email.required("email").and_then(|email| Email::parse("email", &email)));
        let age = fields.take(self.age.required("age").and_then(|age| Age::parse("age", age)));
        let weight = parse_weight(self.weight_kg, self.weight);
        let weight = fields.take(weight.and_then(|kg| kg.ok_or_else(|| FieldError::new("weight_kg", "is required"))));
        let goal = fields.take(self.goal.required("goal").and_then(|goal| StatedGoal::parse("goal", &goal)));
        let timezone = fields.take(parse_timezone(self.timezone));
        let day_starts_at = fields.take(parse_day_start(self.day_starts_at));
        let body = BodyData {
            sex: fields.take(self.sex.optional("sex")).flatten(),
            height: fields.take(parse_height(self.height_cm)).flatten(),
            activity_level: fields.take(self.activity_level.optional("activity_level")).flatten(),
            diet: None,
        };
        let locale = fields.take(parse_locale(self.locale)).flatten();
        let health = fields.take(parse_health(self.health)).unwrap_or_default();
        fields.finish_with(|| {
            Some(NewAccount {
                name: name?,
                email: email?,
                age: age?,
                weight: weight?,
                goal: goal?,
                timezone: timezone?,
                day_starts_at: day_starts_at?.unwrap_or_default(),
                locale,
                body,
                health,
            })
        })
    }
}

/// Body of `PATCH /v1/users/me`; what is left out stays.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = null_is_left_out)]
pub struct UpdateProfileRequest {
    /// What the coach calls you.
    #[serde(default)]
    #[schemars(length(min = 1, max = Name::MAX))]
    pub name: Field<String>,
    /// Age in whole years.
    #[serde(default)]
    #[schemars(range(min = Age::MIN, max = Age::MAX))]
    pub age: Field<i64>,
    /// Body weight in kg.
    #[serde(default)]
    #[schemars(range(min = Weight::MIN, max = Weight::MAX))]
    pub weight_kg: Field<f64>,
    /// The same under its short name; send one of the two.
    #[serde(default)]
    #[schemars(range(min = Weight::MIN, max = Weight::MAX))]
    pub weight: Field<f64>,
    /// What you want: `lose_weight`, `build_muscle`, `maintain`, `improve_performance`, or a sentence of your own in any
    /// language. A sentence replaces the goal that was known, and targets keep your weight until a consultation knows more.
    #[serde(default)]
    #[schemars(length(min = 1, max = GoalText::MAX))]
    pub goal: Field<String>,
    /// IANA time zone, or an offset such as `-07:00`. Meals that are logged already stay on their days.
    #[serde(default)]
    pub timezone: Field<String>,
    /// When your day begins, `HH:MM`: what is eaten before it belongs to the day before. Meals that are logged already stay
    /// on their days.
    #[serde(default)]
    #[schemars(extend("pattern" = DAY_START))]
    pub day_starts_at: Field<String>,
    /// Sex.
    #[serde(default)]
    pub sex: Field<Sex>,
    /// Height in cm.
    #[serde(default)]
    #[schemars(range(min = Height::MIN, max = Height::MAX))]
    pub height_cm: Field<f64>,
    /// How much you move in an ordinary week.
    #[serde(default)]
    pub activity_level: Field<ActivityLevel>,
    /// Your language and country, as a BCP 47 tag such as `en` or `pt-BR`: fixed texts are written in it.
    #[serde(default)]
    #[schemars(length(min = 2, max = Locale::MAX))]
    pub locale: Field<String>,
    /// Conditions with which food or training can do harm. The coach is careful then; it never loosens that by itself.
    #[serde(default)]
    pub health: Field<Health>,
    /// How you eat, in your words.
    #[serde(default)]
    #[schemars(length(min = 1, max = Diet::MAX))]
    pub diet: Field<String>,
    /// Your own daily targets, or `"calculated"` to go back to the calculated ones.
    #[serde(default)]
    pub targets: Field<TargetsRequest>,
}

/// Daily targets to set.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum TargetsRequest {
    /// Back to the calculated targets.
    Calculated(CalculatedWord),
    /// Your own numbers.
    Custom(CustomTargets),
}

/// The word that asks for calculated targets.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CalculatedWord {
    /// Work the targets out from body and goal.
    Calculated,
}

/// A person's own daily targets.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomTargets {
    /// Energy in kcal: at least what your body needs at rest, and at least 1,200 kcal for women and 1,500 kcal for men.
    #[schemars(range(min = TARGET_CALORIES.0, max = TARGET_CALORIES.1))]
    pub daily_calories: f64,
    /// Protein in g.
    #[schemars(range(min = 0, max = TARGET_GRAMS_MAX))]
    pub protein_g: f64,
    /// Carbohydrates in g.
    #[schemars(range(min = 0, max = TARGET_GRAMS_MAX))]
    pub carbs_g: f64,
    /// Fat in g.
    #[schemars(range(min = 0, max = TARGET_GRAMS_MAX))]
    pub fat_g: f64,
}

impl UpdateProfileRequest {
    /// The validated change, or every field that cannot be accepted.
    pub fn parse(self) -> Result<DetailsChange, FieldErrors> {
        let mut fields = FieldCollector::default();
        let name = self.name.optional("name").and_then(|name| name.map(|name| Name::parse("name", &name)).transpose());
        let age = self.age.optional("age").and_then(|age| age.map(|age| Age::parse("age", age)).transpose());
        let goal =
            self.goal.optional("goal").and_then(|goal| goal.map(|goal| StatedGoal::parse("goal", &goal)).transpose());
        let diet = self.diet.optional("diet").and_then(|diet| diet.map(|diet| Diet::parse("diet", &diet)).transpose());
        let targets = match self.targets {
            Field::WrongType(_) => Err(FieldError::new(
                "targets",
                "must be \"calculated\" or an object with daily_calories, protein_g, carbs_g and fat_g",
            )),
            targets => targets.optional("targets"),
        };
        let targets = fields.take(targets).flatten();
        let change = DetailsChange {
            name: fields.take(name).flatten(),
            age: fields.take(age).flatten(),
            weight: fields.take(parse_weight(self.weight_kg, self.weight)).flatten(),
            goal: fields.take(goal).flatten(),
            timezone: fields.take(parse_timezone(self.timezone)).flatten(),
            day_starts_at: fields.take(parse_day_start(self.day_starts_at)).flatten(),
            locale: fields.take(parse_locale(self.locale)).flatten(),
            health: fields.take(parse_health(self.health)).unwrap_or_default(),
            body: BodyData {
                sex: fields.take(self.sex.optional("sex")).flatten(),
                height: fields.take(parse_height(self.height_cm)).flatten(),
                activity_level: fields.take(self.activity_level.optional("activity_level")).flatten(),
                diet: fields.take(diet).flatten(),
            },
            targets: match targets {
                None => None,
                Some(TargetsRequest::Calculated(_)) => Some(TargetsChange::Calculated),
                Some(TargetsRequest::Custom(custom)) => custom.parse(&mut fields).map(TargetsChange::Custom),
            },
        };
        fields.finish()?;
        Ok(change)
    }
}

impl CustomTargets {
    fn parse(self, fields: &mut FieldCollector) -> Option<Targets> {
        let (least, most) = TARGET_CALORIES;
        let daily_calories = fields.take(whole("targets.daily_calories", self.daily_calories, least, most, "kcal"));
        let protein_g = fields.take(whole("targets.protein_g", self.protein_g, 0.0, TARGET_GRAMS_MAX, "g"));
        let carbs_g = fields.take(whole("targets.carbs_g", self.carbs_g, 0.0, TARGET_GRAMS_MAX, "g"));
        let fat_g = fields.take(whole("targets.fat_g", self.fat_g, 0.0, TARGET_GRAMS_MAX, "g"));
        Some(Targets {
            daily_calories: daily_calories?,
            protein_g: protein_g?,
            carbs_g: carbs_g?,
            fat_g: fat_g?,
            basis: TargetBasis::Custom,
            least_calories: 0,
        })
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is small and not negative")]
fn whole(field: &'static str, value: f64, min: f64, max: f64, unit: &str) -> Result<u32, FieldError> {
    domain::field::parse_number(field, value, min, max, unit).map(|value| value.round() as u32)
}

/// The body weight under either of its names.
fn parse_weight(weight_kg: Field<f64>, weight: Field<f64>) -> Result<Option<Weight>, FieldError> {
    let (name, weight) = match (weight_kg, weight) {
        (weight, Field::Missing) => ("weight_kg", weight),
        (Field::Missing, weight) => ("weight", weight),
        (_, _) => return Err(FieldError::new("weight", "is weight_kg under its short name: send only one of the two")),
    };
    weight.optional(name)?.map(|kg| Weight::parse(name, kg)).transpose()
}

fn parse_day_start(field: Field<String>) -> Result<Option<DayStart>, FieldError> {
    field.optional("day_starts_at")?.map(|time| DayStart::parse("day_starts_at", &time)).transpose()
}

fn parse_timezone(field: Field<String>) -> Result<Option<TimeZone>, FieldError> {
    field.optional("timezone")?.map(|name| TimeZone::parse("timezone", &name)).transpose()
}

fn parse_locale(field: Field<String>) -> Result<Option<Locale>, FieldError> {
    field.optional("locale")?.map(|tag| Locale::parse("locale", &tag)).transpose()
}

fn parse_health(field: Field<Health>) -> Result<Health, FieldError> {
    match field {
        Field::WrongType(_) => {
            let names: Vec<&str> = Condition::ALL.into_iter().map(Condition::name).collect();
            Err(FieldError::new("health", format!("must be an object of true and false for {}", names.join(", "))))
        }
        health => Ok(health.optional("health")?.unwrap_or_default()),
    }
}

fn parse_height(field: Field<f64>) -> Result<Option<Height>, FieldError> {
    field.optional("height_cm")?.map(|cm| Height::parse("height_cm", cm)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(json: &str) -> Vec<String> {
        let request: SignUpRequest = serde_json::from_str(json).expect("an object with known fields");
        let FieldErrors(errors) = request.parse().expect_err("something is wrong");
        errors.into_iter().map(|error| error.field.into_owned()).collect()
    }

    #[test]
    fn an_empty_sign_up_names_the_five_fields() {
        assert_eq!(rejected("{}"), ["name", "email", "age", "weight_kg", "goal"]);
    }

    #[test]
    fn every_wrong_field_of_a_sign_up_is_named_at_once() {
        let json = r#"{"name": " ", "email": "ana", "age": "thirty", "weight_kg": 3, "goal": " ", "timezone": "Mars",
            "height_cm": 9000, "sex": 1}"#;
        assert_eq!(rejected(json), ["name", "email", "age", "weight_kg", "goal", "timezone", "sex", "height_cm"]);
    }

    #[test]
    fn a_weight_has_one_of_its_two_names() {
        let with = |weight: &str| {
            format!(r#"{{"name": "Ana", "email": "ana@example.com", "age": 34, "goal": "win the race", {weight}}}"#)
        };
        let parse = |json: &str| serde_json::from_str::<SignUpRequest>(json).expect("known fields").parse();
        for weight in [r#""weight": 82.5"#, r#""weight_kg": 82.5"#, r#""weight": 82.5, "weight_kg": null"#] {
            assert_eq!(parse(&with(weight)).map(|account| account.weight.kg()), Ok(82.5), "{weight}");
        }
        for (weight, field) in [
            (r#""weight": 82.5, "weight_kg": 82.5"#, "weight"),
            (r#""weight": 3"#, "weight"),
            (r#""weight": "82""#, "weight"),
            (r#""weight": null"#, "weight_kg"),
        ] {
            assert_eq!(rejected(&with(weight)), [field], "{weight}");
        }
        let change = |json: &str| serde_json::from_str::<UpdateProfileRequest>(json).expect("known fields").parse();
        assert_eq!(change(r#"{"weight": 70}"#).expect("a change").weight.map(Weight::kg), Some(70.0));
        assert!(change(r#"{"weight": 70, "weight_kg": 70}"#).is_err());
    }

    #[test]
    fn nobody_can_set_a_field_that_is_not_theirs() {
        for field in ["consultation_enabled", "system_prompt_version", "email"] {
            let json = format!("{{\"{field}\": true}}");
            assert!(serde_json::from_str::<UpdateProfileRequest>(&json).is_err(), "{field}");
        }
    }

    #[test]
    fn own_targets_are_numbers_that_somebody_can_eat() {
        let parse = |json: &str| serde_json::from_str::<UpdateProfileRequest>(json).expect("known fields").parse();
        let boundless = r#"{"targets": {"daily_calories": 8001, "protein_g": 100, "carbs_g": 10, "fat_g": 5}}"#;
        let errors = parse(boundless).expect_err("too much to eat").0;
        assert_eq!(errors[0].field, "targets.daily_calories");
        let back = parse(r#"{"targets": "calculated"}"#).expect("the word is known");
        assert_eq!(back.targets, Some(TargetsChange::Calculated));
    }
}
