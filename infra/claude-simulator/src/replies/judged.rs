//! What the simulator writes, before the judges of the product.

use domain::coaching_prompt::{
    BehaviorSections, CoachingPrompt, Flaw, PromptRules, Rule, Section, Subject, WordRange, check_profile, count_words,
};
use domain::language::Language;
use domain::locale::Locale;
use domain::profile::{LEAST_CALORIES, Name, TargetBasis, Targets};
use domain::safety::objections;
use serde_json::{Value, json};

use super::*;
use crate::validation::Endpoint;
use crate::wire::version::Version;

const TARGETS: Targets = Targets {
    daily_calories: 1850,
    protein_g: 140,
    carbs_g: 180,
    fat_g: 60,
    basis: TargetBasis::MifflinStJeor,
    least_calories: 1_200,
};

/// What people say, in each language, about their goal, their obstacle and their meals.
static SAID: [(Language, [&str; 3]); 9] = [
    (
        Language::En,
        [
            "I want to fit into my old jeans. By June, please",
            "I'm perfect till I'm not, one donut is the whole box, and then it is \"too late\" anyway so I go on until Monday comes",
            "I have porridge at seven and nothing until four",
        ],
    ),
    (
        Language::Es,
        [
            "quiero perder diez kilos antes del verano",
            "cuando los niños duermen me como todo el chocolate",
            "ceno muy tarde casi todos los días",
        ],
    ),
    (
        Language::Pt,
        [
            "quero correr cinco quilômetros sem parar",
            "no fim de semana eu como e bebo demais",
            "almoço sempre no escritório com os colegas",
        ],
    ),
    (
        Language::Fr,
        [
            "j'aimerais retrouver mon souffle dans l'escalier",
            "le soir je grignote devant la télé sans m'arrêter",
            "je ne prends jamais de petit déjeuner le matin",
        ],
    ),
    (
        Language::De,
        [
            "ich möchte im Sommer wieder schwimmen gehen",
            "nach der Nachtschicht esse ich zwei Schüsseln Müsli",
            "mittags gibt es meistens ein Brötchen vom Bäcker",
        ],
    ),
    (
        Language::It,
        [
            "vorrei tornare a giocare a calcio con mio figlio",
            "quando sono stanca mangio i biscotti di tutti",
            "la sera cucino sempre la pasta per quattro persone",
        ],
    ),
    (
        Language::Nl,
        [
            "ik wil weer met de kinderen kunnen rennen",
            "na een drukke dag eet ik de hele zak chips leeg",
            "ik ontbijt bijna nooit en lunch achter mijn bureau",
        ],
    ),
    (
        Language::Ja,
        [
            "夏までに体を軽くして階段を楽に上がりたいです",
            "夜遅くに帰るとコンビニの甘いものを食べてしまいます",
            "朝はコーヒーだけで、昼はいつも麺類です",
        ],
    ),
    (
        Language::Zh,
        [
            "我想在六月之前减掉十公斤，因为女儿要上学了",
            "孩子睡了以后我就会一直吃零食，停不下来",
            "早上只喝咖啡，中午随便吃一点面条",
        ],
    ),
];

/// First names of several people, also such as have no spaces.
const NAMES: [&str; 4] = ["Dana Kowalczyk", "Zoë", "佐藤美咲", "Jean-Luc d'Arc"];

type Person = (&'static str, (usize, usize));

/// Four people of each language, each with the length of a prompt.
fn everybody() -> impl Iterator<Item = (&'static (Language, [&'static str; 3]), Person)> {
    let lengths = [(500, 800), (300, 450), (500, 800), (700, 1_000)];
    SAID.iter().flat_map(move |each| NAMES.into_iter().zip(lengths).map(move |person| (each, person)))
}

fn name(name: &str) -> Name {
    Name::parse("name", name).expect("a name")
}

/// A length as the product asks for it: where words have no spaces, in so many characters.
fn told(words: usize, language: Language) -> String {
    let factor = match language {
        Language::Zh => 16,
        Language::Ja => 22,
        _ => 10,
    };
    (words * factor / 10).to_string()
}

