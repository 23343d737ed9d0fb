//! What the facts of DNS and mail show.

use super::dkim::{Dkim, KeyKind};
use super::dmarc::Policy;
use super::mail::Mode;
use super::rules;
use super::spf::{LOOKUPS, Qualifier, VOIDS};
use super::{Facts, Signed, shared_host};
use crate::rule::Sighting;
use crate::target::Target;
use palisade_finding::Severity;

/// Characters of a record in evidence.
const EVIDENCE: usize = 400;
/// Characters of a word in a sentence.
const SHORT: usize = 80;
/// Algorithms that must not sign any more, RFC 8624 section 3.1 and RFC 9905.
const WEAK_ALGORITHMS: &[u8] = &[1, 3, 5, 6, 7, 12];
/// Digests that must not be used any more, RFC 8624 section 3.3 and RFC 9905.
const WEAK_DIGESTS: &[u8] = &[1, 3];

/// A stranger's text, cut to a length that a sentence bears.
pub(super) fn short(text: &str) -> String {
    cut(text, SHORT)
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A record as evidence: `example.com TXT "v=spf1 -all"`.
fn record(name: &str, kind: &str, text: &str) -> String {
    cut(&format!("{name} {kind} \"{text}\""), EVIDENCE)
}

fn records<'a>(name: &str, kind: &str, texts: impl IntoIterator<Item = &'a String>) -> String {
    let lines: Vec<String> = texts.into_iter().map(|text| record(name, kind, text)).collect();
    cut(&lines.join("\n"), 2 * EVIDENCE)
}

/// What the facts show.
pub fn judge(_target: &Target, facts: &Facts) -> Vec<Sighting> {
    let mut seen = Vec::new();
    spf(facts, &mut seen);
    dmarc(facts, &mut seen);
    dkim(facts, &mut seen);
    transport(facts, &mut seen);
    dnssec(facts, &mut seen);
    caa(facts, &mut seen);
    delegation(facts, &mut seen);
    seen
}

fn place(name: &str) -> String {
    format!("dns:{name}")
}

fn spf(facts: &Facts, seen: &mut Vec<Sighting>) {
    let (spf, domain) = (&facts.spf, &facts.domain);
    if spf.unknown.is_some() {
        return;
    }
    let shown = || records(domain, "TXT", &spf.records);
    if spf.records.is_empty() {
        let said = "has no SPF record, so any machine may send mail in its name";
        let message = format!("{domain} {said}");
        seen.push(
            Sighting::new(&rules::MISSING_SPF, place(domain), "", message)
                .shown_by(format!("{domain} TXT: no record begins with v=spf1")),
        );
        return;
    }
    let mut broken = |key: &str, message: String| {
        seen.push(Sighting::new(&rules::BROKEN_SPF, place(domain), key, message).shown_by(shown()));
    };
    if spf.records.len() > 1 {
        broken("several", format!("{domain} has {} SPF records; receivers accept exactly one", spf.records.len()));
        return;
    }
    for fault in &spf.faults {
        broken(fault, format!("the SPF record of {domain} ends in an error: {fault}"));
    }
    if spf.lookups > LOOKUPS {
        broken(
            "look-ups",
            format!(
                "the SPF record of {domain} makes receivers look up {} names or more; they stop at {LOOKUPS}",
                spf.lookups
            ),
        );
    }
    if spf.voids > VOIDS {
        broken(
            "void",
            format!(
                "{} of the look-ups that the SPF record of {domain} asks for find nothing; receivers stop at {VOIDS}",
                spf.voids
            ),
        );
    }
    let mut permissive = |key: &str, severity: Severity, message: String| {
        let sighting = Sighting::new(&rules::PERMISSIVE_SPF, place(domain), key, message).shown_by(shown());
        seen.push(sighting.as_bad_as(severity));
    };
    match spf.all {
        Some(Qualifier::Pass) => {
            permissive("+all", Severity::High, format!("the SPF record of {domain} lets every machine send: +all"));
        }
        Some(Qualifier::Neutral) => permissive(
            "?all",
            Severity::Medium,
            format!("the SPF record of {domain} says nothing about other machines: ?all"),
        ),
        // An error ends the walk before `all`, and an answer that is missing hides it.
        None if spf.faults.is_empty() && spf.unanswered.is_empty() && spf.lookups <= LOOKUPS => permissive(
            "no all",
            Severity::Medium,
            format!("the SPF record of {domain} says nothing about other machines: it does not end with all"),
        ),
        _ => {}
    }
    for term in &spf.permissive {
        let message = format!("the SPF record of {domain} lets far too many machines send: {}", short(term));
        permissive(term, Severity::High, message);
    }
    for term in &spf.ptr {
        let message = format!("the SPF record of {domain} uses ptr: {}", short(term));
        seen.push(Sighting::new(&rules::SPF_PTR, place(domain), term.as_str(), message).shown_by(shown()));
    }
}

