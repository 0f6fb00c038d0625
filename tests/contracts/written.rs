//! What is written from the route table and the settings: the published contract, the README's two tables, the routes of
//! `cargo lambda watch`, and the sample events. Each is compared with what the code says now.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use coaching::api::{ROUTES, openapi};
use coaching::config::{Description, SETTINGS};

use crate::events;

/// Set it to have everything written instead of compared.
const UPDATE: &str = "UPDATE_CONTRACT";

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(file)
}

fn stands(file: &str) -> String {
    fs::read_to_string(path(file)).unwrap_or_default()
}

/// `text` with what stands between two lines replaced.
fn between(text: &str, begin: &str, end: &str, replacement: &str) -> String {
    let replaced = test_support::between(text, begin, end, &format!("\n{replacement}"));
    replaced.unwrap_or_else(|| panic!("{begin} or {end} is missing"))
}

fn contract() -> String {
    serde_json::to_string_pretty(&openapi::document()).expect("a document serialises") + "\n"
}

fn table_of_endpoints() -> String {
    let mut table = String::from("| route | function | what it does |\n|---|---|---|\n");
    for route in ROUTES {
        let _ = writeln!(table, "| `{} {}` | `{}` | {} |", route.method, route.path, route.function, route.summary);
    }
    table
}

fn table_of_settings() -> String {
    let mut table = String::from("| variable | default | takes | meaning |\n|---|---|---|---|\n");
    for setting in SETTINGS {
        let Description { name, default, takes, meaning } = setting.description();
        // A price list does not fit into a table.
        let default =
            if default.starts_with('{') { "list prices of November 2026".to_owned() } else { format!("`{default}`") };
        let _ = writeln!(table, "| `{name}` | {default} | {takes} | {meaning} |");
    }
    table
}

fn readme() -> String {
    let readme = stands("README.md");
    let readme = between(&readme, "<!-- endpoints -->", "<!-- end of endpoints -->", &table_of_endpoints());
    between(&readme, "<!-- settings -->", "<!-- end of settings -->", &table_of_settings())
}

fn manifest() -> String {
    let mut by_path: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for route in ROUTES {
        let entry = format!("{{ function = \"{}\", method = \"{}\" }}", route.function, route.method);
        by_path.entry(route.path).or_default().push(entry);
    }
    let mut routes = String::new();
    for (path, mut entries) in by_path {
        entries.sort();
        let _ = writeln!(routes, "\"{path}\" = [{}]", entries.join(", "));
    }
    between(&stands("Cargo.toml"), "[workspace.metadata.lambda.watch.router]", "\n[workspace.lints.rust]", &routes)
}

/// Every file that is written from the code, with what it should hold.
fn written() -> Vec<(String, String)> {
    let events = ROUTES.iter().map(|route| (format!("events/{}.json", route.function), events::sample(route)));
    let documents = [("infra/openapi.json", contract()), ("README.md", readme()), ("Cargo.toml", manifest())]
        .map(|(file, text)| (file.to_owned(), text));
    documents.into_iter().chain(events).collect()
}

#[test]
fn everything_that_is_written_from_the_code_is_what_the_code_says_now() {
    let update = std::env::var_os(UPDATE).is_some();
    let stale: Vec<String> = written()
        .into_iter()
        .filter(|(file, text)| stands(file) != *text)
        .map(|(file, text)| {
            if update {
                fs::write(path(&file), text).expect("the file can be written");
            }
            file
        })
        .collect();
    assert!(
        update || stale.is_empty(),
        "{stale:?} are not what the code says. Run `{UPDATE}=1 cargo test -p coaching-tests --test contracts` and commit them."
    );
}
