//! Corrections of a person to what `palisade discover` learned.

use std::path::Path;
use std::process::{Command, Output};

const LOG: &str = r#"192.0.2.7 - - [28/Nov/2026:10:00:00 +0000] "GET /racks/poetry HTTP/1.1" 200 12
192.0.2.7 - - [28/Nov/2026:10:00:01 +0000] "GET /racks/novels HTTP/1.1" 200 12
192.0.2.7 - - [28/Nov/2026:10:00:02 +0000] "GET /health HTTP/1.1" 200 12
"#;

fn discover(folder: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    command.current_dir(folder).args(["discover"]).args(more).output().unwrap()
}

fn paths(output: &Output) -> Vec<String> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let contract = String::from_utf8_lossy(&output.stdout).into_owned();
    contract.lines().filter(|line| line.starts_with("  /")).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn hold_for_a_state_that_was_learned_without_them() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("access.log"), LOG).unwrap();
    let seen = discover(folder.path(), &["access.log", "--state", "state.json"]);
    assert_eq!(paths(&seen), ["/health:", "/racks/novels:", "/racks/poetry:"]);
    assert!(String::from_utf8_lossy(&seen.stdout).contains("ambiguous"));
    std::fs::write(folder.path().join("o.yaml"), "merge: [\"/racks/{rack}\"]\nignore: [GET /health]\n").unwrap();
    let corrected = discover(folder.path(), &["access.log", "--state", "state.json", "--overrides", "o.yaml"]);
    assert_eq!(paths(&corrected), ["/racks/{rack}:"]);
    let text = String::from_utf8_lossy(&corrected.stdout).into_owned();
    assert!(text.contains("hits: 4") && !text.contains("ambiguous"), "{text}");
}

#[test]
fn that_cannot_be_read_are_refused_with_their_places() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("access.log"), LOG).unwrap();
    std::fs::write(folder.path().join("o.yaml"), "merge: [racks]\nignored: []\n").unwrap();
    let output = discover(folder.path(), &["access.log", "--overrides", "o.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("o.yaml:1:9: a template begins with /"), "{told}");
    assert!(told.contains("o.yaml:2:1: unknown key \"ignored\""), "{told}");
}
