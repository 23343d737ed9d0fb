//! The scripts for CI in `deploy/ci`, run as the services that call them do.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const BAD: &str = "openapi: 3.0.3\ninfo: {title: t, version: \"1\"}\npaths:\n  /a:\n    delete:\n      responses:\n        \
                   \"200\": {description: ok}\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn script(directory: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    Command::new(root().join("deploy/ci/audit.sh"))
        .args(arguments)
        .current_dir(directory)
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITHUB_STEP_SUMMARY")
        .env_remove("GITHUB_OUTPUT")
        .env("PALISADE", env!("CARGO_BIN_EXE_palisade"))
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_action_annotates_writes_sarif_and_fails_by_severity() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("api.yaml"), BAD).unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (summary, outputs) = (path("summary.md"), path("outputs"));
    let action = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_STEP_SUMMARY", summary.as_str()),
        ("GITHUB_OUTPUT", outputs.as_str()),
        ("PALISADE_SARIF", "palisade.sarif"),
    ];
    let output = script(directory.path(), &action, &[]);
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(stdout(&output).contains("::error file=./api.yaml,line=5,col=5,title=SAN001"), "{}", stdout(&output));
    let sarif: serde_json::Value =
        serde_json::from_slice(&std::fs::read(directory.path().join("palisade.sarif")).unwrap()).unwrap();
    assert!(!sarif["runs"][0]["results"].as_array().unwrap().is_empty());
    assert!(std::fs::read_to_string(&summary).unwrap().contains("SAN001"));
    assert_eq!(std::fs::read_to_string(&outputs).unwrap(), "exit-code=4\n");

    let output = script(directory.path(), &[("PALISADE_FAIL_ON", "never")], &[]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_cannot_be_judged_fails_with_its_own_code() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("broken.json"), "{\"openapi\": \"3.0.3\", ").unwrap();
    let output = script(directory.path(), &[("PALISADE_JUNIT", "junit.xml")], &["broken.json"]);
    assert_eq!(output.status.code(), Some(1));
    let output = script(directory.path(), &[("PALISADE", "no-such-binary")], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not on the PATH"));
}

#[test]
fn the_actions_inputs_are_the_scripts_variables() {
    let action = std::fs::read(root().join("deploy/ci/github/action.yml")).unwrap();
    let script = std::fs::read_to_string(root().join("deploy/ci/audit.sh")).unwrap();
    let document = palisade_document::read("action.yml", &action, &palisade_document::Limits::default());
    assert!(document.problems.is_empty());
    let action = document.document.root();
    let step = action.at_pointer("/runs/steps/0").unwrap();
    let used: Vec<&str> = step.get("env").unwrap().members().map(|member| member.value.as_str().unwrap()).collect();
    for input in action.get("inputs").unwrap().members() {
        let word = format!("${{{{ inputs.{} }}}}", input.key);
        assert!(used.contains(&word.as_str()), "{} is not handed on", input.key);
    }
    for variable in step.get("env").unwrap().members() {
        assert!(script.contains(&format!("${{{}:", variable.key)), "{} is not read", variable.key);
    }
    let template = std::fs::read(root().join("deploy/ci/gitlab/palisade-audit.yml")).unwrap();
    let document = palisade_document::read("template.yml", &template, &palisade_document::Limits::default());
    assert!(document.problems.is_empty());
    let job = document.document.root().get(".palisade-audit").unwrap();
    for variable in job.get("variables").unwrap().members().filter(|variable| variable.key != "PALISADE_SCRIPT") {
        assert!(script.contains(&format!("${{{}:", variable.key)), "{} is not read", variable.key);
    }
}

#[test]
fn a_commit_with_a_bad_contract_is_stopped_by_the_hook() {
    let directory = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(directory.path())
            .env("PALISADE", env!("CARGO_BIN_EXE_palisade"))
            .env_remove("GITHUB_ACTIONS")
            .output()
            .unwrap()
    };
    assert!(git(&["init", "-q"]).status.success());
    std::os::unix::fs::symlink(root().join("deploy/ci/pre-commit"), directory.path().join(".git/hooks/pre-commit"))
        .unwrap();
    std::fs::write(directory.path().join("notes.yaml"), "openapis: none\n").unwrap();
    assert!(git(&["add", "."]).status.success());
    let output = git(&["commit", "-qm", "notes"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    std::fs::write(directory.path().join("api.yaml"), BAD).unwrap();
    assert!(git(&["add", "."]).status.success());
    // What is staged counts, not what stands in the working tree.
    std::fs::write(directory.path().join("api.yaml"), "openapi: 3.0.3\n").unwrap();
    let output = git(&["commit", "-qm", "api"]);
    assert!(!output.status.success());
    let said = format!("{}{}", stdout(&output), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("SAN001"), "{said}");
}
