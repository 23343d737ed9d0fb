//! A change of a protection, tried on the newest exchanges before it is made: what it would refuse that passes now, and
//! the other way round.

use super::key_of_label;
use super::recent::Kept;
use crate::clock;
use crate::types::{
    CheckName, EventEffect, Mode, NotAssessedPart, ProtectionTrial, TrialChange, TrialExample, TrialKind,
};
use palisade_guard::{ApiPolicy, Check, Decision, Effect, Policy};
use palisade_sensitive::Rules;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Kinds of change told.
const MAX_CHANGES: usize = 100;
/// Examples of one kind.
const EXAMPLES: usize = 5;

/// What a policy does with an exchange.
struct Outcome {
    effect: Effect,
    uncapped: Effect,
    reason: Why,
    decision: Decision,
}

/// Why it does so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Why {
    operation: String,
    check: Option<Check>,
    code: String,
    location: String,
    name: String,
    pointer: String,
}

/// One kind of change, counted.
struct Sum {
    count: u64,
    message: String,
    from: Effect,
    to: Effect,
    examples: Vec<TrialExample>,
}

fn outcome(policy: &Policy, kept: &Kept, contract: i64) -> Outcome {
    let decision = policy.judge(&kept.exchange);
    let target = || format!("{} {}", kept.exchange.method, kept.exchange.path);
    let label = decision.operation.clone();
    let error = decision.errors.iter().find(|error| error.code == decision.code).or(decision.errors.first());
    let mut reason = Why {
        operation: label.clone().unwrap_or_default(),
        check: decision.check,
        code: error.map_or_else(|| decision.code.clone(), |error| error.code.clone()),
        location: error.map(|error| error.location.clone()).unwrap_or_default(),
        name: error.map(|error| error.name.clone()).unwrap_or_default(),
        pointer: error.map(|error| without_indexes(&error.pointer)).unwrap_or_default(),
    };
    let (mut effect, mut uncapped) = (decision.effect, decision.uncapped);
    // What was found against the bodies then holds as long as the contract is the same.
    if kept.contract == contract && uncapped < Effect::Prevent {
        for (check, error) in &kept.bodies {
            let (here, anywhere) = policy.consequence(label.as_deref().unwrap_or(&target()), *check);
            if anywhere > uncapped {
                (effect, uncapped) = (effect.max(here), anywhere);
                reason = Why {
                    operation: label.clone().unwrap_or_default(),
                    check: Some(*check),
                    code: error.code.clone(),
                    location: error.location.clone(),
                    name: error.name.clone(),
                    pointer: without_indexes(&error.pointer),
                };
            }
        }
    }
    Outcome { effect, uncapped, reason, decision }
}

fn without_indexes(pointer: &str) -> String {
    let index = |step: &str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    pointer.split('/').map(|step| if index(step) { "*" } else { step }).collect::<Vec<_>>().join("/")
}

