//! HTTP/2 from clients: every stream is judged and relayed like a request of HTTP/1.1.

use crate::support::h2::{Got, Talk, answer_of, get, next, post};
use crate::support::{api, observe, read_until, start, start_front, upstream};
use bytes::Bytes;
use h2::Reason;
use palisade_exchange::Body;
use palisade_gateway::{Front, Listener, Protocols, Settings, Timeouts};
use palisade_guard::Mode;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[tokio::test]
async fn requests_of_one_connection_go_on_as_http1_on_kept_connections() {
    let answer = b"HTTP/1.1 207 Quite so\r\nX-One: 1\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nConnection: keep-alive, \
        X-Hop\r\nX-Hop: 1\r\nContent-Length: 2\r\n\r\nok";
    let upstream = upstream(b"\r\n\r\n", answer, false).await;
    let under = observe(upstream.address).await;
    let mut talk = Talk::plain(under.address).await;
    for _ in 0..2 {
        let request = get("http://shop.test:99/a%2Fb//c;d?x=%20&&y=").header("x-one", "1").header("cookie", "a=1");
        let got = talk.ask(request.header("cookie", "b=2").body(()).unwrap(), b"").await;
        assert_eq!((got.status, got.body.as_slice()), (207, &b"ok"[..]));
        assert_eq!(got.all("set-cookie"), ["a=1", "b=2"]);
        assert_eq!((got.all("connection").len(), got.all("x-hop").len(), got.all("x-one")), (0, 0, vec!["1"]));
    }
    let onward = "GET /a%2Fb//c;d?x=%20&&y= HTTP/1.1\r\nhost: shop.test:99\r\nx-one: 1\r\ncookie: a=1; b=2\r\n\r\n";
    assert_eq!(upstream.text(), onward.repeat(2));
    assert_eq!(upstream.connections.load(Ordering::SeqCst), 1);
    under.gateway.flush().await;
    let kept = under.kept.0.lock().unwrap();
    assert_eq!((kept.len(), kept[0].status, kept[0].exchange.host.as_str()), (2, 207, "shop.test:99"));
    assert_eq!(kept[0].exchange.path, "/a%2Fb//c;d");
}

#[tokio::test]
async fn a_body_without_length_goes_on_in_chunks_and_trailers_go_both_ways() {
    let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n3;a=b\r\nabc\r\n01\r\nd\r\n\
        0\r\nX-Sum: 7\r\nContent-Length: 9\r\n\r\n";
    let upstream = upstream(b"0\r\nx-check: 9\r\n\r\n", answer, false).await;
    let under = observe(upstream.address).await;
    let mut talk = Talk::plain(under.address).await;
    let (response, mut send) = talk.open(post("http://a/").body(()).unwrap(), false).await;
    send.send_data(Bytes::from_static(b"hello"), false).unwrap();
    let mut trailers = http::HeaderMap::new();
    trailers.insert("x-check", "9".parse().unwrap());
    trailers.insert("host", "evil".parse().unwrap());
    send.send_trailers(trailers).unwrap();
    let got = answer_of(response).await.unwrap();
    assert_eq!((got.status, got.body.as_slice()), (200, &b"abcd"[..]));
    let trailers = got.trailers.unwrap();
    assert_eq!((trailers.len(), trailers["x-sum"].to_str().unwrap()), (1, "7"), "a length is no trailer");
    let onward =
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx-check: 9\r\n\r\n";
    assert_eq!(upstream.text(), onward);
    under.gateway.flush().await;
    let kept = under.kept.0.lock().unwrap();
    let body = |body: &Body| body.complete().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert_eq!(body(&kept[0].exchange.request.body).as_deref(), Some("hello"));
    assert_eq!(body(&kept[0].exchange.response.as_ref().unwrap().message.body).as_deref(), Some("abcd"));
}

#[tokio::test]
async fn a_body_with_length_keeps_it() {
    let upstream = upstream(b"hello", OK, false).await;
    let under = observe(upstream.address).await;
    let mut talk = Talk::plain(under.address).await;
    let got = talk.ask(post("http://a/").header("content-length", "5").body(()).unwrap(), b"hello").await;
    assert_eq!((got.status, got.all("content-length")), (200, vec!["2"]));
    assert_eq!(upstream.text(), "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello");
}

