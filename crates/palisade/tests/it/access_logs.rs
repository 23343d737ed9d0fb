//! A contract learned from what a real server logs.

use crate::support::{Nginx, free_address};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/readers/access-logs.md");

/// The format that the guide gives to nginx's users, as it stands there.
fn format_of_the_guide() -> String {
    let guide = std::fs::read_to_string(GUIDE).unwrap();
    let lines = guide.lines().map(str::trim).skip_while(|line| !line.starts_with("log_format"));
    let mut format = String::new();
    for line in lines {
        format += line;
        format.push('\n');
        if line.ends_with(';') {
            break;
        }
    }
    format
}

/// An nginx that answers every path and logs twice, and its address.
fn nginx(folder: &Path) -> (Nginx, SocketAddr) {
    let (free, place, format) = (free_address(), folder.display(), format_of_the_guide());
    let http = format!(
        "{format} access_log {place}/combined.log combined; access_log {place}/palisade.log palisade;\n\
         server {{ listen {free}; location / {{ return 200 '{{}}'; }} location /gone {{ return 404; }} }}\n"
    );
    (Nginx::start(folder, &http, free), free)
}

fn send(address: SocketAddr, method: &str, target: &str, body: &str) {
    let mut stream = TcpStream::connect(address).unwrap();
    let head =
        format!("{method} {target} HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: a \"b\" c\r\nConnection: close\r\n");
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    stream.write_all(format!("{head}{length}\r\n{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
}

#[test]
fn what_nginx_logs_gives_a_contract() {
    if !Nginx::installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (server, address) = nginx(folder.path());
    for order in 1000..1040 {
        send(address, "GET", &format!("/orders/{order}?expand=items"), "");
        send(address, "GET", &format!("/orders?page={}", order % 7), "");
        send(address, "POST", "/orders", "{\"item\":\"tea\"}");
    }
    send(address, "GET", "/gone?password=hunter2-and-more", "");
    drop(server);
    for (log, host) in [("combined.log", None), ("palisade.log", Some("http://shop.test"))] {
        let done = Command::new(env!("CARGO_BIN_EXE_palisade"))
            .args(["discover", log, "--output", "learned.json"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success() && said.starts_with("121 exchanges read\n"), "{log}: {said}");
        let text = std::fs::read_to_string(folder.path().join("learned.json")).unwrap();
        assert!(!text.contains("hunter2"), "{log}");
        let learned: serde_json::Value = serde_json::from_str(&text).unwrap();
        let paths = learned["paths"].as_object().unwrap();
        let operations: Vec<String> = paths
            .iter()
            .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| format!("{method} {path}")))
            .filter(|operation| !operation.ends_with("/gone"))
            .collect();
        assert_eq!(operations, ["get /orders", "post /orders", "get /orders/{orderId}"], "{log}");
        let parameter = &paths["/orders/{orderId}"]["parameters"][0];
        let parameter =
            if parameter.is_null() { &paths["/orders/{orderId}"]["get"]["parameters"][0] } else { parameter };
        assert_eq!(parameter["schema"]["type"], "integer", "{log}");
        assert_eq!(learned["servers"][0]["url"].as_str().filter(|url| *url != "/"), host, "{log}");
    }
}