/// Holds exchanges against the policy in force and the one proposed. `contract` is the version of the contract in force.
pub fn run(
    kept: &[Arc<Kept>],
    (now, then): (&ApiPolicy, &ApiPolicy),
    contract: i64,
    rules: &Rules,
) -> Result<ProtectionTrial, String> {
    // Where neither refuses anything, what they would refuse in block mode is compared.
    let supposed = [now, then].iter().all(|policy| policy.mode == palisade_guard::Mode::Observe);
    let (before, after) = (compile(now)?, compile(then)?);
    let mut changes: BTreeMap<(TrialKind, Why), Sum> = BTreeMap::new();
    let mut parts: BTreeMap<String, u64> = BTreeMap::new();
    let (mut refused_before, mut refused_after, mut partly) = (0, 0, 0);
    for one in kept {
        let (old, new) = (outcome(&before, one, contract), outcome(&after, one, contract));
        let effect = |outcome: &Outcome| if supposed { outcome.uncapped } else { outcome.effect };
        let (from, to) = (effect(&old), effect(&new));
        let refuses = |effect: Effect| effect >= Effect::Prevent;
        refused_before += u64::from(refuses(from));
        refused_after += u64::from(refuses(to));
        let known = one.contract == contract && one.bodies_judged;
        let mut missing = false;
        for part in new.decision.not_assessed.iter().filter(|part| !(known && part.contains("body"))) {
            missing = true;
            *parts.entry(part.clone()).or_default() += 1;
        }
        partly += u64::from(missing && !refuses(to));
        let (kind, reason) = match (refuses(from), refuses(to)) {
            (false, true) => (TrialKind::Refused, &new.reason),
            (true, false) => (TrialKind::Passed, &old.reason),
            _ if to > from => (TrialKind::Told, &new.reason),
            _ if from > to && to < Effect::Alert => (TrialKind::Silent, &old.reason),
            _ => continue,
        };
        let speaks = if kind == TrialKind::Passed || kind == TrialKind::Silent { &old } else { &new };
        let sum = changes.entry((kind, reason.clone())).or_insert_with(|| Sum {
            count: 0,
            message: message(speaks, one),
            from,
            to,
            examples: Vec::new(),
        });
        sum.count += 1;
        if sum.examples.len() < EXAMPLES {
            sum.examples.push(example(one, rules));
        }
    }
    let of = |kind: TrialKind| -> u64 {
        changes.iter().filter(|((other, _), _)| *other == kind).map(|(_, sum)| sum.count).sum()
    };
    let (newly_refused, newly_passed) = (of(TrialKind::Refused), of(TrialKind::Passed));
    let (newly_told, no_longer_told) = (of(TrialKind::Told), of(TrialKind::Silent));
    let mut changes: Vec<TrialChange> = changes
        .into_iter()
        .map(|((kind, why), sum)| TrialChange {
            kind,
            operation_id: (!why.operation.is_empty())
                .then(|| super::operation_id(&now.id, &key_of_label(&why.operation))),
            operation: Some(why.operation).filter(|label| !label.is_empty()),
            check: why.check.map(CheckName::from),
            code: why.code,
            location: why.location,
            name: why.name,
            pointer: why.pointer,
            message: sum.message,
            before: word(sum.from),
            after: word(sum.to),
            count: sum.count,
            examples: sum.examples,
        })
        .collect();
    changes.sort_by(|a, b| a.kind.cmp(&b.kind).then(b.count.cmp(&a.count)));
    changes.truncate(MAX_CHANGES);
    let time = |kept: Option<&Arc<Kept>>| kept.map(|kept| clock::text(kept.exchange.time));
    Ok(ProtectionTrial {
        exchanges: kept.len() as u64,
        since: time(kept.first()),
        until: time(kept.last()),
        mode: if then.mode == palisade_guard::Mode::Block { Mode::Block } else { Mode::Observe },
        supposed,
        rollout: then.protection.rollout,
        refused_before,
        refused_after,
        newly_refused,
        newly_passed,
        newly_told,
        no_longer_told,
        partly_assessed: partly,
        not_assessed: parts.into_iter().map(|(part, count)| NotAssessedPart { part, count }).collect(),
        changes,
    })
}

fn compile(policy: &ApiPolicy) -> Result<Policy, String> {
    let (compiled, findings) = Policy::compile(policy);
    if policy.contract.is_some() && !compiled.has_contract() {
        let worst = findings.iter().max_by_key(|finding| finding.severity);
        return Err(worst.map_or_else(|| "its contract cannot be used".to_owned(), |finding| finding.message.clone()));
    }
    Ok(compiled)
}

fn message(outcome: &Outcome, kept: &Kept) -> String {
    let why = &outcome.reason;
    let told = outcome.decision.errors.iter().chain(kept.bodies.iter().map(|(_, error)| error));
    let mut told = told.filter(|error| error.code == why.code && error.location == why.location);
    told.next().map_or_else(|| outcome.decision.title.clone(), |error| error.message.clone())
}

fn word(effect: Effect) -> Option<EventEffect> {
    match effect {
        Effect::Allow => None,
        Effect::Alert => Some(EventEffect::Alert),
        Effect::Prevent => Some(EventEffect::Prevent),
        Effect::Ban => Some(EventEffect::Ban),
    }
}

fn example(kept: &Kept, rules: &Rules) -> TrialExample {
    let exchange = &kept.exchange;
    TrialExample {
        uuid: exchange.id.to_string(),
        time: clock::text(exchange.time),
        method: exchange.method.chars().take(40).collect(),
        path: palisade_exchange::kept_path(&exchange.path, rules).chars().take(500).collect(),
        status: kept.status,
        client: exchange.client.address.map(|address| address.to_string()),
        event: kept.event.clone(),
    }
}
