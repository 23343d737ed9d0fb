//! Observe mode changes nothing that client or upstream sees.

use crate::support::{api, observe, read_to_end, read_until, start, upstream};
use palisade_exchange::Body;
use palisade_gateway::Settings;
use palisade_guard::{Effect, Mode};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[tokio::test]
async fn heads_pass_byte_by_byte() {
    let answer = b"HTTP/1.1 207 Quite so\r\nx-LAST: 1\r\nSet-Cookie: a=1\r\nX-Between: 2\r\nset-cookie: b=2\r\n\
        Content-Length: 2\r\nDATE: never\r\n\r\nok";
    let upstream = upstream(b"\r\n\r\n", answer, false).await;
    let under = observe(upstream.address).await;
    let request = "GET /a%2Fb//c;d?x=%20&&y= HTTP/1.1\r\nhOsT:  shop.test:99 \r\nX-One: 1\r\naccept: a\r\n\
        x-ONE: 2\r\nAccept: b\r\nExpect-CT: x\r\n\r\n";
    let mut client = under.connect().await;
    client.write_all(request.as_bytes()).await.unwrap();
    let got = read_until(&mut client, b"ok").await;
    assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(answer));
    assert_eq!(upstream.text(), request);
}

#[tokio::test]
async fn connections_are_kept_on_both_sides_and_hop_by_hop_fields_stop_here() {
    let answer = b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\n\r\nok";
    let upstream = upstream(b"\r\n\r\n", answer, false).await;
    let under = observe(upstream.address).await;
    let mut client = under.connect().await;
    for _ in 0..3 {
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n\r\n")
            .await
            .unwrap();
        assert_eq!(read_until(&mut client, b"ok").await, OK);
    }
    assert_eq!(upstream.text(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3));
    assert_eq!(upstream.connections.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let upstream = upstream(b"\r\n\r\n", OK, false).await;
    let under = observe(upstream.address).await;
    let text = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let got = under.send(text.as_bytes()).await;
    assert_eq!(got.matches("HTTP/1.1 200 OK").count(), 3, "{got}");
    assert!(got.ends_with("Connection: close\r\n\r\nok"), "{got}");
    assert!(upstream.text().starts_with("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2"), "{}", upstream.text());
}

#[tokio::test]
async fn chunks_extensions_and_trailers_pass_as_they_are() {
    let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n01\r\nd\r\n0\r\nT: 1\r\n\r\n";
    let upstream = upstream(b"X-Sum: 9\r\n\r\n", answer, false).await;
    let under = observe(upstream.address).await;
    let request = "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: chunked\r\nTrailer: X-Sum\r\n\r\n\
        5;x\r\nhello\r\n0\r\nX-Sum: 9\r\n\r\n";
    let mut client = under.connect().await;
    client.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(read_until(&mut client, b"T: 1\r\n\r\n").await, answer);
    assert_eq!(upstream.text(), request);
    drop(client);
    under.gateway.flush().await;
    let kept = under.kept.0.lock().unwrap();
    let body = |body: &Body| body.complete().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert_eq!(body(&kept[0].exchange.request.body).as_deref(), Some("hello"));
    assert_eq!(body(&kept[0].exchange.response.as_ref().unwrap().message.body).as_deref(), Some("abcd"));
}

#[tokio::test]
async fn bodiless_answers_keep_their_length_and_the_connection() {
    for (request, answer) in [
        ("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", &b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"[..]),
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nETag: x\r\n\r\n"),
        ("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n"),
    ] {
        let upstream = upstream(b"\r\n\r\n", answer, false).await;
        let under = observe(upstream.address).await;
        let mut client = under.connect().await;
        for _ in 0..2 {
            client.write_all(request.as_bytes()).await.unwrap();
            assert_eq!(read_until(&mut client, b"\r\n\r\n").await, answer);
        }
    }
}

#[tokio::test]
async fn informational_answers_pass_and_expect_is_the_upstreams_business() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let under = observe(listener.local_addr().unwrap()).await;
    let mut client = under.connect().await;
    client.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n").await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    let head = read_until(&mut server, b"\r\n\r\n").await;
    assert!(String::from_utf8_lossy(&head).contains("Expect: 100-continue"));
    let early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n";
    server.write_all(early).await.unwrap();
    assert_eq!(read_until(&mut client, b"100 Continue\r\n\r\n").await, early);
    client.write_all(b"hi").await.unwrap();
    assert_eq!(read_until(&mut server, b"hi").await, b"hi");
    server.write_all(OK).await.unwrap();
    assert_eq!(read_until(&mut client, b"ok").await, OK);
}

#[tokio::test]
async fn an_upstream_that_refuses_an_expectation_gets_no_body() {
    let answer = b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n";
    let upstream = upstream(b"\r\n\r\n", answer, false).await;
    let under = observe(upstream.address).await;
    let mut client = under.connect().await;
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    client.write_all(head).await.unwrap();
    assert_eq!(read_until(&mut client, b"\r\n\r\n").await, answer);
    assert_eq!(upstream.text().as_bytes(), head);
}

#[tokio::test]
async fn events_arrive_while_the_answer_is_still_open() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let under = observe(listener.local_addr().unwrap()).await;
    let mut client = under.connect().await;
    client.write_all(b"GET /events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n").await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    read_until(&mut server, b"\r\n\r\n").await;
    server.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n").await.unwrap();
    let head = read_until(&mut client, b"\r\n\r\n").await;
    assert!(String::from_utf8_lossy(&head).contains("Connection: close"), "the body ends with the connection");
    for number in 0..5 {
        let event = format!("data: {number}\n\n");
        let sent = Instant::now();
        server.write_all(event.as_bytes()).await.unwrap();
        assert_eq!(read_until(&mut client, event.as_bytes()).await, event.as_bytes());
        assert!(sent.elapsed() < Duration::from_millis(500));
    }
    drop(server);
    assert_eq!(read_to_end(&mut client).await, b"");
}

