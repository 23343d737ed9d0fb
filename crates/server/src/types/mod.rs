//! The shapes of the REST API. Times are RFC 3339 UTC with microseconds; ids of rows are UUIDv7.

mod access;
mod api;
mod audit_log;
mod contract;
mod drift;
mod event;
mod finding;
mod gate;
mod gateway;
mod job;
mod oidc;
mod operation;
mod overview;
mod preview;
mod project;
mod proposal;
mod protection;
mod schedule;
mod third_party;
mod trace_source;
mod user;

pub use access::*;
pub use api::*;
pub use audit_log::*;
pub use contract::*;
pub use drift::*;
pub use event::*;
pub use finding::*;
pub use gate::*;
pub use gateway::*;
pub use job::*;
pub use oidc::*;
pub use operation::*;
pub use overview::*;
pub use preview::*;
pub use project::*;
pub use proposal::*;
pub use protection::*;
pub use schedule::*;
pub use third_party::*;
pub use trace_source::*;
pub use user::*;

use serde::Serialize;
use utoipa::ToSchema;

/// A slice of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Cursor of the next page; null at the end.
    pub next: Option<String>,
}
