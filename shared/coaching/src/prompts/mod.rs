//! The prompts: prose in text files, each with one typed renderer here.
//!
//! What a person or a model wrote goes through [`data`] before it is put between tags or sent as a turn, so that it can
//! neither close a tag nor open one; [`plain`] reads back what a model writes then. What stands on a line among others is
//! folded to one, and a talk that is material is one JSON object a line.

mod behavior;
mod consultation_state;
mod recipes;
mod schema;
mod template;
mod writers;

use chrono::{DateTime, Utc};
use claude::SystemBlock;

use domain::behavior::{BehaviorMetrics, DayPoint, Decision, PatternKind};
use domain::consultation::{ConsultationMessage, Fact, Heard};
use domain::conversation::{Role, repeatable};
use domain::meals::{DayTotals, Grams};
use domain::profile::{Goal, GoalText, Profile, TargetBasis, Targets};
use domain::safety::{Condition, Risk};
use domain::weight_trend::{WeightTrend, to_tenths};

pub use consultation_state::{concerns, consultation_state};
pub use recipes::{for_writer, variants};
pub use schema::{behavior_sections_schema, coaching_prompt_schema, consultation_schema, repair_schema, safety_schema};
pub use template::{data, most_bytes, plain};
pub use writers::{
    initial_prompt, of_a_whole_prompt, of_an_update, profile, prompt_update, repair_of_sections, repair_of_whole,
};

use template::{fill, line, spoken};

/// The rules that stand before everything that a model is told, whatever it is asked for.
#[must_use]
pub fn safety_preamble() -> &'static str {
    include_str!("safety_preamble.txt").trim_end()
}

/// The safety rules as the first block of a system prompt.
#[must_use]
pub fn safety_rules() -> SystemBlock {
    SystemBlock { text: safety_preamble().to_owned(), cache: false }
}

/// The rules in short and what is whose, as the last block of a system prompt in which somebody talks: behind all that was
/// written for one person, and the same for everybody.
#[must_use]
pub fn safety_reminder() -> SystemBlock {
    SystemBlock { text: include_str!("safety_reminder.txt").trim_end().to_owned(), cache: false }
}

/// What the coach of this product can do, as a sentence about it: every prompt that speaks of it says the same.
fn abilities() -> &'static str {
    include_str!("abilities.txt").trim_end()
}

/// What a coach can do, whoever they are: the same for everybody, so that none promises more.
#[must_use]
pub fn coach_abilities() -> SystemBlock {
    SystemBlock { text: fill(include_str!("coach_abilities.txt"), &[("abilities", abilities())]), cache: false }
}

/// All the rules that no answer may repeat.
#[must_use]
pub fn secret_rules() -> &'static str {
    concat!(include_str!("safety_preamble.txt"), "\n", include_str!("safety_reminder.txt"))
}

/// What a risk state asks, behind the prompt that is answered with.
#[must_use]
pub fn care_block(risk: Risk) -> Option<SystemBlock> {
    care(risk).map(|text| SystemBlock { text: text.to_owned(), cache: false })
}

/// How to coach a person who has no personal prompt.
#[must_use]
pub fn generic_coach() -> &'static str {
    include_str!("generic_coach.txt").trim_end()
}

/// How to speak with a person whom the coach must not coach towards a goal: instead of their own prompt.
#[must_use]
pub fn supportive_coach() -> &'static str {
    include_str!("supportive_coach.txt").trim_end()
}

/// What a risk state asks of the coach, behind the prompt that it answers with; `None` if it asks nothing.
#[must_use]
pub fn care(risk: Risk) -> Option<&'static str> {
    match risk {
        Risk::None => None,
        Risk::Caution => Some(include_str!("care_caution.txt").trim_end()),
        Risk::NoDeficit => Some(include_str!("care_no_deficit.txt").trim_end()),
        Risk::Referred => Some(include_str!("care_referred.txt").trim_end()),
    }
}

/// The system prompt of the consultation AI: the same for everybody and from the first message to the last, so that it is
/// cached.
#[must_use]
pub fn consultation() -> String {
    fill(include_str!("consultation.txt"), &[("abilities", abilities())])
}

