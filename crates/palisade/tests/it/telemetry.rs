//! Telemetry as an existing plug-in sends it, by the words of the guide.

use crate::support::{Nginx, Place, Serve, call, eventually, free_address};
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

const GUIDE: &str = include_str!("../../../../docs/guide/readers/telemetry.md");

/// What the guide gives to curl: the trace source, and one exchange.
fn of_the_guide() -> (&'static str, &'static str) {
    let mut given = GUIDE.split("-d '").skip(1).map(|rest| rest.split('\'').next().unwrap());
    (given.next().unwrap(), given.next().unwrap())
}

fn source(serve: &Serve) -> String {
    let made = serve.admin("POST", "/trace-sources", of_the_guide().0).good();
    made["token"].as_str().unwrap().to_owned()
}

fn shows_the_order(serve: &Serve) {
    eventually("the inventory shows the operation", Duration::from_secs(5), || {
        let api = serve.list("/apis").into_iter().find(|api| api["name"] == "orders.shop.svc.cluster.local")?;
        let found = serve.list(&format!("/apis/{}/operations", api["id"].as_str().unwrap()));
        found
            .iter()
            .any(|operation| operation["method"] == "GET" && operation["path"] == "/orders/{orderId}")
            .then_some(())
    });
}

#[test]
fn a_plug_in_needs_an_address_and_a_token() {
    let place = Place::new();
    let serve = place.serve(&[]);
    let token = source(&serve);
    let fields = [("X-Trace-Source-Token", token.as_str()), ("Content-Type", "application/json")];
    let answer = call(&serve.console, "POST", "/api/telemetry", &fields, of_the_guide().1);
    assert_eq!(answer.good()["accepted"], 1);
    shows_the_order(&serve);
    let metrics = crate::support::get(&serve.metrics, "/metrics").text();
    assert!(metrics.contains("palisade_telemetry_accepted_total 1"), "{metrics}");
}

#[test]
fn a_server_in_front_gives_what_a_plug_in_cannot() {
    if !Nginx::installed() {
        return;
    }
    let place = Place::new();
    let serve = place.serve(&[]);
    let (token, free) = (source(&serve), free_address());
    // As in the guide, without its certificate.
    let block = GUIDE.split("    server {").nth(1).unwrap().split("\n    }\n").next().unwrap();
    let block = block.lines().filter(|line| !line.contains("ssl_certificate")).collect::<Vec<_>>().join("\n");
    let block = block.replace("10443 ssl", &free.to_string()).replace("http://127.0.0.1:8600", &serve.console);
    let http = format!("server {{ {} }}", block.replace("SOURCE", &token));
    let _nginx = Nginx::start(place.path(), &http, free);
    let fields = [("Host", "palisade.example:10443"), ("Content-Type", "application/json")];
    let answer = call(&free.to_string(), "POST", "/api/telemetry", &fields, of_the_guide().1);
    assert_eq!(answer.good()["accepted"], 1);
    shows_the_order(&serve);
}

#[test]
fn a_file_of_telemetry_gives_a_contract() {
    let place = Place::new();
    let records: Vec<String> =
        (0..8).map(|n| of_the_guide().1.replace("/orders/7", &format!("/orders/{}", 1000 + n))).collect();
    for (name, text) in [("objects.json", records.join("\n")), ("array.json", format!("[{}]", records.join(",")))] {
        let file = place.file(name, &text);
        let done = Command::new(env!("CARGO_BIN_EXE_palisade")).args(["discover", &file]).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success() && said.starts_with("8 exchanges read\n"), "{said}");
        let contract = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(contract.contains("/orders/{orderId}:") && contract.contains("orders.shop.svc"), "{contract}");
    }
    let broken: Value = serde_json::from_str(of_the_guide().1).unwrap();
    let broken = broken.to_string().replace("/orders/7", "/orders/{orderId}");
    let file = place.file("route.json", &broken);
    let done = Command::new(env!("CARGO_BIN_EXE_palisade")).args(["discover", &file]).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(said.contains("1 records rejected: a route in place of a path"), "{said}");
}
