//! The page about the weekly run's protocol names the tests that prove it. Each of them is there.

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

#[test]
fn every_test_that_the_weekly_runs_protocol_names_is_there() {
    let page = fs::read_to_string(root().join("shared/coaching/src/service/weekly/README.md")).expect("the page");
    let mut tests = String::new();
    for folder in ["tests/handlers", "shared/coaching/tests"] {
        read_all(&root().join(folder), &mut tests);
    }
    // The names of tests are sentences.
    let is_sentence = |name: &&str| name.matches('_').count() > 4 && !name.contains(char::is_whitespace);
    let named: Vec<&str> = page.split('`').filter(is_sentence).collect();
    assert!(named.len() > 20, "{named:?}");
    for name in named {
        assert!(tests.contains(&format!("fn {name}(")), "there is no test {name}");
    }
}
