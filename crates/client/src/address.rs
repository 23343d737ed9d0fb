//! Where a control plane is.

use http::Uri;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The address of a control plane: `http://` or `https://`, a host, perhaps a port and a path that all of its own paths
/// begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    uri: Uri,
}

/// The text is no address of a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no address of a server: {reason}")]
pub struct BadAddress {
    text: String,
    reason: &'static str,
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = |reason| BadAddress { text: crate::error::inert(text), reason };
        let uri: Uri = text.parse().map_err(|_| bad("give https://HOST[:PORT]"))?;
        if !matches!(uri.scheme_str(), Some("https" | "http")) {
            return Err(bad("it must begin with https:// or http://"));
        }
        // The text itself may hold a password: it is not repeated.
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            let reason = "keys do not belong into an address";
            return Err(BadAddress { text: "…@…".to_owned(), reason });
        }
        if uri.host().is_none_or(str::is_empty) {
            return Err(bad("it names no host"));
        }
        if uri.query().is_some() || text.contains('#') {
            return Err(bad("leave out what follows the path"));
        }
        Ok(Address { uri })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.uri.to_string().trim_end_matches('/'))
    }
}

impl Address {
    /// True when what is sent there is encrypted.
    pub fn is_secure(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// True when what is sent there stays on this machine.
    pub fn is_local(&self) -> bool {
        let host = self.uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The whole address of a path of the API. `path` begins with `/` and may hold a query.
    pub(crate) fn join(&self, path: &str) -> Result<Uri, http::Error> {
        let prefix = self.uri.path().trim_end_matches('/');
        let mut parts = self.uri.clone().into_parts();
        parts.path_and_query = Some(format!("{prefix}{path}").parse()?);
        Ok(Uri::from_parts(parts)?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn paths_are_put_behind_the_path_of_the_address() {
        let joined = |address: &str, path| address.parse::<Address>().unwrap().join(path).unwrap().to_string();
        assert_eq!(joined("https://palisade.example", "/api/v1/jobs"), "https://palisade.example/api/v1/jobs");
        assert_eq!(
            joined("https://a.example:8443/palisade/", "/api/v1/jobs?limit=1"),
            "https://a.example:8443/palisade/api/v1/jobs?limit=1"
        );
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_a_password() {
        for text in ["", "localhost:8600", "ftp://a", "https://", "https://a/?b", "https://a/#b", "/api"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
        let error = "https://user:hunter2@a".parse::<Address>().unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn loopback_addresses_are_local() {
        for (text, local) in [
            ("http://127.0.0.1:8600", true),
            ("http://[::1]:8600", true),
            ("http://LocalHost", true),
            ("http://192.0.2.1", false),
            ("http://localhost.example", false),
        ] {
            assert_eq!(text.parse::<Address>().unwrap().is_local(), local, "{text}");
        }
    }
}
