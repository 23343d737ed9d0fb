//! `palisade score`: third parties graded, seen from outside.

mod ends;
mod site;

use serde_json::Value;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Output};

const CONTRACT: &str = r##"openapi: 3.1.0
info: {title: Ferries, version: "2"}
servers: [{url: "https://ferries.example"}]
paths:
  /sailings:
    get: {responses: {"200": {description: all}}}
    post: {responses: {"201": {description: made}}}
"##;

fn score(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    command
        .current_dir(folder)
        .env("HOME", folder)
        .env_remove("XDG_DATA_HOME")
        .arg("score")
        .args(args)
        .output()
        .unwrap()
}

fn ends(output: &Output, code: i32) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{out}\n{error}");
    (out, error)
}

/// A server that takes connections and says nothing on them.
fn mute() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

#[test]
fn private_addresses_are_refused_unless_allowed() {
    let folder = tempfile::tempdir().unwrap();
    for url in ["http://127.0.0.1:9", "https://localhost", "http://[::1]", "http://169.254.169.254/latest/meta-data"] {
        let (out, error) = ends(&score(folder.path(), &[url]), 1);
        assert!(out.is_empty() && error.contains("not asked without --allow-private"), "{url}: {error}");
    }
}

#[test]
fn what_cannot_be_reached_or_read_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (listener, address) = mute();
    drop(listener);
    let url = format!("http://{address}");
    let (_, error) = ends(&score(folder.path(), &[&url, "--allow-private"]), 1);
    assert!(error.contains(&format!("no connection to {address}")), "{error}");

    for (flag, name) in [("--contract", "a.yaml"), ("--policy", "b.yaml"), ("--gate", "c.yaml"), ("--ca", "d.pem")] {
        let (_, error) = ends(&score(folder.path(), &[&url, "--allow-private", flag, name]), 1);
        assert!(error.contains(name), "{flag}: {error}");
    }
    std::fs::write(folder.path().join("b.yaml"), "categories: {network: lo}\n").unwrap();
    let (_, error) = ends(&score(folder.path(), &[&url, "--policy", "b.yaml"]), 1);
    assert!(error.contains("b.yaml:1:23: "), "{error}");
    std::fs::write(folder.path().join("d.pem"), "no certificate\n").unwrap();
    let (_, error) = ends(&score(folder.path(), &[&url, "--ca", "d.pem"]), 1);
    assert!(error.contains("no certificate in PEM form"), "{error}");
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    for args in [
        &[][..],
        &["api.example.com"],
        &["ftp://api.example.com"],
        &["https://user:secret@api.example.com"],
        &["https://api.example.com", "--format", "pdf"],
        &["https://api.example.com", "--fail-on", "awful"],
        &["https://api.example.com", "--resolver", "nine"],
    ] {
        let (_, error) = ends(&score(folder.path(), args), 2);
        assert!(!error.contains("secret@api.example.com is"), "{error}");
    }
}

#[test]
fn the_contract_given_joins_the_score() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ferries.yaml"), CONTRACT).unwrap();
    let (_listener, address) = mute();
    let url = format!("http://{address}");
    let args = [&url, "--allow-private", "--only", "contract", "--contract", "ferries.yaml", "--format", "json"];
    let (out, _) = ends(&score(folder.path(), &args), 0);
    let posture: Value = serde_json::from_str(&out).unwrap();
    let audit = &posture["facts"]["contract"]["assessed"]["audited"];
    assert_eq!((&audit["title"], &audit["operations"]), (&"Ferries".into(), &2.into()));
    let findings = posture["findings"].as_array().unwrap();
    let open: Vec<&Value> = findings.iter().filter(|finding| finding["rule"] == "SAN001").collect();
    assert_eq!(open.iter().filter_map(|finding| finding["count"].as_u64()).sum::<u64>(), 2);
    let open = open[0];
    assert_eq!(open["category"], "authentication");
    assert!(open["loss"].as_f64().unwrap() > 0.0 && !open["why"].as_str().unwrap().is_empty());
    let category = posture["categories"].as_array().unwrap().iter().find(|one| one["category"] == "authentication");
    assert_eq!(category.unwrap()["assessed"], true);

    let (again, _) = ends(&score(folder.path(), &args), 0);
    assert_eq!(out, again, "the same input gives the same bytes");
}
