//! Keys that sign a domain's mail: DKIM, RFC 6376 and RFC 8463.

use super::known::{Kind, Known, Outcome};
use super::tags::tags;
use base64::Engine;
use serde::{Deserialize, Serialize};

/// Selectors that large senders of mail use. Which ones a domain uses is told by its mail alone.
pub const COMMON_SELECTORS: &[&str] = &[
    "default",
    "dkim",
    "fm1",
    "google",
    "k1",
    "k2",
    "k3",
    "mail",
    "mandrill",
    "protonmail",
    "s1",
    "s2",
    "selector1",
    "selector2",
    "sig1",
    "smtp",
    "zoho",
];
/// Selectors of the user that are asked for.
const GIVEN: usize = 20;

/// What a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    /// RSA, with the length of its modulus in bits.
    Rsa(u32),
    /// Ed25519.
    Ed25519,
    /// Empty: the key was revoked.
    Revoked,
    /// Another type, or bytes that are no key.
    Unreadable,
}

/// One selector's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dkim {
    /// The selector.
    pub selector: String,
    /// Whether the user named it, so that a key is expected.
    pub given: bool,
    /// The record; none where a given selector has none.
    pub record: Option<String>,
    /// Why nothing is known of it, where nothing is.
    pub unknown: Option<String>,
    /// The key.
    pub key: Option<KeyKind>,
    /// `t=y`: receivers are to treat the mail as unsigned.
    pub testing: bool,
    /// `h=` names SHA-1 alone, which receivers refuse (RFC 8301).
    pub sha1_only: bool,
}

/// The keys of a domain. The common selectors are only asked for when mail is sent at all and `_domainkey` exists: below
/// a name that does not exist there is nothing (RFC 8020).
pub(super) fn assess(domain: &str, given: &[String], sends: bool, known: &mut Known) -> Vec<Dkim> {
    let mut found = Vec::new();
    let given: Vec<&str> = given.iter().map(String::as_str).take(GIVEN).collect();
    for selector in &given {
        found.push(key(domain, selector, true, known));
    }
    if sends && known.ask(&format!("_domainkey.{domain}"), Kind::Txt).outcome != Outcome::NoSuchName {
        for selector in COMMON_SELECTORS.iter().filter(|selector| !given.contains(selector)) {
            let key = key(domain, selector, false, known);
            found.extend(key.record.is_some().then_some(key));
        }
    }
    found
}

fn key(domain: &str, selector: &str, given: bool, known: &mut Known) -> Dkim {
    let reply = known.ask(&format!("{selector}._domainkey.{domain}"), Kind::Txt);
    // A text that has no `p=` is no key, nor is one of another version: a wildcard answers with anything.
    let is_key = |text: &&str| {
        tags(text).any(|(tag, _)| tag == "p") && tags(text).all(|(tag, value)| tag != "v" || value == "DKIM1")
    };
    let record = reply.texts().find(is_key);
    let mut dkim = Dkim {
        selector: selector.to_owned(),
        given,
        record: record.map(str::to_owned),
        unknown: reply.unknown().map(str::to_owned),
        key: None,
        testing: false,
        sha1_only: false,
    };
    if let Some(record) = record {
        read(record, &mut dkim);
    }
    dkim
}

/// RFC 6376 section 3.6.1.
fn read(record: &str, dkim: &mut Dkim) {
    let mut kind = "rsa";
    let mut key = "";
    for (tag, value) in tags(record) {
        match tag.as_str() {
            "k" => kind = value,
            "p" => key = value,
            "t" => dkim.testing = value.split(':').any(|flag| flag.trim().eq_ignore_ascii_case("y")),
            "h" => dkim.sha1_only = value.split(':').all(|hash| hash.trim().eq_ignore_ascii_case("sha1")),
            _ => {}
        }
    }
    let bare: String = key.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(&bare);
    dkim.key = Some(match bytes {
        _ if bare.is_empty() => KeyKind::Revoked,
        Ok(bytes) if kind.eq_ignore_ascii_case("rsa") => modulus_bits(&bytes).map_or(KeyKind::Unreadable, KeyKind::Rsa),
        Ok(bytes) if kind.eq_ignore_ascii_case("ed25519") && bytes.len() == 32 => KeyKind::Ed25519,
        _ => KeyKind::Unreadable,
    });
}

/// Splits a DER element of this tag off: what is in it, and what follows.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    (found == tag).then(|| rest.split_at_checked(length)).flatten()
}

/// Bits of the modulus of an RSA key, as a SubjectPublicKeyInfo or bare (RFC 8017 appendix A.1.1).
fn modulus_bits(der: &[u8]) -> Option<u32> {
    const SEQUENCE: u8 = 0x30;
    const INTEGER: u8 = 0x02;
    const BIT_STRING: u8 = 0x03;
    let (outer, _) = element(der, SEQUENCE)?;
    let numbers = match element(outer, SEQUENCE) {
        Some((_, rest)) => {
            let (bits, _) = element(rest, BIT_STRING)?;
            element(bits.strip_prefix(&[0])?, SEQUENCE)?.0
        }
        None => outer,
    };
    let (modulus, _) = element(numbers, INTEGER)?;
    let first = modulus.iter().position(|byte| *byte != 0)?;
    let bytes = u32::try_from(modulus.len() - first).ok()?;
    Some(bytes * 8 - modulus[first].leading_zeros())
}
