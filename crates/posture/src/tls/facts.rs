//! What was learned of a server's TLS.

use super::certificate::{Certificate, Chain, Trust};
use super::group::Group;
use super::suite::Suite;
use super::version::Version;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What was learned. What could not be asked is `None`, and says why in [`Facts::gaps`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// The address and port that were asked.
    pub address: String,
    /// When it was asked: certificates are judged by it.
    pub at: Timestamp,
    /// Every version, the oldest first.
    pub versions: Vec<Spoken>,
    /// Groups of key exchanges on curves up to TLS 1.2, in the order they were chosen in.
    pub groups: Vec<Group>,
    /// Groups of TLS 1.3, in the order they were chosen in.
    pub groups13: Vec<Group>,
    /// Groups of numbers for Diffie-Hellman up to TLS 1.2, the smallest first.
    pub primes: Vec<Prime>,
    /// Whether a fallback is refused that an attacker brought about (`TLS_FALLBACK_SCSV`); none with one version alone.
    pub fallback_refused: Option<Shown>,
    /// Whether the hello of a lower version is marked, so that clients of TLS 1.3 see a downgrade.
    pub downgrade_marked: Option<bool>,
    /// Whether data is compressed before it is encrypted.
    pub compression: Option<Shown>,
    /// Whether renegotiation is bound to the session (RFC 5746); needless in TLS 1.3.
    pub secure_renegotiation: Option<Shown>,
    /// Whether the master secret is bound to the whole handshake (RFC 7627); built into TLS 1.3.
    pub extended_master_secret: Option<bool>,
    /// Whether CBC suites encrypt before they authenticate (RFC 7366).
    pub encrypt_then_mac: Option<bool>,
    /// Whether sessions are resumed by tickets up to TLS 1.2.
    pub session_tickets: Option<bool>,
    /// Bytes of early data (0-RTT) that are taken in TLS 1.3, zero for none.
    pub early_data: Option<u32>,
    /// Protocols above TLS that were agreed on (ALPN).
    pub alpn: Vec<String>,
    /// What is served to clients that send no name (SNI).
    pub without_name: Option<WithoutName>,
    /// Whether an OCSP answer came with the certificate.
    pub stapled: Option<Staple>,
    /// Signed certificate timestamps that came as an extension of the handshake.
    pub timestamps: u32,
    /// Chains, the one of the newest version first; several where the server has keys of several kinds.
    pub chains: Vec<Chain>,
    /// What was not assessed, and why.
    pub gaps: Vec<Gap>,
    /// Connections that were made.
    pub connections: u32,
}

/// Whether a version is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// The server agreed on it.
    Yes,
    /// The server refused it.
    No,
    /// No answer, so that nobody knows.
    Unknown,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// The version.
    pub version: Version,
    /// Whether it is spoken.
    pub support: Support,
    /// The suites accepted, in the order the server chose them in.
    pub suites: Vec<Suite>,
    /// Whether the server's order counts, and not the client's; none where it cannot be told.
    pub server_order: Option<bool>,
    /// The first bytes of the server's answer in hex.
    pub evidence: String,
}

/// A yes or no with the bytes that show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Yes or no.
    pub yes: bool,
    /// The first bytes of the server's answer in hex.
    pub evidence: String,
}

/// A group of numbers for Diffie-Hellman.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Prime {
    /// Size in bits.
    pub bits: u16,
    /// The first bytes of the prime in hex.
    pub evidence: String,
    /// A suite that it came with.
    pub suite: Suite,
}

/// What a client without a name gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithoutName {
    /// The same certificate.
    Same,
    /// Another one.
    Other,
    /// No connection.
    Refused,
}

/// An OCSP answer that came with the certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Staple {
    /// None came.
    None,
    /// It says good.
    Good,
    /// It says that the certificate is revoked.
    Revoked,
    /// It says neither, or cannot be read.
    Unclear,
}

/// What was not assessed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

/// What a real handshake told, with a certificate verifier that refuses nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// The version agreed on.
    pub version: Version,
    /// The protocol agreed on above TLS.
    pub alpn: Option<String>,
    /// The chain in DER.
    pub chain: Vec<Vec<u8>>,
    /// The OCSP answer that came with it.
    pub staple: Option<Vec<u8>>,
    /// Bytes of early data that a ticket allows; none where no ticket of TLS 1.3 came.
    pub early_data: Option<u32>,
}

impl Gap {
    /// A gap.
    pub fn new(what: impl Into<String>, why: impl Into<String>) -> Gap {
        Gap { what: what.into(), why: why.into() }
    }
}

impl Facts {
    /// What is known of a version.
    pub fn version(&self, version: Version) -> Option<&Spoken> {
        self.versions.iter().find(|spoken| spoken.version == version)
    }

    /// Whether the server agreed on a version.
    pub fn speaks(&self, version: Version) -> bool {
        self.version(version).is_some_and(|spoken| spoken.support == Support::Yes)
    }

    /// The versions that the server agreed on, the oldest first.
    pub fn spoken(&self) -> impl DoubleEndedIterator<Item = &Spoken> {
        self.versions.iter().filter(|spoken| spoken.support == Support::Yes)
    }

    /// Whether a chain of a public authority shows no proof that it stands in public logs. None: TLS 1.3 encrypts what
    /// the certificate does not hold itself.
    pub fn is_not_logged(&self, chain: &Chain) -> Option<bool> {
        let without = |leaf: &Certificate| leaf.timestamps == 0 && !leaf.is_ca;
        if chain.trust != Trust::Trusted || self.timestamps > 0 || !chain.leaf().is_some_and(without) {
            return Some(false);
        }
        self.spoken().any(|spoken| (Version::Tls10..Version::Tls13).contains(&spoken.version)).then_some(true)
    }

    /// Every suite with a version that accepts it.
    pub fn suites(&self) -> impl Iterator<Item = (Version, Suite)> {
        self.spoken().flat_map(|spoken| spoken.suites.iter().map(|suite| (spoken.version, *suite)))
    }
}
