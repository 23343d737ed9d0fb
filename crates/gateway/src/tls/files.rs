//! Certificate and key of listeners that are not the data plane's own.

use super::server::{ClientAuth, ListenerTls, MinVersion, server_config};
use arc_swap::ArcSwap;
use palisade_guard::TlsIdentity;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Longest handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// First byte of a TLS record that begins a handshake.
const RECORD: u8 = 0x16;

/// A certificate and its key in two PEM files, which may change while connections are accepted with them.
#[derive(Debug)]
pub struct TlsFiles {
    certificate: PathBuf,
    key: PathBuf,
    held: ArcSwap<Held>,
}

#[derive(Debug)]
struct Held {
    identity: TlsIdentity,
    config: Arc<rustls::ServerConfig>,
}

/// Why a connection is not secured.
#[derive(Debug)]
pub enum Unsecured {
    /// The client does not speak TLS. Nothing was read of what it sent.
    Clear(TcpStream),
    /// The handshake failed.
    Failed(io::Error),
}

fn terms(identity: TlsIdentity) -> ListenerTls {
    let (more, client_ca) = (Vec::new(), None);
    ListenerTls { identity, more, client_ca, client_auth: ClientAuth::Required, min_version: MinVersion::Tls12 }
}

fn read(certificate: &Path, key: &Path) -> Result<TlsIdentity, String> {
    let text = |path: &Path| {
        let bytes =
            crate::config::read_file(path).map_err(|why| format!("{} cannot be read: {why}", path.display()))?;
        String::from_utf8(bytes).map_err(|_| format!("{} is not PEM", path.display()))
    };
    Ok(TlsIdentity { certificate: text(certificate)?, key: text(key)? })
}

impl TlsFiles {
    /// Reads both files.
    ///
    /// # Errors
    /// Why they cannot be used, in plain words.
    pub fn load(certificate: &Path, key: &Path) -> Result<TlsFiles, String> {
        let held = Held::new(read(certificate, key)?, certificate, key)?;
        Ok(TlsFiles { certificate: certificate.into(), key: key.into(), held: ArcSwap::from_pointee(held) })
    }

    /// The two files.
    pub fn paths(&self) -> [PathBuf; 2] {
        [self.certificate.clone(), self.key.clone()]
    }

    /// Reads both files again, for the connections to come; true when they hold something else than before.
    ///
    /// # Errors
    /// Why they cannot be used: the last good ones stay.
    pub fn renew(&self) -> Result<bool, String> {
        let identity = read(&self.certificate, &self.key)?;
        if self.held.load().identity == identity {
            return Ok(false);
        }
        self.held.store(Arc::new(Held::new(identity, &self.certificate, &self.key)?));
        Ok(true)
    }

    /// The same certificate for a listener of the data plane.
    pub fn listener(&self) -> ListenerTls {
        terms(self.held.load().identity.clone())
    }

    /// Secures a connection. HTTP/1.1 is what is offered by ALPN.
    ///
    /// # Errors
    /// [`Unsecured`] when the client speaks no TLS, or the handshake fails or takes too long.
    pub async fn accept(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, Unsecured> {
        let late = || Unsecured::Failed(io::ErrorKind::TimedOut.into());
        let mut first = [0];
        let peeked = tokio::time::timeout(HANDSHAKE, stream.peek(&mut first)).await.map_err(|_| late())?;
        if peeked.map_err(Unsecured::Failed)? == 1 && first != [RECORD] {
            return Err(Unsecured::Clear(stream));
        }
        let config = Arc::clone(&self.held.load().config);
        let handshake = TlsAcceptor::from(config).accept(stream);
        tokio::time::timeout(HANDSHAKE, handshake).await.map_err(|_| late())?.map_err(Unsecured::Failed)
    }
}

impl Held {
    fn new(identity: TlsIdentity, certificate: &Path, key: &Path) -> Result<Held, String> {
        let unusable = |why| format!("{} and {} cannot be used: {why}", certificate.display(), key.display());
        let config = server_config(&terms(identity.clone()), vec![b"http/1.1".to_vec()]).map_err(unusable)?;
        Ok(Held { identity, config })
    }
}
