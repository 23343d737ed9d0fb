//! DNS and mail: who may send mail in a domain's name, who may issue its certificates, and whether its answers can be
//! trusted.
//!
//! [`assess`] is a plan that runs again with every answer: it reads what is [`Known`], notes the questions it lacks, and
//! is run until it lacks none. So includes and redirects of SPF, the climb of CAA and the fallback of DMARC are written
//! down as what they are, and no order of answers changes the facts.

mod caa;
mod delegation;
mod dkim;
mod dmarc;
mod judge;
mod known;
mod mail;
mod rules;
mod spf;
mod tags;

pub use caa::{Caa, Property};
pub use delegation::{Dangling, Delegation, shared_host};
pub use dkim::{COMMON_SELECTORS, Dkim, KeyKind};
pub use dmarc::{Dmarc, Policy};
pub use judge::judge;
pub use known::{Data, Kind, Known, Outcome, Question, Reply};
pub use mail::{Exchanges, Mode, MtaSts, StsPolicy, TlsReports};
pub use rules::RULES;
pub use spf::{Qualifier, Spf};

use crate::target::Target;
use serde::{Deserialize, Serialize};

/// What was learned of a name and its domain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// The name, in lower case, without the last dot.
    pub host: String,
    /// The organisational domain: the registered name under a public suffix. Mail is judged here.
    pub domain: String,
    /// Aliases, name servers, what leads nowhere.
    pub delegation: Delegation,
    /// Signatures.
    pub dnssec: Dnssec,
    /// Who may issue certificates.
    pub caa: Caa,
    /// Who takes the domain's mail.
    pub exchanges: Exchanges,
    /// Which machines may send.
    pub spf: Spf,
    /// Keys found, one a selector.
    pub dkim: Vec<Dkim>,
    /// What receivers do with forged mail.
    pub dmarc: Dmarc,
    /// Whether senders must use TLS.
    pub mta_sts: MtaSts,
    /// Who is told when TLS fails.
    pub tls_reports: TlsReports,
    /// Questions without an answer, each with the reason: `TXT example.com: refused`. What hangs on them is not assessed.
    pub unanswered: Vec<String>,
}

/// How far answers are signed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Dnssec {
    /// What validation gave.
    pub state: Signed,
    /// The zone that holds the name, where its apex was found.
    pub zone: Option<String>,
    /// What was verified, from the answer up to where the chain ends; one line a step.
    pub steps: Vec<String>,
    /// Whether the resolver says that it has validated the answer itself (the AD bit).
    pub vouched: bool,
    /// Numbers of the algorithms of the keys that sign the zone.
    pub algorithms: Vec<u8>,
    /// Numbers of the digests of the DS records.
    pub digests: Vec<u8>,
}

/// The outcome of validation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signed {
    /// The answer's signature is valid, and so is every one up to a trust anchor.
    Secure,
    /// Signatures and keys agree with each other, but the chain could not be followed up to a trust anchor; why.
    Consistent(String),
    /// The zone has no keys, or the zone above has no DS record for it.
    Unsigned(String),
    /// It claims to be signed, and is not validly; why.
    Bogus(String),
    /// It could not be told; why.
    Unknown(String),
    /// It was not looked at.
    #[default]
    NotAsked,
}

/// The registered name under a public suffix; a public suffix itself, or a name of one label, stands for itself.
pub fn organisational_domain(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}

/// What follows from what is known. As long as `known` has [missing](Known::missing) questions, the facts are not final.
pub fn assess(target: &Target, selectors: &[String], known: &mut Known) -> Facts {
    let host = target.host.clone();
    let domain = organisational_domain(&host).to_owned();
    let exchanges = mail::exchanges(&domain, known);
    let spf = spf::assess(&domain, known);
    let sends = exchanges.takes_mail() || spf.lets_someone_send();
    let mut facts = Facts {
        delegation: delegation::assess(&host, &domain, &exchanges, known),
        dnssec: Dnssec::default(),
        caa: caa::assess(&host, known),
        dkim: dkim::assess(&domain, selectors, sends, known),
        dmarc: dmarc::assess(&host, &domain, known),
        mta_sts: mail::mta_sts(&domain, &exchanges, known),
        tls_reports: mail::tls_reports(&domain, &exchanges, known),
        exchanges,
        spf,
        host,
        domain,
        unanswered: Vec::new(),
    };
    facts.unanswered = known.unanswered();
    facts
}

#[cfg(test)]
mod tests;
