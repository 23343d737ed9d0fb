//! The policy as data: what a control plane publishes and a gateway compiles.

use crate::Delivery;
use crate::protection::{NetworkList, Protection};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// What a gateway does with a request that breaks the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Change nothing, record.
    #[default]
    Observe,
    /// Refuse.
    Block,
}

/// "Allow this": one reason at one place of one operation that is let through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// UUIDv7.
    pub id: String,
    /// `METHOD /template`; for an unknown path or method the method and path (or template) to let through.
    pub operation: String,
    /// The reason's code, for example `unknown_path` or `pattern`.
    pub code: String,
    /// `in` of the field error, empty when the code concerns the whole request.
    #[serde(rename = "in", default)]
    pub location: String,
    /// Name of the field error.
    #[serde(default)]
    pub name: String,
    /// Pointer of the field error.
    #[serde(default)]
    pub pointer: String,
}

/// One API as the gateway serves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiPolicy {
    /// UUIDv7, or the name where a file manages the API.
    pub id: String,
    /// The API's name.
    pub name: String,
    /// Host patterns (`*`, `*.example.com`, `api.example.com`); empty means every host.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Path prefix this API answers under.
    pub base_path: String,
    /// Upstream base URLs.
    pub upstreams: Vec<String>,
    /// PEM bundle that vouches for https upstreams, in place of the system's.
    #[serde(default)]
    pub upstream_ca: Option<String>,
    /// How requests get to the upstreams.
    #[serde(default)]
    pub delivery: Delivery,
    /// Observe or block.
    pub mode: Mode,
    /// The contract in force, as OpenAPI text (JSON or YAML).
    #[serde(default)]
    pub contract: Option<String>,
    /// Operations (`METHOD /template`) that stay in observe although the API blocks: thin evidence.
    #[serde(default)]
    pub observe_operations: Vec<String>,
    /// What people allowed.
    #[serde(default)]
    pub exceptions: Vec<Exception>,
    /// What is protected, and how.
    #[serde(default)]
    pub protection: Protection,
}

/// A versioned set of APIs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Snapshot {
    /// Grows with every change; a gateway keeps the newest good one.
    pub version: u64,
    /// The APIs.
    pub apis: Vec<ApiPolicy>,
    /// Network lists, by the names that policies use.
    #[serde(default)]
    pub lists: Vec<NetworkList>,
    /// Proxies whose word on the client's address is taken.
    #[serde(default)]
    pub trusted_proxies: Vec<IpNet>,
}