fn dmarc(facts: &Facts, seen: &mut Vec<Sighting>) {
    let (dmarc, host, domain) = (&facts.dmarc, &facts.host, &facts.domain);
    if dmarc.unknown.is_some() {
        return;
    }
    if dmarc.records.is_empty() {
        let message = format!("no DMARC policy holds for {host}: forged mail is treated as any other");
        let names = if host == domain { format!("_dmarc.{domain}") } else { format!("_dmarc.{host}, _dmarc.{domain}") };
        seen.push(
            Sighting::new(&rules::MISSING_DMARC, place(domain), "", message)
                .shown_by(format!("{names} TXT: no record begins with v=DMARC1")),
        );
        return;
    }
    let shown = records(&dmarc.at, "TXT", &dmarc.records);
    let mut see = |rule, key: &str, message: String, severity: Option<Severity>| {
        let mut sighting = Sighting::new(rule, place(domain), key, message).shown_by(shown.as_str());
        sighting.severity = severity;
        seen.push(sighting);
    };
    if dmarc.records.len() > 1 {
        let message = format!("{} has {} DMARC records; receivers ignore them all", dmarc.at, dmarc.records.len());
        see(&rules::BROKEN_DMARC, "several", message, None);
        return;
    }
    for fault in &dmarc.faults {
        see(&rules::BROKEN_DMARC, fault, format!("the DMARC record of {} is wrong: {fault}", dmarc.at), None);
    }
    let holds = if dmarc.inherited { dmarc.subdomains } else { dmarc.policy };
    match (dmarc.policy, dmarc.subdomains) {
        (Some(Policy::None), _) | (_, Some(Policy::None)) if holds == Some(Policy::None) => {
            let tag = if dmarc.inherited && dmarc.policy != Some(Policy::None) { "sp" } else { "p" };
            let message = format!("the DMARC policy for {host} is {tag}=none: forged mail is delivered");
            see(&rules::WEAK_DMARC, "none", message, None);
        }
        (_, Some(Policy::None)) => {
            let message = format!("the DMARC policy of {} leaves every name below it open: sp=none", dmarc.at);
            see(&rules::WEAK_DMARC, "sp", message, Some(Severity::Low));
        }
        (Some(Policy::None), _) => {
            let message = format!("the DMARC policy of {domain} itself is p=none: forged mail is delivered");
            see(&rules::WEAK_DMARC, "p", message, None);
        }
        (Some(_), _) if dmarc.testing => {
            let then = if holds == Some(Policy::Reject) { "quarantine" } else { "none" };
            let message = format!("the DMARC policy for {host} is a test (t=y): receivers act as if it were {then}");
            let severity = if then == "none" { Severity::Medium } else { Severity::Low };
            see(&rules::WEAK_DMARC, "t", message, Some(severity));
        }
        (Some(_), _) if dmarc.percent < 100 => {
            let message = format!("the DMARC policy for {host} is for {} per cent of forged mail only", dmarc.percent);
            let severity = if dmarc.percent == 0 { Severity::Medium } else { Severity::Low };
            see(&rules::WEAK_DMARC, "pct", message, Some(severity));
        }
        _ => {}
    }
    if dmarc.policy.is_some() && dmarc.reports_to.is_empty() {
        let message = format!("the DMARC record of {} names no address for reports", dmarc.at);
        see(&rules::DMARC_UNREPORTED, "rua", message, None);
    }
    for address in &dmarc.unauthorised {
        let message = format!("reports go to {}, whose domain has not agreed to take them", short(address));
        see(&rules::DMARC_UNREPORTED, address, message, None);
    }
}

