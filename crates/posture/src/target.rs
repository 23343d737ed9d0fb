//! What is judged: a URL, taken apart once.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An API by its URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Whether the URL says `https`.
    pub tls: bool,
    /// Name or address, in lower case, without brackets.
    pub host: String,
    /// The port, given or by scheme.
    pub port: u16,
    /// Path of the URL, with a leading slash, without query and fragment.
    pub path: String,
}

/// Why a text names no target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetError {
    /// Neither `http://` nor `https://`.
    Scheme,
    /// User name or password in the address: they would be sent along and end in logs.
    Credentials,
    /// No valid host name or address.
    Host,
    /// No valid port.
    Port,
    /// Path with white space or control characters.
    Path,
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TargetError::Scheme => "give a whole URL, with https:// or http:// in front",
            TargetError::Credentials => "a URL with a user name or password is not used: it would be sent and logged",
            TargetError::Host => "the URL has no valid host: a name, an IPv4 address or an IPv6 address in brackets",
            TargetError::Port => "the URL has no valid port: a number from 1 to 65535",
            TargetError::Path => {
                "the URL's path holds white space or control characters: write them as %20 and the like"
            }
        })
    }
}

impl std::error::Error for TargetError {}

/// Characters of a host name, RFC 1123 and the underscore that names in use have.
const NAME_MOST: usize = 253;

impl Target {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// [`TargetError`] says what is missing or not allowed.
    pub fn parse(url: &str) -> Result<Target, TargetError> {
        let (tls, rest) = match url.get(..8) {
            Some(head) if head.eq_ignore_ascii_case("https://") => (true, &url[8..]),
            _ => match url.get(..7) {
                Some(head) if head.eq_ignore_ascii_case("http://") => (false, &url[7..]),
                _ => return Err(TargetError::Scheme),
            },
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(TargetError::Credentials);
        }
        let (host, port) = match authority.strip_prefix('[') {
            Some(inner) => {
                let (address, after) = inner.split_once(']').ok_or(TargetError::Host)?;
                address.parse::<std::net::Ipv6Addr>().map_err(|_| TargetError::Host)?;
                (address, after.strip_prefix(':').or(after.is_empty().then_some("")).ok_or(TargetError::Port)?)
            }
            None => authority.split_once(':').unwrap_or((authority, "")),
        };
        let port = match port {
            "" => {
                if tls {
                    443
                } else {
                    80
                }
            }
            digits => digits.parse().ok().filter(|port| *port > 0).ok_or(TargetError::Port)?,
        };
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        let is_address = host.parse::<std::net::IpAddr>().is_ok();
        if host.len() > NAME_MOST || !(is_address || host.split('.').all(label)) {
            return Err(TargetError::Host);
        }
        let path = path.split(['?', '#']).next().unwrap_or_default();
        if path.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
            return Err(TargetError::Path);
        }
        let path = if path.is_empty() { "/".to_owned() } else { path.to_owned() };
        Ok(Target { tls, host, port, path })
    }

    /// The address, if the host is one and no name.
    pub fn address(&self) -> Option<std::net::IpAddr> {
        self.host.parse().ok()
    }

    /// Scheme, host and port, the port only where it is not the scheme's own.
    pub fn origin(&self) -> String {
        let (scheme, usual) = if self.tls { ("https", 443) } else { ("http", 80) };
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == usual { format!("{scheme}://{host}") } else { format!("{scheme}://{host}:{}", self.port) }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::{Target, TargetError};

    #[test]
    fn urls_are_taken_apart() {
        for (url, origin, path) in [
            ("https://API.example.com", "https://api.example.com", "/"),
            ("http://api.example.com:8080/v1?x#y", "http://api.example.com:8080", "/v1"),
            ("https://[::1]:8443/", "https://[::1]:8443", "/"),
            ("https://127.0.0.1:443/a", "https://127.0.0.1", "/a"),
            ("https://example.com.", "https://example.com", "/"),
        ] {
            let target = Target::parse(url).unwrap();
            assert_eq!((target.origin().as_str(), target.path.as_str()), (origin, path), "{url}");
        }
    }

    #[test]
    fn what_is_no_target_is_refused() {
        for (url, error) in [
            ("api.example.com", TargetError::Scheme),
            ("ftp://api.example.com", TargetError::Scheme),
            ("https://user:secret@api.example.com", TargetError::Credentials),
            ("https://", TargetError::Host),
            ("https://a b", TargetError::Host),
            ("https://[::1", TargetError::Host),
            ("https://[::1]8", TargetError::Port),
            ("https://a:0", TargetError::Port),
            ("https://a:65536", TargetError::Port),
            ("https://a/b c", TargetError::Path),
        ] {
            assert_eq!(Target::parse(url), Err(error), "{url}");
        }
    }
}
