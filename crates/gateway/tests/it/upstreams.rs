//! Several upstreams: shares, health, what is sent again and what is not, and upstreams that break at each stage.

use crate::support::{Under, api, read_to_end, start, upstream};
use palisade_gateway::{Settings, UpstreamState};
use palisade_guard::{ApiPolicy, Health, Millis, Mode, Passive, Probe, Retries, Snapshot, Times};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const POST: &[u8] = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";
const PUT: &[u8] = b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// What an upstream does with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Close,
    Reset,
    Hang,
    /// One byte every 50 ms, without end.
    Trickle,
    /// The bytes over and over.
    Flood,
}

/// Reads a request's head (or nothing), writes, then does as told.
#[derive(Debug, Clone, Copy)]
struct Script {
    read: bool,
    write: &'static [u8],
    then: Then,
}

struct Scripted {
    address: SocketAddr,
    /// Requests whose head was read.
    heads: Arc<AtomicUsize>,
    script: Arc<Mutex<Script>>,
}

impl Scripted {
    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn seen(&self) -> usize {
        self.heads.load(Ordering::SeqCst)
    }
}

async fn play(mut stream: TcpStream, script: Script, heads: Arc<AtomicUsize>) {
    let mut seen = Vec::new();
    while script.read && !seen.windows(4).any(|window| window == b"\r\n\r\n") {
        if stream.read_buf(&mut seen).await.unwrap_or(0) == 0 {
            return;
        }
    }
    heads.fetch_add(1, Ordering::SeqCst);
    let _ = stream.write_all(script.write).await;
    match script.then {
        Then::Close => {}
        Then::Reset => stream.set_zero_linger().unwrap(),
        Then::Hang => std::future::pending().await,
        Then::Trickle => {
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Then::Flood => while stream.write_all(script.write).await.is_ok() {},
    }
}

async fn scripted(read: bool, write: &'static [u8], then: Then) -> Scripted {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (heads, script) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Script { read, write, then })));
    let (counted, played) = (Arc::clone(&heads), Arc::clone(&script));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let script = *played.lock().unwrap();
            tokio::spawn(play(stream, script, Arc::clone(&counted)));
        }
    });
    Scripted { address, heads, script }
}

async fn good() -> Scripted {
    scripted(true, OK, Then::Close).await
}

async fn refusing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn several(urls: &[String]) -> ApiPolicy {
    let mut policy = api("", Mode::Observe, None);
    policy.upstreams = urls.to_vec();
    policy.delivery.timeouts =
        Times { connect: Some(Millis(2000)), response_head: Some(Millis(300)), idle: Some(Millis(300)), total: None };
    policy
}

fn states(under: &Under) -> Vec<UpstreamState> {
    under.gateway.status().apis[0].upstreams.iter().map(|upstream| upstream.state).collect()
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what} does not come about");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn each_upstream_gets_its_share() {
    let (heavy, light) = (good().await, good().await);
    let mut policy = several(&[heavy.url(), light.url()]);
    policy.delivery.weights = vec![3, 1];
    let under = start(policy, Settings::default()).await;
    for _ in 0..40 {
        assert!(under.send(GET).await.ends_with("ok"));
    }
    assert_eq!((heavy.seen(), light.seen()), (30, 10));
    let status = &under.gateway.status().apis[0];
    assert_eq!((status.upstreams[0].requests, status.upstreams[1].requests), (30, 10));
    assert_eq!((status.upstreams[0].weight, status.upstreams[0].active), (3, 0));
}

#[tokio::test]
async fn a_connection_that_is_refused_costs_no_request_not_even_a_post() {
    let alive = good().await;
    let under = start(several(&[refusing().await, alive.url()]), Settings::default()).await;
    for request in [POST, GET, PUT].repeat(10) {
        assert!(under.send(request).await.ends_with("ok"));
    }
    assert_eq!(alive.seen(), 30);
    assert_eq!(states(&under), [UpstreamState::Ejected, UpstreamState::Healthy]);
    let status = &under.gateway.status().apis[0].upstreams[0];
    assert_eq!((status.requests, status.failures), (5, 5));
}

