//! Envoy asks the guard: external processing (ext_proc), external authorization (ext_authz) and the access log service,
//! version 3 each, with the decisions of the gateway. nginx asks over HTTP.
//!
//! Proxies carry the traffic; what they tell becomes a [`Visit`](palisade_gateway::visit::Visit) of the gateway, which
//! routes, judges, counts and records.

mod access_log;
mod authorization;
mod http;
mod processing;
mod wire;

pub use crate::http::serve_http;

use envoy_types::pb::envoy::service::accesslog::v3::access_log_service_server::AccessLogServiceServer;
use envoy_types::pb::envoy::service::auth::v3::authorization_server::AuthorizationServer;
use envoy_types::pb::envoy::service::ext_proc::v3::external_processor_server::ExternalProcessorServer;
use palisade_gateway::Gateway;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

/// How often the gateway lets go of what is over.
const SWEEP: Duration = Duration::from_secs(5);
/// How long streams may go on after the end was asked for.
const DRAIN: Duration = Duration::from_secs(5);
/// Longest message of Envoy, in bytes: the largest body that is judged, and what stands around it.
const MESSAGE: usize = 10 << 20;

/// Serves the three services over gRPC without TLS until `stop`; streams that are open then may end.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    gateway: Arc<Gateway>,
    stop: CancellationToken,
) -> Result<(), tonic::transport::Error> {
    let processing = ExternalProcessorServer::new(processing::Processing::new(Arc::clone(&gateway)));
    let authorization = AuthorizationServer::new(authorization::Authorization::new(Arc::clone(&gateway)));
    let access_log = AccessLogServiceServer::new(access_log::AccessLog::new(Arc::clone(&gateway)));
    let ended = stop.clone();
    let served = Server::builder()
        .add_service(processing.max_decoding_message_size(MESSAGE).max_encoding_message_size(MESSAGE))
        .add_service(authorization.max_decoding_message_size(MESSAGE))
        .add_service(access_log)
        .serve_with_incoming_shutdown(TcpIncoming::from(listener).with_nodelay(Some(true)), stop.cancelled_owned());
    let drained = async {
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            tokio::select! {
                () = ended.cancelled() => break,
                _ = sweep.tick() => gateway.sweep(),
            }
        }
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        served = served => served,
        // An access log has no end of its own.
        () = drained => Ok(()),
    }
}
