//! Block mode by HTTP/2: the same decisions as by HTTP/1.1, and nothing reaches the upstream before.

use crate::support::h2::{Talk, answer_of, get, next, post};
use crate::support::{Recorded, Under, api, read_to_end, start, upstream};
use bytes::Bytes;
use palisade_gateway::{Limits, Settings, Timeouts};
use palisade_guard::{Effect, Mode, UpstreamProtocol};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /items/{id}:
    get:
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: X-Trace, in: header, schema: {type: string, pattern: "^[a-f]+$"}}
        - {name: sid, in: cookie, schema: {type: string, maxLength: 4}}
      responses: {"200": {description: ok}}
  /items:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              additionalProperties: false
              properties: {name: {type: string, maxLength: 10}}
      responses: {"200": {description: ok}}
  /upload:
    put:
      requestBody: {content: {"application/octet-stream": {}}}
      responses: {"200": {description: ok}}
"#;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

async fn blocking(end: &'static [u8]) -> (Recorded, Under) {
    let upstream = upstream(end, OK, false).await;
    let policy = api(&format!("http://{}", upstream.address), Mode::Block, Some(CONTRACT));
    (upstream, start(policy, Settings::default()).await)
}

/// A request in both versions: method, path, fields, body.
type Ask = (&'static str, &'static str, Vec<(&'static str, &'static str)>, &'static str);

fn asks() -> Vec<Ask> {
    let json = || vec![("content-type", "application/json")];
    vec![
        ("GET", "/items/1", vec![], ""),
        ("GET", "/items/x", vec![], ""),
        ("GET", "/items/1?page=2", vec![], ""),
        ("GET", "/items/%31", vec![], ""),
        ("GET", "/items//1", vec![], ""),
        ("GET", "/items/1", vec![("x-trace", "abc")], ""),
        ("GET", "/items/1", vec![("x-trace", "xyz")], ""),
        ("GET", "/items/1", vec![("x-trace", "abc"), ("x-trace", "def")], ""),
        ("GET", "/items/1", vec![("x_trace", "abc")], ""),
        ("GET", "/items/1", vec![("cookie", "sid=1234; a=b")], ""),
        ("GET", "/items/1", vec![("cookie", "sid=12345; a=b")], ""),
        ("GET", "/items/1", vec![("x-http-method-override", "DELETE")], ""),
        ("GET", "/items/1", vec![("accept", "text/html")], ""),
        ("GET", "/nothing", vec![], ""),
        ("GET", "/nothing", vec![("accept", "text/html")], ""),
        ("DELETE", "/items/1", vec![], ""),
        ("HEAD", "/nothing", vec![], ""),
        ("OPTIONS", "/items", vec![], ""),
        ("POST", "/items", json(), "{\"name\":\"a\"}"),
        ("POST", "/items", json(), "{\"name\":1}"),
        ("POST", "/items", json(), "{\"nome\":\"a\"}"),
        ("POST", "/items", json(), "{\"name\":"),
        ("POST", "/items", json(), "{\"name\":\"a\",\"name\":\"b\"}"),
        ("POST", "/items", json(), "[]"),
        ("POST", "/items", json(), ""),
        ("POST", "/items", vec![], "{\"name\":\"a\"}"),
        ("POST", "/items", vec![("content-type", "text/xml")], "<a/>"),
        ("POST", "/items", vec![("content-type", "application/json"), ("content-encoding", "gzip")], "{}"),
        ("PUT", "/upload", vec![("content-type", "application/octet-stream")], "anything"),
    ]
}

#[tokio::test]
async fn the_same_message_meets_the_same_decision_in_both_versions() {
    for mode in [Mode::Block, Mode::Observe] {
        let upstream = upstream(b"", OK, true).await;
        let policy = api(&format!("http://{}", upstream.address), mode, Some(CONTRACT));
        let under = start(policy, Settings::default()).await;
        for (method, path, fields, body) in asks() {
            let told = format!("{mode:?} {method} {path} {fields:?} {body}");
            let mut head = format!("{method} {path} HTTP/1.1\r\nhost: a\r\n");
            let mut request = get(&format!("http://a{path}")).method(method);
            for (name, value) in &fields {
                head += &format!("{name}: {value}\r\n");
                request = request.header(*name, *value);
            }
            // The length is said in both: what is not said is judged in chunks, in both as well.
            if !body.is_empty() || method == "POST" {
                head += &format!("content-length: {}\r\n", body.len());
                request = request.header("content-length", body.len());
            }
            let old = under.send(format!("{head}connection: close\r\n\r\n{body}").as_bytes()).await;
            let got = Talk::plain(under.address).await.ask(request.body(()).unwrap(), body.as_bytes()).await;
            under.gateway.flush().await;
            let kept = std::mem::take(&mut *under.kept.0.lock().unwrap());
            let [first, second] = kept.as_slice() else { panic!("{told}: {kept:?}") };
            assert_eq!(first.decision, second.decision, "{told}");
            assert_eq!((first.status, first.upstream_status), (second.status, second.upstream_status), "{told}");
            assert_eq!(first.exchange.path, second.exchange.path, "{told}");
            assert_eq!(first.exchange.request.body, second.exchange.request.body, "{told}");
            assert_eq!(first.exchange.client.principal, second.exchange.client.principal, "{told}");
            // The answers are the same but for their ids and what belongs to the connection.
            let (old_head, old_body) = old.split_once("\r\n\r\n").unwrap();
            assert!(old_head.starts_with(&format!("HTTP/1.1 {} ", got.status)), "{told}: {old} {got:?}");
            for name in ["content-type", "content-length", "allow", "cache-control", "content-security-policy"] {
                let line = old_head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}: ")));
                let value = line.map(|line| line.split_once(": ").unwrap().1);
                assert_eq!(value, got.all(name).first().copied(), "{told}");
            }
            let nameless = |text: &str, id: uuid::Uuid| text.replace(&id.to_string(), "ID");
            let new_body = String::from_utf8_lossy(&got.body);
            assert_eq!(nameless(old_body, first.exchange.id), nameless(&new_body, second.exchange.id), "{told}");
        }
    }
}

