//! APIs: their mode, findings, preview and exceptions.

use super::{Slice, cut, find, limit, writable};
use crate::app::App;
use crate::auth::Caller;
use crate::present;
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use http::StatusCode;
use std::sync::Arc;

/// Lists the APIs behind the gateway, by id.
#[utoipa::path(get, path = "/api/v1/apis", tag = "apis", params(Slice), responses((status = 200, body = Page<Api>)))]
pub async fn list(State(app): State<Arc<App>>, Query(slice): Query<Slice>) -> Result<Json<Page<Api>>, ApiError> {
    let apis: Vec<Api> = app.apis().values().map(|api| present::api(api)).collect();
    cut(apis, &slice, |api| api.id.clone()).map(Json)
}

/// One API.
#[utoipa::path(get, path = "/api/v1/apis/{id}", tag = "apis", params(("id" = String, Path)),
    responses((status = 200, body = Api), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn get(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<Api>, ApiError> {
    find(&app, &id).map(|api| Json(present::api(&api)))
}

/// Sets the mode of an API. It is in force at the gateway of this process when the answer comes.
#[utoipa::path(patch, path = "/api/v1/apis/{id}", tag = "apis", params(("id" = String, Path)), request_body = ApiPatch,
    responses((status = 200, body = Api),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A file manages the API, or no contract is approved to block by.", body = Problem, content_type = "application/problem+json")))]
pub async fn patch(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    Json(change): Json<ApiPatch>,
) -> Result<Json<Api>, ApiError> {
    let guard = app.change.lock().await;
    let api = find(&app, &id)?;
    writable(&api)?;
    let config = api.config.load_full();
    if change.mode == Mode::Block && config.approved.is_none() {
        return Err(ApiError::conflict("No contract is approved: approve the learned one or upload one, then block."));
    }
    if (change.mode == Mode::Block) != config.blocks() {
        app.protect(&api, change.mode.into(), config.protection.settings.clone(), &caller.name).await?;
    }
    drop(guard);
    app.publish_snapshot().await?;
    Ok(Json(present::api(&api)))
}

/// Which findings are asked for.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindingQuery {
    /// Of this severity.
    pub severity: Option<SeverityName>,
    /// Of this engine.
    pub engine: Option<Engine>,
    /// Items, 1 to 1000.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
    /// Where to go on.
    #[param(max_length = 200)]
    pub cursor: Option<String>,
}

/// Findings in traffic and contract, the most serious first.
#[utoipa::path(get, path = "/api/v1/apis/{id}/findings", tag = "apis", params(("id" = String, Path), FindingQuery),
    responses((status = 200, body = Page<KeptFinding>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn findings(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(query): Query<FindingQuery>,
) -> Result<Json<Page<KeptFinding>>, ApiError> {
    let api = find(&app, &id)?;
    let severity = query.severity.map(|severity| match severity {
        SeverityName::Critical => "critical",
        SeverityName::High => "high",
        SeverityName::Medium => "medium",
        SeverityName::Low => "low",
        SeverityName::Info => "info",
    });
    let engine = query.engine.map(Engine::as_str);
    let page = app.store.findings(&api.id, engine, severity, query.cursor.as_deref(), limit(query.limit)?).await?;
    Ok(Json(Page { items: page.items.into_iter().map(present::kept_finding).collect(), next: page.next }))
}

/// What block mode would have done, on traffic the contract was not learned from.
#[utoipa::path(get, path = "/api/v1/apis/{id}/preview", tag = "apis", params(("id" = String, Path)),
    responses((status = 200, body = Preview), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn preview(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<Preview>, ApiError> {
    find(&app, &id).map(|api| Json(present::preview(&api)))
}

/// What people allowed, oldest first.
#[utoipa::path(get, path = "/api/v1/apis/{id}/exceptions", tag = "apis", params(("id" = String, Path), Slice),
    responses((status = 200, body = Page<Exception>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn exceptions(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(slice): Query<Slice>,
) -> Result<Json<Page<Exception>>, ApiError> {
    let api = find(&app, &id)?;
    let page = app.store.exceptions(&api.id, slice.cursor.as_deref(), slice.limit()?).await?;
    Ok(Json(Page { items: page.items.into_iter().map(present::exception).collect(), next: page.next }))
}

/// Takes "allow this" back: the exception, and those made by the same click.
#[utoipa::path(delete, path = "/api/v1/apis/{id}/exceptions/{exception_id}", tag = "apis",
    params(("id" = String, Path), ("exception_id" = String, Path)),
    responses((status = 204, description = "It is blocked again."),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn undo(
    State(app): State<Arc<App>>,
    Path((id, exception_id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let guard = app.change.lock().await;
    let api = find(&app, &id)?;
    writable(&api)?;
    let config = api.config.load_full();
    let Some(named) = config.exceptions.iter().find(|row| row.id == exception_id) else {
        return Err(ApiError::not_found("exception"));
    };
    let together: Vec<String> = config
        .exceptions
        .iter()
        .filter(|row| row.id == named.id || (row.event_id == named.event_id && row.created_at == named.created_at))
        .map(|row| row.id.clone())
        .collect();
    for id in &together {
        app.store.remove_exception(&api.id, id).await?;
    }
    app.configure(&api, |config| config.exceptions.retain(|row| !together.contains(&row.id))).await;
    drop(guard);
    app.publish_snapshot().await?;
    Ok(StatusCode::NO_CONTENT)
}
