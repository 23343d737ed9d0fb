//! `palisade serve` in observe mode, over restarts, and to strangers.

use crate::support::{CONTRACT, Message, Place, Serve, Upstream, call, eventually, get, post, problem, send};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

const AWKWARD: &[&[u8]] = &[
    b"HTTP/1.1 200 Quite so\r\nx-LAST: 1\r\nSet-Cookie: a=1\r\nX-Between:  2 \r\nset-cookie: b=2\r\n\
      Content-Length: 2\r\nDATE: never\r\nServer: mine\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/event-stream\r\n\r\n\
      7;a=b\r\ndata: 1\r\n02\r\n\n\n\r\n0\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\nETag: \"x\"\r\n\r\n",
    b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
];

const REQUESTS: &[&[u8]] = &[
    b"GET /a%2Fb//c;d?x=%20&&y=1 HTTP/1.1\r\nhOsT: shop.test:99\r\nX-One: 1\r\naccept: a\r\nx-ONE: 2\r\n\
      Accept: b\r\nUser-Agent: raw\r\n\r\n",
    b"POST /orders HTTP/1.1\r\nHost: Shop.Test\r\ntransfer-encoding: chunked\r\nCONTENT-type: text/plain\r\n\r\n\
      5;x=y\r\nhello\r\n006\r\n world\r\n0\r\n\r\n",
    b"PUT /orders/7 HTTP/1.1\r\nContent-Length: 5\r\nHost: shop.test\r\nContent-Type: application/json\r\n\r\n{\"a\":",
    b"BREW /pot HTTP/1.1\r\nHost: shop.test\r\nX-Empty:\r\n\r\n",
];

#[test]
fn in_observe_mode_both_sides_see_what_they_see_without_a_gateway() {
    let place = Place::new();
    let answer = |request: &Message| {
        let number = request.head.find("X-Answer: ").map(|at| request.head.as_bytes()[at + 10] - b'0');
        AWKWARD[usize::from(number.unwrap_or(0))].to_vec()
    };
    let upstream = Upstream::new(answer);
    let contract = place.file("orders.yaml", CONTRACT);
    let serve = place.serve(&["--upstream", &upstream.url, "--contract", &contract]);
    for request in REQUESTS {
        for number in 0..AWKWARD.len() {
            let end = request.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
            let line = format!("\r\nX-Answer: {number}");
            let sent = [&request[..end], line.as_bytes(), &request[end..]].concat();
            let direct = (send(&upstream.url, &sent).raw, upstream.take());
            let through = (send(&serve.gateway, &sent).raw, upstream.take());
            assert_eq!(String::from_utf8_lossy(&through.0), String::from_utf8_lossy(&direct.0));
            assert_eq!(through.1, direct.1);
        }
    }
}

#[test]
fn the_inventory_shows_traffic_within_two_seconds() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let contract = place.file("orders.yaml", CONTRACT);
    let serve = place.serve(&["--upstream", &upstream.url, "--contract", &contract]);
    for n in 0..6 {
        assert_eq!(get(&serve.gateway, &format!("/orders/{}", 1000 + n)).status(), 200);
    }
    assert_eq!(get(&serve.gateway, "/internal/export").status(), 200, "nothing is refused in observe mode");
    let wanted = ["GET /internal/export shadow 1", "GET /orders/{orderId} documented 6", "POST /orders orphan 0"]
        .map(str::to_owned);
    eventually("the inventory is right", Duration::from_secs(2), || {
        let mut inventory = serve.inventory();
        inventory.sort();
        (inventory == wanted).then_some(())
    });
    let operations = serve.list(&format!("{}/operations", serve.api()));
    let order = operations.iter().find(|item| item["path"] == "/orders/{orderId}").unwrap();
    assert_eq!(order["statuses"]["200"], 6);
    assert!(order["first_observed"].as_str().unwrap() < order["last_observed"].as_str().unwrap());
    let metrics = get(&serve.metrics, "/metrics");
    assert_eq!((metrics.status(), get(&serve.metrics, "/readyz").status()), (200, 200), "{}", metrics.text());
}

/// What must be the same after a restart.
fn remembered(serve: &Serve, uuid: &str) -> (Vec<String>, Value, Value, Value, u64) {
    let mut inventory = serve.inventory();
    inventory.sort();
    let mut api = serve.read(&serve.api());
    let contract = api["contract"]["approved"].take();
    let exchanges = serve.read("/overview")["exchanges"].as_u64().unwrap();
    (inventory, serve.event(uuid), contract, api["mode"].take(), exchanges)
}

#[test]
fn a_kill_and_a_clean_end_both_keep_inventory_events_contract_and_mode() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let contract = place.file("orders.yaml", CONTRACT);
    let serve = place.serve(&["--upstream", &upstream.url, "--contract", &contract]);
    assert_eq!(serve.mode("block").good()["mode"], "block");
    for n in 0..5 {
        assert_eq!(get(&serve.gateway, &format!("/orders/{n}")).status(), 200);
    }
    let uuid = problem(&get(&serve.gateway, "/orders/x"))["uuid"].as_str().unwrap().to_owned();
    let id = serve.api();
    std::thread::sleep(Duration::from_millis(1600));
    let before = remembered(&serve, &uuid);
    assert_eq!((before.4, before.3.as_str()), (6, Some("block")));
    serve.process.kill();

    let serve = place.serve(&["--upstream", &upstream.url]);
    assert_eq!((serve.api(), remembered(&serve, &uuid)), (id.clone(), before), "after a kill");
    assert_eq!(get(&serve.gateway, "/orders/x").status(), 400, "it still blocks");
    assert_eq!(get(&serve.gateway, "/orders/9").status(), 200);
    // Not a moment to write: the clean end does it.
    serve.process.terminate();
    assert!(serve.process.ended(Duration::from_secs(5)).success());

    let serve = place.serve(&[]);
    let after = remembered(&serve, &uuid);
    assert_eq!((serve.api(), after.4, after.3.as_str()), (id, 8, Some("block")), "after a clean end");
    assert_eq!(after.1["count"], 2);
    assert_eq!(get(&serve.gateway, "/orders/x").status(), 400, "the API of the last start is still there");
}