#[tokio::test]
async fn what_is_refused_never_touches_the_upstream() {
    let (upstream, under) = blocking(b"").await;
    let mut talk = Talk::plain(under.address).await;
    let mut refused = 0;
    for (method, path, fields, body) in asks() {
        let mut request = get(&format!("http://a{path}")).method(method);
        for (name, value) in fields {
            request = request.header(name, value);
        }
        let before = upstream.text().len();
        let got = talk.ask(request.body(()).unwrap(), body.as_bytes()).await;
        if got.status != 200 {
            refused += 1;
            assert_eq!(upstream.text().len(), before, "{method} {path} {body}");
        }
    }
    assert!(refused >= 15, "{refused}");
    assert!(under.gateway.status().blocked >= 15);
}

#[tokio::test]
async fn a_body_is_judged_whole_before_the_upstream_hears_of_it() {
    let (upstream, under) = blocking(b"0\r\n\r\n").await;
    let mut talk = Talk::plain(under.address).await;
    let request = || post("http://a/items").header("content-type", "application/json").body(()).unwrap();
    for (rest, status) in [("\"a\"}", 200), ("1}", 400)] {
        let (response, mut send) = talk.open(request(), false).await;
        send.send_data(Bytes::from_static(b"{\"name\":"), false).unwrap();
        // Another request of the connection is answered meanwhile: the gateway has what was sent so far.
        assert_eq!(talk.ask(get("http://a/nothing").body(()).unwrap(), b"").await.status, 404);
        assert!(upstream.untouched() || status == 400, "{}", upstream.text());
        let before = upstream.text().len();
        send.send_data(Bytes::from(rest), true).unwrap();
        assert_eq!(answer_of(response).await.unwrap().status, status);
        assert_eq!(upstream.text().len() > before, status == 200);
    }
    assert!(upstream.text().ends_with("4\r\n\"a\"}\r\n0\r\n\r\n"), "{}", upstream.text());
}

#[tokio::test]
async fn a_client_that_waits_to_be_told_is_told() {
    let (_upstream, under) = blocking(b"}").await;
    let mut talk = Talk::plain(under.address).await;
    let request = post("http://a/items")
        .header("content-type", "application/json")
        .header("expect", "100-continue")
        .header("content-length", "12")
        .body(())
        .unwrap();
    let (mut response, mut send) = talk.open(request, false).await;
    let go_on = std::future::poll_fn(|cx| response.poll_informational(cx)).await.unwrap().unwrap();
    assert_eq!(go_on.status(), 100);
    send.send_data(Bytes::from_static(b"{\"name\":\"a\"}"), true).unwrap();
    assert_eq!(answer_of(response).await.unwrap().status, 200);
}

#[tokio::test]
async fn what_nothing_describes_streams() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let policy = api(&format!("http://{}", listener.local_addr().unwrap()), Mode::Block, Some(CONTRACT));
    let under = start(policy, Settings::default()).await;
    let mut talk = Talk::plain(under.address).await;
    let request = get("http://a/upload").method("PUT").header("content-type", "application/octet-stream");
    let (response, mut send) = talk.open(request.body(()).unwrap(), false).await;
    let (mut server, _) = listener.accept().await.unwrap();
    crate::support::read_until(&mut server, b"\r\n\r\n").await;
    for part in ["first", "second"] {
        send.send_data(Bytes::from(part), false).unwrap();
        crate::support::read_until(&mut server, format!("{part}\r\n").as_bytes()).await;
    }
    send.send_data(Bytes::new(), true).unwrap();
    crate::support::read_until(&mut server, b"0\r\n\r\n").await;
    server.write_all(OK).await.unwrap();
    assert_eq!(answer_of(response).await.unwrap().body, b"ok");
}

