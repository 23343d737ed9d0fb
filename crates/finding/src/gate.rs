//! The decision whether findings fail a run.
//!
//! A [`Gate`] is what a file says must hold: minimum points, the lowest severity that is rejected, rules that may not
//! fire. It judges findings of any engine; what an engine does not have (points, a state) it does not ask.

use crate::glob::{Glob, OperationGlob};
use crate::{Finding, Severity};
use std::collections::BTreeMap;

/// The worst finding at or above `threshold`, if any: what `--fail-on` asks.
pub fn worst_at_or_above(findings: &[Finding], threshold: Severity) -> Option<&Finding> {
    findings.iter().filter(|finding| finding.severity >= threshold).max_by_key(|finding| finding.severity)
}

/// What must hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gate {
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it is about.
    pub scope: GateScope,
    /// Points that must be reached.
    pub minimum: Minimum,
    /// The lowest severity that is rejected.
    pub severity: Option<Severity>,
    /// The lowest severity that is rejected in a category; it stands beside [`severity`](Gate::severity).
    pub categories: BTreeMap<String, Severity>,
    /// Whether a contract in an invalid state is rejected.
    pub invalid: bool,
    /// Rules that may not fire.
    pub forbidden: Vec<Forbidden>,
}

/// What a gate is about. An empty list leaves nothing out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GateScope {
    /// Names of files: of the whole name, or of its end after a `/`.
    pub files: Vec<Glob>,
    /// Operations whose findings count.
    pub operations: Vec<OperationGlob>,
    /// Tags of operations whose findings count.
    pub tags: Vec<String>,
}

/// Points that must be reached.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Minimum {
    /// Of 100.
    pub total: Option<f64>,
    /// Of 30.
    pub security: Option<f64>,
    /// Of 70.
    pub data: Option<f64>,
}

/// Rules that may not fire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forbidden {
    /// As written: a pattern over ids, names and other tools' ids.
    pub word: Glob,
    /// Ids it is known to stand for.
    pub rules: Vec<String>,
}

impl Forbidden {
    fn fired(&self, finding: &Finding) -> bool {
        let is = |id: &str| self.word.matches(id);
        self.rules.iter().any(|rule| *rule == finding.rule)
            || is(&finding.rule)
            || is(&finding.name)
            || finding.aliases.iter().any(is)
    }
}

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// The file, as the user named it.
    pub name: &'a str,
    /// Points, where the engine gives any.
    pub score: Option<Points>,
    /// Why it counts as invalid, where it does.
    pub invalid: Option<&'a str>,
    /// What was found.
    pub findings: &'a [Finding],
    /// Tags of operations, written `METHOD /path`.
    pub tags: &'a BTreeMap<String, Vec<String>>,
}

/// Points that were given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Points {
    /// In all, of 100.
    pub total: f64,
    /// For security, of 30, and for data, of 70, where the engine has these parts.
    pub parts: Option<(f64, f64)>,
}

/// One condition of a gate that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// The gate's name.
    pub gate: String,
    /// The file it blocks.
    pub subject: String,
    /// The condition, as the gate's file names it.
    pub condition: String,
    /// The figure and the limit.
    pub message: String,
    /// Fingerprints of the findings that break it, in the order they were given; none where it is about points or state.
    pub findings: Vec<String>,
}

impl std::fmt::Display for Blocked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "gate {} blocks {}: {}: {}", self.gate, self.subject, self.condition, self.message)
    }
}

impl Gate {
    /// Whether the gate is about a file at all.
    pub fn is_about(&self, name: &str) -> bool {
        self.scope.files.is_empty() || self.scope.files.iter().any(|glob| glob.matches_file(name))
    }

    /// Whether a finding is of a rule that may not fire.
    pub fn forbids(&self, finding: &Finding) -> bool {
        self.forbidden.iter().any(|forbidden| forbidden.fired(finding))
    }

