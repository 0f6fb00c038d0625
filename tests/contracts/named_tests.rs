//! Pages that name the tests which prove what they say. Each of them is there.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Adds the Rust and Python files below a folder.
fn read_all(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder of tests") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_all(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "py") {
            into.push_str(&fs::read_to_string(&path).expect("a file of tests"));
        }
    }
}

fn assert_tests_of(page: &str, folders: &[&str], at_least: usize) {
    let page = fs::read_to_string(root().join(page)).expect("the page");
    let mut tests = String::new();
    for folder in folders {
        read_all(&root().join(folder), &mut tests);
    }
    // The names of tests are sentences.
    let is_word = |c: char| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_sentence = |name: &&str| name.matches('_').count() > 2 && name.chars().all(is_word);
    let named: Vec<&str> = page.split('`').filter(is_sentence).collect();
    assert!(named.len() >= at_least, "{named:?}");
    for name in named {
        let is_there = ["fn", "def"].iter().any(|word| tests.contains(&format!("{word} {name}(")));
        assert!(is_there, "there is no test {name}");
    }
}

#[test]
fn every_test_that_the_weekly_runs_protocol_names_is_there() {
    let folders = ["tests/handlers", "tests/bench-weekly/tests", "shared/coaching/tests"];
    assert_tests_of("shared/coaching/src/service/weekly/README.md", &folders, 20);
}

#[test]
fn every_test_that_the_page_about_real_time_updates_names_is_there() {
    assert_tests_of("shared/coaching/src/service/realtime/README.md", &["tests/handlers", "shared/coaching/tests"], 6);
}

#[test]
fn every_test_that_the_page_about_the_requirement_names_is_there() {
    let folders = [
        "tests/handlers",
        "tests/contracts",
        "tests/journey",
        "tests/deployment",
        "shared/domain/src",
        "shared/coaching",
    ];
    assert_tests_of("tests/requirement/README.md", &folders, 60);
}
