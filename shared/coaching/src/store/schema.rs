//! The tables as data: what the template creates in AWS, and the tests create for themselves.

/// Type of a key attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Text, `S`.
    Text,
    /// A number, `N`.
    Number,
}

/// One attribute of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyAttribute {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: KeyKind,
}

/// What an index holds besides its own key and the table's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexContents {
    /// Nothing else: `KEYS_ONLY`.
    KeysOnly,
    /// These attributes: `INCLUDE`.
    Include(&'static [&'static str]),
    /// Everything: `ALL`.
    All,
}

/// A secondary index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexDefinition {
    /// Its name.
    pub name: &'static str,
    /// Partition key and, if there is one, sort key.
    pub key: &'static [KeyAttribute],
    /// What else it holds.
    pub contents: IndexContents,
}

impl IndexDefinition {
    /// Whether it is a local index of `table`, whose partition key it shares; a global one has a partition key of its own.
    #[must_use]
    pub fn is_local(&self, table: &TableDefinition) -> bool {
        self.key[0] == table.key[0]
    }
}

/// A table.
#[derive(Debug, Clone, Copy)]
pub struct TableDefinition {
    /// The name in the documentation, which the physical name ends with (there with `-` for `_`).
    pub name: &'static str,
    /// Partition key and, if there is one, sort key.
    pub key: &'static [KeyAttribute],
    /// Its indexes.
    pub indexes: &'static [IndexDefinition],
    /// The attribute (epoch seconds) after which DynamoDB deletes an item.
    pub time_to_live: Option<&'static str>,
    /// The environment variable that holds its physical name.
    pub variable: &'static str,
}

/// Name of the index that lists users by their next check.
pub const DUE_INDEX: &str = "due_v2";
/// Name of the index that the release before reads in its place. It goes from here when it goes from the template.
const EARLIER_DUE_INDEX: &str = "due_v1";
/// Name of the index that finds users by their address.
pub const EMAIL_INDEX: &str = "email_v1";

/// Name of the index that lists users with whom the coach is careful.
pub const RISK_INDEX: &str = "at_risk_v1";
/// Name of the index that lists everybody's replies by time.
pub const REPLIES_INDEX: &str = "replies_v1";
/// Name of the index that lists users in a state by the time of their sign-up.
pub const STATE_INDEX: &str = "by_state_v1";
/// Name of the index that lists users by their address.
pub const ADDRESS_INDEX: &str = "by_address_v1";
/// Name of the index that lists users with a prompt by the time of their sign-up.
pub const PROMPT_INDEX: &str = "by_prompt_v1";
/// Name of the index that lists watched logging streaks by when they are broken.
pub const BREAKS_INDEX: &str = "breaks_v1";
/// Name of the index that lists messages and conversations by time. It has no version: a local index is made with its table and can
/// be neither added nor taken out later, so that there is never a next one beside it.
pub const TIME_INDEX: &str = "by_time";
/// Name of the index that lists the audit by time.
pub const AUDIT_TIME_INDEX: &str = "by_time_v1";
/// Name of the index that lists consultation keys by time.
pub const CONSULTATION_KEY_TIME_INDEX: &str = "by_time_v1";

/// What [`EARLIER_DUE_INDEX`] holds besides the keys.
const EARLIER_DUE_INDEX_ATTRIBUTES: &[&str] = &[
    "email",
    "consultation_enabled",
    "timezone",
    "goal",
    "targets_history",
    "first_day",
    "system_prompt_version",
    "last_prompt_update",
    "behavioral_data",
    "prompt_behavioral_data",
];

/// What [`RISK_INDEX`] holds besides the keys: what an admin sees of a user in a list.
pub const RISK_INDEX_ATTRIBUTES: &[&str] =
    &["email", "name", "created_at", "consultation_enabled", "system_prompt_version", "last_prompt_update", "risk"];

/// What [`REPLIES_INDEX`] holds besides the keys: what an admin sees of a reply in a list.
pub const REPLIES_INDEX_ATTRIBUTES: &[&str] =
    &["conversation_id", "message_id", "created_at", "system_prompt_version_used", "variant"];

const fn text(name: &'static str) -> KeyAttribute {
    KeyAttribute { name, kind: KeyKind::Text }
}

