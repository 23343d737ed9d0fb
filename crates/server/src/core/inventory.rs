//! What the store is told of an API's operations, for what is asked across APIs.

use super::view::{Known, View};
use super::{Config, key_of_label};
use crate::types::State;
use palisade_discover::Authenticated;
use palisade_finding::Severity;
use palisade_store::{Figures, OperationRow};
use std::collections::BTreeMap;

/// Operations of an API, and its counts.
pub fn rows(api_id: &str, config: &Config, view: &View) -> (Vec<OperationRow>, Figures) {
    let mut index: BTreeMap<String, (u64, Severity)> = BTreeMap::new();
    let audit = config.approved.iter().flat_map(|approved| &view.audit(approved).findings);
    for finding in view.findings.iter().chain(audit) {
        if let Some(label) = &finding.operation {
            let (count, worst) = index.entry(key_of_label(label)).or_insert((0, finding.severity));
            (*count, *worst) = (*count + 1, (*worst).max(finding.severity));
        }
    }
    let mut figures = Figures::new();
    let mut count = |name: &str, more: u64| {
        *figures.entry(name.to_owned()).or_default() += i64::try_from(more).unwrap_or(i64::MAX);
    };
    let row = |known: &Known| row(api_id, known, index.get(&known.key));
    let operations: Vec<OperationRow> = view.operations.iter().map(row).collect();
    count("apis", 1);
    for operation in &operations {
        count("operations", 1);
        count(&format!("operations.{}", operation.state), 1);
    }
    count("exchanges", view.ledger.exchanges);
    count("blocked", view.ledger.blocked);
    count("not_assessed", view.ledger.not_assessed);
    count("would_block", view.ledger.totals().1);
    (operations, figures)
}

fn row(api_id: &str, known: &Known, findings: Option<&(u64, Severity)>) -> OperationRow {
    let seen = known.seen.as_ref();
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    OperationRow {
        id: known.id.clone(),
        api_id: api_id.to_owned(),
        method: known.method.clone(),
        path: known.template.clone(),
        state: match known.state {
            State::Documented => "documented",
            State::Learned => "learned",
            State::Shadow => "shadow",
            State::Zombie => "zombie",
            State::Orphan => "orphan",
        }
        .to_owned(),
        deprecated: i64::from(known.deprecated),
        authenticated: match seen.map(|seen| seen.authenticated) {
            Some(Authenticated::Always) => "always",
            Some(Authenticated::Sometimes) => "sometimes",
            Some(Authenticated::Never) => "never",
            Some(Authenticated::Unknown) | None => "unknown",
        }
        .to_owned(),
        sensitive: seen.map_or(0, |seen| whole(seen.sensitive.len() as u64)),
        hits: seen.map_or(0, |seen| whole(seen.hits)),
        first_observed: seen.map_or(0, |seen| seen.first_observed),
        last_observed: seen.map_or(0, |seen| seen.last_observed),
        findings: findings.map_or(0, |(count, _)| whole(*count)),
        worst: findings.map_or(5, |(_, worst)| match worst {
            Severity::Critical => 0,
            Severity::High => 1,
            Severity::Medium => 2,
            Severity::Low => 3,
            Severity::Info => 4,
        }),
    }
}
