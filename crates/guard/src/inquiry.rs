//! One request and its answer on their way through a policy.
//!
//! The engine does no IO: where it needs what stands outside (counters, keys, a token's status) it says so, and the
//! driver tells it the answer. The order of evaluation is that of [`Check`](crate::Check).

use crate::policy::Place;
use crate::verdict::Verdict;
use crate::{Decision, Effect, Policy};
use palisade_exchange::{RequestView, ResponseView};
use std::sync::Arc;

/// What a driver knows of a request beside its message.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// UTC now, microseconds since the epoch.
    pub now: i64,
    /// A number below 100 drawn for this request: a rollout of N percent refuses where it is below N.
    pub draw: u8,
    /// What the client's verified certificate says: its subject.
    pub certificate: Option<Arc<str>>,
}

/// What the engine must know before it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// Count one request under each key, and say how often each came.
    Rates(Vec<CounterKey>),
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CounterKey(pub [u8; 16]);

/// The rates of one key, in requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rates {
    /// Requests within the last 5 s.
    pub burst: u64,
    /// Requests within the last 120 s.
    pub average: u64,
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
    /// There is no answer; why, in a few words.
    Failed(&'static str),
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

/// One request and its answer, while they are judged.
#[derive(Debug)]
pub struct Inquiry<'p> {
    policy: &'p Policy,
    facts: Facts,
    verdict: Verdict,
    place: Option<Place<'p>>,
}

impl Policy {
    /// Begins to judge a request.
    pub fn inquire(&self, facts: Facts) -> Inquiry<'_> {
        Inquiry { policy: self, facts, verdict: Verdict::default(), place: None }
    }
}

impl<'p> Inquiry<'p> {
    /// Judges the request's head, from where the inquiry stands.
    pub fn head(&mut self, request: &RequestView<'_>) -> Progress {
        if self.place.is_none() {
            self.place = Some(self.policy.head(request, &mut self.verdict));
        }
        if let Some(Place::At(operation)) = self.place
            && !self.verdict.refuses(self.policy.api())
            && let Some(limit) = self.policy.body_need(operation, request, &mut self.verdict)
        {
            return Progress::Body { limit };
        }
        self.progress()
    }

    /// Tells what a lookup found.
    pub fn answer(&mut self, lookup: &Lookup, answer: Answer) {
        if let Answer::Failed(why) = answer {
            let what = match lookup {
                Lookup::Rates(_) => "rate",
                Lookup::Ban(_) => "banned",
                Lookup::Keys(_) | Lookup::Introspection { .. } => "identity",
            };
            self.verdict.not_assessed(what, why);
        }
    }

    /// Judges the body after [`Progress::Body`]. `body` is as sent (content coding still on); `truncated` says that it
    /// went on after `body`.
    pub fn body(&mut self, request: &RequestView<'_>, body: &[u8], truncated: bool) -> Progress {
        if let Some(Place::At(operation)) = self.place {
            self.policy.judge_body(operation, request, body, truncated, &mut self.verdict);
        }
        self.progress()
    }

    /// Something could not be judged: what the policy says of that.
    pub fn failed(&mut self, fault: Fault) -> Progress {
        let why = match fault {
            Fault::Panic => "the engine failed",
            Fault::Budget => "it took more work than it may",
            Fault::Lookup(why) => why,
        };
        self.verdict.not_assessed("engine", why);
        self.progress()
    }

    /// What an answer's head leads to.
    pub fn response(&mut self, _request: &RequestView<'_>, _response: &ResponseView<'_>) -> ResponseNeed {
        ResponseNeed::default()
    }

    /// Judges an answer. `body` is as sent, `None` when it was not captured.
    pub fn response_body(
        &mut self,
        _request: &RequestView<'_>,
        _response: &ResponseView<'_>,
        _body: Option<&[u8]>,
    ) -> ResponseVerdict {
        ResponseVerdict::Pass
    }

    /// What is counted once the answer is known: give each to the counters.
    pub fn counts(&self, _status: u16) -> Vec<CounterKey> {
        Vec::new()
    }

    /// The facts it was begun with.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The decision, as far as it has come.
    pub fn decision(&self) -> Decision {
        self.verdict.clone().decide(self.policy.api())
    }

    fn progress(&self) -> Progress {
        if self.decision().effect >= Effect::Prevent { Progress::Refuse } else { Progress::Pass }
    }
}
