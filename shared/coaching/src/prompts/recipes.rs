//! Recipes in words: what is added to the instructions of the prompt writers for a type of person and a variant.
//!
//! # Adding a recipe
//!
//! A **variant** is one way to coach, against which others can be compared. It is a file and a line: write
//! `recipes/variants/<name>.txt` and list it in [`VARIANTS`]. `PROMPT_VARIANTS` gives it a weight, as in
//! `standard=50,direct=50`; until then only an admin can assign it (`set-recipe`). People are compared only with those who were
//! assigned by the same weights, and the report compares those of the weights in force: read it before you change them. To end
//! a comparison, give the whole weight to one variant: the others keep theirs. Delete the file and the line of a variant to move its people as well; each is
//! assigned anew with the next version.
//!
//! A **user type** is whom a prompt is for. Write `recipes/<type>.txt` and give [`for_user_type`] its line; which people it is
//! for is a rule, and stands in [`UserType::learned`].
//!
//! Both texts tell a writer how to write, for a whole prompt and for an update of two sections alike, so they speak of the
//! coach and name no section. They stand behind the writer's instructions and before what a risk state asks, which has the
//! last word. A text may not contain placeholders, and says nothing that a text for a person may not say: the tests hold every
//! file to that.

use claude::SystemBlock;

use super::template::fill;
use super::{care_block, safety_rules};
use domain::recipe::{Recipe, UserType, VariantName};
use domain::safety::Risk;

/// The variants: name and text. The name is what is stored with versions and replies.
const VARIANTS: &[(&str, &str)] = &[
    ("standard", include_str!("recipes/variants/standard.txt")),
    ("direct", include_str!("recipes/variants/direct.txt")),
];

/// The text for a type of person. What is written for a beginner harms nobody of whom the type is not known.
const fn for_user_type(user_type: Option<UserType>) -> &'static str {
    match user_type {
        None | Some(UserType::Beginner | UserType::Unknown(_)) => include_str!("recipes/beginner.txt"),
        Some(UserType::Advanced) => include_str!("recipes/advanced.txt"),
        Some(UserType::Athlete) => include_str!("recipes/athlete.txt"),
    }
}

/// The variants that there are texts for.
#[must_use]
pub fn variants() -> Vec<VariantName> {
    // A name that cannot be one is found by the tests, which miss it here.
    VARIANTS.iter().filter_map(|(name, _)| VariantName::parse("variant", name).ok()).collect()
}

/// The system prompt of a writer of coaching prompts: what all requests share stands first, what is asked behind it, then the
/// recipe, and last what a risk state asks.
#[must_use]
pub fn for_writer(task: String, recipe: &Recipe, risk: Risk) -> Vec<SystemBlock> {
    let written = [task, in_words(recipe)].map(|text| SystemBlock { text, cache: false });
    [safety_rules()].into_iter().chain(written).chain(care_block(risk)).collect()
}

/// A recipe in words. A variant whose text has gone since the recipe was decided is written as the standard one.
fn in_words(recipe: &Recipe) -> String {
    let text_of = |wanted: &str| VARIANTS.iter().find(|(name, _)| *name == wanted).map(|(_, text)| *text);
    let variant = text_of(recipe.variant.as_str()).or_else(|| text_of(VariantName::STANDARD)).unwrap_or_default();
    let values = [("user_type", for_user_type(recipe.user_type).trim_end()), ("variant", variant.trim_end())];
    fill(include_str!("recipe.txt"), &values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::recipe::Assignment;
    use domain::safety::objections;

    fn every_recipe() -> impl Iterator<Item = Recipe> {
        let of = |user_type| {
            variants().into_iter().map(move |variant| Recipe {
                user_type: Some(user_type),
                variant,
                assigned: Assignment::Random,
                ..Recipe::default()
            })
        };
        UserType::ALL.into_iter().flat_map(of)
    }

    #[test]
    fn every_file_of_a_variant_is_listed_once_and_the_standard_one_is_among_them() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/prompts/recipes/variants");
        let files = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").file_name());
        let mut files: Vec<String> = files.map(|name| name.to_string_lossy().replace(".txt", "")).collect();
        let mut listed: Vec<String> = variants().into_iter().map(String::from).collect();
        files.sort();
        listed.sort();
        assert_eq!(listed, files);
        assert!(variants().contains(&VariantName::default()));
    }

    #[test]
    fn every_recipe_says_something_of_its_own_for_person_and_way() {
        let texts: std::collections::BTreeSet<String> = every_recipe().map(|recipe| in_words(&recipe)).collect();
        assert_eq!(texts.len(), UserType::ALL.len() * VARIANTS.len());
        let athlete = every_recipe().last().expect("a recipe");
        let text = in_words(&athlete);
        assert!(text.contains("The person. Has trained hard for years") && text.contains("coach. Say it"), "{text}");
    }

    #[test]
    fn no_recipe_leaves_a_placeholder_or_says_what_nobody_may_be_told() {
        for recipe in every_recipe() {
            let text = in_words(&recipe);
            assert!(!text.contains("{{") && !text.contains("}}"), "{text}");
            assert!(objections(&text, 1_200, "").is_empty(), "{recipe:?}: {:?}", objections(&text, 1_200, ""));
            assert!(text.contains("no safety rule gives way"), "{text}");
            assert!(text.split_whitespace().count() < 340, "long instructions are paid for with every version: {text}");
        }
    }

    #[test]
    fn what_a_risk_state_asks_has_the_last_word() {
        let blocks = for_writer("Write.".to_owned(), &Recipe::default(), Risk::NoDeficit);
        let care = care_block(Risk::NoDeficit).expect("it asks something");
        let texts: Vec<&str> = blocks.iter().map(|block| block.text.as_str()).collect();
        assert_eq!(texts, [&safety_rules().text, "Write.", &in_words(&Recipe::default()), &care.text]);
        assert_eq!(for_writer("Write.".to_owned(), &Recipe::default(), Risk::None).len(), 3);
    }

    #[test]
    fn a_variant_whose_text_is_gone_is_written_as_the_standard_one() {
        let gone = Recipe { variant: VariantName::parse("variant", "gone").expect("a name"), ..Recipe::default() };
        assert_eq!(in_words(&gone), in_words(&Recipe::default()));
    }
}
