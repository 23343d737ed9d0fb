//! The rule catalogues of the engines, joined.

use crate::types::Rule;
use palisade_report::Catalogue;

/// Every rule, by id.
pub fn all() -> Vec<Rule> {
    let owned = |items: &[std::borrow::Cow<'static, str>]| items.iter().map(|item| item.to_string()).collect();
    Catalogue::every()
        .iter()
        .map(|rule| Rule {
            id: rule.id.to_string(),
            name: rule.name.to_string(),
            severity: rule.severity.into(),
            category: rule.category.to_string(),
            what: rule.what.to_string(),
            why: rule.why.to_string(),
            fix: rule.fix.to_string(),
            owasp: owned(&rule.owasp),
            cwe: owned(&rule.cwe),
        })
        .collect()
}
