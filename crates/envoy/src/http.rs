//! The same over HTTP, for proxies that ask so: nginx's `auth_request` and `mirror`.
//!
//! The proxy describes the request in fields of its own: `X-Original-Method`, `X-Original-URI`, `X-Original-Address` and,
//! as it must not pass the body on, `X-Original-Length` and `X-Original-Encoding`.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{HOST, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use palisade_gateway::Gateway;
use palisade_gateway::visit::{Asked, Received, Reply, Step};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Connections at once.
const CONNECTIONS: usize = 1024;
/// How the fields that the proxy adds begin.
const PREFIX: &str = "x-original-";
/// Where the proxy asks before it sends a request on.
const DECIDE: &str = "/decide";
/// Where the proxy sends copies.
const OBSERVE: &str = "/observe";

/// Answers over HTTP/1.1 without TLS until `stop`.
pub async fn serve_http(listener: TcpListener, gateway: Arc<Gateway>, stop: CancellationToken) {
    let open = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
        };
        let Ok(permit) = Arc::clone(&open).try_acquire_owned() else { continue };
        let _ = stream.set_nodelay(true);
        let (gateway, stop) = (Arc::clone(&gateway), stop.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let gateway = Arc::clone(&gateway);
                async move { Ok::<_, Infallible>(answer(&gateway, request).await) }
            });
            let mut builder = hyper::server::conn::http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(75)).max_headers(256);
            let connection = builder.serve_connection(TokioIo::new(stream), service);
            let mut connection = std::pin::pin!(connection);
            tokio::select! {
                _ = connection.as_mut() => {}
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    // What is asked already gets its answer.
                    let _ = tokio::time::timeout(Duration::from_secs(2), connection).await;
                }
            }
            drop(permit);
        });
    }
}

async fn answer(gateway: &Gateway, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let path = request.uri().path();
    if path != DECIDE && path != OBSERVE {
        return plain(StatusCode::NOT_FOUND, "known here: /decide, /observe\n");
    }
    let observed = path == OBSERVE;
    let Some(asked) = asked(&request) else {
        let told = "the proxy must set X-Original-Method, X-Original-URI and X-Original-Address\n";
        return plain(StatusCode::BAD_REQUEST, told);
    };
    match (gateway.receive(&asked), observed) {
        (Ok(received), true) => observe(gateway, &received, request.into_body()).await,
        (Err(_), true) => plain(StatusCode::NO_CONTENT, ""),
        (Ok(received), false) => decide(gateway, &received, asked.ended).await,
        (Err(reply), false) => refused(&reply),
    }
}

async fn decide(gateway: &Gateway, received: &Received, ended: bool) -> Response<Full<Bytes>> {
    let mut visit = received.visit(gateway);
    let mut step = visit.head().await;
    if let Step::Body(_) = step {
        step = if ended { visit.body(&[], false).await } else { visit.unseen() };
    }
    visit.end_unanswered();
    match step {
        Step::Refuse(reply) => refused(&reply),
        Step::Pass | Step::Body(_) => plain(StatusCode::NO_CONTENT, ""),
    }
}

async fn observe(gateway: &Gateway, received: &Received, mut body: Incoming) -> Response<Full<Bytes>> {
    let mut visit = received.watch(gateway);
    let mut length = body.size_hint().exact().unwrap_or(0);
    let mut seen = 0;
    while let Some(Ok(frame)) = body.frame().await {
        if let Some(data) = frame.data_ref() {
            visit.see(data);
            seen += data.len() as u64;
        }
        if seen > visit.captured_bytes() as u64 {
            // The rest is not kept; nginx wants its answer all the same.
            break;
        }
    }
    length = length.max(seen);
    visit.lengths(length, 0);
    visit.end_unanswered();
    plain(StatusCode::NO_CONTENT, "")
}

/// The request that the proxy asks about.
fn asked(request: &Request<Incoming>) -> Option<Asked> {
    let told = |name: &str| {
        let value = request.headers().get(format!("{PREFIX}{name}"))?;
        value.to_str().ok().filter(|text| !text.is_empty())
    };
    let observed = request.uri().path() == OBSERVE;
    let own = |name: &str| {
        name.starts_with(PREFIX)
            || name == "host"
            || name == "connection"
            || (!observed && (name == "content-length" || name == "transfer-encoding"))
    };
    let mut fields: Vec<(String, Vec<u8>)> = request
        .headers()
        .iter()
        .filter(|(name, _)| !own(name.as_str()))
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    let mut ended = request.body().is_end_stream();
    if !observed {
        let lengths = [("content-length", told("length")), ("transfer-encoding", told("encoding"))];
        let framing = lengths.into_iter().filter_map(|(name, value)| Some((name, value?)));
        ended = framing.clone().all(|(_, value)| value == "0");
        fields.extend(framing.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())));
    }
    Some(Asked {
        method: told("method")?.to_owned(),
        target: told("uri")?.to_owned(),
        authority: request.headers().get(HOST)?.to_str().ok()?.to_owned(),
        fields,
        peer: Some(told("address")?.parse().ok()?),
        ended,
        ..Asked::default()
    })
}

/// nginx takes 401 and 403 for a refusal and hands on what it is told to: the status in `X-Palisade-Status`, the problem
/// document in `X-Palisade-Problem`, the other fields under their names.
fn refused(reply: &Reply) -> Response<Full<Bytes>> {
    let status = if reply.status == 401 { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
    let mut response = plain(status, "");
    let headers = response.headers_mut();
    let fields = reply.fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let own =
        [("x-palisade-status", reply.status.to_string().into_bytes()), ("x-palisade-problem", ascii(&reply.body))];
    for (name, value) in fields.chain(own.iter().map(|(name, value)| (*name, value.as_slice()))) {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value)) {
            headers.insert(name, value);
        }
    }
    response
}

/// A text of JSON in ASCII: other letters stand in its strings alone, and may be escaped there.
fn ascii(text: &[u8]) -> Vec<u8> {
    let mut out = String::with_capacity(text.len());
    for letter in String::from_utf8_lossy(text).chars() {
        if letter.is_ascii() {
            out.push(letter);
        } else {
            let mut units = [0u16; 2];
            for unit in letter.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out.into_bytes()
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_document_fits_into_a_field() {
        let text = "{\"detail\":\"Stra\u{df}e \u{1f600}\"}";
        assert_eq!(super::ascii(text.as_bytes()), b"{\"detail\":\"Stra\\u00dfe \\ud83d\\ude00\"}");
    }
}
