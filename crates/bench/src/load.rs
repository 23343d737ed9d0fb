//! A bounded closed-loop load generator: so many kept connections, so many requests.

use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Connections that send at the same time.
const CONNECTIONS: usize = 16;
/// Longest a round may take.
const LIMIT: Duration = Duration::from_secs(120);

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// A GET with two query parameters.
    Get,
    /// A POST of about 1 KB of JSON.
    Post,
}

impl Case {
    /// Every case.
    pub const ALL: [Case; 2] = [Case::Get, Case::Post];

    /// Its name in the report.
    pub fn name(self) -> &'static str {
        match self {
            Case::Get => "GET",
            Case::Post => "POST 1 KB",
        }
    }

    /// The request's bytes.
    pub fn request(self) -> Vec<u8> {
        let common = "Host: bench.test\r\nUser-Agent: palisade-bench\r\nAccept: */*\r\n";
        match self {
            Case::Get => format!("GET /items/4711?view=full&page=2 HTTP/1.1\r\n{common}\r\n").into_bytes(),
            Case::Post => {
                let lines: Vec<String> = (0..14)
                    .map(|at| {
                        format!(
                            "{{\"sku\":\"ABC-{at:04}\",\"quantity\":{},\"price\":{}.5,\"gift\":false}}",
                            at + 1,
                            at * 7
                        )
                    })
                    .collect();
                let body = format!(
                    "{{\"customer\":\"0193e4b0-7f1c-7a52-9c2e-3b1f8d2a6c47\",\"created\":\"2026-11-22T15:00:00Z\",\
                     \"email\":\"someone@example.com\",\"note\":\"{}\",\"lines\":[{}]}}",
                    "please leave it at the door ".repeat(3).trim(),
                    lines.join(",")
                );
                format!(
                    "POST /orders HTTP/1.1\r\n{common}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                )
                .into_bytes()
            }
        }
    }
}

/// Sends `requests` requests; gives the seconds it took. Every answer must be a 200.
pub fn run(address: &str, case: Case, requests: usize) -> Result<f64, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(async {
        let began = Instant::now();
        let mut senders = tokio::task::JoinSet::new();
        for _ in 0..CONNECTIONS {
            senders.spawn(connection(address.to_owned(), case.request(), requests / CONNECTIONS));
        }
        let all = async {
            while let Some(ended) = senders.join_next().await {
                ended.map_err(|error| error.to_string())??;
            }
            Ok::<(), String>(())
        };
        tokio::time::timeout(LIMIT, all).await.map_err(|_| format!("{address}: a round took too long"))??;
        Ok(began.elapsed().as_secs_f64())
    })
}

async fn connection(address: String, request: Vec<u8>, requests: usize) -> Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    let mut stream = TcpStream::connect(&address).await.map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    let mut buffer = Vec::with_capacity(16 * 1024);
    for _ in 0..requests {
        stream.write_all(&request).await.map_err(failed)?;
        buffer.clear();
        while !is_complete(&buffer) {
            if stream.read_buf(&mut buffer).await.map_err(failed)? == 0 {
                return Err(format!("{address} closed the connection"));
            }
        }
        if !buffer.starts_with(b"HTTP/1.1 200 ") {
            return Err(format!("{address} answered {}", String::from_utf8_lossy(&buffer)));
        }
    }
    Ok(())
}

fn is_complete(buffer: &[u8]) -> bool {
    let Some(head) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let text = buffer.get(..head).map(String::from_utf8_lossy).unwrap_or_default();
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("content-length") { value.trim().parse::<usize>().ok() } else { None }
    });
    length.is_some_and(|length| buffer.len() >= head + 4 + length)
}
