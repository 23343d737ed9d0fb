//! Violations planted into traffic that keeps its contract: what is found of them, kind by kind.

use crate::library::{CONTRACT, Call, Dice, call, compare};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How a call is broken. It was checked that the call is of the operation that the plant names.
type Break = fn(&mut Call, &mut Dice);

/// One kind of violation.
struct Plant {
    kind: &'static str,
    method: &'static str,
    /// Path that it is planted in; `/api/books/` stands for one book.
    path: &'static str,
    how: Break,
    /// Rule that must be found, and a part of its message.
    wanted: (&'static str, &'static str),
}

const fn plant(
    kind: &'static str,
    method: &'static str,
    path: &'static str,
    how: Break,
    rule: &'static str,
    part: &'static str,
) -> Plant {
    Plant { kind, method, path, how, wanted: (rule, part) }
}

/// A member of the request's body.
fn sent<'c>(call: &'c mut Call, name: &str) -> &'c mut Value {
    &mut call.body.as_mut().unwrap()[name]
}

/// A member of the answer's body.
fn got<'c>(call: &'c mut Call, name: &str) -> &'c mut Value {
    &mut call.answer.as_mut().unwrap()[name]
}

fn drop_sent(call: &mut Call, name: &str) {
    call.body.as_mut().unwrap().as_object_mut().unwrap().remove(name);
}

fn drop_got(call: &mut Call, name: &str) {
    call.answer.as_mut().unwrap().as_object_mut().unwrap().remove(name);
}

fn ask(call: &mut Call, name: &str, value: &str) {
    call.query.retain(|(known, _)| known != name);
    call.query.push((name.to_owned(), value.to_owned()));
}

fn without(headers: &mut Vec<(String, String)>, name: &str) {
    headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
}

const BOOKS: &str = "/api/books";
const BOOK: &str = "/api/books/";
const LOANS: &str = "/api/loans";

