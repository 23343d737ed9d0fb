//! The language server over real pipes, asked the way editors ask it.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod client;
mod configuration;
mod files;
mod fixes;
mod robust;

use client::{Client, everything};
use serde_json::{Value, json};

const URI: &str = "file:///nowhere/api.yaml";

/// A contract with defects. Lines are counted from 0.
const CONTRACT: &str = "\
openapi: 3.0.3
info: {title: Pets, version: '1'}
servers:
  - url: http://api.example.com
paths:
  /pets:
    get:
      summary: Lists pets 😀
      operationId: listPets
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Pet'
    post:
      deprecated: true
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Pet'}
      responses:
        '201': {description: made}
components:
  schemas:
    Pet:
      type: object
      description: An animal that <b>lives</b> with people
      properties:
        name: {type: string}
";

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().filter_map(|one| one["code"].as_str()).collect()
}

fn opened(options: Value) -> (Client, Vec<Value>) {
    let mut client = Client::start(None, everything(), options);
    client.open(URI, CONTRACT);
    let diagnostics = client.diagnostics(URI);
    (client, diagnostics)
}

#[test]
fn diagnostics_name_rule_page_severity_and_the_uses_of_a_component() {
    let (client, diagnostics) = opened(json!({}));
    let tls = diagnostics.iter().find(|one| one["range"]["start"]["line"] == 3);
    let tls = tls.unwrap_or_else(|| panic!("{diagnostics:#?}"));
    assert_eq!(tls["source"], "palisade");
    assert!(tls["code"].is_string() && tls["codeDescription"]["href"].as_str().unwrap().starts_with("https://"));
    assert_eq!(tls["range"]["start"]["line"], 3);
    assert_eq!(tls["data"]["fingerprint"].as_str().unwrap().len(), 32);
    // The string without bounds stands in a component; its two uses are named.
    let pattern = diagnostics.iter().find(|one| one["range"]["start"]["line"] == 30).unwrap();
    let lines: Vec<u64> = pattern["relatedInformation"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["location"]["range"]["start"]["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [15, 21]);
    // What is marked lies in one line, however large the value is.
    for one in &diagnostics {
        assert_eq!(one["range"]["start"]["line"], one["range"]["end"]["line"], "{one}");
        assert!(one["severity"].as_u64().is_some_and(|level| (1..=4).contains(&level)));
    }
    client.end();
}

#[test]
fn an_edit_changes_the_diagnostics_and_names_its_version() {
    let (mut client, before) = opened(json!({}));
    client.edit(URI, 2, [3, 9, 3, 13], "https");
    let message = client.wait(|message| message["method"] == "textDocument/publishDiagnostics");
    assert_eq!(message["params"]["version"], 2);
    let after = message["params"]["diagnostics"].as_array().unwrap();
    assert!(codes(after).len() < codes(&before).len());
    assert!(!after.iter().any(|one| one["range"]["start"]["line"] == 3), "{after:#?}");
    client.end();
}

#[test]
fn many_edits_at_once_end_with_the_diagnostics_of_the_last_text() {
    let (mut client, before) = opened(json!({}));
    for version in 2..200 {
        client.edit(URI, version, [1, 14, 1, 14], "x");
    }
    client.edit(URI, 200, [3, 9, 3, 13], "https");
    loop {
        let message = client.wait(|message| message["method"] == "textDocument/publishDiagnostics");
        if message["params"]["version"] == 200 {
            assert!(message["params"]["diagnostics"].as_array().unwrap().len() < before.len());
            break;
        }
    }
    client.end();
}

#[test]
fn hover_explains_findings_operations_and_components_without_their_markup() {
    let (mut client, _) = opened(json!({}));
    let text = |value: Value| value["contents"]["value"].as_str().unwrap().to_owned();
    let finding = text(client.at("textDocument/hover", URI, 3, 12));
    for part in ["**What it finds.**", "**Why that is bad.**", "**How to mend it.**"] {
        assert!(finding.contains(part), "{finding}");
    }
    let operation = text(client.at("textDocument/hover", URI, 6, 5));
    assert!(operation.starts_with("**GET /pets** · score ") && operation.contains("Lists pets 😀"), "{operation}");
    let reference = text(client.at("textDocument/hover", URI, 15, 30));
    assert!(reference.contains("**Pet** · object") && reference.contains("Properties: name"), "{reference}");
    assert!(reference.contains("&lt;b>"), "markup of a contract stays text: {reference}");
    assert_eq!(client.at("textDocument/hover", URI, 8, 1), Value::Null);
    client.end();
}

#[test]
fn references_lead_to_components_and_back() {
    let (mut client, _) = opened(json!({}));
    let target = client.at("textDocument/definition", URI, 15, 30);
    assert_eq!(target["range"], json!({"start": {"line": 26, "character": 4}, "end": {"line": 26, "character": 7}}));
    assert_eq!(client.at("textDocument/definition", URI, 7, 12), Value::Null);
    // From the component's key, from inside of it, and from a use of it.
    for (line, column) in [(26, 5), (28, 20), (21, 25)] {
        let places = client.at("textDocument/references", URI, line, column);
        let lines: Vec<u64> =
            places.as_array().unwrap().iter().map(|one| one["range"]["start"]["line"].as_u64().unwrap()).collect();
        assert_eq!(lines, [26, 15, 21]);
    }
    client.end();
}

#[test]
fn the_outline_carries_the_score_of_each_operation() {
    let (mut client, _) = opened(json!({}));
    let outline = client.about("textDocument/documentSymbol", URI);
    let paths = &outline[0];
    assert_eq!(paths["name"], "paths");
    let names: Vec<&str> =
        paths["children"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["GET /pets", "POST /pets"]);
    let detail = paths["children"][0]["detail"].as_str().unwrap();
    assert!(detail.starts_with("score ") && detail.contains(" of 100, costs "), "{detail}");
    assert_eq!(paths["children"][1]["tags"], json!([1]), "deprecated");
    assert_eq!((&outline[1]["name"], &outline[1]["children"][0]["name"]), (&json!("schemas"), &json!("Pet")));
    let lenses = client.about("textDocument/codeLens", URI);
    let lines: Vec<u64> =
        lenses.as_array().unwrap().iter().map(|one| one["range"]["start"]["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [0, 6, 16]);
    assert!(lenses[0]["command"]["title"].as_str().unwrap().starts_with("Palisade: "));
    let score = client.ask("workspace/executeCommand", json!({"command": "palisade.server.score", "arguments": [URI]}));
    let mean: f64 =
        score["operations"].as_array().unwrap().iter().map(|one| one["score"].as_f64().unwrap()).sum::<f64>() / 2.0;
    assert!((mean - score["score"]["total"].as_f64().unwrap()).abs() < 0.1, "{score}");
    client.end();
    // A client that knows no tree gets a list.
    let mut client = Client::start(None, json!({}), json!({"lens": false}));
    client.open(URI, CONTRACT);
    let list = client.about("textDocument/documentSymbol", URI);
    assert!(list[0]["name"].as_str().unwrap().starts_with("GET /pets (score "), "{list}");
    assert_eq!(client.about("textDocument/codeLens", URI), json!([]));
    client.end();
}

#[test]
fn columns_are_counted_as_agreed() {
    let text = CONTRACT.replace("title: Pets", "title: 😀😀, description: {$ref: x}");
    for (encodings, name, character) in
        [(json!(["utf-16"]), "utf-16", 40), (json!(["utf-16", "utf-8"]), "utf-8", 44), (Value::Null, "utf-16", 40)]
    {
        let mut capabilities = everything();
        capabilities["general"] = json!({"positionEncodings": encodings});
        if encodings.is_null() {
            capabilities.as_object_mut().unwrap().remove("general");
        }
        let mut client = Client::start(None, capabilities, json!({}));
        assert_eq!(client.hello["capabilities"]["positionEncoding"], name);
        client.open(URI, &text);
        let broken = client
            .diagnostics(URI)
            .into_iter()
            .find(|one| one["range"]["start"]["line"] == 1 && one["message"].as_str().unwrap().contains("reference"))
            .unwrap();
        assert_eq!(broken["range"]["start"]["character"], character, "{broken}");
        // An edit behind the wide characters hits its place.
        client.edit(URI, 2, [1, character, 1, character + 1], "'#/info/title'");
        let after = client.diagnostics(URI);
        assert!(!after.iter().any(|one| one["message"] == broken["message"]), "{after:#?}");
        client.end();
    }
}

#[test]
fn clients_that_ask_for_diagnostics_get_them_by_asking() {
    let mut capabilities = everything();
    capabilities["textDocument"]["diagnostic"] = json!({});
    let mut client = Client::start(None, capabilities, json!({}));
    assert_eq!(client.hello["capabilities"]["diagnosticProvider"]["interFileDependencies"], true);
    client.open(URI, CONTRACT);
    let report = client.about("textDocument/diagnostic", URI);
    assert_eq!(report["kind"], "full");
    assert!(!report["items"].as_array().unwrap().is_empty());
    let params = json!({"textDocument": {"uri": URI}, "previousResultId": report["resultId"]});
    assert_eq!(client.ask("textDocument/diagnostic", params.clone())["kind"], "unchanged");
    client.edit(URI, 2, [3, 9, 3, 13], "https");
    assert_eq!(client.ask("textDocument/diagnostic", params)["kind"], "full");
    client.end();
}

#[test]
fn the_profile_can_be_changed_while_it_runs() {
    let (mut client, usual) = opened(json!({"profile": "recommended"}));
    client.tell("workspace/didChangeConfiguration", json!({"settings": {"palisade": {"profile": "minimal"}}}));
    let few = client.diagnostics(URI);
    assert!(few.len() < usual.len() && few.iter().all(|one| usual.contains(one)), "{few:#?}");
    assert!(codes(&few).contains(&"SAN001") && !codes(&few).contains(&"TDT007"), "{few:#?}");
    client.tell("workspace/didChangeConfiguration", json!({"settings": {"palisade": {"profile": "none"}}}));
    let note = client.wait(|message| message["method"] == "window/showMessage");
    assert!(note["params"]["message"].as_str().unwrap().contains("unknown profile"));
    client.end();
}

#[test]
fn clients_that_want_it_are_told_the_score() {
    let (mut client, _) = opened(json!({"scoreNotifications": true}));
    let note = client.wait(|message| message["method"] == "palisade/score");
    assert_eq!((&note["params"]["uri"], &note["params"]["state"]), (&json!(URI), &json!("valid")));
    assert!(note["params"]["score"]["total"].as_f64().unwrap() > 0.0);
    client.end();
}
