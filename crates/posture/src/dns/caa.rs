//! Who may issue certificates for a name: CAA, RFC 8659.

use super::known::{Data, Kind, Known};
use serde::{Deserialize, Serialize};

/// Labels that are climbed.
const CLIMB: usize = 10;

/// One property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// Flags; 128: an issuer that does not know the tag must not issue.
    pub flags: u8,
    /// Its tag, in lower case.
    pub tag: String,
    /// Its value.
    pub value: String,
}

/// The properties that hold for a name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Caa {
    /// Why it is not known which hold, where it is not.
    pub unknown: Option<String>,
    /// The name they stand at: the host or the closest one above it. Empty: there are none.
    pub at: String,
    /// All of them, in the order of their text.
    pub properties: Vec<Property>,
    /// What is not as the standard says.
    pub faults: Vec<String>,
}

/// Climbs from the host to the top-level domain and takes the first set. RFC 8659 section 3.
pub(super) fn assess(host: &str, known: &mut Known) -> Caa {
    let mut name = host;
    for _ in 0..CLIMB {
        let reply = known.ask(name, Kind::Caa);
        if let Some(reason) = reply.unknown() {
            return Caa { unknown: Some(format!("{name}: {reason}")), ..Caa::default() };
        }
        let mut properties: Vec<Property> = reply
            .data()
            .iter()
            .filter_map(|data| match data {
                Data::Caa(flags, tag, value) => {
                    Some(Property { flags: *flags, tag: tag.to_ascii_lowercase(), value: value.clone() })
                }
                _ => None,
            })
            .collect();
        if !properties.is_empty() {
            properties.sort_by(|a, b| (&a.tag, &a.value).cmp(&(&b.tag, &b.value)));
            let faults = properties.iter().filter_map(fault).collect();
            return Caa { unknown: None, at: name.to_owned(), properties, faults };
        }
        match name.split_once('.') {
            Some((_, above)) => name = above,
            None => break,
        }
    }
    Caa::default()
}

impl Property {
    /// As in a zone file.
    pub fn text(&self) -> String {
        format!("{} {} \"{}\"", self.flags, self.tag, self.value)
    }
}

fn fault(property: &Property) -> Option<String> {
    let value = property.value.trim();
    let why = match property.tag.as_str() {
        "issue" | "issuewild" => {
            let issuer = value.split(';').next().unwrap_or_default().trim();
            let label =
                |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            // An empty issuer forbids every one.
            (!issuer.is_empty() && !issuer.split('.').all(label)).then_some("the issuer is no domain name")
        }
        "iodef" => {
            let schemes = ["mailto:", "https://", "http://"];
            let known = schemes.iter().any(|scheme| value.to_ascii_lowercase().starts_with(scheme));
            (!known).then_some("an address for reports begins with mailto:, https:// or http://")
        }
        // RFC 8657, RFC 9495 and the registry of properties.
        "issuemail" | "issuevmc" | "contactemail" | "contactphone" => None,
        _ => (property.flags & 128 != 0).then_some("issuers do not know this property, and it forbids them to go on"),
    };
    why.map(|why| format!("{}: {why}", super::judge::short(&property.text())))
}
