//! Attacks on HTTP/2 itself: what floods a connection ends it, and stops nobody else.

use crate::support::frames::{CONTINUATION, DATA, Frames, HEADERS, Outcome, RST_STREAM, block};
use crate::support::h2::{Talk, answer_of, get, next, post};
use crate::support::{Under, api, observe, start, upstream};
use palisade_gateway::{Limits, Settings, Timeouts};
use palisade_guard::{Mode, Snapshot};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
/// GOAWAY's code for whoever sends too much.
const ENHANCE_YOUR_CALM: u32 = 11;
const GET: [(&[u8], &[u8]); 4] = [(b":method", b"GET"), (b":scheme", b"http"), (b":authority", b"a"), (b":path", b"/")];
const POST: [(&[u8], &[u8]); 4] =
    [(b":method", b"POST"), (b":scheme", b"http"), (b":authority", b"a"), (b":path", b"/")];

async fn serves(under: &Under) {
    let got = Talk::plain(under.address).await.ask(get("http://a/").body(()).unwrap(), b"").await;
    assert_eq!((got.status, got.body.as_slice()), (200, &b"ok"[..]));
}

#[tokio::test]
async fn opening_and_resetting_streams_without_end_ends_the_connection() {
    let upstream = upstream(b"\r\n\r\n", OK, false).await;
    let under = observe(upstream.address).await;
    let mut frames = Frames::open(under.address).await;
    let mut open = true;
    let mut sent = 0u32;
    while open && sent < 20_000 {
        let stream = 2 * sent + 1;
        open = frames.headers(stream, &GET, true).await;
        open &= frames.send(RST_STREAM, 0, stream, &8u32.to_be_bytes()).await;
        sent += 1;
    }
    let outcome = frames.outcome(u32::MAX).await;
    assert!(matches!(outcome, Outcome::Gone(Some(ENHANCE_YOUR_CALM) | None)), "{outcome:?} after {sent}");
    assert!(sent < 20_000, "it is not ended");
    let requests = under.gateway.status().requests;
    assert!(requests < 2_000, "{requests} requests were begun");
    serves(&under).await;
}

#[tokio::test]
async fn a_head_without_end_ends_the_connection() {
    let upstream = upstream(b"\r\n\r\n", OK, false).await;
    let under = observe(upstream.address).await;
    let mut frames = Frames::open(under.address).await;
    frames.send(HEADERS, 0, 1, &block(&GET)).await;
    let filler = vec![b'x'; 8000];
    let piece = block(&[(b"x", &filler)]);
    let mut sent = 0;
    while sent < 4_000 && frames.send(CONTINUATION, 0, 1, &piece).await {
        sent += 1;
    }
    assert!(sent < 4_000, "it is not ended");
    let outcome = frames.outcome(1).await;
    assert!(matches!(outcome, Outcome::Gone(_)), "{outcome:?}");
    assert!(upstream.untouched());
    serves(&under).await;
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused_alone() {
    let upstream = upstream(b"\r\n\r\n", OK, false).await;
    let limits = Limits { head_bytes: 4096, ..Limits::default() };
    let policy = api(&format!("http://{}", upstream.address), Mode::Observe, None);
    let under = start(policy, Settings { limits, ..Settings::default() }).await;
    let mut talk = Talk::plain(under.address).await;
    let got = talk.ask(get("http://a/").header("x", "x".repeat(5000)).body(()).unwrap(), b"").await;
    assert_eq!(got.status, 431);
    assert!(upstream.untouched());
    assert_eq!(talk.ask(get("http://a/").body(()).unwrap(), b"").await.body, b"ok");
    let mut request = get("http://a/");
    for number in 0..200 {
        request = request.header(format!("x{number}"), "1");
    }
    assert_eq!(talk.ask(request.body(()).unwrap(), b"").await.status, 431);
}

#[tokio::test]
async fn frames_of_nothing_end_the_connection() {
    // An upstream that does not read: whatever is taken has to wait somewhere, and no window counts these.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let under = observe(listener.local_addr().unwrap()).await;
    let mut frames = Frames::open(under.address).await;
    frames.headers(1, &POST, false).await;
    let mut sent = 0;
    while sent < 500_000 && frames.send(DATA, 0, 1, b"").await {
        sent += 1;
    }
    assert!(sent < 500_000, "it is not ended");
    let outcome = frames.outcome(1).await;
    assert!(matches!(outcome, Outcome::Gone(_)), "{outcome:?}");
}

#[tokio::test]
async fn more_requests_at_once_than_a_connection_may_have_wait() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let under = observe(listener.local_addr().unwrap()).await;
    let mut frames = Frames::open(under.address).await;
    for number in 0..200 {
        frames.headers(2 * number + 1, &GET, true).await;
    }
    // Beyond 128 they are refused, which tells the client to try again.
    assert_eq!(frames.outcome(2 * 199 + 1).await, Outcome::Reset(7));
    // The refusal is of the connection's own reading; those that were taken begin in tasks, which may come later.
    let all_begun = async {
        while under.gateway.status().requests < 128 {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(60), all_begun).await.is_ok(), "128 are taken");
    assert_eq!(under.gateway.status().requests, 128);
}

