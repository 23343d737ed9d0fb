//! `palisade gateway` with an issuer of real tokens.

use crate::support::{Place, Running, Upstream, call, problem};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

pub const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: orders, version: "1"}
components: {securitySchemes: {oauth: {type: http, scheme: bearer}}}
paths:
  /orders/{id}:
    get:
      security: [{oauth: ["read"]}]
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {"200": {description: ok}}
"#;

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

pub fn token(key: &Ed25519KeyPair, claims: &Value) -> String {
    let signed = format!("{}.{}", part(&json!({"alg": "EdDSA", "kid": "one"})), part(claims));
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes())))
}

/// Serves a key set for as long as the test runs.
pub fn issuer(key: &Ed25519KeyPair) -> String {
    let x = URL_SAFE_NO_PAD.encode(key.public_key().as_ref());
    let keys = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": x}]}).to_string();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut seen = Vec::new();
            let mut buffer = [0; 1024];
            while !seen.ends_with(b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(count) if count > 0 => seen.extend_from_slice(&buffer[..count]),
                    _ => break,
                }
            }
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{keys}", keys.len());
        }
    });
    url
}

#[test]
fn only_callers_with_a_token_of_the_issuer_get_through() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let (key, other) = (Ed25519KeyPair::generate().unwrap(), Ed25519KeyPair::generate().unwrap());
    place.file("orders.yaml", CONTRACT);
    let text = format!(
        "listeners:\n  - address: 127.0.0.1:0\nrecord: record.jsonl\napis:\n  - name: orders\n    upstream: {}\n    \
         contract: orders.yaml\n    mode: block\n    protection:\n      identity:\n        issuers:\n          \
         - {{issuer: \"https://id.test\", jwks_url: \"{}\", audiences: [orders]}}\n",
        upstream.url,
        issuer(&key)
    );
    let file = place.file("gateway.yaml", &text);
    let args = ["gateway", "--config", &file, "--admin", "off", "--log-format", "json"];
    let mut process = Running::start(place.path(), "gateway", &args);
    let address = process.says(|_, err| {
        let lines = err.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.into_iter().find(|line| line["message"] == "gateway listens")?["address"].as_str().map(str::to_owned)
    });
    let claims = |name: &str, value: Value| {
        let mut claims = json!({
            "iss": "https://id.test", "sub": "ann@shop.test", "aud": "orders", "exp": 4_000_000_000_u64, "scope": "read",
        });
        claims[name] = value;
        claims
    };
    let good = token(&key, &claims("jti", json!("1")));
    for (token, status, code) in [
        (None, 401, "credentials_missing"),
        (Some(token(&other, &claims("jti", json!("1")))), 401, "token_signature"),
        (Some(token(&key, &claims("aud", json!("till")))), 401, "token_audience"),
        (Some(token(&key, &claims("exp", json!(1)))), 401, "token_expired"),
        (Some(token(&key, &claims("scope", json!("none")))), 403, "insufficient_scope"),
        (Some(good.clone()), 200, ""),
    ] {
        let before = upstream.touched();
        let authorization = token.map(|token| format!("Bearer {token}"));
        let fields: Vec<(&str, &str)> = authorization.iter().map(|value| ("Authorization", value.as_str())).collect();
        let answer = call(&address, "GET", "/orders/7", &fields, "");
        assert_eq!(answer.status(), status, "{code}");
        if status == 200 {
            continue;
        }
        assert!(answer.field("www-authenticate").is_some_and(|value| value.starts_with("Bearer")), "{code}");
        assert_eq!(problem(&answer)["errors"][0]["code"], code);
        assert_eq!(upstream.touched(), before, "{code} reached the upstream");
    }
    process.terminate();
    assert!(process.ended(Duration::from_secs(8)).success());
    let record = std::fs::read_to_string(place.path().join("record.jsonl")).unwrap();
    let log = std::fs::read_to_string(place.path().join("gateway.err")).unwrap();
    for text in [record, log] {
        assert!(!text.contains(&good) && !text.contains("ann@shop"), "{text}");
    }
}

#[test]
fn mistakes_are_told_with_their_places() {
    let place = Place::new();
    place.file("orders.yaml", CONTRACT);
    place.file("short", "too short");
    let text = "listeners:\n  - address: 127.0.0.1:0\napis:\n  - name: orders\n    upstream: http://127.0.0.1:1\n    \
                contract: orders.yaml\n    mode: block\n    protection:\n      identity:\n        issuers:\n          \
                - issuer: a\n            hs_secret_file: gone\n          - issuer: b\n            jwks_url: ftp://b/keys\n          \
                - issuer: c\n            hs_secret_file: short\n";
    let file = place.file("gateway.yaml", text);
    let out = Command::new(env!("CARGO_BIN_EXE_palisade")).args(["gateway", "check", &file]).output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert_eq!(out.status.code(), Some(1), "{told}");
    for expected in
        ["gateway.yaml:12:29:", "gone", "gateway.yaml:14:23:", "https://HOST/PATH", "gateway.yaml:16:29:", "32 bytes"]
    {
        assert!(told.contains(expected), "{expected} is not in {told}");
    }
}