    /// Every condition that does not hold, in the order of the gate's file.
    pub fn judge(&self, judged: &Judged<'_>) -> Vec<Blocked> {
        let mut blocked = Vec::new();
        if !self.is_about(judged.name) {
            return blocked;
        }
        let mut block = |condition: String, message: String, found: &[&Finding]| {
            let (gate, subject) = (self.name.clone(), judged.name.to_owned());
            let findings = found.iter().map(|finding| finding.fingerprint.clone()).collect();
            blocked.push(Blocked { gate, subject, condition, message, findings });
        };
        if let Some(Points { total, parts }) = judged.score {
            let points = [
                ("total", self.minimum.total, Some(total), 100),
                ("security", self.minimum.security, parts.map(|(security, _)| security), 30),
                ("data", self.minimum.data, parts.map(|(_, data)| data), 70),
            ];
            for (word, minimum, points, of) in points {
                let Some(points) = points else { continue };
                if let Some(minimum) = minimum.filter(|minimum| points < *minimum) {
                    let message = format!("{points} of {of} points, at least {minimum} are asked");
                    block(format!("minimum.{word}"), message, &[]);
                }
            }
        }
        if let (true, Some(why)) = (self.invalid, judged.invalid) {
            block("reject.invalid".to_owned(), why.to_owned(), &[]);
        }
        let findings: Vec<&Finding> = judged.findings.iter().filter(|finding| self.counts(finding, judged)).collect();
        if let Some(lowest) = self.severity {
            let found: Vec<&Finding> = findings.iter().filter(|one| one.severity >= lowest).copied().collect();
            if let Some(message) = told(&found, &format!("{lowest} and above is rejected")) {
                block("reject.severity".to_owned(), message, &found);
            }
        }
        for (category, lowest) in &self.categories {
            let rejected = |one: &&&Finding| one.category == category.as_str() && one.severity >= *lowest;
            let found: Vec<&Finding> = findings.iter().filter(rejected).copied().collect();
            if let Some(message) = told(&found, &format!("{lowest} and above is rejected here")) {
                block(format!("reject.categories.{category}"), message, &found);
            }
        }
        for forbidden in &self.forbidden {
            let found: Vec<&Finding> = findings.iter().filter(|one| forbidden.fired(one)).copied().collect();
            if let Some(message) = told(&found, "none is allowed") {
                block(format!("forbid {}", forbidden.word.as_str()), message, &found);
            }
        }
        blocked
    }

    fn counts(&self, finding: &Finding, judged: &Judged<'_>) -> bool {
        let scope = &self.scope;
        if scope.operations.is_empty() && scope.tags.is_empty() {
            return true;
        }
        let Some(operation) = finding.operation.as_deref() else { return false };
        let tagged = || judged.tags.get(operation).is_some_and(|tags| tags.iter().any(|tag| scope.tags.contains(tag)));
        scope.operations.iter().any(|glob| glob.matches(operation)) || tagged()
    }
}

