//! Connections to upstreams: opening them, verifying them, keeping them.

use crate::settings::{Limits, Timeouts};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Why an upstream URL or its certificates cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// Not `http://host[:port]` or `https://host[:port]`.
    #[error("upstream `{0}` is not http://HOST[:PORT] or https://HOST[:PORT]")]
    Url(String),
    /// It has a path: paths go on as they came.
    #[error("upstream `{0}` has a path; paths go on as they came, so leave it out")]
    Path(String),
    /// The CA bundle holds no certificate.
    #[error("upstream_ca holds no PEM certificate: {0}")]
    Ca(String),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// Why no connection came about.
#[derive(Debug)]
pub(crate) struct ConnectError {
    /// The origin that was tried.
    pub(crate) origin: String,
    /// True when the upstream named a loopback address and nothing listened there.
    pub(crate) loopback_refused: bool,
    /// True for a time-out.
    pub(crate) timed_out: bool,
    /// In plain words.
    pub(crate) reason: String,
}

/// A connection to an upstream.
#[derive(Debug)]
pub(crate) enum Io {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Io {
    /// True when the peer has neither closed nor said anything unasked.
    fn is_quiet(&self) -> bool {
        let tcp = match self {
            Io::Tcp(tcp) => tcp,
            Io::Tls(tls) => tls.get_ref().0,
        };
        let mut byte = [0u8; 1];
        matches!(tcp.try_read(&mut byte), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
}

impl AsyncRead for Io {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Io::Tcp(tcp) => Pin::new(tcp).poll_read(cx, buf),
            Io::Tls(tls) => Pin::new(tls.as_mut()).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Io {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Io::Tcp(tcp) => Pin::new(tcp).poll_write(cx, buf),
            Io::Tls(tls) => Pin::new(tls.as_mut()).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Io::Tcp(tcp) => Pin::new(tcp).poll_write_vectored(cx, bufs),
            Io::Tls(tls) => Pin::new(tls.as_mut()).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Io::Tcp(tcp) => Pin::new(tcp).poll_flush(cx),
            Io::Tls(tls) => Pin::new(tls.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Io::Tcp(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Io::Tls(tls) => Pin::new(tls.as_mut()).poll_shutdown(cx),
        }
    }
}

/// A connection that waits for its next request.
struct Idle {
    io: Io,
    since: Instant,
    /// How long the upstream said it keeps it, less a margin.
    keep: Duration,
}

/// One upstream origin with its idle connections.
pub(crate) struct Upstream {
    origin: String,
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    pool: Mutex<Vec<Idle>>,
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Upstream").field(&self.origin).finish()
    }
}

/// Reads a base URL: TLS or not, host, port.
pub(crate) fn parse_origin(url: &str) -> Result<(bool, String, u16), UpstreamError> {
    let bad = || UpstreamError::Url(url.to_owned());
    let (tls, rest) = match (url.strip_prefix("http://"), url.strip_prefix("https://")) {
        (Some(rest), _) => (false, rest),
        (_, Some(rest)) => (true, rest),
        _ => return Err(bad()),
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains(['/', '?', '#']) {
        return Err(UpstreamError::Path(url.to_owned()));
    }
    if !crate::wire::head::host_is_valid(authority.as_bytes()) {
        return Err(bad());
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => (host, port.parse::<u16>().map_err(|_| bad())?),
        _ => (authority, if tls { 443 } else { 80 }),
    };
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if port == 0 { Err(bad()) } else { Ok((tls, host.to_ascii_lowercase(), port)) }
}

/// A TLS client that verifies: against `ca` (PEM) when given, else against the system's authorities.
pub(crate) fn tls_connector(ca: Option<&str>) -> Result<TlsConnector, UpstreamError> {
    let mut roots = rustls::RootCertStore::empty();
    if let Some(pem) = ca {
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|error| UpstreamError::Ca(error.to_string()))?;
            roots.add(certificate).map_err(|error| UpstreamError::Ca(error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(UpstreamError::Ca("it is empty".to_owned()));
        }
    } else {
        // Certificates of the system that rustls cannot read are left out; the rest still vouch.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| UpstreamError::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

impl Upstream {
    /// An upstream without connections.
    pub(crate) fn new(url: &str, ca: Option<&str>) -> Result<Upstream, UpstreamError> {
        let (tls, host, port) = parse_origin(url)?;
        let tls = if tls {
            let name = ServerName::try_from(host.clone()).map_err(|_| UpstreamError::Url(url.to_owned()))?;
            Some((tls_connector(ca)?, name))
        } else {
            None
        };
        Ok(Upstream { origin: url.trim_end_matches('/').to_owned(), host, port, tls, pool: Mutex::new(Vec::new()) })
    }

    /// The URL it was made from.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Host and port as a Host header names them.
    pub(crate) fn authority(&self) -> String {
        self.origin.split_once("://").map_or_else(String::new, |(_, authority)| authority.to_owned())
    }

    /// A kept connection that is still good and waited no longer than `max_idle`.
    pub(crate) fn take(&self, max_idle: Duration) -> Option<Io> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(idle) = pool.pop() {
            let waited = idle.since.elapsed();
            if waited < idle.keep && idle.io.is_quiet() {
                if waited < max_idle {
                    return Some(idle.io);
                }
                // Older ones wait longer still: keep this one for a request that may be repeated.
                pool.push(idle);
                return None;
            }
        }
        None
    }

    /// Keeps a connection whose exchange is complete.
    pub(crate) fn give_back(&self, io: Io, hint: Option<Duration>, timeouts: &Timeouts, limits: &Limits) {
        let keep = hint.map_or(timeouts.pool_idle, |hint| {
            hint.saturating_sub(Duration::from_secs(1)).min(timeouts.pool_idle * 15)
        });
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.len() >= limits.pool {
            // The oldest gives way.
            pool.remove(0);
        }
        if !keep.is_zero() && limits.pool > 0 {
            pool.push(Idle { io, since: Instant::now(), keep });
        }
    }

    /// Closes connections that waited too long.
    pub(crate) fn sweep(&self) {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        pool.retain(|idle| idle.since.elapsed() < idle.keep);
    }

    /// Opens a connection.
    pub(crate) async fn connect(&self, limit: Duration) -> Result<Io, ConnectError> {
        match tokio::time::timeout(limit, self.open()).await {
            Ok(Ok(io)) => Ok(io),
            Ok(Err(error)) => Err(self.failure(&error)),
            Err(_) => Err(ConnectError {
                origin: self.origin.clone(),
                loopback_refused: false,
                timed_out: true,
                reason: format!("no connection within {} ms", limit.as_millis()),
            }),
        }
    }

    async fn open(&self) -> io::Result<Io> {
        let tcp = TcpStream::connect((self.host.as_str(), self.port)).await?;
        tcp.set_nodelay(true)?;
        match &self.tls {
            None => Ok(Io::Tcp(tcp)),
            Some((connector, name)) => Ok(Io::Tls(Box::new(connector.connect(name.clone(), tcp).await?))),
        }
    }

    fn failure(&self, error: &io::Error) -> ConnectError {
        let loopback =
            self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let reason = match error.kind() {
            io::ErrorKind::ConnectionRefused => "connection refused: nothing listens there".to_owned(),
            _ => error.to_string(),
        };
        ConnectError {
            origin: self.origin.clone(),
            loopback_refused: loopback && error.kind() == io::ErrorKind::ConnectionRefused,
            timed_out: error.kind() == io::ErrorKind::TimedOut,
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_or_refused_with_a_reason() {
        assert_eq!(parse_origin("http://127.0.0.1:3000").unwrap(), (false, "127.0.0.1".to_owned(), 3000));
        assert_eq!(parse_origin("https://API.test/").unwrap(), (true, "api.test".to_owned(), 443));
        assert_eq!(parse_origin("http://[::1]:8080").unwrap(), (false, "::1".to_owned(), 8080));
        assert_eq!(parse_origin("http://[::1]").unwrap(), (false, "::1".to_owned(), 80));
        for bad in
            ["", "ftp://a", "http://", "http://a b", "http://a:b", "http://a:0", "http://a/v1", "http://u@a", "a:80"]
        {
            assert!(parse_origin(bad).is_err(), "{bad}");
        }
    }
}
