//! The numbers as tables, and the conclusions that follow from them.

use std::fmt::Write as _;

use cohorts::Archetype;

use crate::policy::{Policy, REQUIRED_THRESHOLD, STREAK_OFF, STREAKS, THRESHOLDS};
use crate::tally::{PATIENCE, Tally};

/// How many of 100 people are of each archetype: an assumption, in the order of [`Archetype::ALL`]. The tables by archetype
/// allow any other.
pub const MIX: [u32; 8] = [30, 10, 12, 12, 8, 12, 8, 8];
/// The share of a week's checks that the requirement assumes to be a change.
const ASSUMED_CHANGED: f64 = 0.10;

/// The outcome of a replay.
pub struct Report {
    /// The policies replayed.
    pub policies: Vec<Policy>,
    /// A tally for each archetype and policy.
    pub tallies: Vec<Vec<Tally>>,
}

impl Report {
    /// The tally of one archetype.
    ///
    /// # Panics
    /// If the policy has not been replayed.
    #[must_use]
    pub fn of(&self, archetype: usize, policy: Policy) -> &Tally {
        let index = self.policies.iter().position(|known| *known == policy).expect("the policy is part of the grid");
        &self.tallies[archetype][index]
    }

    /// A figure of the whole population, each archetype with its weight in [`MIX`].
    #[must_use]
    pub fn mixed(&self, policy: Policy, figure: impl Fn(&Tally) -> f64) -> f64 {
        MIX.iter()
            .enumerate()
            .map(|(archetype, weight)| f64::from(*weight) * figure(self.of(archetype, policy)))
            .sum::<f64>()
            / 100.0
    }

    /// A ratio of sums over the whole population: true changes of rare archetypes count as often as they happen.
    #[must_use]
    pub fn pooled(&self, policy: Policy, part: impl Fn(&Tally) -> u32, whole: impl Fn(&Tally) -> u32) -> f64 {
        let sum = |count: &dyn Fn(&Tally) -> u32| self.mixed(policy, |tally| f64::from(count(tally)));
        sum(&part) / sum(&whole).max(f64::MIN_POSITIVE)
    }

    /// All tables in Markdown.
    #[must_use]
    pub fn tables(&self) -> String {
        format!(
            "{}\n### By archetype, at the requirement's settings\n\n{}\n### By archetype, at the recommended settings\n\n{}\n\
             ### By threshold\n\n{}\n### What else can be set\n\n{}",
            self.answer(),
            self.by_archetype(Policy::REQUIRED),
            self.by_archetype(Policy::RECOMMENDED),
            self.by_policy(THRESHOLDS.map(|points| Policy { points, ..Policy::REQUIRED })),
            self.by_policy(variations()),
        )
    }

    /// The conclusions, in the numbers of this run.
    fn answer(&self) -> String {
        let (required, recommended) = (Policy::REQUIRED, Policy::RECOMMENDED);
        let changed = self.mixed(required, Tally::rewrite_share);
        let verdict = if changed <= ASSUMED_CHANGED { "holds" } else { "does not hold" };
        let holds_at = THRESHOLDS
            .map(|points| Policy { points, ..recommended })
            .into_iter()
            .find(|policy| self.mixed(*policy, Tally::rewrite_share) <= ASSUMED_CHANGED)
            .map_or_else(String::new, |policy| {
                format!(" With the streak rule off it holds from {} points on.", policy.points)
            });
        format!(
            "**The assumption that 90% of people do not change in a week {verdict}.** At the requirement's settings \
             ({REQUIRED_THRESHOLD} points, more than 7 days of streak, weekly, with drift detection) {}.{holds_at} At the \
             recommended settings ({} points, streak rule off) {}.\n",
            self.in_words(required),
            recommended.points,
            self.in_words(recommended),
        )
    }