#[tokio::test]
async fn an_upgraded_connection_is_a_tunnel() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let under = observe(listener.local_addr().unwrap()).await;
    let mut client = under.connect().await;
    let request = b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    client.write_all(request).await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    assert_eq!(read_until(&mut server, b"13\r\n\r\n").await, request);
    let switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    server.write_all(switch).await.unwrap();
    assert_eq!(read_until(&mut client, b"\r\n\r\n").await, switch);
    for frame in [&b"\x81\x85aaaa"[..], b"\x00\xff GET / HTTP/1.1\r\n\r\n", b"\x88\x80"] {
        client.write_all(frame).await.unwrap();
        assert_eq!(read_until(&mut server, frame).await, frame);
        server.write_all(frame).await.unwrap();
        assert_eq!(read_until(&mut client, frame).await, frame);
    }
    client.shutdown().await.unwrap();
    assert_eq!(read_to_end(&mut server).await, b"", "the end of one side is passed on");
    server.write_all(b"last words").await.unwrap();
    drop(server);
    assert_eq!(read_to_end(&mut client).await, b"last words");
    under.gateway.flush().await;
    assert_eq!(under.kept.0.lock().unwrap()[0].status, 101);
}

#[tokio::test]
async fn large_bodies_stream_both_ways_at_once() {
    const SIZE: usize = 48 << 20;
    // Echoes while it reads: whoever buffers a whole direction, or lets one wait for the other, never ends.
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
    let before = resident();
    let (mut read, mut write) = under.connect().await.into_split();
    let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {SIZE}\r\n\r\n");
    write.write_all(head.as_bytes()).await.unwrap();
    let sender = tokio::spawn(async move {
        let block: Vec<u8> = (0..65536u32).map(|at| (at % 251) as u8).collect();
        for _ in 0..SIZE / block.len() {
            write.write_all(&block).await.unwrap();
        }
        write
    });
    let (mut total, mut block) = (0usize, vec![0u8; 65536]);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(read.read_u8().await.unwrap());
    }
    while total < SIZE {
        let count = read.read(&mut block).await.unwrap();
        assert!(count > 0);
        assert!(block[..count].iter().zip(total..).all(|(byte, at)| *byte == ((at % 65536) % 251) as u8));
        total += count;
    }
    drop(sender.await.unwrap());
    assert!(resident() - before < 24 << 20, "memory grew by {} bytes", resident() - before);
    under.gateway.flush().await;
    let kept = under.kept.0.lock().unwrap();
    let Body::Bytes { bytes, truncated } = &kept[0].exchange.request.body else { panic!("{:?}", kept[0]) };
    assert_eq!((bytes.len(), *truncated), (256 * 1024, true));
}