#[tokio::test]
async fn only_what_is_idempotent_and_whole_is_sent_again() {
    for then in [Then::Close, Then::Reset, Then::Hang] {
        let (broken, alive) = (scripted(true, b"", then).await, good().await);
        let mut policy = several(&[broken.url(), alive.url()]);
        policy.delivery.health.passive.failures = 0;
        let under = start(policy, Settings::default()).await;
        assert!(under.send(GET).await.ends_with("ok"), "{then:?}");
        assert_eq!((broken.seen(), alive.seen()), (1, 1), "{then:?}");
        // The next one of the round is the broken one's turn again, after the good one's.
        assert!(under.send(GET).await.ends_with("ok"), "{then:?}");
        let answer = under.send(POST).await;
        assert!(answer.starts_with("HTTP/1.1 50"), "{then:?} {answer}");
        assert_eq!((broken.seen(), alive.seen()), (2, 2), "a POST that was sent is sent once: {then:?}");
    }
}

#[tokio::test]
async fn a_body_that_was_not_held_is_not_sent_again() {
    let (broken, alive) = (scripted(true, b"", Then::Close).await, good().await);
    let under = start(several(&[broken.url(), alive.url()]), Settings::default()).await;
    assert!(under.send(PUT).await.starts_with("HTTP/1.1 502 "));
    assert_eq!((broken.seen(), alive.seen()), (1, 0));
}

#[tokio::test]
async fn nothing_is_sent_again_once_a_byte_of_an_answer_came() {
    for half in [&b"H"[..], b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"] {
        let (broken, alive) = (scripted(true, half, Then::Close).await, good().await);
        let under = start(several(&[broken.url(), alive.url()]), Settings::default()).await;
        let answer = under.send(GET).await;
        assert!(answer.contains("HTTP/1.1 502 ") || half.ends_with(b"\r\n\r\n"), "{answer}");
        assert_eq!((broken.seen(), alive.seen()), (1, 0), "{}", half.escape_ascii());
    }
}

#[tokio::test]
async fn tries_end_with_the_attempts_and_with_the_budget() {
    let broken = [
        scripted(true, b"", Then::Close).await,
        scripted(true, b"", Then::Close).await,
        scripted(true, b"", Then::Close).await,
    ];
    let mut policy = several(&broken.iter().map(Scripted::url).collect::<Vec<_>>());
    policy.delivery.retries = Retries { attempts: 1, budget: 0 };
    policy.delivery.health.passive.failures = 0;
    let under = start(policy, Settings::default()).await;
    let seen = || broken.iter().map(Scripted::seen).sum::<usize>();
    assert!(under.send(GET).await.starts_with("HTTP/1.1 502 "));
    assert_eq!(seen(), 2);
    for _ in 0..19 {
        assert!(under.send(GET).await.starts_with("HTTP/1.1 502 "));
    }
    assert_eq!(seen(), 30, "ten retries are free, and there are no more");
}