#[rustfmt::skip]
const PLANTS: &[Plant] = &[
    // bodies of requests
    plant("request: member missing", "POST", BOOKS, |c, _| drop_sent(c, "title"), "DRF031", "/title is required"),
    plant("request: wrong type", "POST", BOOKS, |c, _| *sent(c, "year") = json!("1999"), "DRF031", "/year must be integer"),
    plant("request: fraction for integer", "POST", BOOKS, |c, _| *sent(c, "year") = json!(1999.5), "DRF031", "/year must be integer"),
    plant("request: null", "POST", BOOKS, |c, _| *sent(c, "title") = Value::Null, "DRF031", "/title must be string"),
    plant("request: enum", "POST", BOOKS, |c, _| *sent(c, "language") = json!("la"), "DRF031", "(enum)"),
    plant("request: const", "POST", BOOKS, |c, _| *sent(c, "currency") = json!("USD"), "DRF031", "(const)"),
    plant("request: pattern", "POST", BOOKS, |c, _| *sent(c, "isbn") = json!("12-34"), "DRF031", "(pattern)"),
    plant("request: minLength", "POST", BOOKS, |c, _| *sent(c, "title") = json!(""), "DRF031", "(minLength)"),
    plant("request: maxLength", "POST", BOOKS, |c, _| *sent(c, "title") = json!("x".repeat(61)), "DRF031", "(maxLength)"),
    plant("request: minimum", "POST", BOOKS, |c, d| *sent(c, "year") = json!(d.below(1450)), "DRF031", "(minimum)"),
    plant("request: maximum", "POST", BOOKS, |c, d| *sent(c, "year") = json!(2101 + d.below(900)), "DRF031", "(maximum)"),
    plant("request: exclusiveMinimum", "POST", BOOKS, |c, _| *sent(c, "price") = json!(0), "DRF031", "(exclusiveMinimum)"),
    plant("request: exclusiveMaximum", "POST", BOOKS, |c, _| *sent(c, "price") = json!(10000), "DRF031", "(exclusiveMaximum)"),
    plant("request: multipleOf", "POST", BOOKS, |c, _| *sent(c, "price") = json!(1.005), "DRF031", "(multipleOf)"),
    plant("request: format date-time", "POST", BOOKS, |c, _| *sent(c, "added") = json!("2026-02-03 10:00"), "DRF031", "/added must be a valid date-time"),
    plant("request: format date", "POST", BOOKS, |c, _| *sent(c, "published") = json!("1999-02-31"), "DRF031", "/published must be a valid date"),
    plant("request: format email", "POST", BOOKS, |c, _| *sent(c, "contact") = json!("desk"), "DRF031", "/contact must be a valid email"),
    plant("request: format uri", "POST", BOOKS, |c, _| *sent(c, "site") = json!("no uri"), "DRF031", "/site must be a valid uri"),
    plant("request: format ipv4", "POST", BOOKS, |c, _| *sent(c, "host") = json!("192.0.2.400"), "DRF031", "/host must be a valid ipv4"),
    plant("request: minItems", "POST", BOOKS, |c, _| *sent(c, "authors") = json!([]), "DRF031", "(minItems)"),
    plant("request: maxItems", "POST", BOOKS, |c, _| *sent(c, "authors") = json!(["a", "b", "c", "d", "e"]), "DRF031", "(maxItems)"),
    plant("request: uniqueItems", "POST", BOOKS, |c, _| *sent(c, "authors") = json!(["a", "a"]), "DRF031", "(uniqueItems)"),
    plant("request: wrong item", "POST", BOOKS, |c, _| *sent(c, "authors") = json!(["a", 7]), "DRF031", "/authors/* must be string"),
    plant("request: additionalProperties: false", "POST", BOOKS, |c, _| sent(c, "size")["color"] = json!(1), "DRF031", "(additionalProperties)"),
    plant("request: value of a map", "POST", BOOKS, |c, _| sent(c, "stock")["main"] = json!(-1), "DRF031", "/stock/* must be at least 0"),
    plant("request: propertyNames", "POST", BOOKS, |c, _| sent(c, "stock")["Main Hall"] = json!(1), "DRF031", "(propertyNames)"),
    plant("request: dependentRequired", "POST", BOOKS, |c, _| drop(sent(c, "size").as_object_mut().unwrap().remove("height")), "DRF031", "(dependentRequired)"),
    plant("request: maxProperties", "POST", BOOKS, |c, _| (0..9).for_each(|n| *sent(c, &format!("more{n}")) = json!(1)), "DRF031", "(maxProperties)"),
    plant("request: minProperties", "POST", BOOKS, |c, _| c.body = Some(json!({"isbn": "9781234567890"})), "DRF031", "(minProperties)"),
    plant("request: readOnly", "POST", BOOKS, |c, _| *sent(c, "id") = json!("6f9619ff-8b86-4d01-b42d-00cf4fc96401"), "DRF031", "(readOnly)"),
    plant("request: oneOf", "POST", LOANS, |c, _| c.body = Some(json!({"kind": "shop"})), "DRF031", "(oneOf)"),
    plant("request: whole of the wrong type", "POST", BOOKS, |c, _| c.body = Some(json!([])), "DRF031", "must be object"),
    plant("request: no JSON", "POST", BOOKS, |c, _| c.body = Some(json!("{\"isbn\": ")), "DRF031", "(json)"),
    plant("request: a key twice", "POST", LOANS, |c, _| c.body = Some(json!("{\"kind\":\"reader\",\"kind\":\"reader\",\"card\":\"1\"}")), "DRF031", "(json)"),
    plant("request: body missing", "POST", BOOKS, |c, _| c.body = None, "DRF031", "a body is required"),
    plant("request: media type", "POST", BOOKS, |c, _| Call::set(&mut c.headers, "Content-Type", "application/xml"), "DRF032", "application/xml"),
    plant("request: field of a form", "POST", LOANS, |c, _| { Call::set(&mut c.headers, "Content-Type", "application/x-www-form-urlencoded"); c.body = Some(json!("kind=reader&card=C")); }, "DRF031", "(minLength)"),
    plant("request: body nobody declared", "DELETE", BOOK, |c, _| { Call::set(&mut c.headers, "Content-Type", "application/json"); c.body = Some(json!({"force": true})); }, "DRF031", "no body is declared"),
    // parameters
    plant("query: missing", "GET", BOOKS, |c, _| c.query.retain(|(name, _)| name != "sort"), "DRF030", "sort, which is required"),
    plant("query: wrong type", "GET", BOOKS, |c, _| ask(c, "limit", "ten"), "DRF030", "limit, which must be integer"),
    plant("query: maximum", "GET", BOOKS, |c, d| ask(c, "limit", &(101 + d.below(99)).to_string()), "DRF030", "(maximum)"),
    plant("query: enum", "GET", BOOKS, |c, _| ask(c, "sort", "author"), "DRF030", "(enum)"),
    plant("query: maxLength", "GET", BOOKS, |c, _| ask(c, "q", &"x".repeat(21)), "DRF030", "(maxLength)"),
    plant("query: items of a list", "GET", BOOKS, |c, _| ask(c, "tags", "sea,SALT"), "DRF030", "(pattern)"),
    plant("query: too many items", "GET", BOOKS, |c, _| ask(c, "tags", "a,b,c,d"), "DRF030", "(maxItems)"),
    plant("query: same item twice", "GET", BOOKS, |c, _| ask(c, "tags", "a,a"), "DRF030", "(uniqueItems)"),
    plant("query: member of a deep object", "GET", BOOKS, |c, _| ask(c, "filter[year]", "mmxx"), "DRF030", "filter, which at /year must be integer"),
    plant("query: sent twice", "GET", BOOKS, |c, _| c.query.push(("limit".to_owned(), "5".to_owned())), "DRF030", "(duplicate)"),
    plant("path: pattern", "GET", BOOK, |c, _| c.path = "/api/books/97812345".to_owned(), "DRF030", "path parameter isbn"),
    plant("header: missing", "GET", BOOKS, |c, _| without(&mut c.headers, "X-Client-Version"), "DRF030", "X-Client-Version, which is required"),
    plant("header: pattern", "GET", BOOKS, |c, _| Call::set(&mut c.headers, "X-Client-Version", "two"), "DRF030", "X-Client-Version, which must match"),
    plant("cookie: missing", "GET", BOOKS, |c, _| without(&mut c.headers, "Cookie"), "DRF030", "cookie parameter theme, which is required"),
    plant("undeclared query parameter", "GET", BOOKS, |c, _| ask(c, "debug", "1"), "DRF010", "query parameter debug"),
    plant("undeclared header", "GET", BOOK, |c, _| Call::set(&mut c.headers, "X-Debug-Mode", "1"), "DRF010", "header parameter x-debug-mode"),
    plant("undeclared cookie", "GET", BOOKS, |c, _| Call::set(&mut c.headers, "Cookie", "theme=dark; beta=1"), "DRF010", "cookie parameter beta"),
    plant("undeclared request property", "POST", BOOKS, |c, _| *sent(c, "role") = json!("admin"), "DRF020", "/role"),
    plant("deprecated parameter", "GET", BOOKS, |c, _| ask(c, "old", "true"), "DRF011", "old"),
    plant("deprecated request property", "POST", BOOKS, |c, _| *sent(c, "isbn10") = json!("0306406152"), "DRF021", "request: /isbn10"),
    // who may call
    plant("credential missing", "GET", BOOK, |c, _| without(&mut c.headers, "Authorization"), "DRF050", "without a credential"),
    plant("another credential", "GET", BOOK, |c, _| Call::set(&mut c.headers, "Authorization", "Basic YTpi"), "DRF051", "succeeded with Basic"),
    plant("a key where a token is demanded", "DELETE", BOOK, |c, _| { without(&mut c.headers, "Authorization"); Call::set(&mut c.headers, "X-API-Key", "k1"); }, "DRF051", "the header x-api-key"),
    // answers
    plant("response: wrong type", "GET", BOOK, |c, _| *got(c, "year") = json!("1999"), "DRF040", "/year must be integer"),
    plant("response: member missing", "GET", BOOK, |c, _| drop_got(c, "title"), "DRF040", "/title is required"),
    plant("response: null", "GET", BOOK, |c, _| *got(c, "lent") = Value::Null, "DRF040", "/lent must be boolean"),
    plant("response: enum", "GET", BOOK, |c, _| *got(c, "language") = json!("xx"), "DRF040", "(enum)"),
    plant("response: format uuid", "GET", BOOK, |c, _| *got(c, "id") = json!("17"), "DRF040", "/id must be a valid uuid"),
    plant("response: additionalProperties: false", "GET", BOOK, |c, _| got(c, "size")["color"] = json!("red"), "DRF040", "(additionalProperties)"),
    plant("response: writeOnly", "GET", BOOK, |c, _| *got(c, "supplierKey") = json!("k"), "DRF040", "(writeOnly)"),
    plant("response: item of a list", "GET", BOOKS, |c, _| c.answer.as_mut().unwrap()[0]["price"] = json!("free"), "DRF040", "/*/price must be number"),
    plant("response: maxItems", "GET", BOOKS, |c, _| { let one = c.answer.as_ref().unwrap()[0].clone(); c.answer = Some(json!(vec![one; 21])); }, "DRF040", "(maxItems)"),
    plant("response: whole of the wrong type", "GET", BOOKS, |c, _| c.answer = Some(json!({})), "DRF040", "must be array"),
    plant("response: text", "GET", "/api/health", |c, _| c.answer = Some(json!("down")), "DRF040", "(enum)"),
    plant("response: no JSON", "GET", BOOK, |c, _| c.answer = Some(json!("<html>")), "DRF040", "(json)"),
    plant("undeclared response property", "GET", BOOK, |c, _| *got(c, "purchase_cost") = json!(3), "DIS030", "/purchase_cost"),
    plant("deprecated response property", "GET", BOOK, |c, _| *got(c, "isbn10") = json!("0306406152"), "DRF021", "response: /isbn10"),
    plant("response header missing", "POST", BOOKS, |c, _| without(&mut c.answer_headers, "Location"), "DRF041", "Location"),
    plant("response header invalid", "GET", BOOKS, |c, _| Call::set(&mut c.answer_headers, "X-Total-Count", "many"), "DRF041", "X-Total-Count"),
    plant("undocumented status", "DELETE", BOOK, |c, _| c.status = 202, "DRF042", "status 202"),
    plant("undocumented error", "GET", BOOK, |c, _| { c.status = 503; c.answer = None; }, "DRF042", "status 503"),
    plant("undocumented media type", "GET", BOOK, |c, _| { Call::set(&mut c.answer_headers, "Content-Type", "text/html"); c.answer = Some(json!("<p>")); }, "DRF043", "text/html"),
    // operations
    plant("shadow path", "GET", BOOK, |c, _| c.path = "/api/internal/export".to_owned(), "DIS001", "GET /api/internal/export"),
    plant("shadow method", "DELETE", BOOK, |c, _| { c.method = "PATCH"; c.path = "/api/loans".to_owned(); }, "DIS001", "PATCH /api/loans"),
    plant("deprecated by its answers", "GET", "/api/health", |c, _| Call::set(&mut c.answer_headers, "Deprecation", "@1700000000"), "DRF002", "GET /health"),
    plant("past its sunset", "POST", LOANS, |c, _| Call::set(&mut c.answer_headers, "Sunset", "Tue, 01 Jan 2019 00:00:00 GMT"), "DRF001", "POST /loans"),
];

