//! What a person has told of their health, as far as food and training can do harm with it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kind::Risk;

/// Conditions; what is `None` has not been spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Health {
    /// Pregnant or breastfeeding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pregnancy_or_breastfeeding: Option<bool>,
    /// An eating disorder, now or before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eating_disorder: Option<bool>,
    /// Insulin, or another medicine that lowers blood sugar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insulin: Option<bool>,
    /// Anticoagulants, such as warfarin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anticoagulants: Option<bool>,
    /// A disease of heart or kidneys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heart_or_kidney_disease: Option<bool>,
    /// An operation within the last months.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recent_surgery: Option<bool>,
}

/// The name of a condition, as a field of [`Health`] and in the consultation's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Pregnant or breastfeeding.
    PregnancyOrBreastfeeding,
    /// An eating disorder, now or before.
    EatingDisorder,
    /// Insulin, or another medicine that lowers blood sugar.
    Insulin,
    /// Anticoagulants.
    Anticoagulants,
    /// A disease of heart or kidneys.
    HeartOrKidneyDisease,
    /// An operation within the last months.
    RecentSurgery,
}

impl Condition {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::PregnancyOrBreastfeeding,
        Self::EatingDisorder,
        Self::Insulin,
        Self::Anticoagulants,
        Self::HeartOrKidneyDisease,
        Self::RecentSurgery,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PregnancyOrBreastfeeding => "pregnancy_or_breastfeeding",
            Self::EatingDisorder => "eating_disorder",
            Self::Insulin => "insulin",
            Self::Anticoagulants => "anticoagulants",
            Self::HeartOrKidneyDisease => "heart_or_kidney_disease",
            Self::RecentSurgery => "recent_surgery",
        }
    }

    /// How careful it makes the coach.
    #[must_use]
    pub const fn risk(self) -> Risk {
        match self {
            Self::PregnancyOrBreastfeeding | Self::EatingDisorder => Risk::NoDeficit,
            _ => Risk::Caution,
        }
    }
}

impl Health {
    /// The conditions that `told` names, by their names; what it names besides is left out: another release has asked for it.
    #[must_use]
    pub fn named<'a>(told: impl IntoIterator<Item = (&'a str, bool)>) -> Self {
        told.into_iter().fold(Self::default(), |mut health, (name, has)| {
            if let Some(condition) = Condition::ALL.into_iter().find(|condition| condition.name() == name) {
                *health.field(condition) = Some(has);
            }
            health
        })
    }

    const fn field(&mut self, condition: Condition) -> &mut Option<bool> {
        match condition {
            Condition::PregnancyOrBreastfeeding => &mut self.pregnancy_or_breastfeeding,
            Condition::EatingDisorder => &mut self.eating_disorder,
            Condition::Insulin => &mut self.insulin,
            Condition::Anticoagulants => &mut self.anticoagulants,
            Condition::HeartOrKidneyDisease => &mut self.heart_or_kidney_disease,
            Condition::RecentSurgery => &mut self.recent_surgery,
        }
    }

    /// With a condition that the person has.
    #[must_use]
    pub const fn with(mut self, condition: Condition) -> Self {
        *self.field(condition) = Some(true);
        self
    }

    /// The conditions that the person has.
    pub fn conditions(self) -> impl Iterator<Item = Condition> {
        Condition::ALL.into_iter().filter(move |condition| {
            let mut health = self;
            *health.field(*condition) == Some(true)
        })
    }

    /// What `change` says, and for the rest what is known already.
    #[must_use]
    pub fn changed_by(mut self, change: Self) -> Self {
        let mut change = change;
        for condition in Condition::ALL {
            if let Some(has) = *change.field(condition) {
                *self.field(condition) = Some(has);
            }
        }
        self
    }

    /// How careful it makes the coach.
    #[must_use]
    pub fn risk(self) -> Risk {
        self.conditions().map(Condition::risk).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_has_the_name_of_its_field() {
        for condition in Condition::ALL {
            let json = serde_json::to_value(Health::default().with(condition)).expect("health serialises");
            assert_eq!(json, serde_json::json!({ condition.name(): true }));
            assert_eq!(serde_json::to_value(condition).expect("a name"), condition.name());
        }
    }

    #[test]
    fn a_condition_that_another_release_asks_for_is_left_out_and_hides_no_other() {
        let health = Health::named([("insulin", true), ("scurvy", true), ("eating_disorder", false)]);
        assert_eq!(health, Health { insulin: Some(true), eating_disorder: Some(false), ..Health::default() });
    }

    #[test]
    fn the_gravest_condition_counts_and_what_is_denied_does_not() {
        let health = Health { insulin: Some(true), eating_disorder: Some(false), ..Health::default() };
        assert_eq!(health.risk(), Risk::Caution);
        let change = Health { eating_disorder: Some(true), ..Health::default() };
        assert_eq!(health.changed_by(change).risk(), Risk::NoDeficit);
        assert_eq!(health.changed_by(change).insulin, Some(true));
    }
}