/// What the profile of `person` is written from: their own words. Facts would say the same again.
#[must_use]
pub fn profile_material(person: &Profile, transcript: &[ConsultationMessage], heard: &Heard) -> String {
    let told = |message: &&ConsultationMessage| match message.role {
        Role::User => spoken("person", &message.text),
        Role::Assistant => spoken("consultation AI", &message.text),
    };
    // What a model has declined to answer would have the writer decline as well.
    let transcript: Vec<String> = repeatable(transcript).iter().map(told).collect();
    fill(
        include_str!("profile_material.txt"),
        &[
            ("name", &line(person.name.as_str())),
            ("transcript", &transcript.join("\n")),
            ("concerns", &concerns(heard)),
            ("goal_in_own_words", &goal_in_own_words(person.goal_text.as_ref())),
            ("health", &health_in_words(person).unwrap_or_else(|| "Nothing to be careful with is known.".to_owned())),
        ],
    )
}

/// What a whole prompt is written from.
#[must_use]
pub fn initial_prompt_material(
    profile: &Profile,
    psychological_profile: &str,
    facts: &[Fact],
    heard: &Heard,
    behavior: Option<&BehaviorMetrics>,
) -> String {
    fill(
        include_str!("initial_prompt_material.txt"),
        &[
            ("person", &person_in_words(profile)),
            ("goal_in_own_words", &goal_in_own_words(profile.goal_text.as_ref())),
            ("profile", &data(psychological_profile)),
            ("facts", &facts_as_lines(facts)),
            ("concerns", &concerns(heard)),
            ("behavior", &behavior_in_words(behavior)),
        ],
    )
}

/// What a weekly update is written from.
#[must_use]
pub fn prompt_update_material(
    current_prompt: &str,
    behavior: &BehaviorMetrics,
    weight: Option<&WeightTrend>,
    decision: &Decision,
) -> String {
    let change: Vec<String> = decision.rules.iter().map(|rule| format!("- {}", rule.explanation)).collect();
    let weight = weight.map(|trend| format!("\n- {}.", weight_in_words(trend))).unwrap_or_default();
    fill(
        include_str!("prompt_update_material.txt"),
        &[
            ("current_prompt", &data(current_prompt)),
            ("behavior", &format!("{}{weight}", behavior_in_words(Some(behavior)))),
            ("change", &change.join("\n")),
        ],
    )
}

/// The system prompt of the model that reads messages for danger.
#[must_use]
pub fn safety_reader() -> &'static str {
    include_str!("safety_reader.txt").trim_end()
}

/// A message to read for danger, with who said what before it, oldest first.
#[must_use]
pub fn safety_reader_material(earlier: &[(Role, &str)], message: &str) -> String {
    let told = |(role, text): &(Role, &str)| match role {
        Role::User => spoken("writer", text),
        Role::Assistant => spoken("coach", text),
    };
    let earlier = earlier.iter().map(told).collect::<Vec<_>>().join("\n");
    fill(include_str!("safety_reader_material.txt"), &[("earlier", &earlier), ("message", &data(message))])
}

/// Days before today that the coach is told of.
const DAYS_TOLD: usize = 7;

/// What the coach is told beside the numbers of a person who eats far too little.
const UNDER_EATING: &str = "\nThe log shows far too little food for many days, or food that is not logged: a safety signal. Never praise it, and \
    ask how the person is.";

