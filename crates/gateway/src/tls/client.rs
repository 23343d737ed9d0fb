//! TLS towards upstreams.

use super::identity::{certified, roots};
use palisade_guard::TlsIdentity;
use rustls::sign::SingleCertAndKey;
use std::sync::Arc;

/// What is offered by ALPN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alpn {
    Http1,
    Http2,
    Either,
}

impl Alpn {
    fn names(self) -> Vec<Vec<u8>> {
        let names = match self {
            Alpn::Http1 => &[&b"http/1.1"[..]][..],
            Alpn::Http2 => &[&b"h2"[..]],
            Alpn::Either => &[&b"h2"[..], b"http/1.1"],
        };
        names.iter().map(|name| name.to_vec()).collect()
    }
}

/// A client that verifies: against `ca` (PEM) when given, else against the system's authorities. It shows `identity`
/// where it is asked for a certificate.
pub(crate) fn client_config(
    ca: Option<&str>,
    identity: Option<&TlsIdentity>,
    alpn: Alpn,
) -> Result<Arc<rustls::ClientConfig>, String> {
    let roots = match ca {
        Some(pem) => roots(pem).map_err(|error| format!("upstream_ca cannot be used: {error}"))?,
        None => {
            let mut roots = rustls::RootCertStore::empty();
            // Certificates of the system that rustls cannot read are left out; the rest still vouch.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            roots
        }
    };
    let builder = rustls::ClientConfig::builder_with_provider(super::provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?
        .with_root_certificates(roots);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let certified = certified(identity).map_err(|error| format!("upstream_tls cannot be used: {error}"))?;
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::unwrap_or_clone(certified))))
        }
    };
    config.alpn_protocols = alpn.names();
    Ok(Arc::new(config))
}
