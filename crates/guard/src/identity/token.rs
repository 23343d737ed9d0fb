//! JSON Web Tokens in compact form (RFC 7515, RFC 7519), read strictly and held against an issuer.

use super::algorithm::Algorithm;
use super::config::Issuer;
use super::json;
use super::keys::{self, KeySet};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// Longest token that is read, in bytes.
pub(super) const TOKEN_BYTES: usize = 16 << 10;
/// Longest `kid`, issuer and subject, in bytes.
const NAME_BYTES: usize = 512;
/// Told of a token whose key the issuer does not have.
pub(super) const UNKNOWN_KEY: &str = "The token is signed by a key that its issuer does not have";
/// Most scopes of a token.
const SCOPES: usize = 256;

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    Malformed(&'static str),
    Algorithm,
    Key,
    Signature,
    Issuer,
    Audience,
    Expired,
    NotYetValid,
    Claim,
    Inactive,
}

impl Flaw {
    /// The code of a decision, and what is told to the client.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Flaw::Malformed(why) => ("token_malformed", why),
            Flaw::Algorithm => ("token_algorithm", "The token is signed by an algorithm that is not accepted"),
            Flaw::Key => ("token_key", UNKNOWN_KEY),
            Flaw::Signature => ("token_signature", "The token's signature is not its issuer's"),
            Flaw::Issuer => ("token_issuer", "The token's issuer is not accepted"),
            Flaw::Audience => ("token_audience", "The token is meant for another audience"),
            Flaw::Expired => ("token_expired", "The token has expired"),
            Flaw::NotYetValid => ("token_not_yet_valid", "The token is not valid yet"),
            Flaw::Claim => ("token_claim", "The token lacks a claim that is required"),
            Flaw::Inactive => ("token_inactive", "The token is not active"),
        }
    }
}

/// A token that was read, not yet believed.
#[derive(Debug)]
pub(super) struct Token<'t> {
    algorithm: Option<Algorithm>,
    pub(super) key: Option<String>,
    kind: Option<String>,
    claims: Map<String, Value>,
    signed: &'t [u8],
    signature: Vec<u8>,
}

/// Reads a token.
pub(super) fn read(text: &str) -> Result<Token<'_>, Flaw> {
    if text.len() > TOKEN_BYTES {
        return Err(Flaw::Malformed("The token is too long"));
    }
    let form = Flaw::Malformed("The token is not a signed JSON Web Token in compact form");
    let (signed, signature) = text.rsplit_once('.').ok_or(form)?;
    let (header, claims) = signed.split_once('.').ok_or(form)?;
    // The alphabet of base64url has no dot: a fourth part does not decode.
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| form);
    let object = |part: &str| json::object(&decode(part)?).ok_or(form);
    let (header, claims, signature) = (object(header)?, object(claims)?, decode(signature)?);
    if header.contains_key("crit") {
        return Err(Flaw::Malformed("The token needs an extension that is not understood"));
    }
    if header.contains_key("b64") || header.contains_key("enc") || header.contains_key("zip") {
        return Err(form);
    }
    let name = |name: &str| match header.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if text.len() <= NAME_BYTES => Ok(Some(text.clone())),
        Some(_) => Err(form),
    };
    let algorithm = Algorithm::named(&name("alg")?.ok_or(form)?);
    Ok(Token { algorithm, key: name("kid")?, kind: name("typ")?, claims, signed: signed.as_bytes(), signature })
}