fn dkim(facts: &Facts, seen: &mut Vec<Sighting>) {
    let domain = &facts.domain;
    let sends = facts.exchanges.takes_mail() || facts.spf.lets_someone_send();
    let is_known = facts.dkim.iter().all(|key| key.unknown.is_none()) && facts.exchanges.unknown.is_none();
    let found = facts.dkim.iter().any(|key| key.record.is_some());
    let given = facts.dkim.iter().any(|key| key.given);
    let below = format!("_domainkey.{domain}:");
    let is_answered = !facts.unanswered.iter().any(|question| question.contains(&below));
    if sends && is_known && is_answered && !found && !given {
        let message = format!("no DKIM key of {domain} was found under the selectors that are common");
        seen.push(
            Sighting::new(&rules::DKIM_NOT_FOUND, place(domain), "", message)
                .shown_by(format!("_domainkey.{domain}: no key under {}", super::COMMON_SELECTORS.join(", "))),
        );
    }
    for key in facts.dkim.iter().filter(|key| key.unknown.is_none()) {
        one_key(domain, key, seen);
    }
}

fn one_key(domain: &str, key: &Dkim, seen: &mut Vec<Sighting>) {
    let name = format!("{}._domainkey.{domain}", key.selector);
    let shown = match &key.record {
        Some(text) => record(&name, "TXT", text),
        None => format!("{name} TXT: no key"),
    };
    let mut see = |rule, message: String, severity: Option<Severity>, what: &str| {
        let mut sighting = Sighting::new(rule, place(&name), what, message).shown_by(shown.as_str());
        sighting.severity = severity;
        seen.push(sighting);
    };
    match key.key {
        None if key.given => {
            let message = format!("the selector {} of {domain} has no DKIM key", short(&key.selector));
            see(&rules::UNUSABLE_DKIM_KEY, message, None, "none");
        }
        Some(KeyKind::Rsa(bits)) if bits < 2048 => {
            let message = format!("the DKIM key {name} is an RSA key of {bits} bits");
            let severity = if bits < 1024 { Severity::High } else { Severity::Medium };
            see(&rules::WEAK_DKIM_KEY, message, Some(severity), "bits");
        }
        Some(KeyKind::Unreadable) => {
            see(&rules::UNUSABLE_DKIM_KEY, format!("the DKIM key {name} is no key"), None, "unreadable");
        }
        Some(KeyKind::Revoked) => {
            let message = format!("the DKIM key {name} was revoked: its p is empty");
            let severity = (!key.given).then_some(Severity::Info);
            see(&rules::UNUSABLE_DKIM_KEY, message, severity, "revoked");
        }
        _ => {}
    }
    if key.sha1_only {
        let message = format!("the DKIM key {name} allows SHA-1 only, which receivers refuse");
        see(&rules::WEAK_DKIM_KEY, message, None, "sha1");
    }
    if key.testing && key.key != Some(KeyKind::Revoked) {
        let message = format!("the DKIM key {name} is marked as a test: receivers treat the mail as unsigned");
        see(&rules::UNUSABLE_DKIM_KEY, message, None, "testing");
    }
}

