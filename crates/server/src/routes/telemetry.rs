//! What APIClarity's plug-ins call, at the paths they know.

use crate::app::{ApiSpec, App};
use crate::auth::Source;
use crate::clock;
use crate::core::ApiState;
use crate::core::telemetry::{LIMITS, MAX_TELEMETRY, Outcome, find, names, room_for_another, without_port};
use crate::problem::ApiError;
use crate::types::{Accepted, Hosts, ManagedBy, Problem};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::{Extension, Json};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use palisade_exchange::Exchange;
use palisade_gateway::Captured;
use palisade_guard::{Decision, Effect};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How long an exchange may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);
/// How far the clock of a plug-in may be ahead, microseconds.
const AHEAD: i64 = 300 * 1_000_000;

/// Takes one exchange, as APIClarity's plug-ins send it. The credentials in it are redacted before anything else is
/// done with it.
#[utoipa::path(post, path = "/api/telemetry", tag = "telemetry", security(("trace_source" = [])),
    request_body(content = String, content_type = "application/json"),
    responses((status = 200, description = "It was taken, or its host is of no interest.", body = Accepted),
              (status = 400, description = "It is no exchange.", body = Problem, content_type = "application/problem+json"),
              (status = 401, description = "No trace source has this token.", body = Problem, content_type = "application/problem+json"),
              (status = 413, body = Problem, content_type = "application/problem+json"),
              (status = 503, description = "It was dropped: too much at a time.", body = Problem, content_type = "application/problem+json")))]
pub async fn telemetry(
    State(app): State<Arc<App>>,
    Extension(source): Extension<Source>,
    body: Body,
) -> Result<Json<Accepted>, (HeaderMap, ApiError)> {
    let plain = |error: ApiError| (HeaderMap::new(), error);
    let Ok(_room) = app.telemetry.room.try_acquire() else { return Err(full(&app, &source)) };
    let read = tokio::time::timeout(PATIENCE, axum::body::to_bytes(body, MAX_TELEMETRY)).await;
    let Ok(Ok(bytes)) = read else {
        app.telemetry.count(&source.id, Outcome::unread(palisade_readers::Reason::TooLong));
        let detail = format!("An exchange has at most {MAX_TELEMETRY} bytes, and arrives within 15 seconds.");
        return Err(plain(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, detail)));
    };
    let exchange = match decoded(&app, bytes).await? {
        Ok(exchange) => exchange,
        Err((reason, detail)) => {
            app.telemetry.count(&source.id, Outcome::unread(reason));
            return Err(plain(ApiError::bad_request(format!("Rejected: {}: {detail}.", reason.as_str()))));
        }
    };
    let outcome = match api_of(&app, &source, &exchange).await.map_err(plain)? {
        Ok(api) => {
            let app = Arc::clone(&app);
            let work = tokio::task::spawn_blocking(move || offer(&app, &api, exchange));
            work.await.map_err(|_| plain(failed("Judging the exchange failed.")))?
        }
        Err(outcome) => outcome,
    };
    app.telemetry.count(&source.id, outcome);
    match outcome {
        Outcome::Accepted => Ok(Json(Accepted { accepted: 1, rejected: 0 })),
        Outcome::Rejected(_) => Ok(Json(Accepted { accepted: 0, rejected: 1 })),
        Outcome::Dropped => Err(busy()),
    }
}

fn failed(detail: &str) -> ApiError {
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
}

fn full(app: &App, source: &Source) -> (HeaderMap, ApiError) {
    app.telemetry.count(&source.id, Outcome::Dropped);
    busy()
}

fn busy() -> (HeaderMap, ApiError) {
    let mut headers = HeaderMap::new();
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    (headers, ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "The exchange was dropped: too much at a time."))
}

type Read = Result<Exchange, (palisade_readers::Reason, String)>;

async fn decoded(app: &Arc<App>, bytes: Bytes) -> Result<Read, (HeaderMap, ApiError)> {
    let app = Arc::clone(app);
    let work = tokio::task::spawn_blocking(move || {
        let now = clock::now();
        let mut read = palisade_readers::telemetry_exchange(&bytes, now, 0, &app.redactor, &LIMITS);
        if let Ok(exchange) = &mut read {
            exchange.id = Uuid::now_v7();
            if exchange.time > now + AHEAD {
                exchange.time = now;
            }
        }
        read
    });
    work.await.map_err(|_| (HeaderMap::new(), failed("Reading the exchange failed.")))
}

