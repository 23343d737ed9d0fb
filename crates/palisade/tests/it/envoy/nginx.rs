//! A real nginx with the files of `deploy/nginx`, which asks `palisade envoy` over HTTP.

use super::harness::{Api, ask, palisade, recorded};
use super::{BAD, GOOD, answer, gateway_file, requests};
use crate::support::{Message, Nginx, Place, Running, call, free_address, problem};
use std::path::Path;

struct Front {
    place: Place,
    api: Api,
    _palisade: Running,
    _nginx: Nginx,
    address: String,
}

impl Front {
    /// Starts nginx with a file as it stands but for its ports.
    fn new(file: &str) -> Front {
        let (place, api) = (Place::new(), Api::new(answer));
        place.file("contract.yaml", requests::CONTRACT);
        let text = gateway_file("contract.yaml", "block", &api.url, "").replace("RECORD", "seen.jsonl");
        let (palisade, _, http) = palisade(&place, &place.file("gateway.yaml", &text));
        let listens = free_address();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/nginx").join(file);
        let mut block = std::fs::read_to_string(source).unwrap();
        for (from, to) in [(10000, listens.port()), (3000, api.port()), (8605, http)] {
            let address = format!("127.0.0.1:{from};");
            assert_eq!(block.matches(&address).count(), 1, "{file} has one {address}");
            block = block.replace(&address, &format!("127.0.0.1:{to};"));
        }
        let nginx = Nginx::start(place.path(), &block, listens);
        Front { place, api, _palisade: palisade, _nginx: nginx, address: listens.to_string() }
    }

    fn call(&self, method: &str, target: &str, body: &str) -> Message {
        let fields = [("Host", "api.test"), ("Content-Type", "application/json")];
        call(&self.address, method, target, &fields, body)
    }
}

#[test]
fn auth_request_refuses_by_the_head_and_hands_the_problem_on() {
    if !Nginx::installed() {
        return;
    }
    let front = Front::new("auth_request.conf");
    assert_eq!(
        (front.call("GET", "/berths?limit=7", "").status(), front.call("POST", "/berths", GOOD).status()),
        (200, 201)
    );
    assert_eq!(front.api.take().len(), 2);
    for (method, target, status, code) in [
        ("GET", "/berths?limit=70", 400, "maximum"),
        ("GET", "/berths/7%2f8", 400, "ambiguous_path"),
        ("GET", "/tides", 404, "unknown_path"),
        ("PATCH", "/berths", 405, "unknown_method"),
        ("POST", "/berths", 400, "required"),
    ] {
        let answer = front.call(method, target, "");
        let problem = problem(&answer);
        assert_eq!(
            (&problem["status"], &problem["type"]),
            (&status.into(), &format!("urn:palisade:problem:{code}").into()),
            "{target}"
        );
        assert_eq!(answer.field("allow"), (status == 405).then_some("GET, HEAD, POST"));
        assert_eq!(answer.field("cache-control"), Some("no-store"));
    }
    let text = b"POST /berths HTTP/1.1\r\nHost: api.test\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx";
    assert_eq!(problem(&ask(&front.address, text))["status"], 415);
    assert_eq!(front.api.take().len(), 0, "nothing that was refused came through");
    // What a client says of itself in these fields does not count.
    let fields = [("Host", "api.test"), ("X-Original-URI", "/berths"), ("X-Original-Method", "GET")];
    assert_eq!(call(&front.address, "GET", "/tides", &fields, "").status(), 404);
    // A body is not seen, which is why it cannot be refused.
    assert_eq!(front.call("POST", "/berths", BAD).status(), 201);
    assert_eq!(front.api.take()[0].text(), BAD);
    let seen = recorded(&front.place.path().join("seen.jsonl"), 10);
    assert!(seen.iter().all(|line| line.get("response").is_none_or(serde_json::Value::is_null)), "{seen:?}");
}

#[test]
fn mirrored_requests_are_recorded_with_their_bodies_and_never_refused() {
    if !Nginx::installed() {
        return;
    }
    let front = Front::new("mirror.conf");
    assert_eq!(
        (front.call("POST", "/berths", BAD).status(), front.call("GET", "/tides?limit=7", "").status()),
        (201, 200)
    );
    assert_eq!(front.api.take().len(), 2);
    let seen = recorded(&front.place.path().join("seen.jsonl"), 2);
    let post = seen.iter().find(|line| line["method"] == "POST").unwrap();
    assert_eq!((&post["host"], &post["path"]), (&"api.test".into(), &"/berths".into()));
    assert!(post["request"]["body"]["shape"].is_object(), "{post}");
    assert_eq!(post["client"], "127.0.0.1", "{post}");
    let get = seen.iter().find(|line| line["method"] == "GET").unwrap();
    assert_eq!((&get["path"], &get["query"]), (&"/tides".into(), &"limit=7".into()));
}
