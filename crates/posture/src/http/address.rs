//! Addresses of single requests, and where redirects lead.

use crate::target::Target;
use std::fmt;

/// An address to ask: an origin with path and query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// Whether over TLS.
    pub tls: bool,
    /// Name or address, in lower case, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Path and query.
    pub path: String,
}

/// Why a redirect is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// No address at all, or one with a user name in it.
    Invalid,
    /// A scheme that is neither `http` nor `https`.
    Scheme,
    /// A host of another registrable domain.
    Site,
    /// A port on which other services are at home.
    Port,
}

/// Bytes of a path with query; longer ones are not asked for.
const PATH_MOST: usize = 4096;

impl Address {
    /// Another path of a target.
    pub fn at(target: &Target, tls: bool, port: u16, path: &str) -> Address {
        Address { tls, host: target.host.clone(), port, path: path.to_owned() }
    }

    /// The origin as text, and the value of `Host`.
    pub fn target(&self) -> Target {
        Target { tls: self.tls, host: self.host.clone(), port: self.port, path: "/".to_owned() }
    }

    /// The value of the field `Host`.
    pub fn authority(&self) -> String {
        let origin = self.target().origin();
        origin.split_once("://").map_or(origin.as_str(), |(_, authority)| authority).to_owned()
    }

    /// Another path of the same origin.
    #[must_use]
    pub fn with_path(&self, path: &str) -> Address {
        Address { path: path.to_owned(), ..self.clone() }
    }

    /// Where a `Location` leads from here (RFC 3986 section 5; without its fragment), whether or not it is followed.
    ///
    /// # Errors
    /// [`Refused::Invalid`] and [`Refused::Scheme`].
    pub fn join(&self, location: &str) -> Result<Address, Refused> {
        let location = location.trim().split('#').next().unwrap_or_default();
        let scheme = location.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        });
        let whole = match scheme {
            Some(scheme) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => {
                location.to_owned()
            }
            Some(_) => return Err(Refused::Scheme),
            None if location.starts_with("//") => {
                format!("{}:{location}", if self.tls { "https" } else { "http" })
            }
            None => return self.on_same_host(location),
        };
        let origin = Target::parse(&whole).map_err(|_| Refused::Invalid)?;
        let rest = whole.split_once("://").map_or("", |(_, rest)| rest);
        let start = rest.find(['/', '?']).unwrap_or(rest.len());
        let path = rest.get(start..).unwrap_or_default();
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        checked(Address { tls: origin.tls, host: origin.host, port: origin.port, path })
    }

    fn on_same_host(&self, location: &str) -> Result<Address, Refused> {
        if location.starts_with('/') {
            return checked(self.with_path(location));
        }
        let own = self.path.split('?').next().unwrap_or("/");
        if location.is_empty() || location.starts_with('?') {
            return checked(self.with_path(&format!("{own}{location}")));
        }
        let folder = own.rfind('/').and_then(|slash| own.get(..=slash)).unwrap_or("/");
        checked(self.with_path(&format!("{folder}{location}")))
    }

    /// Whether a redirect from a target to here is followed: to its host or another of its registrable domain, and not
    /// to a port where other services are at home.
    ///
    /// # Errors
    /// [`Refused::Site`] and [`Refused::Port`].
    pub fn within(&self, target: &Target) -> Result<(), Refused> {
        if self.host != target.host && !same_site(&self.host, &target.host) {
            return Err(Refused::Site);
        }
        match self.port {
            80 | 443 | 1024.. => Ok(()),
            port if port == target.port => Ok(()),
            _ => Err(Refused::Port),
        }
    }
}

/// Dots in a path stay as they are: servers take them out, and what they answer is what counts.
fn checked(address: Address) -> Result<Address, Refused> {
    let clean = address.path.bytes().all(|byte| byte > b' ' && byte != 0x7f && byte.is_ascii());
    if clean && address.path.len() <= PATH_MOST { Ok(address) } else { Err(Refused::Invalid) }
}

/// The registrable domain of a name, by the public suffix list; none for an address and for a bare suffix.
pub fn registrable(host: &str) -> Option<&str> {
    if host.parse::<std::net::IpAddr>().is_ok() || !host.contains('.') {
        return None;
    }
    psl::domain_str(host)
}

fn same_site(one: &str, other: &str) -> bool {
    registrable(one).is_some_and(|domain| registrable(other) == Some(domain))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.target().origin(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, Refused};
    use crate::target::Target;

    fn at(url: &str) -> Address {
        let target = Target::parse(url).unwrap();
        Address::at(&target, target.tls, target.port, &target.path)
    }

    #[test]
    fn locations_are_joined() {
        let from = at("https://api.example.com/v1/a");
        for (location, wanted) in [
            ("https://api.example.com/b?c=d#e", "https://api.example.com/b?c=d"),
            ("HTTP://API.example.com", "http://api.example.com/"),
            ("//www.example.com/x", "https://www.example.com/x"),
            ("/x", "https://api.example.com/x"),
            ("b", "https://api.example.com/v1/b"),
            ("?q", "https://api.example.com/v1/a?q"),
            ("https://api.example.com?q", "https://api.example.com/?q"),
            ("http://127.0.0.1:22/", "http://127.0.0.1:22/"),
        ] {
            assert_eq!(from.join(location).unwrap().to_string(), wanted, "{location}");
        }
        for (location, refused) in [
            ("file:///etc/passwd", Refused::Scheme),
            ("javascript:alert(1)", Refused::Scheme),
            ("https://user:word@api.example.com/", Refused::Invalid),
            ("https://", Refused::Invalid),
            ("/a b", Refused::Invalid),
            ("/\r\nx", Refused::Invalid),
        ] {
            assert_eq!(from.join(location), Err(refused), "{location}");
        }
    }

    #[test]
    fn only_the_own_site_is_followed() {
        let target = Target::parse("https://api.example.co.uk:8443").unwrap();
        for (url, within) in [
            ("http://api.example.co.uk/", Ok(())),
            ("https://www.example.co.uk/", Ok(())),
            ("https://example.co.uk:8443/", Ok(())),
            ("https://other.co.uk/", Err(Refused::Site)),
            ("https://co.uk/", Err(Refused::Site)),
            ("http://127.0.0.1/", Err(Refused::Site)),
            ("http://api.example.co.uk:22/", Err(Refused::Port)),
        ] {
            assert_eq!(at(url).within(&target), within, "{url}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_location_is_joined_or_refused(location in ".{0,80}") {
            if let Ok(address) = at("https://api.example.com/v1/a?b").join(&location) {
                proptest::prop_assert!(address.path.starts_with('/'));
            }
        }
    }
}
