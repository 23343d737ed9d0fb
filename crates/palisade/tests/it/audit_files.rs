//! `palisade audit` on contracts that are spread over files.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

fn audit(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_palisade"))
        .args(["audit", "--profile", "strict"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

const API: &str = "openapi: 3.0.3\ninfo: {title: Shop, version: '1.0'}\npaths:\n  /orders: {$ref: paths/orders.json}\n";
const ORDERS: &str = r##"{"get": {"responses": {"200": {"description": "Orders", "content": {"application/json": {
  "schema": {"$ref": "../common/order.yaml"}}}}}}}"##;
const ORDER: &str = "type: object\n# openapi\nproperties:\n  id: {type: string}\n  up: {$ref: ../../up.yaml}\n";

#[test]
fn a_contract_in_several_files_is_judged_once_and_findings_name_their_file() {
    let files = [("specs/api.yaml", API), ("specs/paths/orders.json", ORDERS), ("specs/common/order.yaml", ORDER)];
    let folder = folder(&files);
    let (code, out, _) = audit(folder.path(), &["specs", "--format", "json"]);
    assert_eq!(code, 0);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["contract"]["path"], "specs/api.yaml");
    assert_eq!(report["contract"]["operations"], 1);
    let findings = report["findings"].as_array().unwrap();
    let of = |rule: &str| findings.iter().find(|finding| finding["rule"] == rule).unwrap();
    let length = of("TDT007");
    assert_eq!(length["file"], "specs/common/order.yaml");
    assert_eq!((&length["line"], &length["pointer"]), (&Value::from(4), &Value::from("/properties/id/type")));
    let outside = of("PAL-STR003");
    assert_eq!((&outside["file"], &outside["line"]), (&Value::from("specs/common/order.yaml"), &Value::from(5)));

    let (_, text, _) = audit(folder.path(), &["specs/api.yaml"]);
    assert!(text.contains("via specs/paths/orders.json:2:22 < specs/api.yaml:4:19"), "{text}");
    assert!(text.contains("4 |   id: {type: string}"), "{text}");
    let (_, sarif, _) = audit(folder.path(), &["specs/api.yaml", "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let result = sarif["runs"][0]["results"].as_array().unwrap().iter().find(|one| one["ruleId"] == "TDT007").unwrap();
    let uri = |place: &Value| place["physicalLocation"]["artifactLocation"]["uri"].clone();
    assert_eq!(uri(&result["locations"][0]), "specs/common/order.yaml");
    let related: Vec<Value> = result["relatedLocations"].as_array().unwrap().iter().map(uri).collect();
    assert_eq!(related, ["specs/paths/orders.json", "specs/api.yaml"]);
}

#[test]
fn fixes_are_made_in_every_file_of_the_contract() {
    let files = [("specs/api.yaml", API), ("specs/paths/orders.json", ORDERS), ("specs/common/order.yaml", ORDER)];
    let folder = folder(&files);
    let now = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let arguments = ["specs/api.yaml", "--fix", "--unsafe-fixes"];
    let (code, diff, _) = audit(folder.path(), &[&arguments[..], &["--dry-run"]].concat());
    assert_eq!(code, 0);
    for (name, text) in files {
        assert_eq!(diff.matches(&format!("--- {name}\n")).count(), usize::from(name != "specs/api.yaml"), "{diff}");
        assert_eq!(now(name), text);
    }
    let (code, _, told) = audit(folder.path(), &arguments);
    assert_eq!(code, 0, "{told}");
    insta::assert_snapshot!(format!("{told}\n{}\n{}", now(files[1].0), now(files[2].0)));
    assert!(now("specs/api.yaml").contains("/orders: {$ref: paths/orders.json}"));
    let (_, out, _) = audit(folder.path(), &["specs/api.yaml", "--format", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let score = report["score"]["total"].as_f64().unwrap();
    assert!(told.contains(&format!("-> {score}")), "{told}{score}");
    let (_, diff, _) = audit(folder.path(), &[&arguments[..], &["--dry-run"]].concat());
    assert_eq!(diff, "", "a second run changes nothing");
}

#[test]
fn contracts_that_share_a_file_are_mended_one_after_the_other() {
    let names: Vec<String> = (0..8).map(|at| format!("specs/api{at}.yaml")).collect();
    let texts: Vec<String> = (0..8).map(|at| API.replace("  /orders:", &format!("  /orders{at}:"))).collect();
    let mut files: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    files.extend([("specs/paths/orders.json", ORDERS), ("specs/common/order.yaml", ORDER)]);
    let folder = folder(&files);
    let (code, _, told) = audit(folder.path(), &["specs", "--fix"]);
    assert_eq!(code, 0, "{told}");
    let orders: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("specs/paths/orders.json")).unwrap()).unwrap();
    assert!(orders["get"]["responses"]["429"].is_object(), "{orders}");
}

#[test]
fn a_host_is_asked_only_when_it_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 2000];
            let _ = stream.read(&mut head);
            let body = "type: string\n";
            let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        }
    });
    let url = format!("http://127.0.0.1:{port}/id.yaml");
    let text = format!(
        "openapi: 3.0.3\ninfo: {{title: S, version: '1'}}\npaths: {{}}\ncomponents:\n  schemas:\n    A: {{$ref: '{url}'}}\n"
    );
    let folder = folder(&[("api.yaml", &text)]);
    let rules = |arguments: &[&str]| {
        let (_, out, err) = audit(folder.path(), &[&["api.yaml", "--format", "json"], arguments].concat());
        let report: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{err}"));
        let place =
            |finding: &Value| format!("{} {}", finding["rule"].as_str().unwrap(), finding["file"].as_str().unwrap());
        report["findings"].as_array().unwrap().iter().map(place).collect::<Vec<_>>()
    };
    assert!(rules(&[]).contains(&"PAL-STR003 api.yaml".to_owned()));
    assert!(rules(&["--allow-net", "other.example"]).contains(&"PAL-STR003 api.yaml".to_owned()));
    let allowed = rules(&["--allow-net", &format!("127.0.0.1:{port}")]);
    assert!(!allowed.contains(&"PAL-STR003 api.yaml".to_owned()));
    assert!(allowed.contains(&format!("TDT007 {url}")), "{allowed:?}");
    // What was fetched is nobody's to mend.
    let arguments = ["api.yaml", "--fix", "--unsafe-fixes", "--dry-run", "--allow-net", &format!("127.0.0.1:{port}")];
    let (code, diff, _) = audit(folder.path(), &arguments);
    assert!(code == 0 && !diff.contains(&format!("--- {url}")) && !diff.contains("maxLength"), "{diff}");
    assert_eq!(audit(folder.path(), &["api.yaml", "--allow-net", "http://a"]).0, 2);
}
