//! What a bad environment is told.

use super::*;

const REQUIRED: [&str; 10] = [
    "PROFILES_TABLE",
    "CONSULTATION_SESSIONS_TABLE",
    "COACH_CONVERSATIONS_TABLE",
    "MEALS_TABLE",
    "PROMPT_HISTORY_TABLE",
    "UPDATE_RUNS_TABLE",
    "IDEMPOTENCY_TABLE",
    "SPENDING_TABLE",
    "PROMPT_JOBS_QUEUE_URL",
    "ANTHROPIC_API_KEY_SECRET",
];

fn config_with(set: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_lookup(&|name| {
        let given = set.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned());
        given.or_else(|| REQUIRED.contains(&name).then(|| format!("the {name}")))
    })
}

#[test]
fn the_requirements_defaults_hold_when_nothing_is_set() {
    let config = config_with(&[]).expect("every required variable is set");
    assert_eq!(config.behavior.analysis_days, 30);
    assert_eq!(config.behavior.streak_change_threshold, 7);
    assert_eq!(config.update.min_days, 7);
    assert!(config.behavior.change_detection && config.update.automatic && config.coach.generic_fallback);
    assert_eq!((config.generation.prompt_words.min, config.generation.prompt_words.max), (500, 800));
    assert_eq!((config.generation.profile_words.min, config.generation.profile_words.max), (160, 240));
}

#[test]
fn each_required_variable_is_named_when_it_is_missing() {
    for missing in REQUIRED {
        let error = config_with(&[(missing, "")]).expect_err("a required variable is empty");
        assert_eq!(error.variable, missing);
        assert!(error.to_string().contains(missing), "{error}");
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
        ("MODEL_PRICES", "{\"claude\": 3}"),
        ("MODEL_EFFORT", "heroic"),
        ("AUTH_MODE", "none"),
        ("DAILY_BUDGET_USD", "lots"),
        ("COACH_MAX_TOKENS", "0"),
        ("COACH_MODEL", "claude-without-a-price"),
        ("PROMPT_UPDATE_DAY", "someday"),
        ("PROMPT_UPDATE_HOUR", "24"),
        ("PROMPT_UPDATE_TIMEZONE", "Mars/Olympus"),
    ];
    for (variable, value) in bad {
        let error = config_with(&[(variable, value)]).expect_err(value);
        assert_eq!(error.variable, variable);
        assert!(!error.to_string().contains('\n'), "one line: {error}");
    }
}

#[test]
fn a_threshold_from_the_environment_replaces_the_default() {
    let config = config_with(&[("MIN_DAYS_BETWEEN_UPDATES", "14"), ("STREAK_CHANGE_THRESHOLD", "3")]);
    let config = config.expect("both are in range");
    assert_eq!((config.update.min_days, config.behavior.streak_change_threshold), (14, 3));
}

#[test]
fn a_function_that_verifies_tokens_itself_needs_to_know_the_issuer() {
    let error = config_with(&[("AUTH_MODE", "jwt")]).expect_err("there is no issuer");
    assert_eq!(error.variable, "COGNITO_ISSUER");
    let issuer = ("COGNITO_ISSUER", "https://issuer.example/pool/");
    let config = config_with(&[("AUTH_MODE", "jwt"), issuer, ("COGNITO_CLIENT_ID", "app")]).expect("all is known");
    let AuthMode::Jwt { jwks_url, .. } = config.http.auth else { panic!("jwt was asked for") };
    assert_eq!(jwks_url, "https://issuer.example/pool/.well-known/jwks.json");
}

#[test]
fn a_budget_of_nothing_is_no_limit() {
    let config = config_with(&[("DAILY_BUDGET_USD", "0")]).expect("0 is in range");
    assert!(config.budgets.daily.is_none() && config.budgets.user_daily.is_some());
}
