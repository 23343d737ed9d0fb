//! `palisade store rotate-key` beside a server that runs, and what of a secret is written anywhere.

use crate::support::{Place, Upstream};
use std::process::Command;

const CANARY: &str = "oIdCsEcReT-canary-7Kq2Zx";

fn rotate(data: &str) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    let command = command.env_remove("PALISADE_MASTER_KEY").env_remove("PALISADE_MASTER_KEY_FILE");
    let done = command.args(["store", "rotate-key", "--data", data]).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    (done.status.code(), said)
}

#[test]
fn a_rotation_says_what_it_did_and_what_is_missing() {
    let place = Place::new();
    let (code, said) = rotate(&place.path().join("nowhere").display().to_string());
    assert!(code == Some(1) && said.contains("there is no store"), "{said}");

    let upstream = Upstream::new(|_| "HTTP/1.1 204 No Content\r\n\r\n".into());
    let serve = place.serve(&["--upstream", &upstream.url, "--log", "trace"]);
    let settings = r#"{"issuer":"https://id.example","client_id":"palisade","roles":[{"group":"*","role":"viewer"}]}"#;
    serve.admin("PUT", "/oidc", settings).good();
    let kept = serve.admin("PUT", "/oidc/secret", &format!("{{\"client_secret\":\"{CANARY}\"}}"));
    assert_eq!(kept.status(), 204, "{}", kept.text());
    let data = place.data().display().to_string();
    let (code, said) = rotate(&data);
    assert!(code == Some(0) && said.starts_with("1 secrets are sealed by the master key "), "{said}");
    let (_, again) = rotate(&data);
    assert_ne!(said, again, "another key each time");

    // The server ran on all the while, and reads what the new key sealed.
    let shown = serve.admin("GET", "/oidc", "");
    assert_eq!(shown.json()["has_secret"], true, "{}", shown.text());
    let mut answers = shown.text();
    for path in ["/audit-log?limit=100", "/session", "/overview"] {
        answers += &serve.admin("GET", path, "").text();
    }
    assert!(answers.contains("/api/v1/oidc/secret"), "the change is in the audit log: {answers}");
    assert!(!answers.contains(CANARY), "{answers}");
    serve.process.terminate();

    // Without its key the store is not opened, and no other key is made.
    std::fs::rename(place.data().join("master.key"), place.path().join("away.key")).unwrap();
    let (code, said) = rotate(&data);
    assert!(code == Some(1) && said.contains("restore that file"), "{said}");
    assert!(!place.data().join("master.key").exists());
    let mut folders = vec![place.path().to_owned()];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            seen += 1;
            let bytes = std::fs::read(&path).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains(CANARY), "{}", path.display());
        }
    }
    assert!(seen >= 5, "{seen} files: the store, the logs, the keys");
}

#[test]
fn the_settings_of_a_file_are_in_force_and_changed_there() {
    let place = Place::new();
    place.file("oidc.secret", CANARY);
    let text = "name: Example ID\nissuer: https://id.example\nclient_id: palisade\nclient_secret_file: oidc.secret\n\
                roles:\n  - {group: owners, role: admin}\n";
    let file = place.file("oidc.yaml", text);
    let upstream = Upstream::new(|_| "HTTP/1.1 204 No Content\r\n\r\n".into());
    let serve = place.serve(&["--upstream", &upstream.url, "--oidc", &file]);
    let shown = serve.admin("GET", "/oidc", "");
    let set = shown.json();
    assert_eq!((&set["managed_by_file"], &set["has_secret"]), (&true.into(), &true.into()), "{set}");
    assert_eq!(set["settings"]["roles"][0]["project"], "default");
    assert!(!shown.text().contains(CANARY));
    for (method, path, body) in [("DELETE", "/oidc", ""), ("PUT", "/oidc/secret", "{\"client_secret\":\"x\"}")] {
        assert_eq!(serve.admin(method, path, body).status(), 409, "{method} {path}");
    }
    for (bad, said) in [
        (text.replace("client_id", "client"), "client"),
        (text.replace("https://", "http://"), "https"),
        (text.replace("admin", "gateway"), "gateway is no role of people"),
        (text.replace("oidc.secret", "gone.secret"), "gone.secret"),
        (text.replace("client_secret_file: oidc.secret\n", ""), "client_secret_file is missing"),
    ] {
        let file = place.file("bad.yaml", &bad);
        let data = place.path().join("other").display().to_string();
        let args = ["serve", "--data", &data, "--listen", "127.0.0.1:0", "--gateway", "127.0.0.1:0", "--admin"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
        let done = command.args(args).args(["127.0.0.1:0", "--oidc", &file]).output().unwrap();
        let words = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.code() == Some(1) && words.contains(said), "{words}");
    }
}
