//! Who gets which variant: by weights, and for each person always the same.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::variant::VariantName;
use crate::profile::UserId;

/// What stands before a name and an id when they are hashed, so that the choice of a variant has nothing to do with another
/// choice that is made by the same id, such as that of a shard.
const PURPOSE: &str = "prompt-variant";

/// Identity of the weights by which chance assigns variants: that of the proportions in which people are shared out. Whoever was
/// assigned under one identity was assigned alike, whenever it was, and is compared with nobody of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Experiment(String);

impl Experiment {
    /// The identity that was read.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// Eight hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The weights of variants, of which at least one is above zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantWeights(Vec<(VariantName, u32)>);

/// Why a text is no weights. Each says what is wrong with the one that was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    /// A part is not of the form `name=weight`.
    #[error("\"{0}\" is not a name and a weight from 0 to {max}, such as standard=1", max = VariantWeights::MAX)]
    Malformed(String),
    /// There is no text for the variant.
    #[error("there is no variant \"{name}\"; there are {known}")]
    Unknown {
        /// What was named.
        name: String,
        /// The variants that there are.
        known: String,
    },
    /// A variant has two weights.
    #[error("\"{0}\" has two weights")]
    Twice(VariantName),
    /// No variant has a weight above zero, so that nobody could be assigned one.
    #[error("no weight is above zero")]
    NoWeight,
}

impl VariantWeights {
    /// The highest weight.
    pub const MAX: u32 = 10_000;

    /// Reads `standard=50,direct=50`, of variants that are among `known`.
    pub fn parse(text: &str, known: &[VariantName]) -> Result<Self, WeightsError> {
        let mut weights: Vec<(VariantName, u32)> = Vec::new();
        for part in text.split(',').map(str::trim) {
            let malformed = || WeightsError::Malformed(part.to_owned());
            let (name, weight) = part.split_once('=').ok_or_else(malformed)?;
            let (name, weight) = (name.trim(), weight.trim().parse().map_err(|_| malformed())?);
            let Some(variant) = known.iter().find(|variant| variant.as_str() == name) else {
                return Err(WeightsError::Unknown { name: name.to_owned(), known: listed(known) });
            };
            if weight > Self::MAX {
                return Err(malformed());
            }
            if weights.iter().any(|(listed, _)| listed == variant) {
                return Err(WeightsError::Twice(variant.clone()));
            }
            weights.push((variant.clone(), weight));
        }
        if weights.iter().all(|(_, weight)| *weight == 0) {
            return Err(WeightsError::NoWeight);
        }
        Ok(Self(weights))
    }

    /// Whether there is anything to choose between: at least two variants with a weight.
    #[must_use]
    pub fn is_choice(&self) -> bool {
        self.0.iter().filter(|(_, weight)| *weight > 0).count() > 1
    }

    /// Identity of these weights; `None` where there is nothing to choose between. Names are put in order, weights of 0 left out
    /// and the others brought to lowest terms, so that what assigns people alike has one identity.
    #[must_use]
    pub fn experiment(&self) -> Option<Experiment> {
        if !self.is_choice() {
            return None;
        }
        let common = self.0.iter().fold(0, |common, (_, weight)| greatest_common_divisor(common, *weight));
        let weighted = self.0.iter().filter(|(_, weight)| *weight > 0);
        let mut parts: Vec<String> = weighted.map(|(name, weight)| format!("{name}:{}", weight / common)).collect();
        parts.sort_unstable();
        let hash = Sha256::digest(parts.join(","));
        Some(Experiment(format!("{:08x}", u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]))))
    }

    /// The variant of a person, in proportion to the weights over all people (weighted rendezvous hashing).
    ///
    /// It depends on the id and the weights alone. A weight that is raised takes people from the others and moves nobody
    /// between those; weights that stay in proportion move nobody.
    #[must_use]
    pub fn assign(&self, user_id: &UserId) -> VariantName {
        let score = |(name, weight): &(VariantName, u32)| f64::from(*weight) / -draw(name, user_id).ln();
        let best = self.0.iter().max_by(|one, other| score(one).total_cmp(&score(other)));
        best.map(|(name, _)| name.clone()).unwrap_or_default()
    }
}

/// A number between 0 and 1, both excluded, that looks drawn by lot for this person and variant and is always the same.
fn draw(name: &VariantName, user_id: &UserId) -> f64 {
    let hash = Sha256::digest(format!("{PURPOSE}\n{name}\n{user_id}"));
    let lot = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
    (f64::from(lot) + 0.5) / (f64::from(u32::MAX) + 1.0)
}

