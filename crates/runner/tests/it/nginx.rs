//! A real nginx, in a folder of its own.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PROGRAM: &str = "/usr/sbin/nginx";

/// Runs until it is dropped.
pub struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// Whether there is one; where there is none, that is said.
pub fn installed() -> bool {
    let there = Path::new(PROGRAM).exists();
    if !there {
        let _ = writeln!(std::io::stderr(), "skipped: nginx is not installed");
    }
    there
}

/// Starts it with what is to stand in its `http` block, and waits until it takes connections at an address.
pub fn start(folder: &Path, http: &str, address: SocketAddr) -> Nginx {
    let place = folder.display();
    let config = format!(
        "daemon off; master_process off; pid {place}/pid; error_log {place}/log;\n\
         events {{ worker_connections 64; }}\n\
         http {{ access_log off; client_body_temp_path {place}/b; proxy_temp_path {place}/p;\n\
         fastcgi_temp_path {place}/f; uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;\n{http} }}\n"
    );
    std::fs::write(folder.join("conf"), config).unwrap();
    let child = Command::new(PROGRAM)
        .args(["-e", "stderr", "-c"])
        .arg(folder.join("conf"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let nginx = Nginx(child);
    for _ in 0..200 {
        if TcpStream::connect(address).is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    nginx
}
