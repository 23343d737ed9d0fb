//! `palisade discover --update`: traffic brought into a contract that somebody wrote.

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

/// Comments, an odd order, anchors, flow and block, several quotes: what people write.
const CONTRACT: &str = r##"# The harbour's contract. Ask the harbour master before you change it!
openapi: 3.1.0
paths:
  # Boats come and go.
  /boats/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]   # the number on the bow
    get:
      responses:
        '200':
          description: "One boat."
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Boat'}
        "404": &missing
          description: No such boat.
        '410': *missing

components:
  schemas:
    Boat:
      required: [id, name]   # nothing else is sure
      type: object
      properties:
        name:
          type: string
          maxLength: 12
        # metres, from bow to stern
        length:
          type: integer   # rounded, says the harbour master
        id: {type: integer}
        kind: {type: string, enum: [sail, motor]}
info:
  version: '7'
  title: Harbour
"##;

fn entry(method: &str, target: &str, body: Option<&Value>, status: u16, answer: Option<&Value>) -> Value {
    let json_type = json!([{"name": "Content-Type", "value": "application/json"}]);
    let none = json!([]);
    let fields = |there: bool| if there { json_type.clone() } else { none.clone() };
    let mut entry = json!({
        "startedDateTime": "2026-11-28T10:00:00.000Z",
        "request": {
            "method": method,
            "url": format!("http://127.0.0.1:9000{target}"),
            "headers": fields(body.is_some()),
        },
        "response": {
            "status": status,
            "headers": fields(answer.is_some()),
            "content": {"text": answer.map(Value::to_string).unwrap_or_default()},
        },
    });
    if let Some(body) = body {
        entry["request"]["postData"] = json!({"mimeType": "application/json", "text": body.to_string()});
    }
    entry
}

fn traffic() -> Vec<Value> {
    let mut entries = Vec::new();
    for number in 1..=40 {
        let kind = ["sail", "motor", "rowing"][number as usize % 3];
        let boat = json!({
            "id": number,
            "name": if number % 2 == 0 { "Albatross of the North" } else { "Gull" },
            "length": f64::from(number) + 0.5,
            "kind": kind,
            "home": {"port": "Kiel"},
        });
        entries.push(entry("GET", &format!("/boats/{number}?full=true"), None, 200, Some(&boat)));
        entries.push(entry("POST", "/boats", Some(&json!({"name": "Gull"})), 201, Some(&json!({"id": number}))));
    }
    entries
}

fn folder(contract: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("harbour.yaml"), contract).unwrap();
    let har = json!({"log": {"version": "1.2", "entries": traffic()}});
    std::fs::write(folder.path().join("seen.har"), har.to_string()).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> (Output, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_palisade")).current_dir(folder).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    (output, out, err)
}

#[test]
fn a_hand_written_contract_gains_what_was_seen_and_keeps_the_rest() {
    let folder = folder(CONTRACT);
    let strict = ["drift", "harbour.yaml", "seen.har", "--fail-on", "low"];
    assert_eq!(run(folder.path(), &strict).0.status.code(), Some(4));
    let (dry, diff, _) = run(folder.path(), &["discover", "seen.har", "--update", "harbour.yaml", "--dry-run"]);
    assert!(dry.status.success());
    assert_eq!(std::fs::read_to_string(folder.path().join("harbour.yaml")).unwrap(), CONTRACT);
    let (output, _, said) = run(folder.path(), &["discover", "seen.har", "--update", "harbour.yaml"]);
    assert!(output.status.success(), "{said}");
    let after = std::fs::read_to_string(folder.path().join("harbour.yaml")).unwrap();
    insta::assert_snapshot!(diff);
    // Lines that were there are there still, in their order and byte for byte, but for the values that grew.
    let grown = ["          maxLength: 12", "          type: integer   # rounded", "        kind: {type: string"];
    let mut rest = after.as_str();
    for line in CONTRACT.split_inclusive('\n').filter(|line| !grown.iter().any(|one| line.starts_with(one))) {
        let at = rest.find(line).unwrap_or_else(|| panic!("{line} is gone:\n{after}"));
        rest = &rest[at + line.len()..];
    }
    assert!(after.contains("          type: number   # rounded, says the harbour master\n"), "{after}");
    // The contract is one still, and it has room for all that was seen.
    let (audit, _, err) = run(folder.path(), &["audit", "harbour.yaml"]);
    assert!(audit.status.success(), "{err}");
    let (drift, out, _) = run(folder.path(), &strict);
    assert_eq!(drift.status.code(), Some(0), "{out}\n{after}");
    // Nothing is left to propose.
    let (_, _, said) = run(folder.path(), &["discover", "seen.har", "--update", "harbour.yaml", "--dry-run"]);
    assert!(said.contains("0 of 0 proposals"), "{said}");
}

#[test]
fn proposals_are_taken_one_by_one() {
    let folder = folder(CONTRACT);
    let (_, _, said) = run(folder.path(), &["discover", "seen.har", "--update", "harbour.yaml", "--dry-run"]);
    let line = said.lines().find(|line| line.contains("parameter-added")).unwrap();
    let id = line.split(' ').nth(1).unwrap();
    let (output, _, said) = run(folder.path(), &["discover", "seen.har", "--update", "harbour.yaml", "--accept", id]);
    assert!(output.status.success() && said.contains("1 of "), "{said}");
    let after = std::fs::read_to_string(folder.path().join("harbour.yaml")).unwrap();
    assert!(after.contains("full") && !after.contains("rowing"), "{after}");
    let (none, _, err) = run(folder.path(), &["discover", "seen.har", "--update", "harbour.yaml", "--accept", "zz"]);
    assert!(none.status.code() == Some(1) && err.contains("there is no proposal zz"), "{err}");
}

#[test]
fn a_contract_in_json_and_in_several_files_keeps_its_layout() {
    let main = "{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"Harbour\", \"version\": \"7\"},\n \"paths\": {\"/boats/{id}\": {\"get\": {\n  \"parameters\": [{\"name\": \"id\", \"in\": \"path\", \"required\": true, \"schema\": {\"type\": \"integer\"}}],\n  \"responses\": {\"200\": {\"description\": \"One boat.\", \"content\": {\"application/json\": {\"schema\": {\"$ref\": \"boat.json\"}}}}}}}}}\n";
    let boat = "{\n    \"type\": \"object\",\n    \"properties\": {\n        \"id\": {\"type\": \"integer\"},\n        \"name\": {\"type\": \"string\"}\n    }\n}\n";
    let folder = folder("");
    std::fs::write(folder.path().join("harbour.json"), main).unwrap();
    std::fs::write(folder.path().join("boat.json"), boat).unwrap();
    let (output, _, said) = run(folder.path(), &["discover", "seen.har", "--update", "harbour.json"]);
    assert!(output.status.success(), "{said}");
    let after = std::fs::read_to_string(folder.path().join("boat.json")).unwrap();
    let head = "{\n    \"type\": \"object\",\n    \"properties\": {\n        \"id\": {\"type\": \"integer\"},\n        \"name\": {\"type\": \"string\"},\n";
    assert!(after.starts_with(head) && after.contains("\"home\""), "{after}");
    let (drift, out, _) = run(folder.path(), &["drift", "harbour.json", "seen.har", "--fail-on", "low"]);
    assert_eq!(drift.status.code(), Some(0), "{out}");
}
