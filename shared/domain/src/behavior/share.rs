//! Shares and rates as counts, so that a threshold is met or not met exactly: 0.7 - 0.6 < 0.1 in binary floating point.

/// A share of a whole in parts of 10,000: how tolerances and change thresholds are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u32);

impl Share {
    const WHOLE: u32 = 10_000;

    /// The share nearest to `ratio`, which must lie in `0.0..=1.0`.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the ratio has been checked to be 0 to 1"
    )]
    pub fn from_ratio(ratio: f64) -> Option<Self> {
        (0.0..=1.0).contains(&ratio).then(|| Self((ratio * f64::from(Self::WHOLE)).round() as u32))
    }

    /// The share as a number from 0 to 1.
    #[must_use]
    pub fn ratio(self) -> f64 {
        f64::from(self.0) / f64::from(Self::WHOLE)
    }

    /// Whether `part` is at most this share of `whole`.
    pub(super) fn covers(self, part: u32, whole: u32) -> bool {
        u64::from(part) * u64::from(Self::WHOLE) <= u64::from(self.0) * u64::from(whole)
    }
}

/// `count` of `of`: a rate that has not been rounded. There is no rate of nothing, so `of` is at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    count: u32,
    of: u32,
}

impl Rate {
    /// `None` if there is nothing that the count could be a part of.
    #[must_use]
    pub const fn new(count: u32, of: u32) -> Option<Self> {
        if of == 0 { None } else { Some(Self { count, of }) }
    }

    /// The number of days that count.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.count
    }

    /// The number of days looked at.
    #[must_use]
    pub const fn of(self) -> u32 {
        self.of
    }

    /// The rate as a number rounded to four decimals.
    #[must_use]
    pub fn ratio(self) -> f64 {
        (f64::from(self.count) / f64::from(self.of) * 10_000.0).round() / 10_000.0
    }

    /// The rate in whole percent.
    #[must_use]
    pub const fn percent(self) -> u32 {
        (self.count * 200 + self.of) / (self.of * 2)
    }

    /// Whether the two rates lie strictly more than `threshold` apart.
    #[must_use]
    pub fn differs_by_more_than(self, threshold: Share, other: Self) -> bool {
        self.distance(other) * u64::from(Share::WHOLE)
            > u64::from(threshold.0) * u64::from(self.of) * u64::from(other.of)
    }

    /// Whether the two rates lie strictly further apart than one day weighs in the smaller of the two.
    #[must_use]
    pub fn differs_by_more_than_one_day(self, other: Self) -> bool {
        self.distance(other) > u64::from(self.of.max(other.of))
    }

    /// `|a/n - b/m|`, multiplied by `n * m`.
    fn distance(self, other: Self) -> u64 {
        (u64::from(self.count) * u64::from(other.of)).abs_diff(u64::from(other.count) * u64::from(self.of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(count: u32, of: u32) -> Rate {
        Rate::new(count, of).expect("of something")
    }

    fn share(ratio: f64) -> Share {
        Share::from_ratio(ratio).expect("a ratio")
    }

    #[test]
    fn exactly_the_threshold_is_not_more_than_the_threshold() {
        assert!(!rate(7, 10).differs_by_more_than(share(0.10), rate(6, 10)));
        assert!(!rate(6, 10).differs_by_more_than(share(0.10), rate(7, 10)));
        assert!(!rate(21, 30).differs_by_more_than(share(0.10), rate(18, 30)));
        assert!(rate(22, 30).differs_by_more_than(share(0.10), rate(18, 30)));
        assert!(rate(701, 1000).differs_by_more_than(share(0.10), rate(6, 10)));
    }

    #[test]
    fn rates_of_different_wholes_compare_exactly() {
        assert!(!rate(1, 3).differs_by_more_than(share(0.0), rate(10, 30)));
        assert!(rate(1, 3).differs_by_more_than(share(0.0), rate(11, 30)));
    }

    #[test]
    fn one_day_of_a_short_window_is_recognised_as_one_day() {
        assert!(!rate(6, 7).differs_by_more_than_one_day(rate(14, 14)));
        assert!(!rate(6, 7).differs_by_more_than_one_day(rate(10, 14)));
        assert!(rate(5, 7).differs_by_more_than_one_day(rate(14, 14)));
    }

    #[test]
    fn what_is_not_a_share_is_refused() {
        for ratio in [-0.01, 1.01, f64::NAN, f64::INFINITY] {
            assert_eq!(Share::from_ratio(ratio), None, "{ratio}");
        }
        assert_eq!(Share::from_ratio(0.10).map(|share| share.ratio().to_string()).as_deref(), Some("0.1"));
    }

    #[test]
    fn a_tolerance_includes_its_edge() {
        assert!(share(0.10).covers(200, 2000));
        assert!(!share(0.10).covers(201, 2000));
    }

    #[test]
    fn percents_are_rounded_to_the_nearest() {
        assert_eq!(
            [rate(1, 3), rate(2, 3), rate(1, 8), rate(30, 30), rate(0, 5)].map(Rate::percent),
            [33, 67, 13, 100, 0]
        );
    }
}
