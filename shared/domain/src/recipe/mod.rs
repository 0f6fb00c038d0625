//! What a person's coaching prompt is written by: a template for their type and a named variant, both chosen here.
//!
//! A recipe is decided once for each version, before the model is asked, and stored with it: [`Recipes`] says how.

mod choice;
mod user_type;
mod variant;
mod weights;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use choice::{RecipeOverride, Recipes};
pub use user_type::UserType;
pub use variant::VariantName;
pub use weights::{VariantWeights, WeightsError};

/// What a prompt version was written by. A version from before there were recipes counts as one of the default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Recipe {
    /// The template: for whom it was written.
    pub user_type: UserType,
    /// The variant: which of several ways to coach.
    pub variant: VariantName,
    /// How the variant came to this person.
    #[serde(default)]
    pub assigned: Assignment,
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_is_stored_as_three_words_and_one_without_assignment_is_read() {
        let recipe = Recipe {
            user_type: UserType::Athlete,
            variant: VariantName::parse("variant", "direct").expect("a name"),
            assigned: Assignment::Random,
        };
        let stored = serde_json::json!({"user_type": "athlete", "variant": "direct", "assigned": "random"});
        assert_eq!(serde_json::to_value(&recipe).expect("serialises"), stored);
        assert_eq!(serde_json::from_value::<Recipe>(stored).expect("and back"), recipe);
        let without = serde_json::json!({"user_type": "beginner", "variant": "standard"});
        assert_eq!(serde_json::from_value::<Recipe>(without).expect("reads"), Recipe::default());
    }
}
