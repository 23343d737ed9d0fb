//! Failures of the guard itself, in every mode and under every failure policy.

use crate::policy::Away;
use crate::support::{Recorded, Under, api, read_until, start_counting, upstream};
use palisade_gateway::{Front, Listener, Settings};
use palisade_guard::identity::{Identity, Introspection};
use palisade_guard::{Action, Check, Effect, Mode, OnError, OperationRule, RateRule};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

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
  /counted: {get: *read}
  /token:
    get:
      security: [{bearer: []}]
      responses: {"200": {description: ok, content: {application/json: {schema: {type: integer}}}}}
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
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
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
        Failure { name: "a store of counters that is away", request: get("/counted"), before: true },
        Failure {
            name: "an introspection endpoint that does not answer",
            request: "GET /token HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer opaque\r\n\r\n".to_owned(),
            before: true,
        },
        Failure { name: "panic at the answer", request: get("/fail/answer"), before: false },
        Failure { name: "panic at the answer's body", request: get("/fail/answer-body"), before: false },
    ]
}

/// Who says what happens to what cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    Listener,
    Api,
    Operation,
}

fn opposite(said: OnError) -> OnError {
    match said {
        OnError::Open => OnError::Closed,
        OnError::Closed => OnError::Open,
    }
}

async fn guarded(end: &'static [u8], mode: Mode, on_error: Option<OnError>, speaker: Speaker) -> (Recorded, Under) {
    let upstream = upstream(end, ANSWER, false).await;
    let mut policy = api(&format!("http://{}", upstream.address), mode, Some(CONTRACT));
    let protection = &mut policy.protection;
    protection.effects.insert(Check::Response, Action::Prevent);
    protection.rates =
        vec![RateRule { burst: Some(1000.into()), paths: vec!["/counted".to_owned()], ..RateRule::default() }];
    // Takes connections and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/introspect", silent.local_addr().unwrap());
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = silent.accept().await {
            held.push(stream);
        }
    });
    let client_secret_file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/client.secret").to_owned();
    let endpoint = Introspection {
        url,
        client_id: "a".to_owned(),
        client_secret_file,
        timeout_ms: 60,
        ..Introspection::default()
    };
    protection.identity = Some(Identity { introspection: vec![endpoint], ..Identity::default() });
    let mut listener = Listener::plain("127.0.0.1:0".parse().unwrap());
    // The nearest word counts: those that stand further off say the opposite.
    let further = on_error.map(opposite);
    match speaker {
        Speaker::Listener => listener.on_error = on_error,
        Speaker::Api => (protection.on_error, listener.on_error) = (on_error, further),
        Speaker::Operation => {
            let any = OperationRule { operation: "* /*".into(), on_error, ..OperationRule::default() };
            protection.operations = vec![any];
            (protection.on_error, listener.on_error) = (further, further);
        }
    }
    let front = Arc::new(Front::new(&listener).unwrap());
    let settings = Settings { trap: Some(trap), ..Settings::default() };
    let under = start_counting(policy, settings, front, Arc::new(Away)).await;
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
        let said = [Some(OnError::Open), Some(OnError::Closed)];
        let speakers = [Speaker::Listener, Speaker::Api, Speaker::Operation];
        let spoken = speakers.into_iter().flat_map(|speaker| said.map(|said| (said, speaker)));
        for (on_error, speaker) in std::iter::once((None, Speaker::Api)).chain(spoken) {
            for Failure { name, request, before } in failures() {
                if speaker == Speaker::Operation && name == "panic at the head" {
                    // Whose request it is was not known yet.
                    continue;
                }
                let what = format!("{name}, {mode:?}, {on_error:?} by {speaker:?}");
                let (upstream, under) = guarded(end_of(&request), mode, on_error, speaker).await;
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
    let (upstream, under) = guarded(b"]", Mode::Block, None, Speaker::Api).await;
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
