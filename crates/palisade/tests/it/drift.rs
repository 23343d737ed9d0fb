//! `palisade drift`: traffic against a contract, seen from outside.

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

const CONTRACT: &str = r##"openapi: 3.1.0
info: {title: Berths, version: "1"}
servers: [{url: "https://harbour.example/v1"}]
paths:
  /berths:
    get:
      tags: [public]
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 50}}
      responses:
        "200":
          description: berths
          content:
            application/json:
              schema: {type: array, items: {$ref: "berth.yaml"}}
  /berths/{berthId}:
    put:
      parameters: [{name: berthId, in: path, required: true, schema: {type: integer}}]
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "berth.yaml"}}}
      responses: {"204": {description: kept}, "422": {description: refused}}
"##;

const BERTH: &str = "type: object
required: [name, length]
properties:
  name: {type: string}
  length: {type: number, minimum: 1}
";

fn entry(method: &str, target: &str, body: Option<&Value>, status: u16, answer: Option<&Value>) -> Value {
    let json_type = json!([{"name": "Content-Type", "value": "application/json"}]);
    let mut entry = json!({
        "startedDateTime": "2026-11-28T10:00:00.000Z",
        "request": {
            "method": method,
            "url": format!("http://127.0.0.1:9000{target}"),
            "headers": if body.is_some() { json_type.clone() } else { json!([]) },
        },
        "response": {
            "status": status,
            "headers": if answer.is_some() { json_type } else { json!([]) },
            "content": {"text": answer.map(Value::to_string).unwrap_or_default()},
        },
    });
    if let Some(body) = body {
        entry["request"]["postData"] = json!({"mimeType": "application/json", "text": body.to_string()});
    }
    entry
}

fn honest() -> Vec<Value> {
    let berth = json!({"name": "North 4", "length": 12.5});
    let mut entries = Vec::new();
    for number in 0..30 {
        entries.push(entry("GET", &format!("/v1/berths?limit={number}"), None, 200, Some(&json!([berth]))));
        entries.push(entry("PUT", &format!("/v1/berths/{number}"), Some(&berth), 204, None));
    }
    // What a scanner asks for, and what is refused, is no drift.
    entries.push(entry("GET", "/wp-login.php", None, 404, None));
    entries.push(entry("PUT", "/v1/berths/1", Some(&json!({"name": 1})), 422, None));
    entries
}

fn folder(entries: Vec<Value>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("harbour.yaml", CONTRACT);
    write("berth.yaml", BERTH);
    write("seen.har", &json!({"log": {"version": "1.2", "entries": entries}}).to_string());
    folder
}

fn drift(folder: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    command.current_dir(folder).args(["drift", "harbour.yaml", "seen.har"]).args(more).output().unwrap()
}

fn ends(output: &Output, code: i32) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{out}\n{error}");
    (out, error)
}

#[test]
fn traffic_that_keeps_its_contract_has_no_findings() {
    let folder = folder(honest());
    let (out, error) = ends(&drift(folder.path(), &["--format", "json", "--fail-on", "info"]), 0);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["findings"], json!([]));
    assert_eq!(report["summary"]["info"], 0);
    assert_eq!(error, "62 exchanges read\n");
    let (out, _) = ends(&drift(folder.path(), &[]), 0);
    assert!(out.contains("compared  61 exchanges on 127.0.0.1:9000\n"), "{out}");
    assert!(out.contains("refused   1 requests that break the contract, as they should be\n"), "{out}");
    assert!(out.ends_with("\nno findings\n"), "{out}");
}

fn drifting() -> tempfile::TempDir {
    let mut entries = honest();
    entries.push(entry("PUT", "/v1/berths/5", Some(&json!({"name": "secret-7", "length": 0})), 204, None));
    entries.push(entry("GET", "/v1/tides", None, 200, Some(&json!({"high": "10:04"}))));
    folder(entries)
}

