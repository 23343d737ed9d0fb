//! `palisade audit` and `palisade rules`: results and exit codes.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn palisade(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_palisade")).args(arguments).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("ended by itself")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../audit/tests/data").join(name)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn one_contract_gives_the_documented_shape() {
    let carts = file("carts.swagger2.json");
    let output = palisade(&["audit", text(&carts), "--format", "json"]);
    assert_eq!(code(&output), 0);
    let report = json(&output);
    let keys: Vec<&str> = report.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["contract", "state", "score", "findings", "summary"]);
    assert_eq!(report["contract"]["operations"], 5);
    assert_eq!(report["contract"]["format"], "Swagger 2.0");
    assert_eq!(report["state"], "valid");
    let score = &report["score"];
    assert_eq!(score["total"].as_f64(), Some(score["security"].as_f64().unwrap() + score["data"].as_f64().unwrap()));
    for finding in report["findings"].as_array().unwrap() {
        for key in [
            "rule",
            "name",
            "severity",
            "category",
            "message",
            "count",
            "fingerprint",
            "owasp",
            "cwe",
            "attack",
            "aliases",
            "loss",
            "fix",
        ] {
            assert!(finding.get(key).is_some(), "{key} in {finding}");
        }
    }
}

#[test]
fn several_contracts_stand_in_a_list_and_directories_are_searched() {
    let directory = file("");
    let output = palisade(&["audit", text(&directory), "--format", "json"]);
    let report = json(&output);
    let paths: Vec<&str> =
        report["contracts"].as_array().unwrap().iter().map(|one| one["contract"]["path"].as_str().unwrap()).collect();
    assert_eq!(paths.len(), 2);
    assert!(paths[0].ends_with("carts.swagger2.json") && paths[1].ends_with("tight.yaml"));
}

#[test]
fn what_cannot_be_read_exits_1_and_says_why_in_the_same_shape() {
    let directory = tempfile::tempdir().unwrap();
    let broken = directory.path().join("broken.json");
    std::fs::write(&broken, "{\"openapi\": \"3.0.3\", ").unwrap();
    let missing = directory.path().join("missing.json");
    for path in [&broken, &missing] {
        let output = palisade(&["audit", text(path), "--format", "json"]);
        assert_eq!(code(&output), 1);
        let report = json(&output);
        assert_eq!(report["state"], "structureInvalid");
        assert_eq!(report["score"]["total"], 0.0);
        assert_eq!(report["findings"][0]["line"], 1);
    }
    let output = palisade(&["audit", text(&broken)]);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("broken.json:1:22"), "{shown}");
}

#[test]
fn an_empty_directory_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("package.json"), "{\"swagger\": {}}").unwrap();
    let output = palisade(&["audit", text(directory.path())]);
    assert_eq!(code(&output), 1);
    assert!(String::from_utf8_lossy(&output.stderr).contains("no contract found"));
}

#[test]
fn fail_on_decides_the_exit_code() {
    let (carts, tight) = (file("carts.swagger2.json"), file("tight.yaml"));
    assert_eq!(code(&palisade(&["audit", text(&carts), "--fail-on", "critical"])), 4);
    assert_eq!(code(&palisade(&["audit", text(&tight), "--fail-on", "medium"])), 0);
    assert_eq!(code(&palisade(&["audit", text(&carts), "--fail-on", "dire"])), 2);
    assert_eq!(code(&palisade(&["audit", text(&carts), "--format", "pdf"])), 2);
    assert_eq!(code(&palisade(&["audit"])), 2);
}

#[test]
fn a_baseline_hides_what_is_known_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let (contract, baseline) = (directory.path().join("a.json"), directory.path().join("baseline.json"));
    let source = std::fs::read_to_string(file("carts.swagger2.json")).unwrap();
    std::fs::write(&contract, &source).unwrap();
    let (contract, baseline) = (text(&contract), text(&baseline));
    assert_eq!(code(&palisade(&["audit", contract, "--baseline", baseline])), 1, "there is none yet");
    assert_eq!(
        code(&palisade(&["audit", contract, "--baseline", baseline, "--write-baseline", "--fail-on", "info"])),
        0
    );
    let output = palisade(&["audit", contract, "--baseline", baseline, "--format", "json"]);
    assert_eq!(json(&output)["findings"].as_array().unwrap().len(), 0);
    // Lines move, one thing gets worse: only that is new.
    std::fs::write(contract, format!("\n\n{}", source.replace("\"http\"\n", "\"https\", \"gopher\"\n"))).unwrap();
    let output = palisade(&["audit", contract, "--baseline", baseline, "--format", "json"]);
    let report = json(&output);
    let rules: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["FST004"]);
}

