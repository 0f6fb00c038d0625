use super::super::TARGETS;
use super::super::prompt::BehaviorSections;
use super::super::rule::Rule;
use super::*;

const ANY_LENGTH: WordRange = WordRange { min: 1, max: 1000 };
const SAID: [&str; 2] = ["I'm perfect till I'm not, one donut is the whole box", "no deadline please"];

fn name() -> Name {
    Name::parse("name", "Dana Kowalczyk").expect("a name")
}

fn rules(count: usize) -> Vec<Rule> {
    let rules = [
        ("it is late", "asks"),
        ("it rains", "waits"),
        ("she is tired", "offers tea"),
        ("x", "y"),
        ("a", "b"),
        ("c", "d"),
    ];
    rules[..count].iter().map(|(when, does)| Rule::new(when, does)).collect()
}

fn prompt_with(section: Section, body: &str) -> CoachingPrompt {
    let body_of = |each: Section| {
        if each == section { body.to_owned() } else { format!("Dana, {}.", each.key().replace('_', " ")) }
    };
    CoachingPrompt::new(Locale::of(Language::En), rules(3), body_of).expect("every section has words")
}

fn flaws(prompt: &CoachingPrompt) -> Vec<&'static str> {
    let (name, said) = (name(), SAID);
    let subject = Some(Subject { name: &name, said: &said });
    let rules = PromptRules { words: ANY_LENGTH, targets: &TARGETS, least_calories: 1_200, subject };
    rules.flaws(&prompt.clone().with_placeholders_for(&TARGETS)).iter().map(Flaw::kind).collect()
}

#[test]
fn a_prompt_that_keeps_every_rule_has_no_flaw() {
    assert!(flaws(&prompt_with(Section::ToneAndStyle, "Plain.").with_line_of_targets()).is_empty());
}

#[test]
fn rules_are_counted_and_none_stands_there_twice() {
    let with = |triggers: Vec<Rule>| {
        let sections = BehaviorSections { triggers, accountability: "Dana logs.".to_owned() };
        flaws(&prompt_with(Section::ToneAndStyle, "Plain.").with_behavior(&sections).expect("a prompt"))
    };
    assert_eq!(with(rules(2)), ["trigger_count"]);
    assert_eq!(with(rules(6)), ["trigger_count"]);
    assert_eq!(with([rules(3), rules(1)].concat()), ["repeated_trigger"]);
}

#[test]
fn amounts_a_day_are_the_persons_own_in_whatever_language() {
    for foreign in [
        "Dana eats 2,000 kcal a day.",
        "2.400 kcal am Tag",
        "每天蛋白质180克",
        "150 g de grasa",
        "３０００キロカロリー",
    ] {
        assert!(flaws(&prompt_with(Section::CommittedApproach, foreign)).contains(&"foreign_target"), "{foreign}");
    }
    for own in
        ["Dana eats 1,850 kcal a day with 140 g of protein.", "30 g of protein at breakfast", "A snack of 400 kcal"]
    {
        assert!(flaws(&prompt_with(Section::CommittedApproach, own)).is_empty(), "{own}");
    }
    let told = prompt_with(Section::UserProfileAndContext, "Dana once lived on 2,900 kcal a day.");
    assert!(flaws(&told).is_empty(), "what was is no target");
}

#[test]
fn a_text_is_about_its_person_in_words_that_they_have_said() {
    let of = |telling: &str| flaws(&prompt_with(Section::UserProfileAndContext, telling));
    assert!(of("Dana says “I’m perfect till I’m not” and means it.").is_empty());
    assert!(of("Dana knows \"monday\".").is_empty(), "a word is no quotation");
    assert_eq!(of("Dana says “deadlines are how I end up here”."), ["invented_quote"]);
    let other =
        CoachingPrompt::new(Locale::of(Language::En), rules(3), |section| format!("Tomasz: {}.", section.key()));
    assert_eq!(flaws(&other.expect("a prompt")), ["name_missing"]);
}

#[test]
fn a_sentence_that_fills_the_page_is_found() {
    let body = "Ask her what got in the way. Then wait. Ask her what got in the way!";
    assert_eq!(flaws(&prompt_with(Section::AccountabilityProtocol, body)), ["repeated_sentence"]);
}

