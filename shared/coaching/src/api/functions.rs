//! Every function by its name, and what it needs to start: settings can be checked by all functions at once, before any of
//! them is deployed.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::{BehaviorVersion, SdkConfig};

use super::ROUTES;
use crate::app::{App, FromApp as _, StartError};
use crate::config::{Environment, LogSettings, SETTINGS};
use crate::http::Api;
use crate::service::ledger::SpendingReconciler;
use crate::service::{
    AbsenceCheck, BatchCollector, DirectoryRecount, FirstPrompts, PromptWorker, UserDirectory, WeeklyUpdater,
};

/// What a function without a route builds when it starts.
type Start = fn(&App) -> Result<(), StartError>;

/// The functions that no route leads to.
const WITHOUT_ROUTE: &[(&str, Start)] = &[
    ("weekly-updater", |app| WeeklyUpdater::from_app(app).map(drop)),
    ("prompt-worker", |app| PromptWorker::from_app(app).map(drop)),
    ("first-prompt-worker", |app| FirstPrompts::from_app(app).map(drop)),
    ("batch-collector", |app| BatchCollector::from_app(app).map(drop)),
    ("profile-watcher", |app| UserDirectory::from_app(app).map(drop)),
    ("directory-recounter", |app| DirectoryRecount::from_app(app).map(drop)),
    ("spending-reconciler", |app| SpendingReconciler::from_app(app).map(drop)),
    ("streak-watcher", |app| AbsenceCheck::from_app(app).map(drop)),
];

/// A function that was started.
#[derive(Debug)]
pub struct Started {
    /// Its name.
    pub function: &'static str,
    /// The variables that it has read.
    pub read: BTreeSet<&'static str>,
    /// Whether it starts, and if not, why.
    pub result: Result<(), StartError>,
}

/// Builds what each function builds when it starts, with what `look_up` answers for a variable. Names of tables, queues, pools
/// and secrets, which have no default, are taken as given where it answers nothing. Nothing is connected to.
pub fn start_each(look_up: impl Fn(&str) -> Option<String> + Clone + Send + Sync + 'static) -> Vec<Started> {
    let start = |function, build: &dyn Fn(&App) -> Result<(), StartError>| {
        let app = unconnected(look_up.clone());
        // What every function reads before anything else.
        let logged = LogSettings::read(app.env()).map(drop).map_err(StartError::from);
        let result = logged.and_then(|()| build(&app));
        Started { function, read: app.env().asked(), result }
    };
    let routed = ROUTES.iter().map(|route| {
        start(route.function, &|app| Api::for_route(route, app).and_then(|_| (route.handler)(app)).map(drop))
    });
    routed.chain(WITHOUT_ROUTE.iter().map(|(function, build)| start(function, build))).collect()
}

/// The functions that would not start with the settings that `look_up` answers with, by the sentence that each would log.
pub fn refused(
    look_up: impl Fn(&str) -> Option<String> + Clone + Send + Sync + 'static,
) -> BTreeMap<String, Vec<&'static str>> {
    let mut refused: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for Started { function, result, .. } in start_each(look_up) {
        if let Err(error) = result {
            refused.entry(error.to_string()).or_default().push(function);
        }
    }
    refused
}

/// An app that has not connected to anything.
fn unconnected(look_up: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> App {
    let env = Environment::new(move |name| {
        let is_setting = SETTINGS.iter().any(|setting| setting.description().name == name);
        look_up(name).or_else(|| (!is_setting).then(|| "some-name".to_owned()))
    });
    App::new(env, SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_with(set: &'static [(&str, &str)]) -> BTreeMap<String, Vec<&'static str>> {
        refused(move |name| set.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn with_the_defaults_every_function_starts() {
        assert_eq!(refused_with(&[]), BTreeMap::new());
    }

    #[test]
    fn a_rule_across_settings_is_told_once_with_the_functions_that_it_stops() {
        let refused = refused_with(&[("PROMPT_MIN_WORDS", "900")]);
        let [(sentence, functions)] = &refused.iter().collect::<Vec<_>>()[..] else { panic!("{refused:?}") };
        assert!(
            sentence.contains("PROMPT_MIN_WORDS is 900, but it must be below PROMPT_MAX_WORDS (800)"),
            "{sentence}"
        );
        assert!(functions.contains(&"prompt-worker") && !functions.contains(&"get-profile"), "{functions:?}");
    }

    #[test]
    fn each_thing_that_is_wrong_is_told() {
        let refused = refused_with(&[("COACH_MODEL", "claude-unheard-of"), ("LOG_LEVEL", "loud")]);
        assert!(refused.keys().any(|sentence| sentence.contains("LOG_LEVEL is \"loud\"")), "{refused:?}");
        let refused = refused_with(&[("COACH_MODEL", "claude-unheard-of")]);
        assert!(refused.keys().any(|sentence| sentence.contains("MODEL_PRICES lists no price")), "{refused:?}");
    }
}
