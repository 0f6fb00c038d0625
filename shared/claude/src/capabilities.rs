//! What each model accepts: the one table that decides which optional parameters a request carries.
//!
//! Sampling parameters, forced tools and thinking settings are not in it because no request ever carries them.

use domain::money::undated;

/// A model's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Capabilities {
    /// Takes `output_config.effort`.
    pub(super) effort: bool,
    /// Takes `output_config.format`.
    pub(super) structured_outputs: bool,
    /// Goes on with a conversation that ends with its own turn.
    pub(super) prefill: bool,
    /// Tokens below which a prefix is never cached.
    pub(super) cache_minimum: u64,
}

const NEWEST: Capabilities =
    Capabilities { effort: true, structured_outputs: true, prefill: false, cache_minimum: 1_024 };
const OLDER: Capabilities =
    Capabilities { effort: false, structured_outputs: true, prefill: true, cache_minimum: 1_024 };

/// What any model can be expected to take. A breakpoint below a model's minimum does nothing, so the minimum may be too
/// high but not too low.
const UNKNOWN: Capabilities =
    Capabilities { effort: false, structured_outputs: true, prefill: false, cache_minimum: 4_096 };

const MODELS: &[(&str, Capabilities)] = &[
    ("claude-sonnet-5-5", NEWEST),
    ("claude-haiku-5-5", Capabilities { cache_minimum: 4_096, ..NEWEST }),
    ("claude-opus-5-5", Capabilities { cache_minimum: 4_096, ..NEWEST }),
    ("claude-sonnet-5", NEWEST),
    ("claude-sonnet-4-5", OLDER),
    ("claude-haiku-4-5", Capabilities { cache_minimum: 4_096, ..OLDER }),
];

impl Capabilities {
    /// The row of `model`; what is safe for every model if there is none.
    pub(super) fn of(model: &str) -> Self {
        let name = undated(model);
        MODELS.iter().find(|(known, _)| *known == name).map_or(UNKNOWN, |(_, row)| *row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dated_name_has_the_row_of_its_model() {
        assert_eq!(Capabilities::of("claude-sonnet-4-5-20250929"), Capabilities::of("claude-sonnet-4-5"));
        assert!(!Capabilities::of("claude-sonnet-4-5-20250929").effort);
    }

    #[test]
    fn a_later_model_is_not_taken_for_the_one_its_name_begins_with() {
        assert_eq!(Capabilities::of("claude-sonnet-4-5-1"), UNKNOWN);
    }

    #[test]
    fn a_model_without_a_row_gets_no_parameter_it_could_refuse() {
        let unknown = Capabilities::of("claude-next");
        assert!(!unknown.effort && !unknown.prefill);
        assert!(MODELS.iter().all(|(_, row)| row.cache_minimum <= unknown.cache_minimum));
    }
}
