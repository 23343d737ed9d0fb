//! `palisade score` and a server whose certificate is its own.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `openssl s_server` with a certificate that is signed by itself, and its port.
fn start(folder: &Path) -> (Server, String) {
    let made = Command::new("openssl")
        .current_dir(folder)
        .args(["req", "-x509", "-nodes", "-newkey", "rsa:2048", "-days", "30", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-out", "own.pem", "-keyout", "own.key"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut child = Command::new("openssl")
        .current_dir(folder)
        .args(["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", "own.pem", "-key", "own.key"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.starts_with("ACCEPT")).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    (Server(child), line.rsplit(':').next().unwrap().trim().to_owned())
}

/// The result in JSON.
fn score(folder: &Path, args: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    let output = command.current_dir(folder).args(["score", "--only", "tls", "--format", "json"]).args(args).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn rules(posture: &Value) -> Vec<&str> {
    posture["findings"].as_array().unwrap().iter().filter_map(|finding| finding["rule"].as_str()).collect()
}

#[test]
fn a_server_of_its_own_is_untrusted_without_its_certificate_and_assessed_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, port) = start(folder.path());
    let url = format!("https://localhost:{port}/");
    let without = score(folder.path(), &[&url, "--allow-private"]);
    assert!(rules(&without).contains(&"PST134"), "{:?}", rules(&without));
    assert_eq!(
        (&without["guides"]["tls"]["letter"], &without["guides"]["tls"]["ignoring_trust"]),
        (&"T".into(), &"A".into())
    );
    let facts = &without["facts"]["tls"]["assessed"];
    assert_eq!(facts["versions"][5]["suites"].as_array().unwrap().len(), 3);
    let finding = without["findings"].as_array().unwrap().iter().find(|one| one["rule"] == "PST134").unwrap();
    assert!(finding["evidence"].as_str().unwrap().contains("SHA-256"), "{finding}");

    let with = score(folder.path(), &[&url, "--allow-private", "--ca", "own.pem"]);
    assert!(!rules(&with).contains(&"PST134"), "{:?}", rules(&with));
    assert_eq!(with["guides"]["tls"]["letter"], "A");
    assert_eq!(with["facts"]["tls"]["assessed"]["chains"][0]["trust"], "private");
}
