//! What a driver and the engine say to each other while a request is judged.

use crate::OnError;
use crate::identity::{Introspection, KeySet, KeySource, Secret, TokenStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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
    /// What happens to what cannot be judged where neither the API nor the operation says: the listener's word.
    pub on_error: Option<OnError>,
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
    /// The keys of an issuer.
    Keys {
        /// Where they come from.
        source: Arc<KeySource>,
        /// The key that is wanted, by its id: keys that lack it may be out of date.
        key: Option<Arc<str>>,
    },
    /// What an introspection endpoint (RFC 7662) says of a token.
    Introspection {
        /// The endpoint.
        endpoint: Arc<Introspection>,
        /// The token: it goes to the endpoint and nowhere else.
        token: Secret,
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
    /// To [`Lookup::Keys`].
    Keys(Arc<KeySet>),
    /// To [`Lookup::Introspection`].
    Introspection(Arc<TokenStatus>),
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
