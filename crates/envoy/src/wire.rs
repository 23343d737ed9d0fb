//! Between Envoy's messages and the gateway's.

use envoy_types::pb::envoy::config::core::v3::address::Address as Kind;
use envoy_types::pb::envoy::config::core::v3::header_value_option::HeaderAppendAction;
use envoy_types::pb::envoy::config::core::v3::{Address, HeaderMap, HeaderValue, HeaderValueOption};
use envoy_types::pb::envoy::r#type::v3::HttpStatus;
use palisade_gateway::visit::{Asked, Reply};
use palisade_guard::Edit;
use std::net::IpAddr;

/// The field by which Envoy says that it sent a body for authorization, and whether it is a part.
pub const PARTIAL: &str = "x-envoy-auth-partial-body";

/// Header fields, in order.
pub type Fields = Vec<(String, Vec<u8>)>;

/// The fields of a message with its pseudo-header fields apart.
#[derive(Debug, Default)]
pub struct Split {
    pub method: String,
    pub path: String,
    pub authority: String,
    pub secure: bool,
    pub status: u16,
    pub fields: Fields,
}

/// Takes the pseudo-header fields out of a map.
pub fn split(map: Option<HeaderMap>) -> Split {
    let mut split = Split::default();
    for HeaderValue { key, value, raw_value } in map.map(|map| map.headers).unwrap_or_default() {
        // Values that are no text come raw; an older Envoy sends all of them as text.
        let value = if raw_value.is_empty() { value.into_bytes() } else { raw_value };
        if !key.starts_with(':') {
            // Envoy's own notes: it lets nobody else write them.
            if !key.starts_with("x-envoy-") || key == PARTIAL {
                split.fields.push((key, value));
            }
            continue;
        }
        let text = String::from_utf8_lossy(&value).into_owned();
        match key.as_str() {
            ":method" => split.method = text,
            ":path" => split.path = text,
            ":authority" => split.authority = text,
            ":scheme" => split.secure = text == "https",
            ":status" => split.status = text.parse().unwrap_or(0),
            _ => {}
        }
    }
    split
}

impl Split {
    /// The request that these fields are the head of.
    pub fn asked(self, peer: Option<IpAddr>, ended: bool) -> Asked {
        Asked {
            method: self.method,
            target: self.path,
            authority: self.authority,
            fields: self.fields,
            peer,
            secure: self.secure,
            ended,
            ..Asked::default()
        }
    }
}

/// The first value of a field.
pub fn first<'f>(fields: &'f [(String, Vec<u8>)], name: &str) -> Option<&'f [u8]> {
    fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
}

/// The length that a message announces.
pub fn length(fields: &[(String, Vec<u8>)]) -> Option<u64> {
    std::str::from_utf8(first(fields, "content-length")?).ok()?.parse().ok()
}

/// The IP of a socket's address.
pub fn ip(address: Option<&Address>) -> Option<IpAddr> {
    match address?.address.as_ref()? {
        Kind::SocketAddress(socket) => socket.address.parse().ok(),
        _ => None,
    }
}

/// The IP of `1.2.3.4:567` or `[::1]:567`.
pub fn ip_of(text: &str) -> Option<IpAddr> {
    text.parse::<std::net::SocketAddr>().map(|socket| socket.ip()).or_else(|_| text.parse()).ok()
}

/// The subject of a certificate as the gateway writes it, from the order of RFC 2253, which begins at the end.
pub fn subject(text: &str) -> String {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for letter in text.chars() {
        match (letter, escaped) {
            (',', false) => {
                parts.push(String::new());
                continue;
            }
            ('\\', false) => escaped = true,
            _ => escaped = false,
        }
        if let Some(part) = parts.last_mut().filter(|_| !escaped) {
            part.push(letter);
        }
    }
    parts.reverse();
    parts.join(", ")
}

/// A status as Envoy writes it; one that it does not know becomes 500.
pub fn status(status: u16) -> HttpStatus {
    HttpStatus { code: i32::from(status) }
}

