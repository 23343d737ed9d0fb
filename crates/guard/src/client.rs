//! Where a request comes from, when proxies stand between.

use crate::NetworkSet;
use palisade_exchange::HeadersView;
use std::net::{IpAddr, SocketAddr};

/// Most hops that are followed back.
const HOPS: usize = 32;
/// Longest list of hops that is read, in bytes, all fields together.
const LIST_BYTES: usize = 4 << 10;

/// The client's address. Only what a trusted proxy says is believed, and only of the hop before it: beginning with the
/// peer, the nearest value of `X-Forwarded-For` (else of `Forwarded`, RFC 7239) is taken for as long as the hop that
/// wrote it is trusted. The first value of a list is what any client may write.
///
/// `X-Forwarded-For` goes before `Forwarded`: a proxy that writes the one passes the other on as it came.
pub fn client_address(peer: IpAddr, headers: HeadersView<'_>, trusted: &NetworkSet) -> IpAddr {
    let peer = peer.to_canonical();
    if trusted.is_empty() || !trusted.contains(peer) {
        return peer;
    }
    let name = ["x-forwarded-for", "forwarded"].into_iter().find(|name| headers.get(name).is_some());
    let Some(name) = name else { return peer };
    let fields: Vec<&[u8]> = headers.get_all(name).collect();
    let bytes: usize = fields.iter().map(|field| field.len()).sum();
    if bytes > LIST_BYTES {
        return peer;
    }
    let mut client = peer;
    // Several fields are one list (RFC 9110 section 5.3): the nearest hop stands at the end.
    for hop in fields.iter().rev().flat_map(|field| field.rsplit(|byte| *byte == b',')).take(HOPS) {
        let hop = if name == "forwarded" { forwarded_for(hop) } else { node(hop) };
        // What cannot be read leads no further: the last hop that is known speaks for it.
        let Some(hop) = hop else { break };
        client = hop;
        if !trusted.contains(hop) {
            break;
        }
    }
    client
}

/// The `for` of one element of `Forwarded`. A comma inside quotes is not expected: no node has one.
fn forwarded_for(element: &[u8]) -> Option<IpAddr> {
    let mut found = None;
    for pair in element.split(|byte| *byte == b';') {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        let (key, value) = (pair.get(..at)?.trim_ascii(), pair.get(at + 1..)?);
        if key.eq_ignore_ascii_case(b"for") {
            // Twice would mean two clients.
            if found.is_some() {
                return None;
            }
            found = Some(value);
        }
    }
    node(found?)
}

/// An address, with or without port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `"[2001:db8::1]:80"`.
fn node(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip())).ok()?;
    Some(address.to_canonical())
}
