//! A library with a strict contract, and traffic that keeps it.

use palisade_contract::Contract;
use palisade_document::Limits;
use palisade_drift::{Drift, Outcome, Reference, Terms};
use palisade_exchange::{Body, Client, Exchange, Message, RawExchange, Redactor, Response, Source};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

pub const CONTRACT: &str = include_str!("library.yaml");

/// Chance that is the same every time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

pub fn terms(text: &str) -> Terms {
    let reading = palisade_document::read("library.yaml", text.as_bytes(), &Limits::default());
    assert!(!reading.fatal);
    let (contract, problems) = Contract::load(Arc::new(reading.document));
    assert!(problems.is_empty(), "{problems:?}");
    let (terms, problems) = Terms::compile(contract, None);
    assert!(problems.is_empty(), "{problems:?}");
    terms
}

pub fn redactor() -> Redactor {
    Redactor::new(&[7; 32])
}

/// A message before it is on the wire.
#[derive(Clone)]
pub struct Call {
    pub method: &'static str,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    pub body: Option<Value>,
    pub status: u16,
    pub answer_headers: Vec<(String, String)>,
    pub answer: Option<Value>,
}

fn pair(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

impl Call {
    pub fn new(method: &'static str, path: impl Into<String>, status: u16) -> Call {
        Call {
            method,
            path: path.into(),
            query: Vec::new(),
            headers: vec![pair("Authorization", "Bearer 3f0c"), pair("User-Agent", "reader/2")],
            body: None,
            status,
            answer_headers: Vec::new(),
            answer: None,
        }
    }

    fn send(mut self, body: Value) -> Call {
        self.headers.push(pair("Content-Type", "application/json"));
        self.body = Some(body);
        self
    }

    pub fn answer(mut self, body: Value) -> Call {
        let media = if self.status < 400 { "application/json" } else { "application/problem+json" };
        self.answer_headers.push(pair("Content-Type", media));
        self.answer = Some(body);
        self
    }

    pub fn set(headers: &mut Vec<(String, String)>, name: &str, value: &str) {
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        headers.push(pair(name, value));
    }

    /// Text stands for itself, everything else is JSON.
    fn bytes(body: &Option<Value>) -> Body {
        match body {
            None => Body::Empty,
            Some(Value::String(text)) => Body::Bytes { bytes: text.clone().into(), truncated: false },
            Some(value) => Body::Bytes { bytes: value.to_string().into(), truncated: false },
        }
    }

    pub fn exchange(&self, number: usize) -> Exchange {
        let escape = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
                .replace("%2C", ",")
        };
        let query: Vec<String> =
            self.query.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
        redactor().redact(RawExchange(Exchange {
            id: Uuid::from_u128(number as u128),
            time: 1_790_000_000_000_000 + 1_000_000 * number as i64,
            duration: None,
            source: Source::Gateway,
            api: None,
            client: Client::default(),
            scheme: "https".to_owned(),
            host: "library.example".to_owned(),
            method: self.method.to_owned(),
            path: self.path.clone(),
            query: (!query.is_empty()).then(|| query.join("&")),
            request: Message { headers: self.headers.clone(), body: Call::bytes(&self.body) },
            response: Some(Response {
                status: self.status,
                message: Message { headers: self.answer_headers.clone(), body: Call::bytes(&self.answer) },
            }),
        }))
    }
}

fn isbn(dice: &mut Dice) -> String {
    format!("978{:010}", dice.next() % 10_000_000_000)
}

/// A book with everything that may stand in it.
fn book(dice: &mut Dice, isbn: &str) -> Value {
    json!({
        "isbn": isbn,
        "title": dice.pick(&["Sails", "Rope and Knot", "Harbours of the North", "Tides"]),
        "year": 1900 + dice.below(126),
        "price": (1 + dice.below(9000)) as f64 / 100.0,
        "currency": "EUR",
        "language": dice.pick(&["en", "fr", "de"]),
        "authors": if dice.chance(50) { json!(["A. Writer"]) } else { json!(["A. Writer", "B. Writer"]) },
        "added": "2026-02-03T10:00:00Z",
        "published": "1999-12-31",
        "contact": "desk@library.example",
        "site": "https://library.example/books",
        "host": "192.0.2.4",
        "note": if dice.chance(30) { Value::Null } else { json!("clean copy") },
        "lent": dice.chance(50),
        "stock": {"main": dice.below(9), "annex": dice.below(3)},
        "size": {"width": 12.5, "height": 20, "depth": 3},
        "supplierKey": "k-17",
    })
}

fn stored(dice: &mut Dice, isbn: &str) -> Value {
    let mut book = book(dice, isbn);
    book.as_object_mut().unwrap().remove("supplierKey");
    book["id"] = json!(Uuid::from_u128(u128::from(dice.next())).to_string());
    book
}

/// One call that keeps the contract.
pub fn call(dice: &mut Dice) -> Call {
    let isbn = isbn(dice);
    match dice.below(12) {
        0..4 => {
            let mut call = Call::new("GET", "/api/books", 200);
            call.query.push(pair("sort", dice.pick(&["title", "year", "price"])));
            call.query.push(pair("limit", (1 + dice.below(100)).to_string()));
            call.query.push(pair("q", "salt air"));
            call.query.push(pair("tags", "sea,rope"));
            call.query.push(pair("filter[year]", "1999"));
            call.headers.push(pair("X-Client-Version", format!("{}.1", dice.below(9))));
            call.headers.push(pair("Cookie", "theme=dark"));
            call.answer_headers.push(pair("X-Total-Count", dice.below(500).to_string()));
            let list: Vec<Value> = (0..1 + dice.below(3)).map(|_| stored(dice, &isbn)).collect();
            call.answer(json!(list))
        }
        4..6 => {
            let mut call = Call::new("POST", "/api/books", 201).send(book(dice, &isbn));
            call.answer_headers.push(pair("Location", format!("/api/books/{isbn}")));
            call.answer(stored(dice, &isbn))
        }
        6..8 => Call::new("GET", format!("/api/books/{isbn}"), 200).answer(stored(dice, &isbn)),
        8 => Call::new("DELETE", format!("/api/books/{isbn}"), 204),
        9 => {
            let due = json!({"due": "2026-12-01"});
            let loan = json!({"kind": "reader", "card": "C-1234", "days": dice.below(60)});
            Call::new("POST", "/api/loans", 201).send(loan).answer(due)
        }
        10 => {
            let due = json!({"due": "2026-12-01"});
            Call::new("POST", "/api/loans", 201).send(json!({"kind": "library", "library": 7})).answer(due)
        }
        _ => {
            let mut call = Call::new("GET", "/api/health", 200);
            call.headers.remove(0);
            call.answer_headers.push(pair("Content-Type", "text/plain"));
            call.answer = Some(json!("up"));
            call
        }
    }
}

pub fn reference(exchange: &Exchange) -> Reference {
    Reference { time: exchange.time, recording: None, number: 0, id: exchange.id }
}

pub fn compare(text: &str, exchanges: impl IntoIterator<Item = Exchange>) -> Outcome {
    let mut drift = Drift::new(terms(text), &redactor());
    for exchange in exchanges {
        let reference = reference(&exchange);
        drift.observe(exchange, reference);
    }
    drift.finish()
}

/// Rule and message of each finding, for comparing.
pub fn told(outcome: &Outcome) -> Vec<String> {
    outcome.findings.iter().map(|finding| format!("{} {}", finding.rule, finding.message)).collect()
}