/// The calls of one seed, one of each kind broken; and which is which.
fn planted(seed: u64) -> (Vec<Call>, BTreeMap<&'static str, usize>) {
    let mut dice = Dice::new(seed);
    let mut calls: Vec<Call> = (0..1000).map(|_| call(&mut dice)).collect();
    let mut broken = BTreeMap::new();
    let mut taken = vec![false; calls.len()];
    for plant in PLANTS {
        let fits = |call: &Call| {
            let path = if plant.path == BOOK { call.path.starts_with(BOOK) } else { call.path == plant.path };
            call.method == plant.method && path
        };
        let start = dice.below(calls.len());
        let free = (0..calls.len()).map(|step| (start + step) % calls.len());
        let at = free.into_iter().find(|at| !taken[*at] && fits(&calls[*at])).unwrap();
        taken[at] = true;
        (plant.how)(&mut calls[at], &mut dice);
        assert!(broken.insert(plant.kind, at).is_none(), "{}", plant.kind);
    }
    (calls, broken)
}

#[test]
fn planted_violations_are_found() {
    const SEEDS: u64 = 6;
    assert!(PLANTS.len() >= 30);
    let mut missed: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for seed in 0..SEEDS {
        let (calls, broken) = planted(seed);
        let outcome = compare(CONTRACT, calls.iter().enumerate().map(|(number, call)| call.exchange(number)));
        for plant in PLANTS {
            let id = Uuid::from_u128(broken[plant.kind] as u128).to_string();
            let found = outcome.findings.iter().any(|finding| {
                finding.rule == plant.wanted.0
                    && finding.message.contains(plant.wanted.1)
                    && finding.evidence.as_ref().is_some_and(|evidence| evidence.contains(&id))
            });
            if !found {
                missed.entry(plant.kind).or_default().push(seed);
            }
        }
        // What was not planted is not found.
        let ids: Vec<String> = broken.values().map(|at| Uuid::from_u128(*at as u128).to_string()).collect();
        for finding in &outcome.findings {
            let evidence = finding.evidence.as_deref().unwrap_or_default();
            let about_plants = ids.iter().any(|id| evidence.contains(id));
            assert!(about_plants, "{} {} ({evidence})", finding.rule, finding.message);
        }
    }
    let planted = PLANTS.len() * SEEDS as usize;
    let lost: usize = missed.values().map(Vec::len).sum();
    let recall = (planted - lost) as f64 / planted as f64;
    assert!(recall >= 0.98, "recall {recall:.3}; missed kinds and seeds: {missed:#?}");
}

#[test]
fn findings_lead_to_the_place_in_the_contract() {
    let (calls, _) = planted(1);
    let outcome = compare(CONTRACT, calls.iter().enumerate().map(|(number, call)| call.exchange(number)));
    let lines: Vec<&str> = CONTRACT.lines().collect();
    for (part, line) in [
        ("(multipleOf)", "price: {type: number"),
        ("X-Client-Version, which must match", "{type: string, pattern: '^\\d+\\.\\d+$'}"),
        ("header X-Total-Count that breaks", "X-Total-Count:"),
        ("request: /isbn10", "isbn10:"),
        ("text/html", "\"200\":"),
    ] {
        let finding = outcome.findings.iter().find(|finding| finding.message.contains(part)).expect(part);
        assert_eq!(finding.file.as_deref(), Some("library.yaml"), "{part}");
        let at = lines[finding.line.unwrap() as usize - 1];
        let before = if at.contains(line) { at } else { lines[finding.line.unwrap() as usize - 2] };
        assert!(before.contains(line), "{part}: {at}");
    }
}