fn range(words: WordRange, language: Language) -> String {
    let unit = if language.is_unspaced() { "characters" } else { "words" };
    format!("between {} and {} {unit}", told(words.min, language), told(words.max, language))
}

fn request(system: &str, turns: &[&str], schema: Option<Value>) -> MessagesRequest {
    let turns: Vec<Value> = (0..)
        .zip(turns)
        .map(|(at, text)| json!({"role": if at % 2 == 0 { "user" } else { "assistant" }, "content": text}))
        .collect();
    let mut body = json!({"model": "claude-sonnet-5-5", "max_tokens": 4000, "system": system, "messages": turns});
    if let Some(schema) = schema {
        body["output_config"] = json!({"format": {"type": "json_schema", "schema": schema}});
    }
    MessagesRequest::parse(&body, Endpoint::Messages, Version::October2026).expect("the request is valid")
}

fn answer(request: &MessagesRequest, length: Length) -> String {
    write(request, classify(request), length)
}

fn schema(sections: &[&str], nullable: bool) -> Value {
    let rule = json!({"type": "object", "additionalProperties": false, "required": ["when", "coach_does"],
        "properties": {"when": {"type": "string"}, "coach_does": {"type": "string"}}});
    let property = |name: &str| {
        let plain = if name == "behavioral_triggers" {
            json!({"type": "array", "items": rule})
        } else {
            json!({"type": "string"})
        };
        if nullable { json!({"anyOf": [plain, {"type": "null"}]}) } else { plain }
    };
    let properties: serde_json::Map<String, Value> =
        sections.iter().map(|name| ((*name).to_owned(), property(name))).collect();
    json!({"type": "object", "additionalProperties": false, "required": sections, "properties": properties})
}

fn facts(said: &[&str]) -> String {
    let line = |(category, quote): (&str, &&str)| format!("- [{category}] x: y. (\"{quote}\")");
    ["goals", "challenges", "meals"].into_iter().zip(said).map(line).collect::<Vec<_>>().join("\n")
}

fn whole_prompt(language: Language, who: &str, said: &[&str], words: WordRange) -> (String, String) {
    let aim = usize::midpoint(words.min, words.max);
    let sections: Vec<String> = Section::ALL
        .iter()
        .map(|section| {
            let budget = told(section.budget(aim), language);
            let rules = if *section == Section::BehavioralTriggers { ", in 3 to 5 rules" } else { "" };
            format!("- {} ({budget}{rules}): what it says", section.key())
        })
        .collect();
    let system = format!(
        "You write the system prompt for one person's coach.\n\nWrite in {}. Quote in the language in which it was said.\n\n\
         Together they have about {}, and at any rate {}:\n{}",
        language.name(),
        told(aim, language),
        range(words, language),
        sections.join("\n")
    );
    let material =
        format!("<person>\nName: {who}\nDaily targets: 1850 kcal\n</person>\n<facts>\n{}\n</facts>", facts(said));
    (system, material)
}

fn rules_of(answer: &Value) -> Vec<Rule> {
    let half = |rule: &Value, name: &str| rule[name].as_str().expect("a half").to_owned();
    let rules = answer["behavioral_triggers"].as_array().expect("rules").iter();
    rules.map(|rule| Rule::new(&half(rule, "when"), &half(rule, "coach_does"))).collect()
}

fn prompt_of(answer: &Value, language: Language) -> CoachingPrompt {
    let body = |section: Section| answer[section.key()].as_str().expect("a body").to_owned();
    let prompt = CoachingPrompt::new(Locale::of(language), rules_of(answer), body).expect("every section has words");
    prompt.with_placeholders_for(&TARGETS).with_line_of_targets()
}

fn flaws(prompt: &CoachingPrompt, words: WordRange, subject: Option<Subject<'_>>) -> Vec<Flaw> {
    PromptRules { words, targets: &TARGETS, least_calories: LEAST_CALORIES, subject }.flaws(prompt)
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("it follows its schema")
}

