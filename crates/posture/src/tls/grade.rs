//! The grade by the SSL Server Rating Guide of SSL Labs.
//!
//! Three scores (protocols 30 %, key exchange 30 %, ciphers 40 %) give a total, the total a letter, and caps lower it.
//! Each cap says which edition of the guide brought it: 2009c to 2009k as published, `2009l and later` for what was
//! announced since (2017: 64-bit blocks; 2018: forward secrecy, authenticated encryption; 2020: TLS 1.0 and 1.1).

use super::certificate::Trust;
use super::facts::{Facts, Staple};
use super::suite::{Suite, Weakness};
use super::version::Version;
use crate::target::Target;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A letter, the best first. `T` and `M` say nothing about strength: the certificate is untrusted, or for another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Letter {
    /// Exceptional: no warning, and browsers are told to use TLS only.
    #[serde(rename = "A+")]
    APlus,
    /// 80 and more.
    A,
    /// 80 and more, with a warning.
    #[serde(rename = "A-")]
    AMinus,
    /// 65 and more.
    B,
    /// 50 and more.
    C,
    /// 35 and more.
    D,
    /// 20 and more.
    E,
    /// Less, or broken.
    F,
    /// The certificate is not trusted.
    T,
    /// The certificate is for another name.
    M,
}

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Letter::APlus => "A+",
            Letter::A => "A",
            Letter::AMinus => "A-",
            Letter::B => "B",
            Letter::C => "C",
            Letter::D => "D",
            Letter::E => "E",
            Letter::F => "F",
            Letter::T => "T",
            Letter::M => "M",
        })
    }
}

/// Why a grade is not better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cap {
    /// The best letter left.
    pub letter: Letter,
    /// Why.
    pub reason: String,
    /// The edition of the guide that says so.
    pub edition: String,
}

/// A grade, with all that explains it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grade {
    /// The letter.
    pub letter: Letter,
    /// The letter if the certificate were trusted and for this name.
    pub ignoring_trust: Letter,
    /// Score of the versions, 0 to 100.
    pub protocol: u8,
    /// Score of the key exchange, 0 to 100.
    pub key_exchange: u8,
    /// Score of the ciphers, 0 to 100.
    pub cipher: u8,
    /// The three, weighted; zero if one of them is.
    pub total: u8,
    /// What holds the letter down, the worst first.
    pub caps: Vec<Cap>,
}

/// Least time that browsers must be told to use TLS only for an A+: 180 days, in seconds (2009e: six months).
pub const HSTS_LEAST: u64 = 180 * 24 * 3600;

/// Grades what was learned. `hsts` is the `max-age` of `Strict-Transport-Security` in seconds, if it is sent. None:
/// no version was agreed on.
pub fn grade(target: &Target, facts: &Facts, hsts: Option<u64>) -> Option<Grade> {
    facts.spoken().next()?;
    let suites: Vec<(Version, Suite)> = facts.suites().collect();
    let (protocol, key_exchange, cipher) = (protocol(facts), key_exchange(facts, &suites), cipher(&suites));
    let sum = u32::from(protocol) * 30 + u32::from(key_exchange) * 30 + u32::from(cipher) * 40;
    let broken = protocol == 0 || key_exchange == 0 || cipher == 0;
    let total = if broken { 0 } else { u8::try_from((sum + 50) / 100).unwrap_or(100) };
    let mut caps = Caps(Vec::new());
    caps.versions(facts);
    caps.suites(facts, &suites);
    caps.handshake(facts);
    caps.strength(facts);
    let by_total = match total {
        80.. => Letter::A,
        65.. => Letter::B,
        50.. => Letter::C,
        35.. => Letter::D,
        20.. => Letter::E,
        _ => Letter::F,
    };
    let worst = caps.0.iter().map(|cap| cap.letter).max().unwrap_or(Letter::APlus);
    let mut ignoring_trust = by_total.max(worst);
    if ignoring_trust == Letter::A {
        caps.exceptional(facts, hsts);
        if caps.0.iter().all(|cap| cap.letter != Letter::A) {
            ignoring_trust = Letter::APlus;
        }
    }
    caps.certificate(target, facts);
    let letter = caps.0.iter().map(|cap| cap.letter).filter(|letter| *letter >= Letter::T).min();
    caps.0.sort_by(|one, other| other.letter.cmp(&one.letter).then_with(|| one.reason.cmp(&other.reason)));
    let letter = letter.unwrap_or(ignoring_trust);
    Some(Grade { letter, ignoring_trust, protocol, key_exchange, cipher, total, caps: caps.0 })
}

