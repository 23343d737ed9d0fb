//! Real keys that sign real tokens.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::encoding::PublicKeyX509Der;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RsaEncoding, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// A key of some kind.
pub(crate) enum Key {
    Rsa(RsaKeyPair),
    Ec(&'static str, EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Secret(Vec<u8>),
}

/// One key of every kind, made once.
pub(crate) struct Keys {
    pub(crate) rsa: Key,
    pub(crate) p256: Key,
    pub(crate) p384: Key,
    pub(crate) p521: Key,
    pub(crate) ed: Key,
    pub(crate) secret: Key,
}

pub(crate) fn ec(curve: &'static str, algorithm: &'static EcdsaSigningAlgorithm) -> Key {
    Key::Ec(curve, EcdsaKeyPair::generate(algorithm).unwrap())
}

pub(crate) fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| Keys {
        rsa: Key::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()),
        p256: ec("P-256", &signature::ECDSA_P256_SHA256_FIXED_SIGNING),
        p384: ec("P-384", &signature::ECDSA_P384_SHA384_FIXED_SIGNING),
        p521: ec("P-521", &signature::ECDSA_P521_SHA512_FIXED_SIGNING),
        ed: Key::Ed(Ed25519KeyPair::generate().unwrap()),
        secret: Key::Secret((0..64).collect()),
    })
}

impl Keys {
    /// The key that signs by an algorithm.
    pub(crate) fn of(&self, algorithm: &str) -> &Key {
        match algorithm {
            "ES256" => &self.p256,
            "ES384" => &self.p384,
            "ES512" => &self.p521,
            "EdDSA" | "Ed25519" => &self.ed,
            _ if algorithm.starts_with("HS") => &self.secret,
            _ => &self.rsa,
        }
    }
}

impl Key {
    pub(crate) fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Key::Rsa(key) => {
                let padding: &dyn RsaEncoding = match algorithm {
                    "RS256" => &signature::RSA_PKCS1_SHA256,
                    "RS384" => &signature::RSA_PKCS1_SHA384,
                    "RS512" => &signature::RSA_PKCS1_SHA512,
                    "PS256" => &signature::RSA_PSS_SHA256,
                    "PS384" => &signature::RSA_PSS_SHA384,
                    _ => &signature::RSA_PSS_SHA512,
                };
                let mut out = vec![0; key.public_modulus_len()];
                key.sign(padding, &random, message, &mut out).unwrap();
                out
            }
            Key::Ec(_, key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
            Key::Ed(key) => key.sign(message).as_ref().to_vec(),
            Key::Secret(bytes) => {
                let kind = match algorithm {
                    "HS256" => hmac::HMAC_SHA256,
                    "HS384" => hmac::HMAC_SHA384,
                    _ => hmac::HMAC_SHA512,
                };
                hmac::sign(&hmac::Key::new(kind, bytes), message).as_ref().to_vec()
            }
        }
    }

    /// Its public part as a JSON Web Key.
    pub(crate) fn jwk(&self, id: &str) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Key::Rsa(key) => {
                // RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
                let der = key.public_key().as_ref();
                let (modulus, rest) = integer(value(der).0);
                json!({"kty": "RSA", "kid": id, "n": text(modulus), "e": text(integer(rest).0)})
            }
            Key::Ec(curve, key) => {
                let point = &key.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                json!({"kty": "EC", "crv": curve, "kid": id, "x": text(x), "y": text(y)})
            }
            Key::Ed(key) => json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": text(key.public_key().as_ref())}),
            Key::Secret(bytes) => json!({"kty": "oct", "kid": id, "k": text(bytes)}),
        }
    }

    /// Its public part in PEM.
    pub(crate) fn pem(&self) -> String {
        let der: PublicKeyX509Der<'_> = match self {
            Key::Rsa(key) => key.public_key().as_der().unwrap(),
            Key::Ec(_, key) => key.public_key().as_der().unwrap(),
            Key::Ed(key) => key.public_key().as_der().unwrap(),
            Key::Secret(_) => panic!("a secret has no public part"),
        };
        let body: Vec<String> = STANDARD
            .encode(der.as_ref())
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", body.join("\n"))
    }
}

/// The content of a DER value, and what follows it.
fn value(der: &[u8]) -> (&[u8], &[u8]) {
    let (length, start) = match der[1] {
        short if short < 0x80 => (usize::from(short), 2),
        long => {
            let bytes = usize::from(long & 0x7f);
            (der[2..2 + bytes].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), 2 + bytes)
        }
    };
    der[start..].split_at(length)
}

fn integer(der: &[u8]) -> (&[u8], &[u8]) {
    let (bytes, rest) = value(der);
    (bytes.strip_prefix(&[0]).unwrap_or(bytes), rest)
}

pub(crate) fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A signed token.
pub(crate) fn token(key: &Key, algorithm: &str, header: &Value, claims: &Value) -> String {
    let mut header = header.clone();
    header["alg"] = algorithm.into();
    let signed = format!("{}.{}", part(&header), part(claims));
    let signature = key.sign(algorithm, signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
