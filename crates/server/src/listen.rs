//! The console's listener: bounded connections, TLS where there is a certificate, an orderly end.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use palisade_gateway::{TlsFiles, Unsecured};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// Connections at once; more wait to be accepted.
const CONNECTIONS: usize = 2048;
/// Time for the head of a request, and between two requests of a connection.
const HEAD: Duration = Duration::from_secs(30);
/// How long open answers may take after the stop.
const DRAIN: Duration = Duration::from_secs(3);

/// Answers on `listener` until `stop`, then lets open answers end within seconds.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<Arc<TlsFiles>>,
    knows: impl Fn(&str) -> bool + Clone + Send + Sync + 'static,
    stop: CancellationToken,
) {
    let (open, tasks) = (Arc::new(Semaphore::new(CONNECTIONS)), TaskTracker::new());
    loop {
        let next = async {
            let permit = Arc::clone(&open).acquire_owned().await;
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            () = stop.cancelled() => break,
            next = next => next,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, mostly: some come back when connections end.
                tracing::warn!(%error, "the console cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (router, tls, knows, stop) = (router.clone(), tls.clone(), knows.clone(), stop.clone());
        tasks.spawn(async move {
            match tls {
                None => console(stream, router, peer, stop).await,
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => console(stream, router, peer, stop).await,
                    Err(Unsecured::Clear(stream)) => lead_to_https(stream, knows, stop).await,
                    Err(Unsecured::Failed(error)) => tracing::debug!(client = %peer.ip(), %error, "no TLS handshake"),
                },
            }
            drop(permit);
        });
    }
    tasks.close();
    // What does not end by itself ends with the runtime.
    let _ = tokio::time::timeout(DRAIN, tasks.wait()).await;
}

async fn console<S>(stream: S, router: Router, peer: SocketAddr, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    connection(stream, service, stop).await;
}

/// A client that speaks no TLS where it should: what it can read in a browser is shown again over https. What carries
/// credentials or changes something is not: it must not come to work by luck.
async fn lead_to_https(stream: TcpStream, knows: impl Fn(&str) -> bool, stop: CancellationToken) {
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = hint(&request, &knows);
        async move { Ok::<_, Infallible>(answer) }
    });
    connection(stream, service, stop).await;
}

fn hint<B>(request: &Request<B>, knows: impl Fn(&str) -> bool) -> Response<Body> {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).filter(|host| knows(host));
    let bare = [header::AUTHORIZATION, header::COOKIE].iter().all(|name| !request.headers().contains_key(name));
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let answer = Response::builder().header(header::CONNECTION, "close");
    let answer = match host {
        Some(host) if bare && reads => answer
            .status(StatusCode::PERMANENT_REDIRECT)
            .header(header::LOCATION, format!("https://{host}{target}"))
            .body(Body::empty()),
        _ => answer
            .status(StatusCode::BAD_REQUEST)
            .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
            .body(Body::from("This port speaks HTTPS: use https:// in the URL.\n")),
    };
    answer.unwrap_or_else(|_| {
        let mut refused = Response::new(Body::empty());
        *refused.status_mut() = StatusCode::BAD_REQUEST;
        refused
    })
}

async fn connection<S, F>(stream: S, service: F, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    F: hyper::service::Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>,
    F::Future: Send,
{
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        // A client that breaks off is no news.
        _ = &mut connection => return,
        () = stop.cancelled() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hinted(request: http::request::Builder) -> (u16, Option<String>) {
        let answer = hint(&request.body(()).unwrap(), |host| host == "console.test:8600");
        let location = answer.headers().get(header::LOCATION).map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), location)
    }

    #[test]
    fn only_what_reads_without_credentials_at_a_known_name_is_led_on() {
        let get = || Request::get("/apis?x=1").header("host", "console.test:8600");
        assert_eq!(hinted(get()), (308, Some("https://console.test:8600/apis?x=1".to_owned())));
        assert_eq!(hinted(get().header("authorization", "Bearer x")), (400, None));
        assert_eq!(hinted(get().header("cookie", "x=y")), (400, None));
        assert_eq!(hinted(Request::post("/").header("host", "console.test:8600")), (400, None));
        assert_eq!(hinted(Request::get("/").header("host", "evil.test")), (400, None));
        assert_eq!(hinted(Request::get("/")), (400, None));
    }
}
