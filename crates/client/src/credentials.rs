//! Who asks.

use base64::Engine as _;
use http::HeaderValue;
use std::fmt;

/// Who asks. Written nowhere but into the request: `Debug` shows the kind alone.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Credentials {
    /// Nobody in particular.
    #[default]
    None,
    /// The holder of a token.
    Token(String),
    /// The holder of a key pair.
    Keys {
        /// The name of the pair, which is no secret.
        access: String,
        /// The secret.
        secret: String,
    },
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credentials::None => "None",
            Credentials::Token(_) => "Token(..)",
            Credentials::Keys { .. } => "Keys(..)",
        })
    }
}

/// A token or key that no request can carry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadCredentials(&'static str);

impl Credentials {
    /// The value of the header `Authorization`.
    pub(crate) fn header(&self) -> Result<Option<HeaderValue>, BadCredentials> {
        let text = match self {
            Credentials::None => return Ok(None),
            Credentials::Token(token) if is_plain(token) => format!("Bearer {token}"),
            Credentials::Token(_) => return Err(BadCredentials("the token is empty or holds characters no token has")),
            Credentials::Keys { access, secret } if is_plain(access) && !access.contains(':') && is_plain(secret) => {
                let pair = base64::engine::general_purpose::STANDARD.encode(format!("{access}:{secret}"));
                format!("Basic {pair}")
            }
            Credentials::Keys { .. } => {
                return Err(BadCredentials("the access key or the secret key is empty or holds characters no key has"));
            }
        };
        let mut value = HeaderValue::try_from(text).map_err(|_| BadCredentials("the credentials cannot be sent"))?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

/// Visible ASCII: what tokens and keys are made of. A line end that was copied along is told apart from a wrong key.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_pair_goes_as_basic_and_a_token_as_bearer() {
        let keys = Credentials::Keys { access: "pal_ak_a".to_owned(), secret: "pal_sk_b".to_owned() };
        assert_eq!(keys.header().unwrap().unwrap(), "Basic cGFsX2FrX2E6cGFsX3NrX2I=");
        assert_eq!(Credentials::Token("pal_c".to_owned()).header().unwrap().unwrap(), "Bearer pal_c");
        assert!(Credentials::None.header().unwrap().is_none());
    }

    #[test]
    fn what_no_request_can_carry_is_refused() {
        for (access, secret) in [("", "b"), ("a", ""), ("a:b", "c"), ("a", "b\n"), ("a", "b c"), ("ä", "b")] {
            let keys = Credentials::Keys { access: access.to_owned(), secret: secret.to_owned() };
            assert!(keys.header().is_err(), "{access:?} {secret:?}");
        }
        assert!(Credentials::Token("a\r\nb: c".to_owned()).header().is_err());
    }

    #[test]
    fn secrets_do_not_show() {
        let keys = Credentials::Keys { access: "pal_ak_a".to_owned(), secret: "pal_sk_b".to_owned() };
        assert!(
            !format!("{keys:?} {:?} {:?}", keys.header(), Credentials::Token("t0k".to_owned())).contains("pal_sk_b")
        );
        assert!(!format!("{:?}", Credentials::Token("t0k".to_owned())).contains("t0k"));
    }
}
