//! What is looked for at a third party. Ids are never renumbered and never change meaning.

use palisade_finding::{Finding, Rare, Severity, Words, fingerprint};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The families a third party is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// TLS, certificates, ports, DNS.
    Network,
    /// What its HTTP answers show and leave out.
    Application,
    /// How callers prove who they are, and what is open to anyone.
    Authentication,
    /// Who may send mail in its name.
    Email,
    /// Its software: versions, exposed files, consoles.
    System,
    /// Its reputation and place: lists it stands on, country, network.
    User,
}

impl Category {
    /// Every category, in the order reports list them in.
    pub const ALL: [Category; 6] = [
        Category::Network,
        Category::Application,
        Category::Authentication,
        Category::Email,
        Category::System,
        Category::User,
    ];

    /// The lower-case word used in JSON and in policies.
    pub fn as_str(self) -> &'static str {
        match self {
            Category::Network => "network",
            Category::Application => "application",
            Category::Authentication => "authentication",
            Category::Email => "email",
            Category::System => "system",
            Category::User => "user",
        }
    }
}

impl FromStr for Category {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Category::ALL.into_iter().find(|category| category.as_str() == text);
        let known = Category::ALL.map(Category::as_str).join(", ");
        found.ok_or_else(|| format!("unknown category {text:?}: use one of {known}"))
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One rule over a third party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Stable id: `PST` and a number; hundreds by part (TLS 1, HTTP 2, DNS and mail 3, ports 4, reputation 5, API 6).
    pub id: &'static str,
    /// Short name by the bad pattern.
    pub name: &'static str,
    /// How bad a finding usually is; a sighting may say more or less.
    pub severity: Severity,
    /// The family.
    pub category: Category,
    /// What the rule looks for.
    pub what: &'static str,
    /// Why that is bad.
    pub why: &'static str,
    /// How the provider mends it.
    pub fix: &'static str,
    /// How a consumer lives with it until then.
    pub consumer: &'static str,
    /// OWASP API Security Top 10 items.
    pub owasp: &'static [&'static str],
    /// CWE ids.
    pub cwe: &'static [&'static str],
    /// Where to read more.
    pub references: &'static [&'static str],
}

/// A rule that was met at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The rule.
    pub rule: &'static Rule,
    /// How bad it is here, where it is not as usual.
    pub severity: Option<Severity>,
    /// Where: `https://api.example.com:443`, `dns:example.com`, `203.0.113.7:6379`.
    pub place: String,
    /// What is wrong here, in one sentence.
    pub message: String,
    /// The very bytes or the record that show it; secrets redacted.
    pub evidence: Option<String>,
    /// What tells this sighting from others of the same rule and place, stable between runs: a suite's name, a header's.
    pub key: String,
}

impl Sighting {
    /// A sighting of usual severity.
    pub fn new(
        rule: &'static Rule,
        place: impl Into<String>,
        key: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Sighting { rule, severity: None, place: place.into(), message: message.into(), evidence: None, key: key.into() }
    }

    /// The same with what shows it.
    #[must_use]
    pub fn shown_by(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = Some(evidence.into());
        self
    }

    /// The same, as bad as this.
    #[must_use]
    pub fn as_bad_as(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.severity.unwrap_or(self.rule.severity)
    }

    /// As a finding.
    pub fn into_finding(self) -> Finding {
        let rule = self.rule;
        Finding {
            rule: rule.id.into(),
            name: rule.name.into(),
            severity: self.severity(),
            category: rule.category.as_str().into(),
            message: self.message,
            fingerprint: fingerprint(rule.id, &self.place, &self.key),
            file: Some(self.place.into()),
            pointer: None,
            line: None,
            column: None,
            operation: None,
            evidence: self.evidence,
            fix: Some(rule.fix.into()),
            loss: None,
            count: 1,
            owasp: rule.owasp.into(),
            cwe: rule.cwe.into(),
            attack: Words::default(),
            aliases: Words::default(),
            related: Rare::default(),
            fixes: Rare::default(),
        }
    }
}

/// Every rule, by id.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let parts = [
        crate::tls::RULES,
        crate::http::RULES,
        crate::dns::RULES,
        crate::ports::RULES,
        crate::reputation::RULES,
        crate::contract::RULES,
    ];
    parts.into_iter().flatten().copied()
}

/// A rule by its id or its name.
pub fn rule(word: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id.eq_ignore_ascii_case(word) || rule.name == word)
}