#[tokio::test]
async fn answers_without_body_end_with_their_head() {
    for (method, answer, length) in [
        ("HEAD", &b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"[..], Some("1234")),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", None),
        ("DELETE", b"HTTP/1.1 204 No Content\r\n\r\n", None),
        ("PUT", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Some("0")),
    ] {
        let upstream = upstream(b"\r\n\r\n", answer, false).await;
        let under = observe(upstream.address).await;
        let mut talk = Talk::plain(under.address).await;
        let got = talk.ask(get("http://a/").method(method).body(()).unwrap(), b"").await;
        assert_eq!((got.body.len(), got.all("content-length").first().copied()), (0, length), "{method}");
        assert!(got.ended_with_head, "{method}");
    }
}

#[tokio::test]
async fn informational_answers_pass() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let under = observe(listener.local_addr().unwrap()).await;
    let mut talk = Talk::plain(under.address).await;
    let request = post("http://a/").header("expect", "100-continue").body(()).unwrap();
    let (mut response, mut send) = talk.open(request, false).await;
    let (mut server, _) = listener.accept().await.unwrap();
    read_until(&mut server, b"\r\n\r\n").await;
    server.write_all(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n").await.unwrap();
    let early = poll_fn(|cx| response.poll_informational(cx)).await.unwrap().unwrap();
    assert_eq!((early.status().as_u16(), early.headers()["link"].to_str().unwrap()), (103, "</a>"));
    let go_on = poll_fn(|cx| response.poll_informational(cx)).await.unwrap().unwrap();
    assert_eq!(go_on.status(), 100);
    send.send_data(Bytes::from_static(b"hi"), true).unwrap();
    read_until(&mut server, b"2\r\nhi\r\n0\r\n\r\n").await;
    server.write_all(OK).await.unwrap();
    assert_eq!(answer_of(response).await.unwrap().body, b"ok");
}

#[tokio::test]
async fn a_slow_stream_does_not_hold_up_others_of_its_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let under = observe(listener.local_addr().unwrap()).await;
    let mut talk = Talk::plain(under.address).await;
    let (slow, _body) = talk.open(post("http://a/slow").body(()).unwrap(), false).await;
    let (mut first, _) = listener.accept().await.unwrap();
    read_until(&mut first, b"\r\n\r\n").await;
    let (quick, _) = talk.open(get("http://a/quick").body(()).unwrap(), true).await;
    let (mut second, _) = listener.accept().await.unwrap();
    assert!(read_until(&mut second, b"\r\n\r\n").await.starts_with(b"GET /quick "));
    second.write_all(OK).await.unwrap();
    assert_eq!(answer_of(quick).await.unwrap().body, b"ok");
    first.write_all(OK).await.unwrap();
    assert_eq!(answer_of(slow).await.unwrap().body, b"ok", "an answer may come before the request has ended");
}

#[tokio::test]
async fn giving_up_is_passed_on_both_ways() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let under = observe(listener.local_addr().unwrap()).await;
    let mut talk = Talk::plain(under.address).await;
    // The client: while it waits, and in the middle of its body.
    for ended in [true, false] {
        let (response, mut send) = talk.open(post("http://a/").body(()).unwrap(), ended).await;
        let (mut server, _) = listener.accept().await.unwrap();
        read_until(&mut server, b"\r\n\r\n").await;
        send.send_reset(Reason::CANCEL);
        let mut rest = Vec::new();
        server.read_to_end(&mut rest).await.unwrap();
        assert!(!rest.ends_with(b"0\r\n\r\n"), "a body that was cut does not look whole");
        assert!(answer_of(response).await.is_err());
    }
    // The upstream: in the middle of its answer, and before it.
    let (response, _) = talk.open(get("http://a/").body(()).unwrap(), true).await;
    let (mut server, _) = listener.accept().await.unwrap();
    read_until(&mut server, b"\r\n\r\n").await;
    server.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").await.unwrap();
    drop(server);
    let error = answer_of(response).await.unwrap_err();
    assert_eq!(error.reason(), Some(Reason::INTERNAL_ERROR));
    let (response, _) = talk.open(post("http://a/").body(()).unwrap(), true).await;
    let (mut server, _) = listener.accept().await.unwrap();
    read_until(&mut server, b"\r\n\r\n").await;
    drop(server);
    let got = answer_of(response).await.unwrap();
    assert_eq!((got.status, got.all("content-type")), (502, vec!["application/problem+json"]));
}

