//! nginx as a plain proxy: one worker, kept connections, nothing logged.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Starts nginx in `dir`, if there is one; gives the process and the address.
pub fn start(dir: &Path, upstream: &str) -> Result<Option<(Child, String)>, String> {
    let program = ["/usr/sbin/nginx", "/usr/bin/nginx"].into_iter().find(|path| Path::new(path).exists());
    let Some(program) = program else { return Ok(None) };
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = free.map_err(|error| error.to_string())?.to_string();
    let place = dir.display();
    let config = format!(
        "daemon off; worker_processes 1; pid {place}/nginx.pid; error_log {place}/error.log;\n\
         events {{ worker_connections 1024; }}\n\
         http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {place}/body;\n\
         proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/f; uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;\n\
         upstream bench {{ server {upstream}; keepalive 64; keepalive_requests 100000000; }}\n\
         server {{ listen {address}; location / {{ proxy_pass http://bench; proxy_http_version 1.1;\n\
         proxy_set_header Connection \"\"; proxy_set_header Host $http_host; }} }} }}\n"
    );
    let file = dir.join("nginx.conf");
    std::fs::write(&file, config).map_err(|error| error.to_string())?;
    let child = Command::new(program)
        .args(["-e", "stderr", "-c"])
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("nginx: {error}"))?;
    Ok(Some((child, address)))
}
