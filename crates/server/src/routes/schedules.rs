//! Schedules of jobs, their runs, and how two runs or two jobs differ.

use super::Slice;
use super::fields::Fields;
use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::core::schedules::compare::{Side, compare};
use crate::core::schedules::cron::Timetable;
use crate::core::schedules::{follow, new_run};
use crate::listing::{Listed, Listing};
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use http::StatusCode;
use palisade_controller::{Asked, check};
use palisade_store::Store;
use palisade_store::query::{Column, Kind, List};
use palisade_store::schedule::{PutSchedule, SKIPPED, ScheduleRow, ScheduleRunRow};
use std::sync::Arc;

/// Largest body of a schedule: a job with its document.
pub const MAX_SCHEDULE: usize = 20 << 20;
/// Schedules of a project.
const MAX_SCHEDULES: i64 = 500;
/// Next times that are shown.
const NEXT: usize = 5;

fn field(pointer: &str, code: &str, message: &str) -> ApiError {
    let error = FieldError {
        location: "body".to_owned(),
        name: String::new(),
        pointer: pointer.to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
    };
    ApiError::invalid(format!("{pointer} {}.", message.trim_end_matches('.')), vec![error])
}

/// The row a change leads to.
async fn checked(
    store: &Store,
    caller: &Caller,
    before: Option<ScheduleRow>,
    change: ScheduleChange,
) -> Result<ScheduleRow, ApiError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if !(1..=100).contains(&change.name.len()) || !change.name.bytes().all(plain) {
        return Err(field("/name", "pattern", "has 1 to 100 letters, digits, '.', '_' and '-'"));
    }
    let now = clock::now();
    let times = Timetable::read(&change.cron, &change.time_zone, now)
        .map_err(|(member, detail)| field(&format!("/{member}"), member, &detail))?;
    let mut request = change.job;
    let new: NewJob =
        serde_json::from_value(request.clone()).map_err(|error| field("/job", "type", &error.to_string()))?;
    if let Some(api) = &change.contract_of {
        if new.document.is_some() {
            return Err(field("/contract_of", "conflict", "is given beside job.document: give one of them"));
        }
        if !store.apis().await?.iter().any(|known| known.id == *api) {
            return Err(field("/contract_of", "unknown", "is no API of this project"));
        }
    }
    let document = new.document;
    let asked = Asked {
        job_type: new.job_type,
        document_name: new.document_name,
        url: new.url,
        fuzzing_depth: new.fuzzing_depth,
        options: new.options,
        rules: Vec::new(),
    };
    check(&asked, document.is_some() || change.contract_of.is_some())
        .map_err(|(member, detail)| field(&format!("/job/{member}"), "job", &detail))?;
    if let Some(job) = request.as_object_mut() {
        job.remove("document");
    }
    let (id, created_at) = before.map_or_else(|| (clock::new_id(), now), |before| (before.id, before.created_at));
    Ok(ScheduleRow {
        id,
        project_id: store.project().to_owned(),
        name: change.name,
        cron: change.cron.trim().to_owned(),
        time_zone: change.time_zone,
        request: request.to_string(),
        document,
        contract_of: change.contract_of,
        missed: change.missed.as_str().to_owned(),
        enabled: change.enabled,
        next_at: if change.enabled { times.next(now) } else { None },
        created_at,
        updated_at: now,
        updated_by: caller.name.clone(),
    })
}

async fn shown(store: &Store, row: ScheduleRow) -> Result<JobSchedule, ApiError> {
    let times = Timetable::read(&row.cron, &row.time_zone, row.updated_at).ok();
    let next = times.iter().flat_map(|times| std::iter::successors(row.next_at, |at| times.next(*at)).take(NEXT));
    let newest = store.schedule_runs(&row.id, None, 1).await?.items.into_iter().next();
    Ok(JobSchedule {
        next: next.map(clock::text).collect(),
        description: times.as_ref().map(Timetable::describe).unwrap_or_default(),
        job: serde_json::from_str(&row.request).unwrap_or_default(),
        document_bytes: row.document.as_ref().map(|document| document.len() as u64),
        last_run: newest.map(run_shown),
        missed: Missed::of(&row.missed),
        created_at: clock::text(row.created_at),
        updated_at: clock::text(row.updated_at),
        id: row.id,
        name: row.name,
        cron: row.cron,
        time_zone: row.time_zone,
        contract_of: row.contract_of,
        enabled: row.enabled,
        updated_by: row.updated_by,
    })
}

fn run_shown(row: ScheduleRunRow) -> ScheduleRun {
    let summary = row.summary.as_deref().and_then(|text| serde_json::from_str::<palisade_finding::Summary>(text).ok());
    ScheduleRun {
        late_seconds: u64::try_from((row.begun_at - row.due_at) / 1_000_000).unwrap_or(0),
        due_at: clock::text(row.due_at),
        begun_at: clock::text(row.begun_at),
        state: RunState::of(&row.state),
        ended_at: row.ended_at.map(clock::text),
        compliant: row.compliant.map(|compliant| compliant != 0),
        summary: summary.map(Summary::from),
        comparison: row.comparison.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        id: row.id,
        asked_by: row.asked_by,
        reason: row.reason,
        job_id: row.job_id,
        application_version: row.application_version,
        score: row.score,
        grade: row.grade,
    }
}

