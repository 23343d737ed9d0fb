//! What traffic taught, published as a whole for readers.

use super::Config;
use super::approved::Approved;
use super::learn::Induced;
use super::ledger::Ledger;
use crate::types::{ContractSource, Engine, State};
use palisade_audit::AuditReport;
use palisade_audit::policy::Evidence;
use palisade_discover::OperationView;
use palisade_finding::Finding;
use std::collections::HashSet;
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

/// The audit of a contract in force, with what was seen to be enforced in front of it.
#[derive(Debug)]
pub struct Judged {
    /// Version of the contract.
    pub version: i64,
    /// What was seen.
    pub evidence: Evidence,
    /// The audit.
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
    /// What follows from what was learned, for what is worked out when it is asked for.
    pub induced: Option<Arc<Induced>>,
    /// The contract in force, where traffic adds to what its text says.
    pub judged: Option<Arc<Judged>>,
    /// What traffic and the contract in force differ in, and what changed.
    pub drift: Arc<super::drift::Shown>,
}

/// Findings that a person accepted: what counts against an API does not count them.
#[derive(Debug, Default)]
pub struct Accepted(HashSet<(String, String, String)>);

impl Accepted {
    /// Those of the project that `store` is seen from.
    ///
    /// # Errors
    /// The store's word.
    pub async fn of(store: &palisade_store::Store) -> Result<Self, palisade_store::Error> {
        store.lapse_acknowledgements(crate::clock::now()).await?;
        store.acknowledged_findings().await.map(Self)
    }

    /// Whether a finding of an API is not among them.
    pub fn lacks(&self, api_id: &str, engine: Engine, finding: &Finding) -> bool {
        self.0.is_empty()
            || !self.0.contains(&(api_id.to_owned(), engine.as_str().to_owned(), finding.fingerprint.clone()))
    }
}

impl View {
    /// The audit that speaks for an API: of the contract in force, else of the learned one.
    pub fn shown_audit<'a>(&'a self, config: &'a Config) -> Option<(&'a Arc<AuditReport>, ContractSource)> {
        match (&config.approved, &self.learned) {
            (Some(approved), _) => Some((self.audit(approved), ContractSource::Approved)),
            (None, Some(learned)) => Some((&learned.audit, ContractSource::Learned)),
            (None, None) => None,
        }
    }

    /// The audit of the contract in force.
    pub fn audit<'a>(&'a self, approved: &'a Approved) -> &'a Arc<AuditReport> {
        let judged = self.judged.as_ref().filter(|judged| judged.version == approved.row.version);
        judged.map_or(&approved.audit, |judged| &judged.audit)
    }

    /// The operation with this id.
    pub fn operation(&self, id: &str) -> Option<&Known> {
        self.operations.iter().find(|known| known.id == id)
    }
}