/// The fields of an answer of ours. Those that describe a document have no place in an answer of gRPC.
pub fn told(reply: &Reply) -> impl Iterator<Item = &(String, String)> {
    let document = |name: &str| {
        let of_document = ["content-type", "cache-control", "content-security-policy", "allow"];
        of_document.iter().any(|other| name.eq_ignore_ascii_case(other))
    };
    reply.fields.iter().filter(move |(name, _)| reply.grpc.is_none() || !document(name))
}

/// A field that is set, or added beside those that are there.
pub fn field(name: &str, value: &[u8], action: HeaderAppendAction) -> HeaderValueOption {
    let header = HeaderValue { key: name.to_ascii_lowercase(), raw_value: value.to_vec(), ..HeaderValue::default() };
    HeaderValueOption { header: Some(header), append_action: action.into(), ..HeaderValueOption::default() }
}

/// Edits of single fields as Envoy can make them, which names fields only: what is taken away by its name, and what is
/// added then.
pub fn mutation(fields: &[(String, Vec<u8>)], edits: &[Edit]) -> (Vec<String>, Vec<HeaderValueOption>) {
    let mut values: Vec<Option<Vec<u8>>> = fields.iter().map(|(_, value)| Some(value.clone())).collect();
    let mut touched: Vec<&str> = Vec::new();
    let mut added = Vec::new();
    for edit in edits {
        let (at, value) = match edit {
            Edit::Remove(at) => (*at, None),
            Edit::Replace(at, value) => (*at, Some(value.as_bytes().to_vec())),
            Edit::Add(name, value) => {
                added.push(field(name, value.as_bytes(), HeaderAppendAction::AppendIfExistsOrAdd));
                continue;
            }
        };
        if let (Some(slot), Some((name, _))) = (values.get_mut(at), fields.get(at)) {
            *slot = value;
            if !touched.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                touched.push(name);
            }
        }
    }
    let kept = fields.iter().zip(&values).filter_map(|((name, _), value)| {
        let touched = touched.iter().any(|known| known.eq_ignore_ascii_case(name));
        let value = value.as_ref().filter(|_| touched)?;
        Some(field(name, value, HeaderAppendAction::AppendIfExistsOrAdd))
    });
    let set = kept.chain(added).collect();
    (touched.into_iter().map(str::to_ascii_lowercase).collect(), set)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(list: &[(&str, &str)]) -> Fields {
        list.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect()
    }

    #[test]
    fn one_of_several_fields_of_a_name_is_edited_alone() {
        let fields = fields(&[("set-cookie", "a=1"), ("server", "x"), ("set-cookie", "b=2"), ("etag", "7")]);
        let edits = [
            Edit::Replace(2, "b=2; Secure".into()),
            Edit::Remove(1),
            Edit::Add("X-Frame-Options".into(), "DENY".into()),
        ];
        let (removed, set) = mutation(&fields, &edits);
        assert_eq!(removed, ["set-cookie", "server"]);
        let set: Vec<(String, Vec<u8>)> =
            set.into_iter().filter_map(|option| option.header.map(|header| (header.key, header.raw_value))).collect();
        let wanted = [("set-cookie", "a=1"), ("set-cookie", "b=2; Secure"), ("x-frame-options", "DENY")];
        assert_eq!(set, self::fields(&wanted));
    }

    #[test]
    fn subjects_are_written_as_the_gateway_writes_them() {
        assert_eq!(subject("O=Example,CN=billing"), "CN=billing, O=Example");
        assert_eq!(subject("O=Example\\, Inc,CN=billing"), "CN=billing, O=Example, Inc");
        assert_eq!(subject(""), "");
    }

    #[test]
    fn addresses_are_read_with_and_without_port() {
        assert_eq!(ip_of("10.0.0.7:443"), "10.0.0.7".parse().ok());
        assert_eq!(ip_of("[2001:db8::7]:443"), "2001:db8::7".parse().ok());
        assert_eq!(ip_of("2001:db8::7"), "2001:db8::7".parse().ok());
        assert_eq!(ip_of("a.sock"), None);
    }
}
