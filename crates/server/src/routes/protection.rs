//! The protection of an API: read, changed as a whole, its versions, going back to one.

use super::fields::Fields;
use super::{Slice, find, writable};
use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::core::policy::policy_of;
use crate::core::protection::{Protected, changes, check, shown};
use crate::core::{ApiState, Config};
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use palisade_store::ProtectionRow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Largest body of a change.
pub const MAX_CHANGE: usize = 1 << 20;

fn mode_of(config: &Config) -> Mode {
    if config.blocks() { Mode::Block } else { Mode::Observe }
}

fn answer(app: &App, api: &ApiState) -> Response {
    let config = api.config.load();
    let protected = &config.protection;
    let body = ApiProtection {
        version: u64::try_from(protected.version).unwrap_or(0),
        mode: mode_of(&config),
        settings: shown(&protected.settings),
        checks: CheckDefault::all(),
        changed_at: protected.made_at.map(clock::text),
        changed_by: protected.made_by.clone(),
        read_only: config.read_only(),
        problem: protected.problem.clone().or_else(|| app.gateway_problem(&api.id)),
    };
    let mut answer = Json(body).into_response();
    if let Ok(etag) = HeaderValue::from_str(&etag(&config)) {
        answer.headers_mut().insert(header::ETAG, etag);
    }
    answer
}

fn etag(config: &Config) -> String {
    format!("\"{}\"", config.protection.version)
}

/// Refuses a change of something that was changed since it was read.
pub fn unchanged(headers: &HeaderMap, etag: &str) -> Result<(), ApiError> {
    let named = |value: &HeaderValue| {
        value.to_str().is_ok_and(|text| text.split(',').any(|one| matches!(one.trim(), "*") || one.trim() == etag))
    };
    match headers.get(header::IF_MATCH) {
        Some(value) if !named(value) => Err(ApiError::stale()),
        _ => Ok(()),
    }
}

/// The settings as the guard takes them, for an API in a mode.
fn checked(
    app: &App,
    caller: &Caller,
    config: &Config,
    mode: Mode,
    settings: &ProtectionSettings,
) -> Result<palisade_guard::Protection, ApiError> {
    if mode == Mode::Block && config.approved.is_none() {
        return Err(ApiError::conflict("No contract is approved: approve the learned one or upload one, then block."));
    }
    let networks = app.networks_of(&caller.project);
    let names: BTreeSet<&str> = networks.lists.iter().map(|list| list.list.name.as_str()).collect();
    check(settings, &names).map_err(|errors| {
        let first = errors.first().map(|error| format!(" {} {}.", error.pointer, error.message));
        ApiError::invalid(format!("The settings cannot be used.{}", first.unwrap_or_default()), errors)
    })
}

/// What is set for the protection of an API, and every check with its default.
#[utoipa::path(get, path = "/api/v1/apis/{id}/protection", tag = "protection", operation_id = "get_protection",
    params(("id" = String, Path)),
    responses((status = 200, body = ApiProtection, headers(("etag" = String, description = "The version."))),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    Ok(answer(&app, &*find(&app, &caller, &id)?))
}