/// Every table.
pub const TABLES: &[TableDefinition] = &[
    TableDefinition {
        name: "profiles",
        key: &[text("user_id")],
        indexes: &[
            IndexDefinition {
                name: DUE_INDEX,
                key: &[text("update_shard"), text("next_check_at")],
                contents: IndexContents::KeysOnly,
            },
            IndexDefinition {
                name: EARLIER_DUE_INDEX,
                key: &[text("update_shard"), text("next_check_at")],
                contents: IndexContents::Include(EARLIER_DUE_INDEX_ATTRIBUTES),
            },
            IndexDefinition { name: EMAIL_INDEX, key: &[text("email")], contents: IndexContents::KeysOnly },
            IndexDefinition {
                name: RISK_INDEX,
                key: &[text("risk_listed"), text("risk_since")],
                contents: IndexContents::Include(RISK_INDEX_ATTRIBUTES),
            },
        ],
        time_to_live: None,
        variable: "PROFILES_TABLE",
    },
    TableDefinition {
        name: "consultation_sessions",
        key: &[text("session_id"), text("item")],
        indexes: &[],
        time_to_live: None,
        variable: "CONSULTATION_SESSIONS_TABLE",
    },
    TableDefinition {
        name: "coach_conversations",
        key: &[text("user_id"), text("item")],
        indexes: &[
            IndexDefinition {
                name: TIME_INDEX,
                key: &[text("user_id"), text("by_time")],
                contents: IndexContents::All,
            },
            IndexDefinition {
                name: REPLIES_INDEX,
                key: &[text("reply_list"), text("reply_at")],
                contents: IndexContents::Include(REPLIES_INDEX_ATTRIBUTES),
            },
        ],
        time_to_live: Some("expires_at"),
        variable: "COACH_CONVERSATIONS_TABLE",
    },
    TableDefinition {
        name: "consultation_keys",
        key: &[text("key_hash"), text("item")],
        indexes: &[IndexDefinition {
            name: CONSULTATION_KEY_TIME_INDEX,
            key: &[text("listed"), text("created_at")],
            contents: IndexContents::All,
        }],
        time_to_live: None,
        variable: "CONSULTATION_KEYS_TABLE",
    },
    TableDefinition {
        name: "meals",
        key: &[text("user_id"), text("item")],
        indexes: &[],
        time_to_live: None,
        variable: "MEALS_TABLE",
    },
    TableDefinition {
        name: "prompt_history",
        key: &[text("user_id"), KeyAttribute { name: "version", kind: KeyKind::Number }],
        indexes: &[],
        time_to_live: None,
        variable: "PROMPT_HISTORY_TABLE",
    },
    TableDefinition {
        name: "update_runs",
        key: &[text("run_id"), text("part")],
        indexes: &[],
        time_to_live: None,
        variable: "UPDATE_RUNS_TABLE",
    },
    TableDefinition {
        name: "idempotency",
        key: &[text("user_id"), text("request")],
        indexes: &[],
        time_to_live: Some("expires_at"),
        variable: "IDEMPOTENCY_TABLE",
    },
    TableDefinition {
        name: "spending",
        key: &[text("day"), text("scope")],
        indexes: &[],
        time_to_live: Some("expires_at"),
        variable: "SPENDING_TABLE",
    },
    TableDefinition {
        name: "audit",
        key: &[text("user_id"), text("at")],
        indexes: &[IndexDefinition {
            name: AUDIT_TIME_INDEX,
            key: &[text("month"), text("at")],
            contents: IndexContents::All,
        }],
        time_to_live: None,
        variable: "AUDIT_TABLE",
    },
    TableDefinition {
        name: "user_directory",
        key: &[text("user_id")],
        indexes: &[
            IndexDefinition {
                name: STATE_INDEX,
                key: &[text("state"), text("created_at")],
                contents: IndexContents::KeysOnly,
            },
            IndexDefinition {
                name: ADDRESS_INDEX,
                key: &[text("listed"), text("email")],
                contents: IndexContents::KeysOnly,
            },
            IndexDefinition {
                name: PROMPT_INDEX,
                key: &[text("prompted"), text("created_at")],
                contents: IndexContents::KeysOnly,
            },
        ],
        time_to_live: None,
        variable: "USER_DIRECTORY_TABLE",
    },
    TableDefinition {
        name: "counters",
        key: &[text("scope"), text("part")],
        indexes: &[],
        time_to_live: None,
        variable: "COUNTERS_TABLE",
    },
    TableDefinition {
        name: "streaks",
        key: &[text("user_id")],
        indexes: &[IndexDefinition {
            name: BREAKS_INDEX,
            key: &[text("shard"), text("broken_at")],
            contents: IndexContents::KeysOnly,
        }],
        time_to_live: None,
        variable: "STREAKS_TABLE",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_index_that_can_have_a_next_version_has_a_version_in_its_name() {
        for (table, index) in TABLES.iter().flat_map(|table| table.indexes.iter().map(move |index| (table, index))) {
            let version = index.name.rsplit_once("_v").and_then(|(_, version)| version.parse::<u32>().ok());
            assert_eq!(version.is_none(), index.is_local(table), "{} of {}", index.name, table.name);
        }
    }
}
