//! From reasons to a decision: exceptions, mode, caps.

use crate::ambiguity::Doubt;
use crate::redactions::Redactions;
use crate::{ApiPolicy, Decision, Effect, Exception, FieldError, Mode, Step};
use palisade_contract::validate::Issue;
use palisade_exchange::Exchange;

/// Errors told in one decision at most.
const ERRORS: usize = 20;
/// One reason against a message.
#[derive(Debug, Clone)]
pub(crate) struct Reason {
    pub(crate) status: u16,
    pub(crate) step: &'static str,
    pub(crate) title: &'static str,
    pub(crate) location: &'static str,
    pub(crate) name: String,
    pub(crate) pointer: String,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) alert_only: bool,
}

impl Reason {
    pub(crate) fn new(status: u16, step: &'static str, code: &'static str, title: &'static str) -> Self {
        Reason {
            status,
            step,
            title,
            location: "header",
            name: String::new(),
            pointer: String::new(),
            code,
            message: title.to_owned(),
            alert_only: false,
        }
    }
}

/// What is gathered while a message is judged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verdict {
    pub(crate) operation: Option<String>,
    /// Method and path, where no operation was found.
    pub(crate) target: String,
    pub(crate) allow: Vec<String>,
    reasons: Vec<Reason>,
    steps: Vec<Step>,
    not_assessed: Vec<String>,
}

fn step(step: &str, outcome: &str, detail: &str) -> Step {
    Step { step: step.to_owned(), outcome: outcome.to_owned(), detail: detail.to_owned() }
}

impl Verdict {
    /// A verdict on a message of a known operation.
    pub(crate) fn of(operation: &str) -> Self {
        Verdict { operation: Some(operation.to_owned()), ..Verdict::default() }
    }

    pub(crate) fn pass(&mut self, name: &str) {
        self.steps.push(step(name, "passed", ""));
    }

    pub(crate) fn skip(&mut self, name: &str, why: &str) {
        self.steps.push(step(name, "skipped", why));
    }

    pub(crate) fn not_assessed(&mut self, name: &str, what: &str) {
        self.steps.push(step(name, "not-assessed", what));
        self.not_assessed.push(what.to_owned());
    }

    pub(crate) fn push(&mut self, reason: Reason) {
        self.steps.push(step(reason.step, "failed", reason.code));
        self.reasons.push(reason);
    }

    /// Reasons against a request that servers read differently.
    pub(crate) fn doubts(&mut self, step: &'static str, doubts: impl IntoIterator<Item = Doubt>) {
        for doubt in doubts {
            let reason = Reason::new(400, step, doubt.code, "The request can be read in more than one way");
            self.push(Reason {
                location: doubt.location,
                name: doubt.name,
                message: doubt.message.to_owned(),
                ..reason
            });
        }
    }

    pub(crate) fn has(&self, code: &str) -> bool {
        self.reasons.iter().any(|reason| reason.code == code)
    }

    pub(crate) fn issues(&mut self, name: &'static str, title: &'static str, issues: Vec<Issue>) {
        match issues.iter().find(|issue| !issue.alert_only).or(issues.first()) {
            Some(first) => self.steps.push(step(name, "failed", first.code)),
            None => self.pass(name),
        }
        self.reasons.extend(issues.into_iter().map(|issue| Reason {
            status: match (issue.location, issue.code) {
                ("body", "body_too_large") => 413,
                ("body", "media_type" | "content_encoding" | "charset") => 415,
                _ => 400,
            },
            step: name,
            title: if issue.code == "undeclared" { "A parameter is not declared" } else { title },
            location: issue.location,
            name: issue.name,
            pointer: issue.pointer,
            code: issue.code,
            message: issue.message,
            alert_only: issue.alert_only,
        }));
    }

