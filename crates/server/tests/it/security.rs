//! What an attacker tries against the control plane: each test is one way in that must stay shut.

use crate::support::{Answer, CONTRACT, HOST, Plane, settings};
use axum::body::Body;
use flate2::Compression;
use http::{Method, Request};
use palisade_server::App;
use serde_json::{Value, json};
use std::io::Write;
use std::sync::Arc;

fn cookie(answer: &Answer) -> String {
    answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

const JSON: (&str, &str) = ("content-type", "application/json");

async fn signed_in(plane: &Plane, fields: &[(&str, &str)]) -> String {
    let body = json!({"token": plane.admin}).to_string();
    let answer = plane.call(Method::POST, "/api/v1/session", &[&[JSON][..], fields].concat(), &body).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    cookie(&answer)
}

/// Every operation of the document that changes something, with its variables filled.
fn changes() -> Vec<(Method, String)> {
    let document = serde_json::to_value(palisade_server::document()).unwrap();
    let mut changes = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let filled: Vec<&str> = path
            .split('/')
            .map(|part| if part.starts_with('{') { "0199a5d2-0000-7000-8000-000000000000" } else { part })
            .collect();
        for method in operations.as_object().unwrap().keys() {
            let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).unwrap();
            if !matches!(method, Method::GET | Method::HEAD | Method::OPTIONS) {
                changes.push((method, filled.join("/")));
            }
        }
    }
    changes
}

