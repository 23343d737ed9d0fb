//! Upstreams that speak HTTP/2.

use crate::support::h2::{Talk, answer_of, get, next, post};
use crate::support::tls::{Authority, connect};
use crate::support::{Under, api, read_to_end, read_until, start};
use bytes::Bytes;
use h2::RecvStream;
use h2::server::SendResponse;
use http::{HeaderMap, Request, Response};
use palisade_gateway::Settings;
use palisade_guard::{Mode, TlsIdentity, UpstreamProtocol};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What an upstream does with a request.
type Serve = fn(Request<RecvStream>, SendResponse<Bytes>, Seen) -> tokio::task::JoinHandle<()>;

/// What an upstream has seen: connections, certificates, requests.
#[derive(Clone, Default)]
struct Seen {
    connections: Arc<AtomicUsize>,
    certificates: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

/// An upstream that speaks HTTP/2, in TLS where it has a configuration for it.
async fn serve(tls: Option<Arc<rustls::ServerConfig>>, serve: Serve) -> (SocketAddr, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, seen) = (listener.local_addr().unwrap(), Seen::default());
    let of_all = seen.clone();
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            let (seen, tls) = (of_all.clone(), tls.clone());
            tokio::spawn(async move {
                match tls {
                    None => connection(tcp, seen, serve).await,
                    Some(config) => {
                        let Ok(stream) = tokio_rustls::TlsAcceptor::from(config).accept(tcp).await else { return };
                        let session = stream.get_ref().1;
                        seen.certificates
                            .fetch_add(usize::from(session.peer_certificates().is_some()), Ordering::SeqCst);
                        if session.alpn_protocol() == Some(b"h2") {
                            connection(stream, seen, serve).await;
                        } else {
                            http1(stream, seen).await;
                        }
                    }
                }
            });
        }
    });
    (address, seen)
}

async fn connection<T>(io: T, seen: Seen, serve: Serve)
where
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    seen.connections.fetch_add(1, Ordering::SeqCst);
    let mut builder = h2::server::Builder::new();
    builder.enable_connect_protocol().max_concurrent_streams(10);
    let Ok(mut connection) = builder.handshake::<_, Bytes>(io).await else { return };
    while let Some(Ok((request, respond))) = connection.accept().await {
        let fields: Vec<String> = request
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
            .collect();
        let line = format!("{} {}\n{}", request.method(), request.uri(), fields.join("\n"));
        seen.requests.lock().unwrap().push(line);
        serve(request, respond, seen.clone());
    }
}

/// The same upstream where HTTP/1.1 was chosen: answers `old`.
async fn http1<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(mut io: T, seen: Seen) {
    seen.connections.fetch_add(1, Ordering::SeqCst);
    let mut head = Vec::new();
    while io.read_buf(&mut head).await.unwrap_or(0) > 0 {
        if head.ends_with(b"\r\n\r\n") {
            seen.requests.lock().unwrap().push(String::from_utf8_lossy(&head).into_owned());
            head.clear();
            io.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold").await.unwrap();
            io.flush().await.unwrap();
        }
    }
}

/// Answers with the body it got, and with trailers.
fn echo(request: Request<RecvStream>, mut respond: SendResponse<Bytes>, _: Seen) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let response = Response::builder().header("x-kind", "echo").body(()).unwrap();
        let mut send = respond.send_response(response, false).unwrap();
        let mut body = request.into_body();
        while let Some(data) = next(&mut body).await {
            send.send_data(data, false).unwrap();
        }
        let mut trailers = body.trailers().await.unwrap().unwrap_or_default();
        trailers.insert("x-status", "0".parse().unwrap());
        send.send_trailers(trailers).unwrap();
    })
}

async fn under(url: &str, protocol: UpstreamProtocol, mode: Mode, contract: Option<&str>) -> Under {
    let mut api = api(url, mode, contract);
    api.delivery.protocol = protocol;
    start(api, Settings::default()).await
}

