//! The keys of an issuer: JSON Web Key Sets (RFC 7517), PEM, shared secrets.

use super::algorithm::{Algorithm, RSA, SHARED};
use super::json;
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ParsedPublicKey, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject;
use serde_json::{Map, Value};
use std::fmt;

/// Largest key set, in bytes.
pub const KEY_SET_BYTES: usize = 256 << 10;
/// Most keys of a set.
const KEYS: usize = 100;
/// Most keys tried for one token: of one `kid`, or where it names none.
const TRIED: usize = 4;
/// Smallest RSA modulus, in bytes (RFC 7518 section 3.3).
const RSA_BYTES: usize = 256;

/// Why there are no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The document is too large.
    #[error("the key set is larger than {} KiB", KEY_SET_BYTES >> 10)]
    Size,
    /// It is no key set.
    #[error("it is no JSON Web Key Set")]
    Form,
    /// It is no PEM public key.
    #[error(
        "it is no PEM public key (`-----BEGIN PUBLIC KEY-----`) of RSA (2048 bits and more), P-256, P-384, P-521 or Ed25519"
    )]
    Pem,
    /// None of its keys can verify a signature.
    #[error("none of its keys can verify a signature")]
    Empty,
    /// The secret is too short.
    #[error("the secret has fewer than 32 bytes")]
    Short,
}

/// Keys that verify tokens. Prints how many there are, never what they are.
#[derive(Default)]
pub struct KeySet(Vec<Key>);

struct Key {
    id: Option<String>,
    verifiers: Vec<(Algorithm, Verifier)>,
}

enum Verifier {
    Public(ParsedPublicKey),
    Shared(Box<hmac::Key>),
}

/// How a token fared with a key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Good,
    /// No key of this id for this algorithm.
    NoKey,
    Bad,
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySet({} keys)", self.0.len())
    }
}

impl KeySet {
    /// Reads a JSON Web Key Set. Keys that cannot verify (for encryption, of unknown kinds, symmetric, too small) are
    /// left out.
    ///
    /// # Errors
    /// When it is too large, no key set, or holds no usable key.
    pub fn jwks(document: &[u8]) -> Result<KeySet, KeyError> {
        if document.len() > KEY_SET_BYTES {
            return Err(KeyError::Size);
        }
        let members = json::object(document).ok_or(KeyError::Form)?;
        let keys = members.get("keys").and_then(Value::as_array).ok_or(KeyError::Form)?;
        let keys: Vec<Key> = keys.iter().take(KEYS).filter_map(|key| jwk(key.as_object()?)).collect();
        if keys.is_empty() { Err(KeyError::Empty) } else { Ok(KeySet(keys)) }
    }

