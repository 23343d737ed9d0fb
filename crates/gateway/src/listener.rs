//! From an accepted connection to the protocol that is spoken on it.

use crate::client::Client;
use crate::state::Gateway;
use crate::tls::{ClientCertificate, ListenerTls, Secured, server_config};
use crate::{conn, h2};
use arc_swap::ArcSwapOption;
use bytes::Bytes;
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
}

/// How the connections of one listener begin. Certificates can be changed while it serves.
#[derive(Debug)]
pub struct Front {
    protocols: Protocols,
    /// `None`: cleartext. Whether there is TLS does not change while a listener serves.
    tls: ArcSwapOption<rustls::ServerConfig>,
}

impl Front {
    /// A cleartext listener that takes HTTP/1.1 and HTTP/2.
    pub fn plain() -> Front {
        Front { protocols: Protocols::default(), tls: ArcSwapOption::empty() }
    }

    /// The front of a listener.
    ///
    /// # Errors
    /// Why its TLS cannot be set up, in plain words.
    pub fn new(listener: &Listener) -> Result<Front, String> {
        let tls = match &listener.tls {
            Some(tls) => Some(server_config(tls, listener.protocols.alpn())?),
            None => None,
        };
        Ok(Front { protocols: listener.protocols, tls: ArcSwapOption::new(tls) })
    }

    /// True when clients speak TLS.
    pub fn is_secure(&self) -> bool {
        self.tls.load().is_some()
    }

    /// Takes new certificates for the connections to come; open ones keep theirs. Other changes of a listener need a
    /// restart: false says that there is one.
    ///
    /// # Errors
    /// Why the new TLS cannot be set up: the last good one stays.
    pub fn renew(&self, listener: &Listener) -> Result<bool, String> {
        if self.is_secure() != listener.tls.is_some() || self.protocols != listener.protocols {
            return Ok(false);
        }
        if let Some(tls) = &listener.tls {
            self.tls.store(Some(server_config(tls, self.protocols.alpn())?));
        }
        Ok(true)
    }

    /// Serves one client connection until it ends, or until `stop` and its exchanges are done.
    pub(crate) async fn serve(
        &self,
        gateway: &Arc<Gateway>,
        stream: TcpStream,
        peer: SocketAddr,
        stop: CancellationToken,
    ) {
        let Some(config) = self.tls.load_full() else {
            return self.cleartext(gateway, stream, peer, stop).await;
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
        let client = Arc::new(Client { peer, secure: true, certificate: certificate.map(Arc::new) });
        let stream = Secured::new(tls);
        if http2 {
            h2::run(gateway, stream, &client, stop).await;
        } else if self.protocols.http1 {
            conn::run(gateway, stream, &client, stop).await;
        }
    }

    /// HTTP/1.1, or HTTP/2 by prior knowledge: told apart by what a reader of HTTP/1.1 cannot read, so that the one
    /// costs the other nothing.
    async fn cleartext(&self, gateway: &Arc<Gateway>, stream: TcpStream, peer: SocketAddr, stop: CancellationToken) {
        let client = Arc::new(Client::plain(peer));
        match self.protocols {
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
}

/// The fronts of a file's listeners.
#[derive(Debug)]
pub struct Fronts(Vec<(SocketAddr, Arc<Front>)>);

impl Fronts {
    /// The fronts of these listeners.
    ///
    /// # Errors
    /// Which listener's TLS cannot be set up, and why.
    pub fn new(listeners: &[Listener]) -> Result<Fronts, String> {
        let front = |listener: &Listener| match Front::new(listener) {
            Ok(front) => Ok((listener.address, Arc::new(front))),
            Err(error) => Err(format!("the TLS of {} cannot be set up: {error}", listener.address)),
        };
        listeners.iter().map(front).collect::<Result<_, _>>().map(Fronts)
    }

    /// Each address with its front.
    pub fn iter(&self) -> impl Iterator<Item = (SocketAddr, &Arc<Front>)> {
        self.0.iter().map(|(address, front)| (*address, front))
    }

    /// Takes the certificates of the file as it is now. Says in the log what needs a restart, and what is not taken:
    /// there the last good one stays.
    pub fn renew(&self, listeners: &[Listener]) {
        let mut restart = listeners.len() != self.0.len();
        for (address, front) in &self.0 {
            match listeners.iter().find(|listener| listener.address == *address).map(|listener| front.renew(listener)) {
                Some(Ok(taken)) => restart |= !taken,
                Some(Err(error)) => tracing::error!(%address, error, "the certificates are not taken"),
                None => restart = true,
            }
        }
        if restart {
            tracing::warn!(
                "listeners were added, taken away or changed beside their certificates: start again for that"
            );
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
