//! A client of HTTP/2 that sends whatever frames it is told to.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
pub const CONTINUATION: u8 = 9;
pub const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// An answer; its body as far as it came.
    Answer(u16, String),
    /// RST_STREAM with this code and no answer.
    Reset(u32),
    /// GOAWAY with this code, or the end of the connection (`None`).
    Gone(Option<u32>),
}

pub struct Frames {
    stream: TcpStream,
    decoder: fluke_hpack::Decoder<'static>,
    buffer: Vec<u8>,
}

/// A header block of literals: nothing is looked up, and nothing checked.
pub fn block(fields: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            if text.len() < 127 {
                block.push(u8::try_from(text.len()).unwrap());
            } else {
                block.push(127);
                let mut rest = text.len() - 127;
                while rest >= 128 {
                    block.push(u8::try_from(rest % 128 + 128).unwrap());
                    rest /= 128;
                }
                block.push(u8::try_from(rest).unwrap());
            }
            block.extend_from_slice(text);
        }
    }
    block
}

impl Frames {
    /// A connection that has sent its preface and its settings.
    pub async fn open(address: SocketAddr) -> Frames {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut frames = Frames { stream, decoder: fluke_hpack::Decoder::new(), buffer: Vec::new() };
        frames.stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
        frames.send(SETTINGS, 0, 0, b"").await;
        frames
    }

    /// Sends a frame; false when the connection is gone.
    pub async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> bool {
        let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
        frame.extend_from_slice(&[kind, flags]);
        frame.extend_from_slice(&stream.to_be_bytes());
        frame.extend_from_slice(payload);
        let written = tokio::time::timeout(Duration::from_secs(10), self.stream.write_all(&frame));
        written.await.expect("frames are read").is_ok()
    }

    pub async fn headers(&mut self, stream: u32, fields: &[(&[u8], &[u8])], ended: bool) -> bool {
        let flags = END_HEADERS | if ended { END_STREAM } else { 0 };
        self.send(HEADERS, flags, stream, &block(fields)).await
    }

    async fn next(&mut self) -> Option<(u8, u8, u32, Vec<u8>)> {
        loop {
            if let Some(head) = self.buffer.first_chunk::<9>().copied() {
                let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
                if self.buffer.len() >= 9 + length {
                    let payload = self.buffer.drain(..9 + length).skip(9).collect();
                    let stream = u32::from_be_bytes([head[5] & 127, head[6], head[7], head[8]]);
                    return Some((head[3], head[4], stream, payload));
                }
            }
            let read = tokio::time::timeout(Duration::from_secs(10), self.stream.read_buf(&mut self.buffer)).await;
            if read.expect("something comes in time").unwrap_or(0) == 0 {
                return None;
            }
        }
    }

    /// Reads until the request of this stream has come to something.
    pub async fn outcome(&mut self, wanted: u32) -> Outcome {
        let mut status = None;
        let mut body = Vec::new();
        while let Some((kind, flags, stream, payload)) = self.next().await {
            match kind {
                SETTINGS if flags == 0 => drop(self.send(SETTINGS, 1, 0, b"").await),
                GOAWAY => {
                    let code = u32::from_be_bytes(payload[4..8].try_into().unwrap());
                    return Outcome::Gone(Some(code));
                }
                HEADERS => {
                    let fields = self.decoder.decode(&payload).unwrap();
                    let found = fields.iter().find(|(name, _)| name == b":status");
                    if let Some((_, value)) = found.filter(|_| stream == wanted) {
                        status = String::from_utf8_lossy(value).parse().ok();
                    }
                }
                DATA if stream == wanted => body.extend_from_slice(&payload),
                RST_STREAM if stream == wanted && status.is_none() => {
                    return Outcome::Reset(u32::from_be_bytes(payload[..4].try_into().unwrap()));
                }
                _ => continue,
            }
            let ended = (kind == HEADERS || kind == DATA) && flags & END_STREAM != 0;
            if let Some(status) = status.filter(|_| ended && stream == wanted) {
                return Outcome::Answer(status, String::from_utf8_lossy(&body).into_owned());
            }
        }
        Outcome::Gone(None)
    }
}