#[tokio::test]
async fn an_ejected_upstream_gets_nothing_and_comes_back() {
    let (sick, well) =
        (scripted(true, b"HTTP/1.1 503 Sick\r\nContent-Length: 0\r\n\r\n", Then::Close).await, good().await);
    let mut policy = several(&[sick.url(), well.url()]);
    policy.delivery.health = Health {
        passive: Passive { failures: 3, eject: Millis(500), max_eject: Millis(60_000), ..Passive::default() },
        slow_start: Millis(0),
        ..Health::default()
    };
    let under = start(policy.clone(), Settings::default()).await;
    let answers = |under: &Under| {
        let address = under.address;
        async move {
            let mut answers = Vec::new();
            for _ in 0..6 {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.write_all(GET).await.unwrap();
                answers.push(String::from_utf8(read_to_end(&mut stream).await).unwrap());
            }
            answers
        }
    };
    let first = answers(&under).await;
    assert_eq!(first.iter().filter(|answer| answer.contains(" 503 ")).count(), 3, "an answer is passed on");
    assert_eq!(states(&under), [UpstreamState::Ejected, UpstreamState::Healthy]);
    // A new definition of the API does not forget.
    policy.base_path = "//".to_owned();
    under.gateway.publish(&Snapshot { version: 2, apis: vec![policy], ..Snapshot::default() });
    assert_eq!(states(&under)[0], UpstreamState::Ejected);
    assert!(answers(&under).await.iter().all(|answer| answer.ends_with("ok")));
    sick.script.lock().unwrap().write = OK;
    until("the return", || states(&under)[0] == UpstreamState::Healthy).await;
    let before = sick.seen();
    assert!(answers(&under).await.iter().all(|answer| answer.ends_with("ok")));
    assert_eq!(sick.seen() - before, 3);
}

#[tokio::test]
async fn the_last_upstream_is_never_ejected() {
    let broken = [scripted(true, b"", Then::Close).await, scripted(true, b"", Then::Close).await];
    let under = start(several(&[broken[0].url(), broken[1].url()]), Settings::default()).await;
    for _ in 0..30 {
        assert!(under.send(GET).await.starts_with("HTTP/1.1 502 "));
    }
    let states = states(&under);
    assert_eq!(states.iter().filter(|state| **state == UpstreamState::Ejected).count(), 1, "{states:?}");
    broken.iter().for_each(|broken| broken.script.lock().unwrap().write = OK);
    assert!(under.send(GET).await.ends_with("ok"));
}

#[tokio::test]
async fn active_checks_take_an_upstream_out_and_bring_it_back() {
    let (sick, well) = (good().await, good().await);
    sick.script.lock().unwrap().write = b"HTTP/1.1 503 Sick\r\n\r\n";
    let probe = Probe {
        path: "/healthz".into(),
        interval: Millis(20),
        timeout: Millis(2000),
        healthy: 2,
        unhealthy: 2,
        ..Probe::default()
    };
    let mut policy = several(&[sick.url(), well.url()]);
    policy.delivery.health = Health { probe: Some(probe), slow_start: Millis(60_000), ..Health::default() };
    let under = start(policy.clone(), Settings::default()).await;
    until("the sickness", || states(&under)[0] == UpstreamState::Unhealthy).await;
    for _ in 0..5 {
        assert!(under.send(GET).await.ends_with("ok"));
    }
    assert_eq!(under.gateway.status().apis[0].upstreams[0].requests, 0, "its requests were checks alone");
    sick.script.lock().unwrap().write = OK;
    until("the recovery", || states(&under)[0] == UpstreamState::Recovering).await;
    // Without the API the checks end.
    under.gateway.publish(&Snapshot { version: 2, ..Snapshot::default() });
    let mut seen = 0;
    until("the end of the checks", || {
        let last = std::mem::replace(&mut seen, sick.seen());
        std::thread::sleep(Duration::from_millis(60));
        last == seen
    })
    .await;
}

#[tokio::test]
async fn a_check_asks_for_what_it_is_told() {
    let recorded = upstream(b"\r\n\r\n", b"HTTP/1.1 404 Gone\r\n\r\n", true).await;
    let probe = Probe {
        path: "/live?x=1".into(),
        host: Some("shop.test".into()),
        interval: Millis(20),
        statuses: vec![(404, 404)],
        ..Probe::default()
    };
    let mut policy = several(&[format!("http://{}", recorded.address)]);
    policy.delivery.health.probe = Some(probe);
    let under = start(policy, Settings::default()).await;
    until("checks", || recorded.connections.load(Ordering::SeqCst) > 4).await;
    assert!(
        recorded.text().starts_with("GET /live?x=1 HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: palisade-health\r\n")
    );
    assert_eq!(states(&under), [UpstreamState::Healthy]);
}

