//! `palisade replay`: what a policy would have decided, seen from outside.

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

const CONTRACT: &str = r##"openapi: 3.1.0
info: {title: Berths, version: "1"}
paths:
  /berths:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 50}}
      responses: {"200": {description: berths}}
  /berths/{berthId}:
    put:
      parameters: [{name: berthId, in: path, required: true, schema: {type: integer}}]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name, length]
              properties:
                name: {type: string}
                length: {type: number, minimum: 1}
                crew: {type: array, items: {type: object, properties: {age: {type: integer, minimum: 16}}}}
      responses: {"200": {description: kept}}
"##;

fn file(mode: &str, contract: &str) -> String {
    format!(
        "listeners:\n  - address: 127.0.0.1:8601\napis:\n  - name: harbour\n    hosts: [harbour.example]\n    \
         upstream: http://127.0.0.1:9\n    contract: {contract}\n    mode: {mode}\n"
    )
}

/// One recorded request, `second` seconds after ten o'clock.
fn entry(second: u32, method: &str, url: &str, body: Option<Value>) -> Value {
    let headers = [json!({"name": "Content-Type", "value": "application/json"})];
    let mut entry = json!({
        "startedDateTime": format!("2026-11-28T10:00:{second:02}.000Z"),
        "request": {"method": method, "url": url, "headers": if body.is_some() { &headers[..] } else { &[] }},
        "response": {"status": 200, "headers": [], "content": {"text": ""}},
    });
    if let Some(body) = body {
        entry["request"]["postData"] = json!({"mimeType": "application/json", "text": body.to_string()});
    }
    entry
}

fn har(entries: &[Value]) -> String {
    json!({"log": {"version": "1.2", "entries": entries}}).to_string()
}

/// A day at the harbour, in two recordings that overlap in time.
fn harbour() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let berths = "https://harbour.example/berths";
    let crew = json!({"name": "secret-7", "length": 9, "crew": [{"age": 40}, {"age": 12}]});
    let morning = [
        entry(9, "GET", &format!("{berths}?limit=70"), None),
        entry(1, "GET", &format!("{berths}?limit=7"), None),
        entry(3, "PUT", &format!("{berths}/4"), Some(json!({"name": "secret-7", "length": 0}))),
        entry(5, "PUT", &format!("{berths}/5"), Some(json!({"name": "North", "length": 12}))),
        entry(7, "GET", "https://other.example/", None),
    ];
    let noon = [
        entry(2, "GET", &format!("{berths}?limit=7&page=2"), None),
        entry(4, "PUT", &format!("{berths}/6"), Some(crew)),
        entry(6, "DELETE", &format!("{berths}/4"), None),
        entry(8, "GET", "https://harbour.example/tides", None),
        entry(10, "GET", &format!("{berths}?limit=80"), None),
    ];
    write("morning.har", &har(&morning));
    write("noon.har", &har(&noon));
    write("harbour.yaml", CONTRACT);
    write("block.yaml", &file("block", "harbour.yaml"));
    write("observe.yaml", &file("observe", "harbour.yaml"));
    write("wider.yaml", &CONTRACT.replace("maximum: 50", "maximum: 75").replace("minimum: 16", "minimum: 41"));
    write("change.yaml", &file("block", "wider.yaml"));
    folder
}

fn replay(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    command.current_dir(folder).arg("replay").args(args).output().unwrap()
}

fn ends(output: &Output, code: i32) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{out}\n{error}");
    (out, error)
}

const TRAFFIC: [&str; 2] = ["morning.har", "noon.har"];

fn told(config: &[&str], more: &[&str]) -> String {
    let folder = harbour();
    let (out, error) = ends(&replay(folder.path(), &[config, &TRAFFIC, more].concat()), 0);
    assert!(!out.contains("secret-7") && !error.contains("secret-7"), "{out}\n{error}");
    assert_eq!(error, "10 exchanges read\n");
    out
}

#[test]
fn the_sum_is_by_api_operation_effect_and_reason() {
    insta::assert_snapshot!(told(&["--config", "block.yaml"], &[]));
}

#[test]
fn steps_are_told_in_the_order_of_time_whichever_recording_they_are_from() {
    let out = told(&["--config", "block.yaml"], &["--steps"]);
    let decisions = out.split("\nblock.yaml\n").next().unwrap();
    insta::assert_snapshot!(decisions);
    let (folder, reversed) = (harbour(), ["--config", "block.yaml", "--steps", "noon.har", "morning.har"]);
    assert_eq!(ends(&replay(folder.path(), &reversed), 0).0, out, "the order of the recordings is no matter");
}

#[test]
fn observe_mode_says_what_block_mode_would_do() {
    insta::assert_snapshot!(told(&["--config", "observe.yaml"], &[]));
}

#[test]
fn against_another_file_the_difference_is_told() {
    insta::assert_snapshot!(told(&["--config", "change.yaml", "--against", "block.yaml"], &["--steps"]));
    let alike = told(&["--config", "block.yaml", "--against", "block.yaml"], &["--steps"]);
    assert!(alike.contains("against   block.yaml: decides 10 exchanges alike\n"), "{alike}");
    assert!(alike.ends_with("\nno findings\n"), "{alike}");
    let switched = told(&["--config", "block.yaml", "--against", "observe.yaml"], &[]);
    assert_eq!(switched.matches("newly-refused").count(), 5, "{switched}");
}

