//! What scanners and attackers do is no part of what is learned.

use crate::shop::{Call, discovery, exchange, get, post};
use palisade_discover::{OpenApiVersion, Overrides};
use palisade_exchange::{Body, Client, Exchange};
use serde_json::{Value, json};

const TOKENS: [&str; 9] = ["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9"];

fn order(number: usize) -> String {
    format!("6f9619ff-8b86-4d01-b42d-00cf4fc9{number:04}")
}

fn made() -> Value {
    json!({"id": order(1), "total": 0, "state": "open"})
}

/// What honest customers send and get.
fn honest() -> Vec<Call> {
    let mut calls = Vec::new();
    for round in 0..8 {
        for (place, token) in TOKENS.into_iter().enumerate() {
            let number = round * 10 + place;
            let answer = json!({"id": order(number), "total": 12.5, "state": (["open", "paid"][number % 2])});
            let body = json!({
                "item": "lamp",
                "count": number + 1,
                "email": format!("user{place}@example.org"),
                "ship_on": format!("2026-11-{:02}", 1 + number % 28),
                "speed": (["slow", "fast"][number % 2]),
            });
            calls.push(post("/v1/orders", body, 201, answer.clone()).with(token));
            calls.push(get(format!("/v1/orders/{}", order(number)), 200, answer.clone()).with(token));
            calls.push(get(format!("/v1/orders?limit={}&sort=total", 10 + place), 200, json!([answer])).with(token));
            if place < 3 {
                calls.push(
                    get(format!("/v1/orders/{}", order(9999 - number)), 404, json!({"error": "none"})).with(token),
                );
                calls.push(post("/v1/orders", json!({"item": ""}), 422, json!({"error": "count"})).with(token));
            }
        }
    }
    calls
}

/// What is asked of every host on the internet, and what the host says.
fn scanner() -> Vec<Call> {
    let words = ["admin", "backup", "wp-login.php", ".env", ".git/config", "actuator/env", "server-status", "console"];
    let mut calls = Vec::new();
    for (number, word) in words.into_iter().cycle().take(80).enumerate() {
        let status = [404, 404, 404, 403, 401, 500, 301, 405][number % 8];
        let target = if number < 24 { format!("/{word}") } else { format!("/v1/{word}/{number}") };
        calls.push(get(target, status, json!({"error": "no"})));
    }
    for method in ["TRACE", "PUT", "DELETE"] {
        for word in ["", "v1/orders", "test.txt"] {
            calls.push(Call { method, ..get(format!("/{word}"), 405, json!({"error": "no"})) });
        }
    }
    calls
}

/// What somebody with an account tries.
fn attacker() -> Vec<Call> {
    let made = made();
    let mut calls = vec![
        post("/v1/orders", json!({"item": "lamp", "count": 1, "is_admin": true, "price": 0}), 201, made.clone()),
        post(
            "/v1/orders",
            json!({"item": ["lamp"], "count": "1 or 1", "email": "x", "speed": "warp"}),
            201,
            made.clone(),
        ),
        post("/v1/orders", json!({"item": null, "count": {"$gt": 0}, "ship_on": "now()"}), 201, made.clone()),
        post("/v1/orders", json!({"item": "lamp", "count": -1}), 500, json!({"trace": ["main.rs"]})),
        get("/v1/orders?debug=1&limit=all", 200, json!([made])),
        get("/v1/orders?sort=total%20union%20select%20password", 200, json!([made])),
        get(format!("/v1/orders/{}?fields=secret", order(2)), 200, made.clone()),
        get("/v1/orders/7'", 500, json!({"trace": []})),
    ];
    for number in 0..30 {
        calls.push(get(format!("/v1/orders/{}", order(number)), 200, made.clone()));
        calls.push(get(format!("/v1/orders/{}", order(number)), 429, json!({"error": "slow down"})));
        calls.push(Call {
            method: "DELETE",
            ..get(format!("/v1/orders/{}", order(number)), 405, json!({"error": "no"}))
        });
        calls.push(get("/v1/admin/users", 403, json!({"error": "no"})));
    }
    calls.into_iter().map(|call| call.with("evil")).collect()
}

