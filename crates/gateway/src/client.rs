//! Who is at the other end of a client connection.

use crate::tls::ClientCertificate;
use palisade_guard::OnError;
use std::net::SocketAddr;
use std::sync::Arc;

/// What is known of a client before it asks for anything.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    /// The address its connection comes from.
    pub(crate) peer: SocketAddr,
    /// The connection is TLS.
    pub(crate) secure: bool,
    /// The certificate it showed, verified.
    pub(crate) certificate: Option<Arc<ClientCertificate>>,
    /// What its listener says of what cannot be judged.
    pub(crate) on_error: Option<OnError>,
}

impl Client {
    /// A client without TLS.
    pub(crate) fn plain(peer: SocketAddr) -> Client {
        Client { peer, secure: false, certificate: None, on_error: None }
    }

    /// The name by which the policy knows the holder of the certificate.
    pub(crate) fn certificate_name(&self) -> Option<Arc<str>> {
        self.certificate.as_ref().map(|certificate| Arc::clone(&certificate.subject))
    }
}
