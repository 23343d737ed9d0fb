//! The one place that calls discovery.

use super::approved::Approved;
use super::view::Known;
use super::{key_of_label, operation_id};
use crate::types::State;
use palisade_audit::policy::{Evidence, Facts};
use palisade_discover::{
    Authenticated, Discovery, Inventory, OpenApiVersion, OperationView, Overrides, Settings, State as Compared,
};
use palisade_exchange::Exchange;
use palisade_finding::Finding;
use serde_json::Value;
use std::collections::BTreeMap;

/// What was learned of one API.
pub struct Learner {
    discovery: Discovery,
}

/// What follows from it now.
#[derive(Debug)]
pub struct Induced {
    /// Operations of inventory and contract, by key.
    pub operations: Vec<Known>,
    /// Findings from traffic.
    pub findings: Vec<Finding>,
    inventory: Inventory,
}

impl Learner {
    /// Nothing learned yet.
    pub fn new(settings: &Settings) -> Self {
        Self { discovery: Discovery::new(settings.clone()) }
    }

    /// Takes up what was saved.
    ///
    /// # Errors
    /// When it is damaged or was learned under another key.
    pub fn load(settings: &Settings, bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        let discovery = Discovery::restore(text, settings.clone()).map_err(|error| error.to_string())?;
        Ok(Self { discovery })
    }

    /// The state to save. Holds no body values.
    pub fn save(&self) -> Vec<u8> {
        self.discovery.save().into_bytes()
    }

    /// Learns from one exchange.
    pub fn absorb(&mut self, exchange: &Exchange) {
        self.discovery.absorb(exchange);
    }

    /// Inventory, states and findings as they follow from what was learned.
    pub fn induce(&self, api_id: &str, approved: Option<&Approved>, overrides: &Overrides) -> Induced {
        let inventory = self.discovery.induce(overrides);
        let contract = approved.map(|approved| &approved.contract);
        let findings = palisade_discover::findings(&inventory, contract);
        let operations = join(api_id, &inventory, approved);
        Induced { operations, findings, inventory }
    }
}

impl Induced {
    /// `METHOD /template` of the operation a request belongs to.
    pub fn operation_of(&self, method: &str, path: &str) -> Option<String> {
        self.inventory.operation_of(method, path).map(str::to_owned)
    }

    /// What was seen to be enforced in front of the operations of the contract in force.
    pub fn evidence(&self) -> Evidence {
        let seen = self
            .operations
            .iter()
            .filter_map(|known| Some((known.method.as_str(), &*known.template, known.seen.as_ref()?)));
        evidence(seen)
    }

    /// The same of the operations of the learned contract.
    pub fn evidence_of_learned(&self) -> Evidence {
        evidence(self.inventory.api_operations().map(|seen| (seen.method.as_str(), &*seen.template, seen)))
    }

    /// The learned contract with the evidence for each of its parts.
    pub fn with_evidence(&self, version: OpenApiVersion) -> Value {
        self.inventory.to_evidence(version)
    }

    /// The learned contract; `None` while it has no operation.
    pub fn openapi(&self) -> Option<Value> {
        self.inventory.api_operations().next()?;
        Some(self.inventory.to_openapi(OpenApiVersion::V31))
    }
}

fn evidence<'a>(seen: impl Iterator<Item = (&'a str, &'a str, &'a OperationView)>) -> Evidence {
    let mut evidence = Evidence::default();
    for (method, template, seen) in seen {
        let facts = Facts {
            authenticated: match seen.authenticated {
                Authenticated::Always => Some(true),
                Authenticated::Sometimes | Authenticated::Never => Some(false),
                Authenticated::Unknown => None,
            },
            refused: seen.refused_without_credential,
            rate_limited: seen.statuses.get(&429).copied().unwrap_or(0),
        };
        evidence.add(method, template, facts);
    }
    evidence
}

/// Joins what was seen with what is promised.
fn join(api_id: &str, inventory: &Inventory, approved: Option<&Approved>) -> Vec<Known> {
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for promised in approved.iter().flat_map(|approved| &approved.operations) {
        known.insert(
            promised.key.clone(),
            Known {
                id: operation_id(api_id, &promised.key),
                key: promised.key.clone(),
                method: promised.method.clone(),
                template: promised.template.clone(),
                state: State::Orphan,
                deprecated: promised.deprecated,
                summary: promised.summary.clone(),
                seen: None,
            },
        );
    }
    for compared in palisade_discover::compare(inventory, approved.map(|approved| &approved.contract)) {
        let Some(seen) = compared.learned else { continue };
        let key = key_of_label(&compared.key);
        let state = match compared.state {
            Compared::Documented => State::Documented,
            Compared::Learned => State::Learned,
            Compared::Shadow => State::Shadow,
            Compared::Zombie => State::Zombie,
            Compared::Orphan => State::Orphan,
        };
        let entry = known.entry(key.clone()).or_insert_with(|| Known {
            id: operation_id(api_id, &key),
            key,
            method: seen.method.clone(),
            template: seen.template.clone(),
            state,
            deprecated: false,
            summary: None,
            seen: None,
        });
        entry.state = state;
        entry.seen = Some(match entry.seen.take() {
            Some(before) => together(before, seen),
            None => seen.clone(),
        });
    }
    known.into_values().collect()
}

/// Two seen operations that the contract has as one.
fn together(mut one: OperationView, other: &OperationView) -> OperationView {
    use Authenticated::{Sometimes, Unknown};
    one.hits += other.hits;
    one.refused_without_credential += other.refused_without_credential;
    one.first_observed = one.first_observed.min(other.first_observed);
    one.last_observed = one.last_observed.max(other.last_observed);
    for (status, count) in &other.statuses {
        *one.statuses.entry(*status).or_default() += count;
    }
    one.principals = one.principals.max(other.principals);
    one.authenticated = match (one.authenticated, other.authenticated) {
        (a, b) if a == b => a,
        (Unknown, b) => b,
        (a, Unknown) => a,
        _ => Sometimes,
    };
    one.sensitive.extend(other.sensitive.iter().cloned());
    one
}