fn resident() -> i64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    text.split(' ').nth(1).unwrap().parse::<i64>().unwrap() * 4096
}

#[tokio::test]
async fn old_clients_and_old_upstreams_are_served() {
    let upstream = upstream(b"\r\n\r\n", b"HTTP/1.0 200 Fine\r\nServer: old\r\n\r\nto the end", true).await;
    let under = observe(upstream.address).await;
    let got = under.send(b"GET / HTTP/1.0\r\n\r\n").await;
    assert_eq!(got, "HTTP/1.1 200 Fine\r\nServer: old\r\nConnection: close\r\n\r\nto the end");
    assert_eq!(upstream.text(), "GET / HTTP/1.0\r\n\r\n");
}

#[tokio::test]
async fn doubtful_framing_goes_on_as_it_came_but_alone_and_with_an_alert() {
    let upstream = upstream(b"0\r\n\r\n", OK, false).await;
    let under = observe(upstream.address).await;
    let request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    for _ in 0..2 {
        let got = under.send(request.as_bytes()).await;
        assert!(got.contains("Connection: close") && got.ends_with("ok"), "{got}");
    }
    assert_eq!(upstream.text(), request.repeat(2));
    assert_eq!(upstream.connections.load(std::sync::atomic::Ordering::SeqCst), 2, "never a shared connection");
    under.gateway.flush().await;
    let kept = under.kept.0.lock().unwrap();
    assert_eq!(kept[0].decision.effect, Effect::Alert);
    assert_eq!(kept[0].decision.uncapped, Effect::Prevent);
    assert_eq!(kept[0].decision.code, "length_and_encoding");
}

#[tokio::test]
async fn credentials_do_not_leave_in_the_record() {
    let answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=CANARY-2\r\nContent-Length: 2\r\n\r\nok";
    let upstream = upstream(b"\r\n\r\n", answer, false).await;
    let under = observe(upstream.address).await;
    let request = b"GET /?api_key=CANARY-3 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer CANARY-1\r\nCookie: sid=CANARY-4\r\nConnection: close\r\n\r\n";
    under.send(request).await;
    under.gateway.flush().await;
    let text = format!("{:?}", under.kept.0.lock().unwrap());
    assert!(!text.contains("CANARY"), "{text}");
}

#[tokio::test]
async fn https_upstreams_are_verified() {
    use std::sync::Arc;
    let signed = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let pem = signed.cert.pem();
    let key = rustls_pki_types::PrivateKeyDer::try_from(signed.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut buffer = [0u8; 4096];
                while stream.read(&mut buffer).await.unwrap_or(0) > 0 {
                    stream.write_all(OK).await.unwrap();
                    stream.flush().await.unwrap();
                }
            });
        }
    });
    let mut trusted = api(&format!("https://localhost:{port}"), Mode::Observe, None);
    let strange = start(trusted.clone(), Settings::default()).await;
    let got = strange.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(got.starts_with("HTTP/1.1 502 ") && got.contains("certificate"), "{got}");
    trusted.upstream_ca = Some(pem);
    let under = start(trusted, Settings::default()).await;
    let mut client = under.connect().await;
    for _ in 0..3 {
        client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        assert_eq!(read_until(&mut client, b"ok").await, OK);
    }
}
