//! What answers show: rules, messages and evidence.

use super::{answer, facts, run};
use palisade_posture::http::versions::List;
use palisade_posture::http::{self, Answer, Cut, Facts, Failure, REDIRECTS, Request};
use palisade_posture::{Part, Sighting, Target};

const URL: &str = "https://api.example.com/";

/// Fields of an API that does everything right.
const GOOD: [(&str, &str); 8] = [
    ("content-type", "application/json"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
    ("ratelimit", "limit=100, remaining=99, reset=60"),
    ("server", "edge"),
];

const SECURITY_TXT: &str = "Contact: mailto:security@example.com\nExpires: 2027-01-01T00:00:00Z\n";

/// A good API: TLS, redirects, problem documents.
fn good(request: &Request) -> Answer {
    if !request.address.tls {
        let to = format!("https://{}{}", request.address.host, request.address.path);
        return answer(301, &[("location", &to)], "");
    }
    match (request.method, request.address.path.as_str()) {
        ("TRACE", _) => answer(405, &GOOD, ""),
        (_, "/") => answer(200, &GOOD, "{\"ok\":true}"),
        (_, "/.well-known/security.txt") => answer(200, &[("content-type", "text/plain")], SECURITY_TXT),
        _ => answer(404, &GOOD, "{\"title\":\"not found\"}"),
    }
}

/// The good API with another answer at its root, over TLS.
fn with(change: impl Fn(&Request) -> Option<Answer>) -> Vec<Sighting> {
    judged(&facts(URL, |request| Ok(change(request).unwrap_or_else(|| good(request)))))
}

fn judged(facts: &Facts) -> Vec<Sighting> {
    http::judge(&Target::parse(URL).unwrap(), facts)
}

/// The good API's fields without some and with others.
fn fields<'a>(without: &[&str], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<_> = GOOD.into_iter().filter(|(name, _)| !without.contains(name)).collect();
    fields.extend_from_slice(more);
    fields
}

fn at_root(request: &Request, without: &[&str], more: &[(&str, &str)], body: &str) -> Option<Answer> {
    let root = request.method == "GET" && request.address.tls && request.address.path == "/";
    root.then(|| answer(200, &fields(without, more), body))
}

fn lines(sightings: &[Sighting]) -> Vec<String> {
    let line = |s: &Sighting| {
        let severity = s.severity.unwrap_or(s.rule.severity);
        format!("{} {severity} {}", s.rule.id, s.evidence.as_deref().unwrap_or_default())
    };
    sightings.iter().map(line).collect()
}

#[track_caller]
fn check(sightings: &[Sighting], wanted: &[&str]) {
    assert_eq!(lines(sightings), wanted);
}

#[test]
fn a_good_api_has_no_finding() {
    check(&with(|_| None), &[]);
}

#[test]
fn missing_fields_are_told_with_what_is_there() {
    let sightings = with(|request| {
        at_root(request, &["strict-transport-security", "x-content-type-options", "server", "ratelimit"], &[], "{}")
    });
    check(
        &sightings,
        &[
            "PST204 medium GET https://api.example.com/: 200, no Strict-Transport-Security among: content-type, content-security-policy, cross-origin-resource-policy, cache-control",
            "PST208 low GET https://api.example.com/: 200, no X-Content-Type-Options among: content-type, content-security-policy, cross-origin-resource-policy, cache-control",
        ],
    );
}

#[test]
fn pages_are_judged_as_pages() {
    let sightings = with(|request| {
        let without = ["content-type", "content-security-policy", "strict-transport-security"];
        let more = [
            ("content-type", "text/html"),
            ("content-security-policy", "default-src 'self' 'unsafe-inline'; frame-ancestors 'self'"),
            ("strict-transport-security", "max-age=60"),
            ("referrer-policy", "unsafe-url"),
        ];
        let body =
            "<script src=\"https://cdn.example/a.js\"></script><a href=\"/a;jsessionid=0123456789ABCDEF?x=y\">x</a>";
        at_root(request, &without, &more, body)
    });
    check(
        &sightings,
        &[
            "PST205 low strict-transport-security: max-age=60",
            "PST207 low content-security-policy: default-src 'self' 'unsafe-inline'; frame-ancestors 'self'",
            "PST210 low referrer-policy: unsafe-url",
            "PST211 info GET https://api.example.com/: 200, no Permissions-Policy among: x-content-type-options, cross-origin-resource-policy, cache-control, ratelimit, server, content-type, content-security-policy, strict-transport-security, referrer-policy",
            "PST212 info GET https://api.example.com/: 200, no Cross-Origin-Opener-Policy among: x-content-type-options, cross-origin-resource-policy, cache-control, ratelimit, server, content-type, content-security-policy, strict-transport-security, referrer-policy",
            "PST234 low <script src=\"https://cdn.example/a.js\">",
            "PST233 medium /a with jsessionid=[redacted]",
        ],
    );
}