#[tokio::test]
async fn bodies_stream_both_ways_within_their_windows() {
    const SIZE: usize = 12 << 20;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut server, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(server.read_u8().await.unwrap());
        }
        server.write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n").as_bytes()).await.unwrap();
        let (mut read, mut write) = server.split();
        tokio::io::copy(&mut read, &mut write).await.unwrap();
    });
    let under = observe(address).await;
    let mut talk = Talk::plain(under.address).await;
    let request = post("http://a/").header("content-length", SIZE).body(()).unwrap();
    let (response, mut send) = talk.open(request, false).await;
    let sender = tokio::spawn(async move {
        let mut sent = 0;
        while sent < SIZE {
            send.reserve_capacity(SIZE - sent);
            let room = poll_fn(|cx| send.poll_capacity(cx)).await.unwrap().unwrap().min(SIZE - sent);
            let block: Vec<u8> = (sent..sent + room).map(|at| (at % 251) as u8).collect();
            sent += room;
            send.send_data(block.into(), sent == SIZE).unwrap();
        }
    });
    let mut body = response.await.unwrap().into_body();
    let mut total = 0;
    while let Some(data) = body.data().await {
        let data = data.unwrap();
        assert!(data.iter().zip(total..).all(|(byte, at)| usize::from(*byte) == at % 251));
        total += data.len();
        body.flow_control().release_capacity(data.len()).unwrap();
    }
    sender.await.unwrap();
    assert_eq!(total, SIZE);
}

#[tokio::test]
async fn events_arrive_while_the_answer_is_still_open_and_its_end_is_passed_on() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let under = observe(listener.local_addr().unwrap()).await;
    let mut talk = Talk::plain(under.address).await;
    let (response, _) = talk.open(get("http://a/events").body(()).unwrap(), true).await;
    let (mut server, _) = listener.accept().await.unwrap();
    read_until(&mut server, b"\r\n\r\n").await;
    server.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n").await.unwrap();
    let mut body = response.await.unwrap().into_body();
    for number in 0..3 {
        let event = format!("data: {number}\n\n");
        server.write_all(event.as_bytes()).await.unwrap();
        assert_eq!(next(&mut body).await.unwrap(), event.as_bytes());
    }
    drop(server);
    assert!(next(&mut body).await.is_none(), "an answer up to the end of its connection ends well");
}

#[tokio::test]
async fn websockets_open_by_extended_connect() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let under = observe(listener.local_addr().unwrap()).await;
    let mut talk = Talk::plain(under.address).await;
    let connect = |path: &str| {
        let request = get(&format!("http://a{path}")).method("CONNECT").header("sec-websocket-version", "13");
        request.extension(h2::ext::Protocol::from_static("websocket")).body(()).unwrap()
    };
    talk.wait_for_connect().await;
    let (response, mut send) = talk.open(connect("/ws"), false).await;
    let (mut server, _) = listener.accept().await.unwrap();
    let head = String::from_utf8(read_until(&mut server, b"\r\n\r\n").await).unwrap();
    let fields = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: ";
    let start = format!("GET /ws HTTP/1.1\r\nhost: a\r\nsec-websocket-version: 13\r\n{fields}");
    assert!(head.starts_with(&start), "{head}");
    let key = head.lines().find_map(|line| line.strip_prefix("sec-websocket-key: ")).unwrap();
    let accept = crate::support::accept_of(key);
    let switch = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: chat\r\n\r\nfirst"
    );
    server.write_all(switch.as_bytes()).await.unwrap();
    let response = response.await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers().get("sec-websocket-accept")), (200, None));
    assert_eq!(response.headers()["sec-websocket-protocol"], "chat");
    let mut body = response.into_body();
    assert_eq!(next(&mut body).await.unwrap(), "first");
    for frame in [&b"\x81\x85aaaa"[..], b"\x00\xff GET / HTTP/1.1\r\n\r\n", b"0\r\n\r\n"] {
        send.send_data(Bytes::from_static(frame), false).unwrap();
        assert_eq!(read_until(&mut server, frame).await, frame);
        server.write_all(frame).await.unwrap();
        assert_eq!(next(&mut body).await.unwrap(), frame);
    }
    send.send_data(Bytes::new(), true).unwrap();
    assert_eq!(server.read(&mut [0; 8]).await.unwrap(), 0, "the end of one side is passed on");
    server.write_all(b"last words").await.unwrap();
    drop(server);
    assert_eq!(next(&mut body).await.unwrap(), "last words");
    assert!(next(&mut body).await.is_none());

    // An upstream that answers to another key is not let in; one that refuses says so itself.
    let (response, _send) = talk.open(connect("/ws"), false).await;
    let (mut server, _) = listener.accept().await.unwrap();
    read_until(&mut server, b"\r\n\r\n").await;
    server.write_all(switch.as_bytes()).await.unwrap();
    assert!(answer_of(response).await.is_err());
    let (response, _send) = talk.open(connect("/ws"), false).await;
    let (mut server, _) = listener.accept().await.unwrap();
    read_until(&mut server, b"\r\n\r\n").await;
    server.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno").await.unwrap();
    let got = answer_of(response).await.unwrap();
    assert_eq!((got.status, got.body.as_slice()), (403, &b"no"[..]));
    under.gateway.flush().await;
    assert_eq!(under.kept.0.lock().unwrap()[0].status, 101);
}

