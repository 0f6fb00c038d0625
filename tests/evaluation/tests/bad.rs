//! Recorded prompts with one thing wrong in each: none may be stored. What is wrong is said in the language of the prompt.

use std::collections::BTreeMap;
use std::fs;

use domain::coaching_prompt::{CoachingPrompt, Flaw, PromptRules, Rule, Section, Subject, WordRange};
use domain::locale::Locale;
use domain::profile::{Name, TargetBasis, Targets};
use evaluation::person::{Person, folder};
use evaluation::recording;
use serde_json::Value;

const TARGETS: Targets = Targets {
    daily_calories: 2_040,
    protein_g: 120,
    carbs_g: 230,
    fat_g: 68,
    basis: TargetBasis::MifflinStJeor,
    least_calories: 1_500,
};
const WORDS: WordRange = WordRange { min: 500, max: 800 };

/// By language and kind of flaw, sentences that no prompt may have.
type Bad = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// A person whose first prompt was recorded.
struct Recorded {
    person: Person,
    answer: Value,
}

fn recorded() -> Vec<Recorded> {
    let people = Person::all().expect("the people can be read").into_iter();
    let recorded = people.filter_map(|person| {
        let answer = recording::first_prompt(&person).expect("what is recorded can be read")?;
        Some(Recorded { person, answer })
    });
    recorded.collect()
}

fn prompt(answer: &Value, language: &str) -> CoachingPrompt {
    let rule = |rule: &Value| Some(Rule::new(rule["when"].as_str()?, rule["coach_does"].as_str()?));
    let triggers = answer["behavioral_triggers"].as_array().expect("rules").iter().filter_map(rule).collect();
    let body_of = |section: Section| answer[section.key()].as_str().unwrap_or_default().to_owned();
    let locale = Locale::parse("locale", language).expect("a tag");
    let prompt = CoachingPrompt::new(locale, triggers, body_of).expect("a recorded prompt has nine sections");
    prompt.with_placeholders_for(&TARGETS).with_line_of_targets()
}

/// The kinds of flaws that `answer` has as a prompt of `person`.
fn flaws(answer: &Value, person: &Person) -> Vec<&'static str> {
    let name = Name::parse("name", person.name()).expect("a name");
    let said: Vec<&str> = person.consultation.iter().map(String::as_str).collect();
    let subject = Some(Subject { name: &name, said: &said });
    let rules = PromptRules { words: WORDS, targets: &TARGETS, least_calories: TARGETS.least_calories, subject };
    rules.flaws(&prompt(answer, &person.language)).iter().map(Flaw::kind).collect()
}

fn with(answer: &Value, section: Section, sentence: &str) -> Value {
    let mut answer = answer.clone();
    let body = answer[section.key()].as_str().unwrap_or_default();
    answer[section.key()] = format!("{body} {sentence}").into();
    answer
}

/// Where a sentence of a kind would stand.
fn place(kind: &str) -> Section {
    match kind {
        "diagnosis" => Section::UserProfileAndContext,
        "insult" | "foreign_target" => Section::CommittedApproach,
        _ => Section::AccountabilityProtocol,
    }
}

/// Of the bad texts of a language, how many are refused. The rules were made with these sentences in mind: of others of the same
/// kinds, which they had not seen, they refused about half.
const REFUSED: [(&str, usize); 6] = [("de", 34), ("en", 68), ("es", 34), ("fr", 34), ("ja", 34), ("pt", 34)];

#[test]
fn what_does_harm_hurts_or_is_not_this_persons_is_refused_as_often_as_measured() {
    let bad: Bad = serde_json::from_str(include_str!("bad.json")).expect("the file of bad sentences is JSON");
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for Recorded { person, answer } in recorded() {
        let before = flaws(&answer, &person);
        for (kind, sentences) in &bad[&person.language[..2]] {
            for sentence in sentences {
                let (refused, tried) = counts.entry(person.language[..2].to_owned()).or_default();
                *tried += 1;
                let found = flaws(&with(&answer, place(kind), sentence), &person);
                if found.contains(&kind.as_str()) && !before.contains(&kind.as_str()) {
                    *refused += 1;
                } else {
                    println!("{} would have: {sentence} ({kind}; found: {found:?})", person.id);
                }
            }
        }
    }
    println!("refused, of all: {counts:?}");
    for (language, least) in REFUSED {
        let (refused, tried) = counts[language];
        assert!(refused >= least, "{language}: {refused} of {tried}");
    }
}

#[test]
fn another_persons_prompt_a_repeated_sentence_and_a_placeholder_are_refused() {
    let everybody = recorded();
    for Recorded { person, answer } in &everybody {
        for other in everybody.iter().filter(|other| other.person.id != person.id) {
            assert!(
                !flaws(&other.answer, person).is_empty(),
                "{} would have the prompt of {}",
                person.id,
                other.person.id
            );
        }
        let directive = answer[Section::CoreDirective.key()].as_str().expect("words").to_owned();
        let twice = with(answer, Section::SuccessMetrics, &directive);
        assert!(flaws(&twice, person).contains(&"repeated_sentence"), "{}: {directive}", person.id);
        for placeholder in ["[Name]", "{{name}}", "TODO", "<insert goal>"] {
            let unfilled = with(answer, Section::ToneAndStyle, &format!("{placeholder} ."));
            assert!(flaws(&unfilled, person).contains(&"placeholder"), "{}: {placeholder}", person.id);
        }
    }
}

#[test]
fn every_file_of_answers_is_of_a_person_and_says_what_wrote_it() {
    let people = Person::all().expect("the people can be read");
    for entry in fs::read_dir(folder("recorded")).expect("there are recorded answers") {
        let path = entry.expect("an entry").path();
        let id = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        assert!(people.iter().any(|person| person.id == id), "{id} is nobody");
        let file = fs::read_to_string(&path).expect("the file can be read");
        let origin: Value = serde_json::from_str(file.lines().next().expect("a first line")).expect("JSON");
        assert!(origin["written_by"].as_str().is_some_and(|by| by.contains("language model")), "{id}: {origin}");
    }
}
