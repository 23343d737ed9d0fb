//! What the third party's contract says, and whether there is one.

use crate::rule::{Category, Rule, Sighting};
use crate::target::Target;
use palisade_finding::{Severity, Summary};
use serde::{Deserialize, Serialize};

/// Nothing says what the API promises.
pub static NONE_PUBLISHED: Rule = Rule {
    id: "PST601",
    name: "no-published-contract",
    severity: Severity::Info,
    category: Category::Authentication,
    what: "No contract was given, and none lies at the places where they are usually published.",
    why: "Without a contract nobody can tell which operations need a credential, what they take and what they give: \
          nothing can be held against it, and changes come unannounced.",
    fix: "Publish the OpenAPI contract, for example at /openapi.json, and keep it in step with the API.",
    consumer: "Ask the provider for the contract and give it with --contract; or learn one from your own traffic with \
               `palisade discover`, and hold later traffic against it with `palisade drift`.",
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
};

/// What is published as a contract cannot be read as one.
pub static UNREADABLE: Rule = Rule {
    id: "PST602",
    name: "unreadable-contract",
    severity: Severity::Low,
    category: Category::Authentication,
    what: "The contract cannot be read as OpenAPI, or not to its end.",
    why: "Tools that check requests, generate clients or audit the API stop at it: the API is used unchecked.",
    fix: "Mend what `palisade audit` says of the file, and publish it again.",
    consumer: "Tell the provider; until then use a contract of your own, learned from your traffic with `palisade \
               discover`.",
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    references: &["https://spec.openapis.org/oas/latest.html"],
};

/// What is looked for here.
pub static RULES: &[&Rule] = &[&NONE_PUBLISHED, &UNREADABLE];

/// What was learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facts {
    /// None was given, and none was found where they are usually published.
    NonePublished,
    /// There is one that cannot be read.
    Unreadable {
        /// File or URL.
        source: String,
        /// Why, in one sentence.
        reason: String,
    },
    /// There is one, and it was audited.
    Audited(Audit),
}

/// What an audit said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// File or URL.
    pub source: String,
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// The declared specification, for example `OpenAPI 3.1.0`.
    pub format: String,
    /// Number of operations.
    pub operations: usize,
    /// Points, from 0 to 100: security and data together.
    pub total: f64,
    /// Points for security, from 0 to 30.
    pub security: f64,
    /// Points for data, from 0 to 70.
    pub data: f64,
    /// The audit's findings by severity, each place by itself.
    pub summary: Summary,
}

/// What the facts show; the audit's own findings are handed over beside them.
pub fn judge(target: &Target, facts: &Facts) -> Vec<Sighting> {
    match facts {
        Facts::NonePublished => {
            vec![Sighting::new(&NONE_PUBLISHED, target.origin(), "", format!("{} publishes no contract", target.host))]
        }
        Facts::Unreadable { source, reason } => {
            let message = "the contract cannot be read as OpenAPI".to_owned();
            vec![Sighting::new(&UNREADABLE, source.clone(), "", message).shown_by(reason.clone())]
        }
        Facts::Audited(_) => Vec::new(),
    }
}
