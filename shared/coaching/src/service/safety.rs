//! Hearing that somebody needs something else than coaching, before anything else happens with what they say.
//!
//! A message is read by rules that need neither a model nor the database. What the database adds (the person's language and
//! country, and that no text comes twice) is left out where it does not answer soon: the person is answered in any case.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::timeout;
use tracing::warn;

use crate::app::{App, FromApp, StartError};
use crate::service::accounts::Accounts;
use crate::service::error::{Missing, ServiceError};
use crate::service::minors::Minors;
use crate::service::safety_updates::SafetyUpdates;
use crate::store::{Actor, AuditAction, AuditEntry, AuditTable};
use crate::system::Ids;
use crate::telemetry::events;
use domain::language::Language;
use domain::local_day::TimeZone;
use domain::locale::Locale;
use domain::profile::{Profile, UserId};
use domain::safety::{
    Compared, Contact, Risk, RiskRecord, SafetyAction, SafetyKind, Signal, Triage, contacts, country, fixed_answer,
    foreword, triage,
};

/// How long the database is waited for, once for what the answer needs and once for what follows.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a message led to that its person is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafetyNotice {
    /// Of which kind the signal is.
    pub kind: SafetyKind,
    /// What the coach does now.
    pub action: SafetyAction,
    /// Whom to call.
    pub support: Vec<&'static Contact>,
}

/// A message in which a signal was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// What its person is told of.
    pub notice: SafetyNotice,
    /// What to answer where no model does.
    pub text: String,
    /// Whether to answer that at once, and not to ask a model.
    pub at_once: bool,
    /// What stands before a model's answer: who is heard to have a condition is told at first who decides about it, whatever
    /// the model says.
    pub foreword: Option<&'static str>,
    /// Whether the consultation is open to the person, as far as is known.
    pub consultation_open: bool,
}

/// Hears what people say of danger, and remembers it.
#[derive(Clone)]
pub struct Safety {
    updates: SafetyUpdates,
    minors: Minors,
    audit: AuditTable,
    ids: Ids,
}

impl FromApp for Safety {
    fn from_app(app: &App) -> Result<Self, StartError> {
        let (updates, minors) = (SafetyUpdates::from_app(app)?, Minors::from_app(app)?);
        Ok(Self { updates, minors, audit: app.audit()?, ids: app.ids() })
    }
}

impl Safety {
    /// The accounts whose risk states are kept.
    #[must_use]
    pub const fn accounts(&self) -> &Accounts {
        self.updates.accounts()
    }

    /// What has prompts rewritten that do not suit a risk state.
    #[must_use]
    pub const fn updates(&self) -> &SafetyUpdates {
        &self.updates
    }

    /// Reads what a person says by the rules; `None` if there is nothing out of the ordinary. `request_id` is the request's,
    /// by which the work that follows is found in the log.
    pub async fn hear(&self, user_id: &UserId, text: &str, request_id: &str) -> Option<Heard> {
        let Triage { signals, language } = triage(text);
        self.act_on(user_id, &Found { signals, confirmed: Risk::None, language }, request_id).await
    }

    /// Hears what a model has read in a message that the rules have read before; `None` if its person has to be told
    /// nothing new.
    pub async fn hear_model(
        &self,
        user_id: &UserId,
        compared: &Compared,
        language: Option<Language>,
        request_id: &str,
    ) -> Option<Heard> {
        let found = Found { signals: compared.only_model.clone(), confirmed: compared.agreed_risk(), language };
        self.act_on(user_id, &found, request_id).await
    }

