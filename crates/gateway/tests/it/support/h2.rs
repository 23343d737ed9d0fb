//! A client that speaks HTTP/2.

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{RecvStream, SendStream};
use http::{HeaderMap, Request, Response, Version, request};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// A connection of a client.
pub struct Talk {
    send: SendRequest<Bytes>,
    connection: tokio::task::JoinHandle<Result<(), h2::Error>>,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Got {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub trailers: Option<HeaderMap>,
    pub ended_with_head: bool,
}

impl Got {
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }
}

pub fn get(url: &str) -> request::Builder {
    Request::get(url).version(Version::HTTP_2)
}

pub fn post(url: &str) -> request::Builder {
    Request::post(url).version(Version::HTTP_2)
}

impl Talk {
    pub async fn plain(address: SocketAddr) -> Talk {
        Talk::over(TcpStream::connect(address).await.unwrap()).await
    }

    /// With a window of the connection that no stream fills.
    pub async fn wide(address: SocketAddr) -> Talk {
        let mut builder = h2::client::Builder::new();
        builder.initial_connection_window_size(16 << 20);
        let (send, connection) = builder.handshake(TcpStream::connect(address).await.unwrap()).await.unwrap();
        Talk { send, connection: tokio::spawn(connection) }
    }

    pub async fn over<T: AsyncRead + AsyncWrite + Unpin + Send + 'static>(io: T) -> Talk {
        let (send, connection) = h2::client::handshake(io).await.unwrap();
        Talk { send, connection: tokio::spawn(connection) }
    }

    /// Begins a request; `ended` says that it has no body.
    pub async fn open(&mut self, request: Request<()>, ended: bool) -> (ResponseFuture, SendStream<Bytes>) {
        let mut ready = self.send.clone().ready().await.unwrap();
        ready.send_request(request, ended).unwrap()
    }

    /// One request with its answer.
    pub async fn ask(&mut self, request: Request<()>, body: &[u8]) -> Got {
        let (response, mut send) = self.open(request, body.is_empty()).await;
        if !body.is_empty() {
            send.send_data(Bytes::copy_from_slice(body), true).unwrap();
        }
        answer_of(response).await.unwrap()
    }

    /// Waits until the server has said that it takes extended CONNECT.
    pub async fn wait_for_connect(&self) {
        while !self.send.is_extended_connect_protocol_enabled() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// True when the server ends the connection.
    pub async fn ended(self) -> bool {
        tokio::time::timeout(Duration::from_secs(10), self.connection).await.is_ok()
    }
}

pub async fn answer_of(response: ResponseFuture) -> Result<Got, h2::Error> {
    let answer = async {
        let response: Response<RecvStream> = response.await?;
        let ended_with_head = response.body().is_end_stream();
        let (parts, mut stream) = response.into_parts();
        let mut body = Vec::new();
        while let Some(data) = stream.data().await {
            let data = data?;
            stream.flow_control().release_capacity(data.len())?;
            body.extend_from_slice(&data);
        }
        let trailers = stream.trailers().await?;
        Ok(Got { status: parts.status.as_u16(), headers: parts.headers, body, trailers, ended_with_head })
    };
    tokio::time::timeout(Duration::from_secs(10), answer).await.expect("the answer ends in time")
}

/// The next data of a body; `None` at its end.
pub async fn next(body: &mut RecvStream) -> Option<Bytes> {
    loop {
        let data = tokio::time::timeout(Duration::from_secs(10), body.data()).await.expect("data comes in time")?;
        let data = data.unwrap();
        body.flow_control().release_capacity(data.len()).unwrap();
        if !data.is_empty() {
            return Some(data);
        }
    }
}
