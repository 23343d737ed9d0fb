//! The configuration of audits, `.palisade.yaml`.

use crate::client::{Client, everything, uri};
use serde_json::{Value, json};
use std::path::Path;

const SHOP: &str = "\
openapi: 3.0.3
info: {title: Shop, version: '1'}
servers: [{url: https://shop.example}]
paths:
  /orders:
    delete:
      responses:
        '200': {description: ok}
";

/// Lines are counted from 0.
const CONFIGURATION: &str = "\
version: 1
audit:
  profile: strict
  severity:
    owasp:api4:2023-rate-limit: off
    SAN001: low
  ignores:
    - {rule: TDT011, operation: 'DELETE /orders', reason: Never missing}
    - {rule: PAL-SEC001, reason: Nothing to find}
  rules:
    - id: ORG-001
      description: Who owns an operation must be known.
      message: nobody owns it
      severity: high
      select: {role: operation}
      assert: {field: x-owner, function: truthy}
";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn uri(&self, name: &str) -> String {
        uri(&self.path().join(name))
    }

    fn start(&self) -> Client {
        Client::start(Some(self.path()), everything(), json!({}))
    }
}

fn rules(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().filter_map(|one| one["code"].as_str()).collect()
}

fn changed(client: &mut Client, uri: &str) {
    client.tell("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri, "type": 2}]}));
}

/// Line, column and message of each.
fn places(diagnostics: &[Value]) -> Vec<(u64, u64, &str)> {
    let place = |one: &Value, name: &str| one["range"]["start"][name].as_u64().unwrap();
    diagnostics
        .iter()
        .map(|one| (place(one, "line"), place(one, "character"), one["message"].as_str().unwrap()))
        .collect()
}

#[test]
fn profile_severities_ignores_and_rules_of_its_own_hold_while_a_contract_is_written() {
    let folder = Folder::new(&[("apis/shop.yaml", SHOP)]);
    let shop = folder.uri("apis/shop.yaml");
    let mut client = folder.start();
    client.open(&shop, SHOP);
    let usual = client.diagnostics(&shop);
    assert!(rules(&usual).contains(&"TDT011") && rules(&usual).contains(&"SAN001"), "{usual:#?}");
    folder.write(".palisade.yaml", CONFIGURATION);
    changed(&mut client, &folder.uri(".palisade.yaml"));
    let by = client.diagnostics(&shop);
    let found = rules(&by);
    assert!(!found.contains(&"TDT011") && found.contains(&"ORG-001"), "{by:#?}");
    assert!(found.len() > rules(&usual).len(), "strict shows more");
    let severity = |list: &[Value]| list.iter().find(|one| one["code"] == "SAN001").map(|one| one["severity"].clone());
    assert_eq!((severity(&usual), severity(&by)), (Some(json!(1)), Some(json!(3))));
    // The nearest one counts, and it alone.
    folder.write("apis/.palisade.yaml", "version: 1\naudit: {severity: {'*': off}}\n");
    changed(&mut client, &folder.uri("apis/.palisade.yaml"));
    assert_eq!(rules(&client.diagnostics(&shop)), Vec::<&str>::new());
    client.end();
    // What the client sets stands above the file.
    std::fs::remove_file(folder.path().join("apis/.palisade.yaml")).unwrap();
    let mut client = Client::start(Some(folder.path()), everything(), json!({"profile": "minimal"}));
    client.open(&shop, SHOP);
    let few = client.diagnostics(&shop);
    assert!(few.len() < by.len() && rules(&few).contains(&"ORG-001") && rules(&few).contains(&"SAN001"), "{few:#?}");
    client.end();
}

#[test]
fn mistakes_are_shown_in_the_file_and_what_it_said_before_stays_in_force() {
    let folder = Folder::new(&[("shop.yaml", SHOP), (".palisade.yaml", CONFIGURATION)]);
    let (shop, configuration) = (folder.uri("shop.yaml"), folder.uri(".palisade.yaml"));
    let mut client = folder.start();
    client.open(&shop, SHOP);
    let before = client.diagnostics(&shop);
    assert!(rules(&before).contains(&"ORG-001"));
    let wrong = CONFIGURATION.replace("profile: strict", "profile: mild").replace("function: truthy", "function: odd");
    client.open(&configuration, &wrong);
    let told = client.diagnostics(&configuration);
    let told_at = places(&told);
    let profile = "`profile`: unknown profile \"mild\": use strict, recommended or minimal";
    assert_eq!((told_at.len(), told_at[0]), (2, (2, 11, profile)));
    assert!(told_at[1].0 == 15 && told_at[1].2.starts_with("`function` is one of truthy, "), "{told_at:?}");
    assert_eq!((&told[0]["severity"], &told[0]["range"]["end"]["character"]), (&json!(1), &json!(15)));
    assert_eq!(client.diagnostics(&shop), before, "the last good one is in force");
    // Mended in the buffer, with a word that is no rule: it counts at once.
    client.edit(&configuration, 2, [0, 0, 16, 0], "audit: {severity: {SAN001: off, NOPE: low}}\n");
    let told = client.diagnostics(&configuration);
    assert_eq!(places(&told), [(0, 32, "\"NOPE\" is no rule: neither an id nor a name nor an id of another tool")]);
    assert_eq!(rules(&told), ["PAL-POL004"]);
    let by = client.diagnostics(&shop);
    assert!(!rules(&by).contains(&"SAN001") && !rules(&by).contains(&"ORG-001"), "{by:#?}");
    // Closed without being saved: the disk counts again.
    client.tell("textDocument/didClose", json!({"textDocument": {"uri": configuration}}));
    assert_eq!(client.diagnostics(&configuration), Vec::<Value>::new());
    assert_eq!(client.diagnostics(&shop), before);
    // A save is as good as a change that is told.
    folder.write(".palisade.yaml", "audit: {severity: {'*': off}}\n");
    client.tell("textDocument/didSave", json!({"textDocument": {"uri": configuration}}));
    assert_eq!(client.diagnostics(&shop), Vec::<Value>::new());
    client.end();
}

#[test]
fn expired_ignores_are_counted_over_the_open_contracts() {
    let ignore = "audit:\n  ignores:\n    - {rule: SAN001, reason: Soon, expires: 2020-01-31}\n";
    let folder = Folder::new(&[("a.yaml", SHOP), ("b.yaml", SHOP), (".palisade.yaml", ignore)]);
    let mut client = folder.start();
    client.open(&folder.uri("a.yaml"), SHOP);
    let told = client.diagnostics(&folder.uri(".palisade.yaml"));
    assert_eq!(rules(&told), ["PAL-POL001"]);
    assert_eq!(places(&told)[0], (2, 6, "the ignore of SAN001 ended on 2020-01-31: 1 finding is reported again"));
    client.open(&folder.uri("b.yaml"), SHOP);
    let told = client.diagnostics(&folder.uri(".palisade.yaml"));
    assert!(places(&told)[0].2.ends_with("2 findings are reported again"), "{told:#?}");
    for name in ["a.yaml", "b.yaml"] {
        client.tell("textDocument/didClose", json!({"textDocument": {"uri": folder.uri(name)}}));
        let told = client.diagnostics(&folder.uri(".palisade.yaml"));
        assert_eq!(told.is_empty(), name == "b.yaml", "nothing open is judged by it any more");
    }
    client.end();
}

#[test]
fn evidence_baseline_and_gates_are_read_and_read_again() {
    let configuration = "audit:\n  evidence: [learned.yaml]\n  baseline: known.json\n  gates: [gates/a.yaml]\n";
    let folder = Folder::new(&[("apis/shop.yaml", SHOP), (".palisade.yaml", configuration)]);
    let (shop, named) = (folder.uri("apis/shop.yaml"), folder.uri(".palisade.yaml"));
    let mut client = folder.start();
    client.open(&shop, SHOP);
    let told = client.diagnostics(&named);
    let lines: Vec<(u64, u64)> = places(&told).iter().map(|(line, column, _)| (*line, *column)).collect();
    assert_eq!(lines, [(3, 10), (1, 13), (2, 12)], "{told:#?}");
    assert!(places(&told)[0].2.starts_with("cannot read the gate "), "{told:#?}");
    let first = client.diagnostics(&shop);
    assert!(rules(&first).contains(&"SAN001") && rules(&first).contains(&"TDT011"));

    let learned =
        "paths:\n  /orders:\n    delete: {x-palisade: {authenticated: always, refused: {unauthenticated: 3}}}\n";
    folder.write("learned.yaml", learned);
    folder.write("gates/a.yaml", "gate: a\nminimum: {total: 10}\n");
    changed(&mut client, &folder.uri("learned.yaml"));
    let told = client.diagnostics(&named);
    assert_eq!(told.len(), 1, "the baseline is not there yet: {told:#?}");
    assert!(!rules(&client.diagnostics(&shop)).contains(&"SAN001"));

    let known = first.iter().find(|one| one["code"] == "TDT011").unwrap();
    let place = json!({"rule": "TDT011", "at": "/", "fingerprint": known["data"]["fingerprint"]});
    folder.write("known.json", &json!({"version": 2, "contracts": {"./apis/shop.yaml": [place]}}).to_string());
    changed(&mut client, &folder.uri("known.json"));
    assert_eq!(client.diagnostics(&named), Vec::<Value>::new());
    let left = client.diagnostics(&shop);
    assert!(!rules(&left).contains(&"TDT011") && !left.is_empty(), "{left:#?}");
    // A baseline of the first version knows whole findings.
    let last = left[0]["data"]["fingerprint"].clone();
    folder.write("known.json", &json!({"version": 1, "contracts": {"apis/shop.yaml": [last]}}).to_string());
    changed(&mut client, &folder.uri("known.json"));
    let others = client.diagnostics(&shop);
    assert!(rules(&others).contains(&"TDT011") && !others.iter().any(|one| one["data"]["fingerprint"] == last));
    client.end();
}

#[cfg(unix)]
#[test]
fn nothing_outside_of_the_workspace_configures_it() {
    let folder = Folder::new(&[
        (".palisade.yaml", "audit: {severity: {'*': off}}\n"),
        (
            "secret.yaml",
            "paths: {/orders: {delete: {x-palisade: {authenticated: always, refused: {unauthenticated: 3}}}}}\n",
        ),
        ("root/shop.yaml", SHOP),
        ("root/in/.palisade.yaml", "audit: {evidence: [../../secret.yaml, link.yaml, ../fine.yaml]}\n"),
        ("root/in/shop.yaml", SHOP),
        ("root/fine.yaml", "paths: {/orders: {delete: {x-palisade: {authenticated: unknown}}}}\n"),
    ]);
    std::os::unix::fs::symlink(folder.path().join("secret.yaml"), folder.path().join("root/in/link.yaml")).unwrap();
    let mut client = Client::start(Some(&folder.path().join("root")), everything(), json!({}));
    let (above, within) = (folder.uri("root/shop.yaml"), folder.uri("root/in/shop.yaml"));
    client.open(&above, SHOP);
    assert!(rules(&client.diagnostics(&above)).contains(&"SAN001"), "the one above the workspace does not count");
    client.open(&within, SHOP);
    let told = client.diagnostics(&folder.uri("root/in/.palisade.yaml"));
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(places(&told).iter().all(|(_, _, told)| told.ends_with("it lies outside the workspace")), "{told:#?}");
    assert!(rules(&client.diagnostics(&within)).contains(&"SAN001"));
    client.end();
}

#[test]
fn clients_that_ask_for_diagnostics_ask_for_those_of_the_configuration_too() {
    let folder = Folder::new(&[("shop.yaml", SHOP), (".palisade.yaml", "audit: {profile: mild}\n")]);
    let mut capabilities = everything();
    capabilities["textDocument"]["diagnostic"] = json!({});
    let mut client = Client::start(Some(folder.path()), capabilities, json!({}));
    let (shop, configuration) = (folder.uri("shop.yaml"), folder.uri(".palisade.yaml"));
    client.open(&shop, SHOP);
    // Not open, so nobody asks for it.
    assert_eq!(client.diagnostics(&configuration).len(), 1);
    client.open(&configuration, "audit: {profile: mild, more: 1}\n");
    assert_eq!(client.diagnostics(&configuration), Vec::<Value>::new());
    let report = client.about("textDocument/diagnostic", &configuration);
    assert_eq!(report["items"].as_array().unwrap().len(), 2, "{report:#}");
    assert!(!client.about("textDocument/diagnostic", &shop)["items"].as_array().unwrap().is_empty());
    client.end();
}
