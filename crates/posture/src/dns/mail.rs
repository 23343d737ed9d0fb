//! How mail reaches a domain: exchanges (RFC 5321, RFC 7505), MTA-STS (RFC 8461), reports on TLS (RFC 8460).

use super::known::{Data, Kind, Known};
use super::tags::{is_version, tags};
use serde::{Deserialize, Serialize};

/// Patterns of a policy that are kept.
const PATTERNS: usize = 64;

/// Who takes a domain's mail.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Exchanges {
    /// Why nothing is known of them, where nothing is.
    pub unknown: Option<String>,
    /// `MX 0 .`: the domain takes no mail, and says so.
    pub null: bool,
    /// Names, by preference.
    pub names: Vec<(u16, String)>,
}

impl Exchanges {
    /// Whether the domain is known to take mail.
    pub fn takes_mail(&self) -> bool {
        !self.names.is_empty()
    }
}

/// The exchanges of a domain.
pub(super) fn exchanges(domain: &str, known: &mut Known) -> Exchanges {
    let reply = known.ask(domain, Kind::Mx);
    let mut all: Vec<(u16, String)> = reply
        .data()
        .iter()
        .filter_map(|data| match data {
            Data::Exchange(preference, name) => Some((*preference, name.clone())),
            _ => None,
        })
        .collect();
    all.sort();
    let null = all.iter().any(|(_, name)| name.is_empty());
    all.retain(|(_, name)| !name.is_empty());
    Exchanges { unknown: reply.unknown().map(str::to_owned), null, names: all }
}

/// What a policy asks of senders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// No delivery without valid TLS.
    Enforce,
    /// Failures are reported, mail is delivered.
    Testing,
    /// Nothing.
    None,
}

/// A policy file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StsPolicy {
    /// What it asks.
    pub mode: Option<Mode>,
    /// Names of exchanges it allows, with `*.` for one label.
    pub exchanges: Vec<String>,
    /// Seconds it may be kept.
    pub max_age: Option<u64>,
    /// What is not as the standard says.
    pub faults: Vec<String>,
}

/// MTA-STS of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MtaSts {
    /// Why nothing is known of it, where nothing is.
    pub unknown: Option<String>,
    /// Whether there are exchanges, without which it means nothing.
    pub applies: bool,
    /// The records that begin with `v=STSv1`; senders accept exactly one.
    pub records: Vec<String>,
    /// The policy file, once it was fetched from [`MtaSts::url`].
    pub policy: Option<StsPolicy>,
    /// Why there is no policy file.
    pub not_fetched: Option<String>,
}

impl MtaSts {
    /// The host of the policy file, where there is a record that says that there is one.
    pub fn policy_host(&self, domain: &str) -> Option<String> {
        (self.records.len() == 1).then(|| format!("mta-sts.{domain}"))
    }

    /// The path of the policy file on that host.
    pub const PATH: &'static str = "/.well-known/mta-sts.txt";

    /// Exchanges that the policy does not allow, which mail in `enforce` mode does not reach.
    pub fn uncovered<'a>(&self, exchanges: &'a Exchanges) -> Vec<&'a str> {
        let Some(policy) = &self.policy else { return Vec::new() };
        let covered = |name: &str| policy.exchanges.iter().any(|pattern| matches(pattern, name));
        exchanges.names.iter().map(|(_, name)| name.as_str()).filter(|name| !covered(name)).collect()
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(parent) => name.split_once('.').is_some_and(|(_, above)| above.eq_ignore_ascii_case(parent)),
        None => pattern.eq_ignore_ascii_case(name),
    }
}

/// The record of MTA-STS.
pub(super) fn mta_sts(domain: &str, exchanges: &Exchanges, known: &mut Known) -> MtaSts {
    if !exchanges.takes_mail() {
        return MtaSts::default();
    }
    let reply = known.ask(&format!("_mta-sts.{domain}"), Kind::Txt);
    let records = reply.texts().filter(|text| is_version(text, "STSv1")).map(str::to_owned).collect();
    MtaSts { unknown: reply.unknown().map(str::to_owned), applies: true, records, ..MtaSts::default() }
}

impl StsPolicy {
    /// Reads a policy file. RFC 8461 section 3.2.
    pub fn read(text: &str) -> StsPolicy {
        let mut policy = StsPolicy::default();
        let mut version = false;
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        for line in lines {
            let Some((key, value)) = line.split_once(':') else {
                policy.faults.push(format!("a line is no key and value: {}", super::judge::short(line)));
                break;
            };
            let value = value.trim();
            match key.trim() {
                "version" => version = value == "STSv1",
                "mode" => {
                    policy.mode = match value {
                        "enforce" => Some(Mode::Enforce),
                        "testing" => Some(Mode::Testing),
                        "none" => Some(Mode::None),
                        _ => None,
                    };
                }
                "mx" if policy.exchanges.len() < PATTERNS => policy.exchanges.push(value.to_ascii_lowercase()),
                "max_age" => policy.max_age = value.parse().ok().filter(|age| *age <= 31_557_600),
                _ => {}
            }
        }
        let mut need = |there: bool, what: &str| {
            if !there {
                policy.faults.push(what.to_owned());
            }
        };
        need(version, "version: STSv1 is missing");
        need(policy.mode.is_some(), "mode is neither enforce, testing nor none");
        need(policy.max_age.is_some(), "max_age is missing, or no number up to 31557600");
        need(policy.mode == Some(Mode::None) || !policy.exchanges.is_empty(), "no mx line");
        policy
    }
}

/// Reports on TLS of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TlsReports {
    /// Why nothing is known of it, where nothing is.
    pub unknown: Option<String>,
    /// Whether there are exchanges, without which it means nothing.
    pub applies: bool,
    /// The records that begin with `v=TLSRPTv1`; senders accept exactly one.
    pub records: Vec<String>,
    /// Whether the record has an address that reports are sent to.
    pub has_receiver: bool,
}

/// The record for reports on TLS.
pub(super) fn tls_reports(domain: &str, exchanges: &Exchanges, known: &mut Known) -> TlsReports {
    if !exchanges.takes_mail() {
        return TlsReports::default();
    }
    let reply = known.ask(&format!("_smtp._tls.{domain}"), Kind::Txt);
    let records: Vec<String> = reply.texts().filter(|text| is_version(text, "TLSRPTv1")).map(str::to_owned).collect();
    let receiver = |value: &str| {
        let value = value.to_ascii_lowercase();
        value.starts_with("mailto:") || value.starts_with("https://")
    };
    let has_receiver = records.iter().any(|record| tags(record).any(|(tag, value)| tag == "rua" && receiver(value)));
    TlsReports { unknown: reply.unknown().map(str::to_owned), applies: true, records, has_receiver }
}
