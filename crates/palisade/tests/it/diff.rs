//! `palisade diff`.

use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const OLD: &str = "openapi: 3.0.3
info: {title: Orders, version: '1'}
paths:
  /orders/{id}:
    get:
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: limit, in: query, schema: {type: integer, maximum: 100}}
      responses: {'200': {description: One order.}}
    delete:
      responses: {'204': {description: Gone.}}
";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn diff(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_palisade"))
        .arg("diff")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn narrowed() -> String {
    OLD.replace("maximum: 100", "maximum: 50")
}

#[test]
fn a_breaking_change_fails_the_gate_and_is_told_with_both_places() {
    let folder = folder(&[("old.yaml", OLD), ("new.yaml", &narrowed())]);
    let (code, out, _) = diff(folder.path(), &["old.yaml", "new.yaml", "--fail-on", "breaking"]);
    assert_eq!(code, 4);
    insta::assert_snapshot!(out);
    let (code, out, _) = diff(folder.path(), &["old.yaml", "new.yaml", "--format", "json"]);
    assert_eq!(code, 0);
    let report: Value = serde_json::from_str(&out).unwrap();
    let change = &report["changes"][0];
    assert_eq!(change["id"], "query-parameter-maximum-decreased");
    assert_eq!((&change["old"]["line"], &change["new"]["file"]), (&Value::from(8), &Value::from("new.yaml")));
    assert_eq!(report["summary"]["breaking"], 1);
    let (_, sarif, _) = diff(folder.path(), &["old.yaml", "new.yaml", "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 1);
    let related = &run["results"][0]["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(related, "old.yaml");
    for (format, wanted) in
        [("junit", "<testsuites"), ("md", "query-parameter-maximum-decreased"), ("html", "<!doctype")]
    {
        let (code, _, _) = diff(folder.path(), &["old.yaml", "new.yaml", "--format", format, "--output", "out"]);
        let text = std::fs::read_to_string(folder.path().join("out")).unwrap();
        assert!(code == 0 && text.to_lowercase().contains(wanted), "{format}: {text}");
    }
}

#[test]
fn gates_follow_the_level() {
    let removed = OLD.replace("        - {name: limit, in: query, schema: {type: integer, maximum: 100}}\n", "");
    let folder = folder(&[("old.yaml", OLD), ("same.json", ""), ("new.yaml", &removed)]);
    for (level, code) in [("breaking", 0), ("risky", 4), ("any", 4)] {
        assert_eq!(diff(folder.path(), &["old.yaml", "new.yaml", "--fail-on", level]).0, code, "{level}");
        assert_eq!(diff(folder.path(), &["old.yaml", "old.yaml", "--fail-on", level]).0, 0, "{level}");
    }
    let (code, out, _) = diff(folder.path(), &["old.yaml", "new.yaml", "--level", "breaking", "--fail-on", "any"]);
    assert!(code == 4 && !out.contains("query-parameter-removed"), "{out}");
}

#[test]
fn directories_and_standard_input_are_compared() {
    let folder = folder(&[
        ("old/a.yaml", OLD),
        ("old/gone.yaml", OLD),
        ("new/a.yaml", &narrowed()),
        ("new/notes.yaml", "just: notes"),
    ]);
    let (code, out, err) = diff(folder.path(), &["old", "new", "--format", "json", "--fail-on", "breaking"]);
    assert_eq!(code, 4, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let ids: Vec<(String, String)> = report["contracts"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| {
            let path = one["old"]["path"].as_str().unwrap().to_owned();
            let changes = one["changes"].as_array().unwrap().clone();
            changes.into_iter().map(move |change| (path.clone(), change["id"].as_str().unwrap().to_owned()))
        })
        .collect();
    let expected = [
        ("old/a.yaml", "query-parameter-maximum-decreased"),
        ("old/gone.yaml", "operation-removed-without-deprecation"),
        ("old/gone.yaml", "operation-removed-without-deprecation"),
    ];
    assert_eq!(ids, expected.map(|(path, id)| (path.to_owned(), id.to_owned())));
    let mut child = Command::new(env!("CARGO_BIN_EXE_palisade"))
        .args(["diff", "-", "new/a.yaml", "--fail-on", "breaking"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(OLD.as_bytes()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(4));
}

#[test]
fn files_that_are_read_through_references_are_compared() {
    let main = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /x: {get: {parameters: [{$ref: 'common.yaml#/page'}], responses: {'200': {description: ok}}}}\n";
    let common = |most: u32| format!("page: {{name: page, in: query, schema: {{type: integer, maximum: {most}}}}}\n");
    let folder = folder(&[
        ("old/api.yaml", main),
        ("old/common.yaml", &common(9)),
        ("new/api.yaml", main),
        ("new/common.yaml", &common(5)),
    ]);
    let (code, out, _) = diff(folder.path(), &["old/api.yaml", "new/api.yaml", "--format", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["changes"][0]["new"]["file"]), (0, &Value::from("new/common.yaml")), "{out}");
    std::fs::remove_file(folder.path().join("new/common.yaml")).unwrap();
    let (_, _, err) = diff(folder.path(), &["old/api.yaml", "new/api.yaml"]);
    assert!(err.contains("new/api.yaml:4:") && err.contains("was not compared"), "{err}");
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let folder = folder(&[("old.yaml", OLD), ("bad.yaml", "openapi: 3.0.3\npaths: {a: [\n"), ("notes.yaml", "a: 1")]);
    for (file, wanted) in
        [("bad.yaml", "bad.yaml:"), ("notes.yaml", "no OpenAPI contract"), ("none.yaml", "cannot read")]
    {
        let (code, _, err) = diff(folder.path(), &["old.yaml", file]);
        assert!(code == 1 && err.contains(wanted), "{code} {err}");
    }
    assert_eq!(diff(folder.path(), &["-", "-"]).0, 2);
    assert_eq!(diff(folder.path(), &["old.yaml", "old.yaml", "--fail-on", "high"]).0, 2);
}

#[test]
fn a_change_is_explained_as_rules_are() {
    let rules = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_palisade")).arg("rules").args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let text = rules(&["request-property-became-required"]);
    assert!(text.contains("the member became required") && text.contains("Level: breaking"), "{text}");
    assert!(rules(&["--changes"]).lines().count() > 450);
}
