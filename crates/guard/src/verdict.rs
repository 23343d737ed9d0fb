//! From reasons to a decision: exceptions, effects, caps.

use crate::redactions::Redactions;
use crate::terms::Terms;
use crate::{Action, ApiPolicy, BanOrder, Check, Decision, Effect, Exception, FieldError, Outcome, RateState, Step};
use palisade_contract::validate::Issue;
use std::borrow::Cow;

/// Errors told in one decision at most.
const ERRORS: usize = 20;

/// One reason against a message.
#[derive(Debug, Clone)]
pub(crate) struct Reason {
    pub(crate) check: Check,
    /// In place of the effect of the check.
    pub(crate) action: Option<Action>,
    pub(crate) status: u16,
    pub(crate) title: &'static str,
    pub(crate) location: &'static str,
    pub(crate) name: String,
    pub(crate) pointer: String,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Reason {
    pub(crate) fn new(check: Check, status: u16, code: &'static str, title: &'static str) -> Self {
        Reason {
            check,
            action: None,
            status,
            title,
            location: "header",
            name: String::new(),
            pointer: String::new(),
            code,
            message: title.to_owned(),
        }
    }

    pub(crate) fn at(self, location: &'static str) -> Self {
        Reason { location, ..self }
    }

    /// A breach of the contract.
    pub(crate) fn of_issue(issue: Issue, check: Check, title: &'static str) -> Self {
        Reason {
            check,
            action: (issue.alert_only && issue.code != "undeclared").then_some(Action::Alert),
            status: match (issue.location, issue.code) {
                ("body", "body_too_large") => 413,
                ("body", "media_type" | "content_encoding" | "charset") => 415,
                ("response-body" | "response-header" | "response-status", _) => 502,
                _ => 400,
            },
            title,
            location: issue.location,
            name: issue.name,
            pointer: issue.pointer,
            code: issue.code,
            message: issue.message,
        }
    }
}

/// By what reasons are weighed.
#[derive(Clone, Copy)]
pub(crate) struct Court<'a> {
    pub(crate) api: &'a ApiPolicy,
    pub(crate) terms: &'a Terms,
    /// `METHOD /template`, or method and path where no operation was found.
    pub(crate) operation: &'a str,
    /// What recording took out of the message.
    pub(crate) redactions: Option<&'a Redactions<'a>>,
}

impl Court<'_> {
    fn effect(&self, reason: &Reason) -> Option<Effect> {
        reason.action.unwrap_or_else(|| self.terms.action(reason.check)).effect()
    }

    fn exception(&self, reason: &Reason) -> Option<&Exception> {
        self.api.exceptions.iter().find(|exception| {
            same_operation(&exception.operation, self.operation)
                && exception.code == reason.code
                && (exception.location.is_empty() || exception.location == reason.location)
                && exception.name == reason.name
                && same_place(&exception.pointer, &reason.pointer)
        })
    }
}

/// What is gathered while a message is judged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verdict {
    pub(crate) allow: Vec<String>,
    pub(crate) challenges: Vec<String>,
    pub(crate) retry_after: Option<u32>,
    pub(crate) rates: Vec<RateState>,
    pub(crate) degraded: Option<&'static str>,
    /// What is told: reasons with their effect, in the order of evaluation.
    told: Vec<(Reason, Effect)>,
    /// The first that refuses: later ones are seen only where nothing is refused.
    main: Option<usize>,
    steps: Vec<Step>,
    not_assessed: Vec<Cow<'static, str>>,
}

impl Verdict {
    /// Where nothing can go wrong twelve steps are usual.
    pub(crate) fn begin(&mut self) {
        self.steps.reserve(16);
    }

    fn step(&mut self, check: Check, outcome: Outcome, effect: Option<Effect>, detail: impl Into<Cow<'static, str>>) {
        let step = Cow::Borrowed(check.as_str());
        self.steps.push(Step { step, outcome, effect, detail: detail.into() });
    }

    pub(crate) fn pass(&mut self, check: Check) {
        self.step(check, Outcome::Passed, None, "");
    }

    pub(crate) fn skip(&mut self, check: Check, why: &'static str) {
        self.step(check, Outcome::Skipped, None, why);
    }

    pub(crate) fn not_assessed(&mut self, check: Check, what: &'static str) {
        self.step(check, Outcome::NotAssessed, None, what);
        self.not_assessed.push(Cow::Borrowed(what));
    }