#[test]
fn every_format_goes_to_a_file_too() {
    let directory = tempfile::tempdir().unwrap();
    let carts = file("carts.swagger2.json");
    for (format, start) in
        [("text", "/"), ("json", "{"), ("sarif", "{"), ("junit", "<?xml"), ("md", "# "), ("html", "<!doctype html>")]
    {
        let out = directory.path().join(format);
        let output = palisade(&["audit", text(&carts), "--format", format, "--output", text(&out)]);
        assert_eq!(code(&output), 0);
        assert!(output.stdout.is_empty());
        let written = std::fs::read_to_string(&out).unwrap();
        assert!(written.starts_with(start), "{format}: {}", written.lines().next().unwrap_or_default());
        assert!(!written.contains('\u{1b}'), "{format}");
    }
}

#[test]
fn a_pipe_gets_no_colours() {
    let output = palisade(&["audit", text(&file("carts.swagger2.json"))]);
    assert!(!output.stdout.contains(&0x1b));
}

#[test]
fn rules_are_listed_and_explained() {
    let list = palisade(&["rules"]);
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(list.contains("SAN001") && list.contains("DIS001"), "{list}");
    let shadow = json(&palisade(&["rules", "dis001", "--format", "json"]));
    assert_eq!(shadow["name"].as_str(), Some("shadow-operation"));
    let one = json(&palisade(&["rules", "san001", "--format", "json"]));
    assert_eq!((one["id"].as_str(), one["severity"].as_str()), (Some("SAN001"), Some("critical")));
    assert_eq!(code(&palisade(&["rules", "NONE"])), 1);
    let by_alias = palisade(&["rules", "owasp:api4:2023-string-limit"]);
    assert_eq!(code(&by_alias), 0);
    assert!(String::from_utf8_lossy(&by_alias.stdout).starts_with("TDT007  "));
}

#[test]
fn patterns_name_files() {
    let directory = tempfile::tempdir().unwrap();
    let carts = std::fs::read(file("carts.swagger2.json")).unwrap();
    std::fs::create_dir_all(directory.path().join("a/b")).unwrap();
    for name in ["a/x.json", "a/b/y.json", "a/b/z.txt", "w.json"] {
        std::fs::write(directory.path().join(name), &carts).unwrap();
    }
    let of = |pattern: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_palisade"))
            .args(["audit", "--format", "json", pattern])
            .current_dir(directory.path())
            .output()
            .unwrap();
        let value = json(&output);
        let reports = value["contracts"].as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        reports.iter().map(|report| report["contract"]["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of("a/**/*.json"), ["a/b/y.json", "a/x.json"]);
    assert_eq!(of("*.json"), ["w.json"]);
    assert_eq!(of("a/b/?.txt"), ["a/b/z.txt"]);
    let output = palisade(&["audit", "no/such/*.json"]);
    assert_eq!(code(&output), 1);
}

#[test]
fn fixes_are_shown_as_a_diff_or_written_and_a_second_run_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("api.yaml");
    let before = "openapi: 3.0.3\ninfo:\n  title: Shop # ours\n  version: 1.10\npaths:\n  /a:\n    get:\n      responses:\n        \
                  200: {description: OK}\n";
    std::fs::write(&path, before).unwrap();
    let dry = palisade(&["audit", text(&path), "--fix", "--dry-run"]);
    assert_eq!(code(&dry), 0);
    let diff = String::from_utf8_lossy(&dry.stdout).into_owned();
    assert!(diff.contains("-  version: 1.10\n+  version: '1.10'\n") && diff.contains("\n@@ -"), "{diff}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    let fixed = palisade(&["audit", text(&path), "--fix", "--format", "json"]);
    assert_eq!(code(&fixed), 0);
    let after = std::fs::read_to_string(&path).unwrap();
    assert!(after.contains("title: Shop # ours\n  version: '1.10'\n"), "{after}");
    let summary = String::from_utf8_lossy(&fixed.stderr).into_owned();
    assert!(summary.contains("PAL-STR005"), "{summary}");
    assert!(!json(&fixed)["findings"].as_array().unwrap().iter().any(|finding| finding["rule"] == "PAL-STR005"));
    assert_eq!(code(&palisade(&["audit", text(&path), "--fix"])), 0);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(code(&palisade(&["audit", "-", "--fix"])), 2);
}
