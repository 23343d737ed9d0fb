//! Questions and what was answered.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

/// Questions of a whole assessment.
const MOST: usize = 160;

/// A type of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Kind {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Name servers.
    Ns,
    /// Mail exchanges.
    Mx,
    /// Texts.
    Txt,
    /// Who may issue certificates.
    Caa,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::A => "A",
            Kind::Aaaa => "AAAA",
            Kind::Ns => "NS",
            Kind::Mx => "MX",
            Kind::Txt => "TXT",
            Kind::Caa => "CAA",
        })
    }
}

/// What to ask.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// The name, in lower case, without the last dot.
    pub name: String,
    /// The type of record.
    pub kind: Kind,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

/// What one record says. Names are in lower case and without the last dot; the root is the empty name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// Of A and AAAA.
    Address(IpAddr),
    /// Of NS.
    Name(String),
    /// Of MX: preference and exchange.
    Exchange(u16, String),
    /// Of TXT: its strings joined; bytes that are no printable ASCII as `\ddd`.
    Text(String),
    /// Of CAA: flags, tag and value.
    Caa(u8, String, String),
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Records.
    Found(Vec<Data>),
    /// The name exists, with no such record.
    Nothing,
    /// The name does not exist.
    NoSuchName,
    /// No answer, or none that counts: refused, in vain, garbage; in words.
    Unknown(String),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Where the name leads by CNAME, one after the other.
    pub aliases: Vec<String>,
    /// What is there.
    pub outcome: Outcome,
}

impl Reply {
    /// A reply without aliases.
    pub fn plain(outcome: Outcome) -> Reply {
        Reply { aliases: Vec::new(), outcome }
    }

    /// The records; none where there are none or none are known.
    pub fn data(&self) -> &[Data] {
        match &self.outcome {
            Outcome::Found(data) => data,
            _ => &[],
        }
    }

    /// The texts.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.data().iter().filter_map(|data| match data {
            Data::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Why it is not known what is there, if it is not.
    pub fn unknown(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Unknown(reason) => Some(reason),
            _ => None,
        }
    }

    /// Whether it is known that there is nothing.
    pub fn is_void(&self) -> bool {
        matches!(self.outcome, Outcome::Nothing | Outcome::NoSuchName)
    }
}

/// What was answered so far, and what is to be asked next.
#[derive(Debug, Clone, Default)]
pub struct Known {
    replies: BTreeMap<Question, Reply>,
    missing: BTreeSet<Question>,
}

impl Known {
    /// The answer to a question; one that was not asked yet is noted as missing.
    pub(super) fn ask(&mut self, name: &str, kind: Kind) -> Reply {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        if let Some(reason) = unaskable(&name) {
            return Reply::plain(Outcome::Unknown(reason.to_owned()));
        }
        let question = Question { name, kind };
        if let Some(reply) = self.replies.get(&question) {
            return reply.clone();
        }
        if self.replies.len() + self.missing.len() >= MOST && !self.missing.contains(&question) {
            let reply = Reply::plain(Outcome::Unknown("more look-ups than an assessment makes".to_owned()));
            self.replies.insert(question, reply.clone());
            return reply;
        }
        self.missing.insert(question);
        Reply::plain(Outcome::Unknown("not asked yet".to_owned()))
    }

    /// What is to be asked before the facts are final, in a fixed order. Taking them empties the list.
    pub fn missing(&mut self) -> Vec<Question> {
        std::mem::take(&mut self.missing).into_iter().collect()
    }

    /// Takes an answer.
    pub fn answer(&mut self, question: Question, reply: Reply) {
        self.missing.remove(&question);
        self.replies.insert(question, reply);
    }

    /// Whether any question was answered at all.
    pub fn has_answers(&self) -> bool {
        self.replies.values().any(|reply| reply.unknown().is_none())
    }

    /// Questions without an answer, with the reason.
    pub(super) fn unanswered(&self) -> Vec<String> {
        let unanswered = self.replies.iter().filter_map(|(question, reply)| Some((question, reply.unknown()?)));
        unanswered.map(|(question, reason)| format!("{question}: {reason}")).collect()
    }
}

/// Why a name cannot be asked for, RFC 1035 section 2.3.4; records of a stranger name anything.
fn unaskable(name: &str) -> Option<&'static str> {
    if name.len() > 253 || name.split('.').any(|label| label.is_empty() || label.len() > 63) {
        return Some("no name that can be asked for");
    }
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'*' | b'/');
    (!name.bytes().all(good)).then_some("no name that can be asked for")
}
