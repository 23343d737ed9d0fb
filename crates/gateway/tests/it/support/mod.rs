//! A gateway under test, and upstreams that record what they get.

pub mod frames;
pub mod h2;
pub mod tls;

use palisade_gateway::{Captured, CounterStore, Front, Gateway, Memory, Settings, Sink};
use palisade_guard::{ApiPolicy, Delivery, Mode, Snapshot};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Keeps what the gateway delivers.
#[derive(Default)]
pub struct Kept(pub Mutex<Vec<Captured>>);

impl Sink for Kept {
    fn deliver(&self, captured: Captured) {
        self.0.lock().unwrap().push(captured);
    }
}

/// A gateway on a loopback port.
pub struct Under {
    pub gateway: Arc<Gateway>,
    pub address: SocketAddr,
    pub kept: Arc<Kept>,
    pub stop: CancellationToken,
    pub served: tokio::task::JoinHandle<()>,
}

pub fn api(upstream: &str, mode: Mode, contract: Option<&str>) -> ApiPolicy {
    ApiPolicy {
        id: "test".into(),
        name: "test".into(),
        hosts: vec![],
        base_path: "/".into(),
        upstreams: vec![upstream.to_owned()],
        upstream_ca: None,
        delivery: Delivery::default(),
        mode,
        contract: contract.map(str::to_owned),
        observe_operations: vec![],
        exceptions: vec![],
        protection: palisade_guard::Protection::default(),
    }
}

pub async fn start(api: ApiPolicy, settings: Settings) -> Under {
    start_front(api, settings, Arc::new(Front::plain())).await
}

pub async fn start_front(api: ApiPolicy, settings: Settings, front: Arc<Front>) -> Under {
    start_counting(api, settings, front, Arc::new(Memory::default())).await
}

pub async fn start_counting(
    api: ApiPolicy,
    settings: Settings,
    front: Arc<Front>,
    counters: Arc<dyn CounterStore>,
) -> Under {
    let kept = Arc::new(Kept::default());
    let gateway = Gateway::with_counters(settings, kept.clone(), counters);
    let statuses = gateway.publish(&Snapshot { version: 1, apis: vec![api], ..Snapshot::default() });
    assert!(statuses.iter().all(|status| status.current), "{statuses:?}");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let served = tokio::spawn(Arc::clone(&gateway).serve_front(listener, front, stop.clone()));
    Under { gateway, address, kept, stop, served }
}

pub async fn observe(upstream: SocketAddr) -> Under {
    start(api(&format!("http://{upstream}"), Mode::Observe, None), Settings::default()).await
}

impl Under {
    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes on a new connection and reads until the gateway closes it.
    pub async fn send(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        String::from_utf8_lossy(&read_to_end(&mut stream).await).into_owned()
    }
}

pub async fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut all));
    // A reset after the answer still leaves the answer.
    let _ = read.await.expect("the connection ends in time");
    all
}

/// Reads until the text seen ends with `end`.
pub async fn read_until(stream: &mut TcpStream, end: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    let mut byte = [0u8; 4096];
    while !all.ends_with(end) {
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut byte));
        let count = read.await.unwrap_or_else(|_| panic!("so far: {}", all.escape_ascii())).unwrap();
        assert!(count > 0, "the connection ended early: {}", all.escape_ascii());
        all.extend_from_slice(&byte[..count]);
    }
    all
}

/// An upstream that records every byte and answers each request (found by its `\r\n\r\n` plus `body` bytes) with the
/// same bytes.
pub struct Recorded {
    pub address: SocketAddr,
    pub connections: Arc<AtomicUsize>,
    pub bytes: Arc<Mutex<Vec<u8>>>,
}

impl Recorded {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap()).into_owned()
    }

    pub fn untouched(&self) -> bool {
        self.connections.load(Ordering::SeqCst) == 0
    }
}

/// Answers `answer` once what came ends with `end`; keeps the connection unless `close`.
pub async fn upstream(end: &'static [u8], answer: &'static [u8], close: bool) -> Recorded {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let recorded =
        Recorded { address: listener.local_addr().unwrap(), connections: Arc::default(), bytes: Arc::default() };
    let (connections, bytes) = (Arc::clone(&recorded.connections), Arc::clone(&recorded.bytes));
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            connections.fetch_add(1, Ordering::SeqCst);
            let bytes = Arc::clone(&bytes);
            tokio::spawn(async move {
                let mut seen = Vec::new();
                let mut buffer = [0u8; 8192];
                loop {
                    let count = stream.read(&mut buffer).await.unwrap_or(0);
                    if count == 0 {
                        return;
                    }
                    seen.extend_from_slice(&buffer[..count]);
                    bytes.lock().unwrap().extend_from_slice(&buffer[..count]);
                    if seen.ends_with(end) {
                        seen.clear();
                        stream.write_all(answer).await.unwrap();
                        if close {
                            return;
                        }
                    }
                }
            });
        }
    });
    recorded
}

/// What a WebSocket server answers to a key.
pub fn accept_of(key: &str) -> String {
    use base64::Engine as _;
    use sha1::{Digest, Sha1};
    let hash = Sha1::digest(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    base64::engine::general_purpose::STANDARD.encode(hash)
}
