//! `palisade feeds`: what a user sees, from import to the score.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

/// Exit code, standard output and standard error of a run in a folder.
fn run(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_palisade")).args(arguments).current_dir(dir).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn lists_are_imported_listed_used_and_removed() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("drop.txt"), "# bad\n127.0.0.0/8\n").unwrap();
    fs::write(dir.path().join("phish.txt"), "bad.example\nworse.example\n").unwrap();
    let done = run(dir.path(), &["feeds", "import", "drop.txt", "phish.txt", "--data", "data"]);
    let told = "imported drop: list of 1 addresses and networks\nimported phish: list of 2 domains\n";
    assert_eq!(done, (0, told.to_owned(), String::new()));
    let (code, listed, _) = run(dir.path(), &["feeds", "list", "--data", "data"]);
    assert_eq!((code, listed.lines().count()), (0, 2), "{listed}");
    assert!(listed.lines().all(|line| line.ends_with(", 0 days old")), "{listed}");
    let (_, json, _) = run(dir.path(), &["feeds", "list", "--data", "data", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json["feeds"][0]["name"].as_str(), json["feeds"][0]["stale"].as_bool()), (Some("drop"), Some(false)));

    let score = [
        "score",
        "http://127.0.0.1:9",
        "--allow-private",
        "--only",
        "reputation",
        "--data",
        "data",
        "--format",
        "json",
    ];
    let (code, json, error) = run(dir.path(), &score);
    assert_eq!(code, 0, "{error}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let finding = json["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "PST501").unwrap();
    assert_eq!(finding["evidence"], "drop:2: 127.0.0.0/8");
    assert_eq!(finding["category"], "user");

    assert_eq!(run(dir.path(), &["feeds", "remove", "drop", "phish", "--data", "data"]).0, 0);
    let (_, listed, _) = run(dir.path(), &["feeds", "list", "--data", "data"]);
    assert_eq!(listed, "no feeds: import some with `palisade feeds import FILE`\n");
}

#[test]
fn mistakes_are_told_with_their_place_and_nothing_is_imported() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("bad.txt"), "192.0.2.1\n192.0.2.0/33\n\x1b[31mred\n").unwrap();
    let (code, told, error) = run(dir.path(), &["feeds", "import", "bad.txt", "--data", "data"]);
    assert_eq!((code, told.as_str()), (1, ""));
    let first = "palisade: bad.txt:2:1: 192.0.2.0/33 is no address and no network such as 192.0.2.0/24\nbad.txt:3:1: ";
    assert!(error.starts_with(first) && !error.contains('\x1b'), "{error}");
    assert!(!dir.path().join("data/feeds/index.json").exists());
    let (code, _, error) = run(dir.path(), &["feeds", "import", "bad.txt", "--kind", "images", "--data", "data"]);
    assert_eq!(code, 2);
    assert!(error.contains("unknown kind \"images\": use database, addresses, domains or versions"), "{error}");
    let (code, _, error) = run(dir.path(), &["feeds", "remove", "none", "--data", "data"]);
    assert_eq!((code, error.as_str()), (1, "palisade: there is no feed \"none\"; `palisade feeds list` lists them\n"));
}

#[test]
fn versions_that_a_server_tells_are_looked_up_in_the_list() {
    let dir = tempfile::tempdir().unwrap();
    let entry = r#"{"product":"oldserver","before":"1.3","ids":["CVE-2099-1"],"severity":"high","source":"a test"}"#;
    fs::write(dir.path().join("known.jsonl"), format!("# versions\n{entry}\n")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            // Whoever only connects sends nothing.
            if stream.read(&mut request).is_ok_and(|length| length > 0) {
                let _ = stream.write_all(
                    b"HTTP/1.1 200 OK\r\nServer: OldServer/1.2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                );
            }
        }
    });
    let score = ["score", url.as_str(), "--allow-private", "--only", "http", "--data", "data", "--format", "json"];
    let known = || {
        let (code, json, error) = run(dir.path(), &score);
        assert_eq!(code, 0, "{error}");
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let findings = json["findings"].as_array().unwrap().clone();
        findings.into_iter().find(|finding| finding["rule"] == "PST221")
    };
    assert_eq!(known(), None);
    let (code, told, error) = run(dir.path(), &["feeds", "import", "known.jsonl", "--data", "data"]);
    assert_eq!((code, told.as_str()), (0, "imported known: list of 1 vulnerable versions\n"), "{error}");
    let finding = known().unwrap();
    assert!(finding.to_string().contains("CVE-2099-1"), "{finding}");
    fs::write(dir.path().join("bad.jsonl"), format!("{entry}\n{{\"product\":\"x\"}}\n")).unwrap();
    let (code, _, error) = run(dir.path(), &["feeds", "import", "bad.jsonl", "--data", "data"]);
    assert!(code == 1 && error.starts_with("palisade: bad.jsonl:2:"), "{error}");
}
