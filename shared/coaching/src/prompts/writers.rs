//! The instructions of those who write profiles and prompts, in the person's language and at the length of each section.

use chrono::{Days, NaiveDate};

use super::abilities;
use super::template::{data, fill};
use domain::coaching_prompt::{CoachingPrompt, Flaw, LengthUnit, Section, WordRange, form_of_rules};
use domain::locale::Locale;

/// Days of the plan: eight weeks, the first day included.
const PLAN_DAYS: Days = Days::new(8 * 7 - 1);

/// Words that the app adds to what a writer answers, at most: around five rules, and in the line of targets.
const AROUND_RULES: usize = 10;
const LINE_OF_TARGETS: usize = 20;

/// The parts of a profile, and their share of it in percent: a length for each is met better than one for all.
const PARTS_OF_A_PROFILE: [(&str, usize); 5] =
    [("wishes", 25), ("breaks", 25), ("worked", 10), ("taking", 20), ("doing", 20)];

/// The system prompt of the profile writer; `words` is what the profile may have, and `word_count` what it should have. Less
/// is asked for, because writers of running text go beyond what they are asked for.
#[must_use]
pub fn profile(word_count: usize, words: WordRange, language: &Locale, today: NaiveDate) -> String {
    let unit = LengthUnit::of(language);
    let aim = usize::midpoint(words.min, word_count);
    let asked = WordRange { min: words.min, max: usize::midpoint(word_count, words.max) };
    let (aim_told, range, language, today) =
        (unit.of_words(aim).to_string(), unit.range(asked), language.described(), date(today));
    let parts = PARTS_OF_A_PROFILE.map(|(part, percent)| (part, unit.of_words(aim * percent / 100).to_string()));
    let mut values: Vec<(&str, &str)> = vec![
        ("word_count", &aim_told),
        ("unit", unit.name),
        ("range", &range),
        ("language", &language),
        ("today", &today),
    ];
    values.extend(parts.iter().map(|(part, length)| (*part, length.as_str())));
    fill(include_str!("profile.txt"), &values)
}

/// What the writer of a whole prompt may write of the words that it may have.
#[must_use]
pub fn of_a_whole_prompt(words: WordRange) -> WordRange {
    without(words, AROUND_RULES + LINE_OF_TARGETS)
}

/// What the writer of an update may write of the words that its two sections may have.
#[must_use]
pub fn of_an_update(words: WordRange) -> WordRange {
    without(words, AROUND_RULES)
}

fn without(words: WordRange, added: usize) -> WordRange {
    WordRange { min: words.min, max: words.max.saturating_sub(added).max(words.min) }
}

/// The system prompt of the prompt writer; `words` is what it may write.
#[must_use]
pub fn initial_prompt(words: WordRange, language: &Locale, today: NaiveDate) -> String {
    let unit = LengthUnit::of(language);
    let budgets = Section::ALL.map(|section| (section.key(), budget(section, words, unit)));
    let (today, end) = (date(today), date(today.checked_add_days(PLAN_DAYS).unwrap_or(today)));
    let (aim, range, language_name) = (aim(words, unit), unit.range(words), language.described());
    let mut values: Vec<(&str, &str)> = vec![
        ("language", &language_name),
        ("abilities", abilities()),
        ("today", &today),
        ("end", &end),
        ("unit", unit.name),
        ("aim", &aim),
        ("range", &range),
        ("rule", rule(language)),
    ];
    values.extend(budgets.iter().map(|(key, budget)| (*key, budget.as_str())));
    fill(include_str!("initial_prompt.txt"), &values)
}

/// The system prompt of the weekly writer; `words` is what it may write, and `present` what its two sections have: as much is
/// asked for, so that nothing is filled up.
#[must_use]
pub fn prompt_update(words: WordRange, present: usize, language: &Locale, today: NaiveDate) -> String {
    let unit = LengthUnit::of(language);
    // An aim at the very end of the range would be missed by a word.
    let margin = (words.max - words.min) / 8;
    let aim = present.clamp(words.min + margin, words.max - margin);
    fill(
        include_str!("prompt_update.txt"),
        &[
            ("today", &date(today)),
            ("abilities", abilities()),
            ("language", &language.described()),
            ("unit", unit.name),
            ("aim", &unit.of_words(aim).to_string()),
            ("range", &unit.range(words)),
            ("rule", rule(language)),
        ],
    )
}

