//! The pages about the protocols of the weekly run and of real-time updates name the tests that prove them. Each is there.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read_all(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder of tests") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_all(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(&path).expect("a file of tests"));
        }
    }
}

fn assert_tests_are_there(page: &str, least: usize) {
    let page = root().join("shared/coaching/src/service").join(page);
    let page = fs::read_to_string(page).expect("the page");
    let mut tests = String::new();
    for folder in ["tests/handlers", "shared/coaching/tests"] {
        read_all(&root().join(folder), &mut tests);
    }
    // The names of tests are sentences.
    let is_sentence = |name: &&str| name.matches('_').count() > 4 && !name.contains(char::is_whitespace);
    let named: Vec<&str> = page.split('`').filter(is_sentence).collect();
    assert!(named.len() > least, "{named:?}");
    for name in named {
        assert!(tests.contains(&format!("fn {name}(")), "there is no test {name}");
    }
}

#[test]
fn every_test_that_the_weekly_runs_protocol_names_is_there() {
    assert_tests_are_there("weekly/README.md", 20);
}

#[test]
fn every_test_that_the_page_about_real_time_updates_names_is_there() {
    assert_tests_are_there("realtime/README.md", 5);
}