/// Where an exchange belongs. For a host that no API names one is made.
async fn api_of(
    app: &Arc<App>,
    source: &Source,
    exchange: &Exchange,
) -> Result<Result<Arc<ApiState>, Outcome>, ApiError> {
    if let Some(id) = &source.api_id {
        return Ok(app.api_of(&source.project, id).ok_or(Outcome::HOST));
    }
    let host = exchange.host.as_str();
    if !source.hosts.iter().any(|pattern| names(pattern, host)) {
        return Ok(Err(Outcome::HOST));
    }
    if let Some(api) = find(&app.apis_of(&source.project), host, &exchange.path) {
        return Ok(Ok(Arc::clone(api)));
    }
    let _making = app.telemetry.making.lock().await;
    let apis = app.apis_of(&source.project);
    if let Some(api) = find(&apis, host, &exchange.path) {
        return Ok(Ok(Arc::clone(api)));
    }
    if !room_for_another(&apis) {
        return Ok(Err(Outcome::APIS));
    }
    let host = without_port(host).to_owned();
    let taken = app.store.in_project(&source.project).apis().await?;
    let names = std::iter::once(host.clone()).chain((2..).map(|number| format!("{host} ({number})")));
    let free = |name: &String| !taken.iter().any(|row| row.name == *name);
    let Some(name) = names.take(100).find(free) else { return Ok(Err(Outcome::APIS)) };
    let spec = ApiSpec {
        name,
        hosts: vec![host],
        base_path: "/".to_owned(),
        upstreams: Vec::new(),
        upstream_ca: None,
        mode: None,
        contract: None,
        delivery: palisade_guard::Delivery::default(),
        protection: None,
        managed_by: ManagedBy::Ui,
    };
    let made = app.define(&source.project, &spec).await.map_err(|error| {
        tracing::error!(%error, "an API for a host of telemetry cannot be made");
        failed("An API for this host could not be made.")
    })?;
    Ok(Ok(made))
}

/// Judges an exchange by the contract in force and hands it in, as the gateway does.
fn offer(app: &App, api: &ApiState, exchange: Exchange) -> Outcome {
    let mut decision = match app.telemetry.policy(api) {
        Some(policy) => policy.judge(&exchange),
        None => Decision::allowed(),
    };
    // It was let through already.
    decision.effect = decision.uncapped.min(Effect::Alert);
    let status = exchange.response.as_ref().map(|response| response.status);
    let captured = Captured {
        api_id: Arc::clone(&api.id),
        api_name: api.config.load().row.name.as_str().into(),
        exchange,
        decision,
        status: status.unwrap_or(0),
        upstream_status: status,
        fault: None,
    };
    if app.intake.offer(captured) { Outcome::Accepted } else { Outcome::Dropped }
}

/// The hosts of which exchanges are wanted.
#[utoipa::path(get, path = "/api/hostsToTrace", tag = "telemetry", security(("trace_source" = [])),
    responses((status = 200, body = Hosts)))]
pub async fn hosts_to_trace(Extension(source): Extension<Source>) -> Json<Hosts> {
    // Plug-ins compare whole names: anything else than a host with its port is chosen here.
    let exact = |host: &String| !host.starts_with('*') && without_port(host) != host;
    let hosts = match !source.hosts.is_empty() && source.hosts.iter().all(exact) {
        true => source.hosts,
        false => vec!["*".to_owned()],
    };
    Json(Hosts { hosts })
}

/// Hears of hosts that a plug-in found. An API is made by the first exchange of its host, not by its name.
#[utoipa::path(post, path = "/api/control/newDiscoveredAPIs", tag = "telemetry", security(("trace_source" = [])),
    request_body = Hosts, responses((status = 200, body = Accepted)))]
pub async fn discovered(Json(hosts): Json<Hosts>) -> Json<Accepted> {
    Json(Accepted { accepted: hosts.hosts.len() as u64, rejected: 0 })
}
