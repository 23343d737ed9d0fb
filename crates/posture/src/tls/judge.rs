//! What the facts show.

use super::certificate::{Certificate, Chain, Trust};
use super::facts::{Facts, Shown, Spoken, Staple};
use super::rules;
use super::suite::{Suite, Weakness};
use super::version::Version;
use crate::rule::{Rule, Sighting};
use crate::target::Target;
use jiff::SignedDuration;
use palisade_finding::Severity;

/// Suites named in one message; the evidence has them all.
const NAMED: usize = 4;
/// A certificate that ends sooner is spoken of, or in the last quarter of its life if that is shorter.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);
/// The longest life of a certificate by the rules of the CA/Browser Forum (since September 2020).
const LONGEST: SignedDuration = SignedDuration::from_hours(398 * 24 + 1);

/// What the facts show.
pub fn judge(target: &Target, facts: &Facts) -> Vec<Sighting> {
    let mut judge = Judge { target, facts, place: target.origin(), found: Vec::new() };
    judge.versions();
    judge.suites();
    judge.groups();
    judge.handshake();
    for (at, chain) in facts.chains.iter().enumerate() {
        judge.chain(at, chain);
    }
    judge.found
}

struct Judge<'a> {
    target: &'a Target,
    facts: &'a Facts,
    place: String,
    found: Vec<Sighting>,
}

