//! What the traffic has and the contract has not, and the other way round.

use crate::inventory::{Inventory, OperationView};
use palisade_contract::Contract;
use palisade_contract::router::{Routed, Router};
use serde::Serialize;

/// How traffic and contract stand to each other at one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// In the contract and in traffic.
    Documented,
    /// In traffic, and there is no contract to compare with.
    Learned,
    /// In traffic, not in the contract.
    Shadow,
    /// Deprecated in the contract, yet still in traffic.
    Zombie,
    /// In the contract, never in traffic.
    Orphan,
}

impl State {
    /// The lower-case word.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Documented => "documented",
            State::Learned => "learned",
            State::Shadow => "shadow",
            State::Zombie => "zombie",
            State::Orphan => "orphan",
        }
    }
}

/// One operation of the traffic, of the contract or of both.
#[derive(Debug, Clone)]
pub struct Compared<'a> {
    /// `METHOD /template`: the contract's template where it has the operation, else the learned one.
    pub key: String,
    /// How the two stand to each other.
    pub state: State,
    /// What was learned; `None` for an orphan. Several learned operations may belong to one of the contract.
    pub learned: Option<&'a OperationView>,
    /// Index in the contract's operations.
    pub documented: Option<usize>,
}

/// Compares what was learned with a contract: traffic first, in the inventory's order, then orphans in the
/// contract's. Noise is left out unless the contract names it.
pub fn compare<'a>(inventory: &'a Inventory, contract: Option<&Contract>) -> Vec<Compared<'a>> {
    let Some(contract) = contract else {
        return inventory
            .api_operations()
            .map(|view| Compared {
                key: view.key.clone(),
                state: State::Learned,
                learned: Some(view),
                documented: None,
            })
            .collect();
    };
    let router = Router::new(contract);
    let mut seen = vec![false; contract.operations.len()];
    let mut found = Vec::new();
    for view in inventory.operations() {
        let index = documented(&router, view);
        let operation = index.and_then(|index| contract.operations.get(index));
        if let Some(slot) = index.and_then(|index| seen.get_mut(index)) {
            *slot = true;
        }
        let (key, state) = match operation {
            Some(operation) if operation.deprecated => (operation.label(), State::Zombie),
            Some(operation) => (operation.label(), State::Documented),
            None if view.noise.is_some() => continue,
            None => (view.key.clone(), State::Shadow),
        };
        found.push(Compared { key, state, learned: Some(view), documented: index });
    }
    for (index, operation) in contract.operations.iter().enumerate() {
        if seen.get(index) == Some(&false) {
            found.push(Compared {
                key: operation.label(),
                state: State::Orphan,
                learned: None,
                documented: Some(index),
            });
        }
    }
    found
}

/// The contract's operation for a learned one: by a path that was seen, else by the template with its
/// variables filled in.
fn documented(router: &Router, view: &OperationView) -> Option<usize> {
    let sample = view.sample_path.split('?').next().unwrap_or_default();
    let filled = fill(&view.template);
    let paths = [sample, filled.as_str()];
    let usable =
        paths.into_iter().filter(|path| path.starts_with('/') && !path.split('/').any(|step| step == "redacted"));
    usable.into_iter().find_map(|path| match router.route(&view.method, path) {
        Routed::Match(found) => Some(found.operation),
        Routed::NoMethod { .. } | Routed::NoPath => None,
    })
}

/// A template with every variable filled in.
fn fill(template: &str) -> String {
    let mut path = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        path.push_str(before);
        path.push('1');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    path + rest
}
