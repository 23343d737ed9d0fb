//! The access log service (`envoy.service.accesslog.v3.AccessLogService`): heads of exchanges that are over.

use crate::wire::{self, ip};
use envoy_types::pb::envoy::config::core::v3::RequestMethod;
use envoy_types::pb::envoy::data::accesslog::v3::{
    AccessLogCommon, HttpAccessLogEntry, HttpRequestProperties, HttpResponseProperties,
};
use envoy_types::pb::envoy::service::accesslog::v3::access_log_service_server::AccessLogService;
use envoy_types::pb::envoy::service::accesslog::v3::stream_access_logs_message::LogEntries;
use envoy_types::pb::envoy::service::accesslog::v3::{StreamAccessLogsMessage, StreamAccessLogsResponse};
use envoy_types::pb::google::protobuf::Timestamp;
use palisade_gateway::Gateway;
use palisade_gateway::visit::Asked;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tonic::{Request, Response, Status, Streaming};

/// The service.
pub struct AccessLog {
    gateway: Arc<Gateway>,
}

impl AccessLog {
    /// Records for the gateway's APIs.
    pub fn new(gateway: Arc<Gateway>) -> AccessLog {
        AccessLog { gateway }
    }
}

#[tonic::async_trait]
impl AccessLogService for AccessLog {
    async fn stream_access_logs(
        &self,
        request: Request<Streaming<StreamAccessLogsMessage>>,
    ) -> Result<Response<StreamAccessLogsResponse>, Status> {
        let mut messages = request.into_inner();
        while let Some(message) = messages.message().await? {
            let Some(LogEntries::HttpLogs(logs)) = message.log_entries else { continue };
            for entry in logs.log_entry {
                record(&self.gateway, entry);
            }
        }
        Ok(Response::new(StreamAccessLogsResponse {}))
    }
}

fn record(gateway: &Gateway, entry: HttpAccessLogEntry) {
    let common = entry.common_properties.unwrap_or_default();
    let (Some(request), response) = (entry.request, entry.response.unwrap_or_default()) else { return };
    let (sent, got) = (request.request_body_bytes, response.response_body_bytes);
    let lasted = lasted(&common);
    let Some(asked) = asked(request, &common) else { return };
    // What belongs to no API is not recorded.
    let Ok(received) = gateway.receive(&asked) else { return };
    let mut visit = received.watch(gateway);
    let HttpResponseProperties { response_code, response_headers, .. } = response;
    // Without a status the client was gone before there was an answer.
    if let Some(status) = response_code.and_then(|code| u16::try_from(code.value).ok()).filter(|status| *status > 0) {
        let mut fields: wire::Fields =
            response_headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect();
        fields.sort_unstable();
        visit.response(status, &fields);
    }
    visit.lengths(sent, got);
    visit.lasted(lasted);
    visit.end();
}

fn asked(request: HttpRequestProperties, common: &AccessLogCommon) -> Option<Asked> {
    let method = match request.request_method() {
        RequestMethod::MethodUnspecified => return None,
        method => method.as_str_name().to_owned(),
    };
    let known = [
        ("user-agent", request.user_agent),
        ("referer", request.referer),
        ("x-forwarded-for", request.forwarded_for),
        ("x-request-id", request.request_id),
    ];
    let mut fields: wire::Fields = known
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.into_bytes()))
        .collect();
    fields.extend(request.request_headers.into_iter().map(|(name, value)| (name, value.into_bytes())));
    if request.request_body_bytes > 0 {
        // That there was a body must show in the head.
        fields.push(("content-length".to_owned(), request.request_body_bytes.to_string().into_bytes()));
    }
    fields.sort_unstable();
    fields.dedup_by(|one, two| one.0 == two.0);
    // What a route rewrote is not what the client asked for.
    let target = if request.original_path.is_empty() { request.path } else { request.original_path };
    Some(Asked {
        method,
        target,
        authority: request.authority,
        secure: request.scheme == "https",
        fields,
        peer: ip(common.downstream_remote_address.as_ref()),
        ended: request.request_body_bytes == 0,
        certificate: None,
        age: common.start_time.as_ref().map(age).unwrap_or_default(),
    })
}

fn age(began: &Timestamp) -> Duration {
    let since = Duration::new(u64::try_from(began.seconds).unwrap_or(0), u32::try_from(began.nanos).unwrap_or(0));
    SystemTime::now().duration_since(UNIX_EPOCH + since).unwrap_or_default()
}

/// From the first byte of the request to the last of the answer.
fn lasted(common: &AccessLogCommon) -> Duration {
    let ends = [common.time_to_last_downstream_tx_byte, common.time_to_last_rx_byte, common.duration];
    let last = ends
        .into_iter()
        .flatten()
        .map(|time| Duration::new(u64::try_from(time.seconds).unwrap_or(0), u32::try_from(time.nanos).unwrap_or(0)));
    last.max().unwrap_or_default()
}
