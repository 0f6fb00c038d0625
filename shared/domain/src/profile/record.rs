//! A person's whole record.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::goal::{Goal, GoalText, LearnedGoal, StatedGoal};
use super::identity::{Email, UserId};
use super::person::{Age, BodyData, Name, Weight};
use super::stated::DetailsStated;
use super::targets::{Subject, TargetBasis, Targets};
use super::targets_history::TargetsHistory;
use crate::behavior::{BehaviorMetrics, Circumstances, Decision, Pauses};
use crate::coaching_prompt::{CoachingPrompt, MalformedPrompt};
use crate::local_day::{Calendar, DayStart, TimeZone, Weekend};
use crate::locale::Locale;
use crate::recipe::{Recipe, RecipeOverride};
use crate::safety::{Danger, Health, Reason, Risk, RiskRecord};
use crate::weight_trend::WeightTrend;

/// How long before the sign-up a weigh-in tells more of somebody than the form that they filled in.
const BEFORE_SIGN_UP: Days = Days::new(30);
/// The least part of the trend that a weigh-in is believed with, where it would make the coach careful for good.
const LEAST_OF_TREND: f64 = 0.9;

/// Everything that is kept of one person, apart from their messages and meals.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Identity of the account.
    pub user_id: UserId,
    /// Address that the identity provider vouches for.
    pub email: Email,
    /// What the coach calls the person.
    pub name: Name,
    /// Age at sign-up or as last corrected.
    pub age: Age,
    /// Body weight.
    pub weight: Weight,
    /// What the person wants, as targets follow from it.
    pub goal: Goal,
    /// What the person wants in their own words; `None` if they have chosen [`Self::goal`] themselves.
    pub goal_text: Option<GoalText>,
    /// The person's time zone.
    pub timezone: TimeZone,
    /// Whether [`Self::timezone`] was taken over from the clock of a meal, or is nobody's yet: what the person chooses
    /// overrides it.
    pub timezone_learned: bool,
    /// When the person's day begins.
    pub day_starts_at: DayStart,
    /// Days that count for nothing.
    pub pauses: Pauses,
    /// The language and country that the person has chosen, or the language that they were heard to use.
    pub locale: Option<Locale>,
    /// Whether [`Self::locale`] was learned in the consultation: what the person chooses overrides it.
    pub locale_learned: bool,
    /// When details were stated after the sign-up.
    pub stated: DetailsStated,
    /// Where the weight stands by the person's weigh-ins; [`Self::weight`] follows it. `None` without any.
    pub weight_trend: Option<WeightTrend>,
    /// What the person has last stated that they weigh, while [`Self::weight`] follows their weigh-ins.
    pub weight_stated: Option<Weight>,
    /// What is optional or learned later.
    pub body: BodyData,
    /// What the person has told of their health.
    pub health: Health,
    /// How careful the coach is with the person.
    pub risk: RiskRecord,
    /// Daily targets, with the days from which they held.
    pub targets: TargetsHistory,
    /// The earlier of the day of sign-up and the day of the first logged meal; behaviour is not measured before it.
    pub first_day: NaiveDate,
    /// Whether an admin has let the person into the consultation.
    pub consultation_enabled: bool,
    /// The person's consultation, once it was started.
    pub consultation_session_id: Option<Uuid>,
    /// The 200-word psychological profile, once the consultation is complete.
    pub conversational_profile: Option<String>,
    /// The personal prompt in force, once the consultation is complete.
    pub prompt: Option<PersonalPrompt>,
    /// That an admin has taken the prompt out of use; `None` while it is in use.
    pub prompt_withdrawn: Option<PromptWithdrawal>,
    /// Behaviour as last measured by the weekly run or when the prompt was written.
    pub behavioral_data: Option<BehaviorMetrics>,
    /// When the behaviour was last measured.
    pub last_behavior_check: Option<DateTime<Utc>>,
    /// The rewriting that the weekly run has decided on, until it is written or has failed.
    pub pending_update: Option<PendingUpdate>,
    /// What an admin has decided of the recipe of the next versions.
    pub recipe_override: RecipeOverride,
    /// The last prompt that the person asked for.
    pub manual_regeneration: Option<ManualRegeneration>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// Counts the changes of the person's own details; a change is written only over the revision it was made from.
    pub revision: u64,
}

impl Profile {
    /// By what the person's days are told apart.
    #[must_use]
    pub const fn calendar(&self) -> Calendar {
        Calendar { zone: self.timezone, day_starts_at: self.day_starts_at }
    }

    /// The person's day at an instant.
    #[must_use]
    pub fn day_of(&self, instant: DateTime<Utc>) -> NaiveDate {
        self.calendar().day_of(instant)
    }

