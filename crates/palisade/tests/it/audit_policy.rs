//! `palisade audit` with what an organisation says about findings. Examples come from the guide.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SHOP: &str = r##"openapi: 3.0.3
info: {title: Shop, version: "1.0"}
servers: [{url: https://shop.example/v1}]
security: [{key: []}]
paths:
  /orders:
    get:
      tags: [orders]
      parameters:
        - {name: after, in: query, schema: {type: string, maxLength: 20, pattern: "^[a-z]*$"}}
        - {name: limit, in: query, schema: {type: integer, format: int32, minimum: 1}}
      responses: {"200": {description: Orders, content: {application/json: {schema: {$ref: "#/components/schemas/Orders"}}}}}
    post:
      x-owner: sales
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"201": {description: Made}}
  /internal/health:
    get:
      security: []
      responses: {"200": {description: Alive}}
components:
  securitySchemes: {key: {type: http, scheme: bearer}}
  schemas:
    Orders: {type: array, items: {$ref: "#/components/schemas/Order"}}
    Order:
      type: object
      properties:
        id: {type: string, format: uuid}
        note: {type: string}
        size: {type: integer}
"##;

/// A folder with the shop's contract in it, where commands run.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Folder(tempfile::tempdir().unwrap());
        folder.write("shop.yaml", SHOP);
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_palisade")).args(arguments).current_dir(self.0.path()).output().unwrap()
    }

    /// A run that must end with this code: standard output and standard error.
    fn ends(&self, code: i32, arguments: &[&str]) -> (String, String) {
        let output = self.run(arguments);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (out, error) = (text(output.stdout), text(output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}\n{error}");
        (out, error)
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let (out, _) = self.ends(0, &[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&out).unwrap()
    }

    /// The shop's report in JSON.
    fn shop(&self, more: &[&str]) -> Value {
        self.json(&[&["audit", "shop.yaml"], more].concat())
    }
}

/// Severity and pointer of each finding of a rule.
fn found(report: &Value, rule: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().unwrap().iter().filter(|one| one["rule"] == rule);
    findings.map(|one| format!("{} {}", text(&one["severity"]), text(&one["pointer"]))).collect()
}

/// The first YAML example below a heading of the guide.
fn example(heading: &str) -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/audit.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let section = guide.split(&format!("\n## {heading}\n")).nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    section.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

#[test]
fn mistakes_of_the_configuration_have_their_places() {
    let folder = Folder::new();
    folder.write(".palisade.yaml", "audit:\n  severty: {}\n  ignores:\n    - {rule: TDT007}\n");
    let (out, error) = folder.ends(1, &["audit", "shop.yaml"]);
    assert!(out.is_empty(), "{out}");
    assert!(error.contains(".palisade.yaml:2:3: unknown key \"severty\"; known here: profile, "), "{error}");
    assert!(error.contains(".palisade.yaml:4:7: `reason` is missing"), "{error}");
    folder.ends(1, &["rules"]);
    // Another file takes its place.
    folder.write("other.yaml", "audit: {profile: strict}\n");
    folder.ends(0, &["audit", "shop.yaml", "--config", "other.yaml"]);
    let (_, error) = folder.ends(1, &["audit", "shop.yaml", "--config", "none.yaml"]);
    assert!(error.contains("cannot read the configuration none.yaml"), "{error}");
    folder.write("other.yaml", "audit:\n  gates:\n    - missing.yaml\n");
    let (_, error) = folder.ends(1, &["audit", "shop.yaml", "--config", "other.yaml"]);
    assert!(error.contains("cannot read the gate missing.yaml") && error.contains("other.yaml:3:7"), "{error}");
}

#[test]
fn profile_and_severities_come_from_the_configuration() {
    let folder = Folder::new();
    let plain = folder.shop(&[]);
    assert!(!found(&plain, "PAL-SEC064").is_empty());
    assert_eq!(found(&plain, "TDT007").len(), 1);
    folder.write(".palisade.yaml", &example("Configuration"));
    let report = folder.shop(&[]);
    assert!(found(&report, "PAL-SEC064").is_empty());
    assert_eq!(found(&report, "TDT007"), ["critical /components/schemas/Order/properties/note/type"]);
    assert_eq!(report["score"], plain["score"]);
    // The command line stands above it.
    folder.write(".palisade.yaml", "audit: {profile: minimal}\n");
    let (minimal, strict) = (folder.shop(&[]), folder.shop(&["--profile", "strict"]));
    let count = |report: &Value| report["findings"].as_array().unwrap().len();
    assert!(count(&minimal) < count(&plain) && count(&plain) < count(&strict));
}

#[test]
fn ignores_hold_until_their_last_day() {
    let folder = Folder::new();
    let before = folder.shop(&[]);
    folder.write(".palisade.yaml", &example("Ignores"));
    let report = folder.shop(&[]);
    assert_eq!(found(&before, "TDT007").len(), 1);
    assert!(found(&report, "TDT007").is_empty());
    assert_eq!(report["score"], before["score"], "somebody's opinion is worth no points");
    let (text, _) = folder.ends(0, &["audit", "shop.yaml"]);
    assert!(text.contains("silenced  ") && text.contains(" ignored by configuration"), "{text}");
    assert!(!text.contains("not reported"), "{text}");
    let (text, _) = folder.ends(0, &["audit", "shop.yaml", "--show-suppressed"]);
    let list = text.split("\nnot reported\n").nth(1).unwrap();
    assert!(list.contains("TDT007") && list.contains("why ignored by configuration: Written by our own staff"));
    let (sarif, _) = folder.ends(0, &["audit", "shop.yaml", "--show-suppressed", "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let silenced = results.iter().find(|one| one["ruleId"] == "TDT007").unwrap();
    let justification = "ignored by configuration: Written by our own staff";
    let said = json!([{"kind": "external", "status": "accepted", "justification": justification}]);
    assert_eq!(silenced["suppressions"], said);
    assert!(report.get("suppressed").is_none(), "only where it is asked for");
    let listed = folder.shop(&["--show-suppressed"]);
    let suppressed = listed["suppressed"].as_array().unwrap();
    let length = suppressed.iter().find(|one| one["rule"] == "TDT007").unwrap();
    assert_eq!((&length["because"], &length["reason"]), (&json!("ignored"), &json!("Written by our own staff")));
    assert!(length["line"].is_u64() && length["fingerprint"].is_string(), "{length}");
    assert_eq!(listed["findings"], report["findings"]);
    for (format, why) in [("junit", "<skipped message=\""), ("md", " | "), ("html", "<span class=\"dim\">")] {
        let (plain, _) = folder.ends(0, &["audit", "shop.yaml", "--format", format]);
        let (text, _) = folder.ends(0, &["audit", "shop.yaml", "--format", format, "--show-suppressed"]);
        let told = format!("{why}{}", if format == "md" { &justification[..24] } else { justification });
        assert!(text.contains(&told) && !plain.contains(&told), "{format}: {text}");
    }
    // Its last day is over: reported again, and told.
    folder.write(".palisade.yaml", &example("Ignores").replace("2030-01-31", "2024-02-29"));
    assert_eq!(found(&folder.shop(&[]), "TDT007"), found(&before, "TDT007"));
    let (text, _) = folder.ends(0, &["audit", "shop.yaml"]);
    let told = "the ignore of TDT007 ended on 2024-02-29: 1 finding is reported again";
    assert!(text.contains("PAL-POL001") && text.contains(told) && text.contains("at .palisade.yaml:4:7"), "{text}");
    let (_, error) = folder.ends(0, &["audit", "shop.yaml", "--format", "json"]);
    assert!(error.contains(".palisade.yaml:4:7: PAL-POL001 ") && error.contains(told), "{error}");
}

#[test]
fn an_operation_may_be_public_on_purpose() {
    let folder = Folder::new();
    let before = folder.shop(&["--profile", "strict"]);
    let open = "      security: []\n";
    assert!(example("Public on purpose").contains(open));
    let annotation = example("Public on purpose")
        .lines()
        .find(|line| line.contains("x-palisade-public"))
        .map(|line| format!("      {}\n", line.trim()))
        .unwrap();
    folder.write("shop.yaml", &SHOP.replace(open, &format!("{annotation}{open}")));
    let after = folder.shop(&["--profile", "strict"]);
    assert!(!found(&before, "PAL-SEC001").is_empty() && found(&after, "PAL-SEC001").is_empty());
    assert!(after["score"]["security"].as_f64() > before["score"]["security"].as_f64());
    let (sarif, _) = folder.ends(0, &["audit", "shop.yaml", "--show-suppressed", "--format", "sarif"]);
    assert!(sarif.contains("\"justification\":\"public on purpose: ") && sarif.contains("\"kind\":\"inSource\""));
}

#[test]
fn gates_end_the_run_with_4_and_say_why() {
    let folder = Folder::new();
    folder.write("gates/release.yaml", &example("Gates"));
    let (_, error) = folder.ends(4, &["audit", "shop.yaml", "--gate", "gates/release.yaml", "--format", "json"]);
    let total = folder.shop(&[])["score"]["total"].as_f64().unwrap();
    let told = format!("gate release blocks shop.yaml: minimum.total: {total} of 100 points, at least 90 are asked");
    assert!(error.contains(&told), "{error}");
    assert!(error.contains("gate release blocks shop.yaml: forbid PAL-SEC001: 1 finding, none is allowed"), "{error}");
    // From the configuration, beside a second one that holds; an ignore takes its finding out of both.
    folder.write("gates/release.yaml", "forbid: [owasp:api4:2023-string-limit]\n");
    folder.write("held.yaml", "gate: held\nminimum: {total: 1}\n");
    let config = "audit:\n  gates: [gates/release.yaml, held.yaml]\n";
    folder.write(".palisade.yaml", config);
    let (_, error) = folder.ends(4, &["audit", "shop.yaml"]);
    assert!(error.contains("gate release.yaml blocks shop.yaml: forbid owasp:api4:2023-string-limit: 1 finding"));
    assert!(!error.contains("held"), "{error}");
    folder.write(".palisade.yaml", &format!("{config}  ignores: [{{rule: TDT007, reason: Ours}}]\n"));
    folder.ends(0, &["audit", "shop.yaml"]);
    // What cannot be read is 1, whatever a gate says.
    folder.write("broken.yaml", "openapi: [\n");
    folder.ends(1, &["audit", "broken.yaml", "--gate", "held.yaml"]);
    folder.write("wrong.yaml", "gate: wrong\nminimum: {total: 101}\n");
    let (_, error) = folder.ends(1, &["audit", "shop.yaml", "--gate", "wrong.yaml"]);
    assert!(error.contains("wrong.yaml:2:18: `total` lies between 0 and 100"), "{error}");
}

#[test]
fn gates_may_be_about_operations_with_a_tag() {
    let folder = Folder::new();
    folder.write("tag.yaml", "applies_to: {tags: [orders]}\nforbid: [RDT003]\n");
    folder.ends(4, &["audit", "shop.yaml", "--gate", "tag.yaml"]);
    folder.write("tag.yaml", "applies_to: {tags: [billing]}\nforbid: [RDT003]\n");
    folder.ends(0, &["audit", "shop.yaml", "--gate", "tag.yaml"]);
}

#[test]
fn rules_of_an_organisation_stand_beside_our_own() {
    let folder = Folder::new();
    folder.write("org.yaml", &example("Custom rules"));
    let report = folder.shop(&["--config", "org.yaml"]);
    assert_eq!(found(&report, "ORG-001"), ["medium /paths/~1orders/get"]);
    assert_eq!(report["score"], folder.shop(&[])["score"]);
    let (list, _) = folder.ends(0, &["rules", "--config", "org.yaml"]);
    assert!(list.lines().any(|line| line.starts_with("ORG-001") && line.contains("medium")), "{list}");
    assert!(!folder.ends(0, &["rules"]).0.contains("ORG-001"));
    let (told, _) = folder.ends(0, &["rules", "org-001", "--config", "org.yaml"]);
    assert!(told.contains("Who owns an operation must be known.") && told.contains("org.yaml:4"), "{told}");
    let (sarif, _) = folder.ends(0, &["audit", "shop.yaml", "--config", "org.yaml", "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let run = &sarif["runs"][0];
    let result = run["results"].as_array().unwrap().iter().find(|one| one["ruleId"] == "ORG-001").unwrap();
    let rule = &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
    assert_eq!(rule["id"], "ORG-001");
    assert_eq!(rule["shortDescription"]["text"], "Who owns an operation must be known.");
}

#[test]
fn what_the_gateway_was_seen_to_enforce_closes_findings() {
    let folder = Folder::new();
    let entry = |at: usize, credential: bool, status: u16| {
        let mut headers = vec![json!({"name": "Accept", "value": "application/json"})];
        if credential {
            headers.push(json!({"name": "Authorization", "value": format!("Bearer caller-{}", at % 3)}));
        }
        let body = if status == 200 { format!("[{{\"size\":{at}}}]") } else { "{\"error\":\"no\"}".to_owned() };
        let content = json!({"size": body.len(), "mimeType": "application/json", "text": body});
        json!({"startedDateTime": format!("2026-11-20T10:00:{at:02}Z"), "time": 5,
            "request": {"method": "GET", "url": format!("https://shop.example/v1/orders?limit={at}"), "headers": headers},
            "response": {"status": status, "content": content,
                "headers": [{"name": "Content-Type", "value": "application/json"}]}})
    };
    let entries: Vec<Value> = (0..30)
        .map(|at| entry(at, true, 200))
        .chain((30..33).map(|at| entry(at, false, 401)))
        .chain((33..35).map(|at| entry(at, true, 429)))
        .collect();
    folder.write("traffic.har", &json!({"log": {"version": "1.2", "entries": entries}}).to_string());
    folder.ends(0, &["discover", "traffic.har", "--output", "learned.yaml"]);
    let arguments = ["audit", "shop.yaml", "--profile", "strict"];
    let before = folder.json(&arguments);
    let after = folder.json(&[&arguments[..], &["--evidence", "learned.yaml"]].concat());
    assert!(after["score"]["total"].as_f64() > before["score"]["total"].as_f64());
    let args = [&arguments[..], &["--evidence", "learned.yaml", "--show-suppressed"]].concat();
    let (text, _) = folder.ends(0, &args);
    let list = text.split("\nnot reported\n").nth(1).unwrap();
    for why in ["3 calls without a credential were refused, none succeeded", "2 calls were answered with 429"] {
        assert!(list.contains(&format!("why enforced at the gateway: {why}")), "{list}");
    }
    let (_, error) = folder.ends(1, &["audit", "shop.yaml", "--evidence", "shop.yaml"]);
    assert!(error.contains("shop.yaml:1:1: no operation has evidence"), "{error}");
}

#[test]
fn a_baseline_survives_moved_lines_and_tells_what_was_mended() {
    let folder = Folder::new();
    let strict = ["audit", "shop.yaml", "--profile", "strict"];
    folder.write(".palisade.yaml", "audit: {baseline: known.json}\n");
    let (_, error) = folder.ends(1, &strict);
    assert!(error.contains("cannot read the baseline known.json"), "{error}");
    folder.ends(0, &[&strict[..], &["--write-baseline", "--fail-on", "info"]].concat());
    let known: Value = serde_json::from_str(&std::fs::read_to_string(folder.path("known.json")).unwrap()).unwrap();
    assert_eq!(known["version"], 2);
    let places = known["contracts"]["shop.yaml"].as_array().unwrap().len();
    let moved = SHOP.replace("paths:\n", "\n# moved\n\npaths:\n").replace("title: Shop", "title: The shop");
    folder.write("shop.yaml", &moved);
    let (text, _) = folder.ends(0, &[&strict[..], &["--fail-on", "info"]].concat());
    assert!(text.contains(&format!("baseline  {places} known places, 0 mended since\n")), "{text}");
    assert!(text.contains("no findings"), "{text}");
    // One place is mended, one is new.
    let note = "        note: {type: string}\n";
    let changed = "        note: {type: string, maxLength: 20}\n        memo: {type: string, pattern: \"^[a-z]*$\"}\n";
    folder.write("shop.yaml", &moved.replace(note, changed));
    let report = folder.json(&strict);
    let new: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    assert!(!new.is_empty() && new.iter().all(|pointer| pointer.contains("/properties/memo/")), "{new:?}");
    let (text, _) = folder.ends(4, &[&strict[..], &["--fail-on", "info"]].concat());
    let told = "1 mended since: TDT007 at /components/schemas/Order/properties/note/type";
    assert!(text.contains(told), "{text}");
}

#[test]
fn baselines_of_version_1_are_read() {
    let folder = Folder::new();
    let report = folder.shop(&[]);
    let all: Vec<&Value> = report["findings"].as_array().unwrap().iter().map(|one| &one["fingerprint"]).collect();
    let old = json!({"version": 1, "contracts": {"shop.yaml": all[1..]}});
    folder.write("old.json", &old.to_string());
    let left = folder.shop(&["--baseline", "old.json"]);
    assert_eq!(left["findings"].as_array().unwrap().len(), 1);
    assert_eq!(left["findings"][0]["fingerprint"], *all[0]);
    folder.write("old.json", "{\"version\": 3, \"contracts\": {}}");
    assert!(folder.ends(1, &["audit", "shop.yaml", "--baseline", "old.json"]).1.contains("version 3"));
    let (_, error) = folder.ends(1, &["audit", "shop.yaml", "--write-baseline"]);
    assert!(error.contains("--write-baseline needs a file"), "{error}");
}

#[test]
fn the_schema_of_the_configuration_takes_what_the_reader_takes() {
    use palisade_document::{Limits, read};
    use palisade_schema::{Compiler, Dialect, Options};
    use std::sync::Arc;

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/audit-config.schema.json");
    let schema = Arc::new(read("schema", &std::fs::read(path).unwrap(), &Limits::default()).document);
    let mut compiler = Compiler::new(Arc::clone(&schema), Dialect::Draft202012);
    let id = compiler.add(schema.root().id());
    let (set, problems) = compiler.finish();
    assert!(problems.is_empty(), "{problems:?}");
    let folder = Folder::new();
    let check = |text: &str, good: bool| {
        let document = read("config", text.as_bytes(), &Limits::default()).document;
        assert_eq!(set.is_valid(id, document.root(), &Options::default()), good, "{text}");
        folder.write("c.yaml", text);
        let code = folder.run(&["audit", "shop.yaml", "--config", "c.yaml"]).status.code();
        // 4: it is read, and its gate does not hold.
        assert_eq!(matches!(code, Some(0 | 4)), good, "{text}");
        assert!(good || code == Some(1), "{text}");
    };
    for heading in ["Configuration", "Ignores", "Custom rules"] {
        check(&example(heading), true);
    }
    check(&format!("audit:\n  gates:\n    - {}", example("Gates").replace('\n', "\n      ").trim()), true);
    for wrong in [
        "audits: {}",
        "version: 2",
        "audit: {profile: loose}",
        "audit: {severity: {SAN001: fatal}}",
        "audit: {ignores: [{rule: SAN001}]}",
        "audit: {ignores: [{rule: SAN001, reason: x, expires: tomorrow}]}",
        "audit: {gates: [{gate: empty}]}",
        "audit: {gates: [{minimum: {security: 31}}]}",
        "audit: {gates: [{reject: {categories: {none: high}}}]}",
        "audit: {rules: [{id: ORG, assert: {function: truthy}}]}",
        "audit: {rules: [{id: ORG, jsonpath: $, assert: {function: none}}]}",
        "audit: {rules: [{id: ORG, select: {role: thing}, assert: {function: truthy}}]}",
    ] {
        check(wrong, false);
    }
}

#[test]
fn a_ruleset_of_spectral_becomes_a_configuration() {
    let folder = Folder::new();
    let ruleset = r##"extends: ["spectral:oas", "@stoplight/spectral-owasp-ruleset", ./base.yaml]
aliases:
  Operations: ["$.paths[*][get,post]"]
functions: [checkOwner]
rules:
  owner:
    description: Who owns an operation must be known.
    message: "{{property}} is missing"
    severity: error
    given: "#Operations"
    then: {field: x-owner, function: truthy}
  path-case:
    given: "$.paths[*]~"
    then: [{function: pattern, functionOptions: {notMatch: "[A-Z]"}}]
  own-code:
    given: $
    then: {function: checkOwner}
  no-alias: {given: "#Nowhere", then: {function: truthy}}
  owasp:api4:2023-string-limit: error
  owasp:api8:2023-define-error-validation: off
  tag-description: off
"##;
    folder.write("spectral.yaml", ruleset);
    let (out, error) = folder.ends(0, &["rules", "import", "spectral.yaml", "--output", "c.yaml"]);
    assert!(out.is_empty());
    assert!(error.contains("palisade: 2 rules, "), "{error}");
    for told in [
        "spectral.yaml:1:10: `extends`: import the other ruleset by itself",
        "`functions`: functions are code",
        "\"own-code\": `function` is one of truthy",
        "\"no-alias\": an alias in `given` is not there",
    ] {
        assert!(error.contains(told), "{told} in {error}");
    }
    let report = folder.shop(&["--config", "c.yaml", "--profile", "strict"]);
    let owners = ["high /paths/~1internal~1health/get", "high /paths/~1orders/get"];
    let mut seen = found(&report, "owner");
    seen.sort();
    assert_eq!(seen, owners);
    assert!(found(&report, "TDT007").iter().all(|one| one.starts_with("high ")));
    assert!(!found(&report, "TDT007").is_empty());
    let (shown, _) = folder.ends(0, &["rules", "import", "spectral.yaml"]);
    assert_eq!(shown, std::fs::read_to_string(folder.path("c.yaml")).unwrap());
    folder.write("spectral.yaml", "rules: [\n");
    assert!(folder.ends(1, &["rules", "import", "spectral.yaml"]).1.contains("spectral.yaml:2:1: "));
}
