//! Third parties that `palisade serve` watches: measured by itself, and what an end of the process cuts off is told.

use crate::support::{Place, Serve, Upstream, eventually};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::time::Duration;

fn add(serve: &Serve, url: &str) -> String {
    let body = json!({"url": url, "allow_private": true}).to_string();
    let made = serve.admin("POST", "/third-parties", &body).good();
    format!("/third-parties/{}", made["id"].as_str().unwrap())
}

fn soon(serve: &Serve, path: &str, what: impl Fn(&Value) -> bool) -> Value {
    eventually(path, Duration::from_secs(30), || Some(serve.read(path)).filter(&what))
}

#[test]
fn private_targets_need_the_flag() {
    let place = Place::new();
    let serve = place.serve(&[]);
    let refused = serve.admin("POST", "/third-parties", "{\"url\":\"http://127.0.0.1:1\",\"allow_private\":true}");
    assert_eq!(refused.status(), 400);
    assert!(refused.text().contains("--allow-private-targets"), "{}", refused.text());
}

#[test]
fn availability_is_measured_without_being_asked_for() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let serve = place.serve(&["--allow-private-targets"]);
    let path = add(&serve, &upstream.url);
    let measured = soon(&serve, &format!("{path}/availability"), |shown| shown["total"]["checks"] == 1);
    assert_eq!(measured["total"]["availability"], 1.0);
    assert!(upstream.take().starts_with("HEAD / HTTP/1.1\r\n"));
}

#[test]
fn a_kill_and_a_clean_end_both_say_what_they_cut_off() {
    let place = Place::new();
    // It takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let serve = place.serve(&["--allow-private-targets"]);
    let path = add(&serve, &format!("https://{}", silent.local_addr().unwrap()));
    let begin = |serve: &Serve| {
        serve.admin("POST", &format!("{path}/assessments"), "").good();
        soon(serve, &path, |party| party["open"]["state"] == "running");
    };
    begin(&serve);
    serve.process.kill();

    let serve = place.serve(&["--allow-private-targets"]);
    let party = serve.read(&path);
    assert_eq!((&party["open"], party["last"]["state"].as_str()), (&Value::Null, Some("failed")), "{party}");
    assert_eq!(party["last"]["reason"], "the control plane ended while it ran");
    begin(&serve);
    serve.process.terminate();
    assert!(serve.process.ended(Duration::from_secs(9)).success());

    let serve = place.serve(&["--allow-private-targets"]);
    let runs = serve.list(&format!("{path}/assessments"));
    assert_eq!(runs.iter().map(|run| run["state"].as_str().unwrap()).collect::<Vec<_>>(), ["failed", "failed"]);
}
