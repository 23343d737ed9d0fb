//! TLS and HTTP/2 of the gateway, seen by curl and openssl: the examples of the guide.

use crate::support::{CONTRACT, Place, Running, Upstream, eventually};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// What a tool prints; `None` when it is not installed.
fn tool(place: &Path, name: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(name).args(args).current_dir(place).stdin(std::process::Stdio::null()).output().ok()?;
    Some(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

fn certificate(place: &Path, name: &str) {
    let line = format!(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=shop.test \
         -addext subjectAltName=DNS:shop.test -keyout {name}.key -out {name}.pem"
    );
    tool(place, "openssl", &line.split_whitespace().collect::<Vec<_>>());
}

struct Gateway {
    process: Running,
    /// Ports of the listeners, in their order.
    ports: Vec<String>,
}

fn gateway(place: &Place, file: &str, listeners: usize) -> Gateway {
    let args = ["gateway", "--config", file, "--admin", "off", "--log-format", "json"];
    let mut process = Running::start(place.path(), "gateway", &args);
    let ports = process.says(|_, err| {
        let lines = err.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let listens = lines.filter(|line| line["message"] == "gateway listens");
        let ports: Vec<String> =
            listens.filter_map(|line| Some(line["address"].as_str()?.rsplit(':').next()?.to_owned())).collect();
        (ports.len() == listeners).then_some(ports)
    });
    Gateway { process, ports }
}

/// `VERSION STATUS` of what curl gets.
fn curl(place: &Path, port: &str, more: &[&str], url: &str) -> String {
    let resolve = format!("shop.test:{port}:127.0.0.1");
    let url = url.replace("PORT", port);
    let common = ["-sS", "-m", "10", "-o", "body", "-w", "%{http_version} %{http_code}", "--resolve", &resolve];
    tool(place, "curl", &[&common[..], more, &[&url]].concat()).unwrap()
}

/// The certificate that is shown, PEM.
fn shown(place: &Path, port: &str) -> String {
    let address = format!("127.0.0.1:{port}");
    let text = tool(place, "openssl", &["s_client", "-connect", &address, "-servername", "shop.test"]).unwrap();
    let start = text.find("-----BEGIN CERTIFICATE-----").unwrap_or_else(|| panic!("{text}"));
    let end = text.find("-----END CERTIFICATE-----").unwrap();
    text[start..end].to_owned()
}

#[test]
fn curl_and_openssl_speak_with_the_gateway_and_new_certificates_are_taken_while_it_serves() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let here = place.path().to_owned();
    if tool(&here, "curl", &["--version"]).is_none_or(|text| !text.contains("HTTP2")) {
        return drop(writeln!(std::io::stderr(), "skipped: curl with HTTP/2 is not installed"));
    }
    if tool(&here, "openssl", &["version"]).is_none() {
        return drop(writeln!(std::io::stderr(), "skipped: openssl is not installed"));
    }
    certificate(&here, "shop");
    place.file("orders.yaml", CONTRACT);
    let text = format!(
        "listeners:\n  - address: 127.0.0.1:0\n    tls:\n      certificate: shop.pem\n      key: shop.key\n  \
         - address: 127.0.0.1:0\n  - address: 127.0.0.1:0\n    protocols: [http/1.1]\n\
         apis:\n  - name: shop\n    upstream: {}\n    contract: orders.yaml\n    mode: block\n",
        upstream.url
    );
    let file = place.file("gateway.yaml", &text);
    let checked = tool(&here, env!("CARGO_BIN_EXE_palisade"), &["gateway", "check", &file]).unwrap();
    assert!(checked.contains("good; listeners: 3"), "{checked}");
    let Gateway { process, ports } = gateway(&place, &file, 3);
    let [secure, plain, old] = ports.as_slice() else { panic!("{ports:?}") };

    // Each version, over TLS and without; good ones and ones against the contract.
    for (port, more, url, wanted) in [
        (secure, &["--cacert", "shop.pem"][..], "https://shop.test:PORT", "2"),
        (secure, &["--cacert", "shop.pem", "--http1.1"], "https://shop.test:PORT", "1.1"),
        (plain, &[], "http://shop.test:PORT", "1.1"),
        (plain, &["--http2-prior-knowledge"], "http://shop.test:PORT", "2"),
        (old, &[], "http://shop.test:PORT", "1.1"),
    ] {
        let body = ["-H", "content-type: application/json", "-d", "{\"item\":\"tea\",\"count\":2}"];
        assert_eq!(curl(&here, port, more, &format!("{url}/orders/7")), format!("{wanted} 200"));
        assert_eq!(curl(&here, port, &[more, &body].concat(), &format!("{url}/orders")), format!("{wanted} 201"));
        let before = upstream.touched();
        assert_eq!(curl(&here, port, more, &format!("{url}/orders/seven")), format!("{wanted} 400"));
        assert!(std::fs::read_to_string(here.join("body")).unwrap().contains("urn:palisade:problem:"));
        assert_eq!(upstream.touched(), before);
    }
    let refused = curl(&here, old, &["--http2-prior-knowledge"], "http://shop.test:PORT/orders/7");
    assert!(!refused.ends_with(" 200"), "{refused}");
    let alpn =
        tool(&here, "openssl", &["s_client", "-connect", &format!("127.0.0.1:{secure}"), "-alpn", "h2"]).unwrap();
    assert!(alpn.contains("ALPN protocol: h2"), "{alpn}");

    // New files: found without a word, and on a signal; bad ones are told and change nothing.
    let first = shown(&here, secure);
    certificate(&here, "shop");
    let second = eventually("the new certificate is shown", Duration::from_secs(15), || {
        Some(shown(&here, secure)).filter(|now| *now != first)
    });
    std::fs::write(here.join("shop.key"), "no key").unwrap();
    process.signal("HUP");
    eventually("the bad key is told", Duration::from_secs(15), || {
        let err = process.stderr();
        (err.contains("`key` cannot be used") && err.contains("gateway.yaml:5:12")).then_some(())
    });
    assert_eq!(shown(&here, secure), second);
    assert_eq!(curl(&here, secure, &["--cacert", "shop.pem"], "https://shop.test:PORT/orders/7"), "2 200");
    process.terminate();
    assert!(process.ended(Duration::from_secs(20)).success());
}
