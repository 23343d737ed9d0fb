//! Answers that are judged before any of them goes to the client.

use crate::support::{Recorded, Under, api, read_to_end, read_until, start, upstream};
use palisade_exchange::Body;
use palisade_gateway::Settings;
use palisade_guard::{Action, Check, Effect, Millis, Mode, Times};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /items:
    get: &read
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                required: [id]
                additionalProperties: false
                properties: {id: {type: integer}}
        "404": {description: none}
    head: *read
"#;

const GET: &[u8] = b"GET /items HTTP/1.1\r\nHost: a\r\n\r\n";

async fn censoring(answer: &'static [u8], close: bool) -> (Recorded, Under) {
    let upstream = upstream(b"\r\n\r\n", answer, close).await;
    let mut policy = api(&format!("http://{}", upstream.address), Mode::Block, Some(CONTRACT));
    policy.protection.effects.insert(Check::Response, Action::Prevent);
    policy.delivery.timeouts = Times { idle: Some(Millis(400)), ..Times::default() };
    let under = start(policy, Settings::default()).await;
    (upstream, under)
}

#[tokio::test]
async fn a_good_answer_passes_as_it_came() {
    for answer in [
        &b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\nX-A: 1\r\n\r\n{\"id\":7}"[..],
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
          4;x=1\r\n{\"id\r\n4\r\n\":7}\r\n0\r\nSum: 1\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    ] {
        let (upstream, under) = censoring(answer, false).await;
        let mut client = under.connect().await;
        for _ in 0..3 {
            client.write_all(GET).await.unwrap();
            let end = &answer[answer.len() - 8..];
            assert_eq!(
                read_until(&mut client, end).await.escape_ascii().to_string(),
                answer.escape_ascii().to_string()
            );
        }
        assert_eq!(upstream.connections.load(std::sync::atomic::Ordering::SeqCst), 1, "its connection is kept");
    }
}

#[tokio::test]
async fn an_answer_that_ends_with_its_connection_is_judged_too() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
    let (_, under) = censoring(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"id\":7}", true).await;
    let answer = under.send(GET).await;
    assert_eq!(answer, head.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n{\"id\":7}"));
    let (_, under) =
        censoring(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"id\":\"canary\"}", true).await;
    let answer = under.send(b"GET /items HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 502 ") && !answer.contains("canary"), "{answer}");
}

#[tokio::test]
async fn a_bad_answer_is_refused_and_nothing_of_it_leaks() {
    for answer in [
        &b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Canary: 1\r\nContent-Length: 17\r\n\r\n{\"id\":1,\"pw\":\"x\"}"
            [..],
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Canary: 1\r\nTransfer-Encoding: chunked\r\n\r\n\
          5\r\n\"pw\":\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Canary: 1\r\nContent-Length: 4\r\n\r\n<pw>",
        b"HTTP/1.1 500 Oh\r\nX-Canary: 1\r\nContent-Length: 4\r\n\r\n<pw>",
    ] {
        let (upstream, under) = censoring(answer, false).await;
        let mut client = under.connect().await;
        for _ in 0..2 {
            client.write_all(GET).await.unwrap();
            let got = String::from_utf8(read_until(&mut client, b"}").await).unwrap();
            assert!(got.starts_with("HTTP/1.1 502 ") && got.contains("bad_answer"), "{}\n{got}", answer.escape_ascii());
            assert!(!got.contains("Canary") && !got.contains("pw"), "{got}");
        }
        under.gateway.flush().await;
        let kept = under.kept.0.lock().unwrap();
        assert_eq!(kept.len(), 2);
        assert_eq!((kept[0].decision.effect, kept[0].status), (Effect::Prevent, 502));
        assert!(kept[0].upstream_status.is_some() && kept[0].exchange.response.is_some());
        assert!(kept[0].decision.errors.iter().all(|error| error.location.starts_with("response-")));
        assert_eq!(kept[0].decision.errors, kept[1].decision.errors, "judged once each");
        assert_eq!(under.gateway.status().blocked, 2);
        assert!(upstream.text().starts_with("GET /items "), "the request was good");
    }
}

#[tokio::test]
async fn a_body_that_was_not_read_is_recorded_as_not_known() {
    for (fields, body) in [
        ("Transfer-Encoding: chunked\r\n\r\n", Body::Unknown { length: None }),
        ("Content-Length: 4\r\n\r\n", Body::Unknown { length: Some(4) }),
        ("Content-Length: 0\r\n\r\n", Body::Empty),
    ] {
        // Its media type is enough to refuse it.
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n{fields}");
        let (_, under) = censoring(answer.leak().as_bytes(), false).await;
        let get = b"GET /items HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        assert!(under.send(get).await.starts_with("HTTP/1.1 502 "), "{fields}");
        under.gateway.flush().await;
        let captured = under.kept.0.lock().unwrap().pop().unwrap();
        assert_eq!(captured.exchange.response.unwrap().message.body, body, "{fields}");
    }
}

#[tokio::test]
async fn nothing_is_told_before_the_verdict() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut policy = api(&format!("http://{}", listener.local_addr().unwrap()), Mode::Block, Some(CONTRACT));
    policy.protection.effects.insert(Check::Response, Action::Prevent);
    let under = start(policy, Settings::default()).await;
    let mut client = under.connect().await;
    client.write_all(GET).await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    read_until(&mut server, b"\r\n\r\n").await;
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n";
    server.write_all(head).await.unwrap();
    server.write_all(b"{\"id\"").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(client.try_read(&mut [0; 1]).is_err(), "half an answer is no verdict");
    server.write_all(b":7}").await.unwrap();
    assert_eq!(read_until(&mut client, b"}").await, [&head[..], b"{\"id\":7}"].concat());
}

