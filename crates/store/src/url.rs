//! What leads to a store.

use std::fmt;

/// The URL of a store. It may hold a password, which is in nothing that this writes.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreUrl(String);

impl StoreUrl {
    /// The whole URL, with its password.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for StoreUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_once("://") {
            Some(("sqlite", _)) => f.write_str(&self.0),
            Some((scheme @ ("postgres" | "postgresql"), rest)) => {
                let plain = rest.split_once('?').map_or(rest, |(plain, _)| plain);
                write!(f, "{scheme}://{}", plain.rsplit_once('@').map_or(plain, |(_, place)| place))
            }
            _ => f.write_str("a store that is not understood"),
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_told_by_nothing() {
        for (url, told) in [
            ("postgres://ann:secret@db.example:5432/palisade", "postgres://db.example:5432/palisade"),
            ("postgres://ann:se@cret@db.example/palisade", "postgres://db.example/palisade"),
            ("postgresql://db.example/palisade?password=secret", "postgresql://db.example/palisade"),
            ("mysql://ann:secret@db.example/x", "a store that is not understood"),
            ("ann:secret@db", "a store that is not understood"),
            ("sqlite:///srv/palisade.db", "sqlite:///srv/palisade.db"),
        ] {
            let url = StoreUrl::from(url.to_owned());
            assert_eq!(url.to_string(), told);
            assert_eq!(format!("{url:?}"), format!("StoreUrl({told})"));
        }
    }
}
