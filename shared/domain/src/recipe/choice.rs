//! Which recipe the next version of a person's prompt is written by.

use serde::{Deserialize, Serialize};

use super::{Assignment, Recipe, UserType, VariantName, VariantWeights};
use crate::consultation::Fact;
use crate::profile::{Profile, UserId};

/// What an admin has decided of a person's recipe instead of the rule and the weights.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RecipeOverride {
    /// The type, whatever was learned.
    #[serde(default)]
    pub user_type: Option<UserType>,
    /// The variant, whatever was assigned.
    #[serde(default)]
    pub variant: Option<VariantName>,
}

impl RecipeOverride {
    /// Whether nothing was decided.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.user_type.is_none() && self.variant.is_none()
    }
}

/// What recipes are chosen from.
#[derive(Debug, Clone)]
pub struct Recipes {
    /// The weights by which people are assigned variants.
    pub weights: VariantWeights,
    /// The variants that there are texts for.
    pub known: Vec<VariantName>,
}

impl Recipes {
    /// The recipe of a prompt that is written as a whole. What an admin decided holds; otherwise
    /// - the type follows from what was learned ([`UserType::learned`]);
    /// - the variant is that of the version in force, as long as there is a text for it, whatever its weight: who has been
    ///   coached in one way is not moved by a change of weights. It is assigned by the weights for the first prompt, when its
    ///   text is gone, and when an admin has taken a decision back.
    ///
    /// Whoever has had a variant by an admin's decision counts as assigned by one from then on.
    #[must_use]
    pub fn of_whole_prompt(&self, person: &Profile, facts: &[Fact]) -> Recipe {
        let learned = UserType::learned(facts, person.body.activity_level, person.goal);
        let before = person.prompt.as_ref().map(|prompt| &prompt.recipe);
        self.decide(&person.user_id, learned, before, &person.recipe_override)
    }

    /// The recipe of an update, which leaves sections as they are: like that of a whole prompt, and the type that nobody has
    /// decided on stays the one that those sections were written by.
    #[must_use]
    pub fn of_update(&self, person: &Profile) -> Recipe {
        let before = person.prompt.as_ref().map(|prompt| &prompt.recipe);
        let user_type = before.map_or_else(UserType::default, |before| before.user_type);
        self.decide(&person.user_id, user_type, before, &person.recipe_override)
    }

    fn decide(
        &self,
        user_id: &UserId,
        user_type: UserType,
        before: Option<&Recipe>,
        decided: &RecipeOverride,
    ) -> Recipe {
        let user_type = decided.user_type.unwrap_or(user_type);
        if let Some(variant) = decided.variant.as_ref().filter(|variant| self.known.contains(variant)) {
            return Recipe { user_type, variant: variant.clone(), assigned: Assignment::Admin };
        }
        let by_admin = before.is_some_and(|before| before.assigned == Assignment::Admin);
        if let Some(before) = before.filter(|before| !by_admin && self.known.contains(&before.variant)) {
            return Recipe { user_type, ..before.clone() };
        }
        let assigned = match (by_admin, self.weights.is_choice()) {
            (true, _) => Assignment::Admin,
            (false, true) => Assignment::Random,
            (false, false) => Assignment::Default,
        };
        Recipe { user_type, variant: self.weights.assign(user_id), assigned }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> VariantName {
        VariantName::parse("variant", name).expect("a name")
    }

    fn recipes(weights: &str) -> Recipes {
        let known = vec![name("standard"), name("direct")];
        Recipes { weights: VariantWeights::parse(weights, &known).expect(weights), known }
    }

    fn recipe(variant: &str, assigned: Assignment) -> Recipe {
        Recipe { user_type: UserType::Advanced, variant: name(variant), assigned }
    }

    /// The next recipe of somebody who is known as an athlete.
    fn next(weights: &str, before: Option<&Recipe>, decided: &RecipeOverride) -> Recipe {
        recipes(weights).decide(&UserId::new("ana"), UserType::Athlete, before, decided)
    }

    #[test]
    fn a_first_prompt_is_assigned_by_the_weights_and_at_random_only_where_there_is_a_choice() {
        let none = RecipeOverride::default();
        let only = next("direct=1", None, &none);
        assert_eq!(only, Recipe { user_type: UserType::Athlete, ..recipe("direct", Assignment::Default) });
        assert_eq!(next("standard=1,direct=1", None, &none).assigned, Assignment::Random);
    }

    #[test]
    fn a_person_keeps_their_variant_when_the_weights_change_and_follows_their_type() {
        for assigned in [Assignment::Random, Assignment::Default] {
            let kept = next("standard=1,direct=0", Some(&recipe("direct", assigned)), &RecipeOverride::default());
            assert_eq!(kept, Recipe { user_type: UserType::Athlete, ..recipe("direct", assigned) });
        }
    }

    #[test]
    fn a_variant_whose_text_is_gone_is_assigned_anew() {
        let gone = recipe("playful", Assignment::Random);
        assert_eq!(next("standard=1", Some(&gone), &RecipeOverride::default()).variant, name("standard"));
        let decided = RecipeOverride { variant: Some(name("playful")), user_type: None };
        assert_eq!(next("standard=1", None, &decided).variant, name("standard"), "what an admin chose once, too");
    }

    #[test]
    fn what_an_admin_decides_holds_until_it_is_taken_back_and_ends_the_random_assignment() {
        let before = recipe("standard", Assignment::Random);
        let decided = RecipeOverride { user_type: Some(UserType::Beginner), variant: Some(name("direct")) };
        let by_admin = next("standard=1", Some(&before), &decided);
        assert_eq!(by_admin, Recipe { user_type: UserType::Beginner, ..recipe("direct", Assignment::Admin) });
        let back = next("standard=1", Some(&by_admin), &RecipeOverride::default());
        assert_eq!(back, Recipe { user_type: UserType::Athlete, ..recipe("standard", Assignment::Admin) });
    }

    #[test]
    fn a_type_by_an_admin_leaves_the_variant_as_it_was_assigned() {
        let decided = RecipeOverride { user_type: Some(UserType::Beginner), variant: None };
        let next = next("direct=1", Some(&recipe("standard", Assignment::Random)), &decided);
        assert_eq!(next, Recipe { user_type: UserType::Beginner, ..recipe("standard", Assignment::Random) });
    }
}
