//! Client hellos, written byte by byte: RFC 8446, RFC 5246, RFC 6101 (SSLv3) and the draft of SSLv2.
//!
//! No key is ever used, so that none is made: up to TLS 1.2 a hello needs none, and in TLS 1.3 one without key shares is
//! answered by a `HelloRetryRequest` that tells the suite and the group.

use super::group::Group;
use super::suite::Suite;
use super::version::Version;

/// `TLS_FALLBACK_SCSV`, RFC 7507: "I come back with a lower version because a higher one failed".
pub(super) const FALLBACK: u16 = 0x5600;
/// `TLS_EMPTY_RENEGOTIATION_INFO_SCSV`, RFC 5746, for hellos without extensions.
const RENEGOTIATION: u16 = 0x00ff;

/// What a hello says.
#[derive(Debug, Clone)]
pub struct Hello<'a> {
    /// The one version it speaks.
    pub version: Version,
    /// The name it asks for; none for addresses.
    pub name: Option<&'a str>,
    /// Suites, the most wanted first.
    pub suites: &'a [Suite],
    /// Groups, the most wanted first.
    pub groups: &'a [Group],
    /// Protocols above TLS; none leaves the extension out.
    pub alpn: &'a [&'a str],
    /// Whether compression is offered.
    pub compression: bool,
    /// Whether the hello says that it is a fallback.
    pub fallback: bool,
    /// Whether TLS 1.3 gets key shares that look real, for servers that want some.
    pub shares: bool,
    /// 32 bytes for the random field and what else looks random.
    pub random: [u8; 32],
}

/// Signature schemes offered: everything that certificates and servers sign with, SHA-1 and DSA too.
const SCHEMES: [u16; 22] = [
    0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601,
    0x0303, 0x0301, 0x0203, 0x0201, 0x0402, 0x0302, 0x0202, 0x081a,
];

/// The base point of P-256, SEC 2: a valid public key whose private key (one) is never used.
const P256_BASE: [u8; 65] = [
    0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03,
    0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe,
    0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce,
    0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
];

/// Hellos of 256 to 511 bytes hang some load balancers (RFC 7685).
const AWKWARD: std::ops::RangeInclusive<usize> = 256..=511;

/// Bytes with a length in front, which is known when they are written.
fn sized(out: &mut Vec<u8>, width: usize, write: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.resize(at + width, 0);
    write(out);
    let length = (out.len() - at - width).to_be_bytes();
    let from = length.len() - width;
    out[at..at + width].copy_from_slice(&length[from..]);
}

fn extension(out: &mut Vec<u8>, number: u16, write: impl FnOnce(&mut Vec<u8>)) {
    out.extend(number.to_be_bytes());
    sized(out, 2, write);
}

