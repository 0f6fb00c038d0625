//! People, meals and sessions that the tests store.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use coaching::store::{
    AccessChange, Actor, AuditAction, AuditEntry, CheckMark, CheckOutcome, CheckResult, CheckedAs, HistoryEntry,
    NewVersion, Restored, StoreError,
};
use domain::behavior::{
    BehaviorMetrics, ChangeSettings, Decision, MeasureSettings, Pause, Pauses, Window, detect_change, measure,
};
use domain::coaching_prompt::{CoachingPrompt, GenerationReason, Rule, Section};
use domain::consultation::{
    Category, Concern, ConsultationMessage, ConsultationSection, Doubt, Fact, FactId, Heard, Session, SessionId,
};
use domain::conversation::Role;
use domain::language::Language;
use domain::local_day::{Calendar, DayStart, TimeZone};
use domain::locale::Locale;
use domain::meals::{DayTotals, Grams, Macros, Meal, MealId, MealType, NewMeal};
use domain::money::{TokenUsage, Usd};
use domain::profile::{
    ActivityLevel, Age, BodyData, DetailsStated, Diet, Email, Goal, GoalText, Height, Name, NewAccount, Profile, Sex,
    StatedGoal, Subject, Targets, TargetsHistory, UserId, Weight,
};
use domain::recipe::{Assignment, Experiment, Recipe, RecipeOverride, UserType, VariantName};
use domain::safety::{Condition, Danger, Health, Risk, RiskRecord, Signal};
use domain::spending::{Spending, SpendingPurpose};
use domain::weight_trend::WeightTrend;
use test_support::Stores;

pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a valid instant")
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a valid day")
}

pub(super) fn user(name: &str) -> UserId {
    UserId::new(name)
}

/// Opens or closes the consultation, as an admin does.
pub(super) async fn set_access(stores: &Stores, name: &str, enabled: bool) -> Result<AccessChange, StoreError> {
    let entry = AuditEntry {
        user_id: user(name),
        at: at("2026-11-22T03:00:00Z"),
        id: Uuid::new_v4(),
        actor: Actor::Admin(user("boss")),
        action: AuditAction::ConsultationAccessSet { enabled },
    };
    stores.profiles.set_consultation_access(&user(name), enabled, &stores.audit, &entry).await
}

/// Someone who has just signed up and said everything there is to say.
pub(super) fn profile(name: &str) -> Profile {
    let (age, weight, goal) = (
        Age::parse("age", 41).expect("an adult"),
        Weight::parse("weight_kg", 72.5).expect("a plausible weight"),
        Goal::LoseWeight,
    );
    let body = BodyData {
        sex: Some(Sex::Female),
        height: Some(Height::parse("height_cm", 168.5).expect("a plausible height")),
        activity_level: Some(ActivityLevel::Moderate),
        diet: Some(Diet::parse("diet", "vegetarian").expect("a diet")),
    };
    let subject = Subject { age, weight, goal, body: &body, risk: Risk::None };
    let kept = Subject { goal: Goal::Maintain, ..subject };
    let mut targets = TargetsHistory::starting(day("2026-11-01"), Targets::calculate(&kept));
    targets.change(day("2026-11-10"), Targets::calculate(&subject));
    let mut risk = RiskRecord::default();
    risk.hear(&BTreeSet::from([Signal::EatingDisorder]), at("2026-11-10T10:00:00Z"), day("2026-11-10"));
    risk.answered(Signal::EatingDisorder);
    risk.follow(
        BTreeSet::from([Danger::Underweight, Danger::Condition(Condition::Insulin)]),
        at("2026-11-10T10:00:00Z"),
    );
    let account = NewAccount {
        name: Name::parse("name", "Zoë").expect("a name"),
        email: Email::parse("email", &format!("{name}@example.com")).expect("an address"),
        age,
        weight,
        goal: StatedGoal::Typed(goal),
        timezone: TimeZone::parse("timezone", "America/Denver").ok(),
        day_starts_at: DayStart::parse("day_starts_at", "03:30").expect("a time"),
        locale: Locale::parse("locale", "de-CH").ok(),
        body,
        health: Health { insulin: Some(true), eating_disorder: Some(false), ..Health::default() },
    };
    Profile {
        timezone_learned: true,
        weight_trend: Some(WeightTrend {
            day: day("2026-11-20"),
            trend_kg: 78.437,
            latest_kg: 78.1,
            kg_per_week: Some(-0.43),
        }),
        weight_stated: Weight::parse("weight_kg", 81.5).ok(),
        pauses: Pauses::from(vec![Pause { from: day("2026-08-01"), to: day("2026-08-09") }]),
        goal_text: GoalText::parse("goal", "wieder in die alte Jeans passen").ok(),
        locale_learned: true,
        stated: stated(at("2026-11-10T10:00:00Z")),
        risk,
        targets,
        recipe_override: RecipeOverride { user_type: Some(UserType::Athlete), variant: None },
        ..Profile::of_account(user(name), account, at("2026-11-01T09:30:15.123456Z"))
    }
}

