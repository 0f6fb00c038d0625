//! What is expected before there was a run is what the backtest has found.

use std::fs;
use std::path::PathBuf;

use domain::projection::BACKTEST_THOUSANDTHS;

#[test]
fn the_share_that_is_expected_before_the_first_run_is_that_of_the_backtest() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("backtest/README.md");
    let page = fs::read_to_string(page).expect("the page of the backtest");
    let (_, answer) = page.split_once("At the requirement's settings (").expect("the answer at the default settings");
    let (_, answer) = answer.split_once(") ").expect("the settings end");
    let (percent, _) = answer.split_once("% of the checks rewrite a prompt").expect("a share");
    let percent: f64 = percent.parse().expect("a number");
    assert!((percent * 10.0 - f64::from(BACKTEST_THOUSANDTHS)).abs() < 0.001, "{percent}%");
}