#[test]
fn cookies_are_shown_without_their_values() {
    let sightings = with(|request| {
        let more = [
            ("set-cookie", "SESSION=hunter2; SameSite=None"),
            ("set-cookie", "__Host-a=hunter2; Secure; SameSite=Strict"),
            ("cache-control", "public, max-age=600"),
        ];
        at_root(request, &["cache-control"], &more, "{}")
    });
    check(
        &sightings,
        &[
            "PST213 high Set-Cookie: SESSION=[redacted]; SameSite=None",
            "PST214 medium Set-Cookie: SESSION=[redacted]; SameSite=None",
            "PST215 low Set-Cookie: SESSION=[redacted]; SameSite=None",
            "PST216 low Set-Cookie: __Host-a=[redacted]; Secure; SameSite=Strict",
            "PST219 medium cache-control: public, max-age=600, with Set-Cookie: [redacted]",
        ],
    );
}

#[test]
fn origins_that_are_let_in_are_told_apart() {
    let reflected = |credentials: bool| {
        with(move |request| {
            let (_, origin) = request.fields.iter().find(|(name, _)| *name == "origin")?;
            let mut more = vec![("access-control-allow-origin", origin.as_str())];
            if credentials {
                more.push(("access-control-allow-credentials", "true"));
            }
            Some(answer(200, &fields(&[], &more), "{}"))
        })
    };
    check(
        &reflected(true),
        &[
            "PST217 high OPTIONS with Origin: https://unrelated-site.invalid -> Access-Control-Allow-Origin: https://unrelated-site.invalid; Access-Control-Allow-Credentials: true",
            "PST218 high GET with Origin: null -> Access-Control-Allow-Origin: null; Access-Control-Allow-Credentials: true",
        ],
    );
    check(
        &reflected(false),
        &[
            "PST217 low OPTIONS with Origin: https://unrelated-site.invalid -> Access-Control-Allow-Origin: https://unrelated-site.invalid",
            "PST218 low GET with Origin: null -> Access-Control-Allow-Origin: null",
        ],
    );
    let fixed = with(|request| at_root(request, &[], &[("access-control-allow-origin", "*")], "{}"));
    check(&fixed, &[]);
}

#[test]
fn versions_are_told_and_looked_up() {
    let mut facts = facts(URL, |request| {
        let more = [("server", "Apache/2.4.49 (Unix) OpenSSL/1.1.1k"), ("x-powered-by", "PHP/7.4.3")];
        Ok(at_root(request, &["server"], &more, "{}").unwrap_or_else(|| good(request)))
    });
    assert!(matches!(facts.known, Part::NotAssessed(_)), "without a list nothing is clean");
    let list = r#"{"product":"apache","from":"2.4.49","before":"2.4.51","ids":["CVE-2021-41773"],"severity":"critical","source":"a vendor"}"#;
    facts.look_up(&List::parse(list).unwrap());
    check(
        &judged(&facts),
        &[
            "PST220 low server: Apache/2.4.49 (Unix) OpenSSL/1.1.1k",
            "PST220 low x-powered-by: PHP/7.4.3",
            "PST221 critical server: Apache/2.4.49 (Unix) OpenSSL/1.1.1k",
        ],
    );
}