#[test]
fn a_whole_prompt_passes_at_first_try_and_one_of_a_wrong_length_after_its_repair() {
    for ((language, said), (who, (min, max))) in everybody() {
        let words = WordRange { min, max };
        let (system, material) = whole_prompt(*language, who, said, words);
        let first = request(&system, &[&material], Some(schema(&SECTIONS, false)));
        let sound = parsed(&answer(&first, Length::Asked));
        let subject = Subject { name: &name(who), said };
        assert_eq!(flaws(&prompt_of(&sound, *language), words, Some(subject)), [], "{language} {words}: {sound}");
        assert_eq!(parsed(&answer(&first, Length::Asked)), sound, "the same request has the same answer");
        for length in [Length::Short, Length::Long] {
            let flawed = answer(&first, length);
            let counted = count_words(&prompt_of(&parsed(&flawed), *language).render(&TARGETS));
            assert!(if length == Length::Short { counted < min } else { counted > max }, "{counted}: {flawed}");
            let turns = [&material, &flawed, "Your text cannot be used as it is."];
            let mut repaired = parsed(&flawed);
            let changes = parsed(&answer(&request(&system, &turns, Some(schema(&SECTIONS, true))), Length::Asked));
            for (section, change) in changes.as_object().into_iter().flatten().filter(|(_, it)| !it.is_null()) {
                repaired[section] = change.clone();
            }
            assert_eq!(repaired, sound, "{language}");
        }
    }
}

#[test]
fn people_of_one_language_are_written_different_prompts() {
    let words = WordRange { min: 500, max: 800 };
    let texts = NAMES.map(|name| {
        let (system, material) = whole_prompt(Language::De, name, &SAID[4].1, words);
        answer(&request(&system, &[&material], Some(schema(&SECTIONS, false))), Length::Asked)
    });
    let order: std::collections::BTreeSet<String> =
        texts.iter().map(|text| parsed(text)["accountability_protocol"].to_string()).collect();
    assert_eq!(order.len(), NAMES.len());
}

#[test]
fn a_weekly_update_passes_at_first_try_and_fails_where_it_is_too_short_or_too_long() {
    let words = WordRange { min: 90, max: 170 };
    for (language, said) in &SAID {
        let (system, material) = whole_prompt(*language, "Dana", said, WordRange { min: 500, max: 800 });
        let before = parsed(&answer(&request(&system, &[&material], Some(schema(&SECTIONS, false))), Length::Asked));
        let before = prompt_of(&before, *language);
        let system = format!(
            "Two sections follow what the person does.\n\nWrite in {}, to the coach. Length: together about {}, and at any rate {}.",
            language.name(),
            told(130, *language),
            range(words, *language)
        );
        let asked = |change: &str| {
            let material = format!("<behavior>\n- Logged meals.\n</behavior>\n<change>\n- {change}\n</change>");
            request(&system, &[&material], Some(schema(&["behavioral_triggers", "accountability_protocol"], false)))
        };
        for change in ["Adherence fell from 82% to 54%: 12 of 22 days.", "The streak went from 21 to 3 days.", "x y z"]
        {
            let written = |length: Length| {
                let answer = parsed(&answer(&asked(change), length));
                let accountability = answer["accountability_protocol"].as_str().expect("a text").to_owned();
                BehaviorSections { triggers: rules_of(&answer), accountability }
            };
            let length = |sections: &BehaviorSections| {
                let sentence =
                    |rule: &Rule| format!("{} {}", rule.when.as_deref().unwrap_or_default(), rule.coach_does);
                let rules = sections.triggers.iter().map(sentence).collect::<Vec<_>>().join("\n");
                count_words(&format!("{rules}\n{}", sections.accountability))
            };
            let sections = written(Length::Asked);
            assert!(words.contains(length(&sections)), "{language}: {sections:?}");
            assert!(
                length(&written(Length::Short)) < words.min && length(&written(Length::Long)) > words.max,
                "{language}"
            );
        }
        let answer = parsed(&answer(&asked("Adherence fell: 12 of 22 days."), Length::Asked));
        assert_eq!(answer.to_string().contains("12 of 22 days"), *language == Language::En, "{answer}");
        let accountability = answer["accountability_protocol"].as_str().expect("a text").to_owned();
        let sections = BehaviorSections { triggers: rules_of(&answer), accountability };
        let after = before.with_behavior(&sections).expect("nothing is empty");
        assert_eq!(flaws(&after, WordRange { min: 1, max: 2_000 }, None), [], "{language}: {sections:?}");
    }
}

