//! A gateway on its own: recording to a file, following a control plane that comes and goes.

use crate::support::{Under, api, read_until, start, upstream};
use palisade_exchange::Redactor;
use palisade_exchange::wire::from_line;
use palisade_gateway::{Control, ControlPlane, ControlSink, Fanout, FileSink, Gateway, Settings, Sink};
use palisade_guard::{Mode, Snapshot};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

const OK: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n{\"password\":\"CANARY-12\"}";
const POST: &[u8] = b"POST /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer CANARY-11\r\n\
    Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"word\":\"CANARY-10\"}";

async fn until<T>(what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
    for _ in 0..200 {
        if let Some(value) = ready() {
            return value;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what} did not happen");
}

#[tokio::test]
async fn the_record_holds_every_exchange_and_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("exchanges.jsonl");
    let upstream = upstream(b"CANARY-10\"}", OK, false).await;
    let sink = Arc::new(FileSink::open(&path, Redactor::new(&[7; 32])).unwrap());
    let gateway = Gateway::new(Settings::default(), Arc::new(Fanout(vec![sink.clone() as Arc<dyn Sink>])));
    let policy = api(&format!("http://{}", upstream.address), Mode::Observe, None);
    gateway.publish(&Snapshot { version: 1, apis: vec![policy], ..Snapshot::default() });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(Arc::clone(&gateway).serve(listener, CancellationToken::new()));
    for _ in 0..3 {
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(POST).await.unwrap();
        read_until(&mut client, b"}").await;
    }
    gateway.flush().await;
    sink.close();
    let text = std::fs::read_to_string(&path).unwrap();
    let exchanges: Vec<_> = text.lines().map(|line| from_line(line).unwrap()).collect();
    assert_eq!(exchanges.len(), 3);
    assert!(exchanges.iter().all(|exchange| exchange.path == "/login" && exchange.response.is_some()));
    assert!(!text.contains("CANARY"), "{text}");
}

/// A control plane that hands out one snapshot and keeps what it is sent.
struct Plane {
    address: std::net::SocketAddr,
    got: Arc<Mutex<String>>,
    task: tokio::task::JoinHandle<()>,
}

async fn plane(snapshot: Snapshot) -> Plane {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let got = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&got);
    let body = serde_json::to_string(&snapshot).unwrap();
    let task = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (kept, body) = (Arc::clone(&kept), body.clone());
            tokio::spawn(async move {
                let mut text = String::new();
                let mut buffer = [0u8; 65536];
                loop {
                    let count = stream.read(&mut buffer).await.unwrap_or(0);
                    text.push_str(&String::from_utf8_lossy(&buffer[..count]));
                    let lower = text.to_ascii_lowercase();
                    assert!(
                        lower.contains("authorization: bearer the-token\r\n") || !lower.contains("\r\n\r\n"),
                        "{text}"
                    );
                    if count == 0 {
                        return;
                    }
                    if text.starts_with("GET /api/v1/gateway/snapshot?after=0 ") {
                        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
                        stream.write_all(answer.as_bytes()).await.unwrap();
                        return;
                    }
                    if text.starts_with("GET /") {
                        // Nothing newer: the wait is the control plane's business.
                        tokio::time::sleep(Duration::from_millis(200)).await;
                        let _ = stream.write_all(b"HTTP/1.1 304 Not Modified\r\n\r\n").await;
                        return;
                    }
                    if text.starts_with("POST /api/v1/gateway/exchanges ")
                        && text.ends_with('\n')
                        && !text.ends_with("\r\n")
                    {
                        kept.lock().unwrap().push_str(text.split_once("\r\n\r\n").unwrap().1);
                        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
                        return;
                    }
                }
            });
        }
    });
    Plane { address, got, task }
}

