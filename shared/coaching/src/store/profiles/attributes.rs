//! A whole profile as an item, and back.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, SubsecRound, Utc};

use super::details::{day_start, learned_locale, pauses, read_targets, revision, stated, targets, timezone_offset};
use super::risk_index::listing;
use super::withdrawal::{of_withdrawal, read_withdrawal};
use crate::store::StoreError;
use crate::store::item::{
    Item, Stored, day, decimal, flag, instant, item, native, number, ordered_instant, read_flag, read_health,
    read_instant, read_native, read_number, read_text, read_written_for, text,
};
use domain::behavior::Pauses;
use domain::coaching_prompt::CoachingPrompt;
use domain::local_day::{DayStart, TimeZone};
use domain::locale::Locale;
use domain::profile::{
    Age, BodyData, Email, Height, ManualRegeneration, Name, PersonalPrompt, Profile, UserId, Weight,
};
use domain::recipe::RecipeOverride;

/// The instant of the next check, in whole seconds: all of one width, because it is a sort key.
pub(super) fn next_check_at(at: DateTime<Utc>) -> String {
    at.trunc_subsecs(0).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The item of a new profile. The shard by which the index `due_v2` lists them is given only when a prompt version is written, so a prompt in
/// `profile` is not part of it.
pub(in crate::store) fn of_profile(profile: &Profile) -> Item {
    let mut attributes = item([
        ("user_id", text(profile.user_id.as_str())),
        ("email", text(profile.email.as_str())),
        ("name", text(profile.name.as_str())),
        ("age", number(profile.age.years())),
        ("weight_kg", decimal(profile.weight.kg())),
        ("goal", native(&profile.goal)),
        ("timezone", text(profile.timezone.nearest_name())),
        ("health", native(&profile.health)),
        ("risk", native(&profile.risk)),
        ("targets_history", targets(&profile.targets)),
        ("first_day", day(profile.first_day)),
        ("consultation_enabled", flag(profile.consultation_enabled)),
        ("system_prompt_version", number(0)),
        ("created_at", instant(profile.created_at)),
        ("revision", number(profile.revision)),
    ]);
    let body = &profile.body;
    let optional = [
        ("goal_text", profile.goal_text.as_ref().map(native)),
        ("sex", body.sex.as_ref().map(native)),
        ("height_cm", body.height.map(|height| decimal(height.cm()))),
        ("activity_level", body.activity_level.as_ref().map(native)),
        ("diet", body.diet.as_ref().map(native)),
        ("locale", profile.locale.as_ref().map(|locale| text(locale.to_string()))),
        ("targets_revision", revision(&profile.targets)),
        ("locale_learned", learned_locale(profile)),
        ("timezone_offset", timezone_offset(profile)),
        ("timezone_learned", Some(flag(profile.timezone_learned))),
        ("day_starts_at", day_start(profile)),
        ("pauses", pauses(profile)),
        ("weight_trend", profile.weight_trend.as_ref().map(native)),
        ("weight_stated_kg", profile.weight_stated.map(|weight| decimal(weight.kg()))),
        ("stated", stated(profile)),
        ("consultation_session_id", profile.consultation_session_id.map(|id| text(id.to_string()))),
        ("conversational_profile", profile.conversational_profile.as_ref().map(text)),
        ("behavioral_data", profile.behavioral_data.as_ref().map(native)),
        ("last_behavior_check", profile.last_behavior_check.map(instant)),
        ("pending_update", profile.pending_update.as_ref().map(native)),
        ("recipe_override", recipe_override(&profile.recipe_override)),
        ("prompt_withdrawn", profile.prompt_withdrawn.as_ref().map(of_withdrawal)),
        (
            "manual_regeneration_requested_at",
            profile.manual_regeneration.map(|claim| ordered_instant(claim.requested_at)),
        ),
    ];
    let optional = optional.into_iter().chain(listing(profile));
    attributes.extend(optional.filter_map(|(name, value)| Some((name.to_owned(), value?))));
    attributes
}

/// What an admin has decided of the recipe; missing if nothing was.
pub(super) fn recipe_override(decided: &RecipeOverride) -> Option<AttributeValue> {
    (!decided.is_empty()).then(|| native(decided))
}

/// Reads a profile.
pub(super) fn read_profile(stored: &Stored) -> Result<Profile, StoreError> {
    Ok(Profile {
        user_id: UserId::new(stored.text("user_id")?),
        email: read_email(stored)?,
        name: stored.required("name", |value| Name::stored(value.as_s().ok()?))?,
        age: stored.required("age", |value| Age::parse("age", read_number(value)?).ok())?,
        weight: stored.required("weight_kg", |value| Weight::parse("weight_kg", read_number(value)?).ok())?,
        goal: stored.native("goal")?,
        goal_text: stored.optional("goal_text", read_native)?,
        timezone: read_timezone(stored)?,
        timezone_learned: read_learned_timezone(stored)?,
        day_starts_at: read_day_start(stored),
        pauses: read_pauses(stored),
        weight_trend: stored.or_missing("weight_trend", read_native),
        weight_stated: stored
            .or_missing("weight_stated_kg", |value| Weight::parse("weight_kg", read_number(value)?).ok()),
        body: BodyData {
            sex: stored.or_missing("sex", read_native),
            height: stored.or_missing("height_cm", |value| Height::parse("height_cm", read_number(value)?).ok()),
            activity_level: stored.or_missing("activity_level", read_native),
            diet: stored.or_missing("diet", read_native),
        },
        locale: read_locale(stored),
        locale_learned: stored.optional("locale_learned", read_flag)?.unwrap_or_default(),
        stated: stored.or_missing("stated", read_native).unwrap_or_default(),
        health: stored.optional("health", read_health)?.unwrap_or_default(),
        risk: stored.optional("risk", read_native)?.unwrap_or_default(),
        targets: read_targets(stored)?,
        first_day: stored.day("first_day")?,
        consultation_enabled: stored.flag("consultation_enabled")?,
        consultation_session_id: stored.optional("consultation_session_id", read_native)?,
        conversational_profile: stored.optional("conversational_profile", read_text)?,
        prompt: read_prompt(stored)?,
        behavioral_data: stored.or_missing("behavioral_data", read_native),
        last_behavior_check: stored.optional("last_behavior_check", read_instant)?,
        pending_update: stored.or_missing("pending_update", read_native),
        recipe_override: stored.or_missing("recipe_override", read_native).unwrap_or_default(),
        prompt_withdrawn: read_withdrawal(stored)?,
        manual_regeneration: stored
            .optional("manual_regeneration_requested_at", read_instant)?
            .map(|requested_at| ManualRegeneration { requested_at }),
        created_at: stored.instant("created_at")?,
        revision: stored.number("revision")?,
    })
}

/// Version 0 is no prompt.
fn read_prompt(stored: &Stored) -> Result<Option<PersonalPrompt>, StoreError> {
    let version = stored.optional("system_prompt_version", read_number)?.unwrap_or(0);
    if version == 0 {
        return Ok(None);
    }
    Ok(Some(PersonalPrompt {
        text: stored.text("coaching_system_prompt")?,
        sections: read_sections(stored, version)?,
        version,
        last_prompt_update: stored.instant("last_prompt_update")?,
        prompt_behavioral_data: stored.or_missing("prompt_behavioral_data", read_native),
        risk: stored.optional("prompt_risk", read_written_for)?.unwrap_or_default(),
        recipe: stored.or_missing("recipe", read_native).unwrap_or_default(),
        next_check_at: stored.instant("next_check_at")?,
    }))
}

/// The sections of the version in force. Another release may have written a version without them over one that had some.
fn read_sections(stored: &Stored, version: u32) -> Result<Option<CoachingPrompt>, StoreError> {
    let of_version = stored.optional("prompt_sections_version", read_number)? == Some(version);
    Ok(if of_version { stored.or_missing("prompt_sections", read_native) } else { None })
}

pub(super) fn read_email(stored: &Stored) -> Result<Email, StoreError> {
    stored.required("email", |value| Email::parse("email", value.as_s().ok()?).ok())
}

/// Whether the time zone is nobody's choice. Older releases do not say so, and gave UTC to everybody who named none.
fn read_learned_timezone(stored: &Stored) -> Result<bool, StoreError> {
    let learned = stored.optional("timezone_learned", read_flag)?;
    Ok(learned.unwrap_or(read_timezone(stored)? == TimeZone::UTC))
}

/// A day begins at midnight unless it says otherwise in a way that can be read.
pub(super) fn read_day_start(stored: &Stored) -> DayStart {
    stored.or_missing("day_starts_at", read_native).unwrap_or_default()
}

/// Days that count for nothing.
pub(super) fn read_pauses(stored: &Stored) -> Pauses {
    stored.or_missing("pauses", read_native).unwrap_or_default()
}

/// The language and country.
pub(super) fn read_locale(stored: &Stored) -> Option<Locale> {
    stored.or_missing("locale", |value| Locale::parse("locale", value.as_s().ok()?).ok())
}

/// The zone: an offset stands beside the zone that comes next to it, and counts as long as that is the one.
pub(super) fn read_timezone(stored: &Stored) -> Result<TimeZone, StoreError> {
    let zone = stored.required("timezone", |value| TimeZone::parse("timezone", value.as_s().ok()?).ok())?;
    let offset = stored.or_missing("timezone_offset", |value| TimeZone::parse("timezone", value.as_s().ok()?).ok());
    Ok(offset.filter(|offset| offset.nearest_name() == zone.name()).unwrap_or(zone))
}
