//! Operations, parameters and properties on their way out, or without use; and needless credentials.

use crate::library::{CONTRACT, Call, compare, told};
use serde_json::json;

const CONTRACT_OF_AGES: &str = r##"openapi: 3.0.3
info: {title: Ages, version: "1"}
paths:
  /old:
    get: {deprecated: true, responses: {"200": {description: one}}}
  /older:
    get: {x-sunset: "2019-01-01", responses: {"200": {description: one}, "410": {description: gone}}}
  /later:
    get: {x-sunset: "2099-01-01", responses: {"200": {description: one}}}
  /never:
    get: {responses: {"200": {description: one}}}
  /list:
    get:
      parameters:
        - {name: page, in: query, schema: {type: integer}}
        - {name: depth, in: query, schema: {type: integer}}
        - {name: X-Mode, in: header, schema: {type: string}}
      responses:
        "200":
          description: all
          content:
            application/json:
              schema:
                type: object
                properties:
                  items: {type: array, items: {type: object, properties: {a: {type: string}, b: {type: string}}}}
                  more: {type: string}
"##;

fn get(path: &str, status: u16) -> Call {
    Call::new("GET", path, status)
}

fn compared(calls: &[Call]) -> Vec<String> {
    told(&compare(CONTRACT_OF_AGES, calls.iter().enumerate().map(|(number, call)| call.exchange(number))))
}

#[test]
fn what_is_past_its_time_and_what_is_not_used_is_told() {
    let mut calls = vec![get("/old", 200), get("/older", 200), get("/later", 200)];
    for number in 0..100 {
        let mut call = get("/list", 200).answer(json!({"items": [{"a": "x"}]}));
        call.headers.clear();
        call.query.push(("page".to_owned(), number.to_string()));
        calls.push(call);
    }
    let wanted = [
        "DIS002 GET /old is deprecated, yet still answers its callers",
        "DRF001 GET /older still answers, although its time is over by the contract",
        "DIS003 GET /never is in the contract but was never called",
        "DRF012 GET /list was never called with declared parameters: depth (query), X-Mode (header)",
        "DRF022 GET /list declares properties that were never seen in its responses: /more, /items/*/b",
    ];
    assert_eq!(compared(&calls), wanted);
    // Less traffic proves less.
    assert_eq!(compared(calls.get(..102).unwrap()), wanted.get(..3).unwrap());
}

#[test]
fn what_is_gone_for_good_is_information() {
    let calls = [get("/older", 410), get("/old", 404), get("/later", 200), get("/never", 200), get("/list", 200)];
    let outcome = compare(CONTRACT_OF_AGES, calls.iter().enumerate().map(|(number, call)| call.exchange(number)));
    let found: Vec<(&str, &str)> =
        outcome.findings.iter().map(|finding| (&*finding.rule, finding.severity.as_str())).collect();
    // That an old operation answers 404 is not documented.
    assert_eq!(found, [("DRF042", "low"), ("DIS002", "info"), ("DRF001", "info")]);
}

#[test]
fn credentials_that_no_contract_asks_for_are_told_once_they_are_the_rule() {
    let calls: Vec<Call> = (0..20).map(|_| get("/later", 200)).collect();
    let found = compared(&calls);
    let wanted = "DRF052 GET /later is always called with a credential, and its contract demands none";
    assert!(found.iter().any(|one| one == wanted), "{found:?}");
    assert!(!compared(calls.get(1..).unwrap()).iter().any(|one| one.starts_with("DRF052")));
}

#[test]
fn without_any_credential_a_recording_may_have_left_them_out() {
    let mut call = get("/api/books/9781234567890", 204);
    call.method = "DELETE";
    call.headers.remove(0);
    let outcome = compare(CONTRACT, [call.exchange(1)]);
    let finding = outcome.findings.iter().find(|finding| finding.rule == "DRF050").unwrap();
    assert_eq!(finding.severity.as_str(), "medium");
    assert!(finding.evidence.as_ref().unwrap().contains("left them out"));
    // Beside others that show one it is what it looks like.
    let outcome = compare(CONTRACT, [call.exchange(1), get("/api/books/9781234567890", 404).exchange(2)]);
    assert!(outcome.findings.iter().any(|finding| finding.rule == "DRF050" && finding.severity.as_str() == "high"));
}
