//! How a request is named within its message batch: by what it is for.

use domain::profile::UserId;

/// The name of a request: a user's prompt after a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestName {
    /// Whose prompt.
    pub(super) user_id: UserId,
    /// The version to follow.
    pub(super) version: u32,
}

impl RequestName {
    /// The name as Claude is told it.
    pub(super) fn custom_id(&self) -> String {
        format!("{}_{}", self.user_id, self.version)
    }

    /// Reads that name; `None` for one that is not of this service.
    pub(super) fn parse(custom_id: &str) -> Option<Self> {
        let (user_id, version) = custom_id.rsplit_once('_')?;
        Some(Self { user_id: UserId::new(user_id), version: version.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_finds_its_user_and_version_again() {
        let name = RequestName { user_id: UserId::new("0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"), version: 4_000_000_000 };
        let id = name.custom_id();
        assert!(id.len() <= 64, "the service takes at most 64 characters: {id}");
        assert_eq!(RequestName::parse(&id), Some(name));
        assert_eq!(RequestName::parse("nobody"), None);
    }
}
