use crate::shop::{day, get, learned};
use palisade_contract::Contract;
use palisade_discover::{Overrides, State, compare, findings};
use palisade_finding::Severity;
use serde_json::json;
use std::sync::Arc;

const CONTRACT: &str = r##"{
  "openapi": "3.1.0", "info": {"title": "shop", "version": "1"},
  "paths": {
    "/v1/users": {"get": {"deprecated": true, "responses": {"200": {"description": "ok"}}}},
    "/v1/users/me": {"get": {"responses": {"200": {"description": "ok"}}}},
    "/v1/users/search": {"get": {"responses": {"200": {"description": "ok"}}}},
    "/v1/users/{name}": {
      "parameters": [{"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}],
      "get": {"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}}}},
      "delete": {"responses": {"204": {"description": "gone"}}}},
    "/v1/users/{name}/orders": {
      "parameters": [{"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}],
      "get": {"responses": {"200": {"description": "ok"}}}},
    "/v1/orders": {"post": {"responses": {"201": {"description": "ok"}}}},
    "/v1/orders/{id}": {
      "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
      "get": {"responses": {"200": {"description": "ok"}}}},
    "/v1/health": {"get": {"responses": {"200": {"description": "ok"}}}}
  },
  "components": {"schemas": {"User": {"type": "object", "properties": {"username": {"type": "string"}, "email": {"type": "string"}}}}}
}"##;

fn contract() -> Contract {
    let reading = palisade_document::read("shop.json", CONTRACT.as_bytes(), &palisade_document::Limits::default());
    Contract::load(Arc::new(reading.document)).0
}

#[test]
fn traffic_and_contract_are_told_apart() {
    let inventory = learned(&day()).induce(&Overrides::default());
    let contract = contract();
    let states: Vec<(String, State)> =
        compare(&inventory, Some(&contract)).into_iter().map(|compared| (compared.key, compared.state)).collect();
    let of = |key: &str| states.iter().find(|(have, _)| have == key).map(|(_, state)| *state);
    assert_eq!(of("GET /v1/users"), Some(State::Zombie));
    assert_eq!(of("GET /v1/users/{name}"), Some(State::Documented));
    assert_eq!(of("DELETE /v1/users/{name}"), Some(State::Orphan));
    assert_eq!(of("GET /v1/internal/dump/{dumpId}"), Some(State::Shadow));
    assert_eq!(states.len(), 10);
    assert!(compare(&inventory, None).iter().all(|compared| compared.state == State::Learned));
}

#[test]
fn the_three_surprises_are_found_with_evidence() {
    let inventory = learned(&day()).induce(&Overrides::default());
    let contract = contract();
    let found = findings(&inventory, Some(&contract));
    let at = |rule: &str| found.iter().filter(|finding| finding.rule == rule).collect::<Vec<_>>();
    let dump = Some("GET /v1/internal/dump/{dumpId}".into());
    assert_eq!(at("DIS001").len(), 1);
    assert_eq!((at("DIS001")[0].severity, &at("DIS001")[0].operation), (Severity::High, &dump));
    assert_eq!(at("DIS010").len(), 1);
    assert_eq!(at("DIS010")[0].pointer.as_deref(), Some("/password_hash"));
    assert_eq!((at("DIS020").len(), at("DIS020")[0].severity), (1, Severity::Critical));
    assert_eq!(at("DIS002").len(), 1);
    assert_eq!(at("DIS003").len(), 1);
    let undeclared = at("DIS030");
    assert_eq!(undeclared.len(), 1);
    assert!(undeclared[0].message.contains("/role") && !undeclared[0].message.contains("/username"));
    let mut prints: Vec<&str> = found.iter().map(|finding| finding.fingerprint.as_str()).collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), found.len());
    insta::assert_json_snapshot!(found);
}

/// The findings of one day at an operation that answers anyone, under what its contract says about credentials.
fn open_operation(security: &str) -> Vec<(String, Severity, String)> {
    let calls: Vec<_> = (0..30)
        .map(|number| {
            let user = json!({"email": format!("p{number}@example.org"), "password_hash": format!("$2b$12${}", "a".repeat(53))});
            get("/v1/reviews", 200, json!({"items": [{"title": "Good", "user": user}]}))
        })
        .collect();
    let text = CONTRACT_OF_REVIEWS.replace("SECURITY", security);
    let reading = palisade_document::read("reviews.json", text.as_bytes(), &palisade_document::Limits::default());
    let contract = Contract::load(Arc::new(reading.document)).0;
    findings(&learned(&calls).induce(&Overrides::default()), Some(&contract))
        .into_iter()
        .map(|finding| (finding.rule.to_string(), finding.severity, finding.message))
        .collect()
}

const CONTRACT_OF_REVIEWS: &str = r##"{
  "openapi": "3.1.0", "info": {"title": "reviews", "version": "1"},
  "components": {"securitySchemes": {"session": {"type": "http", "scheme": "bearer"}}},
  "paths": {"/v1/reviews": {"get": {"security": SECURITY, "responses": {"200": {"description": "ok", "content": {"application/json":
    {"schema": {"type": "object", "properties": {"items": {"type": "array", "items":
      {"type": "object", "properties": {"title": {"type": "string"}}}}}}}}}}}}}
}"##;

#[test]
fn what_the_contract_says_about_credentials_tells_a_leak_from_a_missing_check() {
    let of = |found: &[(String, Severity, String)], rule: &str| {
        found.iter().find(|one| one.0 == rule).map(|one| (one.1, one.2.contains("although its contract asks")))
    };
    let secured = open_operation(r#"[{"session": []}]"#);
    assert_eq!(of(&secured, "DIS020"), Some((Severity::Critical, true)));
    let public = open_operation("[]");
    assert_eq!(of(&public, "DIS010"), Some((Severity::Critical, false)));
    assert_eq!(of(&public, "DIS020"), None, "both fields are told already: {public:?}");
    assert_eq!(of(&public, "DIS030"), Some((Severity::High, false)), "the record holds an address: {public:?}");
}

#[test]
fn a_retired_operation_that_is_still_asked_for_is_no_more_than_a_note() {
    let calls: Vec<_> = (0..30).map(|_| get("/v1/users", 404, json!({"error": "gone"}))).collect();
    let contract = contract();
    let found = findings(&learned(&calls).induce(&Overrides::default()), Some(&contract));
    let zombie = found.iter().find(|finding| finding.rule == "DIS002").unwrap();
    assert_eq!(zombie.severity, Severity::Info);
    assert!(zombie.message.contains("out of service"));
}
