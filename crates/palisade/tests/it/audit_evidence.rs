//! `palisade audit --fix --evidence`: limits from what traffic showed.

use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// Two operations share a schema; the traffic of only one of them is recorded at first.
const SHOP: &str = r##"openapi: 3.0.3
info: {title: Shop, version: "1.0"}
servers: [{url: https://shop.example/v1}]
security: [{key: []}]
paths:
  /orders/{id}:
    put:
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: page, in: query, schema: {type: integer, format: int64}}
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"200": {description: Put}}
  /notes:
    post:
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}
      responses: {"200": {description: Made}}
    patch:
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}
      responses: {"200": {description: Changed}}
components:
  securitySchemes: {key: {type: http, scheme: bearer}}
  schemas:
    Order:
      type: object # what is bought
      properties:
        note: {type: string} # free text
        size: {type: integer, format: int64}
        balance: {type: number, format: double}
        tags: {type: array, items: {type: string}}
        email: {type: string}
        never: {type: string}
    Note:
      type: object
      properties: {text: {type: string}}
"##;

/// One line of recorded traffic, as a gateway writes it.
fn entry(at: usize, method: &str, path: &str, body: &Value) -> Value {
    json!({"startedDateTime": format!("2026-11-20T10:{:02}:{:02}Z", at / 60, at % 60), "time": 5,
        "request": {"method": method, "url": format!("https://shop.example/v1{path}"),
            "headers": [{"name": "Content-Type", "value": "application/json"},
                {"name": "Authorization", "value": format!("Bearer caller-{}", at % 3)}],
            "postData": {"mimeType": "application/json", "text": body.to_string()}},
        "response": {"status": 200, "content": {"size": 11, "mimeType": "application/json", "text": "{\"ok\":true}"},
            "headers": [{"name": "Content-Type", "value": "application/json"}]}})
}

/// The order with the number `at`; the one with the largest values comes last.
fn order(at: usize) -> Value {
    json!({"note": "n".repeat(at % 100 + 1), "size": at * 100, "balance": 20.5 - at as f64, "tags": vec!["abc"; at % 60],
        "email": format!("kim{at}@shop.example")})
}

fn ends(folder: &Path, arguments: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_palisade")).args(arguments).current_dir(folder).output().unwrap();
    let (out, error) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(0), "{arguments:?}\n{out}\n{error}");
    (out, error)
}

fn learn(folder: &Path, entries: &[Value]) {
    let har = json!({"log": {"version": "1.2", "entries": entries}}).to_string();
    std::fs::write(folder.join("traffic.har"), har).unwrap();
    ends(folder, &["discover", "traffic.har", "--output", "learned.yaml"]);
}

fn fixed(folder: &Path) -> (String, String) {
    std::fs::write(folder.join("shop.yaml"), SHOP).unwrap();
    let arguments = ["audit", "shop.yaml", "--profile", "strict", "--fix", "--evidence", "learned.yaml"];
    let (diff, _) = ends(folder, &[&arguments[..], &["--dry-run"]].concat());
    assert_eq!(std::fs::read_to_string(folder.join("shop.yaml")).unwrap(), SHOP);
    let (_, told) = ends(folder, &arguments);
    assert!(told.contains("fixes made"), "{told}");
    (std::fs::read_to_string(folder.join("shop.yaml")).unwrap(), diff)
}

/// How often examples break their schemas.
fn broken(folder: &Path, contract: &str) -> usize {
    std::fs::write(folder.join("shown.yaml"), contract).unwrap();
    let (report, _) = ends(folder, &["audit", "shown.yaml", "--profile", "strict", "--format", "json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let all = report["findings"].as_array().unwrap();
    all.iter().filter(|finding| finding["rule"] == "PAL-DAT006").count()
}

#[test]
fn limits_follow_what_was_seen_and_let_the_largest_of_it_through() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let put = |at: usize| entry(at, "PUT", &format!("/orders/ord-{}?page={at}", "x".repeat(at % 30 + 1)), &order(at));
    let post = |at: usize| entry(at, "POST", "/notes", &json!({"text": "t".repeat(at % 50)}));
    let entries: Vec<Value> = (1..200).map(put).chain((1..200).map(post)).collect();
    learn(folder, &entries);
    let (contract, diff) = fixed(folder);
    assert!(diff.contains("+        note: {type: string, maxLength: 500} # free text\n"), "{diff}");
    for line in [
        "        - {name: page, in: query, schema: {type: integer, format: int64, maximum: 5000, minimum: -5000}}",
        "        note: {type: string, maxLength: 500} # free text",
        "        size: {type: integer, format: int64, maximum: 500000, minimum: -500000}",
        "        balance: {type: number, format: double, maximum: 5000, minimum: -5000}",
        // The items have limits of their own; of addresses nothing is known, nor of what was never sent.
        "        tags: {type: array, maxItems: 500, items: {type: string, maxLength: 64}}",
        "        email: {type: string}",
        "        never: {type: string}",
        // One of the two operations was not seen.
        "      properties: {text: {type: string}}",
    ] {
        assert!(contract.contains(&format!("{line}\n")), "no {line:?} in\n{contract}");
    }
    assert!(contract.contains("type: object # what is bought"));
    // Values again, the largest ones too.
    let with = |order: &Value| {
        contract.replace("{$ref: \"#/components/schemas/Order\"}", &{
            format!("{{$ref: \"#/components/schemas/Order\"}}, example: {order}")
        })
    };
    for at in [1, 59, 99, 100, 119, 199] {
        assert_eq!(broken(folder, &with(&order(at))), 0, "{}", order(at));
    }
    assert_eq!(broken(folder, &with(&json!({"note": "n".repeat(501)}))), 1, "examples are held against the schema");
    // Once all uses are seen, the shared schema is limited too.
    let patch = |at: usize| entry(at, "PATCH", "/notes", &json!({"text": "t".repeat(at % 90)}));
    learn(folder, &entries.into_iter().chain((1..200).map(patch)).collect::<Vec<_>>());
    let (contract, _) = fixed(folder);
    assert!(contract.contains("      properties: {text: {type: string, maxLength: 500}}\n"), "{contract}");
}

#[test]
fn a_little_traffic_is_no_evidence() {
    let folder = tempfile::tempdir().unwrap();
    learn(folder.path(), &(1..90).map(|at| entry(at, "PUT", "/orders/ord-1", &order(at))).collect::<Vec<_>>());
    let (contract, _) = fixed(folder.path());
    assert!(!contract.contains("maxLength: 500") && !contract.contains("maximum"), "{contract}");
    assert!(contract.contains("        note: {type: string} # free text\n"), "{contract}");
}
