//! The rule catalogues of the engines, joined.

use crate::types::Rule;

/// Every rule, by id.
pub fn all() -> Vec<Rule> {
    let list = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
    let mut rules: Vec<Rule> = palisade_audit::RULES
        .iter()
        .map(|rule| Rule {
            id: rule.id.to_owned(),
            name: rule.name.to_owned(),
            severity: rule.severity.into(),
            category: rule.category.to_owned(),
            what: rule.what.to_owned(),
            why: rule.why.to_owned(),
            fix: rule.fix.to_owned(),
            owasp: list(rule.owasp),
            cwe: list(rule.cwe),
        })
        .collect();
    rules.extend(palisade_discover::rules().iter().map(|rule| Rule {
        id: rule.id.to_owned(),
        name: rule.name.to_owned(),
        severity: rule.severity.into(),
        category: rule.category.to_owned(),
        what: rule.what.to_owned(),
        why: rule.why.to_owned(),
        fix: rule.fix.to_owned(),
        owasp: list(rule.owasp),
        cwe: list(rule.cwe),
    }));
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}
