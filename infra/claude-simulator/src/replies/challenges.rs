//! Sentences about what gets in a person's way.

use serde_json::json;

use super::facts::{self, Category, Fact, clause_from};
use super::obstacles::{OBSTACLES, STRUGGLE, SWITCHING};
use super::{voice, words};

/// How strongly a sentence is about a challenge.
pub fn score(text: &str) -> u32 {
    let text = &plainly(text);
    let struggle = u32::from(words::mentions(text, STRUGGLE) || several_diets(text));
    let obstacle = facts::hits(text, OBSTACLES).min(2);
    let conditional = u32::from(clause_from(text, &CONDITIONS).is_some());
    if struggle + obstacle == 0 {
        return 0;
    }
    2 * struggle + obstacle + conditional
}

/// Whoever names one diet after the other tells of switching, not of eating.
fn several_diets(text: &str) -> bool {
    DIETS.iter().filter(|diet| words::mentions(text, &[diet])).count() >= 2
}

/// Being tired of something is a wish and not a lack of sleep.
fn plainly(text: &str) -> String {
    text.replace("tired of", "done with").replace("sick of", "done with")
}

/// The fact in a sentence about a challenge.
pub fn fact(text: &str) -> Fact {
    let named = facts::topic(&plainly(text), OBSTACLES).unwrap_or(UNNAMED);
    let obstacle = if several_diets(text) { SWITCHING } else { named };
    let trigger = trigger(text);
    let past = words::mentions(
        text,
        &[
            "tried",
            "lasted",
            "gave up",
            "quit",
            "last year",
            "before",
            "used to",
            "fell off",
            "stopped",
            "failed",
            "dropped",
        ],
    );
    let told = words::clip(&voice::to_they(&voice::small(text)), 18);
    Fact {
        category: Category::Challenges,
        subject: obstacle.to_owned(),
        summary: format!("{}: {told}", voice::capital(obstacle)),
        quote: text.to_owned(),
        details: json!({
            "obstacle": obstacle,
            "trigger": trigger.map(voice::to_they),
            "past_attempt": past.then(|| voice::to_they(&voice::small(text))),
        }),
    }
}

const DIETS: [&str; 9] = ["keto", "paleo", "fasting", "vegan", "cleanse", "low carb", "detox", "carnivore", "atkins"];

/// The name of an obstacle that has no name.
pub const UNNAMED: &str = "losing the thread";

/// Words that introduce a situation.
const CONDITIONS: [&str; 9] =
    ["when", "whenever", "as soon as", "every time", "if", "after work", "after dinner", "after my", "after one"];

/// Times that are a situation by themselves when a sentence begins with them.
const TIMES: [&str; 12] = [
    "on friday",
    "on fridays",
    "on saturday",
    "on saturdays",
    "on sunday",
    "on sundays",
    "on mondays",
    "on weekends",
    "at weekends",
    "at night",
    "in the evening",
    "in the evenings",
];

/// The situation in which it happens.
pub fn trigger(text: &str) -> Option<&str> {
    let opening = text.to_lowercase();
    let timed = TIMES.iter().any(|time| opening.starts_with(&format!("{time} ")));
    let starts = if timed { &TIMES[..] } else { &CONDITIONS[..] };
    let clause = clause_from(text, starts)?;
    let lower = clause.to_lowercase();
    let opening = starts.iter().filter(|start| lower.starts_with(**start)).map(|start| words::count(start)).max();
    // "When work gets stressful I eat ...": the situation ends where the reaction begins.
    let least = opening.unwrap_or(1) + 2;
    let ends = clause.match_indices(" I ").map(|(at, _)| at).chain(clause.find(" and I "));
    let end = ends.filter(|at| words::count(&clause[..*at]) >= least).min();
    Some(clause[..end.unwrap_or(clause.len())].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_diets_is_switching_and_one_diet_is_eating() {
        let row = fact("Diet-wise: keto in January, 16:8 fasting in March, vegan in May, then a juice cleanse");
        assert_eq!(row.subject, SWITCHING);
        assert!(several_diets("I did paleo and then a detox") && !several_diets("I am vegan and cook at home"));
    }

    #[test]
    fn the_situation_is_kept_apart_from_the_reaction() {
        assert_eq!(trigger("When work gets stressful I eat biscuits"), Some("When work gets stressful"));
        assert_eq!(trigger("I order pizza when I get home late, every time"), Some("when I get home late"));
        assert_eq!(
            trigger("As soon as I see the scale go up I think it's not working and I switch"),
            Some("As soon as I see the scale go up")
        );
        assert_eq!(trigger("I snack on chocolate in front of the TV"), None);
        assert_eq!(trigger("I always give up"), None);
    }
}
