//! The hosts that a user lets contracts be fetched from.

use std::net::IpAddr;
use std::str::FromStr;

/// A host that may be asked: a name or an address, with a port or for every port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// In lower case, without brackets.
    name: String,
    port: Option<u16>,
}

/// The text is no host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a host: give a name or an address, with a port if you like: schemas.example, 10.0.0.7:8080, [::1]:80")]
pub struct HostError;

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_ascii_lowercase();
        let (name, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (name, after) = rest.split_once(']').ok_or(HostError)?;
                name.parse::<std::net::Ipv6Addr>().map_err(|_| HostError)?;
                (name.to_owned(), after.strip_prefix(':').or((!after.is_empty()).then_some("")))
            }
            None if text.parse::<std::net::Ipv6Addr>().is_ok() => (text.clone(), None),
            None => match text.split_once(':') {
                Some((name, port)) => (name.to_owned(), Some(port)),
                None => (text.clone(), None),
            },
        };
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if name.is_empty() || !name.chars().all(good) {
            return Err(HostError);
        }
        let port = match port {
            Some(port) => Some(port.parse().map_err(|_| HostError)?),
            None => None,
        };
        Ok(Host { name, port })
    }
}

impl Host {
    /// Whether this is the host (in lower case, without brackets) and its port.
    pub(crate) fn is(&self, name: &str, port: u16) -> bool {
        self.name == name && self.port.is_none_or(|own| own == port)
    }

    /// Whether the user named an address, or this machine by its name: then it may be a private one.
    pub(crate) fn is_address(&self) -> bool {
        self.name.parse::<IpAddr>().is_ok() || self.name == "localhost"
    }
}

#[cfg(test)]
mod tests {
    use super::Host;

    #[test]
    fn hosts_are_names_or_addresses_with_or_without_a_port() {
        for (text, name, port) in [
            ("Schemas.Example", "schemas.example", 443),
            ("schemas.example:8443", "schemas.example", 8443),
            ("10.0.0.7:80", "10.0.0.7", 80),
            ("[::1]:80", "::1", 80),
            ("[::1]", "::1", 9),
            ("::1", "::1", 9),
        ] {
            let host: Host = text.parse().unwrap();
            assert!(host.is(name, port), "{text}");
            assert!(!host.is("other.example", port), "{text}");
        }
        assert!(!"a.example:80".parse::<Host>().unwrap().is("a.example", 81));
        for text in
            ["", "https://a.example", "a.example/x", "*.example", "a.example:", "a.example:x", "u@a", "[::1", "[a]"]
        {
            assert!(text.parse::<Host>().is_err(), "{text}");
        }
    }
}