impl Judge<'_> {
    fn sight(&mut self, rule: &'static Rule, key: &str, message: impl Into<String>, evidence: impl Into<String>) {
        self.found.push(Sighting::new(rule, self.place.clone(), key, message).shown_by(evidence));
    }

    fn as_bad_as(&mut self, severity: Severity) {
        if let Some(last) = self.found.last_mut() {
            last.severity = Some(severity);
        }
    }

    fn versions(&mut self) {
        let facts = self.facts;
        for (version, rule) in [
            (Version::Ssl2, &rules::SSL2),
            (Version::Ssl3, &rules::SSL3),
            (Version::Tls10, &rules::TLS10),
            (Version::Tls11, &rules::TLS11),
        ] {
            if let Some(spoken) = facts.spoken().find(|spoken| spoken.version == version) {
                let message = format!("the server agreed on {version} with {}", listed(&spoken.suites));
                self.sight(rule, version.as_str(), message, &spoken.evidence);
            }
        }
        let newest = facts.spoken().next_back();
        let refused = |version| facts.version(version).is_some_and(|spoken| spoken.support == super::Support::No);
        if let Some(newest) = newest
            && refused(Version::Tls13)
        {
            let message = format!("the newest version the server agreed on is {}", newest.version);
            let evidence = facts.version(Version::Tls13).map_or(String::new(), |spoken| spoken.evidence.clone());
            if newest.version >= Version::Tls12 {
                self.sight(&rules::NO_TLS13, "", message, evidence);
            } else if refused(Version::Tls12) {
                self.sight(&rules::NOTHING_NEW, "", message, evidence);
            }
        }
    }

    fn suites(&mut self) {
        let facts = self.facts;
        let weak = |weakness: Weakness| move |suite: Suite| suite.weaknesses().first() == Some(&weakness);
        for (weakness, rule) in [
            (Weakness::Null, &rules::NULL),
            (Weakness::Anonymous, &rules::ANONYMOUS),
            (Weakness::Export, &rules::EXPORT),
            (Weakness::Rc4, &rules::RC4),
            (Weakness::Des, &rules::DES),
            (Weakness::SmallBlocks, &rules::SMALL_BLOCKS),
        ] {
            let found = self.by_version(weak(weakness));
            if let Some((message, evidence)) = found {
                self.sight(rule, "", format!("the server agreed on {message}"), evidence);
            }
        }
        let mut all = facts.suites().map(|(_, suite)| suite).peekable();
        if all.peek().is_none() {
            return;
        }
        let suites: Vec<Suite> = all.collect();
        let everything = listed(&suites);
        if !suites.iter().any(|suite| suite.is_forward_secret()) {
            let message = format!("none of the {} suites has forward secrecy", distinct(&suites));
            self.sight(&rules::NO_SECRECY, "", message, everything.clone());
        } else if let Some((message, evidence)) =
            self.by_version(|suite| !suite.is_forward_secret() && suite.weaknesses().is_empty())
        {
            self.sight(&rules::STATIC, "", format!("the server agreed on {message}"), evidence);
        }
        if !suites.iter().any(|suite| suite.is_aead()) {
            let message = format!("none of the {} suites has authenticated encryption", distinct(&suites));
            self.sight(&rules::NO_AEAD, "", message, everything);
        }
        for spoken in facts.spoken().filter(|spoken| spoken.server_order == Some(false)) {
            let weak: Vec<Suite> =
                spoken.suites.iter().copied().filter(|suite| !suite.weaknesses().is_empty()).collect();
            if !weak.is_empty() {
                let message = format!("in {} the client's order decides, also for {}", spoken.version, listed(&weak));
                self.sight(&rules::CLIENT_ORDER, spoken.version.as_str(), message, &spoken.evidence);
            }
        }
    }

    /// Suites of a kind in words, and in full as evidence.
    fn by_version(&self, is: impl Fn(Suite) -> bool) -> Option<(String, String)> {
        let of = |spoken: &Spoken| -> Vec<Suite> { spoken.suites.iter().copied().filter(|suite| is(*suite)).collect() };
        let found: Vec<(Version, Vec<Suite>)> = self
            .facts
            .spoken()
            .map(|spoken| (spoken.version, of(spoken)))
            .filter(|(_, found)| !found.is_empty())
            .collect();
        if found.is_empty() {
            return None;
        }
        let mut suites: Vec<Suite> = Vec::new();
        for suite in found.iter().flat_map(|(_, suites)| suites) {
            if !suites.contains(suite) {
                suites.push(*suite);
            }
        }
        let versions: Vec<&str> = found.iter().map(|(version, _)| version.as_str()).collect();
        let evidence: Vec<String> = found
            .iter()
            .map(|(version, suites)| {
                format!("{version}: {}", suites.iter().map(Suite::to_string).collect::<Vec<_>>().join(" "))
            })
            .collect();
        Some((format!("{} ({})", listed(&suites), versions.join(", ")), evidence.join("; ")))
    }

    fn groups(&mut self) {
        let facts = self.facts;
        if let Some(prime) = facts.primes.first().filter(|prime| prime.bits < 2048) {
            let message = format!("Diffie-Hellman with a prime of {} bits, in {}", prime.bits, prime.suite);
            self.sight(&rules::WEAK_PRIME, "", message, &prime.evidence);
            if prime.bits < 1024 {
                self.as_bad_as(Severity::High);
            }
        }
        let weak: Vec<String> = facts
            .groups
            .iter()
            .filter(|group| group.rsa_bits().is_some_and(|bits| bits < 2048))
            .map(ToString::to_string)
            .collect();
        if !weak.is_empty() {
            let message = format!("the server agreed on {}", weak.join(", "));
            self.sight(&rules::WEAK_GROUP, "", message, weak.join(" "));
        }
        if !facts.groups13.is_empty() && !facts.groups13.iter().any(|group| group.is_post_quantum()) {
            let groups: Vec<String> = facts.groups13.iter().map(ToString::to_string).collect();
            let message = "none of the groups of TLS 1.3 withstands a quantum computer";
            self.sight(&rules::NO_PQ, "", message, groups.join(" "));
        }
    }

    fn handshake(&mut self) {
        let facts = self.facts;
        let is = |shown: &Option<Shown>, yes: bool| {
            shown.as_ref().filter(|shown| shown.yes == yes).map(|shown| shown.evidence.clone())
        };
        if let Some(evidence) = is(&facts.compression, true) {
            self.sight(&rules::COMPRESSION, "", "the server chose DEFLATE when it was offered", evidence);
        }
        if let Some(evidence) = is(&facts.secure_renegotiation, false) {
            let message = "the server's hello has no renegotiation_info";
            self.sight(&rules::RENEGOTIATION, "", message, evidence);
        }
        if let Some(evidence) = is(&facts.fallback_refused, false) {
            let message = "the server went on with a hello that said it was a fallback";
            self.sight(&rules::FALLBACK, "", message, evidence);
            // Hellos from TLS 1.2 on protect themselves.
            if facts.spoken().all(|spoken| spoken.version >= Version::Tls12) {
                self.as_bad_as(Severity::Info);
            }
        }
        if facts.extended_master_secret == Some(false) {
            let evidence = facts.spoken().rev().find(|spoken| spoken.version < Version::Tls13);
            let evidence = evidence.map_or(String::new(), |spoken| spoken.evidence.clone());
            let message = "the server's hello has no extended_master_secret";
            self.sight(&rules::MASTER_SECRET, "", message, evidence);
        }
        if let Some(bytes) = facts.early_data.filter(|bytes| *bytes > 0) {
            let message = format!("a session ticket allows {bytes} bytes of early data");
            self.sight(&rules::EARLY_DATA, "", message, format!("max_early_data_size {bytes}"));
        }
    }

    fn chain(&mut self, at: usize, chain: &Chain) {
        let Some(leaf) = chain.leaf() else { return };
        // Several chains: one for each kind of key.
        let key = if at == 0 { String::new() } else { leaf.key.kind.clone() };
        self.dates(leaf, &key);
        if !leaf.is_for(&self.target.host) {
            let names: Vec<String> =
                leaf.names.iter().cloned().chain(leaf.addresses.iter().map(ToString::to_string)).take(20).collect();
            let message = match names.as_slice() {
                [] => format!("the certificate stands for no name at all, so not for {}", self.target.host),
                [first, ..] => format!("the certificate stands for {first} and not for {}", self.target.host),
            };
            self.sight(&rules::WRONG_NAME, &key, message, format!("subjectAltName: {}", names.join(", ")));
        }
        if let Trust::Untrusted(why) = &chain.trust {
            let (rule, message) = untrusted(chain, leaf, why);
            self.sight(rule, &key, message, evidence(leaf));
        }
        for (at, certificate) in chain.certificates.iter().enumerate() {
            self.strength(at, certificate);
        }
        if self.facts.is_not_logged(chain) == Some(true) {
            let message = "neither the certificate nor the handshake carries timestamps of a log";
            self.sight(&rules::NOT_LOGGED, &key, message, evidence(leaf));
        }
        if !chain.in_order {
            let subjects: Vec<&str> = chain.certificates.iter().map(|one| one.subject.as_str()).collect();
            let message = "a certificate is not followed by the one of its issuer";
            self.sight(&rules::DISORDER, &key, message, subjects.join(" -> "));
        }
        match self.facts.stapled {
            Some(Staple::Revoked) if at == 0 => {
                let message = "the OCSP answer sent along says: revoked";
                self.sight(&rules::REVOKED, &key, message, evidence(leaf));
            }
            Some(Staple::None) if leaf.must_staple => {
                let message = "the certificate demands an OCSP answer, and none came";
                self.sight(&rules::MUST_STAPLE, &key, message, evidence(leaf));
            }
            Some(Staple::None) if !leaf.ocsp.is_empty() && at == 0 => {
                let message = format!("no OCSP answer came; the responder is {}", leaf.ocsp[0]);
                self.sight(&rules::NOT_STAPLED, &key, message, evidence(leaf));
            }
            _ => {}
        }
    }

    fn dates(&mut self, leaf: &Certificate, key: &str) {
        let now = self.facts.at;
        let dates = format!("notBefore {}, notAfter {}", leaf.not_before, leaf.not_after);
        let life = leaf.not_after.duration_since(leaf.not_before);
        let left = leaf.not_after.duration_since(now);
        if now < leaf.not_before {
            let message = format!("the certificate is valid from {}", leaf.not_before);
            self.sight(&rules::TOO_EARLY, key, message, dates);
        } else if left.is_negative() {
            let message = format!("the certificate ended at {}", leaf.not_after);
            self.sight(&rules::EXPIRED, key, message, dates);
        } else if left < SOON.min(life / 4) {
            let days = left.as_hours() / 24;
            let message = format!("the certificate ends at {}, in {days} days", leaf.not_after);
            self.sight(&rules::EXPIRES, key, message, dates);
            if days < 4 {
                self.as_bad_as(Severity::Medium);
            }
        }
        if life > LONGEST {
            let dates = format!("notBefore {}, notAfter {}", leaf.not_before, leaf.not_after);
            let message = format!("the certificate is valid for {} days", life.as_hours() / 24);
            self.sight(&rules::LONG_LIFE, key, message, dates);
        }
    }

    fn strength(&mut self, at: usize, certificate: &Certificate) {
        let whose = if at == 0 { "the server's certificate" } else { "a certificate of its issuers" };
        let name = format!("{at} {}", certificate.key.kind);
        if certificate.key.rsa_bits() < 2048 {
            let key = &certificate.key;
            let message = format!("the key of {whose} is {} with {} bits", key.kind, key.bits);
            self.sight(&rules::WEAK_KEY, &name, message, evidence(certificate));
            if key.rsa_bits() < 1024 {
                self.as_bad_as(Severity::Critical);
            }
        }
        // Nobody checks the signature of a root.
        let root = at > 0 && certificate.self_issued;
        if let Some(hash) = certificate.broken_hash().filter(|_| !root) {
            let message = format!("the signature of {whose} is made with {}", hash.to_ascii_uppercase());
            self.sight(
                &rules::WEAK_HASH,
                &name,
                message,
                format!("{}, {}", certificate.signature, evidence(certificate)),
            );
        }
    }
}

/// Which of the rules on trust a chain breaks.
fn untrusted(chain: &Chain, leaf: &Certificate, why: &str) -> (&'static Rule, String) {
    let last = chain.certificates.last().unwrap_or(leaf);
    if leaf.self_issued {
        (&rules::SELF_SIGNED, format!("the certificate is signed by itself: {}", leaf.subject))
    } else if chain.certificates.len() == 1 && !leaf.issuer_at.is_empty() {
        (&rules::INCOMPLETE, format!("the certificate is sent alone, without the one of its issuer: {}", leaf.issuer))
    } else {
        (&rules::UNTRUSTED, format!("the chain ends at {}: {why}", last.issuer))
    }
}

fn evidence(certificate: &Certificate) -> String {
    format!("subject {}, issuer {}, SHA-256 {}", certificate.subject, certificate.issuer, certificate.fingerprint)
}

fn distinct(suites: &[Suite]) -> usize {
    let mut suites = suites.to_vec();
    suites.sort_unstable();
    suites.dedup();
    suites.len()
}

/// Some suites by name, the rest by number.
fn listed(suites: &[Suite]) -> String {
    let names: Vec<String> = suites.iter().take(NAMED).map(Suite::to_string).collect();
    match suites.len().saturating_sub(NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
