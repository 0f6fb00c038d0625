//! What each function reads from its environment, compared with what the template gives it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use coaching::api::functions;

/// The address of the issuer's keys follows from the issuer; only a local stack sets it.
const LOCAL: &str = "COGNITO_JWKS_URL";

/// The variables of every function, as the code reads them in either mode of recognising callers.
fn read() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut read: BTreeMap<&'static str, BTreeSet<&'static str>> = BTreeMap::new();
    for mode in ["authorizer", "jwt"] {
        for started in functions::start_each(move |name| (name == "AUTH_MODE").then(|| mode.to_owned())) {
            started.result.expect("every setting is at its default");
            read.entry(started.function).or_default().extend(started.read);
        }
    }
    for variables in read.values_mut() {
        variables.remove(LOCAL);
    }
    read
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