fn transport(facts: &Facts, seen: &mut Vec<Sighting>) {
    let (sts, domain) = (&facts.mta_sts, &facts.domain);
    let name = format!("_mta-sts.{domain}");
    let broken = |key: &str, message: String, shown: String| {
        Sighting::new(&rules::BROKEN_MTA_STS, place(domain), key, message).shown_by(shown)
    };
    if sts.applies && sts.unknown.is_none() {
        let shown = records(&name, "TXT", &sts.records);
        match sts.records.as_slice() {
            [] => {
                let message = format!("{domain} takes mail and has no MTA-STS policy");
                seen.push(
                    Sighting::new(&rules::MISSING_MTA_STS, place(domain), "", message)
                        .shown_by(format!("{name} TXT: no record begins with v=STSv1")),
                );
            }
            [_] => {
                if let Some(reason) = &sts.not_fetched {
                    let message = format!("the MTA-STS policy of {domain} cannot be fetched: {}", short(reason));
                    seen.push(broken("fetch", message, shown.clone()));
                }
                if let Some(policy) = &sts.policy {
                    for fault in &policy.faults {
                        let message = format!("the MTA-STS policy of {domain} is wrong: {fault}");
                        seen.push(broken(fault, message, shown.clone()));
                    }
                    let weak = matches!(policy.mode, Some(Mode::Testing | Mode::None));
                    if weak {
                        let message = format!("the MTA-STS policy of {domain} enforces nothing");
                        seen.push(
                            Sighting::new(&rules::MISSING_MTA_STS, place(domain), "mode", message)
                                .shown_by(shown.clone()),
                        );
                    } else if policy.faults.is_empty() {
                        for exchange in sts.uncovered(&facts.exchanges) {
                            let message = format!(
                                "the MTA-STS policy of {domain} leaves out its exchange {exchange}: mail is not delivered there"
                            );
                            let shown = format!("mx: {}", short(&policy.exchanges.join(", mx: ")));
                            seen.push(broken(exchange, message, shown));
                        }
                    }
                }
            }
            several => {
                let message = format!("{name} has {} MTA-STS records; senders ignore them all", several.len());
                seen.push(broken("several", message, shown));
            }
        }
    }
    let reports = &facts.tls_reports;
    if reports.applies && reports.unknown.is_none() && !(reports.records.len() == 1 && reports.has_receiver) {
        let at = format!("_smtp._tls.{domain}");
        let (message, shown) = match reports.records.as_slice() {
            [] => (
                format!("{domain} takes mail and asks for no reports about failed TLS"),
                format!("{at} TXT: no record begins with v=TLSRPTv1"),
            ),
            several => {
                (format!("the record {at} is not one that senders of reports understand"), records(&at, "TXT", several))
            }
        };
        seen.push(Sighting::new(&rules::MISSING_TLS_REPORTS, place(domain), "", message).shown_by(shown));
    }
}

fn dnssec(facts: &Facts, seen: &mut Vec<Sighting>) {
    let dnssec = &facts.dnssec;
    let zone = dnssec.zone.as_deref().unwrap_or(&facts.domain);
    let shown = || cut(&dnssec.steps.join("\n"), 2 * EVIDENCE);
    match &dnssec.state {
        Signed::Unsigned(reason) => {
            let message = format!("{zone} is not signed with DNSSEC: {reason}");
            seen.push(Sighting::new(&rules::UNSIGNED_ZONE, place(zone), "", message).shown_by(shown()));
        }
        Signed::Bogus(reason) => {
            let message = format!("{zone} is signed with DNSSEC and does not hold: {reason}");
            seen.push(Sighting::new(&rules::BROKEN_DNSSEC, place(zone), "", message).shown_by(shown()));
        }
        Signed::Secure | Signed::Consistent(_) | Signed::Unknown(_) | Signed::NotAsked => {}
    }
    let algorithms = dnssec.algorithms.iter().filter(|number| WEAK_ALGORITHMS.contains(number));
    let digests = dnssec.digests.iter().filter(|number| WEAK_DIGESTS.contains(number));
    // A zone that has a better DS record beside is vouched for by that one.
    let digests = digests.filter(|_| dnssec.digests.iter().all(|number| WEAK_DIGESTS.contains(number)));
    let weak = algorithms.map(|number| ("algorithm", number)).chain(digests.map(|number| ("digest", number)));
    for (what, number) in weak {
        let message = format!("{zone} relies on DNSSEC {what} {number}, which must no longer be used");
        let key = format!("{what} {number}");
        seen.push(Sighting::new(&rules::WEAK_DNSSEC_ALGORITHM, place(zone), key, message).shown_by(shown()));
    }
}