/// Today's numbers, as the coach sees them beside the person's message, with those of the week before from `daily`, whose last
/// entry is today.
#[must_use]
pub fn today(
    profile: &Profile,
    now: DateTime<Utc>,
    eaten: &DayTotals,
    metrics: &BehaviorMetrics,
    daily: &[DayPoint],
) -> String {
    let targets = profile.targets_in_force(now);
    let grams = |tenths: u32| f64::from(Grams::from_tenths(tenths)).round().to_string();
    let left_protein = (targets.protein_g * 10).saturating_sub(eaten.protein_tenths);
    let local_time = profile.timezone.local(now).format("%Y-%m-%d %H:%M, %A");
    let local_time = format!("{local_time}, {}", profile.timezone.name());
    if profile.risk.at(now) >= Risk::NoDeficit {
        return fill(include_str!("today_without_numbers.txt"), &[("local_time", &local_time)]);
    }
    let unknown = match eaten.meals_without_macros {
        0 => String::new(),
        meals => {
            format!(" ({meals} of them without known protein, carbohydrates or fat, so that there was more of these)")
        }
    };
    let weight = profile.weight_trend.as_ref().map(|trend| format!("\n{}", weight_in_words(trend))).unwrap_or_default();
    let starves = metrics.pattern(PatternKind::UnderEating).is_some();
    let warning = if starves { UNDER_EATING } else { "" };
    fill(
        include_str!("today.txt"),
        &[
            ("local_time", &local_time),
            ("daily_calories", &targets.daily_calories.to_string()),
            ("protein_g", &targets.protein_g.to_string()),
            ("carbs_g", &targets.carbs_g.to_string()),
            ("fat_g", &targets.fat_g.to_string()),
            ("eaten_calories", &eaten.calories.to_string()),
            ("eaten_protein_g", &grams(eaten.protein_tenths)),
            ("eaten_carbs_g", &grams(eaten.carbs_tenths)),
            ("eaten_fat_g", &grams(eaten.fat_tenths)),
            ("meals", &eaten.meals.to_string()),
            ("unknown", &unknown),
            ("left_calories", &targets.daily_calories.saturating_sub(eaten.calories).to_string()),
            ("left_protein_g", &grams(left_protein)),
            ("days", &week_in_words(daily)),
            ("streak", &streak(metrics)),
            ("weight", &weight),
            ("warning", warning),
        ],
    )
}

/// The logging streak; one that fills what was read may be longer.
fn streak(metrics: &BehaviorMetrics) -> String {
    let days = metrics.meal_logging_streak_days;
    let more = if metrics.streak_may_be_longer() { " or more" } else { "" };
    format!("{days} days{more}")
}

/// The days before today, in two lines: the energy of a week, and what yesterday held. Without the targets of those days: there is
/// one plan, the present one.
fn week_in_words(daily: &[DayPoint]) -> String {
    let before = daily.split_last().map_or(daily, |(_, before)| before);
    let week = &before[before.len().saturating_sub(DAYS_TOLD)..];
    let Some(yesterday) = week.last() else { return "Yesterday: before their first day here".to_owned() };
    let held = match yesterday {
        DayPoint { paused: true, .. } => "paused".to_owned(),
        DayPoint { meals: 0, marked_complete: true, .. } => "nothing eaten, as they say".to_owned(),
        DayPoint { meals: 0, .. } => "nothing logged".to_owned(),
        DayPoint { protein_g, meals, .. } => format!("{meals} meals with {} g protein", protein_g.round()),
    };
    let told = |point: &DayPoint| {
        let kcal = match point {
            DayPoint { paused: true, .. } => "paused".to_owned(),
            DayPoint { meals: 0, marked_complete: false, .. } => "not logged".to_owned(),
            DayPoint { calories, .. } => calories.to_string(),
        };
        format!("{} {kcal}", point.day.format("%a"))
    };
    let week = week.iter().map(told).collect::<Vec<_>>().join(", ");
    format!("Eaten on the days before today, in kcal: {week}\nYesterday: {held}")
}

/// Where the weight stands by the weigh-ins.
fn weight_in_words(trend: &WeightTrend) -> String {
    let kg = to_tenths(trend.trend_kg);
    let change = match trend.kg_per_week {
        None => "too few weigh-ins to say how it changes".to_owned(),
        Some(rate) if rate.abs() < 0.05 => "steady".to_owned(),
        Some(rate) if rate < 0.0 => format!("falling by {:.1} kg a week", -rate),
        Some(rate) => format!("rising by {rate:.1} kg a week"),
    };
    format!("Weight by the trend of the weigh-ins: {kg} kg on {}, {change}", trend.day)
}

fn targets_in_words(targets: &Targets) -> String {
    let Targets { daily_calories, protein_g, carbs_g, fat_g, .. } = targets;
    format!("{daily_calories} kcal, {protein_g} g protein, {carbs_g} g carbohydrates and {fat_g} g fat a day")
}

