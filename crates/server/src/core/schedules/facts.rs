//! What two runs are compared by, and how they differ.

use palisade_finding::{Finding, Severity};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Findings of one run that are kept.
const MAX_FINDINGS: usize = 5000;
/// Operations of one run that are kept.
const MAX_OPERATIONS: usize = 20_000;
/// Characters of a message that are kept.
const MAX_MESSAGE: usize = 200;
/// Entries of each list of a comparison.
pub const MAX_LISTED: usize = 500;

/// What a run is compared by. It stays when the job and its results are dropped.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// What the job does.
    pub job_type: String,
    /// Operations, `METHOD /path`, where the engine knows any.
    pub operations: Option<BTreeSet<String>>,
    /// Findings by fingerprint.
    pub findings: BTreeMap<String, Fact>,
    /// Whether there was more than is kept.
    pub cut: bool,
    /// Points.
    pub score: Option<f64>,
    /// A letter.
    pub grade: Option<String>,
    /// How much was reached, of 1, where the engine tells.
    pub coverage: Option<f64>,
    /// Version of the application.
    pub application_version: Option<String>,
}

/// A finding as it is compared and told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Rule.
    pub rule: String,
    /// Severity.
    pub severity: Severity,
    /// What is wrong, cut.
    pub message: String,
    /// Where, `METHOD /path`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub operation: Option<String>,
}

impl Facts {
    /// Takes up findings, the worst first, as far as there is room.
    pub fn add(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            if self.findings.len() >= MAX_FINDINGS {
                self.cut = true;
                return;
            }
            let fact = Fact {
                rule: finding.rule.into(),
                severity: finding.severity,
                message: finding.message.chars().take(MAX_MESSAGE).collect(),
                operation: finding.operation.as_deref().map(str::to_owned),
            };
            self.findings.insert(finding.fingerprint, fact);
        }
    }

    /// Takes up operations, as far as there is room.
    pub fn know(&mut self, operations: impl IntoIterator<Item = String>) {
        let known = self.operations.get_or_insert_default();
        for operation in operations {
            if known.len() >= MAX_OPERATIONS {
                self.cut = true;
                return;
            }
            known.insert(operation);
        }
    }
}

/// How a run differs from one before it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Difference {
    /// Operations that appeared, and those that are gone; nothing where one of the two knows none.
    pub operations: Option<(BTreeSet<String>, BTreeSet<String>)>,
    /// Findings of the later run alone, the worst first.
    pub new: Vec<(String, Fact)>,
    /// Findings of the earlier run alone, the worst first.
    pub fixed: Vec<(String, Fact)>,
    /// Findings of both.
    pub unchanged: usize,
    /// Whether all findings of both are known. What a run lacks that was cut is not called new or fixed.
    pub complete: bool,
}

/// How `after` differs from `before`.
pub fn difference(before: &Facts, after: &Facts) -> Difference {
    let only = |these: &Facts, those: &Facts| {
        if those.cut {
            return Vec::new();
        }
        let mine = these.findings.iter().filter(|(print, _)| !those.findings.contains_key(*print));
        let mut only: Vec<(String, Fact)> = mine.map(|(print, fact)| (print.clone(), fact.clone())).collect();
        only.sort_by(|one, two| two.1.severity.cmp(&one.1.severity).then_with(|| one.1.rule.cmp(&two.1.rule)));
        only
    };
    let less = |these: &BTreeSet<String>, those: &BTreeSet<String>| these.difference(those).cloned().collect();
    let operations = before.operations.as_ref().zip(after.operations.as_ref());
    Difference {
        operations: operations.map(|(before, after)| (less(after, before), less(before, after))),
        new: only(after, before),
        fixed: only(before, after),
        unchanged: after.findings.keys().filter(|print| before.findings.contains_key(*print)).count(),
        complete: !before.cut && !after.cut,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(findings: &[(&str, Severity)], operations: Option<&[&str]>) -> Facts {
        let fact = |severity| Fact { rule: "R".to_owned(), severity, message: String::new(), operation: None };
        Facts {
            operations: operations.map(|list| list.iter().map(|&one| one.to_owned()).collect()),
            findings: findings.iter().map(|(print, severity)| ((*print).to_owned(), fact(*severity))).collect(),
            ..Facts::default()
        }
    }

    fn prints(findings: &[(String, Fact)]) -> Vec<&str> {
        findings.iter().map(|(print, _)| print.as_str()).collect()
    }

    #[test]
    fn what_came_and_what_went() {
        let before = facts(&[("a", Severity::Low), ("b", Severity::High)], Some(&["GET /a", "GET /b"]));
        let after = facts(
            &[("b", Severity::High), ("c", Severity::Low), ("d", Severity::Critical)],
            Some(&["GET /b", "POST /c"]),
        );
        let found = difference(&before, &after);
        assert_eq!((prints(&found.new), prints(&found.fixed), found.unchanged), (vec!["d", "c"], vec!["a"], 1));
        let operations = found.operations.unwrap();
        assert_eq!(operations, (BTreeSet::from(["POST /c".to_owned()]), BTreeSet::from(["GET /a".to_owned()])));
        assert!(difference(&before, &facts(&[], None)).operations.is_none());
    }

    #[test]
    fn what_was_cut_off_is_not_called_new_or_fixed() {
        let whole = facts(&[("a", Severity::Low)], None);
        let cut = Facts { cut: true, ..facts(&[("b", Severity::Low)], None) };
        let found = difference(&whole, &cut);
        assert_eq!((prints(&found.new), prints(&found.fixed), found.complete), (vec!["b"], vec![], false));
        assert_eq!(prints(&difference(&cut, &whole).new), Vec::<&str>::new());
    }

    #[test]
    fn facts_are_bounded() {
        let mut facts = Facts::default();
        facts.know((0..=MAX_OPERATIONS).map(|n| format!("GET /{n}")));
        assert_eq!((facts.operations.unwrap().len(), facts.cut), (MAX_OPERATIONS, true));
    }
}
