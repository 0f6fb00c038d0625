//! No function is missing in the table.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use coaching::api::functions;

use super::{AREAS, reads};

#[test]
fn every_function_of_the_template_has_a_use_case_in_the_fault_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    let template = fs::read_to_string(path).expect("the template is there");
    let named = template.lines().filter_map(|line| line.trim().strip_prefix("FunctionName: !Sub ${AWS::StackName}-"));
    let of_the_template: BTreeSet<&str> = named.collect();
    let of_the_code: BTreeSet<&str> = functions::start_each(|_| None).iter().map(|started| started.function).collect();
    assert_eq!(of_the_template, of_the_code, "template and code have the same functions");
    let cases = AREAS.iter().flat_map(|area| area.iter()).map(|case| case.function);
    let struck: BTreeSet<&str> = cases.chain(reads::READS.iter().map(|read| read.function)).collect();
    assert_eq!(struck, of_the_template);
}

#[test]
fn use_cases_have_names_of_their_own() {
    let names: Vec<&str> = AREAS.iter().flat_map(|area| area.iter()).map(|case| case.name).collect();
    let different: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(different.len(), names.len(), "{names:?}");
}
