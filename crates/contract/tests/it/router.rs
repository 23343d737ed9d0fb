//! Which operation a request leads to.

use crate::load;
use palisade_contract::Contract;
use palisade_contract::router::{Routed, Router};
use proptest::prelude::*;
use std::fmt::Write;

/// A contract with these operations and nothing else.
fn contract(operations: &[&str]) -> Contract {
    let mut text =
        String::from("{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"t\",\"version\":\"1\"},\"paths\":{\"x-\":0");
    for operation in operations {
        let (method, template) = operation.split_once(' ').unwrap();
        let _ = write!(text, ",{}:{{\"{}\":{{}}}}", serde_json::to_string(template).unwrap(), method.to_lowercase());
    }
    text += "}}";
    load("routes.json", text.as_bytes()).0
}

/// `GET /a/{b} b=1`, `405 GET, POST` or `404`.
fn route(contract: &Contract, router: &Router, request: &str) -> String {
    let (method, path) = request.split_once(' ').unwrap();
    match router.route(method, path) {
        Routed::NoPath => "404".to_owned(),
        Routed::NoMethod { allow } => format!("405 {}", allow.join(", ")),
        Routed::Match(found) => {
            let label = contract.operations[found.operation].label();
            found.params.iter().fold(label, |label, (name, value)| format!("{label} {name}={value}"))
        }
    }
}

fn check(operations: &[&str], cases: &[(&str, &str)]) {
    let contract = contract(operations);
    let router = Router::new(&contract);
    for (request, expected) in cases {
        assert_eq!(route(&contract, &router, request), *expected, "{request}");
    }
}

#[test]
fn the_more_specific_template_wins() {
    check(
        &[
            "GET /users/{id}",
            "GET /users/me",
            "DELETE /users/{id}",
            "GET /users/{id}/posts",
            "GET /{any}/me/{last}",
            "GET /files/{name}.{ext}",
            "GET /files/{name}.json",
            "GET /files/{name}",
            "POST /jobs/{id}:cancel",
            "GET /jobs/{id}",
            "GET /v{major}/x",
            "GET /flights{from}",
            "GET /flights{from}{to}",
            "GET /maps/{id}{scale}",
        ],
        &[
            ("GET /users/me", "GET /users/me"),
            ("GET /users/7", "GET /users/{id} id=7"),
            ("DELETE /users/me", "DELETE /users/{id} id=me"),
            ("GET /users/me/posts", "GET /users/{id}/posts id=me"),
            ("GET /users/me/other", "GET /{any}/me/{last} any=users last=other"),
            ("GET /files/a.json", "GET /files/{name}.json name=a"),
            ("GET /files/a.b.txt", "GET /files/{name}.{ext} name=a ext=b.txt"),
            ("GET /files/.txt", "GET /files/{name} name=.txt"),
            ("GET /files/plain", "GET /files/{name} name=plain"),
            ("POST /jobs/7:cancel", "POST /jobs/{id}:cancel id=7"),
            ("POST /jobs/7%3Acancel", "POST /jobs/{id}:cancel id=7"),
            ("POST /jobs/7", "405 GET"),
            ("PUT /users/me", "405 DELETE, GET"),
            ("GET /v2/x", "GET /v{major}/x major=2"),
            ("GET /v/x", "404"),
            ("GET /flights;from=ZRH", "GET /flights{from} from=;from=ZRH"),
            ("GET /flights;from=ZRH;to=OSL", "GET /flights{from}{to} from=;from=ZRH to=;to=OSL"),
            ("GET /maps/europe;scale=3", "GET /maps/{id}{scale} id=europe scale=;scale=3"),
            ("GET /users/7?x=/y", "GET /users/{id} id=7"),
            ("get /users/7", "405 DELETE, GET"),
            ("HEAD /users/me", "405 DELETE, GET"),
            ("GET /nothing", "404"),
            ("GET ", "404"),
            ("GET users/me", "404"),
        ],
    );
}

