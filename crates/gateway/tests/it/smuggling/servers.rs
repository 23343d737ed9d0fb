//! Upstreams that say which requests they read.

use crate::nginx::{Nginx, nginx};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as somebody read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub body: String,
    /// Read to its end and taken.
    pub whole: bool,
}

/// Path and query of a target.
pub fn path_of(target: &str) -> String {
    match target.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or_else(|| "/".to_owned(), |at| rest[at..].to_owned()),
        None => target.split('#').next().unwrap_or_default().to_owned(),
    }
}

type Reads = Arc<Mutex<Vec<Read>>>;

pub enum Server {
    Own(SocketAddr, Reads),
    Nginx(Nginx, PathBuf),
}

impl Server {
    pub fn address(&self) -> SocketAddr {
        match self {
            Server::Own(address, _) => *address,
            Server::Nginx(nginx, _) => nginx.address,
        }
    }

    /// What was read so far, in order.
    pub fn reads(&self) -> Vec<Read> {
        match self {
            Server::Own(_, reads) => reads.lock().unwrap().clone(),
            Server::Nginx(_, log) => {
                let text = std::fs::read_to_string(log).unwrap_or_default();
                text.lines().map(of_log).collect()
            }
        }
    }
}

fn of_log(line: &str) -> Read {
    let value: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let status: u16 = text("status").parse().unwrap();
    let body = text("body");
    Read {
        method: text("method"),
        target: path_of(&text("target")),
        body: if body == "-" { String::new() } else { body },
        whole: status == 200,
    }
}

/// hyper, which notes a request when its body has ended.
pub async fn hyper_server() -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let reads = Reads::default();
    let noted = Arc::clone(&reads);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let noted = Arc::clone(&noted);
            tokio::spawn(async move {
                let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                    let noted = Arc::clone(&noted);
                    async move {
                        let (method, target) = (request.method().to_string(), path_of(&request.uri().to_string()));
                        let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes);
                        let whole = body.is_ok();
                        let body = String::from_utf8_lossy(&body.unwrap_or_default()).into_owned();
                        let answer = format!("{method} {target}");
                        noted.lock().unwrap().push(Read { method, target, body, whole });
                        Ok::<_, std::convert::Infallible>(Response::new(Full::new(Bytes::from(answer))))
                    }
                });
                let _ = hyper::server::conn::http1::Builder::new()
                    .half_close(true)
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    Server::Own(address, reads)
}

/// nginx, which reads a request whole before it passes it to a server of its own.
pub async fn nginx_server() -> Option<Server> {
    let inner = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let http = "log_format seen escape=json '{\"method\":\"$request_method\",\"target\":\"$request_uri\",\
                \"body\":\"$request_body\",\"status\":\"$status\"}';\n\
                client_body_buffer_size 1m; client_body_in_single_buffer on;\n";
    let outside = format!(
        "access_log PLACE/seen seen; keepalive_timeout 30s; location / {{ proxy_pass http://{inner}; }} }}\n\
         server {{ listen {inner}; access_log off; location / {{ default_type text/plain; \
         return 200 \"$request_method $request_uri\"; }}"
    );
    let nginx = nginx(http, &outside).await?;
    let log = nginx.place().join("seen");
    Some(Server::Nginx(nginx, log))
}

/// Reads as RFC 9112 has it, chunked before length, and nothing lenient; notes every request, whole or not.
pub async fn recorder() -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let reads = Reads::default();
    let noted = Arc::clone(&reads);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(record(stream, Arc::clone(&noted)));
        }
    });
    Server::Own(address, reads)
}

async fn record(mut stream: TcpStream, reads: Reads) {
    let mut bytes = Vec::new();
    loop {
        while let Some((read, used)) = parse(&bytes, false) {
            bytes.drain(..used);
            let body = format!("{} {}", read.method, read.target);
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            let head = read.method == "HEAD";
            reads.lock().unwrap().push(read);
            let body = if head { "" } else { body.as_str() };
            let _ = stream.write_all((answer + body).as_bytes()).await;
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            if !bytes.is_empty() {
                let read = parse(&bytes, true).map(|(read, _)| read);
                let half = Read { method: String::new(), target: String::new(), body: String::new(), whole: false };
                reads.lock().unwrap().push(read.unwrap_or(half));
            }
            return;
        }
    }
}

/// The first request of the bytes and its length; `over` gives what there is of an unfinished one.
fn parse(bytes: &[u8], over: bool) -> Option<(Read, usize)> {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    // Where both sides agree that a bare line feed ends a line, lengths are counted in the original.
    let (head, _) = text.split_once("\n\n")?;
    let mut at = 0;
    for line in head.split('\n') {
        at += line.len();
        at += if bytes[at..].starts_with(b"\r\n") { 2 } else { 1 };
    }
    at += if bytes[at..].starts_with(b"\r\n") { 2 } else { 1 };
    let mut lines = head.split('\n');
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?.to_owned(), path_of(words.next()?));
    let field = |name: &str| {
        let mut fields = head.split('\n').skip(1).filter_map(|line| line.split_once(':'));
        fields.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    };
    let rest = &bytes[at..];
    let (body, used) = if field("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        chunks(rest)
    } else {
        let length = field("content-length").map_or(0, |value| value.split(',').next().unwrap().parse().unwrap());
        (rest.get(..length).map(<[u8]>::to_vec), length)
    };
    match body {
        Some(body) => {
            let body = String::from_utf8_lossy(&body).into_owned();
            Some((Read { method, target, body, whole: true }, at + used))
        }
        None => over.then_some((Read { method, target, body: String::new(), whole: false }, bytes.len())),
    }
}

fn chunks(bytes: &[u8]) -> (Option<Vec<u8>>, usize) {
    let (mut body, mut at) = (Vec::new(), 0);
    let line = |at: usize| bytes[at..].windows(2).position(|two| two == b"\r\n");
    loop {
        let Some(length) = line(at) else { return (None, 0) };
        let size = String::from_utf8_lossy(&bytes[at..at + length]);
        let Ok(size) = usize::from_str_radix(size.split(';').next().unwrap(), 16) else { return (None, 0) };
        at += length + 2;
        if size == 0 {
            break;
        }
        let Some(data) = bytes.get(at..at + size + 2).filter(|data| data.ends_with(b"\r\n")) else { return (None, 0) };
        body.extend_from_slice(&data[..size]);
        at += size + 2;
    }
    loop {
        match line(at) {
            None => return (None, 0),
            Some(0) => return (Some(body), at + 2),
            Some(length) => at += length + 2,
        }
    }
}