    /// Remembers what was found, has done what follows from it, and says what to answer.
    async fn act_on(&self, user_id: &UserId, found: &Found, request_id: &str) -> Option<Heard> {
        if found.signals.is_empty() && found.confirmed == Risk::None {
            return None;
        }
        let (before, after) = match timeout(PATIENCE, self.remember(user_id, found)).await {
            Ok(Ok((before, after))) => (Some(before), Some(after)),
            Ok(Err(ServiceError::NotFound(Missing::Profile))) => (None, None),
            Ok(Err(cause)) => {
                warn!(%cause, "{}", events::SAFETY_SIGNAL_NOT_KEPT);
                (None, None)
            }
            Err(cause) => {
                warn!(%cause, "{}", events::SAFETY_SIGNAL_NOT_KEPT);
                (None, None)
            }
        };
        let now = self.accounts().now();
        let signal = found.gravest();
        let signal_risk = signal.map_or(found.confirmed, Signal::risk);
        let risk = after.as_ref().map_or(signal_risk, |profile| profile.risk.at(now));
        if signal.is_some() {
            warn!("{}", events::SAFETY_SIGNAL);
        }
        let following = async {
            tokio::join!(
                self.record(user_id, found, risk),
                self.note_minor(user_id, found),
                self.have_rewritten(after.as_ref(), request_id),
            );
        };
        if let Err(cause) = timeout(PATIENCE, following).await {
            warn!(%cause, "{}", events::SAFETY_SIGNAL_NOT_KEPT);
        }
        let signal = signal?;
        let told_before = before.as_ref().is_some_and(|profile| profile.risk.heard.contains_key(&signal));
        // What lasts may last for another reason: then these signs are new.
        let known_before = told_before
            && before.is_some_and(|profile| profile.risk.holds(signal, now) || profile.risk.lasting >= signal.risk());
        let locale = after.as_ref().and_then(|profile| profile.locale.as_ref());
        let zone = after.as_ref().map_or(TimeZone::UTC, |profile| profile.timezone);
        // Where nothing can be counted, the second at which somebody writes makes two answers differ.
        let second = u32::try_from(now.timestamp().rem_euclid(i64::from(u32::MAX))).unwrap_or_default();
        let given = after.as_ref().map_or(second, |profile| profile.risk.given(signal).saturating_sub(1));
        let support = contacts(signal, country(locale, zone).as_deref());
        let at_once = match signal.kind() {
            SafetyKind::Crisis | SafetyKind::Minor => true,
            SafetyKind::EatingDisorder => !known_before,
            SafetyKind::Medical => false,
        };
        let language = found.answered_in(locale);
        let foreword =
            (!told_before && signal.kind() == SafetyKind::Medical).then(|| foreword(signal, language, given));
        let text = fixed_answer(signal, language, given, &support);
        Some(Heard {
            notice: SafetyNotice { kind: signal.kind(), action: signal.kind().action(), support },
            text,
            at_once,
            foreword,
            consultation_open: after.is_some_and(|profile| profile.consultation_enabled),
        })
    }

    async fn have_rewritten(&self, profile: Option<&Profile>, request_id: &str) {
        if let Some(profile) = profile {
            self.updates.have_rewritten(profile, request_id).await;
        }
    }

    async fn note_minor(&self, user_id: &UserId, found: &Found) {
        if found.signals.contains(&Signal::Minor)
            && let Err(cause) = self.minors.note(user_id).await
        {
            warn!(%cause, "{}", events::SAFETY_SIGNAL_NOT_KEPT);
        }
    }

    /// Keeps in the audit what was heard. The person is answered whether that succeeds or not.
    async fn record(&self, user_id: &UserId, found: &Found, risk: Risk) {
        let action = match found.gravest() {
            Some(signal) => AuditAction::SafetySignal { signal, risk },
            None => AuditAction::SafetyConfirmed { risk },
        };
        let at = self.accounts().now();
        let entry = AuditEntry { user_id: user_id.clone(), at, id: self.ids.next(), actor: Actor::System, action };
        if let Err(cause) = self.audit.record(&entry).await {
            warn!(%cause, "{}", events::SAFETY_SIGNAL_NOT_AUDITED);
        }
    }

    /// Tightens the person's risk state: the profile before and after.
    async fn remember(&self, user_id: &UserId, found: &Found) -> Result<(Profile, Profile), ServiceError> {
        let before = self.accounts().get(user_id).await?;
        let hear = |profile: &mut Profile, now: DateTime<Utc>| {
            profile.risk.hear(&found.signals, now, profile.day_of(now));
            found.gravest().map(|signal| profile.risk.answered(signal));
            profile.risk.confirm(found.confirmed, now);
            profile.follow_from_details(now);
            Ok(())
        };
        let after = self.accounts().change_as_read(before.clone(), hear).await?;
        Ok((before, after))
    }
}

/// What was heard of somebody before they had an account: their coach is as careful as if they had had one.
#[derive(Clone)]
pub struct EarlierSignals {
    audit: AuditTable,
}

impl FromApp for EarlierSignals {
    fn from_app(app: &App) -> Result<Self, StartError> {
        Ok(Self { audit: app.audit()? })
    }
}

impl EarlierSignals {
    /// What still holds at `now`. What cannot be read keeps nobody from signing up.
    pub async fn holding(&self, user_id: &UserId, now: DateTime<Utc>) -> BTreeSet<Signal> {
        let heard = self.audit.signals(user_id, now - RiskRecord::HOLDS, now).await;
        heard.map_or_else(
            |cause| {
                warn!(%cause, "{}", events::SAFETY_SIGNAL_NOT_KEPT);
                BTreeSet::new()
            },
            BTreeSet::from_iter,
        )
    }
}

/// What was found in a message.
struct Found {
    /// The signals that nobody has acted on yet.
    signals: BTreeSet<Signal>,
    /// The state that lasts from now on, because more than one has found it.
    confirmed: Risk,
    /// The language of the message, if it can be told.
    language: Option<Language>,
}

impl Found {
    fn gravest(&self) -> Option<Signal> {
        self.signals.last().copied()
    }

    /// The language to answer in: the one that the person has chosen; until that is known, the message's.
    fn answered_in(&self, locale: Option<&Locale>) -> Language {
        locale.and_then(Locale::language).or(self.language).unwrap_or_default()
    }
}
