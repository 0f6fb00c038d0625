//! What a bad environment is told.

use std::collections::BTreeMap;

use super::requests::{AuthMode, HttpSettings};
use super::weekly::{BatchLimits, DueSettings, ScheduleSettings, UpdateMode};
use super::writing::{ProfileSettings, PromptSettings};
use super::*;

/// The user pool, which has no default.
const POOL: [(&str, &str); 2] = [("COGNITO_ISSUER", "https://issuer.example/pool"), ("COGNITO_CLIENT_ID", "app")];

fn environment(set: &[(&'static str, &str)]) -> Environment {
    let set: BTreeMap<&str, String> =
        POOL.iter().chain(set).map(|(name, value)| (*name, (*value).to_owned())).collect();
    Environment::new(move |name| set.get(name).cloned())
}

/// Reads every group of settings.
fn read_all(env: &Environment) -> Result<(), ConfigError> {
    let prices = model::prices(env)?;
    behavior::measuring(env)?;
    behavior::change(env)?;
    ScheduleSettings::read(env)?;
    DueSettings::read(env)?;
    weekly::RealtimeSettings::read(env)?;
    UpdateMode::read(env)?;
    BatchLimits::read(env)?;
    weekly::update_concurrency(env)?;
    weekly::batch_attempts(env)?;
    weekly::batch_give_up_after(env)?;
    ProfileSettings::read(env, &prices)?;
    PromptSettings::read(env, &prices)?;
    writing::variant_weights(env, &crate::prompts::variants())?;
    writing::regeneration_interval(env)?;
    writing::completion_wait(env)?;
    talk::CoachSettings::read(env, &prices)?;
    talk::consultation_limits(env)?;
    talk::consultation_model(env, &prices)?;
    talk::consultation_key_attempts(env)?;
    talk::max_message_chars(env)?;
    talk::reply_shards(env)?;
    directory::recount_interval(env)?;
    model::claude(env)?;
    model::api_timeout(env)?;
    model::Budgets::read(env)?;
    HttpSettings::read(env)?;
    requests::idempotency(env)?;
    safety::updates(env)?;
    safety::model(env, &prices)?;
    LogSettings::read(env)?;
    Ok(())
}

#[test]
fn the_requirements_defaults_hold_when_nothing_is_set() {
    let env = environment(&[]);
    let (measuring, change) = (behavior::measuring(&env).expect("defaults"), behavior::change(&env).expect("defaults"));
    assert_eq!(measuring, domain::behavior::MeasureSettings::default());
    assert_eq!(change, domain::behavior::ChangeSettings::default());
    assert_eq!(DueSettings::read(&env).expect("defaults").interval.min_days, 7);
    assert!(ScheduleSettings::read(&env).expect("defaults").automatic);
    let prices = model::prices(&env).expect("defaults");
    assert!(talk::CoachSettings::read(&env, &prices).expect("defaults").generic_fallback);
    let prompt = PromptSettings::read(&env, &prices).expect("defaults");
    assert_eq!((prompt.words.min, prompt.words.max), (500, 800));
    let profile = ProfileSettings::read(&env, &prices).expect("defaults");
    assert_eq!((profile.words.min, profile.words.max), (160, 240));
}

#[test]
fn every_setting_is_listed_once_and_takes_its_own_default() {
    let env = environment(&[]);
    read_all(&env).expect("every default is taken");
    let listed: Vec<&str> = SETTINGS.iter().map(|setting| setting.description().name).collect();
    let names: std::collections::BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(names.len(), listed.len(), "a setting is listed twice: {listed:?}");
    let asked = env.asked();
    let unlisted: Vec<_> = asked.iter().filter(|name| !names.contains(**name)).collect();
    let of_the_deployment = ["COGNITO_CLIENT_ID", "COGNITO_ISSUER", "STAGE"];
    assert_eq!(unlisted, of_the_deployment.iter().collect::<Vec<_>>(), "read but not listed");
    // The template alone uses the rate of the collector's schedule and the hour of the daily look at streaks.
    let unread: Vec<_> = names.iter().filter(|name| !asked.contains(**name)).collect();
    assert_eq!(unread, [&"BATCH_COLLECTOR_RATE_MINUTES", &"REALTIME_CHECK_HOUR"]);
}

#[test]
fn a_required_variable_is_named_when_it_is_missing_or_empty() {
    for set in [&[][..], &[("PROFILES_TABLE", "  ")]] {
        let error = environment(set).required("PROFILES_TABLE").expect_err("it is not set");
        assert_eq!(error.variable, "PROFILES_TABLE");
        assert!(error.to_string().contains("PROFILES_TABLE"), "{error}");
    }
}

#[test]
fn each_bad_value_is_named_with_what_the_variable_takes() {
    let bad = [
        ("ADHERENCE_CHANGE_THRESHOLD", "ten"),
        ("ADHERENCE_CHANGE_THRESHOLD", "1.5"),
        ("LOGGING_CHANGE_THRESHOLD", "-0.1"),
        ("STREAK_CHANGE_THRESHOLD", "7.5"),
        ("BEHAVIORAL_ANALYSIS_DAYS", "0"),
        ("MIN_DAYS_BETWEEN_UPDATES", "-1"),
        ("ENABLE_CHANGE_DETECTION", "maybe"),
        ("ADHERENCE_TOLERANCE", "NaN"),
        ("PROMPT_UPDATE_MODE", "later"),
        ("PROMPT_MIN_WORDS", "900"),
        ("PROMPT_VARIANTS", "standard"),
        ("PROMPT_VARIANTS", "gentle=1"),
        ("PROMPT_VARIANTS", "standard=0,direct=0"),
        ("MODEL_PRICES", "{\"claude\": 3}"),
        ("MODEL_EFFORT", "heroic"),
        ("AUTH_MODE", "none"),
        ("DAILY_BUDGET_USD", "lots"),
        ("COACH_MAX_TOKENS", "0"),
        ("COACH_MODEL", "claude-without-a-price"),
        ("PROMPT_UPDATE_DAY", "someday"),
        ("PROMPT_UPDATE_DAY", "mon,mon"),
        ("PROMPT_UPDATE_DAY", "daily,sun"),
        ("PROMPT_UPDATE_HOUR", "24"),
        ("PROMPT_UPDATE_TIMEZONE", "Mars/Olympus"),
        ("PROMPT_UPDATE_TIMEZONE", "-07:00"),
        ("LOG_LEVEL", "trace"),
        ("LOG_LEVEL", "coaching=debug"),
    ];
    for (variable, value) in bad {
        let error = read_all(&environment(&[(variable, value)])).expect_err(value);
        assert_eq!(error.variable, variable);
        assert!(!error.to_string().contains('\n'), "one line: {error}");
    }
}

#[test]
fn a_threshold_from_the_environment_replaces_the_default() {
    let env = environment(&[("MIN_DAYS_BETWEEN_UPDATES", "14"), ("STREAK_CHANGE_THRESHOLD", "3")]);
    assert_eq!(DueSettings::read(&env).expect("in range").interval.min_days, 14);
    assert_eq!(behavior::change(&env).expect("in range").streak_change_threshold, 3);
}

#[test]
fn a_day_that_is_none_is_refused_with_the_list_of_those_that_are() {
    let error = ScheduleSettings::read(&environment(&[("PROMPT_UPDATE_DAY", "mon, sonntag")])).expect_err("no day");
    assert!(error.to_string().contains("sun, mon, tue, wed, thu, fri or sat"), "{error}");
}

#[test]
fn a_function_needs_to_know_whose_tokens_it_believes_in_either_mode() {
    for mode in ["authorizer", "jwt"] {
        for missing in ["COGNITO_ISSUER", "COGNITO_CLIENT_ID"] {
            let error = HttpSettings::read(&environment(&[("AUTH_MODE", mode), (missing, "")])).expect_err(missing);
            assert_eq!(error.variable, missing);
        }
    }
    let issuer = ("COGNITO_ISSUER", "https://issuer.example/pool/");
    let env = environment(&[("AUTH_MODE", "jwt"), issuer, ("COGNITO_CLIENT_ID", "app")]);
    let AuthMode::Jwt { jwks_url, .. } = HttpSettings::read(&env).expect("all is known").auth else {
        panic!("jwt was asked for")
    };
    assert_eq!(jwks_url, "https://issuer.example/pool/.well-known/jwks.json");
}

#[test]
fn a_budget_of_nothing_is_no_limit() {
    let budgets = model::Budgets::read(&environment(&[("DAILY_BUDGET_USD", "0")])).expect("0 is in range");
    assert!(budgets.daily.is_none() && budgets.user_daily.is_some());
}
