//! The first admin, and who is locked out.

use crate::support::{Place, Serve, call};
use std::process::Command;

fn sign_in(serve: &Serve, name: &str, password: &str) -> u16 {
    let body = format!("{{\"name\":\"{name}\",\"password\":\"{password}\"}}");
    let fields = [("Content-Type", "application/json"), ("Origin", serve.console.as_str())];
    call(&serve.console, "POST", "/api/v1/session", &fields, &body).status()
}

#[test]
fn the_first_password_is_shown_once_and_whoever_has_the_machine_gets_another() {
    let place = Place::new();
    let serve = place.serve(&[]);
    let out = serve.process.stdout();
    let shown: Vec<&str> = out.lines().filter_map(|line| line.trim().strip_prefix("Password  ")).collect();
    let [line] = shown[..] else { panic!("{out}") };
    let (password, whose) = line.split_once(' ').unwrap();
    assert_eq!(whose, "of the user admin");
    assert_eq!(sign_in(&serve, "admin", password), 204);
    assert_eq!(serve.read("/session")["name"], "admin.token", "the token works beside it");
    for _ in 0..5 {
        assert_eq!(sign_in(&serve, "admin", "guess"), 401);
    }
    assert_eq!(sign_in(&serve, "admin", password), 429, "locked");

    let users = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
        command.arg("users").args(args).arg("--data").arg(place.data()).output().unwrap()
    };
    let listed = String::from_utf8(users(&["list"]).stdout).unwrap();
    assert!(listed.lines().any(|line| line.starts_with("admin ") && line.ends_with("admin in default")), "{listed}");
    let reset = users(&["reset-password", "admin"]);
    let fresh = String::from_utf8(reset.stdout).unwrap();
    assert!(reset.status.success() && fresh.trim().len() == 23 && fresh.trim() != password, "{fresh}");
    assert_eq!(sign_in(&serve, "admin", fresh.trim()), 204, "while the server runs, and in spite of the lock");
    let nobody = users(&["reset-password", "nobody"]);
    assert_eq!((nobody.status.code(), nobody.stdout.is_empty()), (Some(1), true));

    serve.process.kill();
    let serve = place.serve(&[]);
    assert_eq!(serve.process.stdout().matches("Password  ").count(), 1, "the second start shows none");
    assert_eq!(sign_in(&serve, "admin", fresh.trim()), 204);
}
