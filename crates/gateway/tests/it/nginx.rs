//! A real server behind the gateway: the answers with and without it are the same bytes.

use crate::support::{observe, read_to_end};
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// nginx on a loopback port.
pub struct Nginx {
    child: Child,
    dir: tempfile::TempDir,
    pub address: SocketAddr,
}

impl Nginx {
    /// Its directory.
    pub fn place(&self) -> &Path {
        self.dir.path()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// Starts nginx with these directives in its `http` and `server` blocks, `PLACE` standing for its directory; `None`
/// where it is not installed.
pub async fn nginx(http: &str, server: &str) -> Option<Nginx> {
    if !Path::new("/usr/sbin/nginx").exists() {
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = format!(
        "daemon off; worker_processes 1; pid PLACE/pid; error_log PLACE/log;\n\
         events {{ worker_connections 64; }}\n\
         http {{ access_log off; client_body_temp_path PLACE/b; proxy_temp_path PLACE/p; fastcgi_temp_path PLACE/f;\n\
         uwsgi_temp_path PLACE/u; scgi_temp_path PLACE/s;\n{http}\n\
         server {{ listen {address};\n{server} }} }}\n"
    );
    std::fs::write(dir.path().join("conf"), config.replace("PLACE", &dir.path().display().to_string())).unwrap();
    let child = Command::new("/usr/sbin/nginx")
        .args(["-e", "stderr", "-c"])
        .arg(dir.path().join("conf"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let nginx = Nginx { child, dir, address };
    for _ in 0..100 {
        if TcpStream::connect(address).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Some(nginx)
}

async fn answer(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let bytes = read_to_end(&mut stream).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // The clock moves between two answers, and who closes is hop by hop.
    text.lines().filter(|line| !line.starts_with("Date: ") && !line.starts_with("Connection: ")).collect()
}

#[tokio::test]
async fn nginx_answers_alike_with_and_without_the_gateway() {
    let http = "gzip on; gzip_types application/json; types { application/json json; text/html html; }";
    let Some(nginx) = nginx(http, "root PLACE; location /moved { return 301 /elsewhere; }").await else {
        let _ = writeln!(std::io::stderr(), "skipped: nginx is not installed");
        return;
    };
    std::fs::write(nginx.place().join("data.json"), "{\"a\":1}".repeat(5000)).unwrap();
    std::fs::write(nginx.place().join("index.html"), "<p>hello</p>").unwrap();
    let free = nginx.address;
    let under = observe(free).await;
    let common = "Host: shop.test\r\nConnection: close\r\n";
    for request in [
        format!("GET / HTTP/1.1\r\n{common}\r\n"),
        format!("GET /data.json HTTP/1.1\r\n{common}\r\n"),
        format!("GET /data.json HTTP/1.1\r\n{common}Accept-Encoding: gzip\r\n\r\n"),
        format!("GET /data.json HTTP/1.1\r\n{common}Range: bytes=10-19\r\n\r\n"),
        format!("HEAD /data.json HTTP/1.1\r\n{common}\r\n"),
        format!("GET /moved HTTP/1.1\r\n{common}\r\n"),
        format!("GET /gone HTTP/1.1\r\n{common}\r\n"),
        format!("POST /data.json HTTP/1.1\r\n{common}Content-Length: 3\r\n\r\nabc"),
        format!("OPTIONS * HTTP/1.1\r\n{common}\r\n"),
        "GET / HTTP/1.0\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\n{common}If-None-Match: *\r\n\r\n"),
    ] {
        let direct = answer(free, &request).await;
        assert!(direct.starts_with("HTTP/1.1 "), "{request}: {direct}");
        assert_eq!(answer(under.address, &request).await, direct, "{request}");
    }
}