impl Token<'_> {
    /// Who says to have issued it. Nobody, until [`Token::verify`].
    pub(super) fn issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }

    /// Holds it against an issuer whose name it bears. `now` is UTC, microseconds since the epoch.
    pub(super) fn verify(&self, issuer: &Issuer, keys: &KeySet, now: i64) -> Result<(), Flaw> {
        // The issuer says which algorithms there are; what the token says only chooses among them.
        let algorithm = self.algorithm.filter(|algorithm| issuer.accepts(*algorithm)).ok_or(Flaw::Algorithm)?;
        match keys.verify(algorithm, self.key.as_deref(), self.signed, &self.signature) {
            keys::Verdict::Good => {}
            keys::Verdict::NoKey => return Err(Flaw::Key),
            keys::Verdict::Bad => return Err(Flaw::Signature),
        }
        if self.issuer() != Some(issuer.issuer.as_str()) {
            return Err(Flaw::Issuer);
        }
        if !issuer.types.is_empty() {
            // A media type may be written without its `application/` (RFC 7515 section 4.1.9).
            let short = |kind: &str| kind.to_ascii_lowercase().trim_start_matches("application/").to_owned();
            let kind = self.kind.as_deref().map(short);
            if !issuer.types.iter().any(|accepted| Some(short(accepted)) == kind) {
                return Err(Flaw::Malformed("The token is of another type"));
            }
        }
        times(&self.claims, now, issuer.leeway_seconds)?;
        audience(&self.claims, &issuer.audiences)?;
        let missing = |name: &String| find(&self.claims, name).is_none_or(Value::is_null);
        if issuer.required_claims.iter().any(missing) {
            return Err(Flaw::Claim);
        }
        Ok(())
    }

    pub(super) fn into_claims(self) -> Map<String, Value> {
        self.claims
    }

    pub(super) fn subject(&self) -> Option<String> {
        subject(&self.claims)
    }

    pub(super) fn scopes(&self, names: &[String]) -> Vec<String> {
        scopes(&self.claims, names)
    }
}

/// Who a token speaks for: its subject, else its client.
pub(super) fn subject(claims: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| text.len() <= NAME_BYTES);
    text("sub").or_else(|| text("client_id")).or_else(|| text("azp")).map(str::to_owned)
}

/// Its scopes: each claim is a list, or words with spaces between them.
pub(super) fn scopes(claims: &Map<String, Value>, names: &[String]) -> Vec<String> {
    let mut scopes = Vec::new();
    for value in names.iter().filter_map(|name| find(claims, name)) {
        match value {
            Value::String(text) => scopes.extend(text.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned)),
            Value::Array(items) => scopes.extend(items.iter().filter_map(Value::as_str).map(str::to_owned)),
            _ => {}
        }
    }
    scopes.truncate(SCOPES);
    scopes
}

/// A claim by its name, else by a path of names with dots between them.
pub fn find<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c Value> {
    if let Some(value) = claims.get(name) {
        return Some(value);
    }
    let mut steps = name.split('.');
    let first = claims.get(steps.next()?)?;
    steps.try_fold(first, |value, step| value.get(step)).filter(|_| name.contains('.'))
}

/// `exp`, `nbf` and `iat` (RFC 7519 section 4.1): numbers of seconds, with a fraction or without.
pub(super) fn times(claims: &Map<String, Value>, now: i64, leeway: u32) -> Result<(), Flaw> {
    let seconds = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(Value::Number(number)) => Ok(number.as_f64()),
        Some(_) => Err(Flaw::Malformed("The token's times are not numbers")),
    };
    #[allow(clippy::cast_precision_loss, reason = "microseconds of this epoch are exact in a double for 285 years")]
    let (now, leeway) = (now as f64 / 1e6, f64::from(leeway));
    if seconds("exp")?.is_some_and(|end| now >= end + leeway) {
        return Err(Flaw::Expired);
    }
    for name in ["nbf", "iat"] {
        if seconds(name)?.is_some_and(|start| now + leeway < start) {
            return Err(Flaw::NotYetValid);
        }
    }
    Ok(())
}

/// `aud`: one name or a list, of which one must be ours. Without `audiences` any will do.
pub(super) fn audience(claims: &Map<String, Value>, audiences: &[String]) -> Result<(), Flaw> {
    let ours = |value: &Value| value.as_str().is_some_and(|name| audiences.iter().any(|audience| audience == name));
    let good = audiences.is_empty()
        || match claims.get("aud") {
            Some(Value::Array(names)) => names.iter().any(ours),
            Some(name) => ours(name),
            None => false,
        };
    if good { Ok(()) } else { Err(Flaw::Audience) }
}