#[test]
fn hostile_paths_have_one_meaning() {
    check(
        &["GET /users/{id}", "GET /users", "GET /admin/", "GET /a b/ü", "GET /users/{id}/keys", "GET /"],
        &[
            ("GET /users/a%2Fb", "GET /users/{id} id=a%2Fb"),
            ("GET /users/%2e%2e", "404"),
            ("GET /users/../admin", "404"),
            ("GET /users/./keys", "404"),
            ("GET /users//keys", "404"),
            ("GET //users", "404"),
            ("GET /users/..;/keys", "GET /users/{id}/keys id=..;"),
            ("GET /%75sers/7", "GET /users/{id} id=7"),
            ("GET /Users/7", "404"),
            ("GET /users%2F7", "404"),
            ("GET /users/%zz", "GET /users/{id} id=%zz"),
            ("GET /users/%ff", "GET /users/{id} id=%ff"),
            ("GET /users/%00", "GET /users/{id} id=%00"),
            ("GET /users/", "GET /users"),
            ("GET /admin", "GET /admin/"),
            ("GET /a%20b/%C3%BC", "GET /a b/ü"),
            ("GET /a b/ü", "GET /a b/ü"),
            ("GET /", "GET /"),
            ("GET /users/7#frag", "GET /users/{id} id=7"),
        ],
    );
    let contract = contract(&["GET /{a}"]);
    let router = Router::new(&contract);
    assert_eq!(route(&contract, &router, &format!("GET /{}", "a".repeat(20_000))), "404");
    assert_eq!(route(&contract, &router, &format!("GET {}", "/a".repeat(5_000))), "404");
}

#[test]
fn trailing_slashes_are_two_paths_when_both_are_there() {
    check(
        &["GET /a", "POST /a/", "GET /b/"],
        &[
            ("GET /a", "GET /a"),
            ("GET /a/", "405 POST"),
            ("POST /a", "405 GET"),
            ("POST /a/", "POST /a/"),
            ("GET /b", "GET /b/"),
            ("PUT /b", "405 GET"),
            ("GET /b//", "404"),
        ],
    );
}

#[test]
fn base_paths_come_from_servers() {
    let text = b"openapi: 3.1.0
info: {title: t, version: '1'}
servers: [{url: 'https://x.example/v1/'}, {url: '/v2'}, {url: 'https://{t}.y.example/{tenant}/v3', variables: {t: {default: a}}}]
paths:
  /a:
    get: {}
    post: {servers: [{url: 'https://up.example/upload'}]}
  /b:
    servers: [{url: /}]
    get: {}
";
    let (contract, problems) = load("a.yaml", text);
    assert!(problems.is_empty(), "{problems:?}");
    let router = Router::new(&contract);
    for (request, expected) in [
        ("GET /v1/a", "GET /a"),
        ("GET /v2/a", "GET /a"),
        ("GET /acme/v3/a", "GET /a tenant=acme"),
        ("GET /a", "404"),
        ("POST /upload/a", "POST /a"),
        ("POST /v1/a", "405 GET"),
        ("GET /b", "GET /b"),
    ] {
        assert_eq!(route(&contract, &router, request), expected, "{request}");
    }
    let router = Router::on(&contract, &["", "/z/"]);
    assert_eq!(route(&contract, &router, "GET /a"), "GET /a");
    assert_eq!(route(&contract, &router, "POST /z/a"), "POST /a");
    assert_eq!(route(&contract, &router, "GET /v1/a"), "404");
}

#[test]
fn templates_that_no_path_tells_apart_are_named() {
    let contract = contract(&["GET /#Action=A", "GET /x?op=1", "GET relative", "GET /ok"]);
    let router = Router::new(&contract);
    assert_eq!(router.unroutable(), [0, 1, 2]);
    assert_eq!(route(&contract, &router, "GET /ok"), "GET /ok");
    assert_eq!(route(&contract, &router, "GET /x"), "404");
}

