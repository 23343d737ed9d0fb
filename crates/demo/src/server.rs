//! The shop's listener: everything that comes in is bounded in size, number and time.

use crate::Switches;
use crate::shop::Shop;
use crate::shop::message::{Reply, Request};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Largest request body, in bytes.
const BODY: usize = 64 * 1024;
/// Longest wait for a request's head, and for its body.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most connections at a time.
const CONNECTIONS: usize = 512;
/// Longest wait for open requests when the shop closes.
const DRAIN: Duration = Duration::from_secs(2);

struct Door {
    shop: Mutex<Shop>,
    opened: Instant,
}

/// Serves the shop on `listener` until `shutdown` is cancelled, then lets open requests end for at most two
/// seconds.
///
/// # Errors
/// When the listener can no longer accept.
pub async fn serve(listener: TcpListener, switches: Switches, shutdown: CancellationToken) -> std::io::Result<()> {
    let door = Arc::new(Door { shop: Mutex::new(Shop::new(switches)), opened: Instant::now() });
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let connections = TaskTracker::new();
    loop {
        let permit = tokio::select! {
            () = shutdown.cancelled() => break,
            permit = Arc::clone(&places).acquire_owned() => permit.map_err(std::io::Error::other)?,
        };
        let stream = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) if is_passing(&error) => {
                    tracing::warn!(%error, "the demo API could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
                Err(error) => return Err(error),
            },
        };
        let door = Arc::clone(&door);
        let shutdown = shutdown.clone();
        connections.spawn(async move {
            connection(stream, door, shutdown).await;
            drop(permit);
        });
    }
    connections.close();
    let _ = timeout(DRAIN, connections.wait()).await;
    Ok(())
}

/// Whether the next connection may well be accepted: the client went away, or descriptors ran out.
fn is_passing(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted) || error.raw_os_error().is_some()
}

async fn connection(stream: TcpStream, door: Arc<Door>, shutdown: CancellationToken) {
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |request| {
        let door = Arc::clone(&door);
        async move { Ok::<_, std::convert::Infallible>(answer(&door, request).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            timeout(DRAIN, connection).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection to the demo API ended early");
    }
}

async fn answer(door: &Door, request: http::Request<Incoming>) -> http::Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let reply = match timeout(PATIENCE, Limited::new(body, BODY).collect()).await {
        Ok(Ok(body)) => {
            let body = body.to_bytes();
            let header = |name: &HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
            let bearer = header(&AUTHORIZATION).and_then(|value| {
                let (scheme, token) = value.split_once(' ')?;
                scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
            });
            let media_type =
                header(&CONTENT_TYPE).map(|value| value.split(';').next().unwrap_or("").trim().to_ascii_lowercase());
            let request = Request {
                method: head.method.as_str(),
                path: head.uri.path(),
                query: head.uri.query().unwrap_or(""),
                bearer,
                media_type: media_type.as_deref(),
                body: &body,
                now: door.opened.elapsed(),
            };
            door.shop.lock().unwrap_or_else(PoisonError::into_inner).answer(&request)
        }
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            Reply::problem(413, "Too large", format!("The body has more than {BODY} bytes."))
        }
        Ok(Err(_)) => Reply::bad("The body ended early."),
        Err(_) => Reply::problem(408, "Too slow", "The body did not come in time."),
    };
    response(reply)
}

fn response(reply: Reply) -> http::Response<Full<Bytes>> {
    let content = reply.body.map(|body| body.to_string());
    let mut response = http::Response::new(Full::new(Bytes::from(content.clone().unwrap_or_default())));
    *response.status_mut() =
        http::StatusCode::from_u16(reply.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if content.is_some() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(reply.media_type));
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some((name, value)) = reply.header
        && let Ok(value) = HeaderValue::from_str(&value)
    {
        headers.insert(HeaderName::from_static(name), value);
    }
    response
}