impl Hello<'_> {
    /// The hello as a record, to be sent as it is.
    pub fn bytes(&self) -> Vec<u8> {
        if self.version == Version::Ssl2 {
            return self.ssl2();
        }
        let plain = self.message(0);
        let length = plain.len();
        // The header of the padding extension takes four bytes itself.
        let message = if AWKWARD.contains(&length) && self.version > Version::Ssl3 {
            self.message((AWKWARD.end() + 1).saturating_sub(length + 4).max(1))
        } else {
            plain
        };
        let mut record = vec![22];
        // Old servers take a record of 3.1 only, whatever the hello in it says (RFC 8446, appendix D).
        record.extend(self.version.number().min(Version::Tls10.number()).to_be_bytes());
        sized(&mut record, 2, |out| out.extend(&message));
        record
    }

    fn message(&self, padding: usize) -> Vec<u8> {
        let mut out = vec![1];
        sized(&mut out, 3, |out| {
            out.extend(self.version.number().min(Version::Tls12.number()).to_be_bytes());
            out.extend(self.random);
            // TLS 1.3 looks like a resumed session of TLS 1.2 to boxes in between.
            sized(out, 1, |out| {
                if self.version == Version::Tls13 {
                    out.extend(self.random.iter().rev());
                }
            });
            sized(out, 2, |out| {
                for suite in self.suites {
                    if let Ok(number) = u16::try_from(suite.0) {
                        out.extend(number.to_be_bytes());
                    }
                }
                if self.version == Version::Ssl3 {
                    out.extend(RENEGOTIATION.to_be_bytes());
                }
                if self.fallback {
                    out.extend(FALLBACK.to_be_bytes());
                }
            });
            let compressed = self.compression && self.version < Version::Tls13;
            sized(out, 1, |out| out.extend(if compressed { &[1, 0][..] } else { &[0] }));
            if self.version > Version::Ssl3 {
                sized(out, 2, |out| self.extensions(out, padding));
            }
        });
        out
    }

    fn extensions(&self, out: &mut Vec<u8>, padding: usize) {
        if let Some(name) = self.name {
            extension(out, 0, |out| {
                sized(out, 2, |out| {
                    out.push(0);
                    sized(out, 2, |out| out.extend(name.as_bytes()));
                });
            });
        }
        if !self.groups.is_empty() {
            extension(out, 10, |out| {
                sized(out, 2, |out| out.extend(self.groups.iter().flat_map(|group| group.0.to_be_bytes())));
            });
        }
        if self.version >= Version::Tls12 {
            extension(out, 13, |out| sized(out, 2, |out| out.extend(SCHEMES.iter().flat_map(|one| one.to_be_bytes()))));
        }
        if !self.alpn.is_empty() {
            extension(out, 16, |out| {
                sized(out, 2, |out| {
                    for protocol in self.alpn {
                        sized(out, 1, |out| out.extend(protocol.as_bytes()));
                    }
                });
            });
        }
        if self.version == Version::Tls13 {
            extension(out, 43, |out| sized(out, 1, |out| out.extend(self.version.number().to_be_bytes())));
            extension(out, 45, |out| sized(out, 1, |out| out.push(1)));
            extension(out, 51, |out| sized(out, 2, |out| self.key_shares(out)));
        } else {
            extension(out, 11, |out| sized(out, 1, |out| out.push(0)));
            // status_request: an OCSP answer, from any responder, without extensions.
            extension(out, 5, |out| out.extend([1, 0, 0, 0, 0]));
            extension(out, 18, |_| ());
            extension(out, 22, |_| ());
            extension(out, 23, |_| ());
            extension(out, 35, |_| ());
            extension(out, 0xff01, |out| out.push(0));
        }
        if padding > 0 {
            extension(out, 21, |out| out.resize(out.len() + padding, 0));
        }
    }

    fn key_shares(&self, out: &mut Vec<u8>) {
        if !self.shares {
            return;
        }
        for group in self.groups {
            let key: &[u8] = match *group {
                // Any 32 bytes are a public key of X25519.
                Group::X25519 => &self.random,
                Group::SECP256R1 => &P256_BASE,
                _ => continue,
            };
            out.extend(group.0.to_be_bytes());
            sized(out, 2, |out| out.extend(key));
        }
    }

    /// The `CLIENT-HELLO` of SSLv2, with its own two bytes of length.
    fn ssl2(&self) -> Vec<u8> {
        let mut body = vec![1];
        body.extend(Version::Ssl2.number().to_be_bytes());
        let kinds: Vec<u8> = self.suites.iter().flat_map(|kind| kind.0.to_be_bytes().into_iter().skip(1)).collect();
        let challenge = &self.random[..16];
        body.extend(u16::try_from(kinds.len()).unwrap_or_default().to_be_bytes());
        body.extend([0, 0]);
        body.extend(16_u16.to_be_bytes());
        body.extend(kinds);
        body.extend(challenge);
        let mut record = (0x8000 | u16::try_from(body.len()).unwrap_or_default()).to_be_bytes().to_vec();
        record.extend(body);
        record
    }
}
