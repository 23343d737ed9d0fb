//! Failures of the guard itself, in every mode and under every failure policy.

use crate::support::{Recorded, Under, api, read_until, start, upstream};
use palisade_gateway::Settings;
use palisade_guard::{Action, Check, Effect, Mode, OnError, OperationRule};
use tokio::io::AsyncWriteExt;

const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /fine:
    get: &read {responses: {"200": {description: ok, content: {application/json: {schema: {type: integer}}}}}}
    post:
      requestBody: {required: true, content: {application/json: {schema: {type: array}}}}
      responses: {"200": {description: ok}}
  /fail/head: {get: *read}
  /fail/answer: {get: *read}
  /fail/answer-body: {get: *read}
  /fail/body:
    post:
      requestBody: {required: true, content: {application/json: {schema: {type: array}}}}
      responses: {"200": {description: ok}}
  /work:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: array
              items:
                allOf: &many
                  - {oneOf: &few [{type: string}, {type: boolean}, {type: "null"}, {type: array}, {type: object}, {type: integer}]}
                  - {oneOf: *few}
                  - {oneOf: *few}
                  - {oneOf: *few}
                  - {oneOf: *few}
                  - {oneOf: *few}
                  - {oneOf: *few}
                  - {oneOf: *few}
      responses: {"200": {description: ok}}
"#;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n7";

/// Fails where the path says so.
fn trap(step: &str, path: &str) {
    let fails = path.strip_prefix("/fail/").is_some_and(|wanted| wanted == step || step == "exchange");
    assert!(!fails, "this failure is meant");
}

struct Failure {
    name: &'static str,
    request: String,
    /// Whether it comes before the request goes on.
    before: bool,
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")
}

fn post(path: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn failures() -> Vec<Failure> {
    let work = format!("[{}1]", "1,".repeat(60_000));
    vec![
        Failure { name: "panic at the head", request: get("/fail/head"), before: true },
        Failure { name: "panic at the body", request: post("/fail/body", "[1]"), before: true },
        Failure { name: "work beyond the budget", request: post("/work", &work), before: true },
        Failure { name: "panic at the answer", request: get("/fail/answer"), before: false },
        Failure { name: "panic at the answer's body", request: get("/fail/answer-body"), before: false },
    ]
}

async fn guarded(end: &'static [u8], mode: Mode, on_error: Option<OnError>, by_operation: bool) -> (Recorded, Under) {
    let upstream = upstream(end, ANSWER, false).await;
    let mut policy = api(&format!("http://{}", upstream.address), mode, Some(CONTRACT));
    policy.protection.effects.insert(Check::Response, Action::Prevent);
    if by_operation {
        let any = OperationRule { operation: "* /*".into(), on_error, ..OperationRule::default() };
        policy.protection.operations = vec![any];
        // The operation's word counts, not the API's.
        policy.protection.on_error = on_error.map(|said| match said {
            OnError::Open => OnError::Closed,
            OnError::Closed => OnError::Open,
        });
    } else {
        policy.protection.on_error = on_error;
    }
    let under = start(policy, Settings { trap: Some(trap), ..Settings::default() }).await;
    (upstream, under)
}

/// How requests with this method end.
fn end_of(request: &str) -> &'static [u8] {
    if request.starts_with("GET") { b"\r\n\r\n" } else { b"]" }
}

/// A request like it that nothing is wrong with.
fn fine(request: &str) -> String {
    if request.starts_with("GET") { get("/fine") } else { post("/fine", "[1]") }
}

async fn exchange(under: &Under, request: &str) -> String {
    let request = request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    under.send(request.as_bytes()).await.replace("Connection: close\r\n", "")
}

#[tokio::test]
async fn every_failure_has_the_result_that_the_policy_gives_it() {
    for mode in [Mode::Observe, Mode::Block] {
        for (on_error, by_operation) in [
            (None, false),
            (Some(OnError::Open), false),
            (Some(OnError::Closed), false),
            (Some(OnError::Open), true),
            (Some(OnError::Closed), true),
        ] {
            for Failure { name, request, before } in failures() {
                if by_operation && name == "panic at the head" {
                    // Whose request it is was not known yet.
                    continue;
                }
                let what = format!("{name}, {mode:?}, {on_error:?}, by operation: {by_operation}");
                let (upstream, under) = guarded(end_of(&request), mode, on_error, by_operation).await;
                let closed = mode == Mode::Block && on_error != Some(OnError::Open);
                let answer = exchange(&under, &request).await;
                if closed {
                    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("not_judged"), "{what}: {answer}");
                    assert!(!before || upstream.untouched(), "{what}: {}", upstream.text());
                } else {
                    assert_eq!(answer.as_bytes(), ANSWER, "{what}");
                    assert_eq!(upstream.text(), request, "{what}");
                }
                // The failure is that exchange's alone.
                assert_eq!(exchange(&under, &fine(&request)).await.as_bytes(), ANSWER, "{what}");
                under.gateway.flush().await;
                let kept = under.kept.0.lock().unwrap();
                assert_eq!(kept.len(), 2, "{what}: both are recorded");
                let decision = &kept[0].decision;
                assert_eq!(decision.effect == Effect::Prevent, closed, "{what}: {decision:?}");
                assert!(decision.degraded.is_some(), "{what}: {decision:?}");
                assert!(kept[1].decision.degraded.is_none(), "{what}: {:?}", kept[1].decision);
                assert_eq!(under.gateway.status().blocked, u64::from(closed), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn in_block_mode_nothing_reaches_the_upstream_before_the_verdict() {
    let (upstream, under) = guarded(b"]", Mode::Block, None, false).await;
    let request = post("/fail/body", "[1]");
    // Byte by byte: the failure comes with the last one.
    let mut client = under.connect().await;
    client.set_nodelay(true).unwrap();
    for byte in request.as_bytes() {
        assert!(upstream.untouched());
        client.write_all(&[*byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    let answer = String::from_utf8(read_until(&mut client, b"}").await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(upstream.untouched(), "{}", upstream.text());
}