fn caa(facts: &Facts, seen: &mut Vec<Sighting>) {
    let (caa, host) = (&facts.caa, &facts.host);
    if caa.unknown.is_some() {
        return;
    }
    if caa.at.is_empty() {
        let message = format!("no CAA record holds for {host}: any authority may issue a certificate for it");
        seen.push(
            Sighting::new(&rules::MISSING_CAA, place(host), "", message)
                .shown_by(format!("{host} CAA: none, and none at a name above")),
        );
    }
    let shown: Vec<String> =
        caa.properties.iter().map(|property| format!("{} CAA {}", caa.at, property.text())).collect();
    for fault in &caa.faults {
        let message = format!("a CAA record of {} is wrong: {fault}", caa.at);
        seen.push(
            Sighting::new(&rules::MALFORMED_CAA, place(&caa.at), fault.as_str(), message)
                .shown_by(cut(&shown.join("\n"), 2 * EVIDENCE)),
        );
    }
}

fn delegation(facts: &Facts, seen: &mut Vec<Sighting>) {
    let (delegation, host, domain) = (&facts.delegation, &facts.host, &facts.domain);
    for dangling in &delegation.dangling {
        let what = match dangling.by.as_str() {
            "CNAME" => "is an alias of",
            "NS" => "is served by",
            _ => "has its mail sent to",
        };
        let who = if dangling.registrable { ", and anyone can register its domain" } else { "" };
        let message = format!("{} {what} {}, which leads nowhere{who}", dangling.from, dangling.to);
        let severity = match (dangling.registrable, dangling.by.as_str()) {
            (true, _) => Severity::Critical,
            (false, "CNAME") => Severity::High,
            (false, _) => Severity::Medium,
        };
        seen.push(
            Sighting::new(
                &rules::DANGLING_NAME,
                place(&dangling.from),
                format!("{} {}", dangling.by, dangling.to),
                message,
            )
            .shown_by(format!("{} {} {}", dangling.from, dangling.by, dangling.to))
            .as_bad_as(severity),
        );
    }
    let shared = delegation.aliases.iter().find_map(|alias| Some((alias, shared_host(alias)?)));
    if let Some((alias, hoster)) = shared.filter(|_| !delegation.is_dangling()) {
        let message = format!("{host} is an alias of a name at {hoster}, where anyone may register names");
        seen.push(
            Sighting::new(&rules::SHARED_HOST, place(host), alias.as_str(), message)
                .shown_by(format!("{host} CNAME {alias}")),
        );
    }
    if let [one] = delegation.name_servers.as_slice() {
        let message = format!("{domain} has one name server only: {one}");
        seen.push(
            Sighting::new(&rules::SINGLE_NAME_SERVER, place(domain), "", message)
                .shown_by(format!("{domain} NS {one}")),
        );
    }
    if delegation.wildcard == Some(true) {
        let message = format!("names under {domain} that nobody made have an address");
        seen.push(
            Sighting::new(&rules::WILDCARD, place(domain), "", message)
                .shown_by(format!("palisade-no-such-name.{domain} A: an answer")),
        );
    }
}
