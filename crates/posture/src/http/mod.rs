//! What an API's answers to a few polite requests show.
//!
//! [`Plan`] says what to ask next and takes what came back; it ends with [`Facts`]. [`judge`] turns facts into
//! sightings, [`observatory`] grades headers as the MDN HTTP Observatory does, [`versions`] reads lists of server
//! versions that are known to be vulnerable.

mod address;
mod answer;
mod cookie;
mod exposed;
mod html;
mod judge;
mod leak;
pub mod observatory;
mod plan;
mod rules;
mod security_txt;
pub mod versions;

pub use address::{Address, Refused};
pub use answer::{Answer, Cut, Failure, Fields};
pub use cookie::{Cookie, SameSite};
pub use exposed::{Kind, Open};
pub use judge::judge;
pub use leak::Leak;
pub use plan::{Hop, Plan, REDIRECTS, REQUESTS, Request, Stop, Trail, USER_AGENT};
pub use rules::RULES;
pub use security_txt::SecurityTxt;

use crate::posture::Part;
use serde::{Deserialize, Serialize};

/// What was learned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Requests that were made.
    pub requests: usize,
    /// Why the plan ended early, if it did.
    pub stopped: Option<String>,
    /// Whether TLS is answered; why not, otherwise.
    pub https: Reached,
    /// Whether plain HTTP is answered; why not, otherwise.
    pub http: Reached,
    /// The answer that is judged.
    pub page: Page,
    /// The score of the HTTP Observatory.
    pub observatory: observatory::Score,
    /// Cookies of the way to that answer.
    pub cookies: Vec<Cookie>,
    /// What other origins are allowed.
    pub cors: Vec<Sharing>,
    /// Methods that `Allow` names, of the answer to OPTIONS.
    pub allowed: Vec<String>,
    /// The line that shows that TRACE is answered with the request.
    pub trace: Option<String>,
    /// Software by name and version.
    pub software: Vec<versions::Software>,
    /// Software that a list of vulnerable versions knows.
    pub known: Part<Vec<versions::Known>>,
    /// What errors give away.
    pub leaks: Vec<Leak>,
    /// `security.txt`; none where it was not asked for.
    pub security_txt: Option<SecurityTxt>,
    /// What stands open at well-known places.
    pub open: Vec<Open>,
    /// Fields that announce a rate limit.
    pub rate_limit: Vec<String>,
    /// Schemes of `WWW-Authenticate`, and whether the answer came over TLS.
    pub challenges: Vec<Challenge>,
    /// Addresses with a session's id in them, the id taken out.
    pub session_urls: Vec<String>,
    /// Scripts of other sites without a digest, and any over plain HTTP.
    pub scripts: Vec<String>,
    /// The first contract that was found, for the audit.
    #[serde(skip)]
    pub contract: Option<FoundContract>,
}

/// What one of the schemes came to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reached {
    /// Whether there was an answer.
    pub answered: bool,
    /// Whether it speaks TLS in a way that is not used any more, so that nothing was asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub other_tls: bool,
    /// The addresses of the way, the first asked one first, each with its status.
    pub route: Vec<(String, u16)>,
    /// Where the last redirect leads that was not followed.
    pub onward: Option<String>,
    /// Why the way ends, where it ends early or never began.
    pub stop: Option<String>,
    /// Whether every certificate on the way is trusted.
    pub verified: bool,
}

/// The answer that is judged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Page {
    /// Its address.
    pub url: String,
    /// Its status.
    pub status: u16,
    /// Whether it is a page of HTML; what is none is taken for an API's answer.
    pub html: bool,
    /// Names of all its fields, in order.
    pub names: Vec<String>,
    /// The fields that are judged, with values.
    pub fields: Vec<(String, String)>,
    /// Why its body was not read to the end.
    pub cut: Option<Cut>,
}

impl Page {
    /// The value of a judged field, its lines as one list.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }
}

/// What an origin is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sharing {
    /// With which method it asked.
    pub method: String,
    /// The origin that asked.
    pub origin: String,
    /// `Access-Control-Allow-Origin`.
    pub allowed: String,
    /// Whether credentials may come along.
    pub credentials: bool,
}

/// A demand for credentials.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Challenge {
    /// The scheme, in lower case.
    pub scheme: String,
    /// Whether it came over TLS.
    pub tls: bool,
}

/// A contract as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundContract {
    /// Where.
    pub path: String,
    /// Its bytes; as many as are read.
    pub bytes: Vec<u8>,
}

impl Facts {
    /// Looks the software up in a list of vulnerable versions.
    pub fn look_up(&mut self, list: &versions::List) {
        self.known = Part::Assessed(list.known(&self.software));
    }
}
