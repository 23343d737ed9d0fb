//! Callers of gRPC are refused in its own words, by the gateway and through a real Envoy.

use super::gateway_file;
use super::harness::{Api, Envoy, palisade, program, started};
use crate::support::{Place, json_answer};
use envoy_types::pb::envoy::service::auth::v3::CheckRequest;
use envoy_types::pb::envoy::service::auth::v3::authorization_client::AuthorizationClient;
use envoy_types::pb::envoy::service::ratelimit::v3::RateLimitRequest;
use envoy_types::pb::envoy::service::ratelimit::v3::rate_limit_service_client::RateLimitServiceClient;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

const CONTRACT: &str = "openapi: 3.1.0
info: {title: Checks, version: '1'}
components: {securitySchemes: {token: {type: http, scheme: bearer}}}
security: [{token: []}]
paths:
  /envoy.service.auth.v3.Authorization/Check:
    post:
      parameters: [{name: x-size, in: header, schema: {type: integer}}]
      requestBody: {content: {application/grpc: {}}}
      responses: {'200': {description: good}}
";

const POLICY: &str = "    protection:
      headers: [{name: X-Probe, deny: ['*']}]
      rates: [{name: checks, burst: 1}]
";

async fn channel(address: &str) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
    endpoint.origin("http://api.test".parse().unwrap()).connect().await.unwrap()
}

/// The status that the call with these fields ends with.
async fn check(channel: &Channel, fields: &[(&'static str, &'static str)]) -> Status {
    let mut request = Request::new(CheckRequest::default());
    for (name, value) in fields {
        request.metadata_mut().insert(*name, value.parse().unwrap());
    }
    AuthorizationClient::new(channel.clone()).check(request).await.unwrap_err()
}

async fn refusals(address: &str) {
    let channel = channel(address).await;
    let token = ("authorization", "Bearer abc");
    let none = check(&channel, &[]).await;
    assert_eq!(none.code(), Code::Unauthenticated, "{none:?}");
    assert!(none.metadata().get("www-authenticate").is_some(), "{none:?}");
    let probe = check(&channel, &[token, ("x-probe", "1")]).await;
    assert_eq!(probe.code(), Code::PermissionDenied, "{probe:?}");
    let mut other = Request::new(RateLimitRequest::default());
    other.metadata_mut().insert("authorization", "Bearer abc".parse().unwrap());
    let unknown = RateLimitServiceClient::new(channel.clone()).should_rate_limit(other).await.unwrap_err();
    assert_eq!(unknown.code(), Code::Unimplemented, "{unknown:?}");
    for _ in 0..4 {
        let size = check(&channel, &[token, ("x-size", "large")]).await;
        assert_eq!(size.code(), Code::InvalidArgument, "{size:?}");
        // The reference of the exchange stands behind the reason.
        assert!(size.message().ends_with(')') && size.message().contains(" ("), "{size:?}");
    }
    let often = check(&channel, &[token, ("x-size", "large")]).await;
    assert_eq!(often.code(), Code::ResourceExhausted, "{often:?}");
    assert!(often.message().starts_with("more than 1 requests per second"), "{often:?}");
    assert!(often.metadata().get("retry-after").is_some(), "{often:?}");
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(test);
}

#[test]
fn the_gateway_passes_calls_and_refuses_them_in_their_own_words() {
    let place = Place::new();
    place.file("contract.yaml", CONTRACT);
    // A server of gRPC: that of `palisade envoy` itself.
    let served = place.file("served.yaml", &gateway_file("contract.yaml", "observe", "http://127.0.0.1:9", ""));
    let (_served, grpc, _) = palisade(&place, &served);
    let policy = format!("    upstream_protocol: h2\n{POLICY}");
    let text = gateway_file("contract.yaml", "block", &format!("http://127.0.0.1:{grpc}"), &policy);
    let config = place.file("gateway.yaml", &text);
    let (_gateway, addresses) = started(&place, "gateway", &["gateway", "--config", &config], &["gateway listens"]);
    let address = addresses[0].to_string();
    run(async {
        let passed = check(&channel(&address).await, &[("authorization", "Bearer abc"), ("x-size", "7")]).await;
        assert_eq!((passed.code(), passed.message()), (Code::InvalidArgument, "no HTTP request"), "{passed:?}");
    });
    let again = place.file("again.yaml", &text);
    let (_again, addresses) = started(&place, "again", &["gateway", "--config", &again], &["gateway listens"]);
    run(refusals(&addresses[0].to_string()));
}

#[test]
fn envoy_refuses_calls_in_their_own_words() {
    let Some(program) = program() else { return };
    for file in ["ext_proc.yaml", "ext_authz.yaml"] {
        let (place, api) = (Place::new(), Api::new(|_| json_answer("200 OK", "{}")));
        place.file("contract.yaml", CONTRACT);
        let config = place.file("gateway.yaml", &gateway_file("contract.yaml", "block", &api.url, POLICY));
        let (_palisade, grpc, _) = palisade(&place, &config);
        let envoy = Envoy::start(&program, &place, file, api.port(), grpc);
        run(refusals(&envoy.address));
        assert!(api.take().is_empty(), "{file}: nothing that was refused came through");
    }
}
