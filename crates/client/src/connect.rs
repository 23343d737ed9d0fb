//! Connections: TLS with the certificates that are trusted, through the proxy that the environment names.

use crate::{Address, Error};
use bytes::Bytes;
use http::Uri;
use http_body_util::Full;
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::pki_types::CertificateDer;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tower::util::{BoxCloneSyncService, ServiceExt};

/// Time for a connection to one address of a host.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection is kept that nothing is asked on.
const IDLE: Duration = Duration::from_secs(30);
/// Bytes of an answer's head.
const HEAD: usize = 64 << 10;

type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;
type Connector = BoxCloneSyncService<Uri, Stream, Box<dyn std::error::Error + Send + Sync>>;
pub(crate) type Pool = hyper_util::client::legacy::Client<Connector, Full<Bytes>>;

/// Connections to one server. Certificates in `roots` are trusted instead of the system's.
pub(crate) fn pool(address: &Address, roots: &[CertificateDer<'static>]) -> Result<Pool, Error> {
    let tls = tls(roots)?;
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT));
    let https = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
    // A proxy is asked for tunnels alone: what is not encrypted goes to this machine or a network of its own.
    let proxy = address.is_secure().then(|| Matcher::from_env().intercept(address.uri())).flatten();
    let connector = match proxy {
        Some(proxy) => {
            if proxy.uri().scheme_str() != Some("http") {
                let reason = "the proxy of the environment (HTTPS_PROXY) must be one of http://";
                return Err(Error::Setup(reason.to_owned()));
            }
            let tunnel = Tunnel::new(proxy.uri().clone(), tcp);
            let tunnel = match proxy.basic_auth() {
                Some(value) => tunnel.with_auth(value.clone()),
                None => tunnel,
            };
            BoxCloneSyncService::new(https.wrap_connector(tunnel))
        }
        None => BoxCloneSyncService::new(https.wrap_connector(tcp).map_err(Into::into)),
    };
    Ok(hyper_util::client::legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(4)
        .http1_max_buf_size(HEAD)
        .build(connector))
}

fn tls(trusted: &[CertificateDer<'static>]) -> Result<rustls::ClientConfig, Error> {
    let mut roots = rustls::RootCertStore::empty();
    if trusted.is_empty() {
        // Certificates of the system that rustls cannot read are left out; the rest still vouch.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    } else if roots.add_parsable_certificates(trusted.iter().cloned()).0 == 0 {
        return Err(Error::Setup("none of the certificates to trust can be read".to_owned()));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Setup(format!("TLS cannot be set up: {error}")))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Why there is no connection, in plain words.
pub(crate) fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let mut next = Some(error);
    let mut last = String::new();
    while let Some(error) = next {
        if let Some(rustls) = error.downcast_ref::<rustls::Error>() {
            return said_of_tls(rustls);
        }
        let io = error.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused) {
            return "nothing listens there; is `palisade serve` running?".to_owned();
        }
        last = error.to_string();
        // What an error of the system wraps is not its source.
        next = match io.and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn std::error::Error + 'static)),
            None => error.source(),
        };
    }
    crate::error::inert(&last)
}

/// In words of our own: a certificate's text is the peer's.
fn said_of_tls(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer) => {
            "its certificate is not trusted; give the certificate of its issuer with --ca FILE".to_owned()
        }
        rustls::Error::InvalidCertificate(
            rustls::CertificateError::NotValidForName | rustls::CertificateError::NotValidForNameContext { .. },
        ) => "its certificate is for another name".to_owned(),
        rustls::Error::InvalidCertificate(
            rustls::CertificateError::Expired | rustls::CertificateError::ExpiredContext { .. },
        ) => "its certificate has expired".to_owned(),
        rustls::Error::InvalidCertificate(_) => "its certificate is not valid".to_owned(),
        rustls::Error::InvalidMessage(_) => "it does not speak TLS there; is it http:// and not https://?".to_owned(),
        _ => "it made no TLS connection".to_owned(),
    }
}
