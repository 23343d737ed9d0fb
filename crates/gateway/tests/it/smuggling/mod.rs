//! Requests that are hard to delimit: whatever the gateway lets on, the upstream reads as the same requests.

mod cases;
mod http2;
mod servers;

use crate::support::{Under, api, read_to_end, start, upstream};
use cases::{Case, cases};
use palisade_exchange::Body;
use palisade_gateway::{Captured, Settings};
use palisade_guard::{Effect, Mode};
use servers::{Read, Server, hyper_server, nginx_server, path_of, recorder};
use std::io::Write;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Everything that is delimited as it should be passes.
const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /get:
    get: &open
      requestBody: {content: {"*/*": {}}}
      responses: {"200": {description: ok}}
    head: *open
    delete: *open
  /post: {post: *open}
  /hidden: {get: *open}
  /probe: {get: *open}
"#;

/// As a client sends it: at once, or in pieces that end everywhere.
#[derive(Debug, Clone, Copy)]
enum Manner {
    Whole,
    Pieces,
}

async fn send(under: &Under, bytes: &[u8], manner: Manner) -> String {
    let mut stream = TcpStream::connect(under.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    match manner {
        Manner::Whole => drop(stream.write_all(bytes).await),
        Manner::Pieces => {
            for piece in bytes.chunks(if bytes.len() > 4000 { 997 } else { 3 }) {
                if stream.write_all(piece).await.is_err() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
    }
    let _ = stream.shutdown().await;
    String::from_utf8_lossy(&read_to_end(&mut stream).await).into_owned()
}

/// The requests that the gateway let on, as it read them; whole where it read their end and the upstream took them.
fn let_on(kept: &[Captured]) -> Vec<Read> {
    let read = |captured: &Captured| {
        let exchange = &captured.exchange;
        let body = match &exchange.request.body {
            Body::Bytes { bytes, .. } => String::from_utf8_lossy(bytes).into_owned(),
            _ => String::new(),
        };
        let query = exchange.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
        Read {
            method: exchange.method.clone(),
            target: path_of(&format!("{}{query}", exchange.path)),
            body,
            whole: captured.fault.is_none() && captured.upstream_status == Some(200),
        }
    };
    kept.iter().filter(|captured| captured.decision.effect < Effect::Prevent).map(read).collect()
}

fn whole(reads: &[Read]) -> Vec<Read> {
    reads.iter().filter(|read| read.whole).cloned().collect()
}

/// The requests that the upstream took beyond the first `seen`, once there are `count`.
async fn taken(server: &Server, seen: usize, count: usize) -> Vec<Read> {
    let begun = Instant::now();
    loop {
        let reads = whole(&server.reads()).split_off(seen);
        if reads.len() >= count || begun.elapsed() > Duration::from_secs(10) {
            return reads;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn hold_up(server: &Server, mode: Mode, manner: Manner) {
    let policy = api(&format!("http://{}", server.address()), mode, Some(CONTRACT));
    let under = start(policy, Settings::default()).await;
    let before = server.reads();
    let (mut seen, mut broken) = (whole(&before).len(), 0);
    let mut problems = Vec::new();
    for Case { name, raw, block, observe, honest } in cases() {
        let answer = send(&under, &raw, manner).await;
        // Whoever comes next, over connections that are kept, gets what he asks for.
        let probe = under.send(b"GET /probe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        under.gateway.flush().await;
        let gateway = let_on(&std::mem::take(&mut *under.kept.0.lock().unwrap()));
        let own = whole(&gateway);
        broken += gateway.len() - own.len();
        let upstream = taken(server, seen, own.len()).await;
        seen += upstream.len();
        let mut problem = |what: &str| {
            problems
                .push(format!("{name}: {what}\n  the gateway {gateway:?}\n  the upstream {upstream:?}\n  {answer:?}"));
        };
        if honest && own.len() != gateway.len() {
            problem("the upstream does not take it");
        }
        if upstream != own {
            problem("the upstream reads other requests");
        }
        if !probe.starts_with("HTTP/1.1 200 ") || !probe.ends_with("GET /probe") {
            problem(&format!("the next client gets {probe:?}"));
        }
        let wanted = match (mode, manner) {
            (Mode::Observe, _) => observe..=observe,
            (Mode::Block, Manner::Whole) => block..=block,
            // A body that nothing describes streams: the head may have gone before the body proves broken.
            (Mode::Block, Manner::Pieces) => block..=observe,
        };
        if !wanted.contains(&(gateway.len() - 1)) {
            problem(&format!("not {wanted:?} requests go on"));
        }
        let refused = answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 505 ");
        if gateway.len() == 1 && !answer.is_empty() && !refused {
            problem("it is not refused");
        }
    }
    // What was cut short may be noted late, and is never more than was let on.
    let after = server.reads().split_off(before.len());
    assert_eq!(whole(&server.reads()).len(), seen, "nothing more was read: {after:#?}");
    assert!(after.len() - whole(&after).len() <= broken, "{after:#?}");
    assert!(problems.is_empty(), "{mode:?}, {manner:?}: {}\n{}", problems.len(), problems.join("\n"));
}

async fn hold_up_every_way(server: &Server) {
    for mode in [Mode::Block, Mode::Observe] {
        for manner in [Manner::Whole, Manner::Pieces] {
            hold_up(server, mode, manner).await;
        }
    }
}

#[test]
fn there_are_cases_enough() {
    let cases = cases();
    assert!(cases.len() >= 60, "{}", cases.len());
}

#[tokio::test]
async fn nginx_reads_what_the_gateway_let_on() {
    match nginx_server().await {
        Some(server) => hold_up_every_way(&server).await,
        None => drop(writeln!(std::io::stderr(), "skipped: nginx is not installed")),
    }
}

#[tokio::test]
async fn hyper_reads_what_the_gateway_let_on() {
    hold_up_every_way(&hyper_server().await).await;
}

#[tokio::test]
async fn a_reader_by_the_letter_reads_what_the_gateway_let_on() {
    hold_up_every_way(&recorder().await).await;
}

#[tokio::test]
async fn what_an_upstream_says_unasked_is_given_to_nobody() {
    const EXTRA: &[u8] =
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
    const NO_BODY: &[u8] = b"HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\npoison";
    const UNCHANGED: &[u8] = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\npoison";
    const BOTH: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\npoison";
    for answer in [EXTRA, NO_BODY, UNCHANGED, BOTH] {
        let talkative = upstream(b"\r\n\r\n", answer, false).await;
        let policy = api(&format!("http://{}", talkative.address), Mode::Observe, None);
        let under = start(policy, Settings::default()).await;
        for round in 1..4 {
            let got = under.send(b"GET /get HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
            assert!(!got.contains("poison"), "{}: {got}", answer.escape_ascii());
            let connections = talkative.connections.load(std::sync::atomic::Ordering::SeqCst);
            assert_eq!(connections, round, "{}: its connection is not kept", answer.escape_ascii());
        }
    }
}
