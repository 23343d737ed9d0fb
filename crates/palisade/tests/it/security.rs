//! What clients say shows in the log as data: one event a line, nothing that moves a terminal.

use crate::support::{Place, Upstream, call, get, send};
use std::time::Duration;

/// Ends a line, begins another that looks like an event, and colours it.
const ODD: &str = "x\\r\\n2026-01-01T00:00:00.000000Z ERROR FORGED\\u001b[31m\\u009b2J\\u2028\\u202e";

fn forge(console: &str, gateway: &str, token: &str) {
    let bearer = format!("Bearer {token}");
    let path = "/%0d%0a2026-01-01T00:00:00.000000Z%20ERROR%20FORGED%1b%5b31m?a=%0d%0aFORGED";
    let json = ("Content-Type", "application/json");
    for address in [console, gateway] {
        get(address, path);
        get(address, &format!("/api/v1/apis{path}"));
        call(address, "GET", "/", &[("User-Agent", "x\u{9b}31mFORGED"), ("X-\u{e9}", "FORGED")], "");
        for raw in [
            &b"GET /\x1b[31mFORGED HTTP/1.1\r\nHost: x\r\n\r\n"[..],
            b"GET / HTTP/1.1\r\nHost: x\r\nX-A: a\x1b[31mFORGED\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: \x1b[31mFORGED\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \x1b[31mFORGED\r\n\r\n",
            b"\x1b[31mFORGED\r\n\x1b[2J\r\n\r\n",
        ] {
            // An answer or none: what counts is the log.
            let _ = std::panic::catch_unwind(|| send(address, raw));
        }
    }
    for (path, body) in [
        ("/session", format!("{{\"token\":\"{ODD}\"}}")),
        ("/session", format!("{{\"name\":\"{ODD}\",\"password\":\"{ODD}\"}}")),
        ("/tokens", format!("{{\"name\":\"{ODD}\",\"role\":\"viewer\"}}")),
        ("/trace-sources", format!("{{\"name\":\"{ODD}\",\"hosts\":[\"*\"]}}")),
        ("/third-parties", format!("{{\"url\":\"https://{ODD}.test\",\"name\":\"{ODD}\"}}")),
        ("/network-lists", format!("{{\"name\":\"{ODD}\",\"networks\":[\"{ODD}\"]}}")),
        (
            "/jobs",
            format!("{{\"job_type\":\"OasScoringJob\",\"document\":\"{ODD}\",\"document_name\":\"../../{ODD}\"}}"),
        ),
        (
            "/jobs",
            format!(
                "{{\"job_type\":\"OasScoringJob\",\"document\":\"openapi: 3.1.0\\ninfo: {{title: \\\"{ODD}\\\", version: '1'}}\\npaths: {{}}\",\"document_name\":\"../../{ODD}\",\"application\":\"{ODD}\"}}"
            ),
        ),
        ("/jobs", format!("{{\"job_type\":\"ThirdPartyApiScoringJob\",\"url\":\"http://{ODD}\"}}")),
        ("/schedules", format!("{{\"name\":\"{ODD}\",\"cron\":\"{ODD}\"}}")),
        ("/oidc", format!("{{\"issuer\":\"{ODD}\",\"client_id\":\"{ODD}\",\"roles\":[]}}")),
    ] {
        let method = if path == "/oidc" { "PUT" } else { "POST" };
        call(console, method, &format!("/api/v1{path}"), &[json, ("Authorization", &bearer)], &body);
        call(
            console,
            method,
            &format!("/api/v1{path}"),
            &[json, ("Authorization", "Basic eDoNChtbMzFtRk9SR0VE")],
            &body,
        );
    }
    call(
        console,
        "GET",
        "/login/oidc/callback?state=x&error=%0d%0aFORGED%1b%5b31m",
        &[("Cookie", "palisade_oidc=a.b.c.d")],
        "",
    );
}

#[test]
fn no_client_can_forge_or_colour_a_line_of_the_log() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let serve = place.serve(&["--upstream", &upstream.url, "--log", "trace", "--log-format", "text"]);
    forge(&serve.console, &serve.gateway, &serve.token);
    std::thread::sleep(Duration::from_millis(300));
    serve.process.terminate();
    let log = serve.process.stderr();
    assert!(log.lines().count() > 20, "{log}");
    let begins = |line: &str| {
        let mut letters = line.chars();
        let time: String = letters.by_ref().take(11).collect();
        time.starts_with("20") && time.ends_with('T') && !line.starts_with("2026-01-01T00:00:00")
    };
    for line in log.lines() {
        assert!(begins(line), "no event begins like this: {line:?}");
        assert!(
            !line.chars().any(|letter| letter.is_control() || matches!(letter, '\u{2028}' | '\u{202e}')),
            "{line:?}"
        );
    }
}