#[tokio::test]
async fn an_upstream_that_breaks_gives_a_clear_answer_and_a_bounded_wait() {
    const HALF: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    const CHUNK: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n";
    const BAD_CHUNK: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhalf\r\n";
    let cases: &[(&str, bool, &'static [u8], Then, &str)] = &[
        ("reset at once", false, b"", Then::Reset, "502"),
        ("closed at once", false, b"", Then::Close, "502"),
        ("reset after the request", true, b"", Then::Reset, "502"),
        ("closed after the request", true, b"", Then::Close, "502"),
        ("silent", true, b"", Then::Hang, "504"),
        ("half a status line, closed", true, b"HTTP/1.1 2", Then::Close, "502"),
        ("half a status line, silent", true, b"HTTP/1.1 2", Then::Hang, "504"),
        ("half a head, reset", true, b"HTTP/1.1 200 OK\r\nServer: x\r\n", Then::Reset, "502"),
        ("a head that never ends", true, b"HTTP/1.1 200 OK\r\nX: ", Then::Trickle, "504"),
        ("endless fields", true, b"HTTP/1.1 200 OK\r\nX: 1\r\nY: 2\r\n", Then::Flood, "502"),
        ("endless interim answers", true, b"HTTP/1.1 102 Processing\r\n\r\n", Then::Flood, "102"),
        ("garbage", true, b"\0\x01\x02\r\n\r\n", Then::Close, "502"),
        ("another protocol", true, b"SSH-2.0-x\r\n\r\n", Then::Close, "502"),
        ("half a body, closed", true, HALF, Then::Close, "200"),
        ("half a body, reset", true, HALF, Then::Reset, "200"),
        ("half a body, silent", true, HALF, Then::Hang, "200"),
        ("half of the chunks", true, CHUNK, Then::Close, "200"),
        ("chunks that are none", true, BAD_CHUNK, Then::Hang, "502"),
        ("a body without end", true, b"HTTP/1.1 200 OK\r\n\r\n", Then::Trickle, "200"),
    ];
    for (name, read, write, then, status) in cases {
        let broken = scripted(*read, write, *then).await;
        let mut policy = several(&[broken.url()]);
        policy.delivery.timeouts.total = Some(Millis(1500));
        let under = start(policy, Settings::default()).await;
        let begun = Instant::now();
        let answer = under.send(GET).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{name}: {answer}");
        assert!(begun.elapsed() < Duration::from_secs(8), "{name}");
        // An answer that stopped half way looks like one: it is not ended as a whole one would be.
        assert!(!answer.ends_with("0\r\n\r\n"), "{name}: {answer}");
        under.gateway.flush().await;
        let kept = under.kept.0.lock().unwrap();
        assert!(kept[0].fault.is_some(), "{name}: the record says what happened");
        assert_eq!(under.gateway.status().apis[0].upstreams[0].active, 0, "{name}");
    }
}

#[tokio::test]
async fn an_exchange_ends_with_its_time() {
    let slow = scripted(true, b"HTTP/1.1 200 OK\r\n\r\n", Then::Trickle).await;
    let silent = scripted(true, b"", Then::Hang).await;
    for (upstream, begins) in [(&slow, "HTTP/1.1 200 "), (&silent, "HTTP/1.1 504 ")] {
        let mut policy = several(&[upstream.url()]);
        policy.delivery.timeouts = Times { total: Some(Millis(300)), ..Times::default() };
        let under = start(policy, Settings::default()).await;
        let answer = under.send(GET).await;
        assert!(answer.starts_with(begins), "{answer}");
        under.gateway.flush().await;
        let fault = under.kept.0.lock().unwrap()[0].fault.clone().unwrap();
        assert!(fault.contains("longer than it may"), "{fault}");
    }
    // A client that is too slow is told so.
    let mut policy = several(&[silent.url()]);
    policy.delivery.timeouts = Times { total: Some(Millis(300)), ..Times::default() };
    let under = start(policy, Settings::default()).await;
    let answer = under.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf").await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("total_timeout"), "{answer}");
}
