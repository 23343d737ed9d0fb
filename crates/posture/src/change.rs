//! What changed between two assessments of one third party.

use crate::posture::{Found, Missing, PartName};
use palisade_finding::Severity;
use std::collections::BTreeMap;

/// The differences, each list in the order of the assessment it comes from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    /// Findings of the later one only.
    pub appeared: Vec<Found>,
    /// Findings of the earlier one only.
    pub gone: Vec<Found>,
    /// Findings of both that are worse or less bad now, with their severity before.
    pub changed: Vec<(Severity, Found)>,
    /// Findings of one of the two, of whose part the other one did not assess something that this one did: whether they
    /// came or went is not known.
    pub unknown: Vec<Found>,
    /// Findings of both that are as bad as before.
    pub unchanged: usize,
}

/// The part that must be assessed for a rule to speak: by the hundreds of its number; rules without one are those of the
/// contract's audit. That no contract can be read is told without one.
fn part(rule: &str) -> Option<PartName> {
    match rule.strip_prefix("PST").and_then(|digits| digits.chars().next()) {
        Some('1') => Some(PartName::Tls),
        Some('2') => Some(PartName::Http),
        Some('3') => Some(PartName::Dns),
        Some('4') => Some(PartName::Ports),
        Some('5') => Some(PartName::Reputation),
        Some(_) => None,
        None => Some(PartName::Contract),
    }
}

impl Changes {
    /// Compares findings by their fingerprints; beside them stands what was not assessed, parts and what was left open of
    /// them.
    pub fn between(before: (&[Found], &[Missing]), after: (&[Found], &[Missing])) -> Changes {
        let index = |findings: &[Found]| -> BTreeMap<String, Severity> {
            findings.iter().map(|found| (found.finding.fingerprint.clone(), found.finding.severity)).collect()
        };
        let (was, is) = (index(before.0), index(after.0));
        let mut changes = Changes::default();
        // What neither of the two looked at explains no difference.
        let lacks = |found: &Found, missing: &[Missing], other: &[Missing]| {
            let part = part(&found.finding.rule);
            missing.iter().any(|one| Some(one.part) == part && !other.contains(one))
        };
        for found in after.0 {
            match was.get(&found.finding.fingerprint) {
                Some(severity) if *severity == found.finding.severity => changes.unchanged += 1,
                Some(severity) => changes.changed.push((*severity, found.clone())),
                None if lacks(found, before.1, after.1) => changes.unknown.push(found.clone()),
                None => changes.appeared.push(found.clone()),
            }
        }
        for found in before.0.iter().filter(|found| !is.contains_key(&found.finding.fingerprint)) {
            let list = if lacks(found, after.1, before.1) { &mut changes.unknown } else { &mut changes.gone };
            list.push(found.clone());
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Category, Rule, Sighting};

    static HEADER: Rule = Rule {
        id: "PST299",
        name: "missing-header",
        severity: Severity::Low,
        category: Category::Application,
        what: "",
        why: "",
        fix: "",
        consumer: "",
        owasp: &[],
        cwe: &[],
        references: &[],
    };
    static SUITE: Rule = Rule { id: "PST199", name: "weak-suite", category: Category::Network, ..HEADER };

    fn found(rule: &'static Rule, key: &str, severity: Severity) -> Found {
        let finding = Sighting::new(rule, "https://a.example", key, "m").as_bad_as(severity).into_finding();
        Found { finding, why: String::new(), consumer: String::new() }
    }

    #[test]
    fn what_came_went_and_grew_is_told() {
        let (same, went) = (found(&HEADER, "a", Severity::Low), found(&HEADER, "b", Severity::Low));
        let (worse, came) = (found(&SUITE, "c", Severity::High), found(&SUITE, "d", Severity::Low));
        let before = [same.clone(), went.clone(), found(&SUITE, "c", Severity::Low)];
        let after = [worse.clone(), same, came.clone()];
        let changes = Changes::between((&before, &[]), (&after, &[]));
        assert_eq!(changes.appeared, [came]);
        assert_eq!(changes.gone, [went]);
        assert_eq!(changes.changed, [(Severity::Low, worse)]);
        assert_eq!((changes.unchanged, changes.unknown.len()), (1, 0));
    }

    #[test]
    fn what_was_not_looked_at_again_is_not_gone() {
        let missing = [Missing { part: PartName::Tls, reason: "no answer".to_owned() }];
        let (suite, header) = (found(&SUITE, "c", Severity::High), found(&HEADER, "a", Severity::Low));
        let both = [suite.clone(), header.clone()];
        let changes = Changes::between((&both, &[]), (&[], &missing));
        assert_eq!((changes.gone, changes.unknown), (vec![header.clone()], vec![suite.clone()]));
        let changes = Changes::between((&[], &missing), (&both, &[]));
        assert_eq!((changes.appeared, changes.unknown), (vec![header.clone()], vec![suite.clone()]));
        // A question that stayed open both times explains nothing.
        let changes = Changes::between((&both, &missing), (&[], &missing));
        assert_eq!((changes.gone, changes.unknown), (vec![suite, header], vec![]));
    }
}