    /// A failure that does not refuse.
    pub(crate) fn degrade(&mut self, check: Check, why: &'static str) {
        self.not_assessed(check, why);
        self.degraded.get_or_insert(why);
    }

    /// Ends a check: what was found against the message is weighed. Gives the strongest effect.
    pub(crate) fn conclude(&mut self, court: &Court<'_>, check: Check, reasons: Vec<Reason>) -> Effect {
        let mut strongest: Option<(Effect, &'static str)> = None;
        let mut redacted = false;
        for reason in reasons {
            let Some(effect) = court.effect(&reason) else { continue };
            if court.redactions.is_some_and(|gone| gone.hide(reason.location, &reason.name, reason.code)) {
                redacted = true;
                continue;
            }
            if let Some(exception) = court.exception(&reason) {
                let detail = format!("{} is allowed by {}", reason.code, exception.id);
                let step = Cow::Borrowed("exception");
                self.steps.push(Step { step, outcome: Outcome::Passed, effect: None, detail: detail.into() });
                continue;
            }
            if strongest.is_none_or(|(other, _)| effect > other) {
                strongest = Some((effect, reason.code));
            }
            if effect >= Effect::Alert {
                if effect >= Effect::Prevent && self.main.is_none() {
                    self.main = Some(self.told.len());
                }
                // The main reason is told whatever came before it.
                if self.told.len() < ERRORS || self.main == Some(self.told.len()) {
                    self.told.push((reason, effect));
                }
            }
        }
        if redacted {
            self.not_assessed(check, "a redacted value");
        }
        match strongest {
            Some((effect, code)) => self.step(check, Outcome::Failed, Some(effect), code),
            None if redacted => {}
            None => self.pass(check),
        }
        strongest.map_or(Effect::Allow, |(effect, _)| effect)
    }

    fn main(&self) -> Option<&(Reason, Effect)> {
        self.main.and_then(|at| self.told.get(at)).or(self.told.first())
    }

    /// What happens where nothing caps it.
    pub(crate) fn uncapped(&self) -> Effect {
        self.main().map_or(Effect::Allow, |(_, effect)| *effect)
    }

    /// Code of the main reason.
    pub(crate) fn code(&self) -> &'static str {
        self.main().map_or("", |(reason, _)| reason.code)
    }

    pub(crate) fn has(&self, code: &str) -> bool {
        self.told.iter().any(|(reason, _)| reason.code == code)
    }

    /// The decision as it stands. `capped`: nothing is refused, whatever is wrong.
    pub(crate) fn decide(
        mut self,
        operation: Option<&str>,
        capped: bool,
        principal: Option<&str>,
        ban: Option<BanOrder>,
    ) -> Decision {
        let uncapped = self.uncapped();
        let effect = if capped { uncapped.min(Effect::Alert) } else { uncapped };
        let mut decision = Decision::allowed();
        if let Some((main, _)) = self.main() {
            let check = main.check;
            decision.check = Some(check);
            decision.status = main.status;
            main.code.clone_into(&mut decision.code);
            main.title.clone_into(&mut decision.title);
            // Only a request refused by its method says which there are, and so with the others.
            match decision.status {
                _ if check == Check::Banned => decision.retry_after = self.retry_after,
                405 => decision.allow = std::mem::take(&mut self.allow),
                400 | 401 | 403 if main.check == Check::Identity => {
                    decision.challenges = std::mem::take(&mut self.challenges);
                }
                429 => {
                    decision.retry_after = self.retry_after;
                    decision.rates = std::mem::take(&mut self.rates);
                }
                _ => {}
            }
            // The order of a list of errors is that of evaluation, but what decides is among the first.
            if let Some(at) = self.main.filter(|at| *at >= ERRORS) {
                self.told.swap(ERRORS - 1, at);
            }
        }
        Decision {
            effect,
            uncapped,
            operation: operation.map(str::to_owned),
            principal: principal.map(str::to_owned),
            ban: ban.filter(|_| effect == Effect::Ban),
            errors: self
                .told
                .into_iter()
                .take(ERRORS)
                .map(|(reason, _)| FieldError {
                    location: reason.location.to_owned(),
                    name: reason.name,
                    pointer: reason.pointer,
                    code: reason.code.to_owned(),
                    message: reason.message,
                })
                .collect(),
            steps: self.steps,
            not_assessed: self.not_assessed.into_iter().map(Cow::into_owned).collect(),
            degraded: self.degraded.map(str::to_owned),
            ..decision
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
