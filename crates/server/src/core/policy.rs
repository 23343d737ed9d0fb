//! What an API's configuration and what was learned of it say to gateways.

use crate::core::approved::policy_exceptions;
use crate::core::ledger::ENOUGH;
use crate::core::view::View;
use crate::core::{ApiState, Config};
use crate::types::Protection;
use palisade_guard::{ApiPolicy, Mode};
use palisade_store::ExceptionRow;

/// What the gateway does for an operation.
pub fn protection(config: &Config, view: &View, key: &str) -> Protection {
    let Some(approved) = &config.approved else { return Protection::Off };
    match (config.protections.get(key).map(String::as_str), config.blocks()) {
        (Some("block"), true) => Protection::Block,
        (Some(_), _) => Protection::Observe,
        (None, blocks) => {
            let vouched = approved.uploaded() || view.ledger.evidence(key) >= ENOUGH;
            if approved.operation(key).is_some() && !vouched {
                Protection::ThinEvidence
            } else if blocks {
                Protection::Block
            } else {
                Protection::Observe
            }
        }
    }
}

/// An API as gateways are told of it now.
pub fn policy(api: &ApiState) -> ApiPolicy {
    policy_of(&api.config.load(), &api.view.load())
}

/// An API as gateways are told of it.
pub fn policy_of(config: &Config, view: &View) -> ApiPolicy {
    let observe_operations = config
        .approved
        .iter()
        .flat_map(|approved| &approved.operations)
        .filter(|operation| config.blocks() && protection(config, view, &operation.key) != Protection::Block)
        .map(|operation| operation.label.clone())
        .collect();
    ApiPolicy {
        id: config.row.id.clone(),
        name: config.row.name.clone(),
        hosts: config.hosts.clone(),
        base_path: config.row.base_path.clone(),
        upstreams: config.upstreams.clone(),
        upstream_ca: config.row.upstream_ca.clone(),
        delivery: config.delivery.clone(),
        mode: if config.blocks() { Mode::Block } else { Mode::Observe },
        contract: config.approved.as_ref().map(|approved| approved.row.body.clone()),
        observe_operations,
        exceptions: policy_exceptions(config),
        protection: config.protection.settings.clone(),
    }
}

/// The exception that lets an event through, when one stands.
pub fn exception_for<'a>(
    config: &'a Config,
    operation: &str,
    code: &str,
    place: [&str; 3],
) -> Option<&'a ExceptionRow> {
    config.exceptions.iter().find(|row| {
        row.operation == operation
            && row.code == code
            && [row.location.as_str(), row.name.as_str(), row.pointer.as_str()] == place
    })
}
