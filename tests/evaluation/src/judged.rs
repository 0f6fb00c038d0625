//! What readers say of the texts, from 1 to 5: two judges, and labels given by hand, with how far they agree.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;

use serde::{Deserialize, Serialize};

use crate::person::folder;

/// The least and the most that can be given.
const SCORES: std::ops::RangeInclusive<u8> = 1..=5;

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// Version 1: 1 fits anybody, 5 the person would know themselves in three places, and a stranger would not.
    Personal,
    /// Version 1: 1 slogans, 5 every sentence changes an answer.
    Usable,
    /// An answer of the consultation: 1 a list of what was said, 5 it shows what mattered, and the question follows from it.
    Heard,
    /// Version 1, as a dietitian reads it: 1 would stop it, 5 would sign.
    Sound,
    /// Version 1, as somebody reads it who works with habits: 1 orders, 5 the person's own plan, ambivalence used, relapse
    /// planned for.
    Change,
    /// The profile, read by the person: 1 hurtful, 5 would feel understood.
    Dignity,
    /// Version 2: 1 restates numbers, 5 names the cause and one small step, keeps what stands.
    Update,
}

impl Criterion {
    const ALL: [Self; 7] =
        [Self::Personal, Self::Usable, Self::Heard, Self::Sound, Self::Change, Self::Dignity, Self::Update];

    const fn name(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Usable => "usable by the coach",
            Self::Heard => "heard",
            Self::Sound => "clinically sound",
            Self::Change => "behaviour change",
            Self::Dignity => "dignity",
            Self::Update => "quality of the update",
        }
    }
}

/// Scores by whose texts they are of: a person's id, with `simulated/` before it where the simulator has written them.
pub type Scores = BTreeMap<String, BTreeMap<Criterion, u8>>;

/// The judges' scores and the labels.
#[derive(Debug)]
pub struct Judged {
    judges: [Scores; 2],
    labels: Scores,
}

impl Judged {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or a score is none.
    pub fn read() -> io::Result<Self> {
        Ok(Self { judges: [scores("first-judge")?, scores("second-judge")?], labels: scores("labels")? })
    }

    /// How many labels there are.
    #[must_use]
    pub fn labels(&self) -> usize {
        self.labels.values().map(BTreeMap::len).sum()
    }

    /// Mean scores of what was recorded and of what the simulator writes, and the agreement.
    #[must_use]
    pub fn table(&self) -> String {
        let [first, second] = &self.judges;
        let mut table =
            "| judged, 1 to 5 | recorded: first judge | second judge | the simulator's: first judge | second judge |\n\
            |---|---:|---:|---:|---:|\n"
                .to_owned();
        for criterion in Criterion::ALL {
            let cells = [(first, false), (second, false), (first, true), (second, true)]
                .map(|(scores, simulated)| mean(scores, criterion, simulated));
            let _ = writeln!(table, "| {} | {} |", criterion.name(), cells.join(" | "));
        }
        table += "\n| agreement | scores | weighted kappa |\n|---|---:|---:|\n";
        for (name, one, other) in [
            ("first judge and labels", first, &self.labels),
            ("second judge and labels", second, &self.labels),
            ("first and second judge", first, second),
        ] {
            let pairs = pairs(one, other);
            let _ = writeln!(table, "| {name} | {} | {:.2} |", pairs.len(), weighted_kappa(&pairs));
        }
        table
    }
}

fn scores(name: &str) -> io::Result<Scores> {
    let invalid = |problem: String| io::Error::new(io::ErrorKind::InvalidData, format!("{name}.json: {problem}"));
    let text = fs::read_to_string(folder("judged").join(format!("{name}.json")))?;
    let scores: Scores = serde_json::from_str(&text).map_err(|error| invalid(error.to_string()))?;
    match scores.values().flat_map(BTreeMap::values).find(|score| !SCORES.contains(score)) {
        Some(score) => Err(invalid(format!("{score} is no score from 1 to 5"))),
        None => Ok(scores),
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are dozens of scores")]
fn mean(scores: &Scores, criterion: Criterion, simulated: bool) -> String {
    let of = scores.iter().filter(|(whose, _)| whose.starts_with("simulated/") == simulated);
    let given: Vec<f64> = of.filter_map(|(_, scores)| scores.get(&criterion)).map(|score| f64::from(*score)).collect();
    if given.is_empty() { String::new() } else { format!("{:.1}", given.iter().sum::<f64>() / given.len() as f64) }
}

/// What two readers have both scored.
fn pairs(one: &Scores, other: &Scores) -> Vec<(u8, u8)> {
    let both = one.iter().filter_map(|(whose, scores)| Some((scores, other.get(whose)?)));
    both.flat_map(|(one, other)| one.iter().filter_map(|(criterion, score)| Some((*score, *other.get(criterion)?))))
        .collect()
}

/// Cohen's kappa with quadratic weights (Cohen 1968): 1 is agreement, 0 what chance gives.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "there are dozens of scores")]
pub fn weighted_kappa(pairs: &[(u8, u8)]) -> f64 {
    let count = pairs.len() as f64;
    let weight = |one: u8, other: u8| f64::from(one.abs_diff(other)).powi(2);
    let seen: f64 = pairs.iter().map(|(one, other)| weight(*one, *other)).sum::<f64>() / count;
    let by_chance: f64 =
        pairs.iter().flat_map(|(one, _)| pairs.iter().map(move |(_, other)| weight(*one, *other))).sum::<f64>()
            / (count * count);
    if by_chance == 0.0 { 1.0 } else { 1.0 - seen / by_chance }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_agree_have_a_kappa_of_one_and_those_who_guess_about_none() {
        let same: Vec<(u8, u8)> = (1..=5).map(|score| (score, score)).collect();
        assert!((weighted_kappa(&same) - 1.0).abs() < 1e-9);
        let every: Vec<(u8, u8)> = (1..=5).flat_map(|one| (1..=5).map(move |other| (one, other))).collect();
        assert!(weighted_kappa(&every).abs() < 1e-9);
    }

    #[test]
    fn a_kappa_is_the_one_that_the_formula_gives() {
        // Seen: (0 + 0 + 1 + 4) / 4; by chance: the mean squared distance of all pairs of their scores, 52 / 16.
        let pairs = [(1, 1), (5, 5), (3, 4), (4, 2)];
        let by_chance: f64 =
            [1, 5, 3, 4].iter().flat_map(|one: &i32| [1, 5, 4, 2].map(|other| f64::from((one - other).pow(2)))).sum();
        assert!((weighted_kappa(&pairs) - (1.0 - (5.0 / 4.0) / (by_chance / 16.0))).abs() < 1e-9);
    }
}
