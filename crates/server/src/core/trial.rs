//! A change of a protection, tried on the newest exchanges before it is made: what it would refuse that passes now, and
//! the other way round.

use super::key_of_label;
use super::recent::Kept;
use crate::clock;
use crate::types::{
    CheckName, EventEffect, Mode, NotAssessedPart, ProtectionTrial, TrialChange, TrialExample, TrialKind,
};
use palisade_gateway::Replay;
use palisade_guard::{Check, Decision, Effect, Policy, Snapshot};
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

/// A policy, and the gateway that has it: it counts rates and bans as the exchanges come.
struct Side {
    policy: Policy,
    replay: Replay,
}

impl Side {
    fn of(snapshot: &Snapshot) -> Result<Side, String> {
        let replay = Replay::new(snapshot)
            .map_err(|faults| faults.into_iter().next().map_or_else(String::new, |(_, problem)| problem))?;
        let api = snapshot.apis.first().ok_or("there is no API")?;
        Ok(Side { policy: Policy::compile(api).0, replay })
    }
}

fn outcome(side: &mut Side, kept: &Kept, contract: i64) -> Outcome {
    let decision = side.replay.judge(&kept.exchange).map_or_else(Decision::allowed, |replayed| replayed.decision);
    let policy = &side.policy;
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

/// Holds exchanges of one API against the policy in force and the one proposed, each a snapshot of that API alone.
/// `contract` is the version of the contract in force.
///
/// # Errors
/// Why one of them cannot be tried.
pub fn run(
    kept: &[Arc<Kept>],
    snapshots: &[Snapshot; 2],
    contract: i64,
    rules: &Rules,
) -> Result<ProtectionTrial, String> {
    let [before, after] = snapshots;
    let (mut before, mut after) = (Side::of(before)?, Side::of(after)?);
    let (now, then) = (before.policy.api().clone(), after.policy.api().clone());
    // Where neither refuses anything, what they would refuse in block mode is compared.
    let supposed = [&now, &then].iter().all(|policy| policy.mode == palisade_guard::Mode::Observe);
    let mut changes: BTreeMap<(TrialKind, Why), Sum> = BTreeMap::new();
    let mut parts: BTreeMap<String, u64> = BTreeMap::new();
    let (mut refused_before, mut refused_after, mut partly) = (0, 0, 0);
    for one in kept {
        let (old, new) = (outcome(&mut before, one, contract), outcome(&mut after, one, contract));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::recent::Recent;
    use palisade_exchange::{Body, Client, Exchange, Message, Source};
    use palisade_gateway::Captured;
    use palisade_guard::{Action, ApiPolicy, FieldError, Outcome as Ended, Step};

    const CONTRACT: &str = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /orders:\n    post:\n      requestBody:\n        \
        required: true\n        content: {application/json: {schema: {type: object, properties: {count: {type: integer}}}}}\n      \
        responses: {'201': {description: made}}\n";

    fn snapshot(mode: palisade_guard::Mode, body: Option<Action>) -> Snapshot {
        let mut protection = palisade_guard::Protection::default();
        protection.effects.extend(body.map(|action| (Check::Body, action)));
        let api = ApiPolicy {
            id: "a1".to_owned(),
            name: "shop".to_owned(),
            hosts: Vec::new(),
            base_path: "/".to_owned(),
            upstreams: vec!["http://127.0.0.1:1".to_owned()],
            upstream_ca: None,
            delivery: palisade_guard::Delivery::default(),
            mode,
            contract: Some(CONTRACT.to_owned()),
            observe_operations: Vec::new(),
            exceptions: Vec::new(),
            protection,
        };
        Snapshot { version: 1, apis: vec![api], ..Snapshot::default() }
    }

    /// A request whose body broke the contract when it came.
    fn broken() -> Vec<Arc<Kept>> {
        let body = Body::Bytes { bytes: bytes::Bytes::from_static(b"{\"count\":\"x\"}"), truncated: false };
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let exchange = Exchange {
            id: uuid::Uuid::nil(),
            time: 1,
            duration: None,
            source: Source::Gateway,
            api: None,
            client: Client::default(),
            scheme: "http".to_owned(),
            host: "shop".to_owned(),
            method: "POST".to_owned(),
            path: "/orders".to_owned(),
            query: None,
            request: Message { headers, body },
            response: None,
        };
        let error = FieldError {
            location: "body".to_owned(),
            name: String::new(),
            pointer: "/count".to_owned(),
            code: "type".to_owned(),
            message: "must be integer".to_owned(),
        };
        let step =
            Step { step: "body".into(), outcome: Ended::Failed, effect: Some(Effect::Prevent), detail: "type".into() };
        let decision = Decision {
            effect: Effect::Alert,
            uncapped: Effect::Prevent,
            operation: Some("POST /orders".to_owned()),
            errors: vec![error],
            steps: vec![step],
            ..Decision::allowed()
        };
        let captured = Captured {
            api_id: "a1".into(),
            api_name: "shop".into(),
            exchange,
            decision,
            status: 201,
            upstream_status: Some(201),
            fault: None,
        };
        let mut recent = Recent::default();
        recent.push(captured, 1, None);
        recent.of("a1")
    }

    #[test]
    fn what_was_found_against_a_body_counts_while_the_contract_is_the_same() {
        use palisade_guard::Mode::{Block, Observe};
        let rules = Rules::default();
        let to_block = [snapshot(Observe, None), snapshot(Block, None)];
        let trial = run(&broken(), &to_block, 1, &rules).unwrap();
        assert_eq!((trial.newly_refused, trial.partly_assessed), (1, 0));
        let change = &trial.changes[0];
        assert_eq!(
            (change.check, change.code.as_str(), change.pointer.as_str()),
            (Some(CheckName::Body), "type", "/count")
        );
        assert_eq!(change.message, "must be integer");

        let to_alert = [snapshot(Block, None), snapshot(Block, Some(Action::Alert))];
        let trial = run(&broken(), &to_alert, 1, &rules).unwrap();
        assert_eq!((trial.refused_before, trial.refused_after, trial.newly_passed), (1, 0, 1));

        // Under another contract nobody knows.
        let trial = run(&broken(), &to_block, 2, &rules).unwrap();
        assert_eq!((trial.newly_refused, trial.partly_assessed), (0, 1));
        assert_eq!(trial.not_assessed[0].part, "request body was not captured");
    }
}
