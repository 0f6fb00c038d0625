//! How careful the coach is with a person, and for how long.
//!
//! The system only tightens. A signal of the rules holds for a day; it lasts once it comes again on another day, once a
//! model agrees, or once the person confirms it. What lasts is loosened by an admin alone.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::health::Condition;
use super::kind::{Risk, SafetyKind, Signal};
use crate::word::Word;

/// Hours between two signals that count as two: one evening can have two dates.
const APART: Duration = Duration::hours(6);
/// Days within which a second signal of a kind makes it last: rules err in one message of hundreds, and over years that
/// comes to two in anybody.
const REMEMBERED_DAYS: i64 = 30;

/// The risk state of a person, with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RiskRecord {
    /// The state that lasts.
    #[serde(deserialize_with = "Risk::stored")]
    pub lasting: Risk,
    /// What was heard last of each kind.
    pub heard: BTreeMap<Signal, Heard>,
    /// How many fixed answers the person was given for each kind, so that none comes twice.
    pub answers: BTreeMap<Signal, u32>,
    /// What of the person's details it has followed already, so that what an admin decides on it holds.
    pub followed: BTreeSet<Danger>,
    /// When it was last tightened; `None` where there is nothing left of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
}

/// A signal of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// The person's local day.
    pub day: NaiveDate,
    /// When it stops to hold.
    pub until: DateTime<Utc>,
}

/// Something in a person's details that makes the coach careful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Danger {
    /// A body mass index that is known to be too low.
    Underweight,
    /// A condition that the person has told of.
    #[serde(untagged)]
    Condition(Condition),
    /// One that this release does not know: another one has followed it.
    #[serde(untagged)]
    Unknown(Word),
}

impl Danger {
    /// How careful it makes the coach.
    #[must_use]
    pub const fn risk(self) -> Risk {
        match self {
            Self::Underweight => Risk::NoDeficit,
            Self::Condition(condition) => condition.risk(),
            Self::Unknown(_) => Risk::Referred,
        }
    }
}

impl RiskRecord {
    /// How long a signal of the rules holds.
    pub const HOLDS: Duration = Duration::hours(24);

    /// The state at an instant.
    #[must_use]
    pub fn at(&self, now: DateTime<Utc>) -> Risk {
        let holding = self.heard.iter().filter(|(_, heard)| now < heard.until).map(|(signal, _)| signal.risk());
        holding.max().unwrap_or_default().max(self.lasting)
    }

    /// Tightens it by signals that the rules found at `now`, on the person's local day `today`.
    pub fn hear(&mut self, signals: &BTreeSet<Signal>, now: DateTime<Utc>, today: NaiveDate) {
        let before = self.at(now);
        for signal in signals {
            let heard = Heard { day: today, until: now + Self::HOLDS };
            let again = self.heard.insert(*signal, heard).is_some_and(|earlier| {
                let apart = now + Self::HOLDS - earlier.until >= APART;
                apart && (1..=REMEMBERED_DAYS).contains(&(today - earlier.day).num_days())
            });
            if again {
                self.lasting = self.lasting.max(signal.risk());
            }
        }
        self.note(before, now);
    }

    /// Follows what is dangerous in the person's details. Each danger is followed once, when it is new.
    pub fn follow(&mut self, dangers: BTreeSet<Danger>, now: DateTime<Utc>) {
        let new = dangers.difference(&self.followed).map(|danger| danger.risk()).max();
        if let Some(risk) = new {
            self.confirm(risk, now);
        }
        // What another release has followed it does not follow again.
        self.followed.retain(|followed| matches!(followed, Danger::Unknown(_)));
        self.followed.extend(dangers);
        if self.at(now) == Risk::None {
            self.since = None;
        }
    }

    /// Makes a state last that the person or a model has confirmed, or that follows from body data.
    pub fn confirm(&mut self, risk: Risk, now: DateTime<Utc>) {
        let before = self.at(now);
        self.lasting = self.lasting.max(risk);
        self.note(before, now);
    }

    fn note(&mut self, before: Risk, now: DateTime<Utc>) {
        if self.at(now) > before {
            self.since = Some(now);
        }
    }

    /// The state that an admin decides on, whatever it was.
    pub fn decide(&mut self, risk: Risk, now: DateTime<Utc>) {
        self.lasting = risk;
        self.heard.clear();
        self.since = (risk > Risk::None).then_some(now);
    }

    /// Counts a fixed answer, and says how many there were before it.
    pub fn answered(&mut self, signal: Signal) -> u32 {
        let count = self.answers.entry(signal).or_default();
        *count += 1;
        *count - 1
    }

    /// How many fixed answers there were for a signal, and for those that are answered with the same texts.
    #[must_use]
    pub fn given(&self, signal: Signal) -> u32 {
        let alike = |other: &Signal| {
            *other == signal || (signal.kind() == SafetyKind::Medical && other.kind() == SafetyKind::Medical)
        };
        self.answers.iter().filter(|(other, _)| alike(other)).map(|(_, count)| count).sum()
    }