#[test]
fn sigterm_lets_a_running_exchange_end() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let serve = place.serve(&["--upstream", &upstream.url]);
    let gateway = serve.gateway.clone();
    let slow = std::thread::spawn(move || get(&gateway, "/slow"));
    eventually("the request is on its way", Duration::from_secs(2), || (upstream.touched().1 > 0).then_some(()));
    let asked = Instant::now();
    serve.process.terminate();
    let answer = slow.join().unwrap();
    assert_eq!((answer.status(), answer.text().as_str()), (200, "{\"id\":0,\"state\":\"open\"}"));
    assert!(serve.process.ended(Duration::from_secs(5)).success());
    assert!(asked.elapsed() < Duration::from_secs(6), "{:?}", asked.elapsed());
    let serve = place.serve(&["--upstream", &upstream.url]);
    assert_eq!(serve.inventory(), ["GET /slow learned 1"], "and it was recorded");
}

#[test]
fn an_answer_without_end_does_not_hold_the_end() {
    let place = Place::new();
    let upstream = Upstream::new(|_| b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nand then nothing".to_vec());
    let serve = place.serve(&["--upstream", &upstream.url]);
    let mut client = TcpStream::connect(serve.gateway.trim_start_matches("http://")).unwrap();
    client.write_all(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut byte = [0u8; 1];
    client.read_exact(&mut byte).unwrap();
    serve.process.terminate();
    assert!(serve.process.ended(Duration::from_secs(9)).success());
}

#[test]
fn other_sites_and_other_names_reach_nothing() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let contract = place.file("orders.yaml", CONTRACT);
    let serve = place.serve(&["--upstream", &upstream.url, "--contract", &contract]);
    let path = format!("/api/v1{}", serve.api());
    let bearer = format!("Bearer {}", serve.token);

    assert_eq!(get(&serve.console, &path).status(), 401, "strangers read nothing");
    for host in ["evil.example", "127.0.0.1.evil.example:8600"] {
        let answer = call(&serve.console, "GET", &path, &[("Host", host), ("Authorization", &bearer)], "");
        assert_eq!(answer.status(), 421, "{host}: a rebound name");
    }

    let link = serve.link.strip_prefix(&serve.console).unwrap_or_else(|| panic!("{}", serve.link));
    let signed_in = get(&serve.console, link);
    assert_eq!(signed_in.status(), 303);
    let set = signed_in.field("set-cookie").unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
    assert_eq!(get(&serve.console, link).status(), 403, "the link works once");
    let cookie = set.split(';').next().unwrap();
    let change = |fields: &[(&str, &str)]| {
        let fields = [&[("Cookie", cookie), ("Content-Type", "application/json")], fields].concat();
        call(&serve.console, "PATCH", &path, &fields, "{\"mode\":\"block\"}")
    };
    for fields in [&[("Origin", "http://evil.example")][..], &[("Origin", "null")], &[]] {
        assert_eq!(change(fields).status(), 403, "{fields:?}: forged by another site");
    }
    assert_eq!(serve.read(&serve.api())["mode"], "observe");
    assert_eq!(change(&[("Origin", &serve.console)]).good()["mode"], "block", "our own page");

    let page = get(&serve.console, "/");
    assert!(page.field("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'self'")));
    for name in ["admin.token", "hash.key", "palisade.db"] {
        let mode = std::fs::metadata(place.data().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(std::fs::metadata(place.data()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn the_proof_of_a_highlight_works_in_a_shell() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let contract = place.file("orders.yaml", CONTRACT);
    let serve = place.serve(&["--upstream", &upstream.url, "--contract", &contract]);
    for n in 0..5 {
        get(&serve.gateway, &format!("/internal/export/{}", 4000 + n));
        post(&serve.gateway, "/orders", "{\"item\":\"tea\",\"count\":1}");
    }
    let curl = eventually("a highlight names the shadow operation", Duration::from_secs(8), || {
        let overview = serve.read("/overview");
        let highlight = overview["highlights"].as_array().unwrap().iter().find(|item| item["kind"] == "shadow")?;
        assert!(highlight["preview"]["text"].as_str().is_some_and(|text| !text.is_empty()), "{highlight}");
        Some(highlight["curl"].as_str().unwrap().to_owned())
    });
    assert!(curl.starts_with("curl ") && curl.contains(&serve.gateway), "{curl}");
    upstream.take();
    match Command::new("curl").arg("--version").output() {
        Ok(_) => {
            let output = Command::new("sh").arg("-c").arg(&curl).env("no_proxy", "127.0.0.1").output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success() && text.starts_with("HTTP/1.1 200 OK"), "{curl}\n{text}");
            assert!(upstream.take().starts_with("GET /internal/export"), "{curl}");
        }
        // Without curl on this machine the line was only read.
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound),
    }
}
