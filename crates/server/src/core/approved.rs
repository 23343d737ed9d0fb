//! A contract in force, read once.

use palisade_audit::AuditReport;
use palisade_audit::policy::Evidence;
use palisade_contract::Contract;
use palisade_finding::Finding;
use palisade_guard::{ApiPolicy, Delivery, Lists, Mode, Policy};
use palisade_store::ContractRow;
use std::collections::HashSet;
use std::sync::Arc;

/// An operation of a contract.
#[derive(Debug, Clone)]
pub struct Promised {
    /// Key for joins with the inventory.
    pub key: String,
    /// `METHOD /template` as the guard names it.
    pub label: String,
    /// Method.
    pub method: String,
    /// Template.
    pub template: String,
    /// The contract says so.
    pub deprecated: bool,
    /// Summary, when given.
    pub summary: Option<String>,
}

/// A contract in force with everything computed from its text.
#[derive(Debug)]
pub struct Approved {
    /// The stored row, its text included.
    pub row: ContractRow,
    /// Changes with the text.
    pub etag: String,
    /// The model.
    pub contract: Contract,
    /// Its operations, in source order.
    pub operations: Vec<Promised>,
    /// Its audit, as far as its text goes: [`View::audit`](super::view::View::audit) adds what traffic showed.
    pub audit: Arc<AuditReport>,
}

/// The text cannot be put in force.
#[derive(Debug)]
pub struct Unusable {
    /// In one sentence.
    pub message: String,
    /// Where and why.
    pub findings: Vec<Finding>,
}

/// What a contract in force is called in its audit.
const NAME: &str = "contract";

/// ETag of a text.
pub fn etag(text: &str) -> String {
    format!("\"{}\"", crate::secret::hash(text).get(..32).unwrap_or_default())
}

/// The audit of a text. What was seen to be enforced in front of it closes findings.
pub fn audit(name: &str, text: &str, evidence: Evidence) -> AuditReport {
    audit_for(name, text, evidence, HashSet::new())
}

/// The same, for somebody who asks for rules by their ids: what they find is reported whatever the profile.
pub fn audit_for(name: &str, text: &str, evidence: Evidence, asked: HashSet<String>) -> AuditReport {
    let silent = evidence.is_empty() && asked.is_empty();
    let policy = (!silent).then(|| Arc::new(palisade_audit::policy::Policy { evidence, asked, ..Default::default() }));
    let options = palisade_audit::Options { policy, ..Default::default() };
    palisade_audit::audit_bytes(name, text.as_bytes(), &options)
}

impl Approved {
    /// Reads a text and everything that follows from it. Refuses what is no contract, has no operation, or what the
    /// guard cannot use at all.
    ///
    /// # Errors
    /// [`Unusable`] with the findings that say why.
    pub fn read(mut row: ContractRow) -> Result<Self, Unusable> {
        let name = format!("{}.openapi", row.source);
        let reading = palisade_document::read(&name, row.body.as_bytes(), &palisade_document::Limits::default());
        let problems = || reading.problems.iter().map(|problem| problem.to_finding("contract")).collect::<Vec<_>>();
        if reading.fatal {
            let message = "The text cannot be read to its end.".to_owned();
            return Err(Unusable { message, findings: problems() });
        }
        let findings = problems();
        let (contract, more) = Contract::load(Arc::new(reading.document));
        let operations: Vec<Promised> = contract
            .operations
            .iter()
            .map(|operation| Promised {
                key: super::operation_key(&operation.method, &operation.template),
                label: operation.label(),
                method: operation.method.clone(),
                template: operation.template.clone(),
                deprecated: operation.deprecated,
                summary: operation.summary.clone(),
            })
            .collect();
        if operations.is_empty() {
            let message = "This is not an OpenAPI contract with at least one operation.".to_owned();
            let more = more.iter().map(|problem| problem.to_finding("contract"));
            return Err(Unusable { message, findings: findings.into_iter().chain(more).collect() });
        }
        row.operations = i64::try_from(operations.len()).unwrap_or(i64::MAX);
        let audit = Arc::new(audit(NAME, &row.body, Evidence::default()));
        Ok(Self { etag: etag(&row.body), contract, operations, audit, row })
    }

    /// The audit, with what was seen to be enforced.
    pub fn audit_with(&self, evidence: Evidence) -> AuditReport {
        audit(NAME, &self.row.body, evidence)
    }

    /// True when the owner uploaded it: it needs no evidence from traffic.
    pub fn uploaded(&self) -> bool {
        self.row.source == "uploaded"
    }

    /// The operation with this key.
    pub fn operation(&self, key: &str) -> Option<&Promised> {
        self.operations.iter().find(|operation| operation.key == key)
    }
}

/// A compiled policy that says what block mode would do under `contract`, with these network lists.
pub fn judge_policy(config: &super::Config, contract: &str, lists: &Lists) -> Policy {
    let policy = ApiPolicy {
        id: config.row.id.clone(),
        name: config.row.name.clone(),
        hosts: config.hosts.clone(),
        base_path: config.row.base_path.clone(),
        upstreams: config.upstreams.clone(),
        upstream_ca: None,
        delivery: Delivery::default(),
        mode: Mode::Block,
        contract: Some(contract.to_owned()),
        observe_operations: Vec::new(),
        exceptions: policy_exceptions(config),
        protection: config.protection.settings.clone(),
    };
    Policy::with_lists(&policy, lists).0
}

/// The exceptions of an API as the guard takes them.
pub fn policy_exceptions(config: &super::Config) -> Vec<palisade_guard::Exception> {
    config
        .exceptions
        .iter()
        .map(|row| palisade_guard::Exception {
            id: row.id.clone(),
            operation: row.operation.clone(),
            code: row.code.clone(),
            location: row.location.clone(),
            name: row.name.clone(),
            pointer: row.pointer.clone(),
        })
        .collect()
}