    /// Drops reasons against values that were redacted when the exchange was recorded.
    pub(crate) fn forgive_redacted(&mut self, exchange: &Exchange) {
        let redactions = Redactions::of(exchange);
        let before = self.reasons.len();
        self.reasons.retain(|reason| !redactions.hide(reason.location, &reason.name, reason.code));
        if self.reasons.len() < before {
            self.not_assessed("parameters", "a redacted value");
        }
    }

    fn operation_key(&self) -> &str {
        self.operation.as_deref().unwrap_or(&self.target)
    }

    fn excepted(&self, reason: &Reason, exceptions: &[Exception]) -> Option<usize> {
        exceptions.iter().position(|exception| {
            same_operation(&exception.operation, self.operation_key())
                && exception.code == reason.code
                && (exception.location.is_empty() || exception.location == reason.location)
                && exception.name == reason.name
                && same_place(&exception.pointer, &reason.pointer)
        })
    }

    /// True when a reason stands that refuses in this API's mode.
    pub(crate) fn refuses(&self, api: &ApiPolicy) -> bool {
        !self.capped(api)
            && self.reasons.iter().any(|reason| !reason.alert_only && self.excepted(reason, &api.exceptions).is_none())
    }

    fn capped(&self, api: &ApiPolicy) -> bool {
        api.mode == Mode::Observe || api.observe_operations.iter().any(|label| Some(label) == self.operation.as_ref())
    }

    pub(crate) fn decide(mut self, api: &ApiPolicy) -> Decision {
        let capped = self.capped(api);
        let mut kept: Vec<Reason> = Vec::new();
        for reason in std::mem::take(&mut self.reasons) {
            match self.excepted(&reason, &api.exceptions) {
                Some(at) => {
                    let id = api.exceptions.get(at).map_or("", |exception| exception.id.as_str());
                    self.steps.push(step("exception", "passed", &format!("{} is allowed by {id}", reason.code)));
                }
                None => kept.push(reason),
            }
        }
        let main = kept.iter().find(|reason| !reason.alert_only).or(kept.first()).cloned();
        let uncapped = match &main {
            None => Effect::Allow,
            Some(reason) if reason.alert_only => Effect::Alert,
            Some(_) => Effect::Prevent,
        };
        // A request that was refused by its method says which there are; no other does.
        let allow = if main.as_ref().is_some_and(|reason| reason.status == 405) { self.allow } else { Vec::new() };
        Decision {
            effect: if capped { uncapped.min(Effect::Alert) } else { uncapped },
            uncapped,
            status: main.as_ref().map_or(0, |reason| reason.status),
            code: main.as_ref().map_or(String::new(), |reason| reason.code.to_owned()),
            title: main.as_ref().map_or(String::new(), |reason| reason.title.to_owned()),
            operation: self.operation,
            allow,
            errors: kept
                .into_iter()
                .take(ERRORS)
                .map(|reason| FieldError {
                    location: reason.location.to_owned(),
                    name: reason.name,
                    pointer: reason.pointer,
                    code: reason.code.to_owned(),
                    message: reason.message,
                })
                .collect(),
            steps: self.steps,
            not_assessed: self.not_assessed,
        }
    }
}

/// `METHOD /path` against `METHOD /template`: equal, or each `{name}` of the exception stands for one segment.
fn same_operation(exception: &str, operation: &str) -> bool {
    if exception == operation {
        return true;
    }
    let (Some((a, template)), Some((b, path))) = (exception.split_once(' '), operation.split_once(' ')) else {
        return false;
    };
    let (left, right): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    let fits = |(step, segment): (&&str, &&str)| {
        step == segment || (step.starts_with('{') && step.ends_with('}') && !segment.is_empty())
    };
    a == b && left.len() == right.len() && left.iter().zip(&right).all(fits)
}

/// Pointers are the same place when they differ in array indexes only.
fn same_place(left: &str, right: &str) -> bool {
    let index = |step: &str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    let (a, b): (Vec<&str>, Vec<&str>) = (left.split('/').collect(), right.split('/').collect());
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a == b || (index(a) && index(b)))
}