/// That of 0 and a number is the number.
const fn greatest_common_divisor(mut one: u32, mut other: u32) -> u32 {
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// Names in a sentence.
fn listed(names: &[VariantName]) -> String {
    names.iter().map(VariantName::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::due::shard_of;

    fn known() -> Vec<VariantName> {
        ["standard", "direct", "playful"].map(|name| VariantName::parse("variant", name).expect("a name")).to_vec()
    }

    fn weights(text: &str) -> VariantWeights {
        VariantWeights::parse(text, &known()).expect(text)
    }

    fn people(count: u32) -> impl Iterator<Item = UserId> {
        (0..count).map(|person| UserId::new(format!("person-{person}")))
    }

    /// How many people go from one variant to another when the weights change.
    fn moves(from: &str, to: &str) -> std::collections::BTreeMap<(String, String), u32> {
        let (from, to) = (weights(from), weights(to));
        let mut moves = std::collections::BTreeMap::new();
        for person in people(20_000) {
            let (before, after) = (from.assign(&person), to.assign(&person));
            if before != after {
                *moves.entry((before.to_string(), after.to_string())).or_default() += 1;
            }
        }
        moves
    }

    #[test]
    fn people_are_shared_out_by_weight_and_each_stays_with_theirs() {
        let weights = weights("standard=70,direct=30");
        let direct = people(20_000).filter(|person| weights.assign(person).as_str() == "direct").count();
        assert!((5_700..6_300).contains(&direct), "{direct}");
        let ana = UserId::new("5b0f6c1e-93d0-4a5c-8f3e-0a7b7d1c2e11");
        assert_eq!(weights.assign(&ana), weights.assign(&ana));
    }

    #[test]
    fn a_change_of_weights_moves_no_more_people_than_it_must() {
        let raised = moves("standard=50,direct=50", "standard=40,direct=60");
        assert_eq!(raised.len(), 1, "one way only: {raised:?}");
        let moved = raised[&("standard".to_owned(), "direct".to_owned())];
        assert!((1_700..2_300).contains(&moved), "a tenth: {moved}");
        assert!(moves("standard=1,direct=1", "standard=500,direct=500").is_empty(), "the same proportions");
        let third = moves("standard=50,direct=50", "standard=50,direct=50,playful=50");
        assert!(third.keys().all(|(_, to)| to == "playful"), "{third:?}");
        assert!((6_300..7_000).contains(&third.values().sum::<u32>()), "a third: {third:?}");
    }

    #[test]
    fn who_gets_which_variant_has_nothing_to_do_with_shards() {
        let weights = weights("standard=50,direct=50");
        let mut direct = std::collections::BTreeMap::<String, (u32, u32)>::new();
        for person in people(20_000) {
            let (of, all) = direct.entry(shard_of(&person, 4)).or_default();
            *of += u32::from(weights.assign(&person).as_str() == "direct");
            *all += 1;
        }
        assert!(direct.values().all(|(of, all)| (45..55).contains(&(of * 100 / all))), "{direct:?}");
    }

    #[test]
    fn a_variant_without_weight_is_assigned_to_nobody() {
        let weights = weights("standard = 0, direct = 1");
        assert!(people(1_000).all(|person| weights.assign(&person).as_str() == "direct"));
        assert!(!weights.is_choice());
    }

    #[test]
    fn weights_that_assign_people_alike_are_one_experiment_and_others_are_another() {
        let of = |text| weights(text).experiment();
        let even = of("standard=50,direct=50").expect("a choice");
        assert_eq!(even.as_str(), "c0a974f2", "what is stored with people must not change");
        for alike in ["direct=1,standard=1", "standard=50,direct=50,playful=0", "standard=3,direct=3"] {
            assert_eq!(of(alike).as_ref(), Some(&even), "{alike}");
        }
        for other in ["standard=60,direct=40", "standard=50,playful=50", "standard=1,direct=1,playful=1"] {
            assert!(of(other).is_some_and(|experiment| experiment != even), "{other}");
        }
        assert_eq!(of("standard=1,direct=0"), None, "nobody has a choice");
    }

    #[test]
    fn what_is_wrong_with_weights_is_said() {
        let wrong = |text| VariantWeights::parse(text, &known()).expect_err(text).to_string();
        assert_eq!(wrong("gentle=1"), "there is no variant \"gentle\"; there are standard, direct, playful");
        assert_eq!(wrong("standard=0,direct=0"), "no weight is above zero");
        assert_eq!(wrong("standard=1,standard=2"), "\"standard\" has two weights");
        for text in
            ["", "standard", "standard=-1", "standard=0.5", "standard=10001", "standard=1,", "standard=1;direct=1"]
        {
            assert!(wrong(text).contains("is not a name and a weight from 0 to 10000"), "{text}");
        }
    }
}