    /// Whether a signal of this kind was heard within the last day.
    #[must_use]
    pub fn holds(&self, signal: Signal, now: DateTime<Utc>) -> bool {
        self.heard.get(&signal).is_some_and(|heard| now < heard.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn what_another_release_has_written_makes_the_coach_as_careful_as_it_can_be_and_is_written_back() {
        let now = at("2026-11-20T22:00:00Z");
        let read = |stored: serde_json::Value| serde_json::from_value::<RiskRecord>(stored).expect("it is read");
        assert_eq!(read(serde_json::json!({"lasting": "watched"})).at(now), Risk::Referred);
        let stored = serde_json::json!({
            "lasting": "none",
            "heard": {"grief": {"day": "2026-11-20", "until": "2026-11-21T10:00:00Z"}},
            "answers": {"grief": 2},
            "followed": ["insulin", "scurvy"],
        });
        let mut record = read(stored.clone());
        assert_eq!(serde_json::to_value(&record).expect("it serialises"), stored);
        assert_eq!((record.at(now), record.at(now + Duration::days(1))), (Risk::Referred, Risk::None));
        record.follow(BTreeSet::from([Danger::Underweight]), now);
        assert_eq!(record.lasting, Risk::NoDeficit, "what another release has followed is followed no second time");
        let followed = serde_json::to_value(&record.followed).expect("it serialises");
        assert_eq!(followed, serde_json::json!(["underweight", "scurvy"]));
    }

    fn hear(record: &mut RiskRecord, signal: Signal, now: &str) {
        record.hear(&BTreeSet::from([signal]), at(now), at(now).date_naive());
    }

    #[test]
    fn a_single_signal_holds_for_a_day() {
        let mut record = RiskRecord::default();
        hear(&mut record, Signal::SelfHarm, "2026-11-20T22:00:00Z");
        hear(&mut record, Signal::SelfHarm, "2026-11-20T23:00:00Z");
        assert_eq!(record.at(at("2026-11-21T22:59:59Z")), Risk::Referred);
        assert_eq!(record.at(at("2026-11-21T23:00:00Z")), Risk::None);
    }

    #[test]
    fn a_second_one_on_another_day_lasts_and_one_that_is_long_past_does_not_count() {
        let mut record = RiskRecord::default();
        hear(&mut record, Signal::EatingDisorder, "2026-09-01T10:00:00Z");
        hear(&mut record, Signal::EatingDisorder, "2026-11-20T10:00:00Z");
        assert_eq!(record.lasting, Risk::None);
        hear(&mut record, Signal::Medical, "2026-11-21T10:00:00Z");
        assert_eq!(record.lasting, Risk::None, "another kind");
        hear(&mut record, Signal::EatingDisorder, "2026-11-22T10:00:00Z");
        assert_eq!(record.at(at("2030-01-01T00:00:00Z")), Risk::NoDeficit);
    }

    #[test]
    fn one_evening_is_not_two_days() {
        let mut record = RiskRecord::default();
        hear(&mut record, Signal::SelfHarm, "2026-11-20T23:58:00Z");
        hear(&mut record, Signal::SelfHarm, "2026-11-21T00:02:00Z");
        assert_eq!(record.lasting, Risk::None);
        hear(&mut record, Signal::SelfHarm, "2026-11-22T08:00:00Z");
        assert_eq!(record.lasting, Risk::Referred);
    }

    #[test]
    fn it_is_only_tightened_until_an_admin_decides() {
        let mut record = RiskRecord::default();
        record.confirm(Risk::NoDeficit, at("2026-11-20T10:00:00Z"));
        record.confirm(Risk::Caution, at("2026-11-21T10:00:00Z"));
        assert_eq!(record.lasting, Risk::NoDeficit);
        hear(&mut record, Signal::Minor, "2026-11-22T10:00:00Z");
        record.decide(Risk::Caution, at("2026-11-22T11:00:00Z"));
        assert_eq!(record.at(at("2026-11-22T11:00:00Z")), Risk::Caution);
    }

    #[test]
    fn what_an_admin_decided_on_a_danger_holds_until_there_is_another_one() {
        let mut record = RiskRecord::default();
        let [eating, pregnant] =
            [Condition::EatingDisorder, Condition::PregnancyOrBreastfeeding].map(Danger::Condition);
        record.follow(BTreeSet::from([eating]), at("2026-11-20T10:00:00Z"));
        assert_eq!(record.lasting, Risk::NoDeficit);
        record.decide(Risk::None, at("2026-11-21T10:00:00Z"));
        record.follow(BTreeSet::from([eating]), at("2026-11-22T10:00:00Z"));
        assert_eq!(record.lasting, Risk::None);
        record.follow(BTreeSet::from([eating, pregnant]), at("2026-11-23T10:00:00Z"));
        assert_eq!((record.lasting, record.since), (Risk::NoDeficit, Some(at("2026-11-23T10:00:00Z"))));
    }

    #[test]
    fn dangers_are_stored_by_their_names() {
        let dangers = BTreeSet::from([Danger::Underweight, Danger::Condition(Condition::Insulin)]);
        let stored = serde_json::to_value(&dangers).expect("dangers serialise");
        assert_eq!(stored, serde_json::json!(["underweight", "insulin"]));
        assert_eq!(serde_json::from_value::<BTreeSet<Danger>>(stored).expect("dangers"), dangers);
    }

    #[test]
    fn fixed_answers_are_counted_by_kind() {
        let mut record = RiskRecord::default();
        let counts = [Signal::SelfHarm, Signal::SelfHarm, Signal::Abuse].map(|signal| record.answered(signal));
        assert_eq!(counts, [0, 1, 0]);
        record.answered(Signal::Pregnancy);
        record.answered(Signal::Medical);
        assert_eq!([Signal::SelfHarm, Signal::Medical, Signal::Minor].map(|signal| record.given(signal)), [2, 2, 0]);
    }
}
