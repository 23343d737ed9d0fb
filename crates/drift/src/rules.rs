//! What is looked for where traffic meets a contract. Ids are never renumbered and never change meaning. What discovery
//! looks for too (`DIS...`) has its rule there.

use palisade_discover::Rule;
use palisade_finding::Severity;

pub(crate) const SUNSET: Rule = Rule {
    id: "DRF001",
    name: "operation-past-sunset",
    severity: Severity::Medium,
    category: "inventory",
    what: "An operation answers after the day on which it was to end: a sunset date in the contract, or the Sunset header of its own answers.",
    why: "What was announced to be gone is no longer looked after, and callers that still use it break on the day it really goes.",
    fix: "Take the operation out of service, or announce a new date in contract and answers.",
    owasp: &["API9:2023"],
    cwe: &["CWE-477"],
};

pub(crate) const DEPRECATION: Rule = Rule {
    id: "DRF002",
    name: "deprecation-not-in-contract",
    severity: Severity::Low,
    category: "inventory",
    what: "The answers of an operation say that it is deprecated (Deprecation header), and its contract does not.",
    why: "Who reads the contract builds on what is about to go, and nobody counts the callers that are left.",
    fix: "Mark the operation as deprecated in the contract, with a sunset date, and move its callers to the successor.",
    owasp: &["API9:2023"],
    cwe: &["CWE-477"],
};

pub(crate) const UNDECLARED_PARAMETER: Rule = Rule {
    id: "DRF010",
    name: "undeclared-parameter",
    severity: Severity::Low,
    category: "inventory",
    what: "A query, header or cookie parameter that the contract does not declare is sent and accepted.",
    why: "What no contract names is not validated: hidden switches, debug flags and filters reach the code as they come.",
    fix: "Declare the parameter with a schema, or refuse requests that carry it.",
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
};

pub(crate) const DEPRECATED_PARAMETER: Rule = Rule {
    id: "DRF011",
    name: "deprecated-parameter-used",
    severity: Severity::Info,
    category: "inventory",
    what: "A parameter that the contract marks as deprecated is still sent.",
    why: "It cannot be removed while callers send it.",
    fix: "Move the callers to its successor, then remove the parameter.",
    owasp: &["API9:2023"],
    cwe: &["CWE-477"],
};

pub(crate) const UNUSED_PARAMETER: Rule = Rule {
    id: "DRF012",
    name: "parameter-never-seen",
    severity: Severity::Info,
    category: "inventory",
    what: "A parameter stands in the contract but was never sent, although its operation is called.",
    why: "Code without a user is attack surface without a use; or callers do not know of it.",
    fix: "Check whether it is still needed; remove it from service and contract when it is not.",
    owasp: &["API9:2023"],
    cwe: &["CWE-1164"],
};

pub(crate) const UNDECLARED_PROPERTY: Rule = Rule {
    id: "DRF020",
    name: "undeclared-request-property",
    severity: Severity::Low,
    category: "data-validation",
    what: "A request body holds a property that its schema does not name, and is accepted.",
    why: "Properties nobody declared may be bound to fields that callers must not set (mass assignment).",
    fix: "Add the property to the schema, or close the object with additionalProperties: false and refuse the rest.",
    owasp: &["API3:2023"],
    cwe: &["CWE-915"],
};

pub(crate) const DEPRECATED_PROPERTY: Rule = Rule {
    id: "DRF021",
    name: "deprecated-property-used",
    severity: Severity::Info,
    category: "inventory",
    what: "A property that the contract marks as deprecated is still sent.",
    why: "It cannot be removed while it is in use, and what reads it misses its successor.",
    fix: "Move both sides to its successor, then remove the property.",
    owasp: &["API9:2023"],
    cwe: &["CWE-477"],
};

pub(crate) const UNUSED_PROPERTY: Rule = Rule {
    id: "DRF022",
    name: "property-never-seen",
    severity: Severity::Info,
    category: "inventory",
    what: "A property stands in a schema but was in none of the bodies that were seen.",
    why: "The contract promises, or takes, what nobody sends: readers rely on it in vain.",
    fix: "Remove the property from the schema, or find out why it is not sent.",
    owasp: &["API9:2023"],
    cwe: &["CWE-1164"],
};

pub(crate) const REQUEST_PARAMETER: Rule = Rule {
    id: "DRF030",
    name: "invalid-parameter-accepted",
    severity: Severity::Medium,
    category: "data-validation",
    what: "A request whose parameter breaks the contract was accepted.",
    why: "The API does not check what its contract promises to check, so nothing can rely on it; or the contract is wrong and would refuse honest callers.",
    fix: "Validate the parameter where requests come in, or correct its schema.",
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
};

