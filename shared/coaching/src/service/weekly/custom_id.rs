//! How a request is named within its message batch: by what it is for, and by the submission that it is part of.

use domain::profile::UserId;
use uuid::Uuid;

/// Digits of a submission's mark.
const MARK_DIGITS: usize = 16;

/// The name of a request: a user's prompt after a version, in one submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestName {
    /// Whose prompt.
    pub(super) user_id: UserId,
    /// The version to follow.
    pub(super) version: u32,
    /// The submission's mark; a batch of an earlier release may have none.
    pub(super) mark: Option<String>,
}

/// The mark of a submission, by which its batch is told from all others: 16 hexadecimal digits of its identity, of those
/// that chance alone decides.
pub(super) fn mark_of(draft_id: Uuid) -> String {
    format!("{:016x}", draft_id.as_u64_pair().1)
}

impl RequestName {
    /// The name as Claude is told it, of at most 64 characters: `<user>_<version>_<mark>`.
    pub(super) fn custom_id(&self) -> String {
        let name = format!("{}_{}", self.user_id, self.version);
        self.mark.iter().fold(name, |name, mark| format!("{name}_{mark}"))
    }

    /// Reads that name, or `<user>_<version>`; `None` for one that is not of this service.
    pub(super) fn parse(custom_id: &str) -> Option<Self> {
        let (before, last) = custom_id.rsplit_once('_')?;
        // No version has so many digits.
        let is_mark = last.len() == MARK_DIGITS && last.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_mark {
            return Some(Self { user_id: UserId::new(before), version: last.parse().ok()?, mark: None });
        }
        let (user_id, version) = before.rsplit_once('_')?;
        Some(Self { user_id: UserId::new(user_id), version: version.parse().ok()?, mark: Some(last.to_owned()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(mark: Option<String>) -> RequestName {
        RequestName { user_id: UserId::new("0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"), version: 4_000_000_000, mark }
    }

    #[test]
    fn a_result_finds_its_user_version_and_submission_again() {
        for draft in [Uuid::from_u128(1), Uuid::from_u128(u128::MAX), Uuid::new_v4()] {
            let name = name(Some(mark_of(draft)));
            let id = name.custom_id();
            assert!(id.len() <= 64, "the service takes at most 64 characters: {id}");
            assert_eq!(RequestName::parse(&id), Some(name));
        }
        assert_ne!(mark_of(Uuid::now_v7()), mark_of(Uuid::now_v7()), "of the same instant, too");
    }

    #[test]
    fn a_name_without_a_mark_is_read_and_anything_else_is_nobodys() {
        assert_eq!(
            RequestName::parse("the_admin_7"),
            RequestName::parse(&RequestName { user_id: UserId::new("the_admin"), version: 7, mark: None }.custom_id())
        );
        assert_eq!(RequestName::parse(&name(None).custom_id()), Some(name(None)));
        for other in ["nobody", "nobody_x", "0123456789abcdef", "ana_0123456789abcdef", "ana_x_0123456789abcdef"] {
            assert_eq!(RequestName::parse(other), None, "{other}");
        }
    }
}
