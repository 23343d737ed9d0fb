//! Contracts that are spread over files.

use palisade_audit::{AuditReport, Options, Profile, State, audit_files};
use palisade_document::{Limits, read};
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;

/// Judges a contract whose files are these; the first is the main one.
fn audit(files: &[(&str, &str)]) -> AuditReport {
    let known: BTreeMap<&str, &str> = files.iter().copied().collect();
    let (main, text) = files[0];
    let mut reading = read(main, text.as_bytes(), &Limits::default());
    let mut seen = 0;
    loop {
        let missing = reading.document.missing(seen);
        seen = reading.document.len();
        let mut added = false;
        for one in missing {
            let name = format!("specs/{}", one.address);
            if let Some(text) = known.get(name.as_str()) {
                let extension = reading.document.extend(&one.address, text.as_bytes(), &Limits::default());
                reading.problems.extend(extension.problems);
                added = true;
            }
        }
        if !added {
            break;
        }
    }
    audit_files(reading, &Options { profile: Profile::Strict, ..Options::default() }).0
}

const API: &str = r#"openapi: 3.0.3
info: {title: Shop, version: "1.0"}
servers: [{url: "https://shop.example"}]
security: [{key: []}]
paths:
  /orders: {$ref: paths/orders.json}
  /lines: {$ref: paths/orders.json}
  /notes:
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
      responses: {"200": {$ref: common/answers.yaml#/Fine}}
components:
  securitySchemes: {key: {$ref: 'common/security.yaml'}}
  schemas:
    Note: {type: object, additionalProperties: false, properties: {text: {$ref: "common/types.yaml#/definitions/Te~1xt"}}}
"#;
const ORDERS: &str = r##"{
  "get": {
    "parameters": [{"name": "é", "in": "query", "schema": {"$ref": "../common/types.yaml#/definitions/Te~1xt"}}],
    "responses": {
      "200": {"description": "Orders", "content": {"application/json": {"schema": {"$ref": "../common/order.yaml"}}}},
      "404": {"$ref": "../../outside.yaml"},
      "500": {"$ref": "../common/answers.yaml#/Gone"}
    }
  }
}
"##;
const ORDER: &str = "type: object
properties:
  note: {$ref: '../api.yaml#/components/schemas/Note'}
  next: {$ref: './order.yaml'}
  lines: {type: array, itmes: {type: string}}
  a: {type: string}
  b: {type: string}
  c: {type: string}
  d: {type: string}
";
const TYPES: &str = "definitions:\n  Te/xt: {type: string}\n";
const ANSWERS: &str = "Fine: {description: Done}\nFine: {description: twice}\n";
const SECURITY: &str = "type: http\nscheme: basic\n";

fn files() -> Vec<(&'static str, &'static str)> {
    vec![
        ("specs/api.yaml", API),
        ("specs/paths/orders.json", ORDERS),
        ("specs/common/order.yaml", ORDER),
        ("specs/common/types.yaml", TYPES),
        ("specs/common/answers.yaml", ANSWERS),
        ("specs/common/security.yaml", SECURITY),
    ]
}

#[test]
fn findings_name_the_file_they_lie_in_and_how_the_contract_gets_there() {
    let report = audit(&files());
    assert_eq!(report.state, State::SemanticInvalid);
    assert_eq!(report.contract.operations, 3);
    let mut out = String::new();
    let rules =
        ["PAL-STR001", "PAL-STR003", "PAL-STR004", "TDT001", "TDT007", "RDT002", "PAL-SEC003", "FBP001", "FSE017"];
    for finding in report.findings.iter().filter(|finding| rules.contains(&finding.rule.as_ref())) {
        let place = (finding.line.unwrap(), finding.column.unwrap());
        let _ = writeln!(
            out,
            "{} {}:{}:{} {} [{}]",
            finding.rule,
            finding.file.as_deref().unwrap(),
            place.0,
            place.1,
            finding.pointer.as_deref().unwrap(),
            finding.operation.as_deref().unwrap_or("-")
        );
        let _ = writeln!(out, "  {}", finding.message);
        for related in &finding.related {
            let _ = writeln!(out, "  {} {}:{}:{}", related.message, related.file, related.line, related.column);
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn findings_stay_apart() {
    let report = audit(&files());
    let prints: HashSet<_> = report.findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
    assert_eq!(prints.len(), report.findings.len());
    assert_eq!(audit(&files()), report);
}

#[test]
fn the_score_is_that_of_the_same_contract_in_one_file() {
    let one = r##"openapi: 3.0.3
info: {title: Shop, version: "1.0"}
paths:
  /a:
    get:
      parameters: [{$ref: "#/components/parameters/p"}]
      responses: {"200": {description: Fine, content: {application/json: {schema: {$ref: "#/components/schemas/s"}}}}}
components:
  parameters: {p: {name: p, in: query, schema: {$ref: "#/components/schemas/s"}}}
  schemas: {s: {type: object, properties: {t: {type: string}, n: {type: integer, minimum: 1}}}}
"##;
    let main = r##"openapi: 3.0.3
info: {title: Shop, version: "1.0"}
paths: {/a: {$ref: a.yaml}}
"##;
    let item = r##"get:
  parameters: [{$ref: "parts.yaml#/p"}]
  responses: {"200": {description: Fine, content: {application/json: {schema: {$ref: "parts.yaml#/s"}}}}}
"##;
    let parts = r##"p: {name: p, in: query, schema: {$ref: "#/s"}}
s: {type: object, properties: {t: {type: string}, n: {type: integer, minimum: 1}}}
"##;
    let one = audit(&[("specs/api.yaml", one)]);
    let many = audit(&[("specs/api.yaml", main), ("specs/a.yaml", item), ("specs/parts.yaml", parts)]);
    assert_eq!(many.score, one.score);
    let rules = |report: &AuditReport| {
        let costly = report.findings.iter().filter(|finding| finding.loss.is_some_and(|loss| loss > 0.0));
        let mut rules: Vec<_> = costly.map(|finding| format!("{} {:?}", finding.rule, finding.loss)).collect();
        rules.sort();
        rules
    };
    assert_eq!(rules(&many), rules(&one));
}
