//! Traffic of a real interface, while it passes. Needs CAP_NET_RAW, as root has it.

use crate::support::{Nginx, Place, Running, Upstream, call, eventually, free_address};
use crate::wire::{conversation, streams};
use std::io::{Read as _, Write as _};
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const PALISADE: &str = env!("CARGO_BIN_EXE_palisade");

/// Says so when packets may not be captured here.
fn may_capture() -> bool {
    let done = Command::new(PALISADE).args(["tap", "-i", "lo", "--duration", "0s", "--output", "/dev/null"]).output();
    let said = String::from_utf8_lossy(&done.unwrap().stderr).into_owned();
    let may = !said.contains("CAP_NET_RAW");
    if !may {
        let _ = writeln!(std::io::stderr(), "skipped: packets may not be captured here: {said}");
    }
    may
}

/// A tap on loopback that listens already.
fn tap(place: &Place, name: &str, args: &[&str]) -> Running {
    let all = [&["tap", "-i", "lo"], args].concat();
    let mut running = Running::start(place.path(), name, &all);
    running.says(|_, err| err.contains("listening on lo").then_some(()));
    running
}

/// Waits for its end, which must be a good one, and gives what it said.
fn ended(place: &Place, name: &str, running: Running) -> String {
    let status = running.ended(Duration::from_secs(20));
    let said = std::fs::read_to_string(place.path().join(format!("{name}.err"))).unwrap();
    assert!(status.success(), "{said}");
    said
}

fn contract(path: &Path) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn a_real_servers_traffic_gives_a_contract() {
    if !may_capture() || !Nginx::installed() {
        return;
    }
    let (place, free) = (Place::new(), free_address());
    let http = format!(
        "server {{ listen {free}; location / {{ default_type application/json; return 200 '{{\"id\":7,\"name\":\"x\"}}'; }} }}"
    );
    let _nginx = Nginx::start(place.path(), &http, free);
    let (learned, port) = (place.path().join("learned.json"), free.port().to_string());
    let output = learned.display().to_string();
    let args = ["--filter-port", &port, "--output", &output, "--max-exchanges", "24"];
    let running = tap(&place, "tap", &args);
    for n in 0..24 {
        let answer = call(&free.to_string(), "GET", &format!("/orders/{}", 1000 + n), &[("Host", "shop.test")], "");
        assert_eq!(answer.status(), 200);
    }
    let said = ended(&place, "tap", running);
    assert!(said.contains(" 24 exchanges read\n") && !said.contains("dropped"), "{said}");
    let contract = contract(&learned);
    let operation = &contract["paths"]["/orders/{orderId}"]["get"];
    let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    assert!(answer.is_object(), "{contract:#}");
    assert_eq!(contract["servers"][0]["url"], "http://shop.test");
}

#[test]
fn what_is_written_holds_no_secret_and_the_end_is_clean() {
    if !may_capture() {
        return;
    }
    let (place, shop) = (Place::new(), Upstream::shop());
    let port = shop.url.rsplit(':').next().unwrap().to_owned();
    let lines = place.path().join("seen.jsonl");
    let output = lines.display().to_string();
    let running = tap(&place, "tap", &["--filter-port", &port, "--output", &output]);
    for n in 0..5 {
        let fields = [("Host", "shop.test"), ("Authorization", "Bearer canary-of-the-caller")];
        call(
            &shop.url,
            "POST",
            &format!("/orders/{n}?token=canary-of-the-query"),
            &fields,
            "{\"pin\":\"canary-of-the-body\"}",
        );
    }
    eventually("five lines are written while the capture goes on", Duration::from_secs(10), || {
        (std::fs::read_to_string(&lines).unwrap().lines().count() == 5).then_some(())
    });
    running.terminate();
    let said = ended(&place, "tap", running);
    assert!(said.contains(" 5 exchanges read\n"), "{said}");
    let text = std::fs::read_to_string(&lines).unwrap();
    assert!(text.contains("shop.test") && !text.contains("canary"), "{text}");
    // They are a recording like any other.
    let done = Command::new(PALISADE).args(["discover", &output]).output().unwrap();
    assert!(String::from_utf8_lossy(&done.stderr).starts_with("5 exchanges read"));
}

#[test]
fn mirrored_traffic_is_unpacked() {
    if !may_capture() {
        return;
    }
    let place = Place::new();
    let learned = place.path().join("learned.json");
    let output = learned.display().to_string();
    let running = tap(&place, "tap", &["--filter-port", "40001,40020", "--output", &output, "--max-exchanges", "8"]);
    let mirror = UdpSocket::bind("127.0.0.1:0").unwrap();
    for (port, head, packets) in [
        (4789, &[8, 0, 0, 0, 0, 0, 7, 0][..], conversation()),
        (6081, &[1, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 2, 3, 4], streams()),
    ] {
        for (_, packet) in packets {
            // Nobody listens there, and the system says so to who sends.
            let _ = mirror.send_to(&[head, &packet].concat(), ("127.0.0.1", port));
        }
    }
    let said = ended(&place, "tap", running);
    assert!(said.contains(" 8 exchanges read\n"), "{said}");
    let contract = contract(&learned);
    let paths: Vec<&String> = contract["paths"].as_object().unwrap().keys().collect();
    assert!(paths.iter().any(|path| *path == "/a") && paths.iter().any(|path| *path == "/orders"), "{paths:?}");
}

