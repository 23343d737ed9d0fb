//! One request and its answer on their way through a policy.
//!
//! The engine does no IO: where it needs what stands outside (counters, keys, a token's status) it says so, and the
//! driver tells it the answer. The order of evaluation is that of [`Check`]. It ends with the first thing that refuses;
//! what only alerts does not end it.

mod answer;
mod caller;
mod contract;

use crate::policy::{BodyNeed, Place};
use crate::rates;
use crate::redactions::Redactions;
use crate::terms::Terms;
use crate::verdict::{Court, Reason, Verdict};
use crate::{
    Action, Answer, BanOrder, Check, CounterKey, Decision, Effect, Facts, Fault, Lookup, Mode, OnError, Policy,
    Progress,
};
use palisade_contract::validate::Issue;
use palisade_exchange::{Body, Exchange, HeadersView, RequestView, ResponseView};

const DISABLED: &str = "the check is disabled";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Stage {
    #[default]
    Begin,
    Limits,
    Network,
    Banned,
    Headers,
    Identity,
    /// Bans of those whom the identity step named.
    Named,
    Rate,
    Contract,
    Body,
    Done,
}

/// What an inquiry has found so far, apart from the policy: to be kept while the request is under way.
#[derive(Debug, Clone, Default)]
pub struct InquiryState {
    facts: Facts,
    verdict: Verdict,
    place: Place,
    /// Method and path, where there is no operation and their name may matter.
    target: String,
    stage: Stage,
    /// Nothing is refused, whatever is wrong.
    capped: bool,
    answers: Vec<(Lookup, Answer)>,
    principal: Option<String>,
    ban: Option<BanOrder>,
    /// Rules that count answers, by their place, with the caller's key.
    pending: Vec<(usize, CounterKey)>,
    /// How often the client called the operation within two minutes, where the profile asked.
    came: Option<u64>,
    body_limit: u64,
    /// Its limits need the whole body, whatever the contract says of it.
    whole_body: bool,
    /// The head of the answer was judged.
    answered: bool,
    /// The answer is held until its body is judged.
    held: bool,
}

/// One request and its answer, while they are judged.
#[derive(Debug)]
pub struct Inquiry<'p> {
    policy: &'p Policy,
    state: InquiryState,
}

/// A message as one step sees it.
#[derive(Clone, Copy)]
struct Sight<'a> {
    request: &'a RequestView<'a>,
    redactions: Option<&'a Redactions<'a>>,
}

impl Policy {
    /// Begins to judge a request.
    pub fn inquire(&self, facts: Facts) -> Inquiry<'_> {
        Inquiry { policy: self, state: InquiryState { facts, ..InquiryState::default() } }
    }

    /// Goes on with an inquiry of this policy.
    pub fn resume(&self, state: InquiryState) -> Inquiry<'_> {
        Inquiry { policy: self, state }
    }
}

impl<'p> Inquiry<'p> {
    /// Judges the request's head, from where the inquiry stands.
    pub fn head(&mut self, request: &RequestView<'_>) -> Progress {
        self.run(Sight { request, redactions: None })
    }

    fn run(&mut self, sight: Sight<'_>) -> Progress {
        let mut routed = None;
        if self.state.stage == Stage::Begin {
            let (place, params, allow) = self.policy.locate(sight.request);
            self.begin(place, &allow, sight.request);
            routed = Some(params);
        }
        loop {
            if self.refuses() {
                return Progress::Refuse;
            }
            self.state.stage = match self.state.stage {
                Stage::Begin => {
                    self.framing(sight);
                    Stage::Limits
                }
                Stage::Limits => {
                    self.limits(sight);
                    Stage::Network
                }
                Stage::Network => {
                    self.network(sight);
                    Stage::Banned
                }
                Stage::Banned => match self.banned(sight, Stage::Banned) {
                    Some(lookup) => return Progress::Need(lookup),
                    None => Stage::Headers,
                },
                Stage::Headers => {
                    self.headers(sight);
                    Stage::Identity
                }
                Stage::Identity => match self.identity(sight) {
                    Some(lookup) => return Progress::Need(lookup),
                    None => Stage::Named,
                },
                Stage::Named => match self.banned(sight, Stage::Named) {
                    Some(lookup) => return Progress::Need(lookup),
                    None => Stage::Rate,
                },
                Stage::Rate => match self.rate(sight) {
                    Some(lookup) => return Progress::Need(lookup),
                    None => Stage::Contract,
                },
                Stage::Contract => {
                    let need = self.contract(sight, routed.take());
                    match self.limited(sight, need) {
                        BodyNeed::Bytes(limit) if !self.refuses() => {
                            self.state.body_limit = limit;
                            Stage::Body
                        }
                        _ if self.refuses() => Stage::Contract,
                        need => {
                            self.unseen_body(sight, need);
                            Stage::Done
                        }
                    }
                }
                Stage::Body => return Progress::Body { limit: self.state.body_limit },
                Stage::Done => return Progress::Pass,
            };
        }
    }