/// Requests that the shape of a call cannot tell.
fn more(number: usize) -> Vec<Exchange> {
    let call = post("/v1/orders", json!({"item": "lamp"}), 201, made()).with("evil");
    let with = |change: &dyn Fn(&mut Exchange)| {
        let mut one = exchange(number, &call);
        change(&mut one);
        one
    };
    vec![
        with(&|one| {
            one.request.headers.retain(|(name, _)| name == "Authorization");
            one.request.headers.push(("Content-Type".to_owned(), "text/xml".to_owned()));
            one.request.body = Body::Bytes { bytes: "<order/>".into(), truncated: false };
        }),
        with(&|one| one.request.headers.push(("X-Original-URL".to_owned(), "/admin".to_owned()))),
        with(&|one| one.request.headers.push(("Cookie".to_owned(), "debug=1".to_owned()))),
    ]
}

/// The learned contract without evidence, which counts everything.
fn contract(calls: &[Call], more: Vec<Exchange>) -> Value {
    fn strip(value: &mut Value) {
        if let Value::Object(members) = value {
            members.remove("x-palisade");
        }
        match value {
            Value::Object(members) => members.values_mut().for_each(strip),
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut discovery = discovery();
    for (number, call) in calls.iter().enumerate() {
        let mut one = exchange(number + 1, call);
        if call.token.is_none() {
            one.client = Client { address: "203.0.113.9".parse().ok(), principal: Some("scanner".to_owned()) };
        }
        discovery.absorb(&one);
    }
    for one in more {
        discovery.absorb(&one);
    }
    let mut contract = discovery.induce(&Overrides::default()).to_evidence(OpenApiVersion::V31);
    contract["info"]["description"] = Value::Null;
    strip(&mut contract);
    contract
}

#[test]
fn a_scanner_and_an_attacker_with_an_account_change_nothing() {
    let honest = honest();
    let clean = contract(&honest, Vec::new());
    assert_eq!(clean["paths"].as_object().unwrap().len(), 2);
    let scanned = scanner();
    assert!(scanned.len() * 4 >= honest.len(), "a fifth of all traffic");
    // Scattered among honest traffic, and the same however they are scattered.
    let mut all: Vec<Call> = honest.into_iter().chain(scanned).chain(attacker()).collect();
    let noisy = contract(&all, more(7000));
    assert_eq!(serde_json::to_string_pretty(&noisy).unwrap(), serde_json::to_string_pretty(&clean).unwrap());
    all.reverse();
    assert_eq!(contract(&all, more(7000)), clean);
}

#[test]
fn what_a_second_caller_does_is_learned() {
    let mut calls = honest();
    let made = made();
    let rare = || post("/v1/orders?dry_run=true", json!({"item": "lamp", "count": 1, "gift": true}), 201, made.clone());
    calls.push(rare().with("t1"));
    let of = |calls: &[Call]| contract(calls, Vec::new()).to_string();
    assert!(!of(&calls).contains("gift") && !of(&calls).contains("dry_run"));
    calls.push(rare().with("t2"));
    assert!(of(&calls).contains("gift") && of(&calls).contains("dry_run"));
}

#[test]
fn what_is_never_below_zero_is_said_and_one_attacker_changes_nothing() {
    let order = |count: i64, token| {
        post("/v1/orders", json!({"item": "lamp", "count": count}), 201, json!({"id": 7})).with(token)
    };
    let count = |calls: &[Call]| {
        let mut discovery = discovery();
        for (number, call) in calls.iter().enumerate() {
            discovery.absorb(&exchange(number, call));
        }
        let contract = discovery.induce(&Overrides::default()).to_openapi(OpenApiVersion::V31);
        contract["components"]["schemas"]["OrderCreate"]["properties"]["count"].clone()
    };
    let mut calls: Vec<Call> = (0..320).map(|number| order(1 + number % 7, TOKENS[number as usize % 9])).collect();
    assert_eq!(count(&calls), json!({"type": "integer", "minimum": 0}));
    assert_eq!(count(&calls[..250]), json!({"type": "integer"}));
    calls.extend((0..5).map(|_| order(-3, "attacker")));
    assert_eq!(count(&calls), json!({"type": "integer", "minimum": 0}));
    // What two callers are given is part of the API.
    calls.push(order(-1, "t1"));
    assert_eq!(count(&calls), json!({"type": "integer"}));
}