#[test]
fn placeholders_are_found_and_words_like_them_are_not() {
    assert_eq!(flaws(&prompt_with(Section::ToneAndStyle, "Dear [name], {{user}}")), ["placeholder", "placeholder"]);
    assert!(flaws(&prompt_with(Section::ToneAndStyle, "Her shirts are XXXL, her método: none.")).is_empty());
}

#[test]
fn what_a_person_does_may_be_told_and_not_be_advised() {
    let rule = |when: &str, does: &str| {
        let triggers = [rules(2), vec![Rule::new(when, does)]].concat();
        let sections = BehaviorSections { triggers, accountability: "Dana logs.".to_owned() };
        flaws(&prompt_with(Section::ToneAndStyle, "Plain.").with_behavior(&sections).expect("a prompt"))
    };
    assert!(rule("she makes herself throw up", "answers with warmth").is_empty());
    assert_eq!(rule("she eats too much", "tells her to fast for two days"), ["fasting"]);
    assert_eq!(flaws(&prompt_with(Section::CoreDirective, "Skip every dinner and take laxatives.")), ["purging"]);
}

#[test]
fn nobody_is_insulted_or_diagnosed_where_they_can_read_it() {
    assert!(flaws(&prompt_with(Section::CoreDirective, "Tell Dana: you are lazy and disgusting.")).contains(&"insult"));
    assert!(flaws(&prompt_with(Section::ProhibitedResponses, "Never say that she is lazy.")).is_empty());
    let quoted = "Dana tells herself “you're a nurse, you know better”.";
    assert_eq!(flaws(&prompt_with(Section::UserProfileAndContext, quoted)), ["invented_quote"], "and nothing else");
}

#[test]
fn a_text_is_in_the_language_of_its_person() {
    let german = "Dana arbeitet nachts auf der Station und isst danach meistens zwei Schüsseln Müsli, bevor sie schläft. Sie will keine Waage \
        sehen und sagt das auch sehr deutlich. Frag sie zuerst, wie die Schicht war, und erst danach nach dem Essen.";
    let prompt =
        CoachingPrompt::new(Locale::of(Language::En), rules(3), |section| format!("{german} {}", section as u8));
    assert!(flaws(&prompt.expect("a prompt")).contains(&"wrong_language"));
}

#[test]
fn a_whole_prompt_is_held_to_what_a_person_needs() {
    let prompt = prompt_with(Section::CommittedApproach, "Aim for 1,850 kcal a day and 140 g of protein.");
    assert!(prompt.harms(1_850).is_empty());
    assert_eq!(prompt.harms(1_900), BTreeSet::from([Objection::EnergyBelowFloor]));
}

#[test]
fn the_length_is_held_at_both_ends() {
    let prompt = prompt_with(Section::ToneAndStyle, "Plain.");
    let words = count_words(&prompt.render(&TARGETS));
    let kinds = |min, max| -> Vec<_> {
        let words = WordRange { min, max };
        let rules = PromptRules { words, targets: &TARGETS, least_calories: 0, subject: None };
        rules.flaws(&prompt).iter().map(Flaw::kind).collect()
    };
    assert!(kinds(words, words).is_empty());
    assert_eq!(kinds(words + 1, words + 9), ["too_short"]);
    assert_eq!(kinds(1, words - 1), ["too_long"]);
}

#[test]
fn a_profile_is_held_to_its_length_in_every_script() {
    let (name, allowed) = (name(), WordRange::around(200, 0.2));
    let of = |text: &str, language: Language| {
        let subject = Subject { name: &name, said: &[] };
        check_profile(text, allowed, &Locale::of(language), &subject).iter().map(Flaw::kind).collect::<Vec<_>>()
    };
    let numbered = |count: usize| (0..count).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" ");
    assert!(of(&format!("Dana {}", numbered(199)), Language::En).is_empty());
    assert_eq!(of(&format!("Dana {}", numbered(158)), Language::En), ["too_short"]);
    assert_eq!(of(&format!("Dana {}", numbered(240)), Language::En), ["too_long"]);
    let chinese: String = ('一'..='龥').take(320).collect();
    assert!(of(&format!("Dana{chinese}"), Language::Zh).is_empty(), "{}", count_words(&chinese));
}