#[tokio::test(flavor = "multi_thread")]
async fn no_change_is_made_by_another_sites_request() {
    let plane = Plane::new(None).await;
    let session = signed_in(&plane, &[]).await;
    let changes = changes();
    assert!(changes.len() > 30, "{changes:?}");
    for (method, path) in changes {
        for origin in [Some("https://evil.example"), Some("null"), Some("http://localhost:8601"), None] {
            let mut fields = vec![JSON, ("cookie", session.as_str())];
            fields.extend(origin.map(|origin| ("origin", origin)));
            // Signing in needs no cookie; without an Origin it is no browser's.
            if origin.is_none() && path == "/api/v1/session" && method == Method::POST {
                continue;
            }
            let answer = plane.call(method.clone(), &path, &fields, "{}").await;
            // Those that know no cookie want another credential.
            let refused = matches!(answer.status.as_u16(), 401 | 403);
            assert!(refused, "{method} {path} from {origin:?}: {} {}", answer.status, answer.text);
        }
    }
    let who = plane.call(Method::GET, "/api/v1/session", &[("cookie", &session)], "").await;
    assert_eq!(who.status, 200, "nothing ended the session");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_somebody_else_chose_is_never_signed_in() {
    let plane = Plane::new(None).await;
    let chosen = format!("palisade_session={}", "A".repeat(43));
    let own = signed_in(&plane, &[("cookie", &chosen), ("origin", &format!("http://{HOST}"))]).await;
    assert_ne!(own, chosen);
    let with = |cookie: String| {
        let plane = &plane;
        async move { plane.call(Method::GET, "/api/v1/session", &[("cookie", &cookie)], "").await.status.as_u16() }
    };
    assert_eq!((with(chosen.clone()).await, with(own.clone()).await), (401, 200));
    // A second sign-in of the same browser begins another session.
    let next = signed_in(&plane, &[("cookie", &own), ("origin", &format!("http://{HOST}"))]).await;
    assert_ne!(next, own);
    let link = plane.app.login_link().await.unwrap();
    let path = link.strip_prefix("http://localhost:8600").unwrap();
    let by_link = cookie(&plane.call(Method::GET, path, &[("cookie", &chosen)], "").await);
    assert_ne!(by_link, chosen);
    assert_eq!(with(chosen).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn references_of_an_uploaded_contract_lead_to_no_file_and_no_host() {
    let plane = Plane::new(None).await;
    let api = plane.api_id().await;
    let canary = "cAnArY-of-a-file-Kx83";
    let file = plane.dir.path().join("canary.yaml");
    std::fs::write(&file, format!("type: string\ndescription: {canary}\n")).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let file = file.display();
    for reference in [
        format!("{file}"),
        format!("file://{file}"),
        format!("../../../../../../../..{file}"),
        format!("..%2f..%2f..%2f..{file}"),
        format!("http://127.0.0.1:{port}/canary.yaml"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "/etc/passwd".to_owned(),
    ] {
        let contract = json!({"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": {"/a": {"get": {
            "parameters": [{"name": "q", "in": "query", "schema": {"$ref": reference}}],
            "responses": {"200": {"description": "d"}}}}}});
        let path = format!("/api/v1/apis/{api}/contract");
        let put = plane.admin(Method::PUT, &path, &contract.to_string()).await;
        let mut said = put.text;
        for more in [path, format!("/api/v1/apis/{api}/audit"), format!("/api/v1/apis/{api}/findings")] {
            said += &plane.admin(Method::GET, &more, "").await.text;
        }
        assert!(!said.contains(canary) && !said.contains("root:x:0"), "{reference}: {said}");
    }
    assert!(listener.accept().is_err(), "nothing was fetched");
}

/// `size` zero bytes as gzip.
fn bomb(size: usize) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..size >> 20 {
        packed.write_all(&zeros).unwrap();
    }
    packed.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn compressed_bodies_do_not_unfold() {
    let plane = Plane::new(None).await;
    let bytes = bomb(256 << 20);
    assert!(bytes.len() < 300_000);
    for (method, path) in changes() {
        let request = Request::builder()
            .method(method.clone())
            .uri(&path)
            .header("host", HOST)
            .header("authorization", format!("Bearer {}", plane.admin))
            .header("content-type", "application/json")
            .header("content-encoding", "gzip");
        let answer = plane.raw(request.body(Body::from(bytes.clone())).unwrap()).await;
        // A DELETE does not look at a body.
        let fine = answer.status.is_client_error() || method == Method::DELETE || answer.text.len() < 4096;
        assert!(fine && !answer.status.is_server_error(), "{method} {path}: {} {}", answer.status, answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_grow_or_go_deep_end_at_a_limit() {
    let plane = Plane::new(None).await;
    let path = format!("/api/v1/apis/{}/contract", plane.api_id().await);
    let mut laughs =
        "openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths: {}\nx-a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n"
            .to_owned();
    for n in 1..30 {
        let all = vec![format!("*a{}", n - 1); 9].join(", ");
        laughs += &format!("x-a{n}: &a{n} [{all}]\n");
    }
    let deep = format!("{{\"openapi\":\"3.1.0\",\"x-deep\":{}{}}}", "[".repeat(200_000), "]".repeat(200_000));
    let packed = bomb(64 << 20);
    for body in [laughs.into_bytes(), deep.into_bytes(), packed] {
        let request = Request::put(&path)
            .header("host", HOST)
            .header("authorization", format!("Bearer {}", plane.admin))
            .header("content-type", "application/json");
        let answer = plane.raw(request.body(Body::from(body)).unwrap()).await;
        assert!(!answer.status.is_server_error() && answer.text.len() < 200_000, "{}", answer.status);
    }
    assert_eq!(plane.admin(Method::GET, "/api/v1/session", "").await.status, 200, "it serves on");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_safety_headers() {
    let plane = Plane::new(None).await;
    let bearer = format!("Bearer {}", plane.admin);
    let own = [("authorization", bearer.as_str())];
    let foreign = [("host", "evil.example")];
    let mut seen = Vec::new();
    for (path, fields) in [
        ("/", &[][..]),
        ("/assets/none.js", &[]),
        ("/login", &[]),
        ("/login?code=x", &[]),
        ("/login/oidc", &[]),
        ("/api/v1/session", &[]),
        ("/api/v1/session", &own),
        ("/api/v1/nothing", &own),
        ("/", &foreign),
        ("/api/v1/session", &foreign),
    ] {
        let answer = plane.call(Method::GET, path, fields, "").await;
        let field = |name: &str| answer.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        for (name, wanted) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(field(name), wanted, "{name} of {path}");
        }
        assert!(field("permissions-policy").contains("camera=()"), "{path}");
        let csp = field("content-security-policy");
        assert!(csp.contains("frame-ancestors 'none'") && csp.contains("base-uri 'none'"), "{path}: {csp}");
        assert!(!csp.contains("unsafe"), "{path}: {csp}");
        if path.starts_with("/api/") {
            assert_eq!(field("cache-control"), "no-store", "{path}");
            assert!(csp.contains("default-src 'none'") && csp.contains("sandbox"), "{path}: {csp}");
        }
        assert_eq!(field("strict-transport-security"), "", "without TLS it would be ignored");
        seen.push(answer.status.as_u16());
    }
    for status in [200, 303, 401, 403, 404, 421] {
        assert!(seen.contains(&status), "{status} among {seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_of_callers_come_back_as_data() {
    let plane = Plane::new(None).await;
    let odd = "x\r\nInjected: 1\u{1b}[31m<script>alert(1)</script>\u{202e}";
    let made = plane.admin(Method::POST, "/api/v1/tokens", &json!({"name": odd, "role": "viewer"}).to_string()).await;
    assert!(!made.headers.contains_key("injected"));
    assert_eq!(
        made.headers["content-type"].to_str().unwrap().split(';').next(),
        Some(if made.status.is_success() { "application/json" } else { "application/problem+json" })
    );
    let encoded = "/api/v1/apis/x%0d%0aInjected:%201%1b%5b31m";
    let missing = plane.admin(Method::GET, encoded, "").await;
    assert_eq!(missing.status, 404);
    assert!(!missing.text.contains('\u{1b}') && !missing.headers.contains_key("injected"));
    let document: Value = missing.json();
    assert_eq!(document["instance"], encoded, "as it was asked for");
}

/// A control plane whose controllers may not ask private hosts, with the embedded one at work.
async fn strict() -> Plane {
    let plane = Plane::new(None).await;
    plane.app.close().await;
    let mut strict = settings(plane.dir.path());
    strict.manners.allow_private = false;
    let app = App::open(strict, tokio_util::sync::CancellationToken::new()).await.unwrap();
    tokio::spawn(palisade_server::run_embedded_controller(Arc::clone(&app)));
    Plane { router: palisade_server::router(Arc::clone(&app)), app, admin: plane.admin, dir: plane.dir }
}

/// A job once it has ended; `None` where it was refused at once.
async fn job(plane: &Plane, body: &Value) -> Option<Value> {
    let asked = plane.admin(Method::POST, "/api/v1/jobs", &body.to_string()).await;
    if asked.status.is_client_error() {
        return None;
    }
    let job = asked.ok();
    let events = plane.admin(Method::GET, &format!("/api/v1/jobs/{}/events", job["id"].as_str().unwrap()), "").await;
    let last = events.text.lines().rev().find_map(|line| line.strip_prefix("data: ")).unwrap();
    Some(serde_json::from_str(last).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_url_of_a_job_leads_to_no_private_address() {
    let plane = strict().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    for host in [
        "127.0.0.1",
        "localhost",
        "LOCALHOST.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "0.0.0.0",
        "169.254.169.254",
        "10.0.0.1",
        "user@127.0.0.1",
    ] {
        for kind in ["ThirdPartyApiScoringJob", "FuzzingJob"] {
            let body = json!({"job_type": kind, "url": format!("http://{host}:{port}/"), "document": CONTRACT,
                "options": {"allow_private": true}});
            let without = json!({"job_type": kind, "url": format!("http://{host}:{port}/"),
                "options": {"allow_private": true}});
            let body = if kind == "FuzzingJob" { body } else { without };
            if let Some(job) = job(&plane, &body).await {
                assert_eq!(job["state"], "Failed", "{host} {job}");
                assert!(job["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{job}");
            }
        }
    }
    assert!(listener.accept().is_err(), "nobody was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_of_a_job_leads_to_no_file_whatever_its_name() {
    let plane = strict().await;
    let canary = "cAnArY-of-a-file-Jb51";
    let file = plane.dir.path().join("canary.yaml");
    std::fs::write(&file, format!("type: string\ndescription: {canary}\n")).unwrap();
    let file = file.display();
    for name in ["../../../../etc/passwd", "/etc/passwd", "a\r\n\u{1b}[31m.yaml", "canary.yaml", &format!("{file}")] {
        for reference in [format!("{file}"), format!("file://{file}"), "canary.yaml".to_owned()] {
            let schema = json!({"$ref": reference});
            let document = json!({"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": {"/a": {"get": {
                "parameters": [{"name": "q", "in": "query", "schema": schema}],
                "responses": {"200": {"description": "d"}}}}}});
            let body = json!({"job_type": "OasScoringJob", "document": document.to_string(), "document_name": name});
            let Some(job) = job(&plane, &body).await else { continue };
            let id = job["id"].as_str().unwrap();
            let mut said = job.to_string();
            for more in ["findings?limit=500", "report", "report?format=html", "log"] {
                said += &plane.admin(Method::GET, &format!("/api/v1/jobs/{id}/{more}"), "").await.text;
            }
            assert!(!said.contains(canary) && !said.contains("root:x:0"), "{name:?} {reference}: {said}");
        }
    }
    // What a name says is no place to write to either.
    for entry in std::fs::read_dir(plane.dir.path()).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(["data", "canary.yaml"].iter().any(|known| *known == name), "{}", name.display());
    }
}
