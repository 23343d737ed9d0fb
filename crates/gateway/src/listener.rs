//! From an accepted connection to the protocol that is spoken on it.

use crate::client::Client;
use crate::state::Gateway;
use crate::tls::{ClientCertificate, ListenerTls, Secured, server_config};
use crate::{conn, h2};
use arc_swap::ArcSwap;
use bytes::Bytes;
use palisade_guard::OnError;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// What a client may speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protocols {
    /// HTTP/1.0 and HTTP/1.1.
    pub http1: bool,
    /// HTTP/2: by ALPN over TLS, by prior knowledge without.
    pub http2: bool,
}

impl Default for Protocols {
    fn default() -> Self {
        Protocols { http1: true, http2: true }
    }
}

impl Protocols {
    /// The names for ALPN, the preferred one first.
    fn alpn(self) -> Vec<Vec<u8>> {
        let names = [(self.http2, &b"h2"[..]), (self.http1, b"http/1.1")];
        names.iter().filter(|(spoken, _)| *spoken).map(|(_, name)| name.to_vec()).collect()
    }
}

/// What the gateway's file says of one listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its TLS; `None`: cleartext.
    pub tls: Option<ListenerTls>,
    /// What is spoken there.
    pub protocols: Protocols,
    /// What happens to what cannot be judged, where neither the API nor the operation says.
    pub on_error: Option<OnError>,
}

impl Listener {
    /// A cleartext listener that takes HTTP/1.1 and HTTP/2.
    pub fn plain(address: SocketAddr) -> Listener {
        Listener { address, tls: None, protocols: Protocols::default(), on_error: None }
    }
}

/// What holds for the connections to come.
#[derive(Debug)]
struct Terms {
    /// What they were made of.
    of: Option<Listener>,
    protocols: Protocols,
    on_error: Option<OnError>,
    /// `None`: cleartext.
    tls: Option<Arc<rustls::ServerConfig>>,
}

impl Terms {
    fn new(listener: &Listener) -> Result<Terms, String> {
        let tls = match &listener.tls {
            Some(tls) => Some(server_config(tls, listener.protocols.alpn())?),
            None => None,
        };
        Ok(Terms { of: Some(listener.clone()), protocols: listener.protocols, on_error: listener.on_error, tls })
    }
}

/// How the connections of one listener begin. All of it can be changed while it serves.
#[derive(Debug)]
pub struct Front(ArcSwap<Terms>);

impl Front {
    /// A cleartext listener that takes HTTP/1.1 and HTTP/2.
    pub fn plain() -> Front {
        Front(ArcSwap::from_pointee(Terms { of: None, protocols: Protocols::default(), on_error: None, tls: None }))
    }

    /// The front of a listener.
    ///
    /// # Errors
    /// Why its TLS cannot be set up, in plain words.
    pub fn new(listener: &Listener) -> Result<Front, String> {
        Terms::new(listener).map(|terms| Front(ArcSwap::from_pointee(terms)))
    }

    /// True when clients speak TLS.
    pub fn is_secure(&self) -> bool {
        self.0.load().tls.is_some()
    }

    /// Takes what the file says now for the connections to come; open ones go on as they began.
    ///
    /// # Errors
    /// Why the new TLS cannot be set up: the last good one stays.
    pub fn renew(&self, listener: &Listener) -> Result<(), String> {
        if self.0.load().of.as_ref() != Some(listener) {
            self.0.store(Arc::new(Terms::new(listener)?));
        }
        Ok(())
    }

    /// Serves one client connection until it ends, or until `stop` and its exchanges are done.
    pub(crate) async fn serve(
        &self,
        gateway: &Arc<Gateway>,
        stream: TcpStream,
        peer: SocketAddr,
        stop: CancellationToken,
    ) {
        let (protocols, on_error, tls) = {
            let terms = self.0.load();
            (terms.protocols, terms.on_error, terms.tls.clone())
        };
        let Some(config) = tls else {
            let client = Arc::new(Client { on_error, ..Client::plain(peer) });
            return cleartext(protocols, gateway, stream, client, stop).await;
        };
        let handshake = TlsAcceptor::from(config).accept(stream);
        let limit = gateway.settings.timeouts.request_head;
        let tls = match tokio::time::timeout(limit, handshake).await {
            Ok(Ok(tls)) => tls,
            Ok(Err(error)) => return crate::events::handshake_failed(&error.to_string()),
            Err(_) => return crate::events::handshake_failed("it took too long"),
        };
        let (_, session) = tls.get_ref();
        let certificate = session.peer_certificates().and_then(<[_]>::first).map(ClientCertificate::read);
        let http2 = session.alpn_protocol() == Some(b"h2");
        let client = Arc::new(Client { peer, secure: true, certificate: certificate.map(Arc::new), on_error });
        let stream = Secured::new(tls);
        if http2 {
            h2::run(gateway, stream, &client, stop).await;
        } else if protocols.http1 {
            conn::run(gateway, stream, &client, stop).await;
        }
    }
}

/// HTTP/1.1, or HTTP/2 by prior knowledge: told apart by what a reader of HTTP/1.1 cannot read, so that the one
/// costs the other nothing.
async fn cleartext(
    protocols: Protocols,
    gateway: &Arc<Gateway>,
    stream: TcpStream,
    client: Arc<Client>,
    stop: CancellationToken,
) {
    match protocols {
        Protocols { http1: true, http2: false } => conn::run(gateway, stream, &client, stop).await,
        Protocols { http1: false, .. } => h2::run(gateway, stream, &client, stop).await,
        Protocols { http1: true, http2: true } => {
            let detected = conn::run_or_detect(gateway, stream, &client, stop.clone()).await;
            if let Some((stream, read)) = detected {
                h2::run(gateway, Rewound { read, stream }, &client, stop).await;
            }
        }
    }
}

/// A connection of which something was read already.
struct Rewound {
    read: Bytes,
    stream: TcpStream,
}

impl AsyncRead for Rewound {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.read.is_empty() {
            return Pin::new(&mut this.stream).poll_read(cx, buf);
        }
        let again = this.read.split_to(this.read.len().min(buf.remaining()));
        buf.put_slice(&again);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Rewound {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
