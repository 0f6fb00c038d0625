//! Accounts: signing up, and changing one's own details.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::addresses::Addresses;
use super::error::{Conflict, Missing, Result};
use crate::app::{App, FromApp, StartError};
use crate::store::{Created, ProfileTable, WriteOutcome};
use crate::system::Clock;
use domain::behavior::Pause;
use domain::consultation::Session;
use domain::field::FieldError;
use domain::local_day::{DayStart, TimeZone};
use domain::locale::Locale;
use domain::profile::{Age, BodyData, Email, Name, NewAccount, Profile, StatedGoal, Targets, UserId, Weight};
use domain::safety::{Health, Risk, Signal};

/// How often a change of details is made again when another one came in between.
const ATTEMPTS: usize = 5;

/// Longest id that a user can have, in bytes: what a key of the table can hold.
const USER_ID_MAX: usize = 2_048;

/// Details to change; `None` leaves one as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DetailsChange {
    /// What the coach calls the person.
    pub name: Option<Name>,
    /// Age.
    pub age: Option<Age>,
    /// Body weight.
    pub weight: Option<Weight>,
    /// What the person wants.
    pub goal: Option<StatedGoal>,
    /// The person's time zone.
    pub timezone: Option<TimeZone>,
    /// When the person's day begins.
    pub day_starts_at: Option<DayStart>,
    /// The language and country.
    pub locale: Option<Locale>,
    /// Body data; what is `None` here stays.
    pub body: BodyData,
    /// Health; what is `None` here stays.
    pub health: Health,
    /// Daily targets.
    pub targets: Option<TargetsChange>,
}

/// A profile whose details were changed.
#[derive(Debug, Clone)]
pub struct Updated {
    /// The profile.
    pub profile: Profile,
    /// Whether the goal is in other words than before.
    pub has_new_words: bool,
}

/// What to do with the targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetsChange {
    /// The person's own numbers.
    Custom(Targets),
    /// Back to the calculated ones.
    Calculated,
}

/// How an admin names a user.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum UserRef {
    /// By id.
    Id(UserId),
    /// By address.
    Email(Email),
}

/// Accounts.
#[derive(Clone)]
pub struct Accounts {
    profiles: ProfileTable,
    clock: Arc<dyn Clock>,
}

impl FromApp for Accounts {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { profiles: app.profiles()?, clock: app.clock() })
    }
}

