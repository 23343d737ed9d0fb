//! What an endpoint says of a token (RFC 7662).

use super::config::Introspection;
use super::json;
use super::token::{self, Flaw};
use serde_json::{Map, Value};

/// Largest answer, in bytes.
pub const STATUS_BYTES: usize = 64 << 10;

/// An introspection endpoint's word on one token.
#[derive(Clone, PartialEq)]
pub struct TokenStatus {
    claims: Map<String, Value>,
}

impl std::fmt::Debug for TokenStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenStatus").field("active", &self.active()).finish_non_exhaustive()
    }
}

impl TokenStatus {
    /// Reads an answer; `None` when it is none.
    pub fn read(document: &[u8]) -> Option<TokenStatus> {
        let claims = json::object(document).filter(|_| document.len() <= STATUS_BYTES)?;
        // Without `active` it is the answer to another question (section 2.2).
        claims.get("active")?.as_bool()?;
        Some(TokenStatus { claims })
    }

    fn active(&self) -> bool {
        self.claims.get("active") == Some(&Value::Bool(true))
    }

    /// When the token ends, UTC seconds, where the answer says it.
    pub fn expires(&self) -> Option<i64> {
        let number = self.claims.get("exp")?;
        #[allow(clippy::cast_possible_truncation, reason = "a cast of a float ends at the range of the integer")]
        number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds as i64))
    }

    pub(super) fn judge(&self, endpoint: &Introspection, now: i64) -> Result<(), Flaw> {
        if !self.active() {
            return Err(Flaw::Inactive);
        }
        token::times(&self.claims, now, 0)?;
        let issuer = self.claims.get("iss").and_then(Value::as_str);
        if endpoint.issuer.as_deref().is_some_and(|ours| issuer.is_some_and(|issuer| issuer != ours)) {
            return Err(Flaw::Issuer);
        }
        token::audience(&self.claims, &endpoint.audiences)
    }

    pub(super) fn subject(&self) -> Option<String> {
        token::subject(&self.claims)
    }

    pub(super) fn scopes(&self) -> Vec<String> {
        token::scopes(&self.claims, &["scope".to_owned()])
    }
}
