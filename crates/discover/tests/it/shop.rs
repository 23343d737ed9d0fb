//! Traffic of a small shop, made here.

use palisade_discover::{Discovery, Hosts, Settings};
use palisade_exchange::{Body, Client, Exchange, Message, RawExchange, Redactor, Response, Source};
use serde_json::{Value, json};

pub const CANARY: &str = "CANARYf00dSecret";

pub fn redactor() -> Redactor {
    Redactor::new(&[42; 32])
}

pub fn discovery() -> Discovery {
    Discovery::new(Settings::new(&redactor(), Hosts::One))
}

/// One call, as a builder would be too much for tests.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: &'static str,
    pub target: String,
    pub token: Option<&'static str>,
    pub body: Option<Value>,
    pub status: u16,
    pub answer: Option<Value>,
}

pub fn get(target: impl Into<String>, status: u16, answer: Value) -> Call {
    Call { method: "GET", target: target.into(), token: None, body: None, status, answer: Some(answer) }
}

pub fn post(target: impl Into<String>, body: Value, status: u16, answer: Value) -> Call {
    Call { method: "POST", target: target.into(), token: None, body: Some(body), status, answer: Some(answer) }
}

impl Call {
    pub fn with(mut self, token: &'static str) -> Call {
        self.token = Some(token);
        self
    }
}

fn message(body: Option<&Value>) -> Message {
    match body {
        None => Message::default(),
        Some(body) => Message {
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: Body::Bytes { bytes: body.to_string().into(), truncated: false },
        },
    }
}

pub fn exchange(number: usize, call: &Call) -> Exchange {
    let (path, query) = match call.target.split_once('?') {
        Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
        None => (call.target.clone(), None),
    };
    let mut request = message(call.body.as_ref());
    if let Some(token) = call.token {
        request.headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
    }
    redactor().redact(RawExchange(Exchange {
        id: uuid(number),
        time: 1_000_000 * number as i64,
        duration: None,
        source: Source::Gateway,
        api: None,
        client: Client { address: "192.0.2.1".parse().ok(), principal: None },
        scheme: "https".to_owned(),
        host: "shop.example".to_owned(),
        method: call.method.to_owned(),
        path,
        query,
        request,
        response: Some(Response { status: call.status, message: message(call.answer.as_ref()) }),
    }))
}

fn uuid(number: usize) -> uuid::Uuid {
    uuid::Uuid::from_u128(number as u128)
}

const NAMES: [&str; 12] = ["ann", "bob", "cleo", "dora", "emil", "finn", "gus", "hana", "ida", "joan", "kurt", "lena"];

fn user(name: &str) -> Value {
    json!({"username": name, "email": format!("{name}@example.org"), "role": if name.len() > 3 { "buyer" } else { "seller" }})
}

/// The shop's day: every operation often enough to be known.
pub fn day() -> Vec<Call> {
    let mut calls = Vec::new();
    for round in 0..3 {
        for (place, name) in NAMES.iter().enumerate() {
            let order = format!("6f9619ff-8b86-4d01-b42d-00cf4fc9{:04}", place * 10 + round);
            let state = ["open", "paid", "sent"][(place + round) % 3];
            let body = json!({"id": order, "status": state, "total": 12.5, "note": null});
            calls.push(
                get("/v1/users", 200, json!({"users": NAMES.iter().map(|name| user(name)).collect::<Vec<_>>()}))
                    .with("t1"),
            );
            calls.push(get(format!("/v1/users/{name}"), 200, user(name)).with("t2"));
            calls.push(get("/v1/users/me", 200, user(name)).with("t3"));
            calls.push(get(format!("/v1/users/search?q={name}&limit=10"), 200, json!([user(name)])).with("t3"));
            calls.push(get(format!("/v1/users/{name}/orders"), 200, json!([body])).with("t1"));
            calls.push(post("/v1/orders", json!({"item": "lamp", "count": place + 1}), 201, body.clone()).with("t1"));
            calls.push(get(format!("/v1/orders/{order}"), 200, body).with("t2"));
            calls.push(get(
                format!("/v1/internal/dump/{}", place + 1),
                200,
                json!({"username": name, "password_hash": format!("$2b$12${}", "a".repeat(53))}),
            ));
            calls.push(get("/v1/health", 200, json!({"status": "up"})));
        }
    }
    for path in ["/wp-login.php", "/.env", "/v1/users/nobody-here", "/phpmyadmin/index.php"] {
        calls.push(get(path, 404, json!({"error": "not found"})));
    }
    calls.push(get("/v1/users/search?q=%27%20or%201%3D1--&stolen=1", 200, json!([])));
    calls.push(Call {
        method: "GET",
        target: "/app.js".to_owned(),
        token: None,
        body: None,
        status: 404,
        answer: None,
    });
    calls
}

pub fn learned(calls: &[Call]) -> Discovery {
    let mut discovery = discovery();
    for (number, call) in calls.iter().enumerate() {
        discovery.absorb(&exchange(number, call));
    }
    discovery
}
