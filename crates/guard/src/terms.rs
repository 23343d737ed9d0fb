//! What a policy says of one operation: effects, mode, what happens to what could not be judged.

use crate::rates::Rate;
use crate::{Action, ApiPolicy, Check, Lists, Mode, OnError, OperationRule, RateRule};
use palisade_contract::validate::CompiledContract;
use std::sync::Arc;

/// The settings that a request is judged by.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    actions: [Action; Check::ALL.len()],
    pub(crate) mode: Mode,
    pub(crate) on_error: Option<OnError>,
    pub(crate) rates: Vec<Arc<Rate>>,
}

impl Terms {
    fn of(api: &ApiPolicy, own: Option<&OperationRule>, observed: bool, rates: &[Arc<Rate>]) -> Terms {
        let protection = &api.protection;
        let action = |check: Check| {
            let said = own.and_then(|rule| rule.effects.get(&check)).or_else(|| protection.effects.get(&check));
            said.copied().unwrap_or_else(|| check.default_action())
        };
        let mode = own.and_then(|rule| rule.mode).unwrap_or(if observed { Mode::Observe } else { api.mode });
        Terms {
            actions: Check::ALL.map(action),
            mode,
            on_error: own.and_then(|rule| rule.on_error).or(protection.on_error),
            rates: rates.to_vec(),
        }
    }

    pub(crate) fn action(&self, check: Check) -> Action {
        self.actions.get(check as usize).copied().unwrap_or(Action::Prevent)
    }

    pub(crate) fn makes(&self, check: Check) -> bool {
        self.action(check) != Action::Disable
    }

    /// True when something may ban.
    pub(crate) fn bans(&self) -> bool {
        self.actions.contains(&Action::Ban) || self.rates.iter().any(|rate| rate.rule.effect == Some(Action::Ban))
    }
}

/// The terms of every operation.
#[derive(Debug)]
pub(crate) struct TermsTable {
    terms: Vec<Terms>,
    /// Of each operation of the contract, the place in `terms`.
    operations: Vec<u32>,
    /// Rules by what they fit, for requests that lead to no operation; with their place in `terms`.
    rules: Vec<(String, usize)>,
}

impl TermsTable {
    pub(crate) fn new(api: &ApiPolicy, contract: Option<&CompiledContract>, lists: &Lists) -> TermsTable {
        let rules = &api.protection.operations;
        let compile = |operation: &str, rates: &[RateRule]| -> Vec<Arc<Rate>> {
            rates.iter().map(|rule| Arc::new(Rate::new(&api.id, operation, rule, lists))).collect()
        };
        let rates = compile("", &api.protection.rates);
        let mut terms = vec![Terms::of(api, None, false, &rates), Terms::of(api, None, true, &rates)];
        for rule in rules {
            let rates = [rates.clone(), compile(&rule.operation, &rule.rates)].concat();
            terms.push(Terms::of(api, Some(rule), false, &rates));
            terms.push(Terms::of(api, Some(rule), true, &rates));
        }
        let place = |label: &str| {
            let rule = rules.iter().position(|rule| fits(&rule.operation, label));
            let observed = api.observe_operations.iter().any(|other| other == label);
            let place = rule.map_or(0, |rule| 2 * (rule + 1)) + usize::from(observed);
            u32::try_from(place).unwrap_or(0)
        };
        let labels = (0..).map_while(|at| Some(contract?.operation(at)?.label.as_str()));
        let operations = labels.map(place).collect();
        let rules = rules.iter().enumerate().map(|(at, rule)| (rule.operation.clone(), 2 * (at + 1))).collect();
        TermsTable { terms, operations, rules }
    }

    /// The terms of an operation of the contract.
    pub(crate) fn at(&self, operation: usize) -> Option<&Terms> {
        self.terms.get(*self.operations.get(operation)? as usize)
    }

    /// The terms of a request that leads to no operation, by method and path.
    pub(crate) fn elsewhere(&self, target: &str) -> Option<&Terms> {
        let rule = self.rules.iter().find(|(pattern, _)| fits(pattern, target));
        self.terms.get(rule.map_or(0, |(_, at)| *at))
    }

    pub(crate) fn any(&self, holds: impl FnMut(&Terms) -> bool) -> bool {
        // Terms that no operation and no rule leads to say nothing.
        let used = self.operations.iter().map(|at| *at as usize).chain(self.rules.iter().map(|(_, at)| *at)).chain([0]);
        used.filter_map(|at| self.terms.get(at)).any(holds)
    }
}

/// Whether `METHOD /pattern` fits `METHOD /template` or `METHOD /path`. `*` stands for any method; as the last segment,
/// for whatever follows; `{name}` for one segment.
pub(crate) fn fits(pattern: &str, operation: &str) -> bool {
    let (Some((method, pattern)), Some((other, path))) = (pattern.split_once(' '), operation.split_once(' ')) else {
        return false;
    };
    if method != "*" && method != other {
        return false;
    }
    let mut segments = path.split('/');
    let mut steps = pattern.split('/').peekable();
    while let Some(step) = steps.next() {
        let Some(segment) = segments.next() else { return false };
        if step == "*" && steps.peek().is_none() {
            return true;
        }
        let variable = step.starts_with('{') && step.ends_with('}') && !segment.is_empty();
        if step != segment && !variable {
            return false;
        }
    }
    segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_fit_operations_and_paths() {
        for (pattern, operation, expected) in [
            ("GET /a", "GET /a", true),
            ("GET /a", "POST /a", false),
            ("* /a", "POST /a", true),
            ("GET /a/{id}", "GET /a/{id}", true),
            ("GET /a/{id}", "GET /a/7", true),
            ("GET /a/{id}", "GET /a/", false),
            ("GET /a/{id}", "GET /a/7/b", false),
            ("GET /a/*", "GET /a/7/b", true),
            ("* /*", "GET /", true),
            ("GET /a/*", "GET /a", false),
            ("GET", "GET /a", false),
        ] {
            assert_eq!(fits(pattern, operation), expected, "{pattern} {operation}");
        }
    }
}