    /// Tells what a lookup found.
    pub fn answer(&mut self, lookup: &Lookup, answer: Answer) {
        self.state.answers.push((lookup.clone(), answer));
    }

    /// Judges the body after [`Progress::Body`]. `body` is as sent (content coding still on); `truncated` says that it
    /// went on after `body`.
    pub fn body(&mut self, request: &RequestView<'_>, body: &[u8], truncated: bool) -> Progress {
        let sight = Sight { request, redactions: None };
        if self.state.stage == Stage::Body {
            self.sent_body(sight, body, truncated);
        }
        self.run(sight)
    }

    /// The body after [`Progress::Body`] is not to be had, and that is no failure: it is not assessed, and says so.
    pub fn unseen(&mut self, request: &RequestView<'_>) -> Progress {
        let sight = Sight { request, redactions: None };
        if self.state.stage == Stage::Body {
            self.recorded_body(sight, &Body::Unknown { length: None });
        }
        self.run(sight)
    }

    /// Something could not be judged: what the policy says of that.
    pub fn failed(&mut self, fault: Fault) -> Progress {
        let why = match fault {
            Fault::Panic => "the engine failed",
            Fault::Budget => "it took more work than it may",
            Fault::Lookup(why) => why,
        };
        let check = match self.state.stage {
            Stage::Begin => Check::Framing,
            Stage::Limits => Check::Limits,
            Stage::Network => Check::Network,
            Stage::Banned => Check::Banned,
            Stage::Headers => Check::Headers,
            Stage::Identity => Check::Identity,
            Stage::Named => Check::Banned,
            Stage::Rate => Check::Rate,
            Stage::Contract => Check::Parameters,
            Stage::Body => Check::Body,
            Stage::Done => Check::Response,
        };
        if self.state.stage == Stage::Begin {
            // It may have failed before it came to that; the operation is not known then, and the API's word counts.
            self.cap();
        }
        let nothing =
            RequestView { method: "", host: "", path: "", query: None, headers: HeadersView(&[]), client: None };
        self.fault(check, why, Sight { request: &nothing, redactions: None });
        self.state.stage = Stage::Done;
        if self.refuses() { Progress::Refuse } else { Progress::Pass }
    }

    /// What is counted once the answer is known: give each to the counters.
    pub fn counts(&self, status: u16) -> Vec<CounterKey> {
        let Some(terms) = self.terms() else { return Vec::new() };
        let counted =
            |(at, _): &&(usize, CounterKey)| terms.rates.get(*at).is_some_and(|rate| rates::counts(rate, status));
        self.state.pending.iter().filter(counted).map(|(_, key)| *key).collect()
    }

    /// Judges a whole recorded exchange as far as it was captured; ends with [`Progress::Pass`] or
    /// [`Progress::Refuse`], never with [`Progress::Body`]. Recorded bodies have no content coding any more.
    pub fn exchange(&mut self, exchange: &Exchange) -> Progress {
        let fields = borrow(&exchange.request.headers);
        let request = RequestView {
            method: &exchange.method,
            host: &exchange.host,
            path: &exchange.path,
            query: exchange.query.as_deref(),
            headers: HeadersView(&fields),
            client: exchange.client.address,
        };
        let redactions = Redactions::of(exchange);
        let sight = Sight { request: &request, redactions: Some(&redactions) };
        let mut progress = self.run(sight);
        if let Progress::Body { .. } = progress {
            self.recorded_body(sight, &exchange.request.body);
            progress = self.run(sight);
        }
        if progress == Progress::Pass
            && let Some(response) = &exchange.response
        {
            let fields = plain(&response.message.headers);
            let view = ResponseView { status: response.status, headers: HeadersView(&fields) };
            let body = match &response.message.body {
                Body::Empty => Some(&[][..]),
                body => body.complete().map(|bytes| &bytes[..]),
            };
            self.answer_body(sight, &view, body);
        }
        progress
    }

    /// Who is to be banned, and the code of the reason; only where the request is refused for it.
    pub fn ban(&self) -> Option<(&BanOrder, &'static str)> {
        let verdict = &self.state.verdict;
        let banned = !self.state.capped && verdict.uncapped() == Effect::Ban;
        self.state.ban.as_ref().filter(|_| banned).map(|order| (order, verdict.code()))
    }

    /// True when the answer counts for some rule.
    pub fn counts_answers(&self) -> bool {
        !self.state.pending.is_empty()
    }

