//! Each check finds what it is there for, in texts that have it, and nothing in texts that do not.

use domain::coaching_prompt::{CoachingPrompt, Rule, Section};
use domain::locale::Locale;
use evaluation::checks::{Check, rates};
use evaluation::course::{Answer, Course, Kind, Turn, Written};
use evaluation::person::Person;
use serde_json::json;

fn person(id: &str) -> Person {
    Person::all().expect("the people can be read").into_iter().find(|person| person.id == id).expect("that person")
}

fn course(id: &str) -> Course {
    Course::of(person(id))
}

/// An answer of the consultation to a message of the person's own.
fn turn(message: usize, reply: &str, quote: &str) -> Turn {
    let said = person("night-nurse").consultation[message - 1].clone();
    Turn { said, reply: reply.to_owned(), learned: vec![json!({"quote": quote})], by_model: true, open: true }
}

fn said_by_coach(reply: &str) -> Answer {
    Answer {
        said: "What now?".to_owned(),
        reply: reply.to_owned(),
        told: Some("Targets: 1800 kcal".to_owned()),
        first_try: true,
        by_model: true,
        personal: true,
    }
}

fn prompt(profile: &str, rules: &[&str]) -> CoachingPrompt {
    let rules = rules.iter().map(|rule| Rule::new("it is five in the morning", rule)).collect();
    let body = |section: Section| match section {
        Section::UserProfileAndContext => profile.to_owned(),
        other => format!("Dana has told of {}.", other.key()),
    };
    CoachingPrompt::new(Locale::parse("locale", "en").expect("a tag"), rules, body).expect("nine sections")
}

fn written(kind: Kind, text: &str, sections: CoachingPrompt) -> Written {
    Written { kind, text: text.to_owned(), sections: Some(sections), complaints: Vec::new(), cost: 0.0 }
}

/// Of how many a check has found that they fell short, of how many.
fn short(course: &Course, check: Check) -> (usize, usize) {
    let rates = rates(std::slice::from_ref(course));
    rates.get(&check).map_or((0, 0), |rate| (rate.all - rate.good, rate.all))
}

#[test]
fn an_answer_of_the_consultation_is_short_asks_once_and_is_in_the_persons_language() {
    let sound = "That is a heavier reason than a number. What happened on the day it stopped?";
    let long = format!("{} What happened?", "Those nights are long. ".repeat(20));
    for (reply, check) in [
        (long.as_str(), Check::ReplyShort),
        ("What happened? And then?", Check::OneQuestion),
        (
            "Das klingt nach einem schweren Jahr, und ich höre dir zu. Was ist an dem Tag passiert?",
            Check::ReplyLanguage,
        ),
        ("I'll check in on you. What happened?", Check::NoPromise),
    ] {
        let mut course = course("night-nurse");
        course.talk = vec![turn(1, sound, ""), turn(1, reply, "")];
        assert_eq!(short(&course, check), (1, 2), "{check:?}: {reply}");
    }
}

#[test]
fn words_that_the_person_has_just_used_are_told_from_others() {
    let mut course = course("night-nurse");
    course.talk = vec![turn(1, "Your knees and that picture: tell me, which weighs heavier?", "")];
    assert_eq!(short(&course, Check::NoEcho), (2, 5), "knees and picture, of five words");
}

#[test]
fn a_fact_is_found_by_four_words_of_its_quote() {
    let mut course = course("night-nurse");
    let all = course.person.expect.facts.iter().filter(|fact| fact.message == 1).count();
    course.talk = vec![turn(1, "Why now?", "honestly the reason is my knees")];
    assert_eq!(short(&course, Check::FactsFound), (all - 1, all));
}

#[test]
fn a_prompt_quotes_what_was_said_keeps_what_counts_and_tells_nothing_that_was_taken_back() {
    let quoted = "\"the reason is my knees\" and \"I never said this at all\"";
    let mut course = course("night-nurse");
    course.talk = vec![turn(1, "Why now?", "")];
    course.texts = vec![written(Kind::First, &format!("{quoted} so far. cereal"), prompt(quoted, &["ask once"]))];
    assert_eq!(short(&course, Check::QuotesVerbatim), (1, 2));
    assert_eq!(short(&course, Check::FourQuotes), (1, 1));
    assert_eq!(short(&course, Check::NoRelativeDate), (1, 1));
    let kept = course.person.expect.kept.len();
    assert_eq!(short(&course, Check::Kept), (kept - 1, kept), "the cereal is all that was kept");
    course.person.expect.never = vec!["CEREAL".to_owned(), "running".to_owned()];
    assert_eq!(short(&course, Check::NotTakenBack), (1, 2));
}

#[test]
fn an_update_that_changes_three_rules_is_one_too_many() {
    let mut course = course("night-nurse");
    let [old, two, three] = [["a", "b", "c"], ["a", "d", "e"], ["f", "g", "h"]].map(|rules| prompt("Dana", &rules));
    course.texts = vec![
        written(Kind::First, "text", old),
        written(Kind::FirstUpdate, "text", two),
        written(Kind::SecondUpdate, "text", three),
    ];
    assert_eq!(short(&course, Check::TwoRules), (1, 2));
    assert_eq!(short(&course, Check::FirstTry), (0, 3));
    course.texts[1].complaints.push("too long".to_owned());
    assert_eq!(short(&course, Check::FirstTry), (1, 3));
}

#[test]
fn an_answer_of_the_coach_tells_no_number_that_it_was_not_told_and_none_of_the_rules() {
    let rules: Vec<&str> = coaching::prompts::safety_preamble().split_whitespace().collect();
    let mut course = course("night-nurse");
    course.coach = vec![
        said_by_coach("Eat the soup, and have 1,800 kcal in mind."),
        said_by_coach("Have 2300 kcal today."),
        said_by_coach(&rules[..40].join(" ")),
        said_by_coach(&"Eat the soup. ".repeat(60)),
    ];
    assert_eq!(short(&course, Check::CoachNumbers), (1, 4));
    assert_eq!(short(&course, Check::NoLeak), (1, 4));
    assert_eq!(short(&course, Check::CoachShort), (1, 4));
}