pub(crate) const REQUEST_BODY: Rule = Rule {
    id: "DRF031",
    name: "invalid-request-body-accepted",
    severity: Severity::Medium,
    category: "data-validation",
    what: "A request whose body breaks the contract was accepted.",
    why: "The API does not check what its contract promises to check, so nothing can rely on it; or the contract is wrong and would refuse honest callers.",
    fix: "Validate the body where requests come in, or correct its schema.",
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
};

pub(crate) const REQUEST_MEDIA: Rule = Rule {
    id: "DRF032",
    name: "undocumented-request-media-type",
    severity: Severity::Medium,
    category: "data-validation",
    what: "A request body of a media type that the contract does not declare was accepted.",
    why: "Another reader takes over, and with it other rules: what is validated as JSON may pass as XML or as a form.",
    fix: "Declare the media type with its schema, or refuse it with 415.",
    owasp: &["API8:2023"],
    cwe: &["CWE-436"],
};

pub(crate) const RESPONSE_BODY: Rule = Rule {
    id: "DRF040",
    name: "invalid-response-body",
    severity: Severity::Medium,
    category: "responses",
    what: "A response body breaks its schema.",
    why: "Clients that were made from the contract fail on it; and fields that should not be there may leak.",
    fix: "Answer what the contract promises, or correct the schema.",
    owasp: &["API8:2023"],
    cwe: &["CWE-684"],
};

pub(crate) const RESPONSE_HEADER: Rule = Rule {
    id: "DRF041",
    name: "invalid-response-header",
    severity: Severity::Low,
    category: "responses",
    what: "A response lacks a header that the contract requires, or the header breaks its schema.",
    why: "Clients that rely on it, for paging, limits or caching, go wrong.",
    fix: "Send the header as the contract says, or correct the contract.",
    owasp: &["API8:2023"],
    cwe: &["CWE-684"],
};

pub(crate) const STATUS: Rule = Rule {
    id: "DRF042",
    name: "undocumented-status",
    severity: Severity::Low,
    category: "responses",
    what: "An operation answers with a status for which the contract has no response.",
    why: "What is not described is not validated, and clients do not expect it.",
    fix: "Describe the response, or give a status that is described.",
    owasp: &["API8:2023"],
    cwe: &["CWE-393"],
};

pub(crate) const RESPONSE_MEDIA: Rule = Rule {
    id: "DRF043",
    name: "undocumented-response-media-type",
    severity: Severity::Low,
    category: "responses",
    what: "An operation answers in a media type that the contract does not declare for this status.",
    why: "Its content cannot be validated, and clients that parse what was promised fail; HTML in place of JSON opens ways for script.",
    fix: "Answer in the declared type, or declare the type with its schema.",
    owasp: &["API8:2023"],
    cwe: &["CWE-436"],
};

pub(crate) const NO_CREDENTIAL: Rule = Rule {
    id: "DRF050",
    name: "secured-operation-open",
    severity: Severity::High,
    category: "authentication",
    what: "An operation for which the contract demands a credential succeeded without one.",
    why: "Anyone can call what was meant for those who are known.",
    fix: "Enforce the credential, or say in the contract that the operation is open to everyone.",
    owasp: &["API2:2023"],
    cwe: &["CWE-306"],
};

pub(crate) const OTHER_CREDENTIAL: Rule = Rule {
    id: "DRF051",
    name: "undocumented-credential-accepted",
    severity: Severity::Medium,
    category: "authentication",
    what: "An operation succeeded with another kind of credential than its contract demands.",
    why: "A second way in that nobody wrote down is not reviewed: an old key, a cookie that opens the way for forged requests.",
    fix: "Refuse the other kind, or add its scheme to the contract.",
    owasp: &["API2:2023"],
    cwe: &["CWE-287"],
};

pub(crate) const NEEDLESS_CREDENTIAL: Rule = Rule {
    id: "DRF052",
    name: "credential-not-in-contract",
    severity: Severity::Info,
    category: "authentication",
    what: "The contract demands no credential for an operation, and every successful call shows one.",
    why: "Either the contract does not say how the operation is protected, or callers send secrets that nobody asked for.",
    fix: "Add the security requirement to the contract when the API enforces it; else leave the credential out.",
    owasp: &["API2:2023"],
    cwe: &["CWE-1059"],
};

const RULES: [Rule; 18] = [
    SUNSET,
    DEPRECATION,
    UNDECLARED_PARAMETER,
    DEPRECATED_PARAMETER,
    UNUSED_PARAMETER,
    UNDECLARED_PROPERTY,
    DEPRECATED_PROPERTY,
    UNUSED_PROPERTY,
    REQUEST_PARAMETER,
    REQUEST_BODY,
    REQUEST_MEDIA,
    RESPONSE_BODY,
    RESPONSE_HEADER,
    STATUS,
    RESPONSE_MEDIA,
    NO_CREDENTIAL,
    OTHER_CREDENTIAL,
    NEEDLESS_CREDENTIAL,
];

/// Every rule of this room, by id.
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