#[test]
fn many_templates_cost_no_more_than_few() {
    let time = |count: usize| {
        let operations: Vec<String> = (0..count).map(|n| format!("GET /r{n}/{{id}}/s{n}/{{sub}}")).collect();
        let contract = contract(&operations.iter().map(String::as_str).collect::<Vec<_>>());
        let router = Router::new(&contract);
        let path = format!("/r{}/12345/s{}/x", count - 1, count - 1);
        let round = || {
            let start = std::time::Instant::now();
            for _ in 0..2000 {
                assert!(matches!(router.route("GET", &path), Routed::Match(_)));
            }
            start.elapsed()
        };
        (0..7).map(|_| round()).min().unwrap()
    };
    // Trying one template after the other would cost a thousand times as much; no busy machine costs fifty.
    let (few, many) = (time(10), time(10_000));
    assert!(many < few * 50, "10 templates: {few:?}, 10000 templates: {many:?}");
}

/// The rules of the router's documentation, written out without a trie, for templates of whole segments.
fn naive(operations: &[String], method: &str, path: &str) -> String {
    let mut best: Option<(Vec<bool>, usize)> = None;
    let mut allow = Vec::new();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    for (index, operation) in operations.iter().enumerate() {
        let (own, template) = operation.split_once(' ').unwrap();
        let parts: Vec<&str> = template.split('/').skip(1).collect();
        let fits = parts.len() == segments.len()
            && parts.iter().zip(&segments).all(|(part, segment)| match part.starts_with('{') {
                true => !segment.is_empty() && *segment != "." && *segment != "..",
                false => part == segment,
            });
        if !fits {
            continue;
        }
        allow.push(own.to_owned());
        // False sorts first: a literal is better than a variable, from the left.
        let rank: Vec<bool> = parts.iter().map(|part| part.starts_with('{')).collect();
        if own == method && best.as_ref().is_none_or(|(known, _)| rank < *known) {
            best = Some((rank, index));
        }
    }
    allow.sort();
    allow.dedup();
    match best {
        Some((_, index)) => operations[index].clone(),
        None if allow.is_empty() => "404".to_owned(),
        None => format!("405 {}", allow.join(", ")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_trie_agrees_with_the_rules(
        operations in prop::collection::btree_set("(GET|PUT) (/(a|b|\\{x\\}|\\{y\\})){1,4}", 1..12),
        requests in prop::collection::vec("(GET|PUT|PATCH) (/(a|b|c|\\.\\.|\\.)){1,4}", 1..8),
    ) {
        let operations: Vec<String> = operations.into_iter().collect();
        // One path holds one method here: the same template may not stand twice.
        let mut seen = std::collections::HashSet::new();
        let operations: Vec<String> =
            operations.into_iter().filter(|operation| seen.insert(operation.split_once(' ').unwrap().1.to_owned())).collect();
        let contract = contract(&operations.iter().map(String::as_str).collect::<Vec<_>>());
        let router = Router::new(&contract);
        for request in requests {
            let (method, path) = request.split_once(' ').unwrap();
            let found = match router.route(method, path) {
                Routed::Match(found) => contract.operations[found.operation].label(),
                Routed::NoMethod { allow } => format!("405 {}", allow.join(", ")),
                Routed::NoPath => "404".to_owned(),
            };
            prop_assert_eq!(found, naive(&operations, method, path), "{} in {:?}", request, operations);
        }
    }

    #[test]
    fn any_path_is_survived(path in "\\PC{0,60}", bytes in "(/|%2[fFeE]|%|\\.|[a-z{}:]){0,40}") {
        let contract = contract(&["GET /{a}", "GET /{a}.{b}/{c}:x", "GET /a{b}c{d}e", "GET /{x}{y}", "PUT /{", "PUT /}{"]);
        let router = Router::new(&contract);
        for path in [path, bytes] {
            if let Routed::Match(found) = router.route("GET", &path) {
                for (_, value) in found.params {
                    prop_assert!(!value.is_empty() && path.contains(value) && !value.contains('/'));
                }
            }
        }
    }
}
