//! Trace sources: made, listed and revoked by admins.

use super::find;
use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::listing::{Listed, Listing};
use crate::problem::ApiError;
use crate::secret;
use crate::types::{MadeTraceSource, NewTraceSource, Page, Problem, TraceSource};
use axum::extract::{Path, State};
use axum::{Extension, Json};
use http::StatusCode;
use palisade_store::query::List;
use palisade_store::{Kind, NewCredential, TRACE_SOURCES, TraceSourceRow};
use std::sync::Arc;

/// Hosts of one trace source.
const MAX_HOSTS: usize = 100;

fn shown(app: &App, row: TraceSourceRow) -> TraceSource {
    let counts = app.telemetry.counts(&row.id);
    TraceSource {
        hosts: serde_json::from_str(&row.hosts).unwrap_or_default(),
        id: row.id,
        name: row.name,
        api_id: row.api_id,
        created_at: clock::text(row.created_at),
        last_used_at: row.last_used_at.map(clock::text),
        accepted: counts.accepted,
        dropped: counts.dropped,
        rejected: counts.rejected.into_iter().map(|(reason, count)| (reason.to_owned(), count)).collect(),
    }
}

/// The list of trace sources.
#[derive(Debug)]
pub struct TraceSources;

impl Listed for TraceSources {
    const LIST: List = TRACE_SOURCES;
}

/// Lists trace sources without their tokens, with what came of what they sent.
#[utoipa::path(get, path = "/api/v1/trace-sources", tag = "telemetry", params(Listing<TraceSources>),
    responses((status = 200, body = Page<TraceSource>)))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    asked: Listing<TraceSources>,
) -> Result<Json<Page<TraceSource>>, ApiError> {
    let page = app.store_of(&caller).trace_sources(&asked.query).await?;
    Ok(Json(Page { items: page.items.into_iter().map(|row| shown(&app, row)).collect(), next: page.next }))
}

/// A host pattern in lower case: a name or address, with a port where that matters, the first label perhaps `*`.
fn pattern(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    let name = text.strip_prefix("*.").unwrap_or(&text);
    (!name.is_empty() && text.len() <= 255 && name.bytes().all(plain)).then_some(text)
}

/// Makes a trace source. Its token is shown here and never again.
#[utoipa::path(post, path = "/api/v1/trace-sources", tag = "telemetry", request_body = NewTraceSource,
    responses((status = 201, body = MadeTraceSource),
              (status = 400, body = Problem, content_type = "application/problem+json"),
              (status = 404, description = "No such API.", body = Problem, content_type = "application/problem+json")))]
pub async fn make(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(new): Json<NewTraceSource>,
) -> Result<(StatusCode, Json<MadeTraceSource>), ApiError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(ApiError::bad_request("name has 1 to 100 characters."));
    }
    if new.api_id.is_some() != new.hosts.is_empty() {
        return Err(ApiError::bad_request("Give either api_id or hosts: where the exchanges belong."));
    }
    if let Some(id) = &new.api_id {
        find(&app, &caller, id)?;
    }
    let hosts: Option<Vec<String>> = new.hosts.iter().map(|host| pattern(host)).collect();
    let hosts = hosts.filter(|hosts| hosts.len() <= MAX_HOSTS).ok_or_else(|| {
        ApiError::bad_request("hosts are at most 100 names such as orders.shop, orders.shop:8080 or *.shop.")
    })?;
    let token = secret::new("palts_")
        .map_err(|error| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, format!("No random bytes: {error}.")))?;
    let (id, now, hash) = (clock::new_id(), clock::now(), secret::hash(&token));
    let credential = NewCredential {
        id: &id,
        kind: Kind::TraceSource,
        hash: &hash,
        name,
        role: "trace-source",
        created_at: now,
        expires_at: None,
    };
    let list = serde_json::to_string(&hosts).unwrap_or_else(|_| "[]".to_owned());
    app.store_of(&caller).add_trace_source(&credential, new.api_id.as_deref(), &list).await?;
    let row = TraceSourceRow {
        id: id.clone(),
        project_id: caller.project.to_string(),
        name: name.to_owned(),
        hash: hash.clone(),
        api_id: new.api_id.clone(),
        hosts: list,
        created_at: now,
        last_used_at: None,
    };
    Ok((StatusCode::CREATED, Json(MadeTraceSource { made: shown(&app, row), token })))
}

/// Revokes a trace source. What was learned from it stays.
#[utoipa::path(delete, path = "/api/v1/trace-sources/{id}", tag = "telemetry", params(("id" = String, Path)),
    responses((status = 204, description = "Its token opens nothing any more."),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn revoke(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    match app.store_of(&caller).remove_trace_source(&id).await? {
        true => {
            app.telemetry.forget(&id);
            Ok(StatusCode::NO_CONTENT)
        }
        false => Err(ApiError::not_found("trace source")),
    }
}