#[tokio::test]
async fn an_old_upstream_and_a_dead_one_are_answered_for() {
    let old = upstream(b"\r\n\r\n", b"HTTP/1.0 200 Fine\r\nServer: old\r\n\r\nto the end", true).await;
    let under = observe(old.address).await;
    let mut talk = Talk::plain(under.address).await;
    let got = talk.ask(get("http://a/").body(()).unwrap(), b"").await;
    assert_eq!((got.status, got.body.as_slice()), (200, &b"to the end"[..]));
    let dead = observe("127.0.0.1:1".parse().unwrap()).await;
    let got = Talk::plain(dead.address).await.ask(get("http://a/").body(()).unwrap(), b"").await;
    assert_eq!((got.status, problem(&got)["title"].as_str().unwrap()), (502, "Upstream unreachable"));
}

fn problem(got: &Got) -> serde_json::Value {
    serde_json::from_slice(&got.body).unwrap()
}

#[tokio::test]
async fn a_gateway_that_stops_lets_streams_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let under = observe(listener.local_addr().unwrap()).await;
    let mut talk = Talk::plain(under.address).await;
    let (response, _) = talk.open(get("http://a/").body(()).unwrap(), true).await;
    let (mut server, _) = listener.accept().await.unwrap();
    read_until(&mut server, b"\r\n\r\n").await;
    under.stop.cancel();
    server.write_all(OK).await.unwrap();
    assert_eq!(answer_of(response).await.unwrap().body, b"ok");
    under.served.await.unwrap();
    assert!(talk.ended().await, "no connection is left");
}

#[tokio::test]
async fn a_connection_without_requests_ends_in_time() {
    let timeouts = Timeouts { keep_alive: Duration::from_millis(50), ..Timeouts::default() };
    let settings = Settings { timeouts, ..Settings::default() };
    let under = start(api("http://127.0.0.1:1", Mode::Observe, None), settings).await;
    assert!(Talk::plain(under.address).await.ended().await);
}

#[tokio::test]
async fn a_listener_speaks_only_what_it_is_told_to() {
    let upstream = upstream(b"\r\n\r\n", OK, false).await;
    let of = async |http1, http2| {
        let address = "127.0.0.1:0".parse().unwrap();
        let listener = Listener { address, tls: None, protocols: Protocols { http1, http2 }, on_error: None };
        let policy = api(&format!("http://{}", upstream.address), Mode::Observe, None);
        start_front(policy, Settings::default(), Arc::new(Front::new(&listener).unwrap())).await
    };
    let old = of(true, false).await;
    let answer = old.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 505 "), "{answer}");
    let new = of(false, true).await;
    assert!(!new.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.contains("HTTP/1.1"));
    assert_eq!(Talk::plain(new.address).await.ask(get("http://a/").body(()).unwrap(), b"").await.body, b"ok");
    // Only a connection that begins with it is HTTP/2.
    let both = observe(upstream.address).await;
    let text = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let answer = both.send(text).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("HTTP/1.1 505 "), "{answer}");
}
