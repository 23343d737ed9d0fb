//! `palisade keys`: before and while `palisade serve` runs on the same data.

use crate::support::{Place, Serve, call};
use base64::Engine as _;
use std::process::{Command, Output};

fn keys(place: &Place, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    command.arg("keys").args(args).arg("--data").arg(place.data()).output().unwrap()
}

/// Access key and secret key, out of the two lines and nothing else.
fn exported(output: &Output) -> (String, String) {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let lines: Vec<&str> = text.lines().collect();
    let [access, secret] = lines[..] else { panic!("{text}") };
    let value = |line: &str, name: &str| line.strip_prefix(&format!("export {name}=")).unwrap().to_owned();
    (value(access, "PANOPTICA_CLI_ACCESS_KEY"), value(secret, "PANOPTICA_CLI_SECRET_KEY"))
}

fn asks(serve: &Serve, (access, secret): &(String, String)) -> u16 {
    let text = base64::engine::general_purpose::STANDARD.encode(format!("{access}:{secret}"));
    let fields = [("Authorization", format!("Basic {text}"))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    call(&serve.console, "GET", "/api/v1/session", &fields, "").status()
}

#[test]
fn keys_are_made_before_and_while_the_server_runs_and_stop_at_once() {
    let place = Place::new();
    let before = exported(&keys(&place, &["create", "--name", "before", "--role", "ci"]));
    let serve = place.serve(&[]);
    assert_eq!(asks(&serve, &before), 200);
    let meanwhile = exported(&keys(&place, &["create", "--name", "meanwhile", "--role", "viewer", "--expires", "12h"]));
    assert_eq!(asks(&serve, &meanwhile), 200);

    let listed = String::from_utf8(keys(&place, &["list"]).stdout).unwrap();
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(listed.contains("before") && !listed.contains(&before.1) && listed.matches(" active ").count() == 2);
    assert!(keys(&place, &["revoke", &before.0]).status.success());
    assert_eq!(asks(&serve, &before), 401, "revoked in another process");
    assert_eq!(asks(&serve, &meanwhile), 200);
    let again = keys(&place, &["revoke", &before.0]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("is revoked already"));
    let json: serde_json::Value = serde_json::from_slice(&keys(&place, &["list", "--format", "json"]).stdout).unwrap();
    assert_eq!((&json["items"][0]["state"], &json["items"][1]["state"]), (&"revoked".into(), &"active".into()));
}

#[test]
fn the_two_lines_are_ready_for_a_shell() {
    let place = Place::new();
    let script = format!(
        "eval \"$({} keys create --name 'my key' --role ci --data '{}')\" && printf %s \"$PANOPTICA_CLI_ACCESS_KEY $PANOPTICA_CLI_SECRET_KEY\"",
        env!("CARGO_BIN_EXE_palisade"),
        place.data().display()
    );
    let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("pal_ak_") && text.contains(" pal_sk_"), "{text}");
}

#[test]
fn mistakes_are_told() {
    let place = Place::new();
    for (args, code, word) in [
        (&["create", "--name", "x", "--role", "king"][..], 2, "the roles are admin, analyst"),
        (&["create", "--name", "x", "--role", "ci", "--expires", "soon"], 2, "such as 90d"),
        (&["create", "--name", "x", "--role", "ci", "--project", "none"], 1, "there is no project none"),
        (&["create", "--name", "x", "--role", "ci", "--scope", "all"], 1, "AREA:read"),
        (&["create", "--name", "", "--role", "ci"], 1, "1 to 100"),
        (&["revoke", "pal_ak_none"], 1, "has no key pair"),
    ] {
        let output = keys(&place, args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(code), true), "{args:?} {said}");
        assert!(said.contains(word), "{args:?} {said}");
    }
}
