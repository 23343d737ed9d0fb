//! Callers are known before anything reaches the upstream.

use crate::support::{Under, api, start, upstream};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use palisade_gateway::Settings;
use palisade_guard::Mode;
use serde_json::json;
use std::sync::atomic::Ordering;

const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: t, version: "1"}
components: {securitySchemes: {oauth: {type: http, scheme: bearer}}}
paths:
  /orders: {get: {security: [{oauth: [read]}], responses: {"200": {description: ok}}}}
"#;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

struct Signer(Ed25519KeyPair);

impl Signer {
    fn jwks(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref());
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": x}]}).to_string()
    }

    fn token(&self, scope: &str) -> String {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims =
            json!({"iss": "https://id.test", "sub": "ann@shop.test", "exp": 4_000_000_000_u64, "scope": scope});
        let signed = format!("{}.{}", part(json!({"alg": "EdDSA", "kid": "one"})), part(claims));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(self.0.sign(signed.as_bytes())))
    }
}

async fn gateway(upstream: std::net::SocketAddr, keys: &str, mode: Mode) -> Under {
    let mut policy = api(&format!("http://{upstream}"), mode, Some(CONTRACT));
    policy.protection =
        serde_json::from_value(json!({"identity": {"issuers": [{"issuer": "https://id.test", "jwks_url": keys}]}}))
            .unwrap();
    start(policy, Settings { capture: true, ..Settings::default() }).await
}

async fn get(under: &Under, token: &str) -> String {
    let authorization = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    under.send(format!("GET /orders HTTP/1.1\r\nHost: a\r\n{authorization}Connection: close\r\n\r\n").as_bytes()).await
}

#[tokio::test]
async fn only_verified_callers_reach_the_upstream() {
    let signer = Signer(Ed25519KeyPair::generate().unwrap());
    let keys = signer.jwks();
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{keys}", keys.len());
    let issuer = upstream(b"\r\n\r\n", answer.leak().as_bytes(), false).await;
    let server = upstream(b"\r\n\r\n", OK, true).await;
    let under = gateway(server.address, &format!("http://{}/keys", issuer.address), Mode::Block).await;
    let other = Signer(Ed25519KeyPair::generate().unwrap());
    for (token, status, challenge) in [
        (String::new(), "401", "WWW-Authenticate: Bearer\r\n"),
        (other.token("read"), "401", "WWW-Authenticate: Bearer error=\"invalid_token\""),
        (signer.token("write"), "403", "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"read\"\r\n"),
    ] {
        let answer = get(&under, &token).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(challenge), "{answer}");
    }
    assert!(server.untouched());
    let token = signer.token("read");
    for _ in 0..3 {
        assert!(get(&under, &token).await.starts_with("HTTP/1.1 200"));
    }
    assert_eq!(issuer.connections.load(Ordering::SeqCst), 1);
    // What the token holds goes on to the upstream, and nowhere else.
    assert!(server.text().contains(&token));
    under.gateway.flush().await;
    let kept = under.kept.0.lock().unwrap();
    assert_eq!(kept.len(), 6);
    for captured in kept.iter() {
        let shown = format!("{:?} {:?}", captured.decision, captured.exchange);
        assert!(!shown.contains("ann@shop") && !shown.contains(&token), "{shown}");
    }
    assert!(kept[5].decision.principal.as_deref().is_some_and(|name| name.starts_with("token ")));
}

#[tokio::test]
async fn without_the_issuer_block_mode_refuses_and_observe_mode_passes() {
    let signer = Signer(Ed25519KeyPair::generate().unwrap());
    let issuer = upstream(b"\r\n\r\n", b"HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n", true).await;
    let keys = format!("http://{}/keys", issuer.address);
    let server = upstream(b"\r\n\r\n", OK, true).await;
    let under = gateway(server.address, &keys, Mode::Block).await;
    assert!(get(&under, &signer.token("read")).await.starts_with("HTTP/1.1 503"));
    assert!(server.untouched());
    let under = gateway(server.address, &keys, Mode::Observe).await;
    assert!(get(&under, &signer.token("read")).await.starts_with("HTTP/1.1 200"));
    under.gateway.flush().await;
    let kept = under.kept.0.lock().unwrap();
    assert!(kept[0].decision.degraded.is_some(), "{:?}", kept[0].decision);
}
