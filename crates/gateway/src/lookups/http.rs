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

/// A request to an endpoint of an issuer.
pub struct Call<'a> {
    /// The endpoint.
    pub url: &'a str,
    /// PEM that vouches for it, in place of the system's authorities.
    pub ca: Option<String>,
    /// A value of Authorization.
    pub authorization: Option<String>,
    /// A form to post; without one it is a GET.
    pub form: Option<String>,
    /// Most bytes of the answer.
    pub limit: usize,
    /// Longest time for everything.
    pub time: Duration,
}

/// The PEM of a file that vouches for an endpoint.
pub(super) fn authority(file: Option<&str>) -> Result<Option<String>, String> {
    let Some(file) = file else { return Ok(None) };
    String::from_utf8(read(file, CA_BYTES)?).map(Some).map_err(|_| format!("{file} is not PEM"))
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
    ///
    /// # Errors
    /// Why there is none: no connection, no time left, another status with the word that OAuth gives for it.
    pub async fn send(self) -> Result<Bytes, String> {
        let time = self.time;
        match tokio::time::timeout(time, self.exchange()).await {
            Ok(result) => result,
            Err(_) => Err(format!("no answer within {} ms", time.as_millis())),
        }
    }

    async fn exchange(self) -> Result<Bytes, String> {
        let (origin, target) = split(self.url).ok_or("it is no URL of a host and path")?;
        let manner = Manner { ca: self.ca, protocol: UpstreamProtocol::Http1, ..Manner::default() };
        let upstream = Upstream::with(origin, &manner).map_err(|error| error.to_string())?;
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        let mut request =
            Request::builder().uri(target).header(header::HOST, host).header(header::ACCEPT, "application/json");
        if let Some(authorization) = self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let request = match self.form {
            None => request.method("GET").body(Full::new(Bytes::new())),
            Some(form) => request
                .method("POST")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Full::new(Bytes::from(form))),
        };
        let request = request.map_err(|_| "the request cannot be written".to_owned())?;
        let io = upstream.connect(CONNECT.min(self.time), false).await.map_err(|error| error.reason)?;
        let broken = |error: hyper::Error| format!("the connection broke: {error}");
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(io)).await.map_err(broken)?;
        let driver = AbortOnDrop(tokio::spawn(connection));
        let response = sender.send_request(request).await.map_err(broken)?;
        let status = response.status();
        let body = Limited::new(response.into_body(), self.limit).collect().await;
        let bytes =
            body.map_err(|_| format!("its answer broke off or is larger than {} bytes", self.limit))?.to_bytes();
        drop(driver);
        if status != StatusCode::OK {
            return Err(format!("it answered {}{}", status.as_u16(), oauth_error(&bytes).unwrap_or_default()));
        }
        Ok(bytes)
    }
}

/// The word of OAuth for an error (RFC 6749 section 5.2), in brackets.
fn oauth_error(body: &[u8]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let word = body.get("error")?.as_str()?;
    let plain = word.len() <= 40 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    plain.then(|| format!(" ({word})"))
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
