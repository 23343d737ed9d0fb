//! APIs: their mode, findings, preview and exceptions.

use super::{find, writable};
use crate::app::App;
use crate::auth::Caller;
use crate::listing::{Listed, Listing};
use crate::present;
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use http::StatusCode;
use palisade_store::query::{Cell, Column, Kind, List};
use palisade_store::{EXCEPTIONS, FINDINGS};
use std::sync::Arc;

/// The list of APIs.
#[derive(Debug)]
pub struct Apis;

impl Listed for Apis {
    const LIST: List = List {
        name: "apis",
        columns: &[
            Column::new("id", Kind::Id, ""),
            Column::new("name", Kind::Text, ""),
            Column::new("hosts", Kind::Text, "").unsorted(),
            Column::new("base_path", Kind::Text, ""),
            Column::new("upstreams", Kind::Text, "").unsorted(),
            Column::new("mode", Kind::Words(&["observe", "block"]), ""),
            Column::new("managed_by", Kind::Words(&["ui", "file", "flags", "demo"]), ""),
            Column::new("created_at", Kind::Time, ""),
            Column::new("last_observed", Kind::Time, "").optional(),
            Column::new("exchanges", Kind::Number, ""),
            Column::new("operations", Kind::Number, ""),
            Column::new("state_counts.shadow", Kind::Number, ""),
            Column::new("state_counts.zombie", Kind::Number, ""),
            Column::new("state_counts.orphan", Kind::Number, ""),
            Column::new("audit.score.total", Kind::Number, "").optional(),
            Column::new("read_only", Kind::Truth, ""),
        ],
        sort: "id",
        id: "",
    };
}

/// Lists the APIs behind the gateway.
#[utoipa::path(get, path = "/api/v1/apis", tag = "apis", params(Listing<Apis>),
    responses((status = 200, body = Page<Api>), (status = 400, body = Problem, content_type = "application/problem+json")))]
pub async fn list(State(app): State<Arc<App>>, asked: Listing<Apis>) -> Json<Page<Api>> {
    Json(asked.page(app.apis().values().map(|api| present::api(api))))
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
}

/// The findings of an API.
#[derive(Debug)]
pub struct Findings;

impl Listed for Findings {
    const LIST: List = FINDINGS;
}

/// Findings in traffic and contract, the most serious first.
#[utoipa::path(get, path = "/api/v1/apis/{id}/findings", tag = "apis", params(("id" = String, Path), FindingQuery, Listing<Findings>),
    responses((status = 200, body = Page<KeptFinding>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn findings(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(query): Query<FindingQuery>,
    asked: Listing<Findings>,
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
    let word = |word: &str| Cell::Text(word.to_owned());
    let query = asked.query.with("severity", severity.map(word)).with("engine", engine.map(word));
    let page = app.store.findings(&api.id, &query).await?;
    Ok(Json(Page { items: page.items.into_iter().map(present::kept_finding).collect(), next: page.next }))
}

/// What block mode would have done, on traffic the contract was not learned from.
#[utoipa::path(get, path = "/api/v1/apis/{id}/preview", tag = "apis", params(("id" = String, Path)),
    responses((status = 200, body = Preview), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn preview(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<Preview>, ApiError> {
    find(&app, &id).map(|api| Json(present::preview(&api)))
}

/// The exceptions of an API.
#[derive(Debug)]
pub struct Exceptions;

impl Listed for Exceptions {
    const LIST: List = EXCEPTIONS;
}

/// What people allowed, oldest first.
#[utoipa::path(get, path = "/api/v1/apis/{id}/exceptions", tag = "apis", params(("id" = String, Path), Listing<Exceptions>),
    responses((status = 200, body = Page<Exception>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn exceptions(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    asked: Listing<Exceptions>,
) -> Result<Json<Page<Exception>>, ApiError> {
    let api = find(&app, &id)?;
    let page = app.store.exceptions(&api.id, &asked.query).await?;
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
