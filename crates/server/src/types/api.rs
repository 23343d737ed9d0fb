//! APIs behind the gateway.

use super::{AuditSummary, Contracts, StateCounts};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a gateway does with what breaks the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Record, change nothing.
    Observe,
    /// Refuse.
    Block,
}

impl From<Mode> for palisade_guard::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Observe => palisade_guard::Mode::Observe,
            Mode::Block => palisade_guard::Mode::Block,
        }
    }
}

/// Who defines an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ManagedBy {
    /// People, here.
    Ui,
    /// A gateway file: read-only here.
    File,
    /// The command line.
    Flags,
    /// The demo.
    Demo,
}

impl ManagedBy {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            ManagedBy::Ui => "ui",
            ManagedBy::File => "file",
            ManagedBy::Flags => "flags",
            ManagedBy::Demo => "demo",
        }
    }

    /// From the word in the store.
    pub fn parse(text: &str) -> Self {
        [ManagedBy::File, ManagedBy::Flags, ManagedBy::Demo]
            .into_iter()
            .find(|by| by.as_str() == text)
            .unwrap_or(ManagedBy::Ui)
    }
}

/// One API behind the gateway.
#[derive(Debug, Serialize, ToSchema)]
pub struct Api {
    /// UUIDv7.
    pub id: String,
    /// Name.
    pub name: String,
    /// Host patterns; empty means every host.
    pub hosts: Vec<String>,
    /// Path prefix.
    pub base_path: String,
    /// Upstream URLs.
    pub upstreams: Vec<String>,
    /// Observe or block.
    pub mode: Mode,
    /// Who defines it.
    pub managed_by: ManagedBy,
    /// When it was added.
    pub created_at: String,
    /// When its newest exchange was seen.
    pub last_observed: Option<String>,
    /// Exchanges seen.
    pub exchanges: u64,
    /// Operations known.
    pub operations: u64,
    /// Operations by state.
    pub state_counts: StateCounts,
    /// The audit of its contract: the approved one, else the learned one.
    pub audit: Option<AuditSummary>,
    /// Its contracts.
    pub contract: Contracts,
    /// True when a file manages it.
    pub read_only: bool,
}

/// A change of an API: what is left out stays. Only what people added here changes its name, hosts, base path and upstreams.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiPatch {
    /// The new mode.
    pub mode: Option<Mode>,
    /// The new name.
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    /// The new host patterns.
    #[schema(max_items = 100)]
    pub hosts: Option<Vec<String>>,
    /// The new path prefix.
    #[schema(max_length = 500)]
    pub base_path: Option<String>,
    /// The new upstream URLs.
    #[schema(max_items = 100)]
    pub upstreams: Option<Vec<String>>,
    /// The new PEM bundle for https upstreams; an empty one takes it away.
    #[schema(max_length = 1000000)]
    pub upstream_ca: Option<String>,
}

/// An API to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApi {
    /// Name, unique in the project.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Hosts, `*` or `*.DOMAIN`, without ports; none means every host.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub hosts: Vec<String>,
    /// Path prefix; by default `/`.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub base_path: Option<String>,
    /// Upstream URLs such as `http://10.0.0.7:8080`; without any no gateway serves it, and telemetry may tell of it.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub upstreams: Vec<String>,
    /// PEM bundle for https upstreams, in place of the system's.
    #[serde(default)]
    #[schema(max_length = 1000000)]
    pub upstream_ca: Option<String>,
    /// OpenAPI text to put in force.
    #[serde(default)]
    pub contract: Option<String>,
    /// By default observe; block needs a contract.
    #[serde(default)]
    pub mode: Option<Mode>,
}