#[tokio::test]
async fn requests_of_http1_are_translated_and_share_a_connection() {
    let (address, seen) = serve(None, echo).await;
    let under = under(&format!("http://{address}"), UpstreamProtocol::Http2, Mode::Observe, None).await;
    let mut client = under.connect().await;
    let request = "POST /a%2Fb?x=%20&&y HTTP/1.1\r\nHost: shop.test:99\r\nX-One: 1\r\nTransfer-Encoding: chunked\r\n\
        Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nTE: trailers, deflate\r\nTrailer: X-Sum\r\n\r\n\
        5;x\r\nhello\r\n0\r\nX-Sum: 9\r\n\r\n";
    for _ in 0..3 {
        client.write_all(request.as_bytes()).await.unwrap();
        let answer = String::from_utf8(read_until(&mut client, b"x-status: 0\r\n\r\n").await).unwrap();
        let head = "HTTP/1.1 200 OK\r\nx-kind: echo\r\ntransfer-encoding: chunked\r\n\r\n";
        assert_eq!(answer, format!("{head}5\r\nhello\r\n0\r\nx-sum: 9\r\nx-status: 0\r\n\r\n"));
    }
    let onward = "POST http://shop.test:99/a%2Fb?x=%20&&y\nx-one: 1\ntrailer: X-Sum";
    assert_eq!(*seen.requests.lock().unwrap(), vec![onward; 3]);
    assert_eq!(seen.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn old_clients_get_a_body_that_ends_with_the_connection() {
    let (address, _) = serve(None, echo).await;
    let under = under(&format!("http://{address}"), UpstreamProtocol::Http2, Mode::Observe, None).await;
    let got = under.send(b"POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi").await;
    assert_eq!(got, "HTTP/1.1 200 OK\r\nx-kind: echo\r\nConnection: close\r\n\r\nhi");
}

#[tokio::test]
async fn a_grpc_call_streams_both_ways_and_ends_with_its_status() {
    let (address, seen) = serve(None, echo).await;
    let under = under(&format!("http://{address}"), UpstreamProtocol::Http2, Mode::Observe, None).await;
    let mut talk = Talk::plain(under.address).await;
    let call =
        || post("http://a/shop.Orders/Watch").header("content-type", "application/grpc").header("te", "trailers");
    let (response, mut send) = talk.open(call().header("grpc-timeout", "10S").body(()).unwrap(), false).await;
    let mut body = response.await.unwrap().into_body();
    for number in 0..3u8 {
        // A length-prefixed message; the answer to one comes before the next is sent.
        let message = Bytes::from(vec![0, 0, 0, 0, 1, number]);
        send.send_data(message.clone(), false).unwrap();
        assert_eq!(next(&mut body).await.unwrap(), message);
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("x-sent", "3".parse().unwrap());
    send.send_trailers(trailers).unwrap();
    assert!(next(&mut body).await.is_none());
    let trailers = body.trailers().await.unwrap().unwrap();
    assert_eq!((trailers["x-status"].to_str().unwrap(), trailers["x-sent"].to_str().unwrap()), ("0", "3"));
    let requests = seen.requests.lock().unwrap();
    assert_eq!(
        requests[0],
        "POST http://a/shop.Orders/Watch\ncontent-type: application/grpc\nte: trailers\ngrpc-timeout: 10S"
    );
}

/// An answer that is nothing but its head, as gRPC fails a call.
fn trailers_only(_: Request<RecvStream>, mut respond: SendResponse<Bytes>, _: Seen) -> tokio::task::JoinHandle<()> {
    let response = Response::builder().header("content-type", "application/grpc").header("grpc-status", "12");
    respond.send_response(response.body(()).unwrap(), true).unwrap();
    tokio::spawn(async {})
}

#[tokio::test]
async fn an_answer_of_trailers_only_stays_one() {
    let (address, _) = serve(None, trailers_only).await;
    let under = under(&format!("http://{address}"), UpstreamProtocol::Http2, Mode::Observe, None).await;
    let call = post("http://a/x").header("content-type", "application/grpc").header("te", "trailers");
    let got = Talk::plain(under.address).await.ask(call.body(()).unwrap(), b"\0\0\0\0\0").await;
    assert!(got.ended_with_head);
    assert_eq!(got.all("grpc-status"), ["12"]);
}

/// Early hints, then nothing but a status.
fn hints(_: Request<RecvStream>, mut respond: SendResponse<Bytes>, _: Seen) -> tokio::task::JoinHandle<()> {
    let early = Response::builder().status(103).header("link", "</a>").body(()).unwrap();
    respond.send_informational(early).unwrap();
    respond.send_response(Response::builder().status(204).body(()).unwrap(), true).unwrap();
    tokio::spawn(async {})
}

#[tokio::test]
async fn informational_answers_pass() {
    let (address, _) = serve(None, hints).await;
    let under = under(&format!("http://{address}"), UpstreamProtocol::Http2, Mode::Observe, None).await;
    let mut client = under.connect().await;
    client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let answer = read_until(&mut client, b"204 No Content\r\n\r\n").await;
    assert_eq!(answer, b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
}

/// Resets the stream: at once, in the middle of the answer, or when told to wait, never answers.
fn faulty(request: Request<RecvStream>, mut respond: SendResponse<Bytes>, seen: Seen) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        match request.uri().path() {
            "/reset" => respond.send_reset(h2::Reason::INTERNAL_ERROR),
            "/half" => {
                let mut send = respond.send_response(Response::new(()), false).unwrap();
                send.send_data(Bytes::from_static(b"half"), false).unwrap();
                tokio::time::sleep(Duration::from_millis(20)).await;
                send.send_reset(h2::Reason::INTERNAL_ERROR);
            }
            _ => {
                let reset = std::future::poll_fn(|cx| respond.poll_reset(cx)).await.unwrap();
                seen.requests.lock().unwrap().push(format!("reset: {reset:?}"));
            }
        }
    })
}

#[tokio::test]
async fn giving_up_is_passed_on_both_ways() {
    let (address, seen) = serve(None, faulty).await;
    let under = under(&format!("http://{address}"), UpstreamProtocol::Http2, Mode::Observe, None).await;
    let got = under.send(b"POST /reset HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
    assert!(got.starts_with("HTTP/1.1 502 "), "{got}");
    let got = under.send(b"GET /half HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(got.ends_with("4\r\nhalf\r\n"), "a body that was cut does not look whole: {got}");
    let mut talk = Talk::plain(under.address).await;
    let (response, _) = talk.open(get("http://a/half").body(()).unwrap(), true).await;
    assert_eq!(answer_of(response).await.unwrap_err().reason(), Some(h2::Reason::INTERNAL_ERROR));
    // A client of either version that goes away while it waits.
    let mut client = under.connect().await;
    client.write_all(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let (response, mut send) = talk.open(post("http://a/wait").body(()).unwrap(), false).await;
    while seen.requests.lock().unwrap().iter().filter(|line| line.contains("/wait")).count() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // An end alone may be half of a connection; a reset is one.
    client.set_zero_linger().unwrap();
    drop(client);
    send.send_reset(h2::Reason::CANCEL);
    drop(response);
    while seen.requests.lock().unwrap().iter().filter(|line| *line == "reset: CANCEL").count() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(seen.connections.load(Ordering::SeqCst), 1, "faults of one stream leave the connection alone");
}

#[tokio::test]
async fn more_requests_than_a_connection_takes_open_another() {
    let (address, seen) = serve(None, faulty).await;
    let under = under(&format!("http://{address}"), UpstreamProtocol::Http2, Mode::Observe, None).await;
    let mut talk = Talk::plain(under.address).await;
    let mut open = Vec::new();
    for number in 0..25 {
        open.push(talk.open(get("http://a/wait").body(()).unwrap(), true).await);
        while seen.requests.lock().unwrap().len() <= number {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    assert_eq!(seen.connections.load(Ordering::SeqCst), 3);
}

/// A WebSocket that sends back what it gets.
fn socket(request: Request<RecvStream>, mut respond: SendResponse<Bytes>, _: Seen) -> tokio::task::JoinHandle<()> {
    let protocol = request.extensions().get::<h2::ext::Protocol>().map(|protocol| protocol.as_str().to_owned());
    assert_eq!(protocol.as_deref(), Some("websocket"));
    assert!(request.headers().get("sec-websocket-key").is_none());
    tokio::spawn(async move {
        let mut send = respond.send_response(Response::new(()), false).unwrap();
        let mut body = request.into_body();
        while let Some(data) = next(&mut body).await {
            send.send_data(data, false).unwrap();
        }
        send.send_data(Bytes::new(), true).unwrap();
    })
}

#[tokio::test]
async fn a_websocket_of_http1_goes_over_http2() {
    let (address, _) = serve(None, socket).await;
    let under = under(&format!("http://{address}"), UpstreamProtocol::Http2, Mode::Observe, None).await;
    let mut client = under.connect().await;
    let request = b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    client.write_all(request).await.unwrap();
    let answer = String::from_utf8(read_until(&mut client, b"\r\n\r\n").await).unwrap().to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 101 switching protocols\r\n"), "{answer}");
    assert!(answer.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="), "{answer}");
    for frame in [&b"\x81\x85aaaa"[..], b"\x00\xff GET / HTTP/1.1\r\n\r\n"] {
        client.write_all(frame).await.unwrap();
        assert_eq!(read_until(&mut client, frame).await, frame);
    }
    client.shutdown().await.unwrap();
    assert_eq!(read_to_end(&mut client).await, b"");
}

#[tokio::test]
async fn an_upstream_that_does_not_speak_http2_is_told_so() {
    let old = crate::support::upstream(b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", true).await;
    let under = under(&format!("http://{}", old.address), UpstreamProtocol::Http2, Mode::Observe, None).await;
    let got = under.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(got.starts_with("HTTP/1.1 502 ") && got.contains("does not speak HTTP/2"), "{got}");
}

#[tokio::test]
async fn an_upstream_chooses_by_alpn_and_sees_the_certificate() {
    let authority = Authority::new();
    let (shown, client) = (authority.sign(&["localhost"]), authority.sign(&["gateway.test"]));
    for (alpn, protocol, body) in [
        (&["h2", "http/1.1"][..], UpstreamProtocol::Auto, "hi"),
        (&["http/1.1"], UpstreamProtocol::Auto, "old"),
        (&["h2", "http/1.1"], UpstreamProtocol::Http1, "old"),
        (&["h2", "http/1.1"], UpstreamProtocol::Http2, "hi"),
    ] {
        let (address, seen) = serve(Some(authority.server(&shown, alpn, true)), echo).await;
        let mut api = api(&format!("https://localhost:{}", address.port()), Mode::Observe, None);
        api.upstream_ca = Some(authority.pem());
        api.delivery.protocol = protocol;
        let bare = start(api.clone(), Settings::default()).await;
        let got = bare.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        assert!(got.starts_with("HTTP/1.1 502 "), "without a certificate: {got}");
        api.delivery.identity = Some(client.clone());
        let under = start(api, Settings::default()).await;
        for _ in 0..2 {
            let request = post("http://a/").header("content-length", "2").body(()).unwrap();
            let request = if body == "old" { get("http://a/").body(()).unwrap() } else { request };
            let sent = if body == "old" { &b""[..] } else { b"hi" };
            let got = Talk::plain(under.address).await.ask(request, sent).await;
            assert_eq!(String::from_utf8_lossy(&got.body), body, "{alpn:?} {protocol:?}");
        }
        assert_eq!(seen.connections.load(Ordering::SeqCst), 1, "the connection is kept");
        assert_eq!(seen.certificates.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn where_there_is_a_choice_a_websocket_takes_http1() {
    let authority = Authority::new();
    let (address, seen) =
        serve(Some(authority.server(&authority.sign(&["localhost"]), &["h2", "http/1.1"], false)), echo).await;
    let mut api = api(&format!("https://localhost:{}", address.port()), Mode::Observe, None);
    api.upstream_ca = Some(authority.pem());
    api.delivery.protocol = UpstreamProtocol::Auto;
    let under = start(api, Settings::default()).await;
    Talk::plain(under.address).await.ask(get("http://a/").body(()).unwrap(), b"").await;
    let mut client = under.connect().await;
    let request = b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    client.write_all(request).await.unwrap();
    read_until(&mut client, b"old").await;
    assert!(seen.requests.lock().unwrap()[1].contains("Upgrade: websocket"));
}

#[tokio::test]
async fn a_certificate_that_does_not_fit_is_refused_and_the_last_good_one_serves_on() {
    let (address, _) = serve(None, echo).await;
    let under = under(&format!("http://{address}"), UpstreamProtocol::Http2, Mode::Observe, None).await;
    let mut bad = api(&format!("https://{address}"), Mode::Observe, None);
    bad.delivery.identity = Some(TlsIdentity { certificate: "x".into(), key: "SECRET".into() });
    let snapshot = palisade_guard::Snapshot { version: 2, apis: vec![bad], ..Default::default() };
    let status = under.gateway.publish(&snapshot);
    let problem = status[0].problem.clone().unwrap();
    assert!(problem.contains("upstream_tls cannot be used") && !problem.contains("SECRET"), "{problem}");
    assert!(!serde_json::to_string(&snapshot).unwrap().contains("SECRET"), "a key is never written or sent");
    assert!(!format!("{snapshot:?}").contains("SECRET"));
    assert_eq!(Talk::plain(under.address).await.ask(get("http://a/").body(()).unwrap(), b"").await.status, 200);
}

#[tokio::test]
async fn tls_on_both_sides_carries_http2_from_end_to_end() {
    let authority = Authority::new();
    let identity = authority.sign(&["localhost"]);
    let (address, seen) = serve(Some(authority.server(&identity, &["h2"], false)), echo).await;
    let mut api = api(&format!("https://localhost:{}", address.port()), Mode::Observe, None);
    api.upstream_ca = Some(authority.pem());
    api.delivery.protocol = UpstreamProtocol::Auto;
    let front = palisade_gateway::Front::new(&crate::support::tls::listener(identity)).unwrap();
    let under = crate::support::start_front(api, Settings::default(), Arc::new(front)).await;
    let stream = connect(under.address, "localhost", authority.client(&["h2"], None)).await.unwrap();
    let mut talk = Talk::over(stream).await;
    let body = vec![b'x'; 1 << 20];
    let (response, mut send) = talk.open(post("https://localhost/").body(()).unwrap(), false).await;
    let sent = body.clone();
    tokio::spawn(async move {
        let mut rest = Bytes::from(sent);
        while !rest.is_empty() {
            send.reserve_capacity(rest.len());
            let room = std::future::poll_fn(|cx| send.poll_capacity(cx)).await.unwrap().unwrap();
            let part = rest.split_to(room.min(rest.len()));
            send.send_data(part, rest.is_empty()).unwrap();
        }
    });
    let got = answer_of(response).await.unwrap();
    assert!(got.body == body, "{} bytes", got.body.len());
    assert_eq!(got.trailers.unwrap()["x-status"], "0");
    assert!(seen.requests.lock().unwrap()[0].starts_with("POST https://localhost/"));
}