async fn gateway_of(settings: &ControlPlane, dir: &std::path::Path) -> (Under, Arc<Control>) {
    let control = Arc::new(Control::new(settings, dir).unwrap());
    let sink = ControlSink::new(Redactor::new(&[1; 32]));
    let gateway = Gateway::new(Settings::default(), sink.clone());
    if let Some(snapshot) = control.last_good() {
        gateway.publish(&snapshot);
    }
    let stop = CancellationToken::new();
    tokio::spawn(Arc::clone(&control).follow(Arc::clone(&gateway), stop.clone()));
    tokio::spawn(sink.deliver_to(Arc::clone(&control), stop.clone()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = tokio::spawn(Arc::clone(&gateway).serve(listener, stop.clone()));
    (Under { gateway, address, kept: Arc::default(), stop, served }, control)
}

#[tokio::test]
async fn the_gateway_serves_on_when_its_control_plane_dies_and_after_its_own_restart() {
    let get = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let dir = tempfile::tempdir().unwrap();
    let token_file = dir.path().join("token");
    std::fs::write(&token_file, "the-token\n").unwrap();
    let upstream = upstream(b"\r\n\r\n", OK, false).await;
    let policy = api(&format!("http://{}", upstream.address), Mode::Observe, None);
    let plane = plane(Snapshot { version: 7, apis: vec![policy], ..Snapshot::default() }).await;
    let settings = ControlPlane { url: format!("http://{}", plane.address), token_file, ca: None };
    let (under, control) = gateway_of(&settings, dir.path()).await;
    until("the snapshot", || (under.gateway.status().version == 7).then_some(())).await;
    assert!(under.send(get).await.ends_with("}"));
    let line = until("the delivery", || {
        let got = plane.got.lock().unwrap();
        got.lines().next().map(str::to_owned)
    })
    .await;
    assert_eq!(from_line(&line).unwrap().path, "/");
    until("the kept snapshot", || control.last_good()).await;
    plane.task.abort();
    assert!(under.send(get).await.ends_with("}"), "the control plane is dead, the gateway is not");
    under.stop.cancel();
    under.served.await.unwrap();
    let (again, _) = gateway_of(&settings, dir.path()).await;
    assert!(again.send(get).await.ends_with("}"), "the last good snapshot outlives a restart");
    assert_eq!(again.gateway.status().version, 7);
}

#[tokio::test]
async fn health_readiness_and_metrics_have_a_listener_of_their_own() {
    use palisade_gateway::admin::{Admin, serve};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let ready = Arc::new(Mutex::new(false));
    let asked = Arc::clone(&ready);
    let admin = Admin {
        ready: Arc::new(move || if *asked.lock().unwrap() { Ok(()) } else { Err("still starting".to_owned()) }),
        metrics: Arc::new(|| "palisade_up 1\n".to_owned()),
        status: Arc::new(|| "{}".to_owned()),
    };
    let stop = CancellationToken::new();
    let served = tokio::spawn(serve(listener, admin, None, stop.clone()));
    let get = |path: &'static str| async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes())
            .await
            .unwrap();
        String::from_utf8(crate::support::read_to_end(&mut stream).await).unwrap()
    };
    assert!(get("/healthz").await.starts_with("HTTP/1.1 200"));
    let waiting = get("/readyz").await;
    assert!(waiting.starts_with("HTTP/1.1 503") && waiting.contains("still starting"), "{waiting}");
    *ready.lock().unwrap() = true;
    assert!(get("/readyz").await.starts_with("HTTP/1.1 200"));
    assert!(get("/metrics").await.ends_with("palisade_up 1\n"));
    let status = get("/status").await;
    assert!(status.contains("application/json") && status.ends_with("{}"), "{status}");
    assert!(get("/").await.starts_with("HTTP/1.1 404"));
    stop.cancel();
    served.await.unwrap();
}

#[tokio::test]
async fn a_data_port_has_no_routes_of_its_own() {
    let upstream = upstream(b"\r\n\r\n", OK, false).await;
    let under = start(api(&format!("http://{}", upstream.address), Mode::Observe, None), Settings::default()).await;
    for path in ["/healthz", "/readyz", "/metrics", "/api/v1/apis"] {
        let got = under.send(format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes()).await;
        assert!(got.ends_with("{\"password\":\"CANARY-12\"}"), "{got}");
    }
}
