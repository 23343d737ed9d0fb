//! Connections to upstreams: opening them, verifying them, keeping them.

use crate::h2::{Connections, Onward};
use crate::settings::{Limits, Timeouts};
use crate::tls::{Alpn, client_config};
use palisade_guard::{ApiPolicy, TlsIdentity, UpstreamProtocol};
use rustls::pki_types::ServerName;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How long an HTTP/2 connection is kept that carries no request.
const HTTP2_IDLE: Duration = Duration::from_secs(60);

/// Why an upstream URL or its certificates cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// Not `http://host[:port]` or `https://host[:port]`.
    #[error("upstream `{0}` is not http://HOST[:PORT] or https://HOST[:PORT]")]
    Url(String),
    /// It has a path: paths go on as they came.
    #[error("upstream `{0}` has a path; paths go on as they came, so leave it out")]
    Path(String),
    /// TLS cannot be set up: says which certificate is to blame.
    #[error("{0}")]
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
    /// A stream of a shared HTTP/2 connection, for one request.
    Http2(Box<Onward>),
}

impl Io {
    /// True when the peer has neither closed nor said anything unasked.
    fn is_quiet(&self) -> bool {
        let tcp = match self {
            Io::Tcp(tcp) => tcp,
            Io::Tls(tls) => tls.get_ref().0,
            Io::Http2(_) => return false,
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
            Io::Http2(stream) => Pin::new(stream.as_mut()).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Io {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Io::Tcp(tcp) => Pin::new(tcp).poll_write(cx, buf),
            Io::Tls(tls) => Pin::new(tls.as_mut()).poll_write(cx, buf),
            Io::Http2(stream) => Pin::new(stream.as_mut()).poll_write(cx, buf),
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
            Io::Http2(stream) => Pin::new(stream.as_mut()).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Io::Tcp(tcp) => Pin::new(tcp).poll_flush(cx),
            Io::Tls(tls) => Pin::new(tls.as_mut()).poll_flush(cx),
            Io::Http2(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Io::Tcp(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Io::Tls(tls) => Pin::new(tls.as_mut()).poll_shutdown(cx),
            Io::Http2(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
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
    tls: Option<Tls>,
    protocol: UpstreamProtocol,
    /// Where HTTP/2 may be spoken: the connections that do.
    http2: Option<Connections>,
    pool: Mutex<Vec<Idle>>,
}

struct Tls {
    connector: TlsConnector,
    /// For requests that change to another protocol, where HTTP/2 might be chosen otherwise.
    upgrade: Option<TlsConnector>,
    name: ServerName<'static>,
}

/// How an upstream is spoken to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Manner {
    /// PEM bundle that vouches for it, in place of the system's.
    pub(crate) ca: Option<String>,
    /// Shown where it asks for a certificate.
    pub(crate) identity: Option<TlsIdentity>,
    pub(crate) protocol: UpstreamProtocol,
}

impl Manner {
    /// What an API says of its upstreams.
    pub(crate) fn of(api: &ApiPolicy) -> Manner {
        let (ca, delivery) = (api.upstream_ca.clone(), &api.delivery);
        Manner { ca, identity: delivery.identity.clone(), protocol: delivery.protocol }
    }
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Upstream").field(&self.origin).finish()
    }
}

/// Says whether a URL can be an upstream: `http://` or `https://`, a host, perhaps a port.
///
/// # Errors
/// What is wrong with it.
pub fn check_upstream(url: &str) -> Result<(), UpstreamError> {
    parse_origin(url).map(drop)
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

impl Upstream {
    /// An upstream without connections, spoken to by HTTP/1.1.
    pub(crate) fn new(url: &str, ca: Option<&str>) -> Result<Upstream, UpstreamError> {
        Upstream::with(url, &Manner { ca: ca.map(str::to_owned), ..Manner::default() })
    }

    /// An upstream without connections.
    pub(crate) fn with(url: &str, manner: &Manner) -> Result<Upstream, UpstreamError> {
        let (secure, host, port) = parse_origin(url)?;
        let protocol = match manner.protocol {
            UpstreamProtocol::Auto if !secure => UpstreamProtocol::Http1,
            protocol => protocol,
        };
        let tls = if secure {
            let name = ServerName::try_from(host.clone()).map_err(|_| UpstreamError::Url(url.to_owned()))?;
            let connector = |alpn| {
                let config = client_config(manner.ca.as_deref(), manner.identity.as_ref(), alpn);
                config.map(TlsConnector::from).map_err(UpstreamError::Tls)
            };
            let alpn = match protocol {
                UpstreamProtocol::Http1 => Alpn::Http1,
                UpstreamProtocol::Http2 => Alpn::Http2,
                UpstreamProtocol::Auto => Alpn::Either,
            };
            let upgrade = (protocol == UpstreamProtocol::Auto).then(|| connector(Alpn::Http1)).transpose()?;
            Some(Tls { connector: connector(alpn)?, upgrade, name })
        } else {
            None
        };
        let origin = url.trim_end_matches('/').to_owned();
        let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
        let http2 = (protocol != UpstreamProtocol::Http1).then(|| Connections::new(secure, authority));
        Ok(Upstream { origin, host, port, tls, protocol, http2, pool: Mutex::new(Vec::new()) })
    }

    /// The URL it was made from.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Host and port as a Host header names them.
    pub(crate) fn authority(&self) -> String {
        self.origin.split_once("://").map_or_else(String::new, |(_, authority)| authority.to_owned())
    }

    /// A stream on an open HTTP/2 connection. `upgrade` as in [`Upstream::connect`].
    fn take_stream(&self, upgrade: bool) -> Option<Io> {
        if upgrade && self.protocol == UpstreamProtocol::Auto {
            return None;
        }
        self.http2.as_ref()?.take().map(|stream| Io::Http2(Box::new(stream)))
    }

    /// A kept connection that is still good and waited no longer than `max_idle`. `upgrade` as in
    /// [`Upstream::connect`].
    pub(crate) fn take(&self, max_idle: Duration, upgrade: bool) -> Option<Io> {
        if let Some(stream) = self.take_stream(upgrade) {
            return Some(stream);
        }
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
        if matches!(io, Io::Http2(_)) {
            // A stream is used once; its connection is kept already.
            return;
        }
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
        if let Some(http2) = &self.http2 {
            http2.sweep(HTTP2_IDLE);
        }
    }

    /// Opens a connection. `upgrade` says that the request may change to another protocol, which HTTP/1.1 does best:
    /// where the upstream has the choice it is not offered HTTP/2.
    pub(crate) async fn connect(&self, limit: Duration, upgrade: bool) -> Result<Io, ConnectError> {
        match tokio::time::timeout(limit, self.open(upgrade)).await {
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

    async fn open(&self, upgrade: bool) -> io::Result<Io> {
        if let Some(stream) = self.take_stream(upgrade) {
            return Ok(stream);
        }
        let tcp = TcpStream::connect((self.host.as_str(), self.port)).await?;
        tcp.set_nodelay(true)?;
        let Some(Tls { connector, upgrade: plain, name }) = &self.tls else {
            return match &self.http2 {
                None => Ok(Io::Tcp(tcp)),
                Some(http2) => Ok(Io::Http2(Box::new(http2.open(tcp).await?))),
            };
        };
        let connector = plain.as_ref().filter(|_| upgrade).unwrap_or(connector);
        let tls = connector.connect(name.clone(), tcp).await?;
        let chosen = tls.get_ref().1.alpn_protocol() == Some(b"h2");
        match &self.http2 {
            Some(http2) if chosen => Ok(Io::Http2(Box::new(http2.open(tls).await?))),
            Some(_) if self.protocol == UpstreamProtocol::Http2 => {
                Err(io::Error::other("it does not choose HTTP/2 by ALPN"))
            }
            _ => Ok(Io::Tls(Box::new(tls))),
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
