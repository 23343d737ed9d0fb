//! Contracts: reading, uploading, approving, their audit.

use super::{find, writable};
use crate::app::{App, Refused};
use crate::auth::Caller;
use crate::core::ApiState;
use crate::present;
use crate::problem::ApiError;
use crate::types::*;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::sync::Arc;

/// Largest contract that is taken.
pub const MAX_CONTRACT: usize = 16 << 20;

/// Which contract is asked for.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SourceQuery {
    /// Learned or approved; by default the approved one, else the learned one.
    pub source: Option<ContractSource>,
}

impl SourceQuery {
    fn resolve(&self, api: &ApiState) -> ContractSource {
        let approved = || api.config.load().approved.is_some();
        self.source.unwrap_or_else(|| if approved() { ContractSource::Approved } else { ContractSource::Learned })
    }
}

fn none(source: ContractSource) -> ApiError {
    let detail = match source {
        ContractSource::Learned => "Nothing was learned yet: send traffic through the gateway.",
        ContractSource::Approved => "No contract is approved.",
    };
    ApiError::new(StatusCode::NOT_FOUND, detail)
}

/// The text of a contract: YAML, or JSON when `Accept` prefers it.
#[utoipa::path(get, path = "/api/v1/apis/{id}/contract", tag = "contract", params(("id" = String, Path), SourceQuery),
    responses((status = 200, description = "OpenAPI text.", content((String = "application/yaml"), (serde_json::Value = "application/json"))),
              (status = 304, description = "If-None-Match names this text."),
              (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(query): Query<SourceQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let api = find(&app, &caller, &id)?;
    let source = query.resolve(&api);
    let json = prefers_json(&headers);
    let too_large = |_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "The contract is too large to be written.");
    let (text, etag) = match source {
        ContractSource::Learned => {
            let view = api.view.load_full();
            let learned = view.learned.as_ref().ok_or_else(|| none(source))?;
            (if json { learned.json.clone() } else { learned.yaml.clone() }, learned.etag.clone())
        }
        ContractSource::Approved => {
            let config = api.config.load_full();
            let approved = config.approved.as_ref().ok_or_else(|| none(source))?;
            let document = approved.contract.document();
            let is_json = document.format() == palisade_document::Format::Json;
            // The text as it was approved, where its format is the one asked for: comments and order stay.
            let text = match (json, is_json) {
                (true, false) => palisade_document::emit::node_to_json_pretty(document.root(), MAX_CONTRACT * 4)
                    .map_err(too_large)?,
                (false, true) => {
                    palisade_document::emit::node_to_yaml(document.root(), MAX_CONTRACT * 4).map_err(too_large)?
                }
                _ => approved.row.body.clone(),
            };
            (text, approved.etag.clone())
        }
    };
    // Each representation is a text of its own.
    let etag = if json { etag.replacen('"', "\"json-", 1) } else { etag };
    let tag = HeaderValue::try_from(&etag).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
    let vary = (header::VARY, HeaderValue::from_static("accept"));
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag), vary]).into_response());
    }
    let media = if json { "application/json" } else { "application/yaml" };
    let fields = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::ETAG, tag),
        vary,
    ];
    Ok((fields, text).into_response())
}

fn prefers_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let quality = |wanted: &[&str]| {
        accept
            .split(',')
            .filter_map(|item| {
                let mut parts = item.split(';').map(str::trim);
                let media = parts.next()?.to_ascii_lowercase();
                let q = parts.find_map(|part| part.strip_prefix("q=")).and_then(|q| q.parse::<f32>().ok());
                wanted.contains(&media.as_str()).then(|| q.unwrap_or(1.0))
            })
            .fold(0.0, f32::max)
    };
    let json = quality(&["application/json", "application/openapi+json", "application/vnd.oai.openapi+json"]);
    json > 0.0 && json > quality(&["application/yaml", "application/openapi+yaml", "text/yaml", "application/x-yaml"])
}

/// Puts an uploaded contract in force. It needs no evidence from traffic.
#[utoipa::path(put, path = "/api/v1/apis/{id}/contract", tag = "contract", params(("id" = String, Path)),
    request_body(content((String = "application/yaml"), (serde_json::Value = "application/json"))),
    responses((status = 200, body = Api),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A file manages the API.", body = Problem, content_type = "application/problem+json"),
              (status = 413, description = "More than 16 MiB.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "It cannot be used; the findings say where and why.", body = Problem, content_type = "application/problem+json")))]
pub async fn put(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Result<Json<Api>, ApiError> {
    let text =
        String::from_utf8(body.to_vec()).map_err(|_| ApiError::unreadable("The text is not UTF-8.", Vec::new()))?;
    in_force(&app, &id, "uploaded", text, &caller).await
}

/// Freezes the learned contract as the approved one.
#[utoipa::path(post, path = "/api/v1/apis/{id}/contract/approve", tag = "contract", params(("id" = String, Path)), request_body = Approve,
    responses((status = 200, body = Api),
              (status = 404, description = "Nothing was learned yet.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A file manages the API.", body = Problem, content_type = "application/problem+json")))]
pub async fn approve(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    Json(what): Json<Approve>,
) -> Result<Json<Api>, ApiError> {
    if what.source != ContractSource::Learned {
        return Err(ApiError::bad_request("Only the learned contract can be approved; upload any other with PUT."));
    }
    let api = find(&app, &caller, &id)?;
    // What was seen until now is part of what is approved.
    app.intake.settle().await;
    let learned = api.view.load().learned.clone().ok_or_else(|| none(ContractSource::Learned))?;
    in_force(&app, &id, "learned", learned.yaml.clone(), &caller).await
}

async fn in_force(app: &App, id: &str, source: &str, text: String, caller: &Caller) -> Result<Json<Api>, ApiError> {
    let guard = app.change.lock().await;
    let api = find(app, caller, id)?;
    writable(&api)?;
    app.put_in_force(&api, source, text, &caller.name).await.map_err(refusal)?;
    drop(guard);
    app.publish_snapshot().await?;
    Ok(Json(present::api(&api)))
}

/// Why a contract was not put in force.
pub(super) fn refusal(refused: Refused) -> ApiError {
    match refused {
        Refused::Store(error) => error.into(),
        Refused::Unusable(unusable) => {
            ApiError::unreadable(unusable.message, unusable.findings.into_iter().map(Finding::from).collect())
        }
    }
}

/// The audit of a contract.
#[utoipa::path(get, path = "/api/v1/apis/{id}/audit", tag = "contract", params(("id" = String, Path), SourceQuery),
    responses((status = 200, body = AuditReport),
              (status = 404, description = "There is no such contract.", body = Problem, content_type = "application/problem+json")))]
pub async fn audit(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(query): Query<SourceQuery>,
) -> Result<Json<AuditReport>, ApiError> {
    let api = find(&app, &caller, &id)?;
    let source = query.resolve(&api);
    let (config, view) = (api.config.load(), api.view.load());
    let report = match source {
        ContractSource::Learned => view.learned.as_ref().map(|learned| &learned.audit),
        ContractSource::Approved => config.approved.as_ref().map(|approved| view.audit(approved)),
    };
    report.map(|report| Json(present::audit(report))).ok_or_else(|| none(source))
}