#[tokio::test]
async fn half_a_held_answer_is_no_answer() {
    let half = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"id\"";
    let (_, under) = censoring(half, true).await;
    let answer = under.send(GET).await;
    assert!(answer.starts_with("HTTP/1.1 502 ") && answer.contains("in the middle"), "{answer}");
    let (_, under) = censoring(half, false).await;
    let answer = under.send(GET).await;
    assert!(answer.starts_with("HTTP/1.1 504 "), "{answer}");
}

#[tokio::test]
async fn what_has_no_body_is_judged_by_its_head() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n";
    let (_, under) = censoring(head, false).await;
    let mut client = under.connect().await;
    client.write_all(b"HEAD /items HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert_eq!(read_until(&mut client, b"\r\n\r\n").await, head);
}

#[tokio::test]
async fn an_answer_too_long_to_hold_streams_and_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut policy = api(&format!("http://{}", listener.local_addr().unwrap()), Mode::Block, Some(CONTRACT));
    policy.protection.effects.insert(Check::Response, Action::Prevent);
    let under = start(policy, Settings::default()).await;
    for chunked in [false, true] {
        let mut client = under.connect().await;
        client.write_all(GET).await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        let size: usize = 9 << 20;
        let sent = tokio::spawn(async move {
            read_until(&mut server, b"\r\n\r\n").await;
            let framing =
                if chunked { "Transfer-Encoding: chunked".to_owned() } else { format!("Content-Length: {size}") };
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n{framing}\r\n\r\n");
            let mut sent = head.into_bytes();
            for _ in 0..size >> 16 {
                let piece = [b' '; 1 << 16];
                if chunked {
                    sent.extend_from_slice(b"10000\r\n");
                }
                sent.extend_from_slice(&piece);
                if chunked {
                    sent.extend_from_slice(b"\r\n");
                }
            }
            sent.extend_from_slice(if chunked { b"0\r\n\r\n" } else { b"" });
            server.write_all(&sent).await.unwrap();
            sent
        });
        client.shutdown().await.unwrap();
        let got = read_to_end(&mut client).await;
        let sent = String::from_utf8(sent.await.unwrap()).unwrap().replace("Connection: close\r\n", "");
        assert!(got == sent.into_bytes(), "{} bytes came", got.len());
        under.gateway.flush().await;
        let kept = under.kept.0.lock().unwrap().pop().unwrap();
        assert!(kept.decision.not_assessed.iter().any(|what| what.contains("response")), "{:?}", kept.decision);
    }
}

const NAMED_ONLY: &str = r#"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /user:
    get:
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema: {type: object, properties: {name: {type: string}}, additionalProperties: false}
"#;

#[tokio::test]
async fn what_the_contract_does_not_name_is_cut_from_an_answer() {
    const SAYS_TOO_MUCH: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n\
        {\"name\":\"ann\",\"secret\":\"hush\"}";
    for scrub in [true, false] {
        let upstream = upstream(b"\r\n\r\n", SAYS_TOO_MUCH, false).await;
        let url = format!("http://{}", upstream.address);
        let mut policy = api(&url, Mode::Block, Some(NAMED_ONLY));
        policy.protection.effects.insert(Check::Response, Action::Prevent);
        policy.protection.response.scrub = scrub;
        let under = start(policy, Settings::default()).await;
        let answer = under.send(b"GET /user HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        assert!(!answer.contains("hush"), "{answer}");
        assert_eq!(answer.starts_with("HTTP/1.1 200 "), scrub, "{answer}");
        if scrub {
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert_eq!(body, r#"{"name":"ann"}"#);
            assert!(head.to_ascii_lowercase().contains("content-length: 14"), "{head}");
        }
    }
}
