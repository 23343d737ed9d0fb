//! Exchanges without values: JSON lines, and access logs.

use crate::library::{CONTRACT, Call, Dice, call, compare, redactor, told};
use palisade_exchange::wire::{Form, from_line, to_line};
use palisade_exchange::{Body, Exchange, Source};
use serde_json::{Value, json};

/// As it comes back from the disk.
fn kept(exchange: &Exchange) -> Exchange {
    from_line(&to_line(exchange, Form::Shapes, redactor().marker())).unwrap()
}

fn add(change: impl Fn(&mut Value)) -> Exchange {
    let mut dice = Dice::new(5);
    let mut call = loop {
        let call = call(&mut dice);
        if call.method == "POST" && call.path == "/api/books" {
            break call;
        }
    };
    change(call.body.as_mut().unwrap());
    call.exchange(5000)
}

#[test]
fn valid_exchanges_without_values_give_no_drift() {
    let mut dice = Dice::new(6);
    let outcome = compare(CONTRACT, (0..1000).map(|number| kept(&call(&mut dice).exchange(number))));
    assert_eq!(told(&outcome), Vec::<String>::new());
    assert!(outcome.counts.partial > 500);
}

#[test]
fn a_shape_shows_what_structure_proves_and_no_more() {
    let mut dice = Dice::new(6);
    let honest: Vec<Exchange> = (0..300).map(|number| kept(&call(&mut dice).exchange(number))).collect();
    let found = |exchange: Exchange| told(&compare(CONTRACT, honest.iter().cloned().chain([kept(&exchange)])));
    let accepted = "DRF031 POST /books accepted a body that breaks its contract:";
    let proven: [(&str, Exchange); 7] = [
        ("at /title is required (required)", add(|body| drop(body.as_object_mut().unwrap().remove("title")))),
        ("at /year must be integer (type)", add(|body| body["year"] = json!("1999"))),
        ("at /title must be string (type)", add(|body| body["title"] = Value::Null)),
        ("at /authors must have at least 1 items (minItems)", add(|body| body["authors"] = json!([]))),
        (
            "at /size/color is not a declared member (additionalProperties)",
            add(|body| body["size"]["color"] = json!(1)),
        ),
        ("at /stock/main must be integer (type)", add(|body| body["stock"]["main"] = json!("9"))),
        ("at /id must not be sent in a request (readOnly)", add(|body| body["id"] = json!("x"))),
    ];
    for (words, exchange) in proven {
        let wanted = format!("{accepted} {}", words.replace("/stock/main", "/stock/*"));
        assert_eq!(found(exchange), [wanted]);
    }
    assert_eq!(
        found(add(|body| body["role"] = json!("x"))),
        ["DRF020 POST /books has a property in its request that the contract does not name: /role"]
    );
    // The values are not there: whether they fit cannot be told.
    for change in [
        (|body: &mut Value| body["year"] = json!(1)) as fn(&mut Value),
        |body| body["language"] = json!("xx"),
        |body| body["isbn"] = json!("1"),
        |body| body["added"] = json!("yesterday"),
        |body| body["authors"] = json!(["a", "a"]),
        |body| body["price"] = json!(1.005),
        |body| body["year"] = json!(1999.0),
    ] {
        assert_eq!(found(add(change)), Vec::<String>::new());
    }
}

#[test]
fn alternatives_without_values_are_never_guessed() {
    let lend = |body: Value| {
        let mut call = Call::new("POST", "/api/loans", 201).answer(json!({"due": "2026-12-01"}));
        Call::set(&mut call.headers, "Content-Type", "application/json");
        call.body = Some(body);
        let mut dice = Dice::new(6);
        let honest = (0..300).map(|number| crate::library::call(&mut dice).exchange(number));
        told(&compare(CONTRACT, honest.chain([kept(&call.exchange(5000))])))
    };
    // Both fit by their structure, which of them it is the values say.
    assert_eq!(lend(json!({"kind": "reader", "card": "c", "library": 4})), Vec::<String>::new());
    let none = lend(json!({"kind": "reader", "card": 4}));
    assert_eq!(none.len(), 1, "{none:?}");
    assert!(none[0].starts_with("DRF031 "), "{none:?}");
}

#[test]
fn a_log_without_headers_and_bodies_is_held_to_what_it_shows() {
    let log = |mut exchange: Exchange| {
        exchange.source = Source::AccessLog;
        exchange.request.headers.clear();
        exchange.request.body = Body::Unknown { length: None };
        let answer = exchange.response.as_mut().unwrap();
        answer.message.headers.clear();
        answer.message.body = Body::Unknown { length: Some(40) };
        exchange
    };
    let mut dice = Dice::new(8);
    let mut calls: Vec<Call> = (0..300).map(|_| call(&mut dice)).collect();
    let outcome =
        |calls: &[Call]| compare(CONTRACT, calls.iter().enumerate().map(|(number, call)| log(call.exchange(number))));
    assert_eq!(told(&outcome(&calls)), Vec::<String>::new());
    let book = calls.iter().position(|call| call.method == "DELETE").unwrap();
    calls[book].status = 202;
    calls.push(Call::new("GET", "/api/books", 200));
    assert_eq!(
        told(&outcome(&calls)),
        [
            "DRF030 GET /books accepted the query parameter sort, which is required (required)",
            "DRF042 DELETE /books/{isbn} answers with status 202, which is not documented",
        ]
        .map(str::to_owned)
    );
}
