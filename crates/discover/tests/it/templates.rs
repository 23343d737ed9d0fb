//! Telling names from values in paths, with bodies as evidence.

use crate::shop::{Call, discovery, exchange, get};
use palisade_discover::{OpenApiVersion, Overrides, Rename, Template};
use serde_json::{Value, json};

/// A success without a body.
fn silent(method: &'static str, target: impl Into<String>, status: u16) -> Call {
    Call { method, target: target.into(), token: None, body: None, status, answer: None }
}

/// The operations, those that are none of the API left out.
fn operations(calls: &[Call], overrides: &Overrides) -> Vec<String> {
    let mut discovery = discovery();
    for (number, call) in calls.iter().enumerate() {
        discovery.absorb(&exchange(number + 1, call));
    }
    discovery.induce(overrides).api_operations().map(|one| one.key.clone()).collect()
}

fn learned(calls: &[Call]) -> Vec<String> {
    operations(calls, &Overrides::default())
}

fn user(name: &str) -> Call {
    get(format!("/users/{name}"), 200, json!({"username": name, "points": 3}))
}

const NAMES: [&str; 3] = ["amber", "coral", "indigo"];

#[test]
fn a_method_that_misses_siblings_takes_values() {
    let mut calls: Vec<Call> = NAMES.map(user).into();
    calls.push(silent("DELETE", "/users/walnut", 204));
    // One word that is removed may be a name.
    assert_eq!(learned(&calls), ["DELETE /users/walnut", "GET /users/{username}"]);
    calls.push(silent("DELETE", "/users/juniper", 404));
    assert_eq!(learned(&calls), ["DELETE /users/{username}", "GET /users/{username}"]);
}

#[test]
fn two_words_that_are_only_removed_are_items_of_their_siblings() {
    let mut calls: Vec<Call> = NAMES.map(user).into();
    calls.extend(["walnut", "juniper"].map(|name| silent("DELETE", format!("/users/{name}"), 204)));
    assert_eq!(learned(&calls), ["DELETE /users/{username}", "GET /users/{username}"]);
    // A word that stands for something else is none.
    let mut calls: Vec<Call> = NAMES.map(user).into();
    calls.extend(["session", "cache"].map(|name| silent("DELETE", format!("/users/{name}"), 204)));
    assert_eq!(learned(&calls), ["DELETE /users/cache", "DELETE /users/session", "GET /users/{username}"]);
}

#[test]
fn codes_go_with_codes() {
    let rate = |pair: &str| get(format!("/rates/{pair}"), 200, json!({"rate": 1.25, "day": "2026-11-01"}));
    let mut calls: Vec<Call> = ["EUR/SEK", "USD/SEK", "NOK/GBP", "NOK/GBP", "USD/CHF"].map(rate).into();
    calls.push(get("/currencies", 200, json!([{"code": "EUR"}, {"code": "USD"}])));
    assert_eq!(learned(&calls), ["GET /currencies", "GET /rates/{rateCode}/{rateCode2}"]);
}

#[test]
fn what_has_what_only_items_have_is_an_item() {
    let list = |owner: &str, name: &str| get(format!("/repos/{owner}/{name}/branches"), 200, json!([{"head": 1}]));
    let mut calls = vec![get("/owners", 200, json!([{"login": "amber"}, {"login": "coral"}, {"login": "indigo"}]))];
    calls.extend(NAMES.map(|owner| list(owner, "engine")));
    // Never seen elsewhere, and nothing in common but what is two steps below.
    calls.push(list("umbrella", "viewer"));
    assert_eq!(
        learned(&calls),
        ["GET /owners", "GET /repos/{login}/engine/branches", "GET /repos/{login}/viewer/branches"]
    );
}

#[test]
fn siblings_that_have_nothing_but_the_same_below_them_are_items() {
    let branches = |name: &str| get(format!("/teams/7/{name}/branches"), 200, json!([{"head": 1}]));
    let commits = |name: &str| get(format!("/teams/7/{name}/commits"), 200, json!([{"by": 1}]));
    let mut calls: Vec<Call> = ["engine", "viewer", "docs"].map(branches).into();
    calls.push(commits("viewer"));
    assert_eq!(learned(&calls).len(), 4, "one thing in common proves nothing");
    calls.push(commits("engine"));
    assert_eq!(learned(&calls), ["GET /teams/{teamId}/{teamName}/branches", "GET /teams/{teamId}/{teamName}/commits"]);
}