    fn in_words(&self, policy: Policy) -> String {
        format!(
            "{:.1}% of the checks rewrite a prompt, {:.0}% of these needlessly, {:.1}% of the true changes are missed, and \
             the bill for 10,000 people is ${:.0} a year",
            self.mixed(policy, Tally::rewrite_share) * 100.0,
            self.pooled(policy, |tally| tally.needless, |tally| tally.rewrites) * 100.0,
            self.pooled(policy, |tally| tally.missed, |tally| tally.changes) * 100.0,
            self.mixed(policy, Tally::yearly_bill),
        )
    }

    fn by_archetype(&self, policy: Policy) -> String {
        let mut table = String::from(
            "| archetype | of 100 people | checks that rewrite | of these needless | true changes a person | answered after | missed | bill, 10,000 people |\n\
             |---|---|---|---|---|---|---|---|\n",
        );
        for (index, archetype) in Archetype::ALL.iter().enumerate() {
            let tally = self.of(index, policy);
            let people = f64::from(tally.by_week.iter().map(|(checks, _)| *checks).max().unwrap_or(1).max(1));
            let (changes, wait, missed) = if tally.changes == 0 {
                ("0".to_owned(), String::new(), String::new())
            } else {
                let per_person = format!("{:.1}", f64::from(tally.changes) / people);
                let wait = format!("{:.1} weeks", tally.mean_wait());
                (per_person, wait, format!("{:.1}%", tally.missed_share() * 100.0))
            };
            let _ = writeln!(
                table,
                "| {} | {} | {:.1}% | {:.0}% | {changes} | {wait} | {missed} | ${:.0} |",
                archetype.name(),
                MIX[index],
                tally.rewrite_share() * 100.0,
                tally.needless_share() * 100.0,
                tally.yearly_bill(),
            );
        }
        table
    }

    fn by_policy(&self, policies: impl IntoIterator<Item = Policy>) -> String {
        let mut table = format!(
            "| points | streak | drift | every | checks that rewrite | of these needless | answered after | missed in {PATIENCE} weeks | bill, 10,000 people |\n\
             |---|---|---|---|---|---|---|---|---|\n"
        );
        for policy in policies {
            let _ = writeln!(
                table,
                "| {} | {} | {} | {} | {:.1}% | {:.0}% | {:.1} weeks | {:.1}% | ${:.0} |",
                policy.points,
                if policy.streak == STREAK_OFF { "off".to_owned() } else { format!("{} days", policy.streak) },
                if policy.drift { "on" } else { "off" },
                if policy.weeks == 1 { "week" } else { "fortnight" },
                self.mixed(policy, Tally::rewrite_share) * 100.0,
                self.pooled(policy, |tally| tally.needless, |tally| tally.rewrites) * 100.0,
                self.pooled(policy, |tally| tally.waiting, |tally| tally.changes - tally.missed),
                self.pooled(policy, |tally| tally.missed, |tally| tally.changes) * 100.0,
                self.mixed(policy, Tally::yearly_bill),
            );
        }
        table
    }
}

/// One setting at a time, then the combinations worth a look.
fn variations() -> Vec<Policy> {
    let (required, recommended) = (Policy::REQUIRED, Policy::RECOMMENDED);
    let mut policies: Vec<_> = STREAKS.into_iter().skip(1).map(|streak| Policy { streak, ..required }).collect();
    policies.extend([Policy { drift: false, ..required }, Policy { weeks: 2, ..required }]);
    policies.extend([15, 20, 25].map(|points| Policy { points, ..recommended }));
    policies.extend([14, 21].map(|streak| Policy { streak, ..recommended }));
    policies.extend([Policy { drift: false, ..recommended }, Policy { weeks: 2, ..recommended }]);
    policies
}

/// The lines of the README between which the tables stand.
const BEGIN: &str = "<!-- tables: written by `cargo run --release -p backtest` -->\n";
const END: &str = "<!-- end of tables -->";

/// The README with new tables.
pub fn into_readme(readme: &str, tables: &str) -> Result<String, String> {
    let missing = || format!("README.md must have the lines `{}` and `{END}`", BEGIN.trim());
    let (before, rest) = readme.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    Ok(format!("{before}{BEGIN}\n{tables}\n{END}{after}"))
}
