//! The requests of an assessment, against servers of this machine: kind ones, nginx, and hostile ones.

mod hostile;
mod kind;
mod nginx;

use jiff::Timestamp;
use palisade_posture::http::{Facts, REQUESTS};
use palisade_posture::{Part, Target};
use palisade_runner::posture::{Manners, Reach, http};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::RootCertStore;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// Short times, and this machine allowed.
fn manners() -> Manners {
    Manners {
        allow_private: true,
        connect: Duration::from_secs(2),
        answer: Duration::from_millis(400),
        pause: Duration::ZERO,
        connections: 60,
        whole: Duration::from_secs(20),
        ..Manners::default()
    }
}

/// Long times, and this machine allowed.
fn patient() -> Manners {
    Manners { answer: Duration::from_secs(20), whole: Duration::from_secs(60), ..manners() }
}

fn now() -> Timestamp {
    Timestamp::now()
}

/// Runs the probe against an address, under a name.
async fn probe_with(manners: Manners, url: &str, roots: RootCertStore) -> (Part<Facts>, u32) {
    let target = Target::parse(url).unwrap();
    let reach = Reach::new(manners);
    let addresses = [IpAddr::V4(Ipv4Addr::LOCALHOST)];
    let whole = reach.manners().whole + Duration::from_secs(5);
    let roots = Arc::new(roots);
    let probing = http::probe(&reach, &target, &addresses, &roots, now());
    let part = tokio::time::timeout(whole, probing).await.expect("an end within the time of the assessment");
    if let Part::Assessed(facts) = &part {
        assert!(facts.requests <= REQUESTS);
    }
    (part, reach.connections())
}

/// What was learned; there must be something.
fn facts(part: Part<Facts>) -> Facts {
    match part {
        Part::Assessed(facts) => facts,
        Part::NotAssessed(why) => panic!("not assessed: {why}"),
    }
}

/// A connection of either kind.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A server that gives every connection to a function; it ends with this value.
struct Server {
    address: SocketAddr,
    roots: RootCertStore,
    connections: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

/// An authority and a certificate of it for localhost.
fn certificate() -> (RootCertStore, rustls::ServerConfig) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let own = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&own, &issuer).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let chain = vec![CertificateDer::from(server.der().to_vec())];
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::try_from(own.serialize_der()).unwrap())
        .unwrap();
    (roots, config)
}

impl Server {
    /// Takes connections as they come.
    async fn raw<F, R>(serve: F) -> Server
    where
        F: Fn(TcpStream) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        let counted = connections.clone();
        tasks.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                open.spawn(serve(stream));
            }
        });
        Server { address, roots: RootCertStore::empty(), connections, _tasks: tasks }
    }

    /// Takes both what begins as TLS and what does not, on one port.
    async fn both<F, R>(serve: F) -> Server
    where
        F: Fn(Box<dyn Stream>, bool) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let (roots, config) = certificate();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let mut server = Server::raw(move |stream| {
            let (acceptor, serve) = (acceptor.clone(), serve.clone());
            async move {
                let mut first = [0];
                if stream.peek(&mut first).await.is_err() {
                    return;
                }
                if first[0] != 0x16 {
                    serve(Box::new(stream), false).await;
                } else if let Ok(stream) = acceptor.accept(stream).await {
                    serve(Box::new(stream), true).await;
                }
            }
        })
        .await;
        server.roots = roots;
        server
    }

    /// Answers every request of TLS with these bytes, closes what is plain.
    async fn canned(answer: impl Into<Vec<u8>>) -> Server {
        let answer = Arc::new(answer.into());
        Server::both(move |mut stream, tls| {
            let answer = answer.clone();
            async move {
                if tls {
                    head(&mut stream).await;
                    let _ = stream.write_all(&answer).await;
                    let _ = stream.shutdown().await;
                }
            }
        })
        .await
    }

    fn url(&self) -> String {
        format!("https://localhost:{}/", self.address.port())
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Probes with time enough for a server that comes to an end, on a machine however busy.
    async fn probed(&self) -> Part<Facts> {
        probe_with(patient(), &self.url(), self.roots.clone()).await.0
    }

    /// Probes with little time, which a server uses up that never comes to an end.
    async fn probed_hastily(&self) -> Part<Facts> {
        probe_with(manners(), &self.url(), self.roots.clone()).await.0
    }
}

/// Reads the head of a request; its text.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && bytes.len() < 8192 {
        match stream.read(&mut byte).await {
            Ok(1) => bytes.push(byte[0]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