/// Someone who has said no more than sign-up asks for.
pub(super) fn plain_profile(name: &str) -> Profile {
    Profile { body: BodyData::default(), ..profile(name) }
}

/// The behaviour of someone who logged `calories` on each of the first ten days of November.
pub(super) fn behavior(calories: u32) -> BehaviorMetrics {
    let days: Vec<DayTotals> = day("2026-11-01")
        .iter_days()
        .take(10)
        .map(|day| DayTotals { meals: 1, calories, protein_tenths: 900, dinners: 1, ..DayTotals::empty(day) })
        .collect();
    let window = Window::before(day("2026-11-22"), day("2026-11-01"), 30);
    measure(&days, day("2026-11-22"), &window, &profile("ana").targets, &MeasureSettings::default())
}

/// A decision with rules and numbers in it.
pub(super) fn decision() -> Decision {
    let decision = detect_change(&behavior(9_000), Some(&behavior(1_700)), None, &ChangeSettings::default());
    assert!(decision.changed && !decision.rules.is_empty(), "a decision worth storing");
    decision
}

/// A recipe that is not the default.
pub(super) fn recipe() -> Recipe {
    let variant = VariantName::parse("variant", "direct").expect("a name");
    Recipe {
        user_type: Some(UserType::Advanced),
        variant,
        assigned: Assignment::Random,
        experiment: Some(Experiment::new("c0a974f2")),
        since: Some(day("2026-03-01")),
    }
}

pub(super) fn entry(user_id: &UserId, version: u32) -> HistoryEntry {
    HistoryEntry {
        user_id: user_id.clone(),
        version,
        prompt: format!("## Core directive\nPrompt {version}."),
        sections: version.is_multiple_of(2).then(sections),
        recipe: recipe(),
        reason: if version == 1 { GenerationReason::Initial } else { GenerationReason::Weekly },
        decision: (version > 1).then(decision),
        behavioral_data: Some(behavior(1_500 + version)),
        model: "claude-sonnet-5-5".to_owned(),
        usage: TokenUsage {
            input_tokens: 1_200,
            output_tokens: 900,
            cache_read_input_tokens: 0,
            cache_creation_input_tokens: 7,
        },
        cost: Usd::from_nanos(11_400_000),
        created_at: at("2026-11-22T03:00:07.5Z"),
        batch_id: (version > 1).then(|| "msgbatch_1".to_owned()),
        risk: Risk::Caution,
        restored: (version > 2).then_some(Restored { version: 1, request: Uuid::from_u128(7) }),
    }
}

/// A prompt as data.
pub(super) fn sections() -> CoachingPrompt {
    let rules = vec![Rule::new("es spät ist", "frag, was war")];
    let body = |section: Section| format!("{}: {{{{daily_calories}}}} kcal.", section.key());
    CoachingPrompt::new(Locale::of(Language::De), rules, body).expect("every section has words")
}

