//! What controllers call.

use crate::app::App;
use crate::auth::Caller;
use crate::core::jobs::{self, GoneController};
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::{HeaderValue, StatusCode, header};
use palisade_controller::{Beat, End, Heard, Hello, Task, Welcome};
use palisade_store::job::Held;
use palisade_store::{ControllerRow, Store};
use std::sync::Arc;
use std::time::Duration;

/// Largest end of a job: ten thousand findings and a report.
pub const MAX_END: usize = 64 << 20;
/// Longest wait for a job, seconds.
const MAX_WAIT: u32 = 25;

fn over() -> ApiError {
    ApiError::conflict("The lease is over: the job belongs to someone else now, or has ended.")
}

fn gone() -> ApiError {
    ApiError::conflict("This controller is not known any more: another instance has its name. Say hello again.")
}

/// A controller of the caller's project; never the one in a control plane.
async fn wanted(store: &Store, id: &str) -> Result<ControllerRow, ApiError> {
    let row = store.controller(id).await?.filter(|row| !row.shared);
    row.ok_or_else(|| ApiError::not_found("controller"))
}

fn short(name: &str, text: &str, most: usize) -> Result<(), ApiError> {
    match text.is_empty() || text.chars().count() > most || text.chars().any(char::is_control) {
        true => Err(ApiError::bad_request(format!("{name} has 1 to {most} characters and no control characters."))),
        false => Ok(()),
    }
}

/// Says that a controller has started.
#[utoipa::path(post, path = "/api/v1/controller/hello", tag = "controllers", request_body = Hello,
    responses((status = 200, body = Welcome),
              (status = 400, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A control plane's own controller has this name.", body = Problem, content_type = "application/problem+json")))]
pub async fn hello(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(hello): Json<Hello>,
) -> Result<Json<Welcome>, ApiError> {
    short("name", &hello.name, 100)?;
    short("instance", &hello.instance, 64)?;
    short("version", &hello.version, 64)?;
    if !(1..=64).contains(&hello.parallel) || hello.job_types.is_empty() || hello.job_types.len() > 16 {
        return Err(ApiError::bad_request("parallel is a number from 1 to 64, and job_types names at least one."));
    }
    if hello.name.starts_with("embedded") {
        return Err(ApiError::conflict("Names that begin with embedded are a control plane's own: choose another."));
    }
    Ok(Json(jobs::hello(&app, &app.store_of(&caller), &hello, false).await?))
}

/// Asks for a job. The answer is held until there is one, for as long as the controller wants.
#[utoipa::path(post, path = "/api/v1/controller/{id}/lease", tag = "controllers", request_body = LeaseWish,
    params(("id" = String, Path)),
    responses((status = 200, body = Task), (status = 204, description = "There is none."),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "Another instance has its name.", body = Problem, content_type = "application/problem+json")))]
pub async fn lease(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Json(wish): Json<LeaseWish>,
) -> Result<Response, ApiError> {
    let store = app.store_of(&caller);
    let row = wanted(&store, &id).await?;
    let wait = Duration::from_secs(wish.wait_seconds.min(MAX_WAIT).into());
    match jobs::lease(&app, &store, &row, &wish.instance, wait).await? {
        Ok(Some(task)) => Ok(Json(task).into_response()),
        Ok(None) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(GoneController) => Err(gone()),
    }
}

/// Says that a controller ends: what it still holds waits for others.
#[utoipa::path(post, path = "/api/v1/controller/{id}/bye", tag = "controllers", request_body = ControllerInstance,
    params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn bye(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Json(instance): Json<ControllerInstance>,
) -> Result<StatusCode, ApiError> {
    let store = app.store_of(&caller);
    let row = wanted(&store, &id).await?;
    jobs::bye(&app, &store, &row, &instance.instance).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The fence of a lease.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FenceQuery {
    /// Number of the lease.
    pub fence: i64,
}

/// The document of a job that the controller holds.
#[utoipa::path(get, path = "/api/v1/controller/{id}/jobs/{job_id}/document", tag = "controllers",
    params(("id" = String, Path), ("job_id" = String, Path), FenceQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "The lease is over.", body = Problem, content_type = "application/problem+json")))]
pub async fn document(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path((id, job_id)): Path<(String, String)>,
    Query(query): Query<FenceQuery>,
) -> Result<Response, ApiError> {
    let store = app.store_of(&caller);
    let row = wanted(&store, &id).await?;
    let held = Held { controller_id: &row.id, job_id: &job_id, fence: query.fence };
    let job = store.held_job(held).await?.ok_or_else(over)?;
    let document = store.job_document(&job.id).await?.ok_or_else(|| ApiError::not_found("document"))?;
    let mut response = document.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    Ok(response)
}

/// Renews a lease and says how far the job is; brings back whether someone wants it stopped.
#[utoipa::path(post, path = "/api/v1/controller/{id}/jobs/{job_id}/heartbeat", tag = "controllers", request_body = Beat,
    params(("id" = String, Path), ("job_id" = String, Path)),
    responses((status = 200, body = Heard),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "The lease is over.", body = Problem, content_type = "application/problem+json")))]
pub async fn heartbeat(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path((id, job_id)): Path<(String, String)>,
    Json(beat): Json<Beat>,
) -> Result<Json<Heard>, ApiError> {
    let store = app.store_of(&caller);
    let row = wanted(&store, &id).await?;
    jobs::beat(&app, &store, &row.id, &job_id, &beat).await?.map(Json).ok_or_else(over)
}

/// Ends a lease. Findings, report and log are kept with the end, all or nothing, once.
#[utoipa::path(post, path = "/api/v1/controller/{id}/jobs/{job_id}/end", tag = "controllers", request_body = End,
    params(("id" = String, Path), ("job_id" = String, Path)),
    responses((status = 204),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "The lease is over.", body = Problem, content_type = "application/problem+json")))]
pub async fn end(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path((id, job_id)): Path<(String, String)>,
    Json(end): Json<End>,
) -> Result<StatusCode, ApiError> {
    let store = app.store_of(&caller);
    let row = wanted(&store, &id).await?;
    if jobs::end(&app, &store, &row.id, &job_id, end).await? { Ok(StatusCode::NO_CONTENT) } else { Err(over()) }
}
