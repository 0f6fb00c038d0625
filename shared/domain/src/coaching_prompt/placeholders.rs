//! The numbers of a prompt that can change: named in the sections, and put in when the text is rendered.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::amounts::amounts;
use crate::profile::Targets;

/// A placeholder of the product: `{{name}}`.
static PLACEHOLDER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{\{([a-z_]+)\}\}").expect("the pattern is tested"));

/// What a placeholder stands for; `None` for one that there is not.
fn value(name: &str, targets: &Targets) -> Option<u32> {
    match name {
        "daily_calories" => Some(targets.daily_calories),
        "protein_g" => Some(targets.protein_g),
        "carbs_g" => Some(targets.carbs_g),
        "fat_g" => Some(targets.fat_g),
        _ => None,
    }
}

/// A text with the targets in the place of their placeholders. One that there is not stays.
pub(super) fn filled(text: &str, targets: &Targets) -> String {
    let put_in =
        |found: &Captures<'_>| value(&found[1], targets).map_or_else(|| found[0].to_owned(), |it| it.to_string());
    PLACEHOLDER.replace_all(text, put_in).into_owned()
}

/// A text with placeholders in the place of those amounts that are the person's targets, so that it says the same as
/// everything else when the targets change.
pub(super) fn taken_in(text: &str, targets: &Targets) -> String {
    let (mut taken_in, mut end) = (String::with_capacity(text.len()), 0);
    for amount in amounts(text).into_iter().filter(|amount| amount.is_target(targets)) {
        taken_in.push_str(&text[end..amount.range.start]);
        taken_in.push_str(amount.of.placeholder());
        end = amount.range.end;
    }
    taken_in.push_str(&text[end..]);
    taken_in
}

/// What looks like a placeholder of the product and is none.
pub(super) fn unknown_placeholders(text: &str) -> impl Iterator<Item = &str> {
    static BRACES: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\{\{[^{}]*\}?\}?|\}\}").expect("the pattern is tested"));
    const NAMES: [&str; 4] = ["{{daily_calories}}", "{{protein_g}}", "{{carbs_g}}", "{{fat_g}}"];
    BRACES.find_iter(text).map(|found| found.as_str()).filter(|found| !NAMES.contains(found))
}

#[cfg(test)]
mod tests {
    use super::super::TARGETS;
    use super::*;

    #[test]
    fn numbers_stand_where_their_placeholders_did() {
        let text = filled("{{daily_calories}} kcal and {{protein_g}} g, {{name}}", &TARGETS);
        assert_eq!(text, "1850 kcal and 140 g, {{name}}");
        assert_eq!(unknown_placeholders(&text).collect::<Vec<_>>(), ["{{name}}"]);
        assert!(unknown_placeholders("{{protein_g}} of {protein}").next().is_none());
        assert!(unknown_placeholders("{{protein_g").next().is_some());
    }

    #[test]
    fn a_target_in_prose_becomes_its_placeholder_however_it_is_written() {
        for (text, taken) in [
            ("1,850 kcal and 140 g of protein", "{{daily_calories}} kcal and {{protein_g}} g of protein"),
            ("1.850 Kalorien, 140 g Eiweiß", "{{daily_calories}} Kalorien, {{protein_g}} g Eiweiß"),
            ("每天1850千卡，蛋白质140克", "每天{{daily_calories}}千卡，蛋白质{{protein_g}}克"),
            ("Breakfast of 30 g protein, 500 kcal", "Breakfast of 30 g protein, 500 kcal"),
            ("Ran 1,850 m with 140 others", "Ran 1,850 m with 140 others"),
        ] {
            assert_eq!(taken_in(text, &TARGETS), taken);
        }
    }
}
