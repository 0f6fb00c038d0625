//! What a person says about themselves: the attributes that the person's own changes and the consultation write.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::risk_index::listing;
use crate::store::StoreError;
use crate::store::item::{Stored, decimal, flag, native, number, read_number, text};
use crate::store::write::Update;
use domain::local_day::DayStart;
use domain::profile::{Profile, Targets, TargetsHistory};

/// One entry of `targets_history`.
#[derive(Serialize, Deserialize)]
struct TargetsFrom {
    /// The first local day on which they held.
    from: NaiveDate,
    #[serde(flatten)]
    targets: Targets,
}

/// Sets the details over the revision that `profile.revision` names, and raises it.
pub(super) fn write(update: Update, profile: &Profile) -> Update {
    let body = &profile.body;
    let update = listing(profile).into_iter().fold(update, |update, (name, value)| update.set_or_remove(name, value));
    let update = with_rendered_prompt(update, profile);
    update
        .set("name", text(profile.name.as_str()))
        .set("age", number(profile.age.years()))
        .set("weight_kg", decimal(profile.weight.kg()))
        .set("goal", native(&profile.goal))
        .set_or_remove("goal_text", profile.goal_text.as_ref().map(native))
        .set("timezone", text(profile.timezone.nearest_name()))
        .set_or_remove("timezone_offset", timezone_offset(profile))
        .set("timezone_learned", flag(profile.timezone_learned))
        .set_or_remove("day_starts_at", day_start(profile))
        .set_or_remove("pauses", pauses(profile))
        .set_or_remove("weight_trend", profile.weight_trend.as_ref().map(native))
        .set_or_remove("weight_stated_kg", profile.weight_stated.map(|weight| decimal(weight.kg())))
        .set_known("sex", body.sex.as_ref().map(native))
        .set_known("height_cm", body.height.map(|height| decimal(height.cm())))
        .set_known("activity_level", body.activity_level.as_ref().map(native))
        .set_known("diet", body.diet.as_ref().map(native))
        .set_known("locale", profile.locale.as_ref().map(|locale| text(locale.to_string())))
        .set_or_remove("locale_learned", learned_locale(profile))
        .set_or_remove("stated", stated(profile))
        .set("health", native(&profile.health))
        .set("risk", native(&profile.risk))
        .set("targets_history", targets(&profile.targets))
        .set_known("targets_revision", revision(&profile.targets))
        .set("revision", number(profile.revision + 1))
        .when("#revision = :read_revision", [(":read_revision", number(profile.revision))])
}

/// The prompt in force with the targets that hold after the change: without a model, and without a version. Not over a version
/// that was written since the profile was read.
fn with_rendered_prompt(update: Update, profile: &Profile) -> Update {
    let Some(prompt) = &profile.prompt else { return update };
    let rendered = prompt.text_with(profile.current_targets());
    if rendered == prompt.text {
        return update;
    }
    update
        .set("coaching_system_prompt", text(rendered))
        .when("#system_prompt_version = :rendered_version", [(":rendered_version", number(prompt.version))])
}

/// The number of the targets in force; missing as long as none was counted.
pub(super) fn revision(history: &TargetsHistory) -> Option<AttributeValue> {
    (history.revision() > 0).then(|| number(history.revision()))
}

/// That the language was learned; missing if it was chosen, or is not known.
pub(super) fn learned_locale(profile: &Profile) -> Option<AttributeValue> {
    profile.locale_learned.then(|| flag(true))
}

/// The offset that the person lives by; missing with a zone of the database.
pub(super) fn timezone_offset(profile: &Profile) -> Option<AttributeValue> {
    profile.timezone.is_offset().then(|| text(profile.timezone.name()))
}

/// When the person's day begins; missing at midnight.
pub(super) fn day_start(profile: &Profile) -> Option<AttributeValue> {
    (profile.day_starts_at != DayStart::MIDNIGHT).then(|| native(&profile.day_starts_at))
}

/// Days that count for nothing; missing without any.
pub(super) fn pauses(profile: &Profile) -> Option<AttributeValue> {
    (!profile.pauses.is_empty()).then(|| native(&profile.pauses))
}

/// When details were stated; missing if none were since the sign-up.
pub(super) fn stated(profile: &Profile) -> Option<AttributeValue> {
    (!profile.stated.is_empty()).then(|| native(&profile.stated))
}

/// The targets as a list of maps, oldest first.
pub(super) fn targets(history: &TargetsHistory) -> AttributeValue {
    let entries: Vec<(NaiveDate, Targets)> = history.clone().into();
    native(&entries.into_iter().map(|(from, targets)| TargetsFrom { from, targets }).collect::<Vec<_>>())
}

/// Reads the targets back.
pub(super) fn read_targets(stored: &Stored) -> Result<TargetsHistory, StoreError> {
    let entries: Vec<TargetsFrom> = stored.native("targets_history")?;
    let entries: Vec<_> = entries.into_iter().map(|entry| (entry.from, entry.targets)).collect();
    let history = TargetsHistory::try_from(entries).map_err(|_| stored.corrupt("targets_history"))?;
    Ok(history.of_revision(stored.optional("targets_revision", read_number)?.unwrap_or_default()))
}
