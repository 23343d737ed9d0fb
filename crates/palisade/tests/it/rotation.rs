//! `palisade store rotate-key` beside a server that runs.

use crate::support::{Place, Upstream};
use std::process::Command;

#[test]
fn a_rotation_says_what_it_did_and_what_is_missing() {
    let place = Place::new();
    let rotate = |data: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
        let command = command.env_remove("PALISADE_MASTER_KEY").env_remove("PALISADE_MASTER_KEY_FILE");
        let done = command.args(["store", "rotate-key", "--data", data]).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        (done.status.code(), said)
    };
    let nowhere = place.path().join("nowhere").display().to_string();
    let (code, said) = rotate(&nowhere);
    assert!(code == Some(1) && said.contains("there is no store"), "{said}");

    let upstream = Upstream::new(|_| "HTTP/1.1 204 No Content\r\n\r\n".into());
    let _serve = place.serve(&["--upstream", &upstream.url]);
    let data = place.data().display().to_string();
    let (code, said) = rotate(&data);
    assert!(code == Some(0) && said.starts_with("0 secrets are sealed by the master key "), "{said}");
    let (_, again) = rotate(&data);
    assert_ne!(said, again, "another key each time");
}
