//! A contract learned from what a real server logs.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const NGINX: &str = "/usr/sbin/nginx";
const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/recordings.md");

struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

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
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (place, format) = (folder.display(), format_of_the_guide());
    let config = format!(
        "daemon off; worker_processes 1; pid {place}/pid; error_log {place}/log;\n\
         events {{ worker_connections 64; }}\n\
         http {{ {format} access_log {place}/combined.log combined; access_log {place}/palisade.log palisade;\n\
         client_body_temp_path {place}/b; proxy_temp_path {place}/p; fastcgi_temp_path {place}/f;\n\
         uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;\n\
         server {{ listen {free}; location / {{ return 200 '{{}}'; }} location /gone {{ return 404; }} }} }}\n"
    );
    std::fs::write(folder.join("conf"), config).unwrap();
    let child = Command::new(NGINX)
        .args(["-e", "stderr", "-c"])
        .arg(folder.join("conf"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let nginx = Nginx(child);
    for _ in 0..100 {
        if TcpStream::connect(free).is_ok() {
            return (nginx, free);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("nginx does not listen");
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
    if !Path::new(NGINX).exists() {
        let _ = writeln!(std::io::stderr(), "skipped: nginx is not installed");
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
