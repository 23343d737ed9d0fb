//! Cookies as answers set them (RFC 6265, section 5.2, and the prefixes and `SameSite` of its successor).

use super::address::registrable;
use serde::{Deserialize, Serialize};

/// A word of `SameSite`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SameSite {
    /// Only with requests of the own site.
    Strict,
    /// Also when a link leads to the site.
    Lax,
    /// With every request.
    None,
}

/// A cookie without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Sent over TLS only.
    pub secure: bool,
    /// Not shown to scripts.
    pub http_only: bool,
    /// When it is sent with requests of other sites; none where the answer does not say.
    pub same_site: Option<SameSite>,
    /// Whether `SameSite` says a word that does not exist.
    pub same_site_invalid: bool,
    /// The domain it is for; none: the host alone.
    pub domain: Option<String>,
    /// The path it is for, as far as the answer says.
    pub path: Option<String>,
    /// Whether browsers take it: its domain and its prefix fit.
    pub accepted: bool,
}

/// Bytes of a field that are read as a cookie: what browsers take.
const MOST: usize = 4096;

impl Cookie {
    /// Reads a field `Set-Cookie` of an answer of a host; none where it holds no cookie.
    pub fn parse(field: &str, host: &str) -> Option<Cookie> {
        let field = head(field, MOST);
        let (pair, attributes) = field.split_once(';').unwrap_or((field, ""));
        let (name, _) = pair.split_once('=')?;
        let name = name.trim();
        if name.is_empty() || name.contains(|c: char| c.is_control()) {
            return None;
        }
        let mut cookie = Cookie {
            name: head(name, 128).to_owned(),
            secure: false,
            http_only: false,
            same_site: None,
            same_site_invalid: false,
            domain: None,
            path: None,
            accepted: true,
        };
        for attribute in attributes.split(';') {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "secure" => cookie.secure = true,
                "httponly" => cookie.http_only = true,
                "domain" => {
                    let domain = value.strip_prefix('.').unwrap_or(value);
                    if !domain.is_empty() {
                        cookie.domain = Some(head(domain, 253).to_ascii_lowercase());
                    }
                }
                "path" => cookie.path = value.starts_with('/').then(|| head(value, 256).to_owned()),
                "samesite" => {
                    cookie.same_site = match value.to_ascii_lowercase().as_str() {
                        "strict" => Some(SameSite::Strict),
                        "lax" => Some(SameSite::Lax),
                        "none" => Some(SameSite::None),
                        _ => None,
                    };
                    cookie.same_site_invalid |= cookie.same_site.is_none();
                }
                _ => {}
            }
        }
        cookie.accepted = cookie.domain_fits(host) && cookie.prefix_holds();
        Some(cookie)
    }

    /// Whether its name is one of those that sessions have.
    pub fn is_session(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        ["login", "sess"].iter().any(|part| name.contains(part))
    }

    /// Whether its name says that it keeps requests of other sites from counting.
    pub fn is_anti_forgery(&self) -> bool {
        self.name.to_ascii_lowercase().contains("csrf")
    }

    /// Whether a prefix of its name holds what it promises.
    pub fn prefix_holds(&self) -> bool {
        let secure = !self.name.starts_with("__Secure-") || self.secure;
        let host = !self.name.starts_with("__Host-")
            || (self.secure && self.domain.is_none() && self.path.as_deref() == Some("/"));
        secure && host
    }

    fn domain_fits(&self, host: &str) -> bool {
        let Some(domain) = &self.domain else { return true };
        if domain == host {
            // A host may name itself; no other name can stand for a whole suffix.
            return host.parse::<std::net::IpAddr>().is_ok() || registrable(domain).is_some() || !host.contains('.');
        }
        registrable(domain).is_some()
            && host.parse::<std::net::IpAddr>().is_err()
            && host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.'))
    }

    /// The line that set it, as it may be shown.
    pub fn shown(&self) -> String {
        let mut text = format!("Set-Cookie: {}=[redacted]", self.name);
        if let Some(domain) = &self.domain {
            text.push_str("; Domain=");
            text.push_str(domain);
        }
        if let Some(path) = &self.path {
            text.push_str("; Path=");
            text.push_str(path);
        }
        for (holds, word) in [(self.secure, "; Secure"), (self.http_only, "; HttpOnly")] {
            if holds {
                text.push_str(word);
            }
        }
        text.push_str(match self.same_site {
            Some(SameSite::Strict) => "; SameSite=Strict",
            Some(SameSite::Lax) => "; SameSite=Lax",
            Some(SameSite::None) => "; SameSite=None",
            None if self.same_site_invalid => "; SameSite=[invalid]",
            None => "",
        });
        text
    }
}

/// The start of a text, at most so many bytes.
pub(super) fn head(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Cookie, SameSite};

    #[test]
    fn cookies_are_read_without_their_values() {
        let cookie = Cookie::parse(
            "sid=secret; Secure; HTTPOnly; samesite=lax; Path=/a; Domain=.example.com",
            "api.example.com",
        );
        let cookie = cookie.unwrap();
        assert_eq!((cookie.secure, cookie.http_only, cookie.same_site), (true, true, Some(SameSite::Lax)));
        assert!(cookie.accepted);
        assert_eq!(
            cookie.shown(),
            "Set-Cookie: sid=[redacted]; Domain=example.com; Path=/a; Secure; HttpOnly; SameSite=Lax"
        );
        for field in ["", ";", "=x", "novalue", " =; Secure"] {
            assert_eq!(Cookie::parse(field, "example.com"), None, "{field}");
        }
    }

    #[test]
    fn browsers_refuse_foreign_domains_and_broken_prefixes() {
        for (field, host, accepted) in [
            ("a=1; Domain=other.com", "api.example.com", false),
            ("a=1; Domain=co.uk", "api.example.co.uk", false),
            ("a=1; Domain=example.co.uk", "api.example.co.uk", true),
            ("a=1; Domain=127.0.0.1", "127.0.0.1", true),
            ("__Secure-a=1", "example.com", false),
            ("__Secure-a=1; Secure", "example.com", true),
            ("__Host-a=1; Secure; Path=/", "example.com", true),
            ("__Host-a=1; Secure", "example.com", false),
            ("__Host-a=1; Secure; Path=/; Domain=example.com", "example.com", false),
        ] {
            assert_eq!(Cookie::parse(field, host).unwrap().accepted, accepted, "{field}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_field_is_read_or_left(field in ".{0,120}") {
            if let Some(cookie) = Cookie::parse(&field, "example.com") {
                proptest::prop_assert!(!cookie.name.is_empty());
            }
        }
    }
}