/// Asks for those of `sections` that have to change, with the length that each has now; `words` is what they may have
/// together.
#[must_use]
pub fn repair_of_sections(flaws: &[Flaw], prompt: &CoachingPrompt, sections: &[Section], words: WordRange) -> String {
    let unit = LengthUnit::of(prompt.language());
    let length = flaws.iter().any(|flaw| matches!(flaw, Flaw::WordCount { .. }));
    let lengths = if length { lengths(prompt, sections, words, unit) } else { String::new() };
    let how = "Keep what is sound. Answer with the sections that you change, each whole, and null for every other one.";
    fill(include_str!("repair.txt"), &[("flaws", &listed(flaws, unit)), ("lengths", &lengths), ("how", how)])
}

/// Asks for a text once more as a whole.
#[must_use]
pub fn repair_of_whole(flaws: &[Flaw], language: &Locale) -> String {
    let how = "Write it again, whole, with this mended and everything else kept.";
    let flaws = listed(flaws, LengthUnit::of(language));
    fill(include_str!("repair.txt"), &[("flaws", &flaws), ("lengths", ""), ("how", how)])
}

fn listed(flaws: &[Flaw], unit: LengthUnit) -> String {
    let told = |flaw: &Flaw| match flaw {
        Flaw::WordCount { words, allowed } => {
            let (has, needs) = (unit.of_words(*words), unit.range(*allowed));
            let too = if *words < allowed.min { "short" } else { "long" };
            format!("It is too {too}: it has {has} {} and needs {needs}.", unit.name)
        }
        other => other.to_string(),
    };
    flaws.iter().map(|flaw| format!("- {}", data(&told(flaw)))).collect::<Vec<_>>().join("\n")
}

/// What each section has and was asked for, and which to change so that the whole comes to its middle.
fn lengths(prompt: &CoachingPrompt, sections: &[Section], words: WordRange, unit: LengthUnit) -> String {
    let whole: usize = Section::ALL.into_iter().map(|section| section.budget(words.middle())).sum();
    let part: usize = sections.iter().map(|section| section.budget(words.middle())).sum();
    // Of two sections alone, the range is theirs.
    let asked = |section: Section| section.budget(words.middle()) * whole / part.max(1);
    let has = |section: Section| prompt.written_words(section);
    let total: usize = sections.iter().map(|section| has(*section)).sum();
    let short = total < words.middle();
    let mut by_distance: Vec<Section> = sections.to_vec();
    by_distance.sort_by_key(|section| {
        let (has, asked) = (has(*section), asked(*section));
        std::cmp::Reverse(if short { asked.saturating_sub(has) } else { has.saturating_sub(asked) })
    });
    let counts = sections.iter().map(|section| {
        format!("{} {} (asked for {})", section.key(), unit.of_words(has(*section)), unit.of_words(asked(*section)))
    });
    let names: Vec<&str> = by_distance.iter().take(sections.len().div_ceil(3)).map(|section| section.key()).collect();
    let (aim, verb) = (unit.of_words(words.middle()), if short { "saying more in" } else { "shortening" });
    format!(
        "\nLengths in {} now: {}. Bring them together to about {aim} by {verb} {}.",
        unit.name,
        counts.collect::<Vec<_>>().join(", "),
        names.join(", ")
    )
}

fn rule(language: &Locale) -> &'static str {
    language.language().map_or("{when}: {coach_does}.", form_of_rules)
}

fn budget(section: Section, words: WordRange, unit: LengthUnit) -> String {
    unit.of_words(section.budget(words.middle())).to_string()
}

fn aim(words: WordRange, unit: LengthUnit) -> String {
    unit.of_words(words.middle()).to_string()
}

/// `Monday, 30 November 2026`
fn date(day: NaiveDate) -> String {
    day.format("%A, %-d %B %Y").to_string()
}
