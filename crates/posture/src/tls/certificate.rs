//! Certificates, as far as a judgement needs them.

use super::answer::count_timestamps;
use super::hex;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use x509_parser::oid_registry::Oid;
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate};
use x509_parser::public_key::PublicKey;

/// Names kept of one certificate.
const NAMES: usize = 500;
/// Characters kept of one text.
const TEXT: usize = 256;

/// The certificates a server sent, its own first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// As they were sent.
    pub certificates: Vec<Certificate>,
    /// Whether each is followed by its issuer's.
    pub in_order: bool,
    /// Whether a path leads to a root that is trusted.
    pub trust: Trust,
}

/// Whether a path leads to a root that is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// To one that the system trusts.
    Trusted,
    /// To one that the user named.
    Private,
    /// None does: why, as the validation says it.
    Untrusted(String),
    /// It was not looked for.
    NotAssessed,
}

/// One certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Whose it is.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// Its number, in hex.
    pub serial: String,
    /// Host names it stands for.
    pub names: Vec<String>,
    /// Addresses it stands for.
    pub addresses: Vec<IpAddr>,
    /// When it begins to be valid.
    pub not_before: Timestamp,
    /// When it ends to be valid.
    pub not_after: Timestamp,
    /// The public key.
    pub key: Key,
    /// The algorithm of its signature.
    pub signature: String,
    /// Whether subject and issuer are the same.
    pub self_issued: bool,
    /// Whether it may sign others.
    pub is_ca: bool,
    /// Whether it demands an OCSP answer with every handshake (RFC 7633).
    pub must_staple: bool,
    /// Signed certificate timestamps in it (Certificate Transparency).
    pub timestamps: u32,
    /// Where its OCSP answers are.
    pub ocsp: Vec<String>,
    /// Where its issuer's certificate is.
    pub issuer_at: Vec<String>,
    /// SHA-256 of the whole, in hex.
    pub fingerprint: String,
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// `RSA`, `EC`, `Ed25519`, `Ed448`, `DSA` or the number of something else.
    pub kind: String,
    /// Size in bits.
    pub bits: u32,
}

impl Key {
    /// Strength, as the bits of an RSA key that is as hard to break (NIST SP 800-57, table 2).
    pub fn rsa_bits(&self) -> u32 {
        match (self.kind.as_str(), self.bits) {
            ("RSA" | "DSA", bits) => bits,
            ("Ed25519", _) => 3072,
            ("Ed448", _) => 7680,
            ("EC", bits) => match bits {
                0..160 => 512,
                160..224 => 1024,
                224..256 => 2048,
                256..384 => 3072,
                384..512 => 7680,
                _ => 15360,
            },
            // ML-DSA and what comes later.
            _ => 3072,
        }
    }
}

/// TLS features that a certificate demands, RFC 7633.
const TLS_FEATURE: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 24];
/// Embedded timestamps, RFC 6962.
const TIMESTAMPS: &[u64] = &[1, 3, 6, 1, 4, 1, 11129, 2, 4, 2];

fn is(oid: &Oid<'_>, numbers: &[u64]) -> bool {
    oid.iter().is_some_and(|parts| parts.eq(numbers.iter().copied()))
}

fn short(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(TEXT).collect()
}

