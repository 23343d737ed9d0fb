//! The files in deploy/, as far as a machine without a container engine can tell.

use palisade_document::{Limits, read as read_document};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// Whether `palisade serve --help` names each flag among these words.
fn flags_exist(words: &[&str]) {
    let help = Command::new(env!("CARGO_BIN_EXE_palisade")).args(["serve", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let flags: Vec<_> = words.iter().filter(|word| word.starts_with("--")).collect();
    assert!(flags.len() >= 2, "{words:?}");
    for flag in flags {
        let named = help.split_whitespace().any(|word| word.trim_end_matches(',') == *flag);
        assert!(named, "serve has no {flag}:\n{help}");
    }
}

#[test]
fn the_container_file_copies_what_exists_and_starts_with_flags_that_exist() {
    let text = read("deploy/Containerfile");
    for line in text.lines().filter(|line| line.starts_with("COPY ") && !line.contains("--from=")) {
        let mut paths: Vec<&str> = line.split_whitespace().skip(1).collect();
        paths.pop();
        for path in paths {
            assert!(root().join(path).exists(), "{line}");
        }
    }
    let command = text.lines().find(|line| line.starts_with("CMD ")).unwrap();
    let words: Vec<&str> = command.split('"').skip(1).step_by(2).collect();
    assert_eq!(words.first(), Some(&"serve"));
    flags_exist(&words);
}

#[test]
fn the_manifest_is_yaml_and_starts_with_flags_that_exist() {
    let text = read("deploy/kubernetes-sidecar.yaml");
    let mut kinds = Vec::new();
    for part in text.split("\n---\n") {
        let reading = read_document("kubernetes-sidecar.yaml", part.as_bytes(), &Limits::default());
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
        kinds.push(reading.document.root().get("kind").unwrap().as_str().unwrap().to_owned());
    }
    assert_eq!(kinds, ["Deployment", "PersistentVolumeClaim", "Service"]);
    let args = text.lines().skip_while(|line| line.trim() != "args:").skip(1);
    let args: Vec<&str> = args.map_while(|line| line.trim().strip_prefix("- ")).collect();
    assert_eq!(args.first(), Some(&"serve"));
    flags_exist(&args);
}

#[test]
fn the_unit_is_one_that_systemd_takes_and_starts_with_flags_that_exist() {
    let text = read("deploy/palisade.service");
    let start = text.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/bin/palisade ")).unwrap();
    flags_exist(&start.split_whitespace().collect::<Vec<_>>());

    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("palisade.service");
    std::fs::write(&unit, text.replace("/usr/bin/palisade", env!("CARGO_BIN_EXE_palisade"))).unwrap();
    // a machine without systemd has only read the unit, above
    if let Ok(output) = Command::new("systemd-analyze").arg("verify").arg(&unit).output() {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
