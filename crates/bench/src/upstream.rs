//! The least an upstream can be: reads a request, answers 200 with a short body.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 64\r\n\
    Cache-Control: no-store\r\nX-Request: 1\r\n\r\n\
    {\"id\":1234567,\"name\":\"a pen\",\"price\":249,\"tags\":[\"office\",\"blue\"]}";

pub async fn serve() -> Result<(), String> {
    let listener = crate::listen().await?;
    crate::announce(&listener)?;
    loop {
        let (stream, _) = listener.accept().await.map_err(|error| error.to_string())?;
        tokio::spawn(connection(stream));
    }
}

async fn connection(mut stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::with_capacity(16 * 1024);
    loop {
        while let Some(length) = request_length(&buffer) {
            buffer.drain(..length);
            if stream.write_all(ANSWER).await.is_err() {
                return;
            }
        }
        match stream.read_buf(&mut buffer).await {
            Ok(count) if count > 0 && buffer.len() < 1 << 20 => {}
            _ => return,
        }
    }
}

/// Length of the first request in the buffer, when it is complete.
fn request_length(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(buffer.get(..head)?).ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let whole = head + length.unwrap_or(0);
    (buffer.len() >= whole).then_some(whole)
}