#[test]
fn findings_name_the_place_in_contract_message_and_recording() {
    let folder = drifting();
    let (out, _) = ends(&drift(folder.path(), &["--format", "json"]), 0);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["summary"]["medium"], 2);
    let finding = |rule: &str| {
        let list = report["findings"].as_array().unwrap();
        list.iter().find(|finding| finding["rule"] == rule).unwrap_or_else(|| panic!("{rule}: {out}")).clone()
    };
    let broken = finding("DRF031");
    let message =
        "PUT /berths/{berthId} accepted a body that breaks its contract: at /length must be at least 1 (minimum)";
    assert_eq!(broken["message"], message);
    assert_eq!((&broken["file"], &broken["line"], &broken["column"]), (&json!("berth.yaml"), &json!(5), &json!(11)));
    assert_eq!(broken["pointer"], "/properties/length");
    assert_eq!(broken["operation"], "PUT /berths/{berthId}");
    assert_eq!(broken["count"], 1);
    assert_eq!(broken["evidence"], "once, 2026-11-28T10:00:00Z; for example exchange 63 of seen.har");
    let shadow = finding("DIS001");
    assert_eq!(shadow["operation"], "GET /v1/tides");
    assert!(shadow["evidence"].as_str().unwrap().ends_with("answers: 200 once; for example exchange 64 of seen.har"));
    assert!(!out.contains("secret-7") && !out.contains("10:04"), "{out}");
}

#[test]
fn every_format_is_written_and_gates_end_with_4() {
    let folder = drifting();
    let place = folder.path();
    for (format, part) in [
        ("text", "DRF031 invalid-request-body-accepted"),
        ("sarif", "DRF031"),
        ("junit", "DRF031"),
        ("md", "DRF031"),
        ("html", "DRF031"),
        ("github", "file=berth.yaml,line=5"),
    ] {
        let (out, _) = ends(&drift(place, &["--format", format]), 0);
        assert!(out.contains(part), "{format}: {out}");
        let (nothing, _) = ends(&drift(place, &["--format", format, "--output", "report"]), 0);
        assert_eq!((nothing.as_str(), std::fs::read_to_string(place.join("report")).unwrap()), ("", out), "{format}");
    }
    ends(&drift(place, &["--fail-on", "medium"]), 4);
    ends(&drift(place, &["--fail-on", "high"]), 0);
    std::fs::write(place.join("gate.yaml"), "gate: release\nforbid: [DIS001]\n").unwrap();
    let (_, error) = ends(&drift(place, &["--gate", "gate.yaml"]), 4);
    assert!(error.contains("gate release blocks harbour.yaml: forbid DIS001: 1 finding"), "{error}");
    ends(&drift(place, &["--fail-on", "grave"]), 2);
    ends(&drift(place, &["--gate", "missing.yaml"]), 1);
}

#[test]
fn what_cannot_be_read_ends_with_1_and_says_where() {
    let folder = folder(honest());
    let place = folder.path();
    std::fs::write(place.join("harbour.yaml"), "openapi: 3.1.0\npaths: [\n").unwrap();
    let (out, error) = ends(&drift(place, &[]), 1);
    assert!(out.is_empty() && error.contains("harbour.yaml:"), "{error}");
    std::fs::write(place.join("harbour.yaml"), "title: no contract\n").unwrap();
    let (_, error) = ends(&drift(place, &[]), 1);
    assert!(error.contains("no OpenAPI contract"), "{error}");
    std::fs::write(place.join("harbour.yaml"), CONTRACT).unwrap();
    std::fs::write(place.join("seen.har"), "nothing that is known").unwrap();
    let (_, error) = ends(&drift(place, &[]), 1);
    assert!(error.contains("seen.har: neither a HAR file"), "{error}");
}

#[test]
fn another_apis_traffic_is_said_to_be_one() {
    let entries =
        (0..40).map(|number| entry("GET", &format!("/other/{number}"), None, 200, Some(&json!([])))).collect();
    let folder = folder(entries);
    let (_, error) = ends(&drift(folder.path(), &[]), 0);
    assert!(error.contains("is it the contract of this traffic?"), "{error}");
}

#[test]
fn own_rules_for_sensitive_data_weigh_what_is_undocumented() {
    let folder = drifting();
    let place = folder.path();
    let rule =
        "version: 1\nrules:\n  - {id: tides, name: a tide, kind: tide, category: other, severity: high, field: high}\n";
    std::fs::write(place.join("own.yaml"), rule).unwrap();
    // An operation that nobody documented gives out what the rule names.
    ends(&drift(place, &["--fail-on", "high"]), 0);
    ends(&drift(place, &["--fail-on", "high", "--sensitive", "own.yaml"]), 4);
    std::fs::write(place.join("own.yaml"), "version: 1\nrules: 7\n").unwrap();
    let (_, error) = ends(&drift(place, &["--sensitive", "own.yaml"]), 1);
    assert!(error.contains("own.yaml:2:8"), "{error}");
}
