//! The traffic against the real shop, with everything it asks written down.

mod captures;
mod profile;

use super::{CAST, Traffic};
use crate::shop::Shop;
use crate::shop::message::Request;
use crate::{CONTRACT, Switches};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use palisade_audit::{Options, Profile, audit_bytes};
use palisade_discover::{Authenticated, Discovery, Hosts, Overrides, Settings};
use palisade_exchange::{Exchange, Redactor};
use palisade_guard::{ApiPolicy, Delivery, Effect, Mode, Policy};
use palisade_readers::{Limits, read_har};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

struct Seen {
    /// As an entry of a HAR file.
    entry: Value,
    method: String,
    path: String,
    client: String,
    credential: bool,
    status: u16,
}

fn headers(headers: &http::HeaderMap) -> Vec<Value> {
    let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
    headers.iter().map(|(name, value)| json!({"name": name.as_str(), "value": text(value)})).collect()
}

/// Lets the traffic run fast against a shop until `enough` is satisfied, at most 20 seconds.
async fn watch(switches: Switches, enough: impl Fn(&[Seen]) -> bool) -> Vec<Seen> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let shop = Arc::new(Mutex::new(Shop::new(switches)));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let doors = tokio::spawn(async move {
        loop {
            let (stream, peer) = listener.accept().await.unwrap();
            let (shop, log) = (Arc::clone(&shop), Arc::clone(&log));
            let service = hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| {
                let (shop, log) = (Arc::clone(&shop), Arc::clone(&log));
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await.unwrap().to_bytes();
                    let header = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap());
                    let reply = shop.lock().unwrap().answer(&Request {
                        method: head.method.as_str(),
                        path: head.uri.path(),
                        query: head.uri.query().unwrap_or(""),
                        bearer: header("authorization").and_then(|value| value.strip_prefix("Bearer ")),
                        media_type: header("content-type"),
                        body: &body,
                        now: Duration::from_secs(1),
                    });
                    let query: Vec<Value> = head
                        .uri
                        .query()
                        .into_iter()
                        .flat_map(|query| query.split('&'))
                        .filter_map(|pair| pair.split_once('='))
                        .map(|(name, value)| json!({"name": name, "value": value}))
                        .collect();
                    let mut entry = json!({
                        "startedDateTime": "2026-11-22T12:00:00.000Z",
                        "request": {
                            "method": head.method.as_str(),
                            "url": format!("http://shop.example{}", head.uri),
                            "headers": headers(&head.headers),
                            "queryString": query,
                        },
                        "response": {
                            "status": reply.status,
                            "headers": [{"name": "content-type", "value": reply.media_type}],
                            "content": {
                                "mimeType": reply.media_type,
                                "text": reply.body.as_ref().map(ToString::to_string).unwrap_or_default(),
                            },
                        },
                    });
                    if !body.is_empty() {
                        let text = String::from_utf8_lossy(&body);
                        entry["request"]["postData"] = json!({"mimeType": header("content-type"), "text": text});
                    }
                    log.lock().unwrap().push(Seen {
                        entry,
                        method: head.method.to_string(),
                        path: head.uri.path().to_owned(),
                        client: peer.ip().to_string(),
                        credential: header("authorization").is_some(),
                        status: reply.status,
                    });
                    let body = reply.body.map(|body| body.to_string()).unwrap_or_default();
                    http::Response::builder().status(reply.status).body(Full::new(Bytes::from(body)))
                }
            });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    let traffic = tokio::spawn(async move { Traffic::run(&url, 7, 1_000.0, stop).await });
    for _ in 0..400 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if enough(&seen.lock().unwrap()) {
            break;
        }
    }
    shutdown.cancel();
    assert_eq!(traffic.await.unwrap().unwrap().failed, 0);
    doors.abort();
    std::mem::take(&mut *seen.lock().unwrap())
}

