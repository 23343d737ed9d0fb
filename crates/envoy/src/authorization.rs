//! External authorization (`envoy.service.auth.v3.Authorization`): requests only, head and as much of the body as Envoy
//! is told to send.

use crate::wire::{self, PARTIAL, Split, field, first, ip, length, split};
use envoy_types::pb::envoy::config::core::v3::header_value_option::HeaderAppendAction;
use envoy_types::pb::envoy::service::auth::v3::attribute_context::HttpRequest;
use envoy_types::pb::envoy::service::auth::v3::authorization_server::Authorization as Service;
use envoy_types::pb::envoy::service::auth::v3::check_response::HttpResponse;
use envoy_types::pb::envoy::service::auth::v3::{CheckRequest, CheckResponse, DeniedHttpResponse, OkHttpResponse};
use envoy_types::pb::google::rpc;
use palisade_gateway::Gateway;
use palisade_gateway::visit::{Reply, Step};
use std::sync::Arc;
use tonic::{Code, Request, Response, Status};

/// The service.
pub struct Authorization {
    gateway: Arc<Gateway>,
}

impl Authorization {
    /// Judges by the gateway's APIs.
    pub fn new(gateway: Arc<Gateway>) -> Authorization {
        Authorization { gateway }
    }
}

/// What is known of a request's body.
enum Content {
    Whole(Vec<u8>),
    Part(Vec<u8>),
    /// There is one, or may be one, and Envoy did not send it.
    Unseen,
}

#[tonic::async_trait]
impl Service for Authorization {
    async fn check(&self, request: Request<CheckRequest>) -> Result<Response<CheckResponse>, Status> {
        let attributes = request.into_inner().attributes.unwrap_or_default();
        let peer = ip(attributes.source.as_ref().and_then(|source| source.address.as_ref()));
        let Some(http) = attributes.request.and_then(|request| request.http) else {
            return Err(Status::invalid_argument("no HTTP request"));
        };
        let (head, content) = taken_apart(http);
        let ended = matches!(&content, Content::Whole(body) if body.is_empty());
        let received = match self.gateway.receive(&head.asked(peer, ended)) {
            Ok(received) => received,
            Err(reply) => return Ok(Response::new(denied(reply))),
        };
        let mut visit = received.visit(&self.gateway);
        let mut step = visit.head().await;
        let (body, truncated) = match &content {
            Content::Whole(body) => (body.as_slice(), false),
            Content::Part(body) => (body.as_slice(), true),
            Content::Unseen => (&[][..], true),
        };
        match (&step, &content) {
            (Step::Body(_), Content::Unseen) => {
                tracing::error!(
                    api = visit.api(),
                    "Envoy asked without the body that is to be judged: set `with_request_body`"
                );
                step = visit.missing();
            }
            (Step::Body(_), _) => step = visit.body(body, truncated).await,
            _ if body.is_empty() => {}
            _ => visit.see(body),
        }
        visit.end_unanswered();
        Ok(Response::new(match step {
            Step::Refuse(reply) => denied(reply),
            Step::Pass | Step::Body(_) => CheckResponse {
                status: Some(rpc::Status { code: Code::Ok.into(), ..rpc::Status::default() }),
                http_response: Some(HttpResponse::OkResponse(OkHttpResponse::default())),
                ..CheckResponse::default()
            },
        }))
    }
}

/// Head and body of the request that is asked about.
fn taken_apart(http: HttpRequest) -> (Split, Content) {
    let HttpRequest { method, headers, header_map, path, host, scheme, protocol, body, raw_body, .. } = http;
    let mut head = if header_map.is_some() {
        split(header_map)
    } else {
        // A map has no order: that of the names does for all.
        let mut fields: wire::Fields = headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect();
        fields.sort_unstable();
        fields.retain(|(name, _)| !name.starts_with(':') && (!name.starts_with("x-envoy-") || name == PARTIAL));
        Split { fields, ..Split::default() }
    };
    head.method = method;
    head.path = path;
    head.authority = host;
    head.secure = scheme == "https";
    let body = if raw_body.is_empty() { body.into_bytes() } else { raw_body };
    let partial = first(&head.fields, PARTIAL).map(|value| value == b"true");
    head.fields.retain(|(name, _)| name != PARTIAL);
    let http1 = protocol.starts_with("HTTP/1");
    let announced = length(&head.fields);
    let none =
        announced == Some(0) || (http1 && announced.is_none() && first(&head.fields, "transfer-encoding").is_none());
    let content = match partial {
        Some(true) => Content::Part(body),
        Some(false) => Content::Whole(body),
        None if none => Content::Whole(Vec::new()),
        None => Content::Unseen,
    };
    (head, content)
}

fn denied(reply: Reply) -> CheckResponse {
    let set = |(name, value): &(String, String)| {
        let mut option = field(name, &[], HeaderAppendAction::OverwriteIfExistsOrAdd);
        // This filter takes texts only.
        if let Some(header) = &mut option.header {
            header.value.clone_from(value);
        }
        option
    };
    let mut headers: Vec<_> = wire::told(&reply).map(set).collect();
    let body = match &reply.grpc {
        Some(grpc) => {
            headers.push(set(&("grpc-status".to_owned(), grpc.code.to_string())));
            grpc.message.clone()
        }
        None => String::from_utf8_lossy(&reply.body).into_owned(),
    };
    CheckResponse {
        status: Some(rpc::Status { code: Code::PermissionDenied.into(), ..rpc::Status::default() }),
        http_response: Some(HttpResponse::DeniedResponse(DeniedHttpResponse {
            status: Some(wire::status(reply.status)),
            headers,
            body,
        })),
        ..CheckResponse::default()
    }
}
