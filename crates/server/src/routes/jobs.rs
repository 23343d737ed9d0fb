//! Jobs: asked for, followed, stopped.

use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::core::jobs::{self, By, Material, Refusal, Unknown};
use crate::listing::{Listed, Listing};
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use futures_util::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use palisade_report::Format;
use palisade_store::job::{JOB_FINDINGS, JOBS, JobRow};
use palisade_store::query::{List, Query as ListQuery};
use palisade_store::{CONTROLLERS, Store};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Largest body that asks for a job: a document of 16 MiB, written as JSON.
pub const MAX_JOB: usize = 40 << 20;
/// Findings of one report.
const MAX_FINDINGS: u32 = 10_000;
/// How long the answer to a stop waits for the job to end.
const STOPPING: Duration = Duration::from_secs(5);
/// Time between two looks at a job that is followed.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long a job is followed; who wants more asks again.
const FOLLOWED: Duration = Duration::from_secs(3600);

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

async fn wanted(store: &Store, id: &str) -> Result<JobRow, ApiError> {
    store.job(id).await?.ok_or_else(|| ApiError::not_found("job"))
}

fn refused(refusal: Refusal) -> ApiError {
    let member = |name: &str, code: &str, message: String| FieldError {
        location: "body".to_owned(),
        name: name.to_owned(),
        pointer: format!("/{name}"),
        code: code.to_owned(),
        message,
    };
    match refusal {
        Refusal::Bad(name, detail) => ApiError::invalid(detail.clone(), vec![member(name, "invalid", detail)]),
        Refusal::KeyReused => ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "This Idempotency-Key was used for another job: use a new one.",
        ),
        Refusal::TooMany => ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "You have 1000 open jobs, which is the most: wait for some to end, or stop some.",
        ),
        Refusal::Store(error) => error.into(),
    }
}

/// Asks for a job. With an `Idempotency-Key` the same request gives the same job, however often it is sent.
#[utoipa::path(post, path = "/api/v1/jobs", tag = "jobs", request_body = NewJob,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 200 visible ASCII characters")),
    responses((status = 201, body = Job),
              (status = 200, description = "It was asked for before with the same key.", body = Job),
              (status = 400, body = Problem, content_type = "application/problem+json"),
              (status = 413, body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "Something in it is not as it has to be, or the key was used for another job.", body = Problem, content_type = "application/problem+json"),
              (status = 429, description = "Too many open jobs.", body = Problem, content_type = "application/problem+json")))]
pub async fn add(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Json(new): Json<NewJob>,
) -> Result<(StatusCode, Json<Job>), ApiError> {
    let key = match headers.get(IDEMPOTENCY_KEY).map(HeaderValue::to_str) {
        None => None,
        Some(Ok(key)) if (1..=200).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Some(key.to_owned())
        }
        Some(_) => return Err(ApiError::bad_request("Idempotency-Key has 1 to 200 visible ASCII characters.")),
    };
    let by = By { id: caller.user.as_deref().unwrap_or(&caller.id), name: &caller.name };
    let (row, made) = jobs::ask(&app, &app.store_of(&caller), by, new, key).await.map_err(refused)?;
    Ok((if made { StatusCode::CREATED } else { StatusCode::OK }, Json(jobs::job(row))))
}

/// The list of jobs.
#[derive(Debug)]
pub struct Jobs;

impl Listed for Jobs {
    const LIST: List = JOBS;
}

/// Lists jobs, the newest first.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs", params(Listing<Jobs>),
    responses((status = 200, body = Page<Job>),
              (status = 400, body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    asked: Listing<Jobs>,
) -> Result<Json<Page<Job>>, ApiError> {
    let page = app.store_of(&caller).jobs(&asked.query).await?;
    Ok(Json(Page { items: page.items.into_iter().map(jobs::job).collect(), next: page.next }))
}

/// One job.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = Job),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Job>, ApiError> {
    Ok(Json(jobs::job(wanted(&app.store_of(&caller), &id).await?)))
}