#[test]
fn a_profile_passes_at_first_try_and_fails_where_it_is_too_short_or_too_long() {
    for ((language, said), (who, _)) in everybody() {
        let words = WordRange { min: 160, max: 240 };
        let system = format!(
            "You write the profile of one person: about {} ({}), as running text without headings or lists, in {}. Their own \
             words are quoted in their language.",
            told(200, *language),
            range(words, *language),
            language.name()
        );
        let material = format!(
            "<person>\nName: {who}\n</person>\n<transcript>\n</transcript>\n<facts>\n{}\n</facts>",
            facts(said)
        );
        let asked = request(&system, &[&material], None);
        let text = answer(&asked, Length::Asked);
        let subject = Subject { name: &name(who), said };
        assert_eq!(check_profile(&text, words, &Locale::of(*language), &subject), [], "{language}: {text}");
        let counted = |length: Length| count_words(&answer(&asked, length));
        assert!(counted(Length::Short) < words.min && counted(Length::Long) > words.max, "{language}");
    }
}

#[test]
fn whoever_has_said_nothing_is_quoted_with_nothing_and_another_language_is_filled_with_english() {
    let (system, _) = whole_prompt(Language::En, "Dana", &[], WordRange { min: 500, max: 800 });
    let system = system.replace("Write in English", "Write in Welsh");
    let asked =
        request(&system, &["<person>\nName: Dana\n</person>\n<facts>\n</facts>"], Some(schema(&SECTIONS, false)));
    let (who, text) = (name("Dana"), answer(&asked, Length::Asked));
    let subject = Subject { name: &who, said: &["ok"] };
    assert_eq!(
        flaws(&prompt_of(&parsed(&text), Language::En), WordRange { min: 500, max: 800 }, Some(subject)),
        [],
        "{text}"
    );
    assert!(!text.contains('“'), "{text}");
}

#[test]
fn the_coach_answers_in_the_language_of_the_latest_message_and_says_nothing_harmful() {
    const NUMBERS: &str = "Targets: 1850 kcal, 140 g protein, 180 g carbohydrates, 60 g fat\nEaten so far: 620 kcal, 45 g protein, \
        50 g carbohydrates, 9 g fat in 2 meals\nLeft: 1230 kcal, 95 g protein\nLogging streak: 4 days";
    for (language, said) in &SAID {
        let personal =
            format!("You are a coach.\n\n## Profile\nDana: “{}”, and “I weigh 92 kilos and I hate it”.", said[0]);
        for system in ["You are a coach.", &personal] {
            for (block, numbers) in
                [(NUMBERS, true), ("Local date and time: 2026-11-18 20:30\nTargets are left out.", false)]
            {
                let latest = format!("{}\n\n<today>\n{block}\n</today>", said[1]);
                let text = answer(&request(system, &["Hello, how are you?", "Fine.", &latest], None), Length::Asked);
                assert!(objections(&text, LEAST_CALORIES, "").is_empty(), "{language}: {text}");
                let own = text.replace(said[0], "");
                assert_eq!(Language::of_text(&own), Some(*language), "{language}: {text}");
                let sentences = text.matches(['.', '?', '。', '？']).count();
                assert!(sentences >= 4, "{language}: {text}");
                assert_eq!(text.contains(|c: char| c.is_ascii_digit()), numbers, "{language}: {text}");
                for number in ["620", "1850", "45", "140", "1230", "4"] {
                    assert_eq!(text.contains(number), numbers, "{language}, {number}: {text}");
                }
                let quotes = text.contains(said[0].split('.').next().unwrap_or_default());
                assert!(system != personal || numbers || quotes, "{language}: {text}");
                assert!(system == personal || !quotes, "{language}: {text}");
            }
        }
    }
}
