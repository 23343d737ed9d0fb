//! One request and its answer on their way through a policy.
//!
//! The engine does no IO: where it needs what stands outside (counters, keys, a token's status) it says so, and the
//! driver tells it the answer. The order of evaluation is that of [`Check`]. It ends with the first thing that refuses;
//! what only alerts does not end it.

use crate::policy::{BodyNeed, Params, Place, content_type, has_body};
use crate::redactions::Redactions;
use crate::terms::Terms;
use crate::verdict::{Court, Reason, Verdict};
use crate::{Action, BanOrder, Check, Decision, Effect, Mode, OnError, Policy, identity, limits};
use palisade_contract::validate::{BodyRule, Issue};
use palisade_exchange::{Body, Exchange, HeadersView, RequestView, ResponseView};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Most bytes of an answer that is held back to be judged, before content decoding.
const RESPONSE_LIMIT: u64 = palisade_contract::validate::BODY_LIMIT;

/// Something about the delimiting of a message that servers read differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FramingDoubt {
    /// `path` or `header`.
    pub location: &'static str,
    /// The header field's name; empty where it is none.
    pub name: &'static str,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong.
    pub message: &'static str,
}

/// What a driver knows of a request beside its message.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// UTC now, microseconds since the epoch.
    pub now: i64,
    /// A number below 100 drawn for this request: a rollout of N percent refuses where it is below N.
    pub draw: u8,
    /// What the client's verified certificate says: its subject.
    pub certificate: Option<Arc<str>>,
    /// What is doubtful about how the request is delimited.
    pub framing: Vec<FramingDoubt>,
    /// The key under which callers are hashed before they are counted: secret, and the same for all that share counters.
    pub salt: [u8; 16],
}

/// What the engine must know before it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// Count one request under each key where that is asked for, and say how often each came.
    Rates(Vec<RateAsk>),
    /// Whether someone is banned.
    Ban(CounterKey),
    /// The keys of an issuer, by the URL of its JSON Web Key Set.
    Keys(Arc<str>),
    /// What an introspection endpoint (RFC 7662) says of a token.
    Introspection {
        /// The endpoint.
        endpoint: Arc<str>,
        /// The token. A secret: it goes to the endpoint and nowhere else.
        token: Arc<str>,
    },
}

/// Under what something is counted: a hash, so that no store holds who called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CounterKey(pub [u8; 16]);

/// What is asked of one counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateAsk {
    /// Whose.
    pub key: CounterKey,
    /// This request counts; otherwise its rates are only read.
    pub count: bool,
    /// Most requests within 5 s, for [`Rates::wait`].
    pub burst: Option<u64>,
    /// Most requests within 120 s, for [`Rates::wait`].
    pub average: Option<u64>,
}

/// The rates of one key, in requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rates {
    /// Requests within the last 5 s.
    pub burst: u64,
    /// Requests within the last 120 s.
    pub average: u64,
    /// Seconds until both are below what was asked with, when nothing more comes; 0 when they are.
    pub wait: u32,
}

/// What a driver found.
#[derive(Debug, Clone)]
pub enum Answer {
    /// To [`Lookup::Rates`], key by key.
    Rates(Vec<Rates>),
    /// To [`Lookup::Ban`]: until when, UTC microseconds; `None`: not banned.
    Ban(Option<i64>),
    /// To [`Lookup::Keys`]: the document as it came.
    Keys(Arc<[u8]>),
    /// To [`Lookup::Introspection`]: the document as it came.
    Introspection(Arc<[u8]>),
    /// There should have been an answer and is none; why, in a few words. The policy says what that leads to.
    Failed(&'static str),
    /// There is nobody to ask, and that is no failure: what hangs on it is not assessed.
    Unasked,
}

/// Where an inquiry stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It needs an answer: find it, tell it by [`Inquiry::answer`], ask again.
    Need(Lookup),
    /// The body must be seen before anything is sent on: at most `limit` bytes as they came (content coding still on).
    Body {
        /// Most bytes to hold, before content decoding.
        limit: u64,
    },
    /// The request may go on.
    Pass,
    /// It is refused: [`Inquiry::decision`] says how.
    Refuse,
}

