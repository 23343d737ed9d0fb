//! One client's connection to the gateway.

use super::TrafficError;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use http::uri::Authority;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::timeout;

/// Longest wait for a connection and for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Largest answer that is read, in bytes.
const ANSWER: usize = 4 * 1024 * 1024;

/// Where the traffic goes.
#[derive(Debug, Clone)]
pub(super) struct Target {
    authority: Authority,
    port: u16,
    /// Path before the shop's own, without a slash at its end.
    base: String,
}

impl Target {
    pub(super) fn parse(url: &str) -> Result<Self, TrafficError> {
        let bad = || TrafficError::Url(url.to_owned());
        let uri: http::Uri = url.parse().map_err(|_| bad())?;
        let parts = uri.into_parts();
        let authority = parts.authority.ok_or_else(bad)?;
        let plain = parts.scheme == Some(http::uri::Scheme::HTTP) && !authority.as_str().contains('@');
        let path = parts.path_and_query.ok_or_else(bad)?;
        if !plain || path.query().is_some() {
            return Err(bad());
        }
        let port = authority.port_u16().unwrap_or(80);
        Ok(Self { authority, port, base: path.path().trim_end_matches('/').to_owned() })
    }
}

/// What a client asks.
pub(super) struct Ask<'a> {
    pub method: &'a str,
    /// Path and query, as they are to stand on the wire.
    pub path: &'a str,
    pub token: Option<&'a str>,
    /// Media type and content.
    pub body: Option<(&'a str, Vec<u8>)>,
}

pub(super) struct Client {
    target: Target,
    /// The client's own address: a different one for each, where the target is on this machine.
    address: Ipv4Addr,
    agent: &'static str,
    connection: Option<SendRequest<Full<Bytes>>>,
}

impl Client {
    pub(super) fn new(target: Target, address: Ipv4Addr, agent: &'static str) -> Self {
        Self { target, address, agent, connection: None }
    }

    /// Status and JSON content (null for anything else) of the answer; `None` when there was none in time.
    pub(super) async fn send(&mut self, ask: Ask<'_>) -> Option<(u16, Value)> {
        let answer = timeout(PATIENCE, self.exchange(ask)).await.ok().flatten();
        if answer.is_none() {
            self.connection = None;
        }
        answer
    }

    async fn exchange(&mut self, ask: Ask<'_>) -> Option<(u16, Value)> {
        let mut request = http::Request::builder()
            .method(ask.method)
            .uri(format!("{}{}", self.target.base, ask.path))
            .header(HOST, self.target.authority.as_str())
            .header(USER_AGENT, self.agent)
            .header(ACCEPT, "application/json");
        if let Some(token) = ask.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let mut content = Bytes::new();
        if let Some((media_type, body)) = ask.body {
            request = request.header(CONTENT_TYPE, media_type);
            content = body.into();
        }
        let request = request.body(Full::new(content)).ok()?;
        let mut connection = match self.connection.take() {
            Some(connection) if !connection.is_closed() => connection,
            _ => self.connect().await?,
        };
        connection.ready().await.ok()?;
        let response = connection.send_request(request).await.ok()?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), ANSWER).collect().await.ok()?.to_bytes();
        self.connection = Some(connection);
        Some((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    async fn connect(&self) -> Option<SendRequest<Full<Bytes>>> {
        let host = self.target.authority.host().trim_start_matches('[').trim_end_matches(']');
        let address = lookup_host((host, self.target.port)).await.ok()?.next()?;
        let stream = match self.connect_from_own(address).await {
            Some(stream) => stream,
            None => TcpStream::connect(address).await.ok()?,
        };
        let _ = stream.set_nodelay(true);
        let (sender, connection) = handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Some(sender)
    }

    async fn connect_from_own(&self, target: SocketAddr) -> Option<TcpStream> {
        if target.ip() != IpAddr::V4(Ipv4Addr::LOCALHOST) {
            return None;
        }
        let socket = TcpSocket::new_v4().ok()?;
        socket.bind(SocketAddr::from((self.address, 0))).ok()?;
        socket.connect(target).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_http_url_is_a_target() {
        assert_eq!(Target::parse("http://127.0.0.1:8601").unwrap().port, 8601);
        assert_eq!(Target::parse("http://gateway/shop/").unwrap().base, "/shop");
        for url in ["", "127.0.0.1:8601", "https://a", "http://a?q=1", "http://u:p@a", "http://"] {
            assert_eq!(Target::parse(url).unwrap_err(), TrafficError::Url(url.to_owned()), "{url}");
        }
    }
}