/// Sets mode and settings, whole: the next version. It is in force at the gateway of this process when the answer comes.
#[utoipa::path(put, path = "/api/v1/apis/{id}/protection", tag = "protection", operation_id = "put_protection",
    params(("id" = String, Path), ("if-match" = Option<String>, Header, description = "The version that was read: the change is refused when there is a newer one.")),
    request_body = ProtectionChange,
    responses((status = 200, body = ApiProtection, headers(("etag" = String, description = "The version."))),
              (status = 400, description = "The body is no JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A file manages the API, or no contract is approved to block by.", body = Problem, content_type = "application/problem+json"),
              (status = 412, description = "There is a newer version than If-Match names.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "The settings cannot be used; errors name the places.", body = Problem, content_type = "application/problem+json")))]
pub async fn put(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Fields(change): Fields<ProtectionChange>,
) -> Result<Response, ApiError> {
    let guard = app.change.lock().await;
    let api = find(&app, &caller, &id)?;
    writable(&api)?;
    let config = api.config.load_full();
    unchanged(&headers, &etag(&config))?;
    let mode = change.mode.unwrap_or(mode_of(&config));
    let settings = checked(&app, &caller, &config, mode, &change.settings)?;
    if mode != mode_of(&config) || settings != config.protection.settings {
        app.protect(&api, mode.into(), settings, &caller.name).await?;
    }
    drop(guard);
    app.publish_snapshot().await?;
    Ok(answer(&app, &api))
}

fn version(row: &ProtectionRow, before: Option<&ProtectionRow>) -> ProtectionVersion {
    let read = |row: &ProtectionRow| -> (Mode, ProtectionSettings) {
        let mode = if row.mode == "block" { Mode::Block } else { Mode::Observe };
        (mode, serde_json::from_str(&row.settings).unwrap_or_default())
    };
    let (mode, settings) = read(row);
    let changes = match before.map(read) {
        Some((old_mode, old)) => changes((old_mode, &old), (mode, &settings)),
        None if row.version == 1 => changes((Mode::Observe, &ProtectionSettings::default()), (mode, &settings)),
        None => Vec::new(),
    };
    ProtectionVersion {
        version: u64::try_from(row.version).unwrap_or(0),
        made_at: clock::text(row.made_at),
        made_by: row.made_by.clone(),
        mode,
        settings,
        changes,
    }
}

/// Versions of an API's protection, the newest first, with what each changed. The newest 200 are kept.
#[utoipa::path(get, path = "/api/v1/apis/{id}/protection/versions", tag = "protection", operation_id = "list_protection_versions",
    params(("id" = String, Path), Slice),
    responses((status = 200, body = Page<ProtectionVersion>),
              (status = 400, description = "limit or cursor cannot be used.", body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn versions(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(slice): Query<Slice>,
) -> Result<Json<Page<ProtectionVersion>>, ApiError> {
    let api = find(&app, &caller, &id)?;
    let limit = slice.limit()?;
    let before = match &slice.cursor {
        Some(cursor) => {
            Some(cursor.parse().map_err(|_| ApiError::bad_request("cursor is the next of the page before."))?)
        }
        None => None,
    };
    // One more than asked for: what the oldest shown one changed.
    let page = app.store_of(&caller).protection_versions(&api.id, before, limit + 1).await?;
    let shown = page.items.iter().take(limit as usize);
    let items: Vec<ProtectionVersion> =
        shown.enumerate().map(|(at, row)| version(row, page.items.get(at + 1))).collect();
    let more = page.items.len() > limit as usize;
    let next = items.last().filter(|_| more).map(|item| item.version.to_string());
    Ok(Json(Page { items, next }))
}

/// Goes back to a version: its mode and settings become the next version.
#[utoipa::path(post, path = "/api/v1/apis/{id}/protection/versions/{version}/restore", tag = "protection", operation_id = "restore_protection",
    params(("id" = String, Path), ("version" = i64, Path, minimum = 1)),
    responses((status = 200, body = ApiProtection, headers(("etag" = String, description = "The version."))),
              (status = 404, description = "No such API, or the version is not kept.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A file manages the API, or no contract is approved to block by.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "It names a network list that is gone.", body = Problem, content_type = "application/problem+json")))]
pub async fn restore(
    State(app): State<Arc<App>>,
    Path((id, version)): Path<(String, i64)>,
    Extension(caller): Extension<Caller>,
) -> Result<Response, ApiError> {
    let guard = app.change.lock().await;
    let api = find(&app, &caller, &id)?;
    writable(&api)?;
    let row = app
        .store_of(&caller)
        .protection_version(&api.id, version)
        .await?
        .ok_or_else(|| ApiError::not_found("version"))?;
    let mode = if row.mode == "block" { Mode::Block } else { Mode::Observe };
    let settings: ProtectionSettings = serde_json::from_str(&row.settings)
        .map_err(|error| ApiError::conflict(format!("The version cannot be read any more: {error}.")))?;
    let settings = checked(&app, &caller, &api.config.load(), mode, &settings)?;
    app.protect(&api, mode.into(), settings, &caller.name).await?;
    drop(guard);
    app.publish_snapshot().await?;
    Ok(answer(&app, &api))
}

/// Tries a change on the newest exchanges of the API and changes nothing: what it would have refused, let through or told.
/// Rates and bans are counted as the exchanges came; tokens are not assessed; of bodies counts what was found against
/// them when they came.
#[utoipa::path(post, path = "/api/v1/apis/{id}/protection/preview", tag = "protection", operation_id = "preview_protection",
    params(("id" = String, Path)), request_body = ProtectionChange,
    responses((status = 200, body = ProtectionTrial),
              (status = 400, description = "The body is no JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "No contract is approved to block by.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "The settings cannot be used; errors name the places.", body = Problem, content_type = "application/problem+json")))]
pub async fn preview(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Fields(change): Fields<ProtectionChange>,
) -> Result<Json<ProtectionTrial>, ApiError> {
    let api = find(&app, &caller, &id)?;
    let (config, view) = (api.config.load_full(), api.view.load_full());
    let mode = change.mode.unwrap_or(mode_of(&config));
    let settings = checked(&app, &caller, &config, mode, &change.settings)?;
    let mut proposed = Config::clone(&config);
    proposed.row.mode = if mode == Mode::Block { "block" } else { "observe" }.to_owned();
    proposed.protection = Arc::new(Protected { settings, ..Protected::default() });
    let networks = app.networks_of(&caller.project);
    let snapshots = [&*config, &proposed].map(|config| palisade_guard::Snapshot {
        version: 0,
        apis: vec![policy_of(config, &view)],
        lists: networks.lists.iter().map(|list| list.list.clone()).collect(),
        trusted_proxies: networks.proxies.clone(),
    });
    let contract = config.approved.as_ref().map_or(0, |approved| approved.row.version);
    let (kept, rules) = (app.recent().of(&id), Arc::clone(&app.settings.sensitive));
    let work = tokio::task::spawn_blocking(move || crate::core::trial::run(&kept, &snapshots, contract, &rules));
    match work.await {
        Ok(Ok(trial)) => Ok(Json(trial)),
        Ok(Err(problem)) => Err(ApiError::conflict(format!("This cannot be tried: {problem}."))),
        Err(_) => Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "Trying the change failed.")),
    }
}