/// A change of an answer's header fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// The field at this index goes.
    Remove(usize),
    /// The field at this index gets another value.
    Replace(usize, String),
    /// A field is added at the end.
    Add(String, String),
}

/// What must happen to an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResponseNeed {
    /// Changes of its fields, by their index.
    pub edits: Vec<Edit>,
    /// The body must be seen before anything is sent to the client: most bytes to hold. `None`: it streams, and is
    /// judged by its copy.
    pub body: Option<u64>,
    /// It is refused by its head alone: 502.
    pub refuse: bool,
}

/// What becomes of an answer whose body was held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponseVerdict {
    /// It goes on as it came.
    Pass,
    /// It is refused: 502.
    Refuse,
    /// It goes on with this body, without content coding.
    Replace(Vec<u8>),
}

/// Why something could not be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The engine failed.
    Panic,
    /// Judging took more work than it may.
    Budget,
    /// A lookup has no answer.
    Lookup(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Stage {
    #[default]
    Begin,
    Limits,
    Network,
    Banned,
    Headers,
    Identity,
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
    body_limit: u64,
    /// The head of the answer was judged.
    answered: bool,
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
                    self.state.verdict.skip(Check::Network, "no list is named");
                    Stage::Banned
                }
                Stage::Banned => {
                    self.state.verdict.skip(Check::Banned, "nobody is ever banned");
                    Stage::Headers
                }
                Stage::Headers => {
                    self.state.verdict.skip(Check::Headers, "there are no rules");
                    Stage::Identity
                }
                Stage::Identity => match self.identity(sight) {
                    Some(lookup) => return Progress::Need(lookup),
                    None => Stage::Rate,
                },
                Stage::Rate => {
                    self.state.verdict.skip(Check::Rate, "there are no rules");
                    Stage::Contract
                }
                Stage::Contract => {
                    let need = self.contract(sight, routed.take());
                    match need {
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
            Stage::Rate => Check::Rate,
            Stage::Contract => Check::Parameters,
            Stage::Body => Check::Body,
            Stage::Done => Check::Response,
        };
        if self.state.stage == Stage::Begin {
            // It may have failed before it came to that; the operation is not known then, and the API's word counts.
            self.cap();
        }
        self.fault(check, why, None);
        self.state.stage = Stage::Done;
        if self.refuses() { Progress::Refuse } else { Progress::Pass }
    }

    /// What an answer's head leads to.
    pub fn response(&mut self, request: &RequestView<'_>, response: &ResponseView<'_>) -> ResponseNeed {
        let mut need = ResponseNeed::default();
        if self.state.capped || self.action(Check::Response) < Some(Action::Prevent) {
            return need;
        }
        if let Some(operation) = self.policy.operation(self.state.place) {
            let issues = self.policy.response(operation, request, response, None);
            self.state.answered = true;
            self.conclude_issues(None, Check::Response, RESPONSE, issues);
            need.refuse = self.refuses();
            need.body = (!need.refuse && request.method != "HEAD").then_some(RESPONSE_LIMIT);
        }
        need
    }

    /// Judges an answer. `body` is as sent, `None` when it was not captured.
    pub fn response_body(
        &mut self,
        request: &RequestView<'_>,
        response: &ResponseView<'_>,
        body: Option<&[u8]>,
    ) -> ResponseVerdict {
        self.answer_body(Sight { request, redactions: None }, response, body);
        if self.refuses() { ResponseVerdict::Refuse } else { ResponseVerdict::Pass }
    }

    /// What is counted once the answer is known: give each to the counters.
    pub fn counts(&self, _status: u16) -> Vec<CounterKey> {
        Vec::new()
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
    fn conclude(&mut self, redactions: Option<&Redactions<'_>>, check: Check, reasons: Vec<Reason>) -> Effect {
        let Some(terms) = self.terms() else { return Effect::Allow };
        let operation = match self.policy.operation(self.state.place) {
            Some(operation) => operation.label.as_str(),
            None => self.state.target.as_str(),
        };
        let court = Court { api: self.policy.api(), terms, operation, redactions };
        self.state.verdict.conclude(&court, check, reasons)
    }

    /// Ends a check of the contract. What could not be judged for the work it takes is a failure, not a breach.
    fn conclude_issues(
        &mut self,
        redactions: Option<&Redactions<'_>>,
        check: Check,
        title: &'static str,
        mut issues: Vec<Issue>,
    ) {
        let before = issues.len();
        issues.retain(|issue| !matches!(issue.code, "work_limit" | "depth_limit" | "pattern_limit"));
        if issues.len() < before {
            self.fault(check, "it took more work than it may", redactions);
        }
        if issues.len() == before || !issues.is_empty() {
            let reasons = issues.into_iter().map(|issue| Reason::of_issue(issue, check, title)).collect();
            self.conclude(redactions, check, reasons);
        }
    }

    /// A part could not be judged: passes and says so, or is refused with 503.
    fn fault(&mut self, check: Check, why: &'static str, redactions: Option<&Redactions<'_>>) {
        let terms = self.terms();
        let closed = match terms.and_then(|terms| terms.on_error) {
            Some(said) => said == OnError::Closed,
            None => terms.is_some_and(|terms| terms.mode == Mode::Block),
        };
        if closed {
            self.state.verdict.degraded.get_or_insert(why);
            let title = "The request could not be judged";
            let reason = Reason::new(check, 503, "not_judged", title).at("");
            let reason = Reason { action: Some(Action::Prevent), message: why.to_owned(), ..reason };
            self.conclude(redactions, check, vec![reason]);
        } else {
            self.state.verdict.degrade(check, why);
        }
    }

    fn framing(&mut self, sight: Sight<'_>) {
        if !self.makes(Check::Framing) {
            return self.state.verdict.skip(Check::Framing, DISABLED);
        }
        let reason = |doubt: &FramingDoubt| Reason {
            name: doubt.name.to_owned(),
            message: doubt.message.to_owned(),
            ..Reason::new(Check::Framing, 400, doubt.code, "Ambiguous request").at(doubt.location)
        };
        let reasons = self.state.facts.framing.iter().map(reason).collect();
        self.conclude(sight.redactions, Check::Framing, reasons);
    }

    fn limits(&mut self, sight: Sight<'_>) {
        if !self.makes(Check::Limits) {
            return self.state.verdict.skip(Check::Limits, DISABLED);
        }
        let reasons = limits::head(&self.policy.api().protection.limits, sight.request);
        self.conclude(sight.redactions, Check::Limits, reasons);
    }

    /// Asks who calls; gives what must be known for that.
    fn identity(&mut self, sight: Sight<'_>) -> Option<Lookup> {
        if !self.makes(Check::Identity) {
            self.state.verdict.skip(Check::Identity, DISABLED);
            return None;
        }
        let failure = self.state.answers.iter().find_map(|(_, answer)| match answer {
            Answer::Failed(why) => Some(*why),
            _ => None,
        });
        if let Some(why) = failure {
            self.state.answers.clear();
            self.fault(Check::Identity, why, sight.redactions);
            return None;
        }
        let question = identity::Question {
            request: sight.request,
            operation: self.policy.operation(self.state.place),
            facts: &self.state.facts,
            answers: &self.state.answers,
        };
        match self.policy.identity.judge(&question) {
            identity::Step::Need(lookup) => return Some(lookup),
            identity::Step::Skip(why) => self.state.verdict.skip(Check::Identity, why),
            identity::Step::Done(caller) => {
                self.state.principal = caller.principal;
                self.state.verdict.challenges = caller.challenges;
                for what in &caller.not_assessed {
                    self.state.verdict.not_assessed(Check::Identity, what);
                }
                if caller.not_assessed.is_empty() || !caller.reasons.is_empty() {
                    self.conclude(sight.redactions, Check::Identity, caller.reasons);
                }
            }
        }
        self.state.answers.clear();
        None
    }

    /// Holds a request's head against the contract; what must be known of its body.
    fn contract(&mut self, sight: Sight<'_>, params: Option<Params<'_, '_>>) -> BodyNeed {
        let policy = self.policy;
        let request = sight.request;
        let misrouted = match self.state.place {
            Place::Open => {
                self.state.verdict.skip(Check::Path, "no contract is in force");
                return BodyNeed::None;
            }
            Place::Preflight => {
                self.state.verdict.skip(Check::Method, "a preflight of a documented path");
                return BodyNeed::None;
            }
            Place::NoPath => {
                Some(Reason::new(Check::Path, 404, "unknown_path", "The path is not documented").at("path"))
            }
            Place::NoMethod => {
                let title = "The method is not documented for this path";
                Some(Reason::new(Check::Method, 405, "unknown_method", title).at("method"))
            }
            Place::At(_) => None,
        };
        if let Some(reason) = misrouted {
            let check = reason.check;
            if self.makes(check) {
                self.conclude(sight.redactions, check, vec![reason]);
            } else {
                self.state.verdict.skip(check, DISABLED);
            }
        } else {
            self.state.verdict.pass(Check::Path);
            self.state.verdict.pass(Check::Method);
        }
        if self.refuses() {
            return BodyNeed::None;
        }
        if self.makes(Check::Ambiguity) {
            let reasons = policy.doubts(self.state.place, request);
            self.conclude(sight.redactions, Check::Ambiguity, reasons);
        } else {
            self.state.verdict.skip(Check::Ambiguity, DISABLED);
        }
        let Some(operation) = policy.operation(self.state.place) else { return BodyNeed::None };
        if self.refuses() {
            return BodyNeed::None;
        }
        let (parameters, undeclared) = if self.makes(Check::Parameters) || self.makes(Check::UndeclaredQuery) {
            let params = params.unwrap_or_else(|| policy.locate(request).1);
            policy.parameters(operation, &params, request)
        } else {
            (Vec::new(), Vec::new())
        };
        for (check, issues) in [(Check::Parameters, parameters), (Check::UndeclaredQuery, undeclared)] {
            let title = if check == Check::Parameters { BREACH } else { "A parameter is not declared" };
            if !self.makes(check) {
                self.state.verdict.skip(check, DISABLED);
            } else if check == Check::Parameters || !issues.is_empty() {
                self.conclude_issues(sight.redactions, check, title, issues);
            }
            if self.refuses() {
                return BodyNeed::None;
            }
        }
        let sent = has_body(request.headers);
        if sent && !operation.declares_body() && self.makes(Check::UndeclaredBody) {
            let reason = Reason::new(Check::UndeclaredBody, 400, "undeclared", "A body is not declared").at("body");
            self.conclude(sight.redactions, Check::UndeclaredBody, vec![reason]);
        }
        let wrong = operation.body_rule(content_type(request.headers)) == BodyRule::WrongMedia;
        if sent && wrong && self.makes(Check::MediaType) {
            self.conclude(sight.redactions, Check::MediaType, vec![wrong_media()]);
        }
        if self.refuses() { BodyNeed::None } else { policy.body_need(operation, request) }
    }

    /// Ends the request's side where its body is not looked at.
    fn unseen_body(&mut self, sight: Sight<'_>, need: BodyNeed) {
        match need {
            BodyNeed::Empty => self.judge_body(sight, &[]),
            BodyNeed::TooLarge => self.too_large(sight),
            _ => {}
        }
        self.profile(sight, None);
    }

    fn sent_body(&mut self, sight: Sight<'_>, body: &[u8], truncated: bool) {
        self.state.stage = Stage::Done;
        let Some(operation) = self.policy.operation(self.state.place) else { return };
        let open = operation.body_rule(content_type(sight.request.headers)) == BodyRule::Open;
        if truncated && (!open || body.is_empty()) {
            self.too_large(sight);
        } else {
            self.judge_body(sight, body);
        }
        let plain = sight.request.headers.get("content-encoding").is_none();
        self.profile(sight, Some(body).filter(|_| plain && !truncated));
    }

    fn recorded_body(&mut self, sight: Sight<'_>, body: &Body) {
        self.state.stage = Stage::Done;
        let Some(operation) = self.policy.operation(self.state.place) else { return };
        match body {
            Body::Empty => {
                self.judge_body(sight, &[]);
                self.profile(sight, Some(&[]));
            }
            Body::Bytes { bytes, truncated: false } => {
                let fields: Vec<(&str, &[u8])> = sight
                    .request
                    .headers
                    .0
                    .iter()
                    .filter(|(name, _)| !name.eq_ignore_ascii_case("content-encoding"))
                    .copied()
                    .collect();
                let request = RequestView { headers: HeadersView(&fields), ..*sight.request };
                let sight = Sight { request: &request, ..sight };
                self.judge_body(sight, bytes);
                self.profile(sight, Some(bytes));
            }
            Body::Bytes { .. } | Body::Shape(_) | Body::Unknown { .. } => {
                match operation.body_rule(content_type(sight.request.headers)) {
                    BodyRule::Unspecified | BodyRule::Open => {}
                    BodyRule::WrongMedia => self.judge_body(sight, b"?"),
                    BodyRule::Judge => {
                        self.state.verdict.not_assessed(Check::Body, "request body was not captured");
                    }
                }
                self.profile(sight, None);
            }
        }
    }

    fn too_large(&mut self, sight: Sight<'_>) {
        if self.makes(Check::Body) {
            let title = "The request's body is too large";
            let reason = Reason::new(Check::Body, 413, "body_too_large", title).at("body");
            self.conclude(sight.redactions, Check::Body, vec![reason]);
        } else {
            self.state.verdict.skip(Check::Body, DISABLED);
        }
    }

    fn judge_body(&mut self, sight: Sight<'_>, body: &[u8]) {
        let Some(operation) = self.policy.operation(self.state.place) else { return };
        let media = content_type(sight.request.headers);
        let wrong = !body.is_empty() && operation.body_rule(media) == BodyRule::WrongMedia;
        if wrong {
            if self.makes(Check::MediaType) && !self.state.verdict.has("media_type") {
                self.conclude(sight.redactions, Check::MediaType, vec![wrong_media()]);
            }
            return;
        }
        if !self.makes(Check::Body) {
            return self.state.verdict.skip(Check::Body, DISABLED);
        }
        match self.policy.body(operation, sight.request, body) {
            Ok(issues) => {
                self.conclude_issues(sight.redactions, Check::Body, "The request's body breaks the contract", issues);
            }
            Err(why) => self.state.verdict.skip(Check::Body, why),
        }
    }

    fn profile(&mut self, sight: Sight<'_>, body: Option<&[u8]>) {
        let rules = &self.policy.profile;
        if rules.is_empty() || self.refuses() || !self.makes(Check::Profile) {
            return;
        }
        if let Some(operation) = self.policy.operation(self.state.place) {
            let reasons = rules.request(operation, sight.request, body);
            self.conclude(sight.redactions, Check::Profile, reasons);
        }
    }

    fn answer_body(&mut self, sight: Sight<'_>, response: &ResponseView<'_>, body: Option<&[u8]>) {
        let Some(operation) = self.policy.operation(self.state.place) else { return };
        if self.makes(Check::Response) {
            let mut issues = self.policy.response(operation, sight.request, response, body);
            if std::mem::replace(&mut self.state.answered, true) {
                issues.retain(|issue| issue.location == "response-body");
            }
            self.conclude_issues(sight.redactions, Check::Response, RESPONSE, issues);
            if body.is_none() && sight.request.method != "HEAD" {
                self.state.verdict.not_assessed(Check::Response, "response body was not captured");
            }
        } else {
            self.state.verdict.skip(Check::Response, DISABLED);
        }
        if !self.policy.profile.is_empty() && self.makes(Check::Profile) {
            let reasons = self.policy.profile.response(operation, response, body);
            self.conclude(sight.redactions, Check::Profile, reasons);
        }
    }
}

const DISABLED: &str = "the check is disabled";
const BREACH: &str = "The request breaks the contract";
const RESPONSE: &str = "The response breaks the contract";

fn wrong_media() -> Reason {
    Reason::new(Check::MediaType, 415, "media_type", "The media type is not documented").at("body")
}

fn borrow(headers: &[(String, String)]) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

fn plain(headers: &[(String, String)]) -> Vec<(&str, &[u8])> {
    let mut fields = borrow(headers);
    fields.retain(|(name, _)| !name.eq_ignore_ascii_case("content-encoding"));
    fields
}
