//! Block means block: what is refused never reaches the upstream, not even as a connection.

use crate::support::{Recorded, Under, api, read_until, start, upstream};
use palisade_gateway::Settings;
use palisade_guard::{Effect, Mode};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /items/{id}:
    get:
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
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
"#;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

async fn blocking(end: &'static [u8]) -> (Recorded, Under) {
    let upstream = upstream(end, OK, false).await;
    let policy = api(&format!("http://{}", upstream.address), Mode::Block, Some(CONTRACT));
    let under = start(policy, Settings::default()).await;
    (upstream, under)
}

fn post(body: &str) -> String {
    format!(
        "POST /items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn problem(answer: &str) -> serde_json::Value {
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

#[tokio::test]
async fn what_breaks_the_contract_gets_its_problem_and_never_touches_the_upstream() {
    let (upstream, under) = blocking(b"\r\n\r\n").await;
    for (request, status, code) in [
        ("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), 404, "unknown_path"),
        ("DELETE /items/1 HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), 405, "unknown_method"),
        ("GET /items/abc HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), 400, "type"),
        (post("{\"name\":1}"), 400, "type"),
        (post("{\"nome\":\"a\"}"), 400, ""),
        (post("{\"name\":"), 400, ""),
        (post("{}").replace("application/json", "text/xml"), 415, ""),
    ] {
        let mut client = under.connect().await;
        client.write_all(request.as_bytes()).await.unwrap();
        let answer = String::from_utf8(read_until(&mut client, b"}").await).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}\n{answer}");
        let problem = problem(&answer);
        assert_eq!(problem["status"], status, "{answer}");
        let uuid = problem["uuid"].as_str().unwrap();
        assert_eq!(problem["instance"], format!("urn:uuid:{uuid}"));
        if !code.is_empty() {
            let codes = problem["errors"].as_array().unwrap();
            assert!(codes.iter().any(|error| error["code"] == code), "{answer}");
        }
        assert_eq!(answer.contains("\r\nAllow: "), status == 405, "{answer}");
        under.gateway.flush().await;
        let kept = under.kept.0.lock().unwrap().pop().unwrap();
        assert_eq!((kept.exchange.id.to_string().as_str(), kept.status), (uuid, status));
        assert_eq!((kept.decision.effect, kept.upstream_status), (Effect::Prevent, None));
    }
    assert!(upstream.untouched(), "{}", upstream.text());
}

#[tokio::test]
async fn what_follows_the_contract_goes_on_unchanged_after_refusals_on_the_same_connection() {
    let (upstream, under) = blocking(b"}").await;
    let mut client = under.connect().await;
    client.write_all(b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    read_until(&mut client, b"}").await;
    client.write_all(post("{\"name\":1}").as_bytes()).await.unwrap();
    read_until(&mut client, b"}").await;
    assert!(upstream.untouched());
    let good = post("{\"name\":\"pen\"}");
    client.write_all(good.as_bytes()).await.unwrap();
    assert_eq!(read_until(&mut client, b"ok").await, OK);
    assert_eq!(upstream.text(), good);
}

#[tokio::test]
async fn a_body_is_judged_whole_before_the_upstream_hears_of_it() {
    let (upstream, under) = blocking(b"0\r\n\r\n").await;
    let mut client = under.connect().await;
    let head =
        "POST /items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    client.write_all(head.as_bytes()).await.unwrap();
    client.write_all(b"8\r\n{\"name\":\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(upstream.untouched(), "half a body is no reason to connect");
    client.write_all(b"6\r\n\"pen\"}\r\n0\r\n\r\n").await.unwrap();
    assert_eq!(read_until(&mut client, b"ok").await, OK);
    assert_eq!(upstream.text(), format!("{head}8\r\n{{\"name\":\r\n6\r\n\"pen\"}}\r\n0\r\n\r\n"));
}

#[tokio::test]
async fn a_held_body_is_asked_for_and_the_upstreams_own_continue_is_not_repeated() {
    let answer = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    let upstream = upstream(b"}", answer, false).await;
    let policy = api(&format!("http://{}", upstream.address), Mode::Block, Some(CONTRACT));
    let under = start(policy, Settings::default()).await;
    let mut client = under.connect().await;
    let request = post("{\"name\":\"pen\"}").replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    let (head, body) = request.split_at(request.find("{").unwrap());
    client.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(read_until(&mut client, b"\r\n\r\n").await, b"HTTP/1.1 100 Continue\r\n\r\n");
    client.write_all(body.as_bytes()).await.unwrap();
    assert_eq!(read_until(&mut client, b"ok").await, OK);
}

#[tokio::test]
async fn html_only_for_those_who_prefer_it() {
    let (_, under) = blocking(b"\r\n\r\n").await;
    let request = "GET /no HTTP/1.1\r\nHost: a\r\nAccept: text/html,*/*;q=0.8\r\nConnection: close\r\n\r\n";
    let answer = under.send(request.as_bytes()).await;
    assert!(answer.contains("Content-Type: text/html") && answer.contains("Reference: "), "{answer}");
}

#[tokio::test]
async fn ambiguous_framing_is_refused_whatever_the_contract_says() {
    let (upstream, under) = blocking(b"\r\n\r\n").await;
    let chunked = "POST /items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
    for request in [
        format!("{chunked}Content-Length: 5\r\n\r\n0\r\n\r\n"),
        format!("{chunked}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("{}\r\n0\r\n\r\n", chunked.replace(": chunked", ": gzip, chunked")),
        format!("{}\r\n0\r\n\r\n", chunked.replace(": chunked", ": \u{b}chunked")),
        format!("{}\r\n0\r\n\r\n", chunked.replace("Encoding:", "Encoding :")),
        format!("{}\r\n0\r\n\r\n", chunked.replace("HTTP/1.1", "HTTP/1.0")),
        format!("{chunked}\r\nZ\r\n{{}}\r\n0\r\n\r\n"),
        format!("{chunked}\r\n2\n{{}}\r\n0\r\n\r\n"),
        format!("{chunked}\r\n2\r\n{{}}x\r\n0\r\n\r\n"),
        format!("{chunked}\r\n-2\r\n{{}}\r\n0\r\n\r\n"),
        format!("{chunked}\r\nffffffffffffffff0\r\n"),
        "GET /items/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "GET /items/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 0\r\n\r\n".to_owned(),
        "GET /items/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n".to_owned(),
        "GET /items/1 HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n".to_owned(),
        "GET /items/1 HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n".to_owned(),
        "GET /items/1 HTTP/1.1\r\n Host: a\r\n\r\n".to_owned(),
        "GET /items/1 HTTP/1.1\nHost: a\n\n".to_owned(),
        "GET /items/1 HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n".to_owned(),
        "GET http://a/items/1 HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "GET /items/1 HTTP/1.1\r\n\r\n".to_owned(),
        "GET /items/1 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".to_owned(),
        "GET /items/1 HTTP/1.1\r\nHost: a/b\r\n\r\n".to_owned(),
        "GET /items/1 HTTP/1.1\r\nHost: a b\r\n\r\n".to_owned(),
        "GET /items/1 HTTP/1.1\r\nHost:\r\n\r\n".to_owned(),
        "GET  /items/1 HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "GET items/1 HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "GET /items/1 HTTP/1.1\r\nHo\0st: a\r\n\r\n".to_owned(),
        "GET /items/1 HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n".to_owned(),
        "GET /items/1 HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\0\0 not http\r\n\r\n".to_owned(),
    ] {
        let answer = under.send(request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{}\n{answer}", request.escape_debug());
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{}\n{answer}", request.escape_debug());
    }
    let answer = under.send(b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    assert!(upstream.untouched(), "{}", upstream.text());
}

#[tokio::test]
async fn http2_cannot_be_smuggled_in_by_an_upgrade() {
    let (upstream, under) = blocking(b"\r\n\r\n").await;
    let request = "GET /items/1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
    let mut client = under.connect().await;
    client.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(read_until(&mut client, b"ok").await, OK);
    assert_eq!(upstream.text(), "GET /items/1 HTTP/1.1\r\nHost: a\r\n\r\n");
}

#[tokio::test]
async fn heads_beyond_the_limit_are_refused() {
    let (upstream, under) = blocking(b"\r\n\r\n").await;
    let long = format!("GET /items/1 HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(70_000));
    assert!(under.send(long.as_bytes()).await.starts_with("HTTP/1.1 431 "));
    let many = format!("GET /items/1 HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: 1\r\n".repeat(200));
    assert!(under.send(many.as_bytes()).await.starts_with("HTTP/1.1 431 "));
    assert!(upstream.untouched());
}
