//! What receivers do with mail that only claims to come from a domain: DMARC, RFC 7489.

use super::known::{Kind, Known};
use super::tags::{is_version, tags};
use serde::{Deserialize, Serialize};

/// Addresses for reports whose consent is asked for.
const RECEIVERS: usize = 4;

/// What is done with mail that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// Nothing.
    None,
    /// It goes to the spam folder.
    Quarantine,
    /// It is refused.
    Reject,
}

impl Policy {
    fn read(text: &str) -> Option<Policy> {
        [("none", Policy::None), ("quarantine", Policy::Quarantine), ("reject", Policy::Reject)]
            .into_iter()
            .find_map(|(word, policy)| text.eq_ignore_ascii_case(word).then_some(policy))
    }

    /// The word in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Policy::None => "none",
            Policy::Quarantine => "quarantine",
            Policy::Reject => "reject",
        }
    }
}

/// The policy that holds for a name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Dmarc {
    /// Why nothing is known of it, where nothing is.
    pub unknown: Option<String>,
    /// Where the records are: `_dmarc.` and the host or its organisational domain; empty where there are none.
    pub at: String,
    /// Whether the policy is the organisational domain's and the name is below it, so that `sp` holds.
    pub inherited: bool,
    /// The records that begin with `v=DMARC1`; receivers accept exactly one.
    pub records: Vec<String>,
    /// For the domain itself.
    pub policy: Option<Policy>,
    /// For names below it; the same as `policy` where the record says nothing else.
    pub subdomains: Option<Policy>,
    /// Per cent of failing mail that the policy is for.
    pub percent: u8,
    /// `t=y`: receivers act one step milder than the policy says (RFC 9989).
    #[serde(default)]
    pub testing: bool,
    /// Where summaries are sent.
    pub reports_to: Vec<String>,
    /// Those of them in other domains that have not agreed to take them, so that none are sent (RFC 7489 section 7.1).
    pub unauthorised: Vec<String>,
    /// What is not as the standard says.
    pub faults: Vec<String>,
}

/// The policy for a host: its own, or that of its organisational domain. RFC 7489 section 6.6.3.
pub(super) fn assess(host: &str, domain: &str, known: &mut Known) -> Dmarc {
    let mut dmarc = Dmarc::default();
    let names = if host == domain { vec![host] } else { vec![host, domain] };
    for name in names {
        let at = format!("_dmarc.{name}");
        let reply = known.ask(&at, Kind::Txt);
        if let Some(reason) = reply.unknown() {
            // Whether the name has a policy of its own is not known, so neither is the one that holds.
            return Dmarc { unknown: Some(reason.to_owned()), ..Dmarc::default() };
        }
        let records: Vec<String> = reply.texts().filter(|text| is_version(text, "DMARC1")).map(str::to_owned).collect();
        if !records.is_empty() {
            dmarc = Dmarc { at, inherited: name != host, records, percent: 100, ..Dmarc::default() };
            break;
        }
    }
    if let [one] = dmarc.records.clone().as_slice() {
        read(one, &mut dmarc);
        let home = dmarc.at.trim_start_matches("_dmarc.").to_owned();
        dmarc.unauthorised = unauthorised(&home, &dmarc.reports_to, known);
    }
    dmarc
}

/// RFC 7489 section 6.3.
fn read(record: &str, dmarc: &mut Dmarc) {
    let mut seen = Vec::new();
    for (tag, value) in tags(record) {
        let mut fault = |why: &str| dmarc.faults.push(format!("{tag}={}: {why}", super::judge::short(value)));
        if seen.contains(&tag) {
            fault("given more than once");
            continue;
        }
        match tag.as_str() {
            "v" => {}
            "p" => match Policy::read(value) {
                Some(policy) => dmarc.policy = Some(policy),
                None => fault("neither none, quarantine nor reject"),
            },
            "sp" => match Policy::read(value) {
                Some(policy) => dmarc.subdomains = Some(policy),
                None => fault("neither none, quarantine nor reject"),
            },
            "pct" => match value.parse::<u8>().ok().filter(|percent| *percent <= 100) {
                Some(percent) => dmarc.percent = percent,
                None => fault("no number from 0 to 100"),
            },
            "t" => dmarc.testing = value.eq_ignore_ascii_case("y"),
            "adkim" | "aspf" if !value.eq_ignore_ascii_case("r") && !value.eq_ignore_ascii_case("s") => {
                fault("neither r nor s");
            }
            "rua" => {
                let addresses = value.split(',').map(str::trim).filter(|address| !address.is_empty());
                for address in addresses {
                    let known = address.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
                    if known && address.contains('@') {
                        dmarc.reports_to.push(address.to_owned());
                    } else {
                        fault("an address for reports begins with mailto:");
                    }
                }
            }
            // Other tags are ignored by receivers, RFC 7489 section 6.3.
            "" => fault("no tag"),
            _ => {}
        }
        seen.push(tag);
    }
    if dmarc.policy.is_none() {
        dmarc.faults.push("p is missing".to_owned());
        // With reports asked for, the record counts as p=none (RFC 7489 section 6.6.3); without, as no record.
        dmarc.policy = (!dmarc.reports_to.is_empty()).then_some(Policy::None);
    }
    dmarc.subdomains = dmarc.subdomains.or(dmarc.policy);
}

fn unauthorised(home: &str, reports_to: &[String], known: &mut Known) -> Vec<String> {
    let mut denied = Vec::new();
    for address in reports_to.iter().take(RECEIVERS) {
        // A size limit may follow an exclamation mark.
        let there = address.rsplit_once('@').map_or("", |(_, domain)| domain).split('!').next().unwrap_or_default();
        let there = there.trim_end_matches('.').to_ascii_lowercase();
        if super::organisational_domain(&there) == super::organisational_domain(home) {
            continue;
        }
        let reply = known.ask(&format!("{home}._report._dmarc.{there}"), Kind::Txt);
        if reply.unknown().is_none() && !reply.texts().any(|text| is_version(text, "DMARC1")) {
            denied.push(address.clone());
        }
    }
    denied
}