#[test]
fn json_holds_findings_decisions_and_counts() {
    let report: Value = serde_json::from_str(&told(&["--config", "block.yaml"], &["--format", "json"])).unwrap();
    insta::assert_json_snapshot!(report["replay"]);
    insta::assert_json_snapshot!(report["summary"]);
    let decisions = report["decisions"].as_array().unwrap();
    let broken = decisions.iter().find(|entry| entry["recording"] == "noon.har" && entry["exchange"] == 2).unwrap();
    insta::assert_json_snapshot!(broken);
    let findings = report["findings"].as_array().unwrap();
    let of = |rule: &str| findings.iter().filter(|finding| finding["rule"] == rule).count();
    assert_eq!((of("RPL001"), of("RPL003"), of("RPL004"), findings.len()), (5, 1, 1, 7), "{findings:#?}");
    let every: Value =
        serde_json::from_str(&told(&["--config", "block.yaml"], &["--format", "json", "--steps"])).unwrap();
    assert_eq!((decisions.len(), every["decisions"].as_array().unwrap().len()), (8, 10));
}

#[test]
fn every_format_is_written_and_gates_end_with_4() {
    let folder = harbour();
    let place = folder.path();
    let with = |more: &[&str]| replay(place, &[&["--config", "block.yaml"], &TRAFFIC[..], more].concat());
    for format in ["sarif", "junit", "md", "html", "github", "json", "text"] {
        let (out, _) = ends(&with(&["--format", format]), 0);
        assert!(out.contains("must be at least 1"), "{format}: {out}");
        let (nothing, _) = ends(&with(&["--format", format, "--output", "report"]), 0);
        assert_eq!((nothing.as_str(), std::fs::read_to_string(place.join("report")).unwrap()), ("", out), "{format}");
    }
    ends(&with(&["--fail-on", "medium"]), 4);
    ends(&with(&["--fail-on", "high"]), 0);
    std::fs::write(place.join("gate.yaml"), "gate: release\nforbid: [RPL001]\n").unwrap();
    let (_, error) = ends(&with(&["--gate", "gate.yaml"]), 4);
    assert!(error.contains("gate release blocks block.yaml: forbid RPL001: 5 findings"), "{error}");
    ends(&with(&["--fail-on", "grave"]), 2);
    ends(&with(&["--gate", "missing.yaml"]), 1);
    let rules = Command::new(env!("CARGO_BIN_EXE_palisade")).args(["rules", "RPL010"]).output().unwrap();
    assert!(String::from_utf8_lossy(&rules.stdout).contains("newly-refused"));
}

#[test]
fn what_cannot_be_read_ends_with_1_and_says_where() {
    let folder = harbour();
    let place = folder.path();
    let fails = |args: &[&str]| {
        let (out, error) = ends(&replay(place, args), 1);
        assert_eq!(out, "");
        error
    };
    std::fs::write(place.join("typo.yaml"), file("block", "harbour.yaml").replace("mode:", "mood:")).unwrap();
    let error = fails(&["--config", "typo.yaml", "morning.har"]);
    assert!(error.contains("typo.yaml:8:5: unknown key \"mood\""), "{error}");
    let error = fails(&["--config", "block.yaml", "--against", "typo.yaml", "morning.har"]);
    assert!(error.contains("typo.yaml:8:5"), "{error}");
    std::fs::write(place.join("harbour.yaml"), "title: no contract\n").unwrap();
    let error = fails(&["--config", "block.yaml", "morning.har"]);
    assert!(error.contains("block.yaml: API `harbour`: its contract cannot be used"), "{error}");
    std::fs::write(place.join("harbour.yaml"), CONTRACT).unwrap();
    std::fs::write(place.join("noon.har"), "nothing that is known").unwrap();
    let error = fails(&["--config", "block.yaml", "noon.har"]);
    assert!(error.contains("noon.har: neither a HAR file"), "{error}");
    let follows =
        "listeners:\n  - address: 127.0.0.1:8601\ncontrol_plane: {url: \"http://127.0.0.1:9\", token_file: t}\n";
    std::fs::write(place.join("follows.yaml"), follows).unwrap();
    let error = fails(&["--config", "follows.yaml", "morning.har"]);
    assert!(error.contains("follows a control plane"), "{error}");
}

#[test]
fn redacted_values_are_not_held_against_an_exchange() {
    let folder = harbour();
    let place = folder.path();
    let text =
        CONTRACT.replace("schema: {type: integer, maximum: 50}", "schema: {type: string, pattern: '^[a-z]{3}$'}");
    std::fs::write(place.join("harbour.yaml"), text.replace("name: limit", "name: api_key")).unwrap();
    let entries = [entry(1, "GET", "https://harbour.example/berths?api_key=sk_live_51H8xYzABCDEFGH", None)];
    std::fs::write(place.join("morning.har"), har(&entries)).unwrap();
    let (out, _) = ends(&replay(place, &["--config", "block.yaml", "morning.har"]), 0);
    assert!(out.contains("not seen  a redacted value: 1 exchange") && out.ends_with("\nno findings\n"), "{out}");
}
