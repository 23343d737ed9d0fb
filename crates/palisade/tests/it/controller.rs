//! `palisade controller` beside a control plane that runs no jobs itself.

use crate::support::{Place, Running, Serve, Upstream, eventually};
use serde_json::{Value, json};
use std::time::Duration;

fn job(serve: &Serve, body: &Value) -> String {
    serve.admin("POST", "/jobs", &body.to_string()).good()["id"].as_str().unwrap().to_owned()
}

fn ended(serve: &Serve, id: &str) -> Value {
    eventually("the job ends", Duration::from_secs(30), || {
        let job = serve.read(&format!("/jobs/{id}"));
        (!matches!(job["state"].as_str().unwrap(), "Pending" | "InProgress")).then_some(job)
    })
}

fn start(place: &Place, serve: &Serve, name: &str, more: &[&str]) -> Running {
    let token = serve.admin("POST", "/tokens", "{\"name\":\"c\",\"role\":\"controller\"}").good();
    let token = place.file(&format!("{name}.token"), token["token"].as_str().unwrap());
    let mut args = vec!["controller", "--server", &serve.console, "--token-file", &token, "--name", name];
    args.extend(more);
    Running::start(place.path(), name, &args)
}

fn state(serve: &Serve, name: &str) -> Option<String> {
    let controllers = serve.list("/controllers");
    let row = controllers.iter().find(|row| row["name"] == name)?;
    Some(row["state"].as_str().unwrap().to_owned())
}

#[test]
fn jobs_run_beside_a_private_api_and_go_back_when_the_controller_ends() {
    let place = Place::new();
    let serve = place.serve(&["--no-controller"]);
    let contract = json!({"job_type": "OasScoringJob", "document": crate::support::CONTRACT});
    let waits = job(&serve, &contract);
    assert_eq!(serve.read(&format!("/jobs/{waits}"))["state"], "Pending", "nobody runs it");
    assert!(serve.list("/controllers").is_empty());

    let east = start(&place, &serve, "east", &["--allow-private", "--parallel", "2"]);
    let done = ended(&serve, &waits);
    assert_eq!(
        (&done["state"], &done["controller"]["name"]),
        (&json!("Completed"), &json!("east")),
        "{}",
        east.stderr()
    );
    assert_eq!(state(&serve, "east").as_deref(), Some("connected"));

    let shop = Upstream::shop();
    let private = json!({"job_type": "ThirdPartyApiScoringJob", "url": shop.url});
    let graded = ended(&serve, &job(&serve, &private));
    assert_eq!(graded["state"], "Completed", "{graded}");
    let log = serve.admin("GET", &format!("/jobs/{}/log", graded["id"].as_str().unwrap()), "").text();
    assert!(log.contains("leased to the controller east") && log.contains("has looked at http"), "{log}");

    // One that takes connections and says nothing holds an assessment up until it is stopped.
    let silent = Upstream::new(|_| {
        std::thread::sleep(Duration::from_secs(3600));
        Vec::new()
    });
    let held = job(&serve, &json!({"job_type": "ThirdPartyApiScoringJob", "url": silent.url}));
    eventually("it runs", Duration::from_secs(20), || (silent.touched().1 > 0).then_some(()));
    let stopped = serve.admin("DELETE", &format!("/jobs/{held}"), "").good();
    assert_eq!(stopped["state"], "Cancelled", "{stopped}");
    let held = job(&serve, &json!({"job_type": "ThirdPartyApiScoringJob", "url": silent.url}));
    let before = silent.touched().0;
    eventually("it runs", Duration::from_secs(20), || (silent.touched().0 > before).then_some(()));
    east.terminate();
    assert!(east.ended(Duration::from_secs(20)).success());
    let back = serve.read(&format!("/jobs/{held}"));
    assert_eq!((&back["state"], &back["attempts"]), (&json!("Pending"), &json!(0)), "{back}");
    assert_eq!(state(&serve, "east").as_deref(), Some("stopped"));

    // Without the operator's word no private address is asked.
    let west = start(&place, &serve, "west", &[]);
    let refused = ended(&serve, &held);
    assert_eq!(refused["state"], "Failed", "{refused}");
    assert!(refused["reason"].as_str().unwrap().contains("--allow-private"), "{refused}");
    drop(west);
}

#[test]
fn a_token_that_is_not_good_ends_it_and_no_log_shows_one() {
    let place = Place::new();
    let serve = place.serve(&["--no-controller"]);
    let viewer = serve.admin("POST", "/tokens", "{\"name\":\"v\",\"role\":\"viewer\"}").good();
    let viewer = viewer["token"].as_str().unwrap().to_owned();
    for (name, token) in [("viewer", viewer.as_str()), ("stranger", "pal_wrong")] {
        let file = place.file(&format!("{name}.token"), token);
        let args = ["controller", "--server", &serve.console, "--token-file", &file, "--name", name];
        let process = Running::start(place.path(), name, &args);
        let (out, err) = (place.path().join(format!("{name}.out")), place.path().join(format!("{name}.err")));
        assert_eq!(process.ended(Duration::from_secs(20)).code(), Some(1));
        let said = std::fs::read_to_string(out).unwrap() + &std::fs::read_to_string(err).unwrap();
        assert!(said.contains("palisade: ") && !said.contains(token), "{said}");
    }
}

#[test]
fn it_waits_for_a_control_plane_that_is_away() {
    let place = Place::new();
    let address = crate::support::free_address().to_string();
    let serve = place.serve(&["--no-controller", "--listen", &address]);
    let east = start(&place, &serve, "east", &[]);
    eventually("it is there", Duration::from_secs(20), || state(&serve, "east").filter(|state| state == "connected"));
    let token = serve.token.clone();
    serve.process.kill();
    let serve = place.serve(&["--no-controller", "--listen", &address]);
    assert_eq!(serve.token, token);
    let id = job(&serve, &json!({"job_type": "OasScoringJob", "document": crate::support::CONTRACT}));
    assert_eq!(ended(&serve, &id)["controller"]["name"], "east", "{}", east.stderr());
}
