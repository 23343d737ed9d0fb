//! What is looked for in traffic. Ids are never renumbered and never change meaning.

use palisade_finding::Severity;

/// One rule over traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Stable id.
    pub id: &'static str,
    /// Short name by the bad pattern.
    pub name: &'static str,
    /// How bad a finding usually is; a finding may say more or less with its reason.
    pub severity: Severity,
    /// The family.
    pub category: &'static str,
    /// What the rule looks for.
    pub what: &'static str,
    /// Why that is bad.
    pub why: &'static str,
    /// How to mend it.
    pub fix: &'static str,
    /// OWASP API Security Top 10 items.
    pub owasp: &'static [&'static str],
    /// CWE ids.
    pub cwe: &'static [&'static str],
}

/// An operation in traffic that no contract names.
pub const SHADOW: Rule = Rule {
    id: "DIS001",
    name: "shadow-operation",
    severity: Severity::Medium,
    category: "inventory",
    what: "An operation answers real traffic but is not in the contract.",
    why: "What no contract names is not reviewed, not tested and not protected: nobody decided who may call it or what it may return.",
    fix: "Document the operation and its security, or take it out of service. In block mode requests to it are refused.",
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
};

/// A deprecated operation that is still called.
pub const ZOMBIE: Rule = Rule {
    id: "DIS002",
    name: "zombie-operation",
    severity: Severity::Medium,
    category: "inventory",
    what: "An operation that the contract marks as deprecated is still called.",
    why: "Old versions miss the fixes of new ones; while callers remain they stay open.",
    fix: "Move the remaining callers to the successor, announce a sunset date, then remove the operation.",
    owasp: &["API9:2023"],
    cwe: &["CWE-477"],
};

/// An operation of the contract without traffic.
pub const ORPHAN: Rule = Rule {
    id: "DIS003",
    name: "orphan-operation",
    severity: Severity::Info,
    category: "inventory",
    what: "An operation stands in the contract but was never seen in traffic.",
    why: "Unused code is attack surface without a user; or the traffic seen so far is not all there is.",
    fix: "Check whether it is still needed; remove it from service and contract when it is not.",
    owasp: &["API9:2023"],
    cwe: &["CWE-1164"],
};

pub(crate) const CREDENTIAL_LEAK: Rule = Rule {
    id: "DIS010",
    name: "credential-in-response",
    severity: Severity::High,
    category: "exposure",
    what: "A response holds a password, a password hash, a private key, an API key, a token or another secret.",
    why: "Whoever reads the response can act in the owner's name, or try passwords offline against the hash.",
    fix: "Take the field out of the response: return a view made for callers, not the stored record.",
    owasp: &["API3:2023"],
    cwe: &["CWE-200", "CWE-522"],
};

pub(crate) const FINANCIAL_LEAK: Rule = Rule {
    id: "DIS011",
    name: "payment-data-in-response",
    severity: Severity::High,
    category: "exposure",
    what: "A response holds a full payment card number, a card verification value or a bank account number.",
    why: "Payment data in answers ends in logs, caches and browsers; card rules (PCI DSS) forbid it.",
    fix: "Return the last four digits or a token of the payment provider; never return verification values.",
    owasp: &["API3:2023"],
    cwe: &["CWE-359"],
};

pub(crate) const IDENTITY_LEAK: Rule = Rule {
    id: "DIS012",
    name: "identity-data-in-response",
    severity: Severity::Medium,
    category: "exposure",
    what: "A response holds a national identity, tax passport or driving licence number, or a date of birth.",
    why: "These identify a person for life and serve to impersonate them.",
    fix: "Leave the field out, or mask it for callers that do not need it.",
    owasp: &["API3:2023"],
    cwe: &["CWE-359"],
};

pub(crate) const HEALTH_LEAK: Rule = Rule {
    id: "DIS013",
    name: "health-data-in-response",
    severity: Severity::Medium,
    category: "exposure",
    what: "A response holds what is known of someone's health: a diagnosis, a medication, the number of a record.",
    why: "Health data is protected more strictly than other personal data nearly everywhere; what left once cannot be taken back.",
    fix: "Leave the field out for callers that do not treat the person, and log who reads it.",
    owasp: &["API3:2023"],
    cwe: &["CWE-359"],
};

pub(crate) const OWN_LEAK: Rule = Rule {
    id: "DIS014",
    name: "own-sensitive-data-in-response",
    severity: Severity::Medium,
    category: "exposure",
    what: "A response holds data that a rule of your own calls sensitive.",
    why: "Your rules say that it is not for every caller.",
    fix: "Leave the field out, or make an exception for this place when its callers may have it.",
    owasp: &["API3:2023"],
    cwe: &["CWE-200"],
};

pub(crate) const UNAUTHENTICATED: Rule = Rule {
    id: "DIS020",
    name: "sensitive-read-without-authentication",
    severity: Severity::High,
    category: "authentication",
    what: "A read that returns sensitive data succeeds for callers that show no credential.",
    why: "Anyone who finds the URL can read everyone's data.",
    fix: "Require a credential for this operation and check that its owner may see the record.",
    owasp: &["API2:2023", "API5:2023"],
    cwe: &["CWE-306"],
};

pub(crate) const QUERY_CREDENTIAL: Rule = Rule {
    id: "DIS021",
    name: "credential-in-query",
    severity: Severity::Medium,
    category: "authentication",
    what: "A credential is sent in the query of the URL.",
    why: "URLs are written to access logs, browser histories and the Referer header.",
    fix: "Send the credential in the Authorization header; rotate the ones that were sent so far.",
    owasp: &["API2:2023", "API8:2023"],
    cwe: &["CWE-598"],
};

pub(crate) const CLEAR_CREDENTIAL: Rule = Rule {
    id: "DIS022",
    name: "credential-over-clear-http",
    severity: Severity::High,
    category: "transport",
    what: "A credential is sent over http without encryption.",
    why: "Everyone on the way can read and reuse it; Basic carries the password itself.",
    fix: "Serve the API over https only and answer http with a refusal rather than a redirect.",
    owasp: &["API2:2023", "API8:2023"],
    cwe: &["CWE-319", "CWE-523"],
};

/// A field of a response that its schema does not name.
pub const UNDECLARED_FIELD: Rule = Rule {
    id: "DIS030",
    name: "undeclared-response-field",
    severity: Severity::Low,
    category: "exposure",
    what: "A response has fields that the contract's schema for it does not name.",
    why: "Fields nobody declared are often internal ones that a stored record brought along.",
    fix: "Return only what the contract promises, or add the field to the contract when callers need it.",
    owasp: &["API3:2023"],
    cwe: &["CWE-213"],
};

const RULES: [Rule; 12] = [
    SHADOW,
    ZOMBIE,
    ORPHAN,
    CREDENTIAL_LEAK,
    FINANCIAL_LEAK,
    IDENTITY_LEAK,
    HEALTH_LEAK,
    OWN_LEAK,
    UNAUTHENTICATED,
    QUERY_CREDENTIAL,
    CLEAR_CREDENTIAL,
    UNDECLARED_FIELD,
];

/// Every rule over traffic, by id.
pub fn rules() -> &'static [Rule] {
    &RULES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_ordered() {
        assert!(rules().windows(2).all(|pair| pair[0].id < pair[1].id));
        for rule in rules() {
            assert!(!rule.cwe.is_empty() && !rule.owasp.is_empty(), "{}", rule.id);
            for text in [rule.what, rule.why, rule.fix] {
                assert!(text.len() > 30 && text.ends_with('.'), "{}", rule.id);
            }
        }
    }
}
