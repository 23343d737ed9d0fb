//! Keeps what must survive a restart: in one SQLite file, or in PostgreSQL.
//!
//! One file a noun. The SQL keeps to what SQLite and PostgreSQL share (`$1` places, `ON CONFLICT`), so that both run one
//! text; where they differ, `dialect` says so, and `tests/it` runs every suite on both. Ids are UUIDv7 in lower case; times are UTC microseconds since the
//! Unix epoch; every row belongs to a project.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod api;
mod audit_log;
mod contract;
mod controller;
pub mod copy;
mod credential;
mod dialect;
mod event;
mod exception;
mod finding;
mod gate;
mod inventory;
pub mod job;
mod key_pair;
mod open;
mod page;
mod plan;
mod project;
mod protection;
pub mod query;
mod retention;
mod revision;
mod rows;
pub mod schedule;
mod secret;
mod session;
mod setting;
mod sign_in;
mod state;
mod third_party;
mod totals;
mod trace_source;
mod url;
mod user;

pub use api::ApiRow;
pub use audit_log::{AUDIT_LOG, AuditChain, AuditEntry, AuditRow};
pub use contract::ContractRow;
pub use controller::{CONTROLLERS, ControllerRow};
pub use credential::{CredentialRow, Kind, NewCredential, TOKENS};
pub use dialect::Engine;
pub use event::{EVENTS, EventBucketRow, EventFilter, EventGroup, EventGroupRow, EventRow};
pub use exception::{EXCEPTIONS, ExceptionRow};
pub use finding::{
    AcknowledgedCount, Acknowledgement, FINDINGS, FindingChange, FindingGroup, FindingGroupRow, FindingRow, FindingRun,
    FindingState, SeenFinding,
};
pub use gate::{GateRow, PutGate};
pub use inventory::{Figures, OPERATIONS, OperationRow};
pub use key_pair::{KEY_PAIRS, KeyPairRow, KnownKeyPair};
pub use open::{Bounds, Error, Store};
pub use page::Page;
pub use plan::{Plan, Plans};
pub use project::{PROJECTS, ProjectRow};
pub use protection::{NetworkListRow, ProtectionRow};
pub use retention::{Aging, Retention};
pub use revision::{Revisions, SpoolRow};
pub use secret::SecretRow;
pub use session::SessionRow;
pub use third_party::{ASSESSMENTS, AssessmentRow, Ended, SampleCounts, SampleRow, THIRD_PARTIES, ThirdPartyRow};
pub use trace_source::{TRACE_SOURCES, TraceSourceRow};
pub use url::StoreUrl;
pub use user::{Changed, MembershipRow, USERS, UserChange, UserRow};

/// The project that every store begins with. Its admins administer the installation.
pub const DEFAULT_PROJECT: &str = "00000000-0000-7000-8000-000000000001";