/// How many there are, and the worst of them.
fn told(found: &[&Finding], limit: &str) -> Option<String> {
    let worst = found.iter().max_by_key(|finding| finding.severity)?;
    let number = match found.len() {
        1 => "1 finding".to_owned(),
        many => format!("{many} findings"),
    };
    let place = match (worst.line, worst.column) {
        (Some(line), Some(column)) => format!(" at {line}:{column}"),
        _ => String::new(),
    };
    Some(format!("{number}, {limit}; the worst is {} {} ({}){place}", worst.rule, worst.name, worst.severity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rare, Words};

    fn finding(rule: &'static str, severity: Severity, category: &'static str, operation: &str) -> Finding {
        Finding {
            rule: rule.into(),
            name: "some-name".into(),
            severity,
            category: category.into(),
            message: String::new(),
            file: None,
            pointer: None,
            line: Some(3),
            column: Some(5),
            operation: Some(operation.into()),
            evidence: None,
            fix: None,
            loss: None,
            count: 1,
            fingerprint: String::new(),
            owasp: Words::default(),
            cwe: Words::default(),
            attack: Words::default(),
            aliases: vec!["owasp-some-name".to_owned()].into(),
            related: Rare::default(),
            fixes: Rare::default(),
        }
    }

    fn conditions(gate: &Gate, score: (f64, f64, f64), findings: &[Finding]) -> Vec<String> {
        let tags = BTreeMap::from([("GET /a".to_owned(), vec!["public".to_owned()])]);
        let (total, security, data) = score;
        let score = Some(Points { total, parts: Some((security, data)) });
        let judged = Judged { name: "dir/api.yaml", score, invalid: Some("broken"), findings, tags: &tags };
        gate.judge(&judged).into_iter().map(|one| format!("{}: {}", one.condition, one.message)).collect()
    }

    #[test]
    fn each_condition_blocks_by_itself_and_says_why() {
        let gate = Gate { minimum: Minimum { security: Some(25.0), ..Minimum::default() }, ..Gate::default() };
        assert_eq!(
            conditions(&gate, (94.0, 24.0, 70.0), &[]),
            ["minimum.security: 24 of 30 points, at least 25 are asked"]
        );
        assert!(conditions(&gate, (25.0, 25.0, 0.0), &[]).is_empty());
        assert_eq!(
            conditions(&Gate { invalid: true, ..Gate::default() }, (0.0, 0.0, 0.0), &[]),
            ["reject.invalid: broken"]
        );
        let found =
            [finding("A1", Severity::High, "transport", "GET /a"), finding("A2", Severity::Low, "responses", "PUT /b")];
        let gate = Gate { severity: Some(Severity::High), ..Gate::default() };
        let told = "reject.severity: 1 finding, high and above is rejected; the worst is A1 some-name (high) at 3:5";
        assert_eq!(conditions(&gate, (0.0, 0.0, 0.0), &found), [told]);
        let gate = Gate { categories: BTreeMap::from([("responses".to_owned(), Severity::Medium)]), ..Gate::default() };
        assert!(conditions(&gate, (0.0, 0.0, 0.0), &found).is_empty());
        let forbidden = |word: &str, rules: &[&str]| Gate {
            forbidden: vec![Forbidden {
                word: Glob::flat(word),
                rules: rules.iter().map(ToString::to_string).collect(),
            }],
            ..Gate::default()
        };
        for gate in [forbidden("A2", &[]), forbidden("x", &["A2"]), forbidden("owasp-*", &[])] {
            assert_eq!(conditions(&gate, (0.0, 0.0, 0.0), &found).len(), 1);
        }
    }

    #[test]
    fn what_breaks_a_condition_is_named() {
        let mut found =
            [finding("A1", Severity::High, "transport", "GET /a"), finding("A2", Severity::Low, "x", "GET /a")];
        found[0].fingerprint = "one".to_owned();
        let gate = Gate { severity: Some(Severity::High), invalid: true, ..Gate::default() };
        let tags = BTreeMap::new();
        let judged = Judged { name: "api", score: None, invalid: Some("broken"), findings: &found, tags: &tags };
        let named: Vec<_> = gate.judge(&judged).into_iter().map(|one| (one.condition, one.findings)).collect();
        let expected = [("reject.invalid", vec![]), ("reject.severity", vec!["one".to_owned()])];
        assert_eq!(named, expected.map(|(condition, findings)| (condition.to_owned(), findings)));
    }

    #[test]
    fn the_scope_leaves_files_and_operations_out() {
        let found =
            [finding("A1", Severity::High, "transport", "GET /a"), finding("A2", Severity::High, "x", "PUT /b")];
        let scoped = |scope| Gate { severity: Some(Severity::High), scope, ..Gate::default() };
        let files = |glob: &str| scoped(GateScope { files: vec![Glob::new(glob)], ..GateScope::default() });
        assert!(conditions(&files("other.yaml"), (0.0, 0.0, 0.0), &found).is_empty());
        assert_eq!(conditions(&files("api.*"), (0.0, 0.0, 0.0), &found).len(), 1);
        let tagged = scoped(GateScope { tags: vec!["public".to_owned()], ..GateScope::default() });
        assert!(conditions(&tagged, (0.0, 0.0, 0.0), &found)[0].contains("1 finding"));
        let operation = scoped(GateScope { operations: vec![OperationGlob::new("PUT /**")], ..GateScope::default() });
        assert!(conditions(&operation, (0.0, 0.0, 0.0), &found)[0].contains("A2"));
    }
}