/// Method and template of every operation of the contract, read by its indentation.
fn operations() -> BTreeSet<(String, String)> {
    let mut operations = BTreeSet::new();
    let mut path = "";
    for line in CONTRACT.lines().take_while(|line| *line != "components:") {
        if let Some(key) = line.strip_prefix("  /") {
            path = key.trim_end_matches(':');
        } else if let Some(key) = line.strip_prefix("    ").filter(|key| !key.starts_with(' '))
            && matches!(key, "get:" | "post:" | "patch:" | "delete:" | "put:")
        {
            operations.insert((key.trim_end_matches(':').to_uppercase(), format!("/{path}")));
        }
    }
    operations
}

fn operation(seen: &Seen, known: &BTreeSet<(String, String)>) -> Option<(String, String)> {
    let fits = |template: &str| {
        let (mut a, mut b) = (template.split('/'), seen.path.split('/'));
        loop {
            match (a.next(), b.next()) {
                (None, None) => return true,
                (Some(a), Some(b)) if a == b || a.starts_with('{') && !b.is_empty() => {}
                _ => return false,
            }
        }
    };
    let mut found: Vec<_> = known.iter().filter(|(method, path)| *method == seen.method && fits(path)).collect();
    found.sort_by_key(|(_, path)| path.matches('{').count());
    found.first().map(|found| (*found).clone())
}

fn counts(seen: &[Seen], known: &BTreeSet<(String, String)>) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for one in seen.iter().filter(|one| (200..300).contains(&one.status)) {
        if let Some(operation) = operation(one, known) {
            *counts.entry(operation).or_default() += 1;
        }
    }
    counts
}

#[tokio::test]
async fn every_operation_is_used_within_half_a_minute_of_the_usual_rate() {
    let known = operations();
    assert_eq!(known.len(), 20);
    // the usual rate makes 900 requests in that time
    let seen = watch(Switches::all(), |seen| seen.len() >= 900).await;
    let counts = counts(&seen[..900], &known);
    let rare: Vec<_> = known.iter().filter(|known| counts.get(known).is_none_or(|count| *count < 5)).collect();
    assert!(rare.is_empty(), "seldom used: {rare:?} of {counts:?}");
}

#[tokio::test]
async fn the_defects_show_in_the_traffic() {
    let seen = watch(Switches::all(), |seen| seen.len() >= 900).await;
    let of = |path: &'static str| seen.iter().filter(move |one| one.path == path);
    for open in ["/internal/export/customers", "/v2/newsletter/subscribers"] {
        assert!(of(open).count() >= 5, "{open}");
        assert!(of(open).all(|one| one.status == 200 && !one.credential), "{open}");
    }
    assert!(of("/v1/products").all(|one| one.status == 200));
    assert!(seen.iter().filter(|one| one.status == 404).count() > 20, "a scanner finds nothing");
    assert!(seen.iter().any(|one| one.status == 500), "an error tells too much");
    let clients: BTreeSet<_> = seen.iter().map(|one| &one.client).collect();
    assert!(clients.len() > 10, "clients have addresses of their own: {clients:?}");
}

#[tokio::test]
async fn without_defects_every_operation_but_the_retired_one_still_works() {
    let known = operations();
    let seen = watch(Switches::none(), |seen| seen.len() >= 900).await;
    let counts = counts(&seen, &known);
    let unused: Vec<_> = known.iter().filter(|known| !counts.contains_key(*known)).collect();
    assert_eq!(unused, [&("GET".to_owned(), "/v1/products".to_owned())]);
    assert!(seen.iter().all(|one| one.status < 500));
}

/// The exchanges as a HAR file gives them, one for each that was seen.
fn exchanges(seen: &[Seen], redactor: &Redactor) -> Vec<Exchange> {
    let entries: Vec<&Value> = seen.iter().map(|one| &one.entry).collect();
    let har = json!({"log": {"version": "1.2", "creator": {"name": "demo", "version": "1"}, "entries": entries}});
    let mut exchanges = Vec::new();
    let read = read_har(har.to_string().as_bytes(), redactor, &Limits::default(), &mut |one| exchanges.push(one));
    assert!(read.is_ok());
    assert_eq!(exchanges.len(), seen.len());
    exchanges
}

