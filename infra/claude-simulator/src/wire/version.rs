//! The versions of the API, named by the `anthropic-version` header.

/// A version of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// `2023-06-01`.
    June2023,
    /// `2026-10-21`: no sampling parameters on any model, no citations in what users say.
    October2026,
}

impl Version {
    /// The version with this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "2023-06-01" => Some(Self::June2023),
            "2026-10-21" => Some(Self::October2026),
            _ => None,
        }
    }
}
