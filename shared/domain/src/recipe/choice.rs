//! Which recipe the next version of a person's prompt is written by.

use chrono::NaiveDate;
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
    /// The recipe of a prompt that is written as a whole on the person's local day `today`. What an admin decided holds;
    /// otherwise
    /// - the type follows from what was learned ([`UserType::learned`]);
    /// - the variant is that of the version in force, as long as there is a text for it, whatever its weight: who has been
    ///   coached in one way is not moved by a change of weights. It is assigned by the weights for the first prompt, when its
    ///   text is gone, and when an admin has taken a decision back.
    ///
    /// Whoever has had a variant by a decision counts as assigned by one from then on.
    #[must_use]
    pub fn of_whole_prompt(&self, person: &Profile, facts: &[Fact], today: NaiveDate) -> Recipe {
        let learned = UserType::learned(facts, person.body.activity_level, person.goal);
        self.decide(&person.user_id, Some(learned), person.recipe().as_ref(), &person.recipe_override, today)
    }

    /// The recipe of an update, which leaves sections as they are: like that of a whole prompt, and the type that nobody has
    /// decided on stays the one that those sections were written by.
    #[must_use]
    pub fn of_update(&self, person: &Profile, today: NaiveDate) -> Recipe {
        let before = person.recipe();
        let user_type = before.as_ref().and_then(|before| before.user_type);
        self.decide(&person.user_id, user_type, before.as_ref(), &person.recipe_override, today)
    }

    fn decide(
        &self,
        user_id: &UserId,
        user_type: Option<UserType>,
        before: Option<&Recipe>,
        decided: &RecipeOverride,
        today: NaiveDate,
    ) -> Recipe {
        let user_type = decided.user_type.filter(|decided| UserType::ALL.contains(decided)).or(user_type);
        let since = |variant: &VariantName| {
            let kept = before.filter(|before| before.variant == *variant).and_then(|before| before.since);
            Some(kept.unwrap_or(today))
        };
        if let Some(variant) = decided.variant.as_ref().filter(|variant| self.known.contains(variant)) {
            let (variant, since) = (variant.clone(), since(variant));
            return Recipe { user_type, variant, assigned: Assignment::Admin, experiment: None, since };
        }
        let by_admin = before.is_some_and(|before| before.assigned == Assignment::Admin);
        if let Some(before) = before.filter(|before| !by_admin && self.known.contains(&before.variant)) {
            return Recipe { user_type, ..before.clone() };
        }
        let variant = self.weights.assign(user_id);
        let since = since(&variant);
        let chosen = before.map(|before| before.assigned).filter(|assigned| assigned.is_chosen());
        let (assigned, experiment) = match (chosen, self.weights.experiment()) {
            (Some(chosen), _) => (chosen, None),
            (None, Some(experiment)) => (Assignment::Random, Some(experiment)),
            (None, None) => (Assignment::Default, None),
        };
        Recipe { user_type, variant, assigned, experiment, since }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Experiment;
    use crate::word::Word;

    fn name(name: &str) -> VariantName {
        VariantName::parse("variant", name).expect("a name")
    }

    fn recipes(weights: &str) -> Recipes {
        let known = vec![name("standard"), name("direct")];
        Recipes { weights: VariantWeights::parse(weights, &known).expect(weights), known }
    }

    fn day(day: &str) -> NaiveDate {
        day.parse().expect("a day")
    }

    fn recipe(variant: &str, assigned: Assignment) -> Recipe {
        let since = Some(day("2026-11-01"));
        let experiment = (assigned == Assignment::Random).then(|| Experiment::new("0a1b2c3d"));
        Recipe { user_type: Some(UserType::Advanced), variant: name(variant), assigned, experiment, since }
    }

    /// The same, of an athlete.
    fn of_athlete(variant: &str, assigned: Assignment) -> Recipe {
        Recipe { user_type: Some(UserType::Athlete), ..recipe(variant, assigned) }
    }

    /// The next recipe, on the 18th, of somebody who is known as an athlete.
    fn next(weights: &str, before: Option<&Recipe>, decided: &RecipeOverride) -> Recipe {
        let today = day("2026-11-18");
        recipes(weights).decide(&UserId::new("ana"), Some(UserType::Athlete), before, decided, today)
    }

    #[test]
    fn a_first_prompt_is_assigned_by_the_weights_and_at_random_only_where_there_is_a_choice() {
        let none = RecipeOverride::default();
        let since = Some(day("2026-11-18"));
        let only = next("direct=1", None, &none);
        assert_eq!(only, Recipe { since, ..of_athlete("direct", Assignment::Default) });
        let chosen = next("standard=1,direct=1", None, &none);
        assert_eq!((chosen.assigned, chosen.since), (Assignment::Random, since));
        assert_eq!(chosen.experiment, recipes("direct=1,standard=1").weights.experiment());
    }

    #[test]
    fn a_person_keeps_their_variant_its_experiment_and_its_day_when_the_weights_change_and_follows_their_type() {
        for assigned in
            [Assignment::Random, Assignment::Default, Assignment::Restored, Assignment::Unknown(Word::UNKNOWN)]
        {
            let kept = next("standard=1,direct=0", Some(&recipe("direct", assigned)), &RecipeOverride::default());
            assert_eq!(kept, of_athlete("direct", assigned));
        }
    }

    #[test]
    fn a_variant_whose_text_is_gone_is_assigned_anew() {
        let (gone, none) = (recipe("playful", Assignment::Random), RecipeOverride::default());
        let anew = next("standard=1", Some(&gone), &none);
        let since = Some(day("2026-11-18"));
        assert_eq!(anew, Recipe { since, ..of_athlete("standard", Assignment::Default) });
        for chosen in [Assignment::Admin, Assignment::Restored] {
            let anew = next("standard=1,direct=1", Some(&recipe("playful", chosen)), &none);
            assert_eq!((anew.assigned, anew.experiment), (chosen, None), "never by chance again");
        }
        let decided = RecipeOverride { variant: Some(name("playful")), user_type: None };
        assert_eq!(next("standard=1", None, &decided).variant, name("standard"), "what an admin chose once, too");
    }

    #[test]
    fn what_an_admin_decides_holds_until_it_is_taken_back_and_ends_the_random_assignment() {
        let before = recipe("standard", Assignment::Random);
        let decided = RecipeOverride { user_type: Some(UserType::Beginner), variant: Some(name("direct")) };
        let by_admin = next("standard=1", Some(&before), &decided);
        let since = Some(day("2026-11-18"));
        let user_type = Some(UserType::Beginner);
        assert_eq!(by_admin, Recipe { user_type, since, ..recipe("direct", Assignment::Admin) });
        let back = next("standard=1", Some(&by_admin), &RecipeOverride::default());
        assert_eq!(back, Recipe { since, ..of_athlete("standard", Assignment::Admin) });
        let same = RecipeOverride { user_type: None, variant: Some(name("standard")) };
        assert_eq!(next("standard=1", Some(&before), &same).since, before.since, "nothing has changed for the person");
    }

    #[test]
    fn a_type_by_an_admin_leaves_the_variant_as_it_was_assigned() {
        let before = recipe("standard", Assignment::Random);
        let decided = |user_type| RecipeOverride { user_type: Some(user_type), variant: None };
        let by_admin = next("direct=1", Some(&before), &decided(UserType::Beginner));
        assert_eq!(by_admin, Recipe { user_type: Some(UserType::Beginner), ..before.clone() });
        let unknown = next("direct=1", Some(&before), &decided(UserType::Unknown(Word::UNKNOWN)));
        assert_eq!(unknown.user_type, Some(UserType::Athlete), "what a later version knows is no decision here");
    }
}