fn time(seconds: i64) -> Timestamp {
    // Years that no calendar has end at the last one that it has.
    Timestamp::from_second(seconds).unwrap_or(if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

impl Certificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// A word for what cannot be read.
    pub fn read(der: &[u8]) -> Result<Certificate, String> {
        let (_, read) = X509Certificate::from_der(der).map_err(|error| short(&error.to_string()))?;
        let mut certificate = Certificate {
            subject: short(&read.subject().to_string()),
            issuer: short(&read.issuer().to_string()),
            serial: hex(&read.raw_serial()[..read.raw_serial().len().min(64)]),
            names: Vec::new(),
            addresses: Vec::new(),
            not_before: time(read.validity().not_before.timestamp()),
            not_after: time(read.validity().not_after.timestamp()),
            key: key(&read),
            signature: signature(&read.signature_algorithm.algorithm),
            self_issued: read.subject().as_raw() == read.issuer().as_raw(),
            is_ca: read.is_ca(),
            must_staple: false,
            timestamps: 0,
            ocsp: Vec::new(),
            issuer_at: Vec::new(),
            fingerprint: hex(&Sha256::digest(der)),
        };
        for extension in read.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::SubjectAlternativeName(alternatives) => {
                    for name in alternatives.general_names.iter().take(NAMES) {
                        match name {
                            GeneralName::DNSName(name) => certificate.names.push(short(name).to_ascii_lowercase()),
                            GeneralName::IPAddress(bytes) => certificate.addresses.extend(address(bytes)),
                            _ => {}
                        }
                    }
                }
                ParsedExtension::AuthorityInfoAccess(access) => {
                    for one in access.accessdescs.iter().take(8) {
                        let GeneralName::URI(uri) = &one.access_location else { continue };
                        match one.access_method.to_id_string().as_str() {
                            "1.3.6.1.5.5.7.48.1" => certificate.ocsp.push(short(uri)),
                            "1.3.6.1.5.5.7.48.2" => certificate.issuer_at.push(short(uri)),
                            _ => {}
                        }
                    }
                }
                _ if is(&extension.oid, TLS_FEATURE) => {
                    // A sequence of integers; 5 is status_request.
                    certificate.must_staple = extension.value.windows(3).any(|three| three == [2, 1, 5]);
                }
                _ if is(&extension.oid, TIMESTAMPS) => {
                    let inner = super::ocsp::Tlv::read(extension.value).map_or(&[][..], |tlv| tlv.value);
                    certificate.timestamps = u32::try_from(count_timestamps(inner)).unwrap_or(u32::MAX);
                }
                _ => {}
            }
        }
        Ok(certificate)
    }

    /// Whether it stands for a host (RFC 6125: a star is the whole of the first label, and stands for one label).
    pub fn is_for(&self, host: &str) -> bool {
        if let Ok(address) = host.parse::<IpAddr>() {
            return self.addresses.contains(&address);
        }
        self.names.iter().any(|name| {
            let name = name.trim_end_matches('.');
            match (name.strip_prefix("*."), host.split_once('.')) {
                (Some(domain), Some((first, rest))) => !first.is_empty() && rest.eq_ignore_ascii_case(domain),
                (Some(_), None) => false,
                (None, _) => name.eq_ignore_ascii_case(host),
            }
        })
    }

    /// The hash under its signature, where it is one that can be forged.
    pub fn broken_hash(&self) -> Option<&'static str> {
        let lower = self.signature.to_ascii_lowercase();
        ["md2", "md4", "md5", "sha1"].into_iter().find(|hash| lower.contains(hash))
    }
}

impl Chain {
    /// Reads what a server sent. What is no certificate ends the chain.
    ///
    /// # Errors
    /// A word for why the server's own cannot be read.
    pub fn read(ders: &[Vec<u8>]) -> Result<Chain, String> {
        let mut certificates = Vec::new();
        for (at, der) in ders.iter().enumerate() {
            match Certificate::read(der) {
                Ok(certificate) => certificates.push(certificate),
                Err(error) if at == 0 => return Err(error),
                Err(_) => break,
            }
        }
        if certificates.is_empty() {
            return Err("none was sent".to_owned());
        }
        let in_order = certificates.windows(2).all(|pair| pair[0].issuer == pair[1].subject);
        Ok(Chain { certificates, in_order, trust: Trust::NotAssessed })
    }

    /// The server's own certificate.
    pub fn leaf(&self) -> Option<&Certificate> {
        self.certificates.first()
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes).map(IpAddr::from).or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

fn key(read: &X509Certificate<'_>) -> Key {
    let info = read.public_key();
    let kind = |kind: &str, bits: usize| Key { kind: kind.to_owned(), bits: u32::try_from(bits).unwrap_or(u32::MAX) };
    match info.parsed() {
        Ok(PublicKey::RSA(rsa)) => kind("RSA", rsa.key_size()),
        Ok(PublicKey::EC(point)) => {
            // Two coordinates behind one byte; of P-521 each takes 66 bytes.
            let bits = (point.data().len().saturating_sub(1) / 2) * 8;
            kind("EC", if bits == 528 { 521 } else { bits })
        }
        Ok(PublicKey::DSA(number)) => kind("DSA", number.len().saturating_sub(number.len() % 8) * 8),
        _ => match info.algorithm.algorithm.to_id_string().as_str() {
            "1.3.101.112" => kind("Ed25519", 256),
            "1.3.101.113" => kind("Ed448", 456),
            other => kind(other, info.subject_public_key.data.len() * 8),
        },
    }
}

/// Names as RFC 3279, RFC 4055, RFC 5758 and RFC 8410 give them.
fn signature(oid: &Oid<'_>) -> String {
    let id = oid.to_id_string();
    let name = match id.as_str() {
        "1.2.840.113549.1.1.2" => "md2WithRSAEncryption",
        "1.2.840.113549.1.1.3" => "md4WithRSAEncryption",
        "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => "sha1WithRSAEncryption",
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.2.840.113549.1.1.14" => "sha224WithRSAEncryption",
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.1" => "ecdsa-with-SHA224",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        "1.2.840.10040.4.3" => "dsa-with-SHA1",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        _ => return id,
    };
    name.to_owned()
}
