//! Health, readiness and metrics, on a listener of their own: on the data port they would shadow a user's routes.

use crate::tls::{TlsFiles, Unsecured};
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Says whether the process can do its work; an error says in plain words why not.
pub type Ready = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// Renders the metrics in Prometheus' text format.
pub type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// Renders what the gateway does now as JSON.
pub type StatusText = Arc<dyn Fn() -> String + Send + Sync>;

/// What the admin listener shows.
#[derive(Clone)]
pub struct Admin {
    /// Answers `/readyz`.
    pub ready: Ready,
    /// Answers `/metrics`.
    pub metrics: Metrics,
    /// Answers `/status`: what the gateway does now, as JSON.
    pub status: StatusText,
}

/// Told to a client that does not speak TLS where it should.
const SPEAK_TLS: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 45\r\nConnection: close\r\n\r\n\
                           this port speaks HTTPS: use https:// instead\n";

/// Serves `/healthz`, `/readyz`, `/metrics` and `/status` until `stop`; over TLS where there are files for it.
pub async fn serve(listener: TcpListener, admin: Admin, tls: Option<Arc<TlsFiles>>, stop: CancellationToken) {
    let open = Arc::new(tokio::sync::Semaphore::new(64));
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
        };
        // More than these are no scraper: they are turned away.
        let Ok(permit) = Arc::clone(&open).try_acquire_owned() else { continue };
        let (admin, tls, stop) = (admin.clone(), tls.clone(), stop.clone());
        tokio::spawn(async move {
            match tls {
                None => connection(stream, admin, stop).await,
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => connection(stream, admin, stop).await,
                    // A client that breaks off is no news.
                    Err(Unsecured::Clear(mut stream)) => drop(stream.write_all(SPEAK_TLS).await),
                    Err(Unsecured::Failed(error)) => tracing::debug!(%error, "no TLS handshake"),
                },
            }
            drop(permit);
        });
    }
}

async fn connection<S>(stream: S, admin: Admin, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let answer = answer(&admin, &request);
        async move { Ok::<_, Infallible>(answer) }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10)).max_buf_size(16 * 1024);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        _ = connection => {}
        () = stop.cancelled() => {}
    }
}

fn answer(admin: &Admin, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let plain = "text/plain; charset=utf-8";
    let (status, kind, body) = match request.uri().path() {
        _ if request.method() != Method::GET && request.method() != Method::HEAD => {
            (StatusCode::METHOD_NOT_ALLOWED, plain, "only GET is served here\n".to_owned())
        }
        "/healthz" => (StatusCode::OK, plain, "ok\n".to_owned()),
        "/readyz" => match (admin.ready)() {
            Ok(()) => (StatusCode::OK, plain, "ready\n".to_owned()),
            Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, plain, format!("not ready: {reason}\n")),
        },
        "/metrics" => (StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", (admin.metrics)()),
        "/status" => (StatusCode::OK, "application/json", (admin.status)()),
        _ => (StatusCode::NOT_FOUND, plain, "known here: /healthz, /readyz, /metrics, /status\n".to_owned()),
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response
}
