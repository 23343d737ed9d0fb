//! The audit log.

use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditLogEntry {
    /// UUIDv7.
    #[schema(max_length = 36)]
    pub id: String,
    /// `change`, `sign-in`, `command`, or `refusal` (401, 403, 429).
    #[schema(max_length = 20)]
    pub kind: String,
    /// Its place among the entries of its kind.
    pub seq: u64,
    /// When; of several the last.
    #[schema(format = "date-time", max_length = 40)]
    pub time: String,
    /// Name of the principal; empty where nobody was known.
    #[schema(max_length = 200)]
    pub actor: String,
    /// Its role.
    #[schema(max_length = 40)]
    pub role: String,
    /// How it showed who it is: `token`, `key`, `session` or `command`.
    #[schema(max_length = 40)]
    pub credential: String,
    /// The address it came from.
    #[schema(max_length = 100)]
    pub address: String,
    /// Method and path template, or the command.
    #[schema(max_length = 2000)]
    pub action: String,
    /// The kind of object, as the path names it.
    #[schema(max_length = 500)]
    pub object_type: String,
    /// Its id.
    #[schema(max_length = 500)]
    pub object_id: String,
    /// The path that was called.
    #[schema(max_length = 2000)]
    pub path: String,
    /// Status of the answer; 0 for a command.
    #[schema(minimum = 0, maximum = 599)]
    pub status: u16,
    /// `done`, `failed` or `refused`.
    #[schema(max_length = 20)]
    pub outcome: String,
    /// How often it happened.
    pub repeats: u64,
    /// The object before: without secrets, and by size and digest where it is long.
    pub before: Option<BTreeMap<String, Value>>,
    /// The object after.
    pub after: Option<BTreeMap<String, Value>>,
    /// Hash of the entry before it of its kind.
    #[schema(max_length = 64)]
    pub previous: String,
    /// SHA-256 of the entry and of `previous`.
    #[schema(max_length = 64)]
    pub hash: String,
}

/// The chain of one kind of entries.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditLogChain {
    /// The kind.
    #[schema(max_length = 20)]
    pub kind: String,
    /// The oldest entry that is kept.
    pub first: u64,
    /// The newest entry.
    pub last: u64,
    /// Hash of the newest entry: noted elsewhere, it shows later that nothing before it was changed.
    #[schema(max_length = 64)]
    pub head: String,
    /// What was removed or changed; null: nothing.
    #[schema(max_length = 200)]
    pub problem: Option<String>,
}

/// Whether the audit log is whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditLogCheck {
    /// True when nothing was removed or changed.
    pub whole: bool,
    /// Chain by chain.
    #[schema(max_items = 10)]
    pub chains: Vec<AuditLogChain>,
}