/// Half of the best version's score and half of the worst one's.
fn protocol(facts: &Facts) -> u8 {
    let scores = facts.spoken().map(|spoken| match spoken.version {
        Version::Ssl2 => 0_u8,
        Version::Ssl3 => 80,
        Version::Tls10 => 90,
        Version::Tls11 => 95,
        Version::Tls12 | Version::Tls13 => 100,
    });
    let (worst, best) = scores.fold((100, 0), |(worst, best), score| (score.min(worst), score.max(best)));
    (worst + best) / 2
}

/// By the weakest of: the certificates' keys, primes, and the curves the server likes best.
fn key_exchange(facts: &Facts, suites: &[(Version, Suite)]) -> u8 {
    let has = |weakness: Weakness| suites.iter().any(|(_, suite)| suite.weaknesses().contains(&weakness));
    if has(Weakness::Anonymous) {
        return 0;
    }
    let keys = facts.chains.iter().filter_map(|chain| chain.leaf()).map(|leaf| leaf.key.rsa_bits());
    let primes = facts.primes.iter().map(|prime| u32::from(prime.bits));
    let curves = [facts.groups.first(), facts.groups13.first()].into_iter().flatten();
    let curves = curves.filter_map(|group| group.rsa_bits()).map(u32::from);
    let by_size = match keys.chain(primes).chain(curves).min() {
        Some(0..512) => 20,
        Some(512..1024) => 40,
        Some(1024..2048) => 80,
        Some(2048..4096) => 90,
        _ => 100,
    };
    if has(Weakness::Export) { by_size.min(40) } else { by_size }
}

/// Half of the strongest cipher's score and half of the weakest one's.
fn cipher(suites: &[(Version, Suite)]) -> u8 {
    let scores = suites.iter().filter_map(|(_, suite)| suite.bits()).map(|bits| match bits {
        0 => 0_u8,
        1..128 => 20,
        128..256 => 80,
        _ => 100,
    });
    let (worst, best) = scores.fold((100, 0), |(worst, best), score| (score.min(worst), score.max(best)));
    (worst + best) / 2
}

struct Caps(Vec<Cap>);

/// The editions after the last one that is published as a document.
const LATER: &str = "2009l and later";

impl Caps {
    fn cap(&mut self, when: bool, letter: Letter, edition: &str, reason: impl Into<String>) {
        if when {
            self.0.push(Cap { letter, reason: reason.into(), edition: edition.to_owned() });
        }
    }

    fn versions(&mut self, facts: &Facts) {
        let speaks = |version| facts.speaks(version);
        let newest = facts.spoken().next_back().map(|spoken| spoken.version);
        self.cap(speaks(Version::Ssl2), Letter::F, "2009c", "SSL 2.0 is spoken");
        self.cap(newest == Some(Version::Ssl3), Letter::F, "2009i", "SSL 3.0 is the best version");
        let poodle = facts
            .spoken()
            .any(|spoken| spoken.version == Version::Ssl3 && spoken.suites.iter().any(|suite| suite.is_cbc()));
        self.cap(poodle, Letter::C, "2009g", "SSL 3.0 with CBC suites can be read (POODLE)");
        self.cap(speaks(Version::Ssl3) && !poodle, Letter::B, "2009h", "SSL 3.0 is spoken");
        let old = newest.is_some_and(|newest| newest < Version::Tls12);
        self.cap(old, Letter::C, "2009j", "TLS 1.2 is not spoken");
        self.cap(speaks(Version::Tls10), Letter::B, LATER, "TLS 1.0 is spoken");
        self.cap(speaks(Version::Tls11), Letter::B, LATER, "TLS 1.1 is spoken");
    }

