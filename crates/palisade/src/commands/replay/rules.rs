//! What a replay tells. Ids are never renumbered and never change meaning.

use palisade_finding::Severity;
use palisade_report::RuleInfo;

/// One kind of finding.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    pub id: &'static str,
    pub name: &'static str,
    pub severity: Severity,
    what: &'static str,
    why: &'static str,
    pub fix: &'static str,
}

/// Family of the findings.
pub const CATEGORY: &str = "protection";

pub static REFUSED: Rule = Rule {
    id: "RPL001",
    name: "request-refused",
    severity: Severity::Medium,
    what: "A recorded exchange is refused by the policy.",
    why: "If the caller was honest it loses what worked before; if it was not, this is what the policy is for.",
    fix: "Look at the examples. Where honest callers do this, correct the contract or add an exception before the policy goes live.",
};

pub static WOULD_REFUSE: Rule = Rule {
    id: "RPL002",
    name: "request-refused-in-block-mode",
    severity: Severity::Low,
    what: "A recorded exchange is let through with an alert, and is refused once the API or the operation blocks.",
    why: "It tells what switching to block mode would do.",
    fix: "Look at the examples before switching to block mode.",
};

pub static ALERTED: Rule = Rule {
    id: "RPL003",
    name: "exchange-alerted",
    severity: Severity::Info,
    what: "A recorded exchange raises an alert and is let through, in block mode too.",
    why: "Something about it is not as the contract says.",
    fix: "Bring the contract up to date, or let the check prevent.",
};

pub static NO_API: Rule = Rule {
    id: "RPL004",
    name: "no-api-answers",
    severity: Severity::Info,
    what: "No API of the file answers under the host and path of recorded exchanges.",
    why: "A gateway answers them with 404. In a recording of several services they are the traffic of others.",
    fix: "Nothing where they belong to other services; otherwise correct `hosts` and `base_path`.",
};

pub static NEWLY_REFUSED: Rule = Rule {
    id: "RPL010",
    name: "newly-refused",
    severity: Severity::High,
    what: "A recorded exchange is refused that the other file lets through.",
    why: "This is what the change would have blocked.",
    fix: "Look at the examples. Where honest callers do this, correct the change before it goes live.",
};

pub static NEWLY_PASSED: Rule = Rule {
    id: "RPL011",
    name: "newly-let-through",
    severity: Severity::Medium,
    what: "A recorded exchange is let through that the other file refuses.",
    why: "The change takes a protection away.",
    fix: "Make sure that this is meant.",
};

pub static NEWLY_WOULD_REFUSE: Rule = Rule {
    id: "RPL012",
    name: "newly-refused-in-block-mode",
    severity: Severity::Low,
    what: "A recorded exchange is let through by both files, and only this one would refuse it in block mode.",
    why: "This is what the change would block once the API or the operation blocks.",
    fix: "Look at the examples before switching to block mode.",
};

pub static DECIDED_OTHERWISE: Rule = Rule {
    id: "RPL013",
    name: "decided-otherwise",
    severity: Severity::Info,
    what: "A recorded exchange meets the same fate under both files, for another reason or with another alert.",
    why: "Events and answers name another reason than before.",
    fix: "Nothing needs to be done.",
};

/// What `palisade rules` says about them.
pub fn rules() -> impl Iterator<Item = RuleInfo> {
    let every: [&'static Rule; 8] = [
        &REFUSED,
        &WOULD_REFUSE,
        &ALERTED,
        &NO_API,
        &NEWLY_REFUSED,
        &NEWLY_PASSED,
        &NEWLY_WOULD_REFUSE,
        &DECIDED_OTHERWISE,
    ];
    every.into_iter().map(|rule| RuleInfo {
        id: rule.id.into(),
        name: rule.name.into(),
        severity: rule.severity,
        category: CATEGORY.into(),
        what: rule.what.into(),
        why: rule.why.into(),
        fix: rule.fix.into(),
        consumer: None,
        owasp: Vec::new(),
        cwe: Vec::new(),
        references: Vec::new(),
    })
}
