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
    /// A POST of about so many KB of JSON.
    Post(usize),
}

impl Case {
    /// Every case.
    pub const ALL: [Case; 4] = [Case::Get, Case::Post(1), Case::Post(10), Case::Post(100)];

    /// Its name in the report.
    pub fn name(self) -> String {
        match self {
            Case::Get => "GET".to_owned(),
            Case::Post(size) => format!("POST {size} KB"),
        }
    }

    /// Requests of a round: fewer of those that cost more, so that every case takes about as long.
    pub fn requests(self, of_the_smallest: usize) -> usize {
        match self {
            Case::Post(size) if size >= 10 => of_the_smallest / (size / 5),
            Case::Get | Case::Post(_) => of_the_smallest,
        }
    }

    /// The JSON that is sent: empty for a GET.
    pub fn body(self) -> String {
        let Case::Post(size) = self else { return String::new() };
        let line = |at: usize| {
            let (quantity, price) = (at % 98 + 1, at * 7);
            format!("{{\"sku\":\"ABC-{at:04}\",\"quantity\":{quantity},\"price\":{price}.5,\"gift\":false}}")
        };
        let lines: Vec<String> = (0..14 * size).map(line).collect();
        format!(
            "{{\"customer\":\"0193e4b0-7f1c-7a52-9c2e-3b1f8d2a6c47\",\"created\":\"2026-11-22T15:00:00Z\",\
             \"email\":\"someone@example.com\",\"note\":\"{}\",\"lines\":[{}]}}",
            "please leave it at the door ".repeat(3).trim(),
            lines.join(",")
        )
    }

    /// The request's bytes.
    pub fn request(self) -> Vec<u8> {
        let common = "Host: bench.test\r\nUser-Agent: palisade-bench\r\nAccept: */*\r\n";
        match self {
            Case::Get => format!("GET /items/4711?view=full&page=2 HTTP/1.1\r\n{common}\r\n").into_bytes(),
            Case::Post(_) => {
                let body = self.body();
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

/// Sends requests at a fixed rate for some seconds, whether or not the last one was answered in time, and gives the
/// times from when each was due to its answer, in microseconds, sorted.
pub fn paced(address: &str, case: Case, rate: f64, seconds: f64) -> Result<Vec<u64>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(async {
        let apart = Duration::from_secs_f64(CONNECTIONS as f64 / rate);
        let requests = (rate * seconds) as usize / CONNECTIONS;
        let mut senders = tokio::task::JoinSet::new();
        for index in 0..CONNECTIONS {
            let first = apart.mul_f64(index as f64 / CONNECTIONS as f64);
            senders.spawn(on_schedule(address.to_owned(), case.request(), requests, first, apart));
        }
        let all = async {
            let mut times = Vec::new();
            while let Some(ended) = senders.join_next().await {
                times.extend(ended.map_err(|error| error.to_string())??);
            }
            Ok::<Vec<u64>, String>(times)
        };
        let mut times = tokio::time::timeout(LIMIT, all).await.map_err(|_| format!("{address}: too slow"))??;
        times.sort_unstable();
        Ok(times)
    })
}

async fn on_schedule(
    address: String,
    request: Vec<u8>,
    requests: usize,
    first: Duration,
    apart: Duration,
) -> Result<Vec<u64>, String> {
    let mut client = Client::open(address).await?;
    let began = Instant::now() + first;
    let mut times = Vec::with_capacity(requests);
    for number in 0..requests {
        let due = began + apart.mul_f64(number as f64);
        // The timer's grain is a millisecond: what is nearer is waited for by yielding.
        while let Some(left) = due.checked_duration_since(Instant::now()) {
            if left > Duration::from_millis(2) {
                tokio::time::sleep(left - Duration::from_millis(1)).await;
            } else {
                tokio::task::yield_now().await;
            }
        }
        client.exchange(&request).await?;
        times.push(u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    Ok(times)
}

async fn connection(address: String, request: Vec<u8>, requests: usize) -> Result<(), String> {
    let mut client = Client::open(address).await?;
    for _ in 0..requests {
        client.exchange(&request).await?;
    }
    Ok(())
}

/// One kept connection.
struct Client {
    address: String,
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    async fn open(address: String) -> Result<Client, String> {
        let stream = TcpStream::connect(&address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        Ok(Client { address, stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<(), String> {
        let failed = |error: std::io::Error| error.to_string();
        self.stream.write_all(request).await.map_err(failed)?;
        self.buffer.clear();
        while !is_complete(&self.buffer) {
            if self.stream.read_buf(&mut self.buffer).await.map_err(failed)? == 0 {
                return Err(format!("{} closed the connection", self.address));
            }
        }
        match self.buffer.starts_with(b"HTTP/1.1 200 ") {
            true => Ok(()),
            false => Err(format!("{} answered {}", self.address, String::from_utf8_lossy(&self.buffer))),
        }
    }
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
