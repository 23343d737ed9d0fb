//! Block mode: what breaks the contract is answered by the gateway, and the API behind it never hears of it.

use crate::support::{CONTRACT, Message, Place, Serve, Upstream, call, get, post, problem, send};

fn blocking(place: &Place, upstream: &Upstream) -> Serve {
    let contract = place.file("orders.yaml", CONTRACT);
    place.serve(&["--upstream", &upstream.url, "--contract", &contract, "--mode", "block"])
}

/// A refused request: how it is sent, the status, and where the event says the reason lies.
struct Refused {
    what: &'static str,
    send: fn(&str) -> Message,
    status: u16,
    place: Option<(&'static str, &'static str, &'static str)>,
}

fn chunked(gateway: &str) -> Message {
    send(
        gateway,
        b"POST /orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
          e\r\n{\"item\":\"tea\",\r\nb\r\n\"count\":-1}\r\n0\r\n\r\n",
    )
}

const REFUSED: &[Refused] = &[
    Refused { what: "unknown path", send: |gateway| get(gateway, "/nowhere"), status: 404, place: None },
    Refused {
        what: "wrong method",
        send: |gateway| call(gateway, "DELETE", "/orders/7", &[], ""),
        status: 405,
        place: None,
    },
    Refused {
        what: "query parameter",
        send: |gateway| get(gateway, "/orders/7?depth=11"),
        status: 400,
        place: Some(("query", "depth", "")),
    },
    Refused {
        what: "path parameter",
        send: |gateway| get(gateway, "/orders/seven"),
        status: 400,
        place: Some(("path", "orderId", "")),
    },
    Refused {
        what: "member of the body",
        send: |gateway| post(gateway, "/orders", "{\"item\":\"tea\",\"count\":0}"),
        status: 400,
        place: Some(("body", "", "/count")),
    },
    Refused { what: "body in chunks", send: chunked, status: 400, place: Some(("body", "", "/count")) },
    Refused {
        what: "no JSON",
        send: |gateway| post(gateway, "/orders", "{\"item\":"),
        status: 400,
        place: Some(("body", "", "")),
    },
    Refused {
        what: "no body",
        send: |gateway| call(gateway, "POST", "/orders", &[("Content-Length", "0")], ""),
        status: 400,
        place: Some(("body", "", "")),
    },
    Refused {
        what: "media type",
        send: |gateway| call(gateway, "POST", "/orders", &[("Content-Type", "text/plain")], "tea"),
        status: 415,
        place: None,
    },
];

#[test]
fn refused_requests_get_a_problem_document_an_event_and_never_touch_the_upstream() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let serve = blocking(&place, &upstream);
    let mut uuids = Vec::new();
    for refused in REFUSED {
        let answer = (refused.send)(&serve.gateway);
        assert_eq!(answer.status(), refused.status, "{}: {}", refused.what, answer.text());
        let problem = problem(&answer);
        if refused.status == 405 {
            assert_eq!(answer.field("allow"), Some("GET, HEAD"));
        }
        let uuid = problem["uuid"].as_str().unwrap();
        assert_eq!(problem["instance"], format!("urn:uuid:{uuid}"));
        uuids.push(uuid.to_owned());
    }
    for (refused, uuid) in REFUSED.iter().zip(&uuids) {
        let event = serve.event(uuid);
        assert_eq!((&event["effect"], &event["status"]), (&"prevent".into(), &refused.status.into()), "{event}");
        assert!(event["upstream_status"].is_null() && !event["code"].as_str().unwrap().is_empty(), "{event}");
        if let Some((location, name, pointer)) = refused.place {
            let error = &event["errors"][0];
            let got = (&error["in"], &error["name"], &error["pointer"]);
            assert_eq!(got, (&location.into(), &name.into(), &pointer.into()), "{}: {event}", refused.what);
            assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{event}");
        }
    }
    assert_eq!(upstream.touched(), (0, 0), "not one connection, not one byte");

    assert_eq!(get(&serve.gateway, "/orders/7?depth=10").status(), 200);
    assert_eq!(post(&serve.gateway, "/orders", "{\"item\":\"tea\",\"count\":1}").status(), 201);
    let seen = upstream.take();
    assert!(seen.starts_with("GET /orders/7?depth=10 HTTP/1.1\r\n") && seen.contains("\"count\":1}"), "{seen}");

    // The same reason again: another uuid, the same event.
    let again = problem(&get(&serve.gateway, "/orders/8?depth=12"));
    let merged = serve.event(again["uuid"].as_str().unwrap());
    assert_eq!((&merged["id"], &merged["count"]), (&serve.event(&uuids[2])["id"], &2.into()));
}

#[test]
fn allow_this_lets_the_same_request_through_and_undo_refuses_it_again() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let serve = blocking(&place, &upstream);
    for (what, ask, passes) in [
        ("unknown path", (|gateway| get(gateway, "/nowhere")) as fn(&str) -> Message, 200),
        ("query parameter", |gateway| get(gateway, "/orders/7?depth=11"), 200),
        ("member of the body", |gateway| post(gateway, "/orders", "{\"item\":\"tea\",\"count\":0}"), 201),
    ] {
        let refused = ask(&serve.gateway);
        let uuid = problem(&refused)["uuid"].as_str().unwrap().to_owned();
        assert_eq!(serve.event(&uuid)["allowable"], true, "{what}");
        let exception = serve.admin("POST", &format!("/events/{uuid}/allow"), "").good();
        assert_eq!(exception["event_uuid"], uuid.as_str());
        assert_eq!(ask(&serve.gateway).status(), passes, "{what}: allowed");
        let undo = format!("{}/exceptions/{}", serve.api(), exception["id"].as_str().unwrap());
        assert_eq!(serve.admin("DELETE", &undo, "").status(), 204, "{what}");
        let before = upstream.touched();
        assert_eq!(ask(&serve.gateway).status(), refused.status(), "{what}: undone");
        assert_eq!(upstream.touched(), before, "{what}: undone");
    }
}

#[test]
fn what_a_file_manages_is_read_only_and_still_blocks() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    place.file("orders.yaml", CONTRACT);
    let text = format!(
        "listeners:\n  - address: 127.0.0.1:0\napis:\n  - name: orders\n    upstream: {}\n    contract: orders.yaml\n    \
         mode: block\n",
        upstream.url
    );
    let serve = place.serve(&["--gateway-config", &place.file("gateway.yaml", &text)]);
    let api = &serve.list("/apis")[0];
    assert_eq!((&api["managed_by"], &api["read_only"], &api["mode"]), (&"file".into(), &true.into(), &"block".into()));
    let uuid = problem(&get(&serve.gateway, "/nowhere"))["uuid"].as_str().unwrap().to_owned();
    serve.event(&uuid);
    for (method, path, body) in [
        ("PATCH", serve.api(), "{\"mode\":\"observe\"}"),
        ("PUT", format!("{}/contract", serve.api()), CONTRACT),
        ("POST", format!("/events/{uuid}/allow"), ""),
    ] {
        let answer = serve.admin(method, &path, body);
        assert_eq!((answer.status(), &problem(&answer)["status"]), (409, &409.into()), "{method} {path}");
    }
    assert_eq!((get(&serve.gateway, "/nowhere").status(), upstream.touched()), (404, (0, 0)));
}