#[test]
fn words_that_mostly_name_something_may_be_items() {
    let mut calls: Vec<Call> = NAMES.map(user).into();
    let orders = |name: &str| get(format!("/users/{name}/orders"), 200, json!([{"total": 3}]));
    calls.extend(["amber", "coral", "docs", "me"].map(orders));
    assert_eq!(learned(&calls), ["GET /users/me/orders", "GET /users/{username}", "GET /users/{username}/orders"]);
}

#[test]
fn what_may_be_a_value_is_marked_and_not_guessed() {
    let mut discovery = discovery();
    for (number, name) in ["poetry", "novels"].into_iter().enumerate() {
        discovery.absorb(&exchange(number + 1, &silent("GET", format!("/racks/{name}"), 200)));
    }
    let inventory = discovery.induce(&Overrides::default());
    let one = inventory.operations().next().unwrap();
    assert_eq!((one.template.as_str(), &one.ambiguous), ("/racks/novels", &vec!["novels".to_owned()]));
    assert_eq!(one.reasons, ["`novels` may be a value: 2 siblings like it are too few to tell"]);
    assert_eq!(one.confidence, 0.333);
    let contract: Value = inventory.to_openapi(Default::default());
    assert_eq!(contract.pointer("/paths/~1racks~1novels/get/x-palisade/ambiguous"), Some(&json!(["novels"])));
}

#[test]
fn corrections_hold_for_what_was_learned_before_them() {
    let mut calls: Vec<Call> = NAMES.map(user).into();
    calls.push(get("/users/walnut", 200, json!({"username": "walnut", "points": 3})));
    calls.extend(["poetry", "novels"].map(|name| silent("GET", format!("/racks/{name}"), 200)));
    calls.push(silent("GET", "/health", 200));
    let template = |text: &str| Template(text.to_owned());
    let overrides = Overrides {
        merge: vec![template("/racks/{rack}")],
        split: vec![template("/users/walnut")],
        rename: vec![Rename { from: template("/users/{x}"), to: template("/users/{login}") }],
        ignore: vec!["GET /health".to_owned()],
    };
    assert_eq!(operations(&calls, &overrides), ["GET /racks/{rack}", "GET /users/walnut", "GET /users/{login}"]);
    assert_eq!(learned(&calls), ["GET /health", "GET /racks/novels", "GET /racks/poetry", "GET /users/{username}"]);
}

#[test]
fn matrix_parameters_are_told_from_their_segment() {
    let mut calls = Vec::new();
    for (number, (from, to)) in
        [("ZRH", "OSL"), ("OSL", "BER"), ("BER", "ZRH"), ("KEF", "OSL"), ("ZRH", "KEF")].iter().enumerate()
    {
        // Their order says nothing; a session is no part of the API.
        let target = match number % 2 {
            0 => format!("/flights;from={from};to={to}"),
            _ => format!("/flights;to={to};from={from};jsessionid=CANARYf00dSecret"),
        };
        calls.push(get(target, 200, json!({"found": [{"from": from, "to": to}]})));
        let flight = format!("LX{}", 100 + number * 7);
        let target = format!("/flights/{flight};leg={}/seats", number % 3);
        calls.push(get(target, 200, json!({"flight": flight, "seats": []})));
        calls.push(get("/flights", 200, json!({"found": []})));
        // No pairs, and two of one name: parts of a word.
        calls.push(get("/odd;one", 200, json!({"odd": true})));
        calls.push(get("/odd;a=1;a=2", 200, json!({"odd": true})));
    }
    let mut discovery = discovery();
    for (number, call) in calls.iter().enumerate() {
        discovery.absorb(&exchange(number + 1, call));
    }
    let inventory = discovery.induce(&Overrides::default());
    let keys: Vec<&str> = inventory.api_operations().map(|one| one.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "GET /flights",
            "GET /flights/{flight}{leg}/seats",
            "GET /flights{from}{to}",
            "GET /odd;a=1;a=2",
            "GET /odd;one",
        ]
    );
    assert_eq!(inventory.operation_of("GET", "/flights;to=X;from=Y"), Some("GET /flights{from}{to}"));
    let contract = inventory.to_openapi(OpenApiVersion::V31);
    let parameters = |path: &str| {
        let list = contract["paths"][path]["get"]["parameters"].as_array().unwrap();
        let told = list.iter().map(|one| format!("{} {} {}", one["name"], one["style"], one["schema"]["type"]));
        told.collect::<Vec<_>>().join(", ").replace('"', "")
    };
    assert_eq!(parameters("/flights{from}{to}"), "from matrix string, to matrix string");
    assert_eq!(parameters("/flights/{flight}{leg}/seats"), "flight null string, leg matrix integer");
    assert!(!contract.to_string().contains("CANARY") && !discovery.save().contains("CANARY"));
}
