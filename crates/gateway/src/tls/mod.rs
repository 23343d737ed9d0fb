//! TLS towards clients and upstreams.

mod client;
mod files;
mod identity;
mod peer;
mod server;
mod stream;

pub(crate) use client::{Alpn, client_config};
pub use files::{TlsFiles, Unsecured};
pub(crate) use identity::IdentityError;
pub(crate) use identity::{certified, names_of, roots};
pub(crate) use peer::ClientCertificate;
pub(crate) use server::server_config;
pub use server::{ClientAuth, ListenerTls, MinVersion, NamedIdentity};
pub(crate) use stream::Secured;

use std::sync::Arc;

/// The cryptography of every TLS connection.
pub(crate) fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}