    fn suites(&mut self, facts: &Facts, suites: &[(Version, Suite)]) {
        let with = |weakness: Weakness| suites.iter().filter(move |(_, suite)| suite.weaknesses().contains(&weakness));
        let has = |weakness| with(weakness).next().is_some();
        self.cap(has(Weakness::Anonymous), Letter::F, "2009c", "suites without authentication score zero");
        self.cap(has(Weakness::Null), Letter::F, LATER, "suites without encryption");
        self.cap(has(Weakness::Export), Letter::F, LATER, "export suites (FREAK, Logjam)");
        let all_rc4 = !suites.is_empty() && suites.len() == with(Weakness::Rc4).count();
        let rc4_late = with(Weakness::Rc4).any(|(version, _)| *version >= Version::Tls11);
        self.cap(all_rc4, Letter::F, "2009k", "RC4 is all there is");
        self.cap(!all_rc4 && rc4_late, Letter::C, "2009j", "RC4 with TLS 1.1 or newer");
        self.cap(!all_rc4 && !rc4_late && has(Weakness::Rc4), Letter::B, "2009i", "RC4");
        // As the last choice, for old clients, they are let pass.
        let blocks_chosen = facts.spoken().filter(|spoken| spoken.version >= Version::Tls11).any(|spoken| {
            let small = |suite: &Suite| suite.weaknesses().contains(&Weakness::SmallBlocks);
            let first = spoken.suites.iter().position(small);
            first.is_some_and(|first| spoken.suites[first..].iter().any(|suite| !small(suite)) || first == 0)
                && spoken.server_order != Some(false)
        });
        self.cap(blocks_chosen, Letter::C, LATER, "64-bit blocks (3DES) are chosen with TLS 1.1 or newer (SWEET32)");
        let none = |is: fn(Suite) -> bool| !suites.is_empty() && !suites.iter().any(|(_, suite)| is(*suite));
        self.cap(none(Suite::is_forward_secret), Letter::B, LATER, "no forward secrecy");
        self.cap(none(Suite::is_aead), Letter::B, LATER, "no authenticated encryption");
    }

    fn handshake(&mut self, facts: &Facts) {
        let is = |shown: &Option<super::Shown>, yes: bool| shown.as_ref().is_some_and(|shown| shown.yes == yes);
        self.cap(is(&facts.compression, true), Letter::C, "2009j", "TLS compression (CRIME)");
        let reason = "warning: no secure renegotiation";
        self.cap(is(&facts.secure_renegotiation, false), Letter::AMinus, "2009e", reason);
    }

    fn strength(&mut self, facts: &Facts) {
        let prime = facts.primes.first().map(|prime| prime.bits);
        if let Some(bits) = prime.filter(|bits| *bits < 2048) {
            self.cap(true, Letter::B, "2009j", format!("Diffie-Hellman with {bits} bits"));
        }
        let leaves = facts.chains.iter().filter_map(|chain| chain.leaf());
        if let Some(key) = leaves.map(|leaf| &leaf.key).min_by_key(|key| key.rsa_bits()) {
            let reason = format!("the certificate's key is {} with {} bits", key.kind, key.bits);
            match key.rsa_bits() {
                0..1024 => self.cap(true, Letter::F, "2009e", reason),
                1024..2048 => self.cap(true, Letter::B, "2009e", reason),
                _ => {}
            }
        }
        for hash in facts.signed_with() {
            if hash.starts_with("md") {
                let reason = format!("a certificate is signed with {}", hash.to_ascii_uppercase());
                self.cap(true, Letter::F, "2009e", reason);
            }
        }
    }

    /// What stands between A and A+.
    fn exceptional(&mut self, facts: &Facts, hsts: Option<u64>) {
        let fallback = facts.fallback_refused.as_ref().is_some_and(|shown| !shown.yes);
        self.cap(fallback, Letter::A, "2009h", "no TLS_FALLBACK_SCSV");
        let sha1 = facts.signed_with().contains(&"sha1");
        self.cap(sha1, Letter::A, "2009f", "a certificate is signed with SHA-1");
        match hsts {
            None => self.cap(true, Letter::A, "2009e", "no Strict-Transport-Security"),
            Some(age) => {
                let reason = "Strict-Transport-Security for less than 180 days";
                self.cap(age < HSTS_LEAST, Letter::A, "2009e", reason);
            }
        }
    }

    fn certificate(&mut self, target: &Target, facts: &Facts) {
        for chain in &facts.chains {
            let Some(leaf) = chain.leaf() else { continue };
            if let Trust::Untrusted(why) = &chain.trust {
                self.cap(true, Letter::T, LATER, format!("the certificate is not trusted: {why}"));
            }
            let valid = (leaf.not_before..=leaf.not_after).contains(&facts.at);
            self.cap(!valid, Letter::T, LATER, "the certificate is out of date");
            self.cap(!leaf.is_for(&target.host), Letter::M, LATER, "the certificate is for another name");
        }
        let revoked = facts.stapled == Some(Staple::Revoked);
        self.cap(revoked, Letter::T, LATER, "the certificate is revoked");
        self.0.dedup();
    }
}

impl Facts {
    /// Broken hashes that certificates below a root are signed with.
    fn signed_with(&self) -> Vec<&'static str> {
        let chains = self.chains.iter().flat_map(|chain| chain.certificates.iter().enumerate());
        chains.filter(|(at, one)| *at == 0 || !one.self_issued).filter_map(|(_, one)| one.broken_hash()).collect()
    }
}