#[tokio::test]
async fn without_defects_the_shop_and_its_honest_customers_keep_the_contract() {
    let api = ApiPolicy {
        id: "shop".to_owned(),
        name: "shop".to_owned(),
        hosts: Vec::new(),
        base_path: "/".to_owned(),
        upstreams: vec!["http://127.0.0.1:8602".to_owned()],
        upstream_ca: None,
        delivery: Delivery::default(),
        mode: Mode::Block,
        contract: Some(CONTRACT.to_owned()),
        observe_operations: Vec::new(),
        exceptions: Vec::new(),
        protection: palisade_guard::Protection::default(),
    };
    let (policy, _) = Policy::compile(&api);
    assert!(policy.has_contract());
    let seen = watch(Switches::none(), |seen| seen.len() >= 900).await;
    let (mut honest, mut refused) = (0, 0);
    for (one, exchange) in seen.iter().zip(exchanges(&seen, &Redactor::new(&[7; 32]))) {
        let decision = policy.judge(&exchange);
        let what = || format!("{} {} {}: {:?}", one.method, one.path, one.status, decision.errors);
        // the last five of the cast are the export's job and those who are up to no good
        let number: usize = one.client.rsplit('.').next().unwrap().parse::<usize>().unwrap() - 10;
        if number <= CAST.len() - 5 {
            honest += 1;
            // Who calls without a token where one is needed is refused as the shop itself does it.
            let alike = one.status == 401 && decision.code == "credentials_missing";
            assert!(alike || decision.effect == Effect::Allow, "{}", what());
        } else {
            refused += usize::from(decision.effect == Effect::Prevent);
            assert!(decision.errors.iter().all(|error| !error.location.starts_with("response")), "{}", what());
        }
    }
    assert!(honest > 500 && refused > 50, "{honest} honest, {refused} refused");
}

#[tokio::test]
async fn what_is_learned_from_the_traffic_is_what_the_shop_does() {
    let seen = watch(Switches::all(), |seen| seen.len() >= 1_800).await;
    let redactor = Redactor::new(&[7; 32]);
    let mut discovery = Discovery::new(Settings::new(&redactor, Hosts::One));
    for exchange in exchanges(&seen, &redactor) {
        discovery.absorb(&exchange);
    }
    let inventory = discovery.induce(&Overrides::default());
    let shape = |template: &str| {
        let parts: Vec<&str> =
            template.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
        parts.join("/")
    };
    let learned: BTreeSet<_> =
        inventory.api_operations().map(|one| (one.method.clone(), shape(&one.template))).collect();
    let mut true_ones: BTreeSet<_> = operations().into_iter().map(|(method, path)| (method, shape(&path))).collect();
    true_ones.insert(("GET".to_owned(), "/internal/export/customers".to_owned()));
    assert_eq!(learned, true_ones);

    let export = inventory.api_operations().find(|one| one.template == "/internal/export/customers").unwrap();
    assert_eq!(export.authenticated, Authenticated::Never);
    assert!(export.sensitive.iter().any(|field| field.unauthenticated > 0));
    let reviews = inventory.api_operations().find(|one| one.template.ends_with("/reviews") && one.method == "GET");
    let leaked = reviews.unwrap().sensitive.iter().find(|field| field.pointer.ends_with("/user/password_hash"));
    assert!(leaked.unwrap().unauthenticated > 0);
    let account = inventory.api_operations().find(|one| one.key == "GET /v2/me").unwrap();
    assert!(account.sensitive.iter().any(|field| field.pointer.ends_with("password_hash")));
}

#[test]
fn the_contract_is_good_but_leaves_something_to_say() {
    let report = audit_bytes(
        "shop.openapi.yaml",
        CONTRACT.as_bytes(),
        &Options { profile: Profile::Strict, ..Options::default() },
    );
    let report = serde_json::to_value(&report).unwrap();
    assert_eq!(report["state"], "valid", "{report:#}");
    let total = report["score"]["total"].as_f64().unwrap();
    assert!((70.0..95.0).contains(&total), "{report:#}");
    assert_eq!(report["summary"]["critical"], 0, "{report:#}");
}
