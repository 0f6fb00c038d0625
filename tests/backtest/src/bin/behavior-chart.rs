//! Draws the answer of `GET /v1/users/me/behavior` as a chart: `behavior-chart ANSWER.json CHART.svg`.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use backtest::person_chart::{self, Answer};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [answer, chart] = arguments.as_slice() else {
        return Err("usage: behavior-chart ANSWER.json CHART.svg".into());
    };
    let answer: Answer = serde_json::from_str(&fs::read_to_string(answer)?)?;
    person_chart::draw(&answer, Path::new(chart))
}
