//! Reads the structured answer of the consultation AI.

use serde::Deserialize;

use domain::consultation::{Fact, TurnOutcome};
use domain::profile::{ActivityLevel, BodyData, Diet, Goal, Height, Sex};
use domain::safety::Condition;

#[derive(Deserialize)]
struct Answer {
    reply: String,
    section_covered: bool,
    facts: Vec<Fact>,
    body: Body,
    goal: Option<Goal>,
    #[serde(default)]
    health: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    condition: Condition,
    quote: String,
}

#[derive(Deserialize)]
struct Body {
    sex: Option<Sex>,
    height_cm: Option<f64>,
    activity_level: Option<ActivityLevel>,
    diet: Option<String>,
}

/// The outcome of a turn; `None` if the answer does not follow its schema or says nothing. Body data outside what a profile
/// takes are left out: better unknown than wrong.
pub(super) fn read(text: &str) -> Option<TurnOutcome> {
    let answer: Answer = serde_json::from_str(text).ok()?;
    let reply = answer.reply.trim().to_owned();
    if reply.is_empty() {
        return None;
    }
    let Body { sex, height_cm, activity_level, diet } = answer.body;
    let body = BodyData {
        sex,
        height: height_cm.and_then(|cm| Height::parse("height_cm", cm).ok()),
        activity_level,
        diet: diet.and_then(|diet| Diet::parse("diet", &diet).ok()),
    };
    let health = answer.health.into_iter().map(|Told { condition, quote }| (condition, quote)).collect();
    let Answer { section_covered, facts, goal, .. } = answer;
    let goal = goal.filter(|goal| Goal::ALL.contains(goal));
    Some(TurnOutcome { reply, section_covered, facts, body, goal, health })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impossible_height_is_left_out_and_the_rest_is_kept() {
        let text = r#"{"reply": "Thank you.", "section_covered": true, "facts": [],
            "body": {"sex": "female", "height_cm": 17, "activity_level": null, "diet": " vegetarian "}}"#;
        let outcome = read(text).expect("an answer of the schema");
        assert_eq!((outcome.body.height, outcome.body.sex), (None, Some(Sex::Female)));
        assert_eq!(outcome.body.diet.as_ref().map(Diet::as_str), Some("vegetarian"));
    }

    #[test]
    fn an_answer_that_says_nothing_or_breaks_off_is_none() {
        let silent = r#"{"reply": " ", "section_covered": true, "facts": [], "body": {"sex": null}}"#;
        assert!(read(silent).is_none() && read("{\"reply\": \"Hel").is_none());
    }
}
