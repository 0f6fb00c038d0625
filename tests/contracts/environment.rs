//! What each function reads from its environment, compared with what the template gives it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use aws_config::SdkConfig;
use coaching::api::ROUTES;
use coaching::app::{App, FromApp, StartError};
use coaching::config::{Environment, LogSettings, SETTINGS};
use coaching::http::Api;
use coaching::service::{BatchCollector, PromptWorker, WeeklyUpdater};

/// The address of the issuer's keys follows from the issuer; only a local stack sets it.
const LOCAL: &str = "COGNITO_JWKS_URL";

/// What `build` asks of its environment, in either mode of recognising callers.
fn asked(build: impl Fn(&App) -> Result<(), StartError>) -> BTreeSet<&'static str> {
    let mut asked = BTreeSet::new();
    for mode in ["authorizer", "jwt"] {
        let settings: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.description().name).collect();
        let env = Environment::new(move |name| match name {
            "AUTH_MODE" => Some(mode.to_owned()),
            // A name that has no default is that of a table, a queue or a secret: any will do.
            name => (!settings.contains(name)).then(|| "some-name".to_owned()),
        });
        let aws = SdkConfig::builder().behavior_version(aws_config::BehaviorVersion::latest()).build();
        // What every function reads before anything else.
        LogSettings::read(&env).expect("every setting is at its default");
        build(&App::new(env.clone(), aws)).expect("every setting is at its default");
        asked.extend(env.asked());
    }
    asked.remove(LOCAL);
    asked
}

/// The variables of every function, as the code reads them.
fn read() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let of_routes = ROUTES.iter().map(|route| {
        let build = |app: &App| Api::for_route(route, app).and_then(|_| (route.handler)(app)).map(drop);
        (route.function, asked(build))
    });
    let others = [
        ("weekly-updater", asked(|app| WeeklyUpdater::from_app(app).map(drop))),
        ("prompt-worker", asked(|app| PromptWorker::from_app(app).map(drop))),
        ("batch-collector", asked(|app| BatchCollector::from_app(app).map(drop))),
    ];
    of_routes.chain(others).collect()
}

/// The variables that the template gives to each function, and to all.
fn given(template: &str) -> (BTreeMap<String, BTreeSet<String>>, BTreeSet<String>) {
    let mut given: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut to_all = BTreeSet::new();
    let mut function = None;
    let mut variables_at = None;
    for line in template.lines() {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        if let Some(name) = line.strip_prefix("FunctionName: !Sub ${AWS::StackName}-") {
            function = Some(name.to_owned());
        }
        match variables_at {
            _ if line == "Variables:" => variables_at = Some(indent),
            Some(at) if indent > at => {
                if let Some((name, _)) = line.split_once(": ").filter(|_| !line.starts_with('#')) {
                    match &function {
                        Some(function) => given.entry(function.clone()).or_default().insert(name.to_owned()),
                        None => to_all.insert(name.to_owned()),
                    };
                }
            }
            Some(_) => variables_at = None,
            None => {}
        }
    }
    (given, to_all)
}

#[test]
fn the_template_gives_each_function_what_it_reads_and_nothing_else() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    let template = fs::read_to_string(path).expect("the template is there");
    let (given, to_all) = given(&template);
    for (function, read) in read() {
        let given = given.get(function).cloned().unwrap_or_default();
        let given: BTreeSet<&str> = given.union(&to_all).map(String::as_str).collect();
        let missing: Vec<_> = read.difference(&given).collect();
        let needless: Vec<_> = given.difference(&read).collect();
        assert!(missing.is_empty(), "{function} reads {missing:?}, which template.yaml does not set for it");
        assert!(needless.is_empty(), "template.yaml sets {needless:?} for {function}, which does not read them");
    }
}
