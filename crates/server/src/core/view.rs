//! What traffic taught, published as a whole for readers.

use super::ledger::Ledger;
use crate::types::State;
use palisade_audit::AuditReport;
use palisade_discover::OperationView;
use palisade_finding::Finding;
use std::sync::Arc;

/// One operation of inventory or contract.
#[derive(Debug, Clone)]
pub struct Known {
    /// Join key.
    pub key: String,
    /// Id shown outside.
    pub id: String,
    /// Method.
    pub method: String,
    /// Template: the contract's where it has the operation.
    pub template: String,
    /// What it is to the contract.
    pub state: State,
    /// The contract says so.
    pub deprecated: bool,
    /// The contract's summary.
    pub summary: Option<String>,
    /// What traffic showed; `None` for an orphan.
    pub seen: Option<OperationView>,
}

/// The contract traffic taught.
#[derive(Debug)]
pub struct Learned {
    /// OpenAPI 3.1 as YAML.
    pub yaml: String,
    /// The same as JSON.
    pub json: String,
    /// Changes with the text.
    pub etag: String,
    /// Its operations.
    pub operations: u64,
    /// The exchanges it was learned from.
    pub exchanges: u64,
    /// Its audit.
    pub audit: Arc<AuditReport>,
}

/// What traffic taught about one API.
#[derive(Debug, Default)]
pub struct View {
    /// Operations of inventory and contract, by key.
    pub operations: Vec<Known>,
    /// Findings from traffic.
    pub findings: Vec<Finding>,
    /// Counters.
    pub ledger: Ledger,
    /// The learned contract.
    pub learned: Option<Arc<Learned>>,
}

impl View {
    /// The operation with this id.
    pub fn operation(&self, id: &str) -> Option<&Known> {
        self.operations.iter().find(|known| known.id == id)
    }
}