#[test]
fn what_stands_open_is_shown() {
    let sightings = with(|request| {
        let json = [("content-type", "application/json")];
        let text = [("content-type", "text/plain")];
        match (request.method, request.address.path.as_str()) {
            ("TRACE", _) => {
                Some(answer(200, &[("content-type", "message/http")], "TRACE / HTTP/1.1\r\nX-Palisade-Trace: echo\r\n"))
            }
            ("OPTIONS", _) => Some(answer(204, &fields(&[], &[("allow", "GET, PUT, PROPFIND")]), "")),
            (_, "/openapi.json") => Some(answer(200, &json, r#"{"openapi":"3.1.0","paths":{}}"#)),
            (_, "/.env") => Some(answer(200, &text, "APP_KEY=hunter2\n")),
            (_, "/.git/HEAD") => Some(answer(200, &text, "ref: refs/heads/main\n")),
            (_, "/metrics") => Some(answer(200, &text, "# TYPE up gauge\nup 1\n")),
            (_, "/%zz?q=%zz") => Some(answer(500, &text, "Traceback (most recent call last):\n  File \"/srv/app.py\"")),
            _ => None,
        }
    });
    check(
        &sightings,
        &[
            "PST222 low TRACE is answered with: X-Palisade-Trace: echo",
            "PST223 low allow: GET, PUT, PROPFIND",
            "PST227 info GET /openapi.json: 200, openapi: \"3.1.0\"",
            "PST228 critical GET /.env: 200, APP_KEY=[redacted]",
            "PST228 high GET /.git/HEAD: 200, ref: refs/heads/main",
            "PST229 low GET /metrics: 200, # TYPE up gauge",
            "PST224 medium Traceback (most recent call last):",
        ],
    );
}

#[test]
fn the_first_contract_is_handed_on_and_not_kept() {
    let found = facts("https://api.example.com/v1/", |request| {
        let contract = request.address.path == "/v1/openapi.json";
        Ok(if contract { answer(200, &[], r#"{"openapi":"3.1.0","paths":{}}"#) } else { good(request) })
    });
    let contract = found.contract.as_ref().unwrap();
    assert_eq!(contract.path, "/v1/openapi.json");
    let kept: Facts = serde_json::from_str(&serde_json::to_string(&found).unwrap()).unwrap();
    assert_eq!(kept, Facts { contract: None, ..found });
}

#[test]
fn everything_answered_with_one_page_exposes_nothing() {
    let sightings = with(|request| {
        let page = answer(
            200,
            &fields(
                &["content-type"],
                &[
                    ("content-type", "text/html"),
                    ("permissions-policy", ""),
                    ("cross-origin-opener-policy", "same-origin"),
                ],
            ),
            "<p>Hello",
        );
        (request.address.tls && request.method == "GET").then_some(page)
    });
    check(&sightings, &["PST225 info GET /.well-known/security.txt: no such file"]);
}

#[test]
fn plain_http_is_judged() {
    let plain = |status: u16, more: &'static [(&'static str, &'static str)]| {
        with(move |request| (!request.address.tls).then(|| answer(status, more, "{}")))
    };
    check(&plain(200, &[]), &["PST202 medium http://api.example.com/: 200"]);
    check(&plain(403, &[]), &[]);
    check(
        &plain(401, &[("www-authenticate", "Basic realm=\"x\"")]),
        &["PST202 medium http://api.example.com/: 401", "PST232 high www-authenticate: basic"],
    );
    check(
        &plain(301, &[("location", "https://www.example.com/")]),
        &["PST203 info http://api.example.com/: 301 -> https://www.example.com/: 200"],
    );
}

#[test]
fn without_tls_much_is_not_asked_for() {
    let facts =
        facts(URL, |request| if request.address.tls { Err(Failure::NoTls) } else { Ok(answer(200, &GOOD, "{}")) });
    let sightings = judged(&facts);
    assert_eq!(lines(&sightings)[0], "PST201 high http://api.example.com/: 200");
}

#[test]
fn redirects_are_followed_within_the_site_only() {
    for (location, stop) in [
        ("https://other.example.net/", "it redirects to another site, which is not asked"),
        ("http://169.254.169.254/latest/", "it redirects to another site, which is not asked"),
        ("file:///etc/passwd", "it redirects to a scheme that is not HTTP"),
        ("https://api.example.com:22/", "it redirects to a port of other services, which is not asked"),
        ("/", "its redirects lead in a circle"),
        ("https://[x", "it redirects to what is no address"),
    ] {
        let facts = facts(URL, |request| {
            assert!(
                request.address.host == "api.example.com" && request.address.port != 22,
                "asked {}",
                request.address
            );
            Ok(answer(302, &[("location", location)], ""))
        });
        assert_eq!(facts.https.stop.as_deref(), Some(stop), "{location}");
        assert!(judged(&facts).iter().any(|s| s.rule.id == "PST203"), "{location}");
    }
    let mut hops = 0;
    let facts = facts(URL, |request| {
        hops += usize::from(request.address.path.starts_with("/x"));
        Ok(answer(302, &[("location", &format!("/x{hops}"))], ""))
    });
    assert_eq!(facts.https.stop.as_deref(), Some("it has more redirects than are followed"));
    assert_eq!(facts.https.route.len(), REDIRECTS + 1);
}

#[test]
fn silence_ends_the_plan_and_is_told() {
    let (_, nothing) = run(URL, |_| Err(Failure::Slow));
    let wanted = "no answer over HTTP: over TLS, no answer in time; over plain HTTP, no answer in time";
    assert_eq!(nothing, Part::NotAssessed(wanted.to_owned()));
    let mut requests = 0;
    let facts = facts(URL, |request| {
        requests += 1;
        if requests <= 2 { Ok(Answer { cut: Some(Cut::Broken), ..good(request) }) } else { Err(Failure::Closed) }
    });
    assert_eq!(facts.requests, 5);
    assert_eq!(facts.stopped.as_deref(), Some("3 requests in a row had no whole answer"));
    assert!(judged(&facts).iter().any(|s| s.rule.id == "PST236"));
}

#[test]
fn rules_say_everything() {
    let mut ids: Vec<&str> = http::RULES.iter().map(|rule| rule.id).collect();
    assert!(ids.is_sorted() && ids.iter().all(|id| id.starts_with("PST2")));
    ids.dedup();
    assert_eq!(ids.len(), http::RULES.len());
    for rule in http::RULES {
        for text in [rule.what, rule.why, rule.fix, rule.consumer] {
            assert!(text.len() > 20 && text.ends_with('.'), "{}: {text}", rule.id);
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn any_answers_are_judged(
        fields in proptest::collection::vec(
            ("location|set-cookie|server|www-authenticate|strict-transport-security|content-security-policy|content-type|x-frame-options|allow|access-control-allow-origin|cache-control|[a-z-]{1,12}", proptest::collection::vec(proptest::num::u8::ANY, 0..40)),
            0..12,
        ),
        status in 100u16..600,
        body in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
    ) {
        let mut have = http::Fields::default();
        for (name, value) in &fields {
            have.push(name, value);
        }
        let answer = Answer { status, fields: have, body, cut: None, verified: true };
        let facts = facts(URL, |_| Ok(answer.clone()));
        judged(&facts);
    }
}
