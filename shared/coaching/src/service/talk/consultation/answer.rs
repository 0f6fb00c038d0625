//! Reads the structured answer of the consultation AI.

use serde::Deserialize;

use domain::consultation::{Category, Concern, ConsultationSection, Experience, Fact, FactId, TurnOutcome};
use domain::field::one_line;
use domain::locale::Locale;
use domain::profile::{ActivityLevel, BodyData, Diet, Goal, Height, Sex, Weight};
use domain::safety::Condition;

/// The answer. Whatever a message does not tell may be left out.
#[derive(Deserialize)]
struct Answer {
    reply: String,
    #[serde(flatten)]
    told: Told,
}

/// What a message tells.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    facts: Vec<Claim>,
    replaces: Vec<String>,
    sections_covered: Vec<String>,
    declined_questions: Vec<String>,
    body: Body,
    goal: Option<Wish>,
    health: Vec<HasCondition>,
    concerns: Vec<String>,
    doubts: Vec<String>,
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
struct HasCondition {
    condition: Condition,
    quote: String,
}

#[derive(Default, Deserialize)]
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
    let Answer { reply, told } = serde_json::from_str(text).ok()?;
    let reply = reply.trim().to_owned();
    if reply.is_empty() {
        return None;
    }
    let Body { sex, height_cm, weight_kg, activity_level, diet } = told.body;
    let body = BodyData {
        sex,
        height: height_cm.and_then(|cm| Height::parse("height_cm", cm).ok()),
        activity_level,
        diet: diet.and_then(|diet| Diet::parse("diet", &one_line(&diet)).ok()),
    };
    let sections = |names: &[String]| names.iter().filter_map(|name| ConsultationSection::named(name)).collect();
    Some(TurnOutcome {
        reply,
        facts: told.facts.into_iter().filter_map(Claim::fact).collect(),
        replaces: told.replaces.iter().filter_map(|id| id.parse().ok()).collect(),
        sections_covered: sections(&told.sections_covered),
        declined: sections(&told.declined_questions),
        body,
        weight: weight_kg.and_then(|kg| Weight::parse("weight_kg", kg).ok()),
        goal: told.goal.filter(|wish| Goal::ALL.contains(&wish.goal)).map(|Wish { goal, quote }| (goal, quote)),
        health: told.health.into_iter().map(|HasCondition { condition, quote }| (condition, quote)).collect(),
        concerns: told.concerns.iter().filter_map(|name| Concern::named(name)).collect(),
        doubts: told.doubts,
        doubts_settled: told.doubts_settled.iter().filter_map(|id| id.parse().ok()).collect(),
        language: told.language.and_then(|tag| Locale::parse("language", &tag).ok()),
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
    fn an_answer_may_leave_out_whatever_was_not_told() {
        let outcome = read(r#"{"reply": "What is it that you want?"}"#).expect("an answer of the schema");
        assert!(outcome.facts.is_empty() && outcome.goal.is_none() && outcome.body.height.is_none());
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
