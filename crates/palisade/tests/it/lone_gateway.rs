//! `palisade gateway` behind a control plane that goes away.

use crate::support::{CONTRACT, Place, Running, Upstream, eventually, get, post, problem};
use serde_json::Value;
use std::time::Duration;

fn gateway(place: &Place, file: &str) -> (Running, String) {
    let earlier = std::fs::read_to_string(place.path().join("gateway.err")).unwrap_or_default().len();
    let args = ["gateway", "--config", file, "--admin", "off", "--log-format", "json"];
    let mut process = Running::start(place.path(), "gateway", &args);
    let address = process.says(|_, err| {
        let lines = err[earlier..].lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.into_iter().find(|line| line["message"] == "gateway listens")?["address"].as_str().map(str::to_owned)
    });
    (process, address)
}

#[test]
fn with_the_control_plane_dead_the_gateway_serves_and_blocks_on() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let contract = place.file("orders.yaml", CONTRACT);
    let args = ["--upstream", &upstream.url, "--contract", &contract, "--mode", "block"];
    let serve = place.serve(&args);
    let token = serve.admin("POST", "/tokens", "{\"name\":\"edge\",\"role\":\"gateway\",\"expires_in_days\":1}").good();
    place.file("gateway.token", token["token"].as_str().unwrap());
    let text = format!(
        "listeners:\n  - address: 127.0.0.1:0\ncontrol_plane: {{url: \"{}\", token_file: gateway.token}}\n",
        serve.console
    );
    let file = place.file("gateway.yaml", &text);

    let (process, address) = gateway(&place, &file);
    eventually("the snapshot is in force", Duration::from_secs(10), || {
        (get(&address, "/orders/7").status() == 200).then_some(())
    });
    let refused = |address: &str, path: &str| {
        let before = upstream.touched();
        let answer = get(address, path);
        assert_eq!((answer.status(), upstream.touched()), (400, before), "{path}");
        problem(&answer)["uuid"].as_str().unwrap().to_owned()
    };
    let event = serve.event(&refused(&address, "/orders/seven"));
    assert_eq!((&event["effect"], &event["errors"][0]["name"]), (&"prevent".into(), &"orderId".into()), "{event}");

    let console = serve.console.trim_start_matches("http://").to_owned();
    serve.process.kill();
    assert_eq!(get(&address, "/orders/8").status(), 200, "it serves on");
    assert_eq!(post(&address, "/orders", "{\"item\":\"tea\",\"count\":2}").status(), 201);
    let while_away = refused(&address, "/orders/eight?depth=1");

    // The control plane comes back: what happened meanwhile arrives, what changes there is followed.
    let serve = place.serve(&[&args[..], &["--listen", &console]].concat());
    let found = eventually("what waited arrives", Duration::from_secs(15), || {
        serve.list(&format!("/events?uuid={while_away}")).first().cloned()
    });
    assert_eq!(found["status"], 400, "{found}");
    serve.mode("observe").good();
    eventually("the gateway follows", Duration::from_secs(10), || {
        (get(&address, "/orders/nine").status() == 200).then_some(())
    });
    serve.mode("block").good();
    eventually("the gateway follows back", Duration::from_secs(10), || {
        (get(&address, "/orders/nine").status() == 400).then_some(())
    });
    serve.process.kill();
    process.kill();

    // Both are gone; the gateway alone comes back.
    let (process, address) = gateway(&place, &file);
    assert_eq!(get(&address, "/orders/10").status(), 200, "it serves what it last knew");
    refused(&address, "/orders/ten");
    process.terminate();
    assert!(process.ended(Duration::from_secs(8)).success());
}
