//! Addresses.

use crate::index::Index;
use palisade_document::NodeRef;
use palisade_document::edit::Edit;

/// An address by TLS, with its scheme: `https` for `http` and `wss` for `ws`. `None` where it names a port, which belongs
/// to the clear-text server.
pub(crate) fn encrypted(url: &str) -> Option<(&'static str, String)> {
    let (scheme, rest) = url.split_once(':')?;
    let authority = rest.trim_start_matches('/').split(['/', '?']).next().unwrap_or_default();
    let port = authority.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let right = match scheme.to_ascii_lowercase().as_str() {
        "http" if !port => "https",
        "ws" if !port => "wss",
        _ => return None,
    };
    Some((right, format!("{right}:{rest}")))
}

/// Writes an address that stands in a node with TLS. Whether somebody answers there is for its owner to know.
pub(crate) fn encrypt<'a>(index: &Index<'a>, node: NodeRef<'a>) -> Option<(&'static str, Vec<Edit>)> {
    let (scheme, url) = encrypted(node.as_str()?)?;
    Some((scheme, index.editor().replace_scalar(node, &url.into()).ok()?))
}
