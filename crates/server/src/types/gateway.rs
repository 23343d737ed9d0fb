//! What gateways fetch and send.

use super::{Mode, ProtectionSettings};
use serde::Serialize;
use utoipa::ToSchema;

/// How many exchanges were taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// Taken.
    pub accepted: u64,
    /// Not read, not of a known API, or lost under load.
    pub rejected: u64,
}

/// A versioned set of APIs for gateways.
#[derive(Debug, Serialize, ToSchema)]
pub struct Snapshot {
    /// Grows with every change.
    pub version: u64,
    /// The APIs.
    pub apis: Vec<ApiPolicy>,
    /// Network lists, by the names that policies use.
    pub lists: Vec<NamedNetworks>,
    /// Proxies whose word on the client's address is taken, in CIDR notation.
    pub trusted_proxies: Vec<String>,
}

/// A network list as gateways see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamedNetworks {
    /// Its name.
    pub name: String,
    /// IPv4 and IPv6 networks in CIDR notation.
    #[schema(max_items = 20000)]
    pub networks: Vec<String>,
}

/// One API as gateways serve it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiPolicy {
    /// UUIDv7.
    pub id: String,
    /// Name.
    pub name: String,
    /// Host patterns.
    pub hosts: Vec<String>,
    /// Path prefix.
    pub base_path: String,
    /// Upstream URLs.
    pub upstreams: Vec<String>,
    /// PEM bundle for https upstreams.
    pub upstream_ca: Option<String>,
    /// Observe or block.
    pub mode: Mode,
    /// OpenAPI text in force.
    pub contract: Option<String>,
    /// Operations that stay in observe.
    pub observe_operations: Vec<String>,
    /// What people allowed.
    pub exceptions: Vec<PolicyException>,
    /// What is protected, and how.
    pub protection: ProtectionSettings,
}

/// An exception as gateways see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyException {
    /// UUIDv7.
    pub id: String,
    /// `METHOD /template`, or method and path.
    pub operation: String,
    /// Code let through.
    pub code: String,
    /// Where.
    #[serde(rename = "in")]
    pub location: String,
    /// Parameter or header.
    pub name: String,
    /// Place inside the value.
    pub pointer: String,
}