fn person_in_words(profile: &Profile) -> String {
    let body = &profile.body;
    let known = |name: &str, value: Option<String>| value.map(|value| format!("{name}: {value}"));
    let lines = [
        Some(format!("Name: {}", line(profile.name.as_str()))),
        Some(format!("Age: {} years", profile.age.years())),
        Some(format!("Weight: {} kg", profile.weight.kg())),
        known("Height", body.height.map(|height| format!("{} cm", height.cm()))),
        known("Sex", spelt(body.sex.and_then(|sex| serde_json::to_value(sex).ok()))),
        known("Activity level", spelt(body.activity_level.and_then(|level| serde_json::to_value(level).ok()))),
        known("Diet", body.diet.as_ref().map(|diet| line(diet.as_str()))),
        Some(format!("{}: {}{}", goal_heading(profile), goal(profile.goal), not_now(profile.current_targets()))),
        Some(format!("Daily targets: {}", targets_in_words(profile.current_targets()))),
        health_in_words(profile),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// A word of the API in plain letters.
fn spelt(word: Option<serde_json::Value>) -> Option<String> {
    word.and_then(|word| Some(word.as_str()?.replace('_', " ")))
}

/// What a writer has to know so that nothing that it writes does harm.
fn health_in_words(profile: &Profile) -> Option<String> {
    let conditions: Vec<String> = profile.health.conditions().map(condition_in_words).map(str::to_owned).collect();
    let rule = match profile.risk.lasting {
        Risk::None => None,
        Risk::Caution => Some("leave everything that concerns a condition or a medicine to the person's doctor"),
        Risk::NoDeficit => Some(
            "no energy deficit, no weight loss as a goal, no praise for eating little, no streak pressure, no fasting and \
             nothing to make up for; the targets keep the weight",
        ),
        Risk::Referred => Some("support only: no coaching towards any goal of weight, food or training"),
    };
    let known = if conditions.is_empty() { None } else { Some(format!("Health: {}", conditions.join(", "))) };
    let rule = rule.map(|rule| format!("Safety, above everything else in this material: {rule}"));
    let lines: Vec<String> = [known, rule].into_iter().flatten().collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

const fn condition_in_words(condition: Condition) -> &'static str {
    match condition {
        Condition::PregnancyOrBreastfeeding => "pregnant or breastfeeding",
        Condition::EatingDisorder => "an eating disorder, now or before",
        Condition::Insulin => "takes insulin or another medicine that lowers blood sugar",
        Condition::Anticoagulants => "takes anticoagulants",
        Condition::HeartOrKidneyDisease => "a disease of heart or kidneys",
        Condition::RecentSurgery => "a recent operation",
    }
}

/// What stands behind a goal that has to wait.
const fn not_now(targets: &Targets) -> &'static str {
    match targets.basis {
        TargetBasis::MaintenanceUnderweight | TargetBasis::MaintenanceSafety => {
            " (not now: the targets keep the weight, and nothing in the prompt may ask for less)"
        }
        _ => "",
    }
}

/// What the goal that targets follow from is called: a sentence of the person's may want more than that.
const fn goal_heading(profile: &Profile) -> &'static str {
    if profile.goal_text.is_some() { "Goal, as the targets stand" } else { "Goal" }
}

/// A goal as its person has put it, with its tags; nothing if they have chosen one of the typed goals.
fn goal_in_own_words(goal: Option<&GoalText>) -> String {
    goal.map(|goal| format!("\n<goal_in_own_words>\n{}\n</goal_in_own_words>", line(goal.as_str()))).unwrap_or_default()
}

const fn goal(goal: Goal) -> &'static str {
    match goal {
        Goal::LoseWeight => "lose weight",
        Goal::BuildMuscle => "build muscle",
        Goal::Maintain | Goal::Unknown(_) => "maintain weight",
        Goal::ImprovePerformance => "improve performance",
    }
}

fn behavior_in_words(behavior: Option<&BehaviorMetrics>) -> String {
    match behavior {
        None => "Not enough evidence: nothing has been logged yet.".to_owned(),
        Some(metrics) => {
            behavior::in_words(metrics).iter().map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n")
        }
    }
}

fn facts_as_lines(facts: &[Fact]) -> String {
    let told = |fact: &Fact| format!("- {}: {} (\"{}\")", subject_of(fact), line(&fact.summary), line(&fact.quote));
    facts.iter().map(told).collect::<Vec<_>>().join("\n")
}

fn subject_of(fact: &Fact) -> String {
    format!("[{}] {}", fact.category.name(), line(&fact.subject))
}

#[cfg(test)]
mod tests;