/// A check a week later that found nothing new.
pub(super) fn check(version: u32, outcome: CheckedAs) -> CheckOutcome {
    CheckOutcome {
        version,
        as_of: at("2026-11-29T03:00:00Z"),
        result: CheckResult::Unchanged(behavior(2_400)),
        checked_at: at("2026-11-29T03:00:01Z"),
        next_check_at: at("2026-12-05T15:00:00Z"),
        update_shard: "007".to_owned(),
        mark: CheckMark { page_id: "shard#007#page".to_owned(), outcome },
    }
}

/// The version that follows `after`, due again on `next_check_at`.
pub(super) fn version_due(user_id: &UserId, after: u32, next_check_at: &str) -> NewVersion {
    NewVersion {
        after,
        entry: entry(user_id, after + 1),
        conversational_profile: None,
        completes: None,
        next_check_at: at(next_check_at),
        update_shard: Some("007".to_owned()),
        mark: None,
        targets_revision: None,
    }
}

pub(super) fn version(user_id: &UserId, after: u32) -> NewVersion {
    version_due(user_id, after, "2026-11-28T15:00:00Z")
}

pub(super) fn session(session_id: SessionId, user_id: &UserId) -> Session {
    Session { message_count: 1, ..Session::start(session_id, user_id.clone(), at("2026-11-02T10:00:00Z")) }
}

pub(super) fn message(sequence: u32, role: Role, text: &str) -> ConsultationMessage {
    ConsultationMessage {
        sequence,
        role,
        text: text.to_owned(),
        created_at: at("2026-11-02T10:00:01.25Z"),
        declined: false,
    }
}

/// A fact of a category, without an id.
pub(super) fn fact(category: Category, subject: &str, summary: &str) -> Fact {
    Fact {
        id: FactId::default(),
        category,
        subject: subject.to_owned(),
        summary: summary.to_owned(),
        quote: "I want to lose eight kilos".to_owned(),
        sessions_per_week: None,
        experience: None,
    }
}

/// What somebody wants, with its number.
pub(super) fn goal(number: u32, subject: &str, summary: &str) -> Fact {
    Fact { id: FactId::new(number), ..fact(Category::Goals, subject, summary) }
}

/// What a consultation may have heard besides facts.
pub(super) fn heard() -> Heard {
    let noon = at("2026-11-02T12:00:00Z");
    Heard {
        concerns: [Concern::BingeEating, Concern::Pain].into(),
        doubts: vec![Doubt {
            id: "d1".parse().expect("an id"),
            text: "Signed up to build muscle, and wants the belly gone first.".to_owned(),
            settled: false,
        }],
        declined: [ConsultationSection::Challenges].into(),
        language: Locale::parse("language", "es").ok(),
        weight: Weight::parse("weight_kg", 74.5).ok(),
        told_at: stated(noon),
        facts_numbered: 2,
    }
}

/// Everything stated at an instant.
pub(super) fn stated(at: DateTime<Utc>) -> DetailsStated {
    let at = Some(at);
    DetailsStated { sex: at, height: at, activity_level: at, diet: at, weight: at, goal: at }
}

/// A meal eaten at `eaten_at` by someone in Denver.
pub(super) fn meal(meal_type: MealType, eaten_at: &str, calories: u32) -> Meal {
    let entry = NewMeal {
        name: "Lentils".to_owned(),
        meal_type,
        eaten_at: at(eaten_at).into(),
        calories,
        macros: Macros::known(Grams::from(20.1), Grams::from(55.5), Grams::from(9.9)),
        notes: None,
    };
    let zone = TimeZone::parse("timezone", "America/Denver").expect("a zone");
    Meal::log(MealId(Uuid::now_v7()), entry, &Calendar::of_zone(zone), at("2026-11-22T12:00:00Z"))
}

/// So many nano-dollars, spent on the coach.
pub(super) fn coached(nanos: u64) -> Spending {
    Spending::on(SpendingPurpose::Coach, true, Usd::from_nanos(nanos))
}
