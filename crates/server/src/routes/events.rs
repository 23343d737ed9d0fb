//! Events, and "allow this".

use super::{find, limit, writable};
use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::present;
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use palisade_store::{EventFilter, ExceptionRow};
use std::sync::Arc;

/// Which events are asked for.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// The event a client was given this uuid for, also when it was merged into another one.
    #[param(max_length = 64)]
    pub uuid: Option<String>,
    /// Of this API.
    pub api_id: Option<String>,
    /// With this effect.
    pub effect: Option<EventEffect>,
    /// Of this operation.
    pub operation_id: Option<String>,
    /// Items, 1 to 1000.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
    /// Where to go on.
    #[param(max_length = 200)]
    pub cursor: Option<String>,
}

/// Lists events, the newest first.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(EventQuery), responses((status = 200, body = Page<Event>)))]
pub async fn list(State(app): State<Arc<App>>, Query(query): Query<EventQuery>) -> Result<Json<Page<Event>>, ApiError> {
    let limit = limit(query.limit)?;
    if let Some(uuid) = &query.uuid {
        let uuid = uuid.trim().to_ascii_lowercase();
        let found = app.store.event_of_uuid(&uuid).await?;
        let items = found.map(|row| present::event(&app, row, Some(&uuid)));
        let wanted = |event: &Event| {
            query.api_id.as_ref().is_none_or(|id| event.api_id == *id)
                && query.effect.is_none_or(|effect| event.effect == effect)
                && (query.operation_id.is_none() || event.operation_id == query.operation_id)
        };
        return Ok(Json(Page { items: items.into_iter().filter(wanted).collect(), next: None }));
    }
    let filter = EventFilter {
        api_id: query.api_id.as_deref(),
        effect: query.effect.map(EventEffect::as_str),
        operation_id: query.operation_id.as_deref(),
    };
    let page = app.store.events(&filter, query.cursor.as_deref(), limit).await?;
    let items = page.items.into_iter().map(|row| present::event(&app, row, None)).collect();
    Ok(Json(Page { items, next: page.next }))
}

/// Lets through what an event was about: one exception for each of its reasons; the first one is given.
#[utoipa::path(post, path = "/api/v1/events/{uuid}/allow", tag = "events", params(("uuid" = String, Path)),
    responses((status = 200, body = Exception),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A file manages the API, or the reason cannot be lifted.", body = Problem, content_type = "application/problem+json")))]
pub async fn allow(
    State(app): State<Arc<App>>,
    Path(uuid): Path<String>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Exception>, ApiError> {
    let guard = app.change.lock().await;
    let row = app.store.event_of_uuid(&uuid.to_ascii_lowercase()).await?.ok_or_else(|| ApiError::not_found("event"))?;
    let api = find(&app, &row.api_id)?;
    writable(&api)?;
    let errors: Vec<FieldError> = serde_json::from_str(&row.errors).unwrap_or_default();
    if !present::allowable(&row, &errors) {
        return Err(ApiError::conflict("This reason cannot be lifted by an exception."));
    }
    let created_at = clock::now();
    let new = |code: &str, location: &str, name: &str, pointer: &str| ExceptionRow {
        id: clock::new_id(),
        api_id: row.api_id.clone(),
        operation: present::exception_operation(&row),
        code: code.to_owned(),
        location: location.to_owned(),
        name: name.to_owned(),
        pointer: pointer.to_owned(),
        created_at,
        created_by: caller.name.clone(),
        event_id: Some(row.id.clone()),
    };
    let wanted: Vec<ExceptionRow> = if errors.is_empty() {
        vec![new(&row.code, "", "", "")]
    } else {
        errors.iter().take(32).map(|error| new(&error.code, &error.location, &error.name, &error.pointer)).collect()
    };
    let mut kept = Vec::with_capacity(wanted.len());
    for exception in &wanted {
        kept.push(app.store.add_exception(exception).await?);
    }
    let first = kept.first().cloned().ok_or_else(|| ApiError::not_found("event"))?;
    app.configure(&api, |config| {
        for row in kept {
            if !config.exceptions.iter().any(|known| known.id == row.id) {
                config.exceptions.push(row);
            }
        }
    })
    .await;
    drop(guard);
    app.publish_snapshot().await?;
    Ok(Json(present::exception(first)))
}
