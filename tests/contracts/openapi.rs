//! The published contract of the API.

use std::fs;
use std::path::PathBuf;

use coaching::api::openapi::document;

/// Set it to have the file written instead of compared.
const UPDATE: &str = "UPDATE_OPENAPI";

#[test]
fn the_published_contract_is_the_one_that_the_code_keeps() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../infra/openapi.json");
    let current = serde_json::to_string_pretty(&document()).expect("a document serialises") + "\n";
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, &current).expect("the file can be written");
    }
    let published = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == current,
        "infra/openapi.json is not what the code serves. Run `{UPDATE}=1 cargo test -p coaching-tests --test contracts` \
         and commit the file."
    );
}