    /// What the person's days are measured with.
    #[must_use]
    pub fn circumstances(&self) -> Circumstances<'_> {
        let weekend = Weekend::of(self.timezone, self.locale.as_ref());
        Circumstances { targets: &self.targets, pauses: &self.pauses, weekend }
    }

    /// The local day of sign-up, in the person's present zone: behaviour is measured from it on, or from the first
    /// meal of an earlier day.
    #[must_use]
    pub fn account_day(&self) -> NaiveDate {
        self.day_of(self.created_at)
    }

    /// Since when a fresh prompt has been asked for that is not there yet; `None` while none is.
    #[must_use]
    pub fn prompt_asked_for_at(&self) -> Option<DateTime<Utc>> {
        let asked = self.manual_regeneration?.requested_at;
        let prompt = self.prompt.as_ref()?;
        (asked > prompt.last_prompt_update).then_some(asked)
    }

    /// What the prompt in force was written by; `None` without one. Where it does not say since when the person has had its
    /// variant, that is since it was written.
    #[must_use]
    pub fn recipe(&self) -> Option<Recipe> {
        let prompt = self.prompt.as_ref()?;
        let since = prompt.recipe.since.unwrap_or_else(|| self.day_of(prompt.last_prompt_update));
        Some(Recipe { since: Some(since), ..prompt.recipe.clone() })
    }

    /// Takes a goal as the person has stated it, and tells whether it is a new one. Whoever says the same words again has said
    /// nothing new: what was learned of them stays.
    pub fn state_goal(&mut self, stated: &StatedGoal) -> bool {
        if self.goal_text.is_some() && self.goal_text.as_ref() == stated.text() {
            return false;
        }
        self.goal = stated.goal();
        self.goal_text = stated.text().cloned();
        true
    }

    /// The goal with what a consultation has learned of the person's present words: it says which goal they are.
    #[must_use]
    pub fn goal_with(&self, learned: Option<&LearnedGoal>) -> Goal {
        let of_these_words = |learned: &&LearnedGoal| learned.words.is_some() && self.goal_text == learned.words;
        learned.filter(of_these_words).map_or(self.goal, |learned| learned.goal)
    }

    /// The targets that the person's log is measured with from today on.
    #[must_use]
    pub fn current_targets(&self) -> &Targets {
        self.targets.current()
    }

    /// The targets that are shown and spoken of: as long as the coach is careful for a day, those that keep the weight.
    #[must_use]
    pub fn targets_in_force(&self, now: DateTime<Utc>) -> Targets {
        let subject = self.subject(self.risk.at(now));
        self.chosen_and_safe(&subject).unwrap_or_else(|| Targets::calculate(&subject))
    }

    /// The person as a text is written for them at an instant: what the coach is careful with for a day counts as if it
    /// lasted. The text is written anew once it has lapsed. Nothing of it is stored, so the targets count as those that were
    /// read.
    #[must_use]
    pub fn as_at(mut self, now: DateTime<Utc>) -> Self {
        let revision = self.targets.revision();
        self.risk.lasting = self.risk.at(now);
        self.follow_with_targets(now);
        self.targets = self.targets.of_revision(revision);
        self
    }

    /// The prompt that the coach may use: none while it is withdrawn.
    #[must_use]
    pub fn usable_prompt(&self) -> Option<&PersonalPrompt> {
        self.prompt.as_ref().filter(|_| !self.is_prompt_withdrawn())
    }

    /// Whether the prompt is out of use, and is therefore not written anew either.
    #[must_use]
    pub const fn is_prompt_withdrawn(&self) -> bool {
        self.prompt_withdrawn.is_some()
    }

    /// Whether the prompt has to be written anew because of the risk state. One that is withdrawn does nobody harm.
    #[must_use]
    pub fn prompt_contradicts_risk(&self, now: DateTime<Utc>) -> bool {
        self.usable_prompt().is_some_and(|prompt| self.contradicts_risk(prompt.risk, now))
    }

    /// Whether what was written for the state `written_for` suits neither the risk state that lasts nor the one that
    /// holds now. A state of a day alone makes the coach careful and rewrites nothing; what was written during one is
    /// rewritten once it has lapsed.
    #[must_use]
    pub fn contradicts_risk(&self, written_for: Risk, now: DateTime<Utc>) -> bool {
        !written_for.suits(self.risk.lasting) && !written_for.suits(self.risk.at(now))
    }

    /// The person as targets depend on them, with a risk state.
    #[must_use]
    pub const fn subject(&self, risk: Risk) -> Subject<'_> {
        Subject { age: self.age, weight: self.weight, goal: self.goal, body: &self.body, risk }
    }

    /// Takes over where the weight stands by the weigh-ins: weight and targets follow the trend and not each of them. Weigh-ins
    /// from before the day on which the person has last stated their weight move nothing, nor do those that are much older than
    /// the account; without any left, what they have stated counts again.
    pub fn weigh(&mut self, trend: Option<WeightTrend>, now: DateTime<Utc>) {
        let recent = || self.account_day().checked_sub_days(BEFORE_SIGN_UP).unwrap_or(NaiveDate::MIN);
        let stated_on = self.stated.weight.map_or_else(recent, |at| self.day_of(at));
        let stated = self.weight_stated.unwrap_or(self.weight);
        let weighed = trend.filter(|trend| trend.day >= stated_on).and_then(|trend| trend.weight());
        self.weight = weighed.unwrap_or(stated);
        self.weight_stated = weighed.is_some().then_some(stated);
        self.weight_trend = trend;
        self.follow_from_details(now);
    }

    /// Takes a weight that the person states; it counts until they weigh in on that day or later.
    pub const fn state_weight(&mut self, weight: Weight) {
        self.weight = weight;
        self.weight_stated = None;
    }

    /// The weight that tells whether somebody is underweight: the trend lags behind, so that a latest weigh-in below it counts,
    /// unless it is so far below that it is more likely a mistake of typing.
    fn weight_for_safety(&self) -> Weight {
        let latest = self.weight_trend.filter(|_| self.weight_stated.is_some()).and_then(|trend| trend.latest());
        let believed = LEAST_OF_TREND * self.weight.kg()..self.weight.kg();
        latest.filter(|latest| believed.contains(&latest.kg())).unwrap_or(self.weight)
    }

    /// Works everything out anew that follows from body, age, weight, goal, health and risk: what is known to be
    /// dangerous makes the coach careful, and targets follow, unless the person chose them and they are safe.
    pub fn follow_from_details(&mut self, now: DateTime<Utc>) {
        self.follow_dangers(now);
        self.follow_with_targets(now);
    }

    /// Lets what is known to be dangerous, and was not followed yet, make the coach careful.
    pub fn follow_dangers(&mut self, now: DateTime<Utc>) {
        let subject = Subject { weight: self.weight_for_safety(), ..self.subject(Risk::None) };
        let underweight = subject.is_known_to_be_underweight().then_some(Danger::Underweight);
        self.risk.follow(self.health.conditions().map(Danger::Condition).chain(underweight).collect(), now);
    }

    /// Puts the person into the state that an admin decides on, who knows what is known of them; targets follow.
    pub fn decide_risk(&mut self, risk: Risk, now: DateTime<Utc>) {
        self.follow_dangers(now);
        self.risk.decide(risk, now);
        self.follow_with_targets(now);
    }

    fn follow_with_targets(&mut self, now: DateTime<Utc>) {
        let subject = self.subject(self.risk.lasting);
        let targets = self.chosen_and_safe(&subject).unwrap_or_else(|| Targets::calculate(&subject));
        if targets != *self.current_targets() {
            self.targets.change(self.day_of(now), targets);
        }
    }

    /// The person's own targets, with the floor as it is now; `None` if there are none or they have become unsafe.
    fn chosen_and_safe(&self, subject: &Subject<'_>) -> Option<Targets> {
        let own = Targets { least_calories: subject.least_calories(), ..*self.current_targets() };
        (own.basis == TargetBasis::Custom && own.check_floor(subject).is_ok()).then_some(own)
    }
}

