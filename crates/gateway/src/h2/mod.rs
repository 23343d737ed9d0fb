//! HTTP/2 on both sides, translated at the edge.
//!
//! Inside the gateway a message is an HTTP/1.1 message: one reader, one way to be judged, one relay. A stream of a
//! client reads as a client connection that sends one request; a stream to an upstream reads as a connection to it.
//! What has no single meaning in HTTP/1.1 is refused before it is written as HTTP/1.1.

mod body;
mod client;
mod front;
mod server;
mod translate;
mod websocket;

pub(crate) use client::{Connections, Onward};
pub(crate) use server::{PREFACE, run};

/// Flow-control window of one stream, bytes: what a slow reader makes the gateway hold.
const STREAM_WINDOW: u32 = 256 * 1024;
/// Flow-control window of a connection, bytes.
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// Bytes of one stream that wait for the socket.
const SEND_BUFFER: usize = 64 * 1024;
/// Most bytes that one write hands over.
const LARGEST_WRITE: usize = 64 * 1024;

/// An error of the connection as one of its streams shows it.
fn io_error(error: h2::Error) -> std::io::Error {
    if error.is_io() {
        error.into_io().unwrap_or_else(|| std::io::ErrorKind::ConnectionAborted.into())
    } else {
        std::io::Error::other(error)
    }
}