#[tokio::test]
async fn slow_clients_are_given_up() {
    let upstream = upstream(b"\r\n\r\n", OK, false).await;
    let quick = Duration::from_millis(150);
    let timeouts = Timeouts { request_head: quick, keep_alive: quick, idle: quick, ..Timeouts::default() };
    let policy = api(&format!("http://{}", upstream.address), Mode::Observe, None);
    let under = start(policy, Settings { timeouts, ..Settings::default() }).await;
    // One that never says a word of HTTP/2 after its preface, and one whose head does not end.
    let mut silent = under.connect().await;
    silent.write_all(b"PRI * HTTP/2.0\r\n\r\n").await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(10), silent.read_to_end(&mut rest)).await;
    assert!(ended.is_ok());
    let mut half = Frames::open(under.address).await;
    half.send(HEADERS, 0, 1, &block(&GET)).await;
    assert!(matches!(half.outcome(1).await, Outcome::Gone(_)));
    // One whose body does not come.
    let deaf = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let policy = api(&format!("http://{}", deaf.local_addr().unwrap()), Mode::Observe, None);
    under.gateway.publish(&Snapshot { version: 2, apis: vec![policy], ..Snapshot::default() });
    let mut body = Frames::open(under.address).await;
    body.headers(1, &POST, false).await;
    let outcome = body.outcome(1).await;
    assert!(matches!(outcome, Outcome::Answer(408, _)), "{outcome:?}");
}

#[tokio::test]
async fn a_reader_that_gives_no_window_holds_up_only_itself() {
    const SIZE: usize = 8 << 20;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut server, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let head = crate::support::read_until(&mut server, b"\r\n\r\n").await;
                let length = if head.starts_with(b"GET /large") { SIZE } else { 2 };
                let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").into_bytes();
                answer.resize(answer.len() + length, b'x');
                let _ = server.write_all(&answer).await;
            });
        }
    });
    let under = observe(address).await;
    // The window of the connection is for all of its streams: the client leaves room for others.
    let mut talk = Talk::wide(under.address).await;
    let (large, _) = talk.open(get("http://a/large").body(()).unwrap(), true).await;
    let mut body = large.await.unwrap().into_body();
    // It reads nothing of it.
    for _ in 0..20 {
        let (small, _) = talk.open(post("http://a/small").body(()).unwrap(), true).await;
        assert_eq!(answer_of(small).await.unwrap().body, b"xx");
    }
    let mut total = 0;
    while let Some(data) = next(&mut body).await {
        total += data.len();
    }
    assert_eq!(total, SIZE);
}
