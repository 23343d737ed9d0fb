//! Trace sources: plug-ins of other gateways and proxies that send what they see.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A trace source without its token, and what came of what it sent since the control plane started.
#[derive(Debug, Serialize, ToSchema)]
pub struct TraceSource {
    /// UUIDv7.
    pub id: String,
    /// Name.
    pub name: String,
    /// The API its exchanges belong to; null where `hosts` say so.
    pub api_id: Option<String>,
    /// Hosts whose exchanges are taken, each as an API of its own.
    pub hosts: Vec<String>,
    /// When it was made.
    pub created_at: String,
    /// When its token was last used.
    pub last_used_at: Option<String>,
    /// Exchanges taken.
    pub accepted: u64,
    /// Exchanges lost under load.
    pub dropped: u64,
    /// Exchanges not taken, by the reason.
    pub rejected: BTreeMap<String, u64>,
}

/// A trace source to make. Either `api_id` or `hosts` says where its exchanges belong.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTraceSource {
    /// Name, 1 to 100 characters.
    pub name: String,
    /// The API that every exchange belongs to, whatever its host.
    #[serde(default)]
    pub api_id: Option<String>,
    /// Hosts whose exchanges are taken: `orders.shop`, `*.shop`, with a port where that matters; at most 100. An API
    /// that names the host gets them, else one is made for the host.
    #[serde(default)]
    pub hosts: Vec<String>,
}

/// A trace source just made: its token is shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeTraceSource {
    /// The trace source.
    #[serde(flatten)]
    pub made: TraceSource,
    /// Its token, for the header `X-Trace-Source-Token`.
    pub token: String,
}

/// Hosts of which a plug-in is to send exchanges.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Hosts {
    /// `host:port`, or `*` for all.
    pub hosts: Vec<String>,
}