impl Accounts {
    /// Creates the caller's profile, with the consultation closed. `vouched` is the address in the caller's token: an
    /// account is found by its address when an admin opens the consultation, so nobody may take somebody else's. `heard` is
    /// what the coach has to be careful with from the first day, besides what the goal tells.
    pub async fn sign_up(
        &self,
        user_id: UserId,
        vouched: Option<&Email>,
        account: NewAccount,
        heard: &BTreeSet<Signal>,
        addresses: &Addresses,
    ) -> Result<Profile> {
        if vouched != Some(&account.email) {
            return Err(
                FieldError::new("email", "must be the address that you signed in with and have verified").into()
            );
        }
        let now = self.clock.now();
        let signals = heard | &account.goal.signals();
        let mut profile = Profile::of_account(user_id, account, now);
        let today = profile.first_day;
        profile.risk.hear(&signals, now, today);
        profile.follow_from_details(now);
        match addresses.create(&profile).await? {
            Created::Written => Ok(profile),
            Created::ProfileExists => Err(Conflict::ProfileExists.into()),
            Created::AddressTaken => Err(Conflict::AddressTaken.into()),
        }
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The profile of a user.
    pub async fn get(&self, user_id: &UserId) -> Result<Profile> {
        Ok(self.profiles.get(user_id).await?.ok_or(Missing::Profile)?)
    }

    /// Changes details; targets that were calculated follow.
    pub async fn update(&self, user_id: &UserId, change: &DetailsChange) -> Result<Updated> {
        let before = self.get(user_id).await?;
        let words = before.goal_text.clone();
        let profile = self.change_as_read(before, |profile, now| change.apply_to(profile, now)).await?;
        Ok(Updated { has_new_words: profile.goal_text != words, profile })
    }

    /// Sets the days that count for nothing from the first to the last, or ends the present pause.
    pub async fn pause(&self, user_id: &UserId, asked: Option<(NaiveDate, NaiveDate)>) -> Result<Profile> {
        self.change(user_id, |profile, now| {
            let today = profile.day_of(now);
            let pause = asked.map(|(from, to)| Pause::parse(from, to, today)).transpose()?;
            profile.pauses.replace(pause, today);
            Ok(())
        })
        .await
    }

    /// Makes a risk state last that the person has confirmed; targets follow.
    pub async fn tighten(&self, user_id: &UserId, risk: Risk) -> Result<Profile> {
        self.change(user_id, |profile, now| {
            profile.risk.confirm(risk, now);
            profile.follow_from_details(now);
            Ok(())
        })
        .await
    }

    /// Takes what the person has told in their consultation into `profile`, as it was read; targets that were calculated follow.
    pub async fn fill(&self, profile: Profile, learned: &Session) -> Result<Profile> {
        let mut told = profile.clone();
        learned.tell(&mut told);
        if told == profile {
            return Ok(profile);
        }
        self.change_as_read(profile, |profile, now| {
            learned.tell(profile);
            profile.follow_from_details(now);
            Ok(())
        })
        .await
    }

    /// Who an admin means. Whether somebody has an id that could be one shows when their profile is read or written.
    pub async fn find(&self, user: &UserRef) -> Result<UserId> {
        match user {
            UserRef::Id(user_id) if (1..=USER_ID_MAX).contains(&user_id.as_str().len()) => Ok(user_id.clone()),
            UserRef::Id(_) => Err(Missing::User.into()),
            UserRef::Email(email) => match self.profiles.find_by_email(email).await?.as_slice() {
                [] => Err(Missing::User.into()),
                [user_id] => Ok(user_id.clone()),
                _ => Err(Conflict::AmbiguousEmail.into()),
            },
        }
    }

    async fn change(
        &self,
        user_id: &UserId,
        apply: impl Fn(&mut Profile, DateTime<Utc>) -> std::result::Result<(), FieldError> + Send + Sync,
    ) -> Result<Profile> {
        self.change_as_read(self.get(user_id).await?, apply).await
    }

    /// Changes `profile`, and if it was changed since it was read, the newer one.
    pub async fn change_as_read(
        &self,
        mut profile: Profile,
        apply: impl Fn(&mut Profile, DateTime<Utc>) -> std::result::Result<(), FieldError> + Send + Sync,
    ) -> Result<Profile> {
        for _ in 0..ATTEMPTS {
            apply(&mut profile, self.clock.now())?;
            if self.profiles.save_details(&profile).await? == WriteOutcome::Written {
                profile.revision += 1;
                return Ok(profile);
            }
            profile = self.get(&profile.user_id).await?;
        }
        Err(Conflict::Busy.into())
    }
}

impl DetailsChange {
    /// Makes the change, unless the targets are not safe for the person as they are after it.
    fn apply_to(&self, profile: &mut Profile, now: DateTime<Utc>) -> std::result::Result<(), FieldError> {
        if let Some(name) = &self.name {
            profile.name = name.clone();
        }
        profile.age = self.age.unwrap_or(profile.age);
        if let Some(weight) = self.weight {
            profile.state_weight(weight);
        }
        profile.stated.note(self.weight, &self.body, now);
        let new_goal = self.goal.as_ref().filter(|goal| profile.state_goal(goal));
        if let Some(timezone) = self.timezone {
            profile.timezone = timezone;
            profile.timezone_learned = false;
        }
        profile.day_starts_at = self.day_starts_at.unwrap_or(profile.day_starts_at);
        if let Some(locale) = &self.locale {
            profile.locale = Some(locale.clone());
            profile.locale_learned = false;
        }
        profile.body = self.body.clone().filled_from(&profile.body);
        profile.health = profile.health.changed_by(self.health);
        let today = profile.day_of(now);
        if let Some(goal) = new_goal {
            profile.stated.goal = Some(now);
            profile.risk.hear(&goal.signals(), now, today);
        }
        profile.follow_dangers(now);
        let subject = profile.subject(profile.risk.at(now));
        match self.targets {
            Some(TargetsChange::Custom(targets)) => {
                targets.check_chosen(&subject)?;
                profile.targets.change(today, targets);
            }
            Some(TargetsChange::Calculated) => {
                let targets = Targets::calculate(&subject);
                profile.targets.change(today, targets);
            }
            None => {}
        }
        profile.follow_from_details(now);
        Ok(())
    }
}
