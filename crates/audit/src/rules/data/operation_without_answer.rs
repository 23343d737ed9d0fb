//! An answer that every operation of its kind ought to describe, and this one does not.

use crate::index::{Index, Operation};
use crate::mend::answers;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_finding::Severity;

/// RDT002.
pub static BAD_REQUEST: Rule = Rule {
    id: "RDT002",
    name: "operation-without-400",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "responses",
    part: Part::Data,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-544", "CWE-209"],
    aliases: &[
        "owasp:api8:2023-define-error-validation",
        "owasp-define-error-validation",
        "v3-response-400",
        "response-400",
        "operation-4xx-response",
    ],
    what: "An operation that describes no 400 response; asked of every method but HEAD.",
    why: "Malformed input gives an answer that nobody described: it is not checked for stack traces and inner \
        details, and clients cannot handle it.",
    fix: "Describe the 400 response (or the range 4XX); share one through `components.responses`.",
    bad: include_str!("../../../tests/fixtures/RDT002/bad.yaml"),
    good: include_str!("../../../tests/fixtures/RDT002/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Safe(|index, spot| answers::answer(index, spot, "400")),
    check: Check::Operation(bad_request),
};

/// RDT003.
pub static NOT_FOUND: Rule = Rule {
    id: "RDT003",
    name: "operation-without-404",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "responses",
    part: Part::Data,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-544", "CWE-209"],
    aliases: &["v3-response-404", "response-404"],
    what: "An operation that describes no 404 response; asked of GET, PUT, HEAD and DELETE.",
    why: "A missing object gives an answer that nobody described: it is not checked for stack traces and inner \
        details, and clients cannot handle it.",
    fix: "Describe the 404 response (or the range 4XX); share one through `components.responses`.",
    bad: include_str!("../../../tests/fixtures/RDT003/bad.yaml"),
    good: include_str!("../../../tests/fixtures/RDT003/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Safe(|index, spot| answers::answer(index, spot, "404")),
    check: Check::Operation(not_found),
};

/// RDT004.
pub static UNSUPPORTED_MEDIA_TYPE: Rule = Rule {
    id: "RDT004",
    name: "operation-without-415",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "responses",
    part: Part::Data,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-544", "CWE-209"],
    aliases: &["v3-response-415", "response-415"],
    what: "An operation that describes no 415 response; asked of POST, PUT and PATCH.",
    why: "A wrong media type gives an answer that nobody described: it is not checked for stack traces and \
        inner details, and clients cannot handle it.",
    fix: "Describe the 415 response (or the range 4XX); share one through `components.responses`.",
    bad: include_str!("../../../tests/fixtures/RDT004/bad.yaml"),
    good: include_str!("../../../tests/fixtures/RDT004/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Safe(|index, spot| answers::answer(index, spot, "415")),
    check: Check::Operation(unsupported_media_type),
};

/// RDT005.
pub static TOO_MANY_REQUESTS: Rule = Rule {
    id: "RDT005",
    name: "operation-without-429",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "responses",
    part: Part::Data,
    invalid: false,
    owasp: &["API4:2023"],
    cwe: &["CWE-544", "CWE-770"],
    aliases: &[
        "owasp:api4:2023-rate-limit-responses-429",
        "owasp-define-error-responses-429",
        "v3-response-429",
        "response-429",
    ],
    what: "An operation that describes no 429 response; asked of every method but HEAD.",
    why: "Too many requests gives an answer that nobody described: it is not checked for stack traces and \
        inner details, and clients cannot handle it.",
    fix: "Describe the 429 response (or the range 4XX); share one through `components.responses`.",
    bad: include_str!("../../../tests/fixtures/RDT005/bad.yaml"),
    good: include_str!("../../../tests/fixtures/RDT005/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/"],
    mend: Remedy::Safe(|index, spot| answers::answer(index, spot, "429")),
    check: Check::Operation(too_many_requests),
};

/// RDT006.
pub static SERVER_ERROR: Rule = Rule {
    id: "RDT006",
    name: "operation-without-500",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "responses",
    part: Part::Data,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-544", "CWE-209"],
    aliases: &[
        "owasp:api8:2023-define-error-responses-500",
        "owasp-define-error-responses-500",
        "response-500",
        "v3-response-500",
    ],
    what: "An operation that describes no 500 response; asked of every method but HEAD.",
    why: "A fault in the server gives an answer that nobody described: it is not checked for stack traces and \
        inner details, and clients cannot handle it.",
    fix: "Describe the 500 response (or the range 5XX); share one through `components.responses`.",
    bad: include_str!("../../../tests/fixtures/RDT006/bad.yaml"),
    good: include_str!("../../../tests/fixtures/RDT006/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Safe(|index, spot| answers::answer(index, spot, "500")),
    check: Check::Operation(server_error),
};

/// RDT015.
pub static DEFAULT: Rule = Rule {
    id: "RDT015",
    name: "operation-without-default",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "responses",
    part: Part::Data,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-544", "CWE-209"],
    aliases: &["v3-response-default-undefined", "response-default-undefined"],
    what: "An operation that describes no `default` response; asked of every method.",
    why: "Answers that were not thought of have no shape: nothing can check them for stack traces and inner \
        details.",
    fix: "Describe a `default` response; share one through `components.responses`.",
    bad: include_str!("../../../tests/fixtures/RDT015/bad.yaml"),
    good: include_str!("../../../tests/fixtures/RDT015/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Safe(|index, spot| answers::answer(index, spot, "default")),
    check: Check::Operation(default),
};

macro_rules! checks {
    ($($check:ident asks for $status:literal;)*) => {$(
        fn $check(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
            help::answer(operation, $status, sink);
        }
    )*};
}

checks! {
    bad_request asks for "400";
    not_found asks for "404";
    unsupported_media_type asks for "415";
    too_many_requests asks for "429";
    server_error asks for "500";
    default asks for "default";
}
