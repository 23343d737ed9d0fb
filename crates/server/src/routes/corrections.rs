//! What a person knows better than discovery: templates merged, split, renamed or left out.

use super::find;
use crate::app::App;
use crate::auth::Caller;
use crate::problem::ApiError;
use crate::types::*;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::{Extension, Json};
use palisade_discover::Overrides;
use std::sync::Arc;

/// The corrections of an API.
#[utoipa::path(get, path = "/api/v1/apis/{id}/corrections", tag = "contract", params(("id" = String, Path)),
    responses((status = 200, body = Corrections),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Corrections>, ApiError> {
    let api = find(&app, &caller, &id)?;
    let config = api.config.load();
    Ok(Json(Corrections::from(&*config.overrides)))
}

/// Replaces the corrections of an API, by YAML or JSON. They hold for everything that was learned, also before.
#[utoipa::path(put, path = "/api/v1/apis/{id}/corrections", tag = "contract", params(("id" = String, Path)),
    request_body(content((String = "application/yaml"), (Corrections = "application/json"))),
    responses((status = 200, body = Corrections),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "They cannot be used; the detail says where and why.", body = Problem, content_type = "application/problem+json")))]
pub async fn put(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Corrections>, ApiError> {
    let api = find(&app, &caller, &id)?;
    let overrides = Overrides::read("corrections", &body).map_err(|mistakes| {
        let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        ApiError::unreadable(told.join("\n"), Vec::new())
    })?;
    let guard = app.change.lock().await;
    app.correct(&api, overrides).await?;
    drop(guard);
    // Whoever reads the inventory now sees it corrected.
    app.intake.settle().await;
    Ok(Json(Corrections::from(&*api.config.load().overrides)))
}
