//! One HTTP/2 connection of a client: every stream is a request of its own, judged and relayed like any other.

use super::front::FrontStream;
use super::{CONNECTION_WINDOW, SEND_BUFFER, STREAM_WINDOW, translate};
use crate::client::Client;
use crate::problem::Problem;
use crate::state::Gateway;
use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Ping, RecvStream};
use http::Request;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What a client that speaks HTTP/2 without TLS begins with, up to where a reader of HTTP/1.1 stops.
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\n";

/// Requests of one connection at the same time.
const STREAMS: u32 = 128;
/// Streams that a client reset before they were served: more end the connection.
const RESETS: usize = 64;
/// How often a client that has requests open is asked whether it is still there; it has as long to answer.
const PING: Duration = Duration::from_secs(30);
/// How long a connection that was told to end may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// Serves a connection to its end.
pub(crate) async fn run<S>(gateway: &Arc<Gateway>, stream: S, client: &Arc<Client>, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let settings = &gateway.settings;
    let mut builder = h2::server::Builder::new();
    builder
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(u32::try_from(settings.limits.head_bytes).unwrap_or(u32::MAX))
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buffer_size(SEND_BUFFER)
        .max_concurrent_reset_streams(RESETS)
        .max_pending_accept_reset_streams(RESETS)
        .enable_connect_protocol();
    let handshake = builder.handshake::<_, Bytes>(stream);
    let Ok(Ok(mut connection)) = tokio::time::timeout(settings.timeouts.request_head, handshake).await else { return };
    let mut ping = connection.ping_pong();
    let mut asked = false;
    let mut ending = false;
    let mut requests = JoinSet::new();
    let mut deadline = Instant::now() + settings.timeouts.keep_alive;
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled(), if !ending => {
                connection.graceful_shutdown();
                ending = true;
                if requests.is_empty() {
                    deadline = Instant::now() + GOODBYE;
                }
            }
            accepted = connection.accept() => match accepted {
                Some(Ok((request, respond))) => {
                    if requests.is_empty() {
                        (deadline, asked) = (Instant::now() + PING, false);
                    }
                    requests.spawn(serve(Arc::clone(gateway), request, respond, Arc::clone(client), stop.clone()));
                }
                Some(Err(error)) => {
                    crate::events::http2_ended(&error);
                    break;
                }
                None => break,
            },
            Some(_) = requests.join_next(), if !requests.is_empty() => {
                if requests.is_empty() {
                    deadline = Instant::now() + if ending { GOODBYE } else { settings.timeouts.keep_alive };
                }
            }
            // An answer of any kind shows that the client is there.
            _ = pong(&mut ping), if asked => asked = false,
            () = tokio::time::sleep_until(deadline) => {
                if requests.is_empty() && !ending {
                    connection.graceful_shutdown();
                    (ending, deadline) = (true, Instant::now() + GOODBYE);
                } else if requests.is_empty() || asked {
                    break;
                } else {
                    asked = ping.as_mut().is_some_and(|ping| ping.send_ping(Ping::opaque()).is_ok());
                    deadline = Instant::now() + PING;
                }
            }
        }
    }
    // Nobody is left to read the answers; what waits for an upstream is recorded as given up.
    drop(connection);
    while requests.join_next().await.is_some() {}
}

async fn pong(ping: &mut Option<h2::PingPong>) {
    match ping {
        Some(ping) => drop(std::future::poll_fn(|cx| ping.poll_pong(cx)).await),
        None => std::future::pending().await,
    }
}

/// Serves one request.
async fn serve(
    gateway: Arc<Gateway>,
    request: Request<RecvStream>,
    respond: SendResponse<Bytes>,
    client: Arc<Client>,
    stop: CancellationToken,
) {
    let ended = request.body().is_end_stream();
    let method = request.method().clone();
    match translate::write_request(&request, ended) {
        Ok(written) => {
            let body = (!ended).then(|| request.into_body());
            let stream = FrontStream::new(written, &method, body, respond);
            crate::conn::run(&gateway, stream, &client, stop).await;
        }
        Err(refusal) => {
            gateway.unreadable(refusal.code);
            let problem = Problem::new(refusal.status, refusal.code, "Unreadable request", refusal.message);
            let mut stream = FrontStream::refused(&method, respond);
            let answer = problem.write(Uuid::now_v7(), None, true);
            // A client that does not take a short answer has none of it coming.
            let limit = gateway.settings.timeouts.held_body;
            let _ = tokio::time::timeout(limit, stream.write_all(&answer)).await;
        }
    }
}
