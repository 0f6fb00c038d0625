//! What a person's coaching prompt is written by: a template for their type and a named variant, both chosen here.
//!
//! A recipe is decided once for each version, before the model is asked, and stored with it: [`Recipes`] says how.

mod choice;
mod user_type;
mod variant;
mod weights;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::word::Word;

pub use choice::{RecipeOverride, Recipes};
pub use user_type::UserType;
pub use variant::VariantName;
pub use weights::{Experiment, VariantWeights, WeightsError};

/// What a prompt version was written by. A version from before there were recipes counts as one of the default, for nobody in
/// particular.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Recipe {
    /// The template: for whom it was written; `None` of a version from before there were templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_type: Option<UserType>,
    /// The variant: which of several ways to coach.
    pub variant: VariantName,
    /// How the variant came to this person.
    #[serde(default)]
    pub assigned: Assignment,
    /// The weights by which chance has assigned it; `None` for everybody else, and of versions from before they were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment: Option<Experiment>,
    /// The person's local day on which the variant came to them; rewriting under the same variant leaves it. `None` of versions
    /// from before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
}

/// How a variant came to a person. A comparison of variants is one of their effects among those alone who were assigned at
/// random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Assignment {
    /// There was nothing to choose between: one variant, or none by name yet.
    #[default]
    Default,
    /// By the weights, at random, among at least two variants.
    Random,
    /// By an admin, now or before: the person was not picked at random any more.
    Admin,
    /// With an earlier version that was restored, by the person or by an admin: somebody has chosen it.
    Restored,
    /// In a way that this release does not know: another one has written it.
    #[serde(untagged)]
    Unknown(Word),
}

impl Assignment {
    /// Whether somebody has chosen the variant, or may have, so that chance has nothing to do with it any more.
    const fn is_chosen(self) -> bool {
        matches!(self, Self::Admin | Self::Restored | Self::Unknown(_))
    }
}

impl Recipe {
    /// What this recipe of an earlier version is once it is restored on `today`, for a person whose prompt was written by
    /// `in_force`. Of the variant that they have it came to them as that one did; another one was chosen.
    #[must_use]
    pub fn restored(self, in_force: &Self, today: NaiveDate) -> Self {
        if self.variant == in_force.variant {
            return Self { user_type: self.user_type, ..in_force.clone() };
        }
        Self { assigned: Assignment::Restored, experiment: None, since: Some(today), ..self }
    }
}

crate::word::shown_as_unknown!(Assignment);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn name(name: &str) -> VariantName {
        VariantName::parse("variant", name).expect("a name")
    }

    fn day(day: &str) -> NaiveDate {
        day.parse().expect("a day")
    }

    fn by_chance() -> Recipe {
        Recipe {
            user_type: Some(UserType::Athlete),
            variant: name("direct"),
            assigned: Assignment::Random,
            experiment: Some(Experiment::new("0a1b2c3d")),
            since: Some(day("2026-11-18")),
        }
    }

    #[test]
    fn a_recipe_is_stored_in_words_and_one_of_an_earlier_version_is_read() {
        let stored = json!({
            "user_type": "athlete", "variant": "direct", "assigned": "random", "experiment": "0a1b2c3d", "since": "2026-11-18",
        });
        assert_eq!(serde_json::to_value(by_chance()).expect("serialises"), stored);
        assert_eq!(serde_json::from_value::<Recipe>(stored).expect("and back"), by_chance());
        let earlier: Recipe =
            serde_json::from_value(json!({"user_type": "beginner", "variant": "standard"})).expect("reads");
        assert_eq!(earlier, Recipe { user_type: Some(UserType::Beginner), ..Recipe::default() });
    }

    #[test]
    fn words_of_another_release_are_kept() {
        let later = json!({"user_type": "senior", "variant": "standard", "assigned": "by_lot", "colour": "green"});
        let read: Recipe = serde_json::from_value(later).expect("reads");
        assert_eq!(read.user_type.map(UserType::name), Some("unknown"));
        let written = serde_json::to_value(&read).expect("serialises");
        assert_eq!(written, json!({"user_type": "senior", "variant": "standard", "assigned": "by_lot"}));
    }

    #[test]
    fn a_restored_version_of_the_same_variant_is_no_choice_and_one_of_another_variant_is() {
        let (in_force, today) = (by_chance(), day("2026-12-01"));
        let same = Recipe { user_type: Some(UserType::Beginner), since: None, ..by_chance() };
        assert_eq!(same.restored(&in_force, today), Recipe { user_type: Some(UserType::Beginner), ..by_chance() });
        let other = Recipe { variant: name("standard"), ..by_chance() }.restored(&in_force, today);
        assert_eq!((other.assigned, other.experiment, other.since), (Assignment::Restored, None, Some(today)));
    }

    #[test]
    fn a_restored_version_does_not_count_as_random_where_an_admin_has_chosen() {
        let in_force = Recipe { assigned: Assignment::Admin, experiment: None, ..by_chance() };
        for earlier in [by_chance(), Recipe { variant: name("standard"), ..by_chance() }] {
            let restored = earlier.restored(&in_force, day("2026-12-01"));
            assert!(restored.assigned.is_chosen() && restored.experiment.is_none(), "{restored:?}");
        }
    }
}