async fn wanted(store: &Store, id: &str) -> Result<ScheduleRow, ApiError> {
    store.schedule(id).await?.ok_or_else(|| ApiError::not_found("schedule"))
}

fn kept(put: PutSchedule) -> Result<(), ApiError> {
    match put {
        PutSchedule::Done => Ok(()),
        PutSchedule::Full => Err(ApiError::conflict(format!("There are {MAX_SCHEDULES} schedules: remove one first."))),
        PutSchedule::Taken => Err(ApiError::conflict("Another schedule has this name.")),
        PutSchedule::Gone => Err(ApiError::not_found("schedule")),
    }
}

/// The list of schedules.
#[derive(Debug)]
pub struct Schedules;

impl Listed for Schedules {
    const LIST: List = List {
        name: "schedules",
        columns: &[
            Column::new("name", Kind::Text, ""),
            Column::new("enabled", Kind::Truth, ""),
            Column::new("job.job_type", Kind::Text, ""),
            Column::new("last_run.state", Kind::Text, "").optional(),
            Column::new("created_at", Kind::Time, ""),
            Column::new("updated_at", Kind::Time, ""),
        ],
        sort: "name",
        id: "",
    };
}

/// Lists schedules.
#[utoipa::path(get, path = "/api/v1/schedules", tag = "schedules", operation_id = "list_schedules", params(Listing<Schedules>),
    responses((status = 200, body = Page<JobSchedule>),
              (status = 400, description = "A parameter cannot be used.", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    asked: Listing<Schedules>,
) -> Result<Json<Page<JobSchedule>>, ApiError> {
    let store = app.store_of(&caller);
    let mut items = Vec::new();
    for row in store.schedules().await? {
        items.push(shown(&store, row).await?);
    }
    Ok(Json(asked.page(items)))
}

/// Adds a schedule.
#[utoipa::path(post, path = "/api/v1/schedules", tag = "schedules", operation_id = "add_schedule", request_body = ScheduleChange,
    responses((status = 201, body = JobSchedule),
              (status = 400, description = "The body is no JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "Another schedule has the name, or there are 500.", body = Problem, content_type = "application/problem+json"),
              (status = 413, description = "It has more than 20 MiB.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "It cannot be used; errors name the places.", body = Problem, content_type = "application/problem+json")))]
pub async fn add(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Fields(new): Fields<ScheduleChange>,
) -> Result<(StatusCode, Json<JobSchedule>), ApiError> {
    let store = app.store_of(&caller);
    let row = checked(&store, &caller, None, new).await?;
    kept(store.add_schedule(&row, MAX_SCHEDULES).await?)?;
    Ok((StatusCode::CREATED, Json(shown(&store, row).await?)))
}

/// One schedule.
#[utoipa::path(get, path = "/api/v1/schedules/{id}", tag = "schedules", operation_id = "get_schedule", params(("id" = String, Path)),
    responses((status = 200, body = JobSchedule), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<JobSchedule>, ApiError> {
    let store = app.store_of(&caller);
    let row = wanted(&store, &id).await?;
    shown(&store, row).await.map(Json)
}

/// Changes a schedule, whole; its runs stay. Without `job.document` and `contract_of` the document it has stays.
#[utoipa::path(put, path = "/api/v1/schedules/{id}", tag = "schedules", operation_id = "put_schedule", params(("id" = String, Path)), request_body = ScheduleChange,
    responses((status = 200, body = JobSchedule),
              (status = 400, description = "The body is no JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "Another schedule has the name.", body = Problem, content_type = "application/problem+json"),
              (status = 413, description = "It has more than 20 MiB.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "It cannot be used; errors name the places.", body = Problem, content_type = "application/problem+json")))]
pub async fn put(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Fields(mut change): Fields<ScheduleChange>,
) -> Result<Json<JobSchedule>, ApiError> {
    let store = app.store_of(&caller);
    let before = wanted(&store, &id).await?;
    if let (Some(document), None, Some(job)) = (&before.document, &change.contract_of, change.job.as_object_mut())
        && job.get("job_type").is_some_and(|kind| kind != "ThirdPartyApiScoringJob")
    {
        job.entry("document").or_insert_with(|| document.as_str().into());
    }
    let row = checked(&store, &caller, Some(before), change).await?;
    kept(store.set_schedule(&row).await?)?;
    shown(&store, row).await.map(Json)
}

/// Removes a schedule with what was kept of its runs. Jobs that it asked for go on.
#[utoipa::path(delete, path = "/api/v1/schedules/{id}", tag = "schedules", operation_id = "remove_schedule", params(("id" = String, Path)),
    responses((status = 204, description = "It is gone."), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn remove(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    if app.store_of(&caller).remove_schedule(&id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found("schedule"))
    }
}

/// Lets a schedule run now, also while it is paused. Its next time stays.
#[utoipa::path(post, path = "/api/v1/schedules/{id}/runs", tag = "schedules", operation_id = "run_schedule", params(("id" = String, Path)),
    responses((status = 201, body = ScheduleRun),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A run of it goes on.", body = Problem, content_type = "application/problem+json")))]
pub async fn run(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<ScheduleRun>), ApiError> {
    let store = app.store_of(&caller);
    let row = wanted(&store, &id).await?;
    let now = clock::now();
    let run = store.add_schedule_run(&new_run(&row, now, now, Some(&caller.name))).await?;
    let run = run.ok_or_else(|| ApiError::not_found("schedule"))?;
    if run.state == SKIPPED {
        return Err(ApiError::conflict("A run of this schedule goes on: wait for its end, or cancel its job."));
    }
    let run_id = run.id.clone();
    follow(&app, &store, run).await?;
    let run = store.schedule_run(&id, &run_id).await?.ok_or_else(|| ApiError::not_found("run"))?;
    Ok((StatusCode::CREATED, Json(run_shown(run))))
}

/// Lists runs of a schedule, the newest first, each with how it differs from the completed one before it.
#[utoipa::path(get, path = "/api/v1/schedules/{id}/runs", tag = "schedules", operation_id = "list_schedule_runs", params(("id" = String, Path), Slice),
    responses((status = 200, body = Page<ScheduleRun>),
              (status = 400, description = "limit cannot be used.", body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn runs(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(slice): Query<Slice>,
) -> Result<Json<Page<ScheduleRun>>, ApiError> {
    let store = app.store_of(&caller);
    wanted(&store, &id).await?;
    let page = store.schedule_runs(&id, slice.cursor.as_deref(), slice.limit()?).await?;
    Ok(Json(Page { items: page.items.into_iter().map(run_shown).collect(), next: page.next }))
}

/// How the run `b` of a schedule differs from the run `a`.
#[utoipa::path(get, path = "/api/v1/schedules/{id}/runs/{a}/compare/{b}", tag = "schedules", operation_id = "compare_schedule_runs",
    params(("id" = String, Path), ("a" = String, Path), ("b" = String, Path)),
    responses((status = 200, body = Comparison),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "One of the two was not completed, or what it is compared by is kept no longer.", body = Problem, content_type = "application/problem+json")))]
pub async fn compare_runs(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path((id, a, b)): Path<(String, String, String)>,
) -> Result<Json<Comparison>, ApiError> {
    let store = app.store_of(&caller);
    let mut sides = Vec::with_capacity(2);
    for run in [&a, &b] {
        let run = store.schedule_run(&id, run).await?.ok_or_else(|| ApiError::not_found("run"))?;
        let side = Side::of_run(&store, &run).await?;
        sides.push(side.ok_or_else(|| {
            ApiError::conflict("Only completed runs are compared, the newest hundred of a schedule.")
        })?);
    }
    both(sides).await
}

/// How the job `other` differs from the job `id`: two of one kind. Of a job that is gone by now what its schedule kept is
/// compared.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/compare/{other}", tag = "jobs", operation_id = "compare_jobs",
    params(("id" = String, Path), ("other" = String, Path)),
    responses((status = 200, body = Comparison),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "One of the two was not completed, or they are of two kinds.", body = Problem, content_type = "application/problem+json")))]
pub async fn compare_jobs(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path((id, other)): Path<(String, String)>,
) -> Result<Json<Comparison>, ApiError> {
    let store = app.store_of(&caller);
    let mut sides = Vec::with_capacity(2);
    for id in [&id, &other] {
        let run = store.schedule_run_of_job(id).await?;
        let kept = match &run {
            Some(run) => Side::of_run(&store, run).await?,
            None => None,
        };
        let side = match (kept, store.job(id).await?) {
            (Some(kept), _) => kept,
            (None, None) => return Err(ApiError::not_found("job")),
            (None, Some(job)) if JobState::of(&job.state) != JobState::Completed => {
                return Err(ApiError::conflict(format!("The job {id} was not completed.")));
            }
            (None, Some(job)) => Side::of_job(&store, &job, run.map(|run| run.id)).await?,
        };
        sides.push(side);
    }
    both(sides).await
}

async fn both(sides: Vec<Side>) -> Result<Json<Comparison>, ApiError> {
    let [before, after] = <[Side; 2]>::try_from(sides).map_err(|_| ApiError::not_found("job"))?;
    if before.facts.job_type != after.facts.job_type {
        let (one, two) = (&before.facts.job_type, &after.facts.job_type);
        return Err(ApiError::conflict(format!("One is a {one}, the other a {two}: they have nothing in common.")));
    }
    Ok(Json(compare(before, after).await))
}
