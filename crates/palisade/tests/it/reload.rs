//! A gateway whose file changes while it serves: nothing is dropped, and what is bad is shown and not taken.

use crate::support::{CONTRACT, Place, Running, Upstream, eventually, get};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

struct Gateway {
    process: Running,
    /// Of the listeners, in the order they were opened.
    earlier: usize,
    admin: String,
}

impl Gateway {
    fn start(place: &Place, file: &str) -> Gateway {
        let args = ["gateway", "--config", file, "--admin", "127.0.0.1:0", "--log-format", "json"];
        let mut process = Running::start(place.path(), "gateway", &args);
        let admin = process.says(|_, err| address(err, "admin listens", 0));
        Gateway { process, earlier: 0, admin }
    }

    /// The address of the next listener that is opened.
    fn opened(&mut self) -> String {
        let at = self.earlier;
        self.earlier += 1;
        self.process.says(|_, err| address(err, "gateway listens", at))
    }

    fn reload(&self) {
        self.process.signal("HUP");
    }

    fn status(&self) -> Value {
        get(&self.admin, "/status").good()
    }
}

fn address(log: &str, message: &str, at: usize) -> Option<String> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut said = lines.filter(|line| line["message"] == message);
    said.nth(at)?["address"].as_str().map(str::to_owned)
}

fn file(listeners: &[&str], upstream: &str, mode: &str, base: &str) -> String {
    let listeners: Vec<String> = listeners.iter().map(|address| format!("{{address: \"{address}\"}}")).collect();
    format!(
        "listeners: [{}]\napis:\n  - {{name: shop, upstream: \"{upstream}\", contract: orders.yaml, mode: {mode}, \
         base_path: \"{base}\"}}\n",
        listeners.join(", ")
    )
}

#[test]
fn reloads_under_load_fail_no_request() {
    const RELOADS: u64 = 40;
    let (place, upstream) = (Place::new(), Upstream::shop());
    place.file("orders.yaml", CONTRACT);
    let path = place.file("gateway.yaml", &file(&["127.0.0.1:0"], &upstream.url, "block", "/"));
    let mut gateway = Gateway::start(&place, &path);
    let data = gateway.opened();
    let done = Arc::new(AtomicBool::new(false));
    let served = Arc::new(AtomicU64::new(0));
    let clients: Vec<_> = (0..3)
        .map(|client| {
            let (data, done, served) = (data.clone(), Arc::clone(&done), Arc::clone(&served));
            std::thread::spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    assert_eq!(get(&data, &format!("/orders/{client}")).status(), 200);
                    served.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for round in 0..RELOADS {
        // Every second definition is another one, so that every one of them is compiled.
        let base = if round % 2 == 0 { "//" } else { "/" };
        let version = || gateway.status()["version"].as_u64().unwrap();
        let before = version();
        place.file("gateway.yaml", &file(&["127.0.0.1:0"], &upstream.url, "block", base));
        gateway.reload();
        eventually("the reload", Duration::from_secs(20), || (version() > before).then_some(()));
    }
    done.store(true, Ordering::Relaxed);
    clients.into_iter().for_each(|client| client.join().expect("no request failed"));
    assert!(served.load(Ordering::Relaxed) > RELOADS, "the load went on meanwhile");
    assert_eq!(gateway.status()["problems"], serde_json::json!([]));
    gateway.process.terminate();
    assert!(gateway.process.ended(Duration::from_secs(8)).success());
}

#[test]
fn listeners_come_and_go_with_the_file() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    place.file("orders.yaml", CONTRACT);
    let with = |listeners: &[&str]| file(listeners, &upstream.url, "block", "/");
    let path = place.file("gateway.yaml", &with(&["127.0.0.1:0"]));
    let mut gateway = Gateway::start(&place, &path);
    let first = gateway.opened();
    assert_eq!(get(&first, "/orders/1").status(), 200);

    place.file("gateway.yaml", &with(&["127.0.0.1:0", "127.0.0.2:0"]));
    gateway.reload();
    let second = gateway.opened();
    assert_eq!((get(&first, "/orders/1").status(), get(&second, "/orders/2").status()), (200, 200));

    // A connection to the listener that goes is not cut in the middle of its request.
    let mut open = TcpStream::connect(first.trim_start_matches("http://")).unwrap();
    let (head, body) =
        ("POST /orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n", "{\"item\":\"tea\",\"count\":1}");
    write!(open, "{head}Content-Length: {}\r\n\r\n", body.len()).unwrap();
    place.file("gateway.yaml", &with(&["127.0.0.2:0"]));
    gateway.reload();
    eventually("the listener is closed", Duration::from_secs(20), || {
        TcpStream::connect(first.trim_start_matches("http://")).is_err().then_some(())
    });
    open.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    open.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 ") && answer.contains("Connection: close"), "{answer}");
    assert_eq!(get(&second, "/orders/3").status(), 200);

    // One that cannot be opened is told; the others are as the file says.
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    place.file("gateway.yaml", &with(&["127.0.0.2:0", &taken]));
    gateway.reload();
    let problem = eventually("the problem", Duration::from_secs(20), || {
        gateway.status()["problems"][0].as_str().map(str::to_owned)
    });
    assert!(problem.contains(&format!("cannot listen on {taken}")), "{problem}");
    assert_eq!(get(&second, "/orders/4").status(), 200);
}

#[test]
fn what_is_bad_is_shown_and_the_last_good_policy_stays() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    place.file("orders.yaml", CONTRACT);
    let good = file(&["127.0.0.1:0"], &upstream.url, "block", "/");
    let path = place.file("gateway.yaml", &good);
    let mut gateway = Gateway::start(&place, &path);
    let data = gateway.opened();
    let blocks = || assert_eq!((get(&data, "/orders/x").status(), get(&data, "/orders/1").status()), (400, 200));
    blocks();
    for (name, text, wanted) in [
        ("gateway.yaml", good.replace("mode: block", "mode: blok"), "gateway.yaml:3:"),
        ("gateway.yaml", "listeners: [\n".to_owned(), "gateway.yaml:"),
        ("orders.yaml", "not a contract".to_owned(), "API `shop`"),
    ] {
        place.file(name, &text);
        gateway.reload();
        let problem = eventually("the problem", Duration::from_secs(20), || {
            gateway.status()["problems"][0].as_str().filter(|problem| problem.contains(wanted)).map(str::to_owned)
        });
        blocks();
        let metrics = get(&gateway.admin, "/metrics").text();
        assert!(metrics.contains("palisade_gateway_file_current 0"), "{problem}: {metrics}");
        place.file("gateway.yaml", &good);
        place.file("orders.yaml", CONTRACT);
        gateway.reload();
        eventually("all is good again", Duration::from_secs(20), || {
            gateway.status()["problems"].as_array().unwrap().is_empty().then_some(())
        });
        blocks();
    }
}