    /// The policy it is judged by.
    pub fn policy(&self) -> &'p Policy {
        self.policy
    }

    /// The facts it was begun with.
    pub fn facts(&self) -> &Facts {
        &self.state.facts
    }

    /// The decision, as far as it has come.
    pub fn decision(&self) -> Decision {
        let state = &self.state;
        let label = self.policy.operation(state.place).map(|operation| operation.label.as_str());
        state.verdict.clone().decide(label, state.capped, state.principal.as_deref(), state.ban.clone())
    }

    /// What was found so far, to be gone on with by [`Policy::resume`].
    pub fn into_state(self) -> InquiryState {
        self.state
    }

    fn refuses(&self) -> bool {
        !self.state.capped && self.state.verdict.uncapped() >= Effect::Prevent
    }

    fn terms(&self) -> Option<&'p Terms> {
        self.policy.terms(self.state.place, &self.state.target)
    }

    fn action(&self, check: Check) -> Option<Action> {
        self.terms().map(|terms| terms.action(check))
    }

    fn makes(&self, check: Check) -> bool {
        self.terms().is_some_and(|terms| terms.makes(check))
    }

    fn begin(&mut self, place: Place, allow: &[&str], request: &RequestView<'_>) {
        let state = &mut self.state;
        state.verdict.begin();
        state.place = place;
        if !matches!(place, Place::At(_)) && self.policy.names_targets() {
            state.target = format!("{} {}", request.method, request.path);
        }
        if place == Place::NoMethod {
            state.verdict.allow = allow.iter().map(|method| (*method).to_owned()).collect();
            if allow.contains(&"GET") && !allow.contains(&"HEAD") {
                state.verdict.allow.push("HEAD".to_owned());
                state.verdict.allow.sort_unstable();
            }
        }
        self.cap();
    }

    /// Says whether anything may be refused.
    fn cap(&mut self) {
        let rollout = self.policy.api().protection.rollout;
        let drawn = rollout.is_none_or(|percent| self.state.facts.draw < percent);
        self.state.capped = !drawn || self.terms().is_none_or(|terms| terms.mode == Mode::Observe);
    }

    /// Ends a check with what was found.
    fn conclude(&mut self, sight: Sight<'_>, check: Check, reasons: Vec<Reason>) {
        let Some(terms) = self.terms() else { return };
        let operation = match self.policy.operation(self.state.place) {
            Some(operation) => operation.label.as_str(),
            None => self.state.target.as_str(),
        };
        let court = Court { api: self.policy.api(), terms, operation, redactions: sight.redactions };
        let effect = self.state.verdict.conclude(&court, check, reasons);
        // Who is refused for a ban did nothing new.
        if effect == Effect::Ban
            && check != Check::Banned
            && self.state.ban.is_none()
            && let Some(who) = self.ban_of(sight.request)
        {
            let length = i64::from(self.policy.api().protection.ban.seconds) * 1_000_000;
            self.state.ban = Some(BanOrder {
                key: self.ban_key(who),
                who: who.shown(self.state.principal.as_deref()),
                until: self.state.facts.now.saturating_add(length),
            });
        }
    }

    /// Ends a check of the contract. What could not be judged for the work it takes is a failure, not a breach.
    fn conclude_issues(&mut self, sight: Sight<'_>, check: Check, title: &'static str, mut issues: Vec<Issue>) {
        let before = issues.len();
        issues.retain(|issue| !matches!(issue.code, "work_limit" | "depth_limit" | "pattern_limit"));
        if issues.len() < before {
            self.fault(check, "it took more work than it may", sight);
        }
        if issues.len() == before || !issues.is_empty() {
            let reasons = issues.into_iter().map(|issue| Reason::of_issue(issue, check, title)).collect();
            self.conclude(sight, check, reasons);
        }
    }

    /// A part could not be judged: passes and says so, or is refused with 503.
    fn fault(&mut self, check: Check, why: &'static str, sight: Sight<'_>) {
        let terms = self.terms();
        let closed = match terms.and_then(|terms| terms.on_error).or(self.state.facts.on_error) {
            Some(said) => said == OnError::Closed,
            None => terms.is_some_and(|terms| terms.mode == Mode::Block),
        };
        if closed {
            self.state.verdict.degraded.get_or_insert(why);
            let title = "The request could not be judged";
            let reason = Reason::new(check, 503, "not_judged", title).at("");
            let reason = Reason { action: Some(Action::Prevent), message: why.to_owned(), ..reason };
            self.conclude(sight, check, vec![reason]);
        } else {
            self.state.verdict.degrade(check, why);
        }
    }
}

fn borrow(headers: &[(String, String)]) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

fn plain(headers: &[(String, String)]) -> Vec<(&str, &[u8])> {
    let mut fields = borrow(headers);
    fields.retain(|(name, _)| !name.eq_ignore_ascii_case("content-encoding"));
    fields
}