    /// A public key in PEM (SubjectPublicKeyInfo). It has no id: it is tried for tokens with any.
    ///
    /// # Errors
    /// When it is not PEM, or of a kind that signs no tokens.
    pub fn pem(text: &str) -> Result<KeySet, KeyError> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes()).map_err(|_| KeyError::Pem)?;
        let key = |algorithms: &[Algorithm]| {
            let verifiers: Vec<_> = algorithms.iter().filter_map(|algorithm| public(*algorithm, &der)).collect();
            (!verifiers.is_empty()).then_some(Key { id: None, verifiers })
        };
        let kinds: [&[Algorithm]; 5] =
            [&RSA, &[Algorithm::ES256], &[Algorithm::ES384], &[Algorithm::ES512], &[Algorithm::EdDSA]];
        kinds.into_iter().find_map(key).map(|key| KeySet(vec![key])).ok_or(KeyError::Pem)
    }

    /// A shared secret. A line break at its end is not part of it.
    ///
    /// # Errors
    /// When it is shorter than the hash of HS256.
    pub fn secret(bytes: &[u8]) -> Result<KeySet, KeyError> {
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let verifiers: Vec<_> = SHARED
            .into_iter()
            .filter_map(|algorithm| {
                let (kind, least) = algorithm.shared()?;
                (bytes.len() >= least).then(|| (algorithm, Verifier::Shared(Box::new(hmac::Key::new(kind, bytes)))))
            })
            .collect();
        if verifiers.is_empty() { Err(KeyError::Short) } else { Ok(KeySet(vec![Key { id: None, verifiers }])) }
    }

    /// All keys of both.
    pub(super) fn join(mut self, other: KeySet) -> KeySet {
        self.0.extend(other.0);
        self
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True without keys.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True when a token that names this key may be verified: a key has the id, or none.
    pub fn knows(&self, id: &str) -> bool {
        self.0.iter().any(|key| key.id.as_deref().is_none_or(|known| known == id))
    }

    pub(super) fn verify(&self, algorithm: Algorithm, id: Option<&str>, signed: &[u8], signature: &[u8]) -> Verdict {
        let named = |key: &&Key| match (&key.id, id) {
            (Some(known), Some(id)) => known == id,
            _ => true,
        };
        let verifiers = self.0.iter().filter(named).filter_map(|key| {
            key.verifiers.iter().find(|(known, _)| *known == algorithm).map(|(_, verifier)| verifier)
        });
        let mut verdict = Verdict::NoKey;
        for verifier in verifiers.take(TRIED) {
            let good = match verifier {
                Verifier::Public(key) => key.verify_sig(signed, signature).is_ok(),
                Verifier::Shared(key) => hmac::verify(key, signed, signature).is_ok(),
            };
            if good {
                return Verdict::Good;
            }
            verdict = Verdict::Bad;
        }
        verdict
    }
}

fn jwk(key: &Map<String, Value>) -> Option<Key> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let operations = key.get("key_ops").and_then(Value::as_array);
    if operations.is_some_and(|operations| operations.iter().all(|operation| operation != "verify")) {
        return None;
    }
    let only = match text("alg") {
        Some(name) => Some(Algorithm::named(name)?),
        None => None,
    };
    let bytes = |name: &str| text(name).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let verifiers: Vec<(Algorithm, Verifier)> = match (text("kty")?, text("crv")) {
        ("RSA", _) => {
            let strip = |bytes: Vec<u8>| bytes.into_iter().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
            let (n, e) = (strip(bytes("n")?), strip(bytes("e")?));
            if n.len() < RSA_BYTES {
                return None;
            }
            let components = RsaPublicKeyComponents { n: &n[..], e: &e[..] };
            let der = AsDer::<PublicKeyX509Der<'_>>::as_der(&components).ok()?;
            let fits = |algorithm: &Algorithm| only.is_none_or(|only| only == *algorithm);
            RSA.into_iter().filter(fits).filter_map(|algorithm| public(algorithm, der.as_ref())).collect()
        }
        ("EC", Some(curve)) => {
            let (algorithm, length) = match curve {
                "P-256" => (Algorithm::ES256, 32),
                "P-384" => (Algorithm::ES384, 48),
                "P-521" => (Algorithm::ES512, 66),
                _ => return None,
            };
            let (x, y) = (bytes("x")?, bytes("y")?);
            if x.len() != length || y.len() != length {
                return None;
            }
            let point: Vec<u8> = std::iter::once(4).chain(x).chain(y).collect();
            vec![public(algorithm, &point)?]
        }
        ("OKP", Some("Ed25519")) => vec![public(Algorithm::EdDSA, &bytes("x").filter(|x| x.len() == 32)?)?],
        _ => return None,
    };
    let fits = |(algorithm, _): &(Algorithm, Verifier)| only.is_none_or(|only| only == *algorithm);
    (!verifiers.is_empty() && verifiers.iter().all(fits)).then(|| Key { id: text("kid").map(str::to_owned), verifiers })
}

fn public(algorithm: Algorithm, bytes: &[u8]) -> Option<(Algorithm, Verifier)> {
    Some((algorithm, Verifier::Public(ParsedPublicKey::new(algorithm.public()?, bytes).ok()?)))
}