/// A rewriting of the prompt that was decided on and is not written yet. The behaviour of the last check stays beside
/// it, so that the change is seen again should the rewriting fail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PendingUpdate {
    /// Why.
    pub decision: Decision,
    /// The behaviour that it is to be written from.
    pub metrics: BehaviorMetrics,
    /// What it is to be written by.
    #[serde(default)]
    pub recipe: Recipe,
    /// The run that has decided on it; `None` in one of an earlier release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
}

impl PendingUpdate {
    /// The run that has decided on it, if that is another one than `run_id`.
    #[must_use]
    pub fn other_run(&self, run_id: &str) -> Option<&str> {
        self.run_id.as_deref().filter(|other| *other != run_id)
    }
}

/// The personal prompt in force.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonalPrompt {
    /// The system prompt as it is stored: with the targets that were in force when it was written or they last changed.
    pub text: String,
    /// The same as data; `None` for a version that was stored as a text alone.
    pub sections: Option<CoachingPrompt>,
    /// Counts the prompts of this person from 1.
    pub version: u32,
    /// When this version was written.
    pub last_prompt_update: DateTime<Utc>,
    /// The behaviour that this version was written from.
    pub prompt_behavioral_data: Option<BehaviorMetrics>,
    /// The risk state that this version was written for.
    pub risk: Risk,
    /// What this version was written by.
    pub recipe: Recipe,
    /// When the weekly run looks at this person next.
    pub next_check_at: DateTime<Utc>,
}

impl PersonalPrompt {
    /// The system prompt as it is sent to the model, with the targets in force.
    #[must_use]
    pub fn text_with(&self, targets: &Targets) -> String {
        self.sections.as_ref().map_or_else(|| self.text.clone(), |sections| sections.render(targets))
    }

    /// The prompt as data.
    ///
    /// # Errors
    ///
    /// If it was stored as a text alone, and that was written by hand.
    pub fn as_data(&self) -> Result<CoachingPrompt, MalformedPrompt> {
        self.sections.clone().map_or_else(|| CoachingPrompt::parse(&self.text), Ok)
    }
}

/// What an admin has decided on a prompt that harms or does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptWithdrawal {
    /// When it was taken out of use.
    pub at: DateTime<Utc>,
    /// Why, for admins.
    pub reason: Reason,
}

/// A prompt that the person asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManualRegeneration {
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
}
