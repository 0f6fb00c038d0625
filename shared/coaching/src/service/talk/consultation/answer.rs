//! Reads the structured answer of the consultation AI.

use serde::Deserialize;

use domain::consultation::{Category, Concern, ConsultationSection, Experience, Fact, FactId, TurnOutcome};
use domain::field::one_line;
use domain::locale::Locale;
use domain::profile::{ActivityLevel, BodyData, Diet, Goal, Height, Sex, Weight};
use domain::safety::Condition;

#[derive(Deserialize)]
struct Answer {
    reply: String,
    facts: Vec<Claim>,
    #[serde(default)]
    replaces: Vec<String>,
    #[serde(default)]
    sections_covered: Vec<String>,
    #[serde(default)]
    declined_questions: Vec<String>,
    body: Body,
    goal: Option<Wish>,
    #[serde(default)]
    health: Vec<Told>,
    #[serde(default)]
    concerns: Vec<String>,
    #[serde(default)]
    doubts: Vec<String>,
    #[serde(default)]
    doubts_settled: Vec<String>,
    language: Option<String>,
}

/// A fact as the model claims it; its id is given by us.
#[derive(Deserialize)]
struct Claim {
    category: Category,
    subject: String,
    summary: String,
    quote: String,
    sessions_per_week: Option<u32>,
    experience: Option<Experience>,
}

#[derive(Deserialize)]
struct Wish {
    goal: Goal,
    quote: String,
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
    weight_kg: Option<f64>,
    activity_level: Option<ActivityLevel>,
    diet: Option<String>,
}

/// The outcome of a turn; `None` if the answer does not follow its schema or says nothing. Body data outside what a profile
/// takes are left out: better unknown than wrong. So is what names nothing that there is.
pub(super) fn read(text: &str) -> Option<TurnOutcome> {
    let answer: Answer = serde_json::from_str(text).ok()?;
    let reply = answer.reply.trim().to_owned();
    if reply.is_empty() {
        return None;
    }
    let Body { sex, height_cm, weight_kg, activity_level, diet } = answer.body;
    let body = BodyData {
        sex,
        height: height_cm.and_then(|cm| Height::parse("height_cm", cm).ok()),
        activity_level,
        diet: diet.and_then(|diet| Diet::parse("diet", &one_line(&diet)).ok()),
    };
    let sections = |names: &[String]| names.iter().filter_map(|name| ConsultationSection::named(name)).collect();
    Some(TurnOutcome {
        reply,
        facts: answer.facts.into_iter().filter_map(Claim::fact).collect(),
        replaces: answer.replaces.iter().filter_map(|id| id.parse().ok()).collect(),
        sections_covered: sections(&answer.sections_covered),
        declined: sections(&answer.declined_questions),
        body,
        weight: weight_kg.and_then(|kg| Weight::parse("weight_kg", kg).ok()),
        goal: answer.goal.filter(|wish| Goal::ALL.contains(&wish.goal)).map(|Wish { goal, quote }| (goal, quote)),
        health: answer.health.into_iter().map(|Told { condition, quote }| (condition, quote)).collect(),
        concerns: answer.concerns.iter().filter_map(|name| Concern::named(name)).collect(),
        doubts: answer.doubts,
        doubts_settled: answer.doubts_settled.iter().filter_map(|id| id.parse().ok()).collect(),
        language: answer.language.and_then(|tag| Locale::parse("language", &tag).ok()),
    })
}

impl Claim {
    /// The fact, on single lines; none of a category that there is not, or that is about nothing.
    fn fact(self) -> Option<Fact> {
        let Self { category, subject, summary, quote, sessions_per_week, experience } = self;
        let id = FactId::default();
        let fact = Fact { id, category, subject, summary, quote, sessions_per_week, experience }.on_one_line();
        (Category::ALL.contains(&category) && !fact.subject.is_empty() && !fact.summary.is_empty()).then_some(fact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impossible_height_is_left_out_and_the_rest_is_kept() {
        let text = r#"{"reply": "Thank you.", "facts": [],
            "body": {"sex": "female", "height_cm": 17, "weight_kg": 7000, "activity_level": null, "diet": " vegetarian "}}"#;
        let outcome = read(text).expect("an answer of the schema");
        assert_eq!((outcome.body.height, outcome.weight, outcome.body.sex), (None, None, Some(Sex::Female)));
        assert_eq!(outcome.body.diet.as_ref().map(Diet::as_str), Some("vegetarian"));
    }

    #[test]
    fn an_answer_that_says_nothing_or_breaks_off_is_none() {
        let silent = r#"{"reply": " ", "facts": [], "body": {"sex": null}}"#;
        assert!(read(silent).is_none() && read("{\"reply\": \"Hel").is_none());
    }

    #[test]
    fn what_names_nothing_that_there_is_is_left_out() {
        let fact = r#"{"category": "sleep", "subject": "nights", "summary": "Sleeps badly.", "quote": "I sleep badly these days"}"#;
        let text = format!(
            r#"{{"reply": "Since when?", "facts": [{fact}], "replaces": ["f2", "two"], "sections_covered": ["goals", "sleep"],
            "body": {{}}, "concerns": ["pain", "doom"], "doubts": [], "doubts_settled": ["d1", ""], "language": "no language"}}"#
        );
        let outcome = read(&text).expect("an answer of the schema");
        assert_eq!((outcome.facts.len(), outcome.replaces.len(), outcome.doubts_settled.len()), (0, 1, 1));
        assert_eq!(outcome.sections_covered.into_iter().collect::<Vec<_>>(), [ConsultationSection::Goals]);
        assert_eq!(outcome.concerns.into_iter().collect::<Vec<_>>(), [Concern::Pain]);
        assert_eq!(outcome.language, None);
    }
}
