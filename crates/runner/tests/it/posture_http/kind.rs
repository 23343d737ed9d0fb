//! Servers that answer as they should.

use super::{Server, facts, head, manners, patient, probe_with};
use palisade_posture::http::judge;
use palisade_posture::{Part, Target};
use rustls::RootCertStore;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 2\r\n\r\n{}";

#[tokio::test]
async fn the_requests_are_few_honest_and_change_nothing() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let server = Server::both(move |mut stream, _| {
        let log = log.clone();
        async move {
            let text = head(&mut stream).await;
            log.lock().unwrap().push(text);
            let _ = stream.write_all(OK.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    })
    .await;
    let facts = facts(server.probed().await);
    let seen = seen.lock().unwrap();
    assert_eq!((facts.requests, seen.len(), server.connections()), (19, 19, 19));
    for request in seen.iter() {
        let lines: Vec<String> = request.lines().map(str::to_ascii_lowercase).collect();
        let method = request.split(' ').next().unwrap();
        assert!(["GET", "OPTIONS", "TRACE"].contains(&method), "{request}");
        assert!(lines.iter().any(|line| line.starts_with("user-agent: palisade/")), "{request}");
        assert!(
            !lines.iter().any(|line| line.starts_with("content-length") || line.starts_with("cookie")),
            "{request}"
        );
    }
    let firsts: Vec<&str> = seen.iter().filter_map(|request| request.split(" HTTP/").next()).collect();
    assert_eq!(
        firsts,
        [
            "GET /",
            "GET /",
            "OPTIONS /",
            "GET /",
            "GET /",
            "TRACE /",
            "GET /palisade-asks-for-what-is-not-there",
            "GET /%zz?q=%zz",
            "GET /.well-known/security.txt",
            "GET /openapi.json",
            "GET /swagger.json",
            "GET /v3/api-docs",
            "GET /docs",
            "GET /graphql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D",
            "GET /.env",
            "GET /.git/HEAD",
            "GET /actuator",
            "GET /server-status",
            "GET /metrics",
        ]
    );
}

#[tokio::test]
async fn trust_is_noted_and_never_needed() {
    let server = Server::canned(OK).await;
    let trusted = facts(server.probed().await);
    assert!(trusted.https.verified);
    let (part, _) = probe_with(patient(), &server.url(), RootCertStore::empty()).await;
    let untrusted = facts(part);
    assert!(untrusted.https.answered && !untrusted.https.verified);
    assert_eq!(untrusted.page.field("x-content-type-options"), Some("nosniff"), "the rest is assessed all the same");
    assert_eq!(untrusted.observatory.result("strict-transport-security"), Some("hsts-invalid-cert"));
    let (part, _) = probe_with(patient(), &server.url().replace("localhost", "127.0.0.1"), server.roots.clone()).await;
    assert!(!facts(part).https.verified, "a certificate for another name");
}

#[tokio::test]
async fn tls_that_is_too_old_is_told_from_none() {
    let server = |alert: bool| {
        Server::raw(move |mut stream| async move {
            let mut first = [0];
            if stream.peek(&mut first).await.is_ok() && first[0] == 0x16 && alert {
                // Fatal: protocol version.
                let mut hello = [0; 4096];
                let _ = stream.read(&mut hello).await;
                let _ = stream.write_all(b"\x15\x03\x01\x00\x02\x02\x46").await;
                return;
            }
            let _ = stream.write_all(OK.as_bytes()).await;
            let _ = stream.shutdown().await;
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        })
    };
    for (alert, wanted) in [(true, false), (false, true)] {
        let server = server(alert).await;
        let facts = facts(server.probed().await);
        let target = Target::parse(&server.url()).unwrap();
        let without = judge(&target, &facts).iter().any(|sighting| sighting.rule.id == "PST201");
        assert_eq!((facts.https.other_tls, without), (alert, wanted));
    }
}

#[tokio::test]
async fn without_leave_no_private_address_is_asked() {
    let server = Server::canned(OK).await;
    let manners = palisade_runner::posture::Manners { allow_private: false, ..manners() };
    let (part, _) = probe_with(manners, &server.url(), server.roots.clone()).await;
    assert!(matches!(part, Part::NotAssessed(why) if why.contains("--allow-private")));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_connections_of_a_run_are_an_end() {
    let server = Server::canned(OK).await;
    let manners = palisade_runner::posture::Manners { connections: 4, ..patient() };
    let (part, _) = probe_with(manners, &server.url(), server.roots.clone()).await;
    assert!(facts(part).stopped.is_some());
    assert_eq!(server.connections(), 4);
}