#[test]
fn what_the_kernel_drops_is_counted() {
    if !may_capture() {
        return;
    }
    let (place, shop) = (Place::new(), Upstream::shop());
    let port = shop.url.rsplit(':').next().unwrap().to_owned();
    let lines = place.path().join("seen.jsonl").display().to_string();
    let running = tap(&place, "tap", &["--filter-port", &port, "--output", &lines, "--buffer", "1"]);
    // While it stands still more passes than the kernel keeps for it.
    running.signal("STOP");
    let flood = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sink = UdpSocket::bind("127.0.0.1:0").unwrap();
    for _ in 0..200 {
        flood.send_to(&[0; 60_000], sink.local_addr().unwrap()).unwrap();
    }
    running.signal("CONT");
    eventually("an exchange behind the gap is read", Duration::from_secs(10), || {
        call(&shop.url, "GET", "/orders/7", &[("Host", "shop.test")], "");
        (!std::fs::read_to_string(&lines).unwrap().is_empty()).then_some(())
    });
    running.terminate();
    let said = ended(&place, "tap", running);
    let dropped = said.lines().find_map(|line| line.split_once(" packets dropped by the kernel")).unwrap_or_default().0;
    assert!(dropped.parse::<u64>().is_ok_and(|dropped| dropped > 50), "{said}");
}

#[test]
fn exchanges_go_to_a_control_plane() {
    if !may_capture() {
        return;
    }
    let (place, shop) = (Place::new(), Upstream::shop());
    let serve = place.serve(&["--upstream", "http://127.0.0.1:9", "--name", "orders"]);
    let made = serve.admin("POST", "/tokens", "{\"name\":\"tap\",\"role\":\"gateway\"}").good();
    let token = place.file("token", made["token"].as_str().unwrap());
    let port = shop.url.rsplit(':').next().unwrap().to_owned();
    let args = ["--filter-port", &port, "--server", &serve.console, "--token-file", &token, "--api", "orders"];
    let running = tap(&place, "tap", &args);
    for n in 0..8 {
        call(&shop.url, "GET", &format!("/orders/{}", 1000 + n), &[("Host", "shop.test")], "");
    }
    eventually("the inventory shows the operation", Duration::from_secs(10), || {
        serve.inventory().iter().any(|line| line.starts_with("GET /orders/{orderId}")).then_some(())
    });
    running.terminate();
    let said = ended(&place, "tap", running);
    assert!(said.contains(" 8 exchanges read\n") && !said.contains("lost"), "{said}");
}

#[test]
fn without_the_capability_it_is_named() {
    let bounded = ["--bounding-set", "-net_raw", "--inh-caps", "-net_raw", PALISADE, "tap", "-i", "lo"];
    let done = match Command::new("setpriv").args(bounded).args(["--duration", "0s"]).output() {
        Ok(done) => done,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "skipped: setpriv is not installed: {error}");
            return;
        }
    };
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.starts_with("palisade: capturing needs the capability CAP_NET_RAW: run it as root"), "{said}");
    let done = Command::new(PALISADE).args(["tap", "-i", "no-such-0"]).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(said.contains("there is no interface \"no-such-0\"") && done.status.code() == Some(1), "{said}");
}

#[test]
fn what_tcpdump_writes_is_read_while_it_writes() {
    if !may_capture() || !Path::new("/usr/bin/tcpdump").exists() {
        let _ = writeln!(std::io::stderr(), "skipped: tcpdump is not installed, or may not capture");
        return;
    }
    let shop = Upstream::shop();
    let port = shop.url.rsplit(':').next().unwrap().to_owned();
    let place = Place::new();
    let said = std::fs::File::create(place.path().join("tcpdump.err")).unwrap();
    let filter = format!("tcp port {port}");
    let args = ["-i", "lo", "-s", "0", "-U", "-w", "-", &filter];
    let mut capture = Command::new("/usr/bin/tcpdump").args(args).stdout(Stdio::piped()).stderr(said).spawn().unwrap();
    let mut written = capture.stdout.take().unwrap();
    let said = std::fs::File::create(place.path().join("discover.err")).unwrap();
    let mut child = Command::new(PALISADE)
        .args(["discover", "-", "--output", "learned.json"])
        .current_dir(place.path())
        .stdin(Stdio::piped())
        .stderr(said)
        .spawn()
        .unwrap();
    eventually("tcpdump listens", Duration::from_secs(10), || {
        let said = std::fs::read_to_string(place.path().join("tcpdump.err")).unwrap_or_default();
        said.contains("listening on lo").then_some(())
    });
    for n in 0..8 {
        call(&shop.url, "GET", &format!("/orders/{}", 1000 + n), &[("Host", "shop.test")], "");
    }
    // On it goes as it comes, until the last answer is there.
    let (mut pipe, mut seen) = (child.stdin.take().unwrap(), Vec::new());
    let mut buffer = [0u8; 4096];
    while !seen.windows(9).any(|window| window == b"\"id\":1007") {
        let count = written.read(&mut buffer).unwrap();
        pipe.write_all(&buffer[..count]).unwrap();
        seen.extend_from_slice(&buffer[..count]);
    }
    assert!(Command::new("kill").arg(capture.id().to_string()).status().unwrap().success());
    std::io::copy(&mut written, &mut pipe).unwrap();
    drop(pipe);
    capture.wait().unwrap();
    eventually("discover ends", Duration::from_secs(10), || child.try_wait().unwrap());
    let said = std::fs::read_to_string(place.path().join("discover.err")).unwrap();
    assert!(said.starts_with("8 exchanges read"), "{said}");
    assert!(contract(&place.path().join("learned.json"))["paths"]["/orders/{orderId}"].is_object());
}