/// Stops a job. One that waits has ended when this answers; one that runs mostly has: the state says so. One that has
/// ended before stays as it is.
#[utoipa::path(delete, path = "/api/v1/jobs/{id}", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = Job),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn cancel(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Job>, ApiError> {
    let store = app.store_of(&caller);
    wanted(&store, &id).await?;
    let now = clock::now();
    let keep = app.settings.jobs.limits().keep;
    let reason = format!("stopped by {}", caller.name);
    store.cancel_job(&id, &reason, now, now.saturating_add(keep)).await?;
    let until = Instant::now() + STOPPING;
    loop {
        let job = jobs::job(wanted(&store, &id).await?);
        if job.state.has_ended() || Instant::now() >= until || app.stop.is_cancelled() {
            return Ok(Json(job));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The findings of a job.
#[derive(Debug)]
pub struct JobFindings;

impl Listed for JobFindings {
    const LIST: List = JOB_FINDINGS;
}

/// What a job found, in the order of its engine; nothing before its end.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/findings", tag = "jobs", params(("id" = String, Path), Listing<JobFindings>),
    responses((status = 200, body = Page<JobFinding>),
              (status = 400, body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn findings(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    asked: Listing<JobFindings>,
) -> Result<Json<Page<JobFinding>>, ApiError> {
    let store = app.store_of(&caller);
    wanted(&store, &id).await?;
    let page = store.job_findings(&id, &asked.query).await?;
    Ok(Json(Page { items: page.items.into_iter().filter_map(jobs::finding).collect(), next: page.next }))
}

/// The format of a report.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// `json` (the default), `text`, `sarif`, `junit`, `md` or `html`.
    #[param(max_length = 20)]
    pub format: Option<String>,
}

/// The report of a job that was completed.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/report", tag = "jobs", params(("id" = String, Path), ReportQuery),
    responses((status = 200, description = "The report, to be saved as a file.", content(
                  (String = "application/json"), (String = "application/sarif+json"), (String = "application/xml"),
                  (String = "text/plain"), (String = "text/markdown"), (String = "text/html"))),
              (status = 400, body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "It was not completed.", body = Problem, content_type = "application/problem+json")))]
pub async fn report(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(query): Query<ReportQuery>,
) -> Result<Response, ApiError> {
    let (format, kind, ending) = match query.format.as_deref().unwrap_or("json") {
        "json" => (Format::Json, "application/json", "json"),
        "text" => (Format::Text, "text/plain; charset=utf-8", "txt"),
        "sarif" => (Format::Sarif, "application/sarif+json", "sarif"),
        "junit" => (Format::Junit, "application/xml", "xml"),
        "md" => (Format::Markdown, "text/markdown; charset=utf-8", "md"),
        "html" => (Format::Html, "text/html; charset=utf-8", "html"),
        _ => return Err(ApiError::bad_request("format is json, text, sarif, junit, md or html.")),
    };
    let store = app.store_of(&caller);
    let job = wanted(&store, &id).await?;
    let Some(report) = store.job_report(&job.id).await? else {
        return Err(ApiError::conflict("The job was not completed: it has no report."));
    };
    let material = Material {
        report,
        findings: store.job_findings(&job.id, &ListQuery::first(&JOB_FINDINGS, MAX_FINDINGS)).await?.items,
        document: store.job_document(&job.id).await?,
        job,
    };
    let written = tokio::task::spawn_blocking(move || jobs::render(material, format)).await;
    let failed = || ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "The report could not be written.");
    let text = written.map_err(|_| failed())?.map_err(|Unknown| {
        ApiError::conflict("The report was kept by another version of Palisade and cannot be read.")
    })?;
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // What a document of others says is not shown as a page of ours.
    if let Ok(name) = HeaderValue::try_from(format!("attachment; filename=\"job.{ending}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// The log of a job: one line for each step of each attempt, with its time.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/log", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = String, content_type = "text/plain"),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn log(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<String, ApiError> {
    let store = app.store_of(&caller);
    wanted(&store, &id).await?;
    let attempts = store.job_attempts(&id).await?;
    let lines = store.job_log(&id).await?;
    let mut text = String::new();
    let mut say = |time: i64, line: &str| {
        text.push_str(&clock::text(time));
        text.push(' ');
        text.push_str(line);
        text.push('\n');
    };
    for attempt in attempts {
        say(attempt.started_at, &format!("leased to the controller {}", attempt.controller_name));
        for line in lines.iter().filter(|line| line.fence == attempt.fence) {
            say(line.time, &line.line);
        }
        if let (Some(at), Some(outcome)) = (attempt.ended_at, &attempt.outcome) {
            say(at, outcome);
        }
    }
    Ok(text)
}

/// Follows a job: the job at once, then each change of it, until it has ended.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/events", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, description = "Events `job`, each with the job as JSON.", body = Job, content_type = "text/event-stream"),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn events(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let store = app.store_of(&caller);
    wanted(&store, &id).await?;
    let followed = Followed { app, store, id, last: None, until: Instant::now() + FOLLOWED };
    let changes = futures_util::stream::unfold(followed, |mut followed| async move {
        let job = followed.next().await?;
        let event = Event::default().event("job").json_data(&job).ok()?;
        Some((Ok(event), followed))
    });
    Ok(Sse::new(changes).keep_alive(KeepAlive::default()))
}

/// A job that someone follows.
struct Followed {
    app: Arc<App>,
    store: Store,
    id: String,
    last: Option<Job>,
    until: Instant,
}

impl Followed {
    /// The job when it differs from what was told last; `None` when there is nothing more to tell.
    async fn next(&mut self) -> Option<Job> {
        if self.last.as_ref().is_some_and(|job| job.state.has_ended()) {
            return None;
        }
        loop {
            let job = jobs::job(self.store.job(&self.id).await.ok().flatten()?);
            if self.last.as_ref() != Some(&job) {
                self.last = Some(job.clone());
                return Some(job);
            }
            if Instant::now() >= self.until {
                return None;
            }
            tokio::select! {
                () = self.app.stop.cancelled() => return None,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }
}

/// The list of controllers.
#[derive(Debug)]
pub struct Controllers;

impl Listed for Controllers {
    const LIST: List = CONTROLLERS;
}

/// Lists controllers, the oldest first.
#[utoipa::path(get, path = "/api/v1/controllers", tag = "jobs", params(Listing<Controllers>),
    responses((status = 200, body = Page<Controller>),
              (status = 400, body = Problem, content_type = "application/problem+json")))]
pub async fn controllers(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    asked: Listing<Controllers>,
) -> Result<Json<Page<Controller>>, ApiError> {
    let store = app.store_of(&caller);
    let page = store.controllers(&asked.query).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        let held = store.count_held(&row.id).await?;
        items.push(jobs::controller(row, held));
    }
    Ok(Json(Page { items, next: page.next }))
}
