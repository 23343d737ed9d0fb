//! Requests to issuers and introspection endpoints: only to URLs that the configuration names, verified, bounded, and
//! without following redirects.

use crate::upstream::{Manner, Upstream};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use palisade_guard::UpstreamProtocol;
use std::time::Duration;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(3);
/// Largest CA file, in bytes.
const CA_BYTES: u64 = 1 << 20;

/// A request to an endpoint.
pub(super) struct Call<'a> {
    pub(super) url: &'a str,
    /// PEM file that vouches for the endpoint.
    pub(super) ca_file: Option<&'a str>,
    /// A value of Authorization and a form to post; otherwise it is a GET.
    pub(super) post: Option<(String, String)>,
    /// Most bytes of the answer.
    pub(super) limit: usize,
    /// Longest time for everything.
    pub(super) time: Duration,
}

/// Reads a small file; an error says which.
pub(super) fn read(path: &str, limit: u64) -> Result<Vec<u8>, String> {
    use std::io::Read;
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| format!("cannot read {path}: {error}"))?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| format!("cannot read {path}: {error}"))?;
    if bytes.len() as u64 > limit { Err(format!("{path} is larger than {limit} bytes")) } else { Ok(bytes) }
}

impl Call<'_> {
    /// The body of a 200; an error says in words why there is none.
    pub(super) async fn send(self) -> Result<Bytes, String> {
        let time = self.time;
        match tokio::time::timeout(time, self.exchange()).await {
            Ok(result) => result,
            Err(_) => Err(format!("no answer within {} ms", time.as_millis())),
        }
    }

    async fn exchange(self) -> Result<Bytes, String> {
        let (origin, target) = split(self.url).ok_or("it is no URL of a host and path")?;
        let ca = match self.ca_file {
            Some(file) => Some(String::from_utf8(read(file, CA_BYTES)?).map_err(|_| format!("{file} is not PEM"))?),
            None => None,
        };
        let manner = Manner { ca, protocol: UpstreamProtocol::Http1, ..Manner::default() };
        let upstream = Upstream::with(origin, &manner).map_err(|error| error.to_string())?;
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        let request =
            Request::builder().uri(target).header(header::HOST, host).header(header::ACCEPT, "application/json");
        let request = match self.post {
            None => request.method("GET").body(Full::new(Bytes::new())),
            Some((authorization, form)) => request
                .method("POST")
                .header(header::AUTHORIZATION, authorization)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Full::new(Bytes::from(form))),
        };
        let request = request.map_err(|_| "the request cannot be written".to_owned())?;
        let io = upstream.connect(CONNECT.min(self.time), false).await.map_err(|error| error.reason)?;
        let broken = |error: hyper::Error| format!("the connection broke: {error}");
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(io)).await.map_err(broken)?;
        let driver = AbortOnDrop(tokio::spawn(connection));
        let response = sender.send_request(request).await.map_err(broken)?;
        if response.status() != StatusCode::OK {
            return Err(format!("it answered {}", response.status().as_u16()));
        }
        let body = Limited::new(response.into_body(), self.limit).collect().await;
        let bytes =
            body.map_err(|_| format!("its answer broke off or is larger than {} bytes", self.limit))?.to_bytes();
        drop(driver);
        Ok(bytes)
    }
}

/// Ends a connection's task with the call: a time-out leaves nothing behind.
struct AbortOnDrop(tokio::task::JoinHandle<Result<(), hyper::Error>>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// `scheme://host:port` and the rest.
fn split(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (origin, target) = url.split_at(scheme.len() + 3 + end);
    // A query may follow the host directly, which no request line can say.
    if target.starts_with('?') { None } else { Some((origin, if target.is_empty() { "/" } else { target })) }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn urls_come_apart() {
        assert_eq!(split("https://id.test/a/b?c=d"), Some(("https://id.test", "/a/b?c=d")));
        assert_eq!(split("http://[::1]:8080"), Some(("http://[::1]:8080", "/")));
        assert_eq!(split("https://id.test?a"), None);
        assert_eq!(split("id.test"), None);
    }
}