#[tokio::test]
async fn held_bodies_are_bounded_in_room_and_time() {
    let upstream = upstream(b"", OK, false).await;
    let limits = Limits { held_bytes: 1000, ..Limits::default() };
    let timeouts = Timeouts { held_body: Duration::from_millis(100), ..Timeouts::default() };
    let policy = api(&format!("http://{}", upstream.address), Mode::Block, Some(CONTRACT));
    let under = start(policy, Settings { limits, timeouts, ..Settings::default() }).await;
    let mut talk = Talk::plain(under.address).await;
    let request = || post("http://a/items").header("content-type", "application/json").body(()).unwrap();
    let (response, mut send) = talk.open(request(), false).await;
    send.send_data(Bytes::from(vec![b' '; 2000]), false).unwrap();
    assert_eq!(answer_of(response).await.unwrap().status, 503);
    let (response, mut send) = talk.open(request(), false).await;
    send.send_data(Bytes::from_static(b"{"), false).unwrap();
    assert_eq!(answer_of(response).await.unwrap().status, 408);
    // A client that gives up while its body is held leaves nothing behind.
    let (response, mut send) = talk.open(request(), false).await;
    send.send_data(Bytes::from_static(b"{"), false).unwrap();
    send.send_reset(h2::Reason::CANCEL);
    assert!(answer_of(response).await.is_err());
    assert_eq!(talk.ask(request(), b"{\"name\":\"a\"}").await.status, 200);
    assert!(upstream.text().ends_with("c\r\n{\"name\":\"a\"}\r\n0\r\n\r\n"), "{}", upstream.text());
}

#[tokio::test]
async fn an_upstream_of_http2_hears_nothing_before_the_verdict() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut policy = api(&format!("http://{}", listener.local_addr().unwrap()), Mode::Block, Some(CONTRACT));
    policy.delivery.protocol = UpstreamProtocol::Http2;
    let under = start(policy, Settings::default()).await;
    let heard = tokio::spawn(async move { listener.accept().await.unwrap().0 });
    let mut talk = Talk::plain(under.address).await;
    for (method, path, fields, body) in asks().into_iter().filter(|ask| ask.1 != "/upload") {
        let mut request = get(&format!("http://a{path}")).method(method);
        for (name, value) in fields {
            request = request.header(name, value);
        }
        if body == "{\"name\":\"a\"}" || path.starts_with("/items/1") || path == "/items/%31" {
            continue;
        }
        let got = talk.ask(request.body(()).unwrap(), body.as_bytes()).await;
        assert!(got.status >= 400, "{method} {path} {body}: {got:?}");
    }
    assert!(!heard.is_finished(), "it was not even connected to");
    under.gateway.flush().await;
    assert!(under.kept.0.lock().unwrap().iter().all(|kept| kept.decision.effect == Effect::Prevent));
    // The first that is good brings it up.
    let (response, _) = talk.open(get("http://a/items/1").body(()).unwrap(), true).await;
    let server = heard.await.unwrap();
    let mut connection = h2::server::handshake(server).await.unwrap();
    let (request, mut respond) = connection.accept().await.unwrap().unwrap();
    assert_eq!(request.uri(), "http://a/items/1");
    respond.send_response(http::Response::new(()), true).unwrap();
    tokio::spawn(async move { while connection.accept().await.is_some() {} });
    assert_eq!(answer_of(response).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_socket_against_the_contract_is_refused_in_both_versions() {
    let (upstream, under) = blocking(b"").await;
    let talk = Talk::plain(under.address).await;
    talk.wait_for_connect().await;
    let mut talk = talk;
    let request = get("http://a/nothing").method("CONNECT").extension(h2::ext::Protocol::from_static("websocket"));
    let (response, _send) = talk.open(request.body(()).unwrap(), false).await;
    let mut answer = response.await.unwrap();
    assert_eq!(answer.status(), 404);
    assert!(next(answer.body_mut()).await.is_some());
    let mut client = under.connect().await;
    let old = b"GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    client.write_all(old).await.unwrap();
    client.shutdown().await.unwrap();
    assert!(read_to_end(&mut client).await.starts_with(b"HTTP/1.1 404 "));
    assert!(upstream.untouched());
}
