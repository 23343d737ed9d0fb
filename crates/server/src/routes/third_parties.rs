//! Third-party APIs: added, set, assessed, compared.

use super::find;
use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::core::third_parties::{self, Kept};
use crate::listing::{Listed, Listing};
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use http::StatusCode;
use palisade_posture::Target;
use palisade_posture::change::Changes;
use palisade_runner::is_private;
use palisade_store::query::List;
use palisade_store::{ASSESSMENTS, AssessmentRow, THIRD_PARTIES, ThirdPartyRow};
use std::sync::Arc;

/// Selectors of one third party.
const MAX_SELECTORS: usize = 10;
/// Minutes between two light requests at most.
const MAX_PROBE_MINUTES: u32 = 1440;
/// Samples of 30 days at the shortest distance.
const MAX_SAMPLES: u32 = 30 * 1440;

async fn wanted(app: &App, caller: &Caller, id: &str) -> Result<ThirdPartyRow, ApiError> {
    app.store_of(caller).third_party(id).await?.ok_or_else(|| ApiError::not_found("third-party API"))
}

async fn wanted_assessment(app: &App, caller: &Caller, third_party: &str, id: &str) -> Result<AssessmentRow, ApiError> {
    app.store_of(caller).assessment(third_party, id).await?.ok_or_else(|| ApiError::not_found("assessment"))
}

fn assessment(app: &App, row: AssessmentRow) -> Assessment {
    let state = match row.state.as_str() {
        "pending" => AssessmentState::Pending,
        "running" => AssessmentState::Running,
        "completed" => AssessmentState::Completed,
        "cancelled" => AssessmentState::Cancelled,
        _ => AssessmentState::Failed,
    };
    let summary = row.summary.as_deref().and_then(|text| serde_json::from_str::<palisade_finding::Summary>(text).ok());
    Assessment {
        state,
        progress: app.third_parties.progress(&row.id),
        id: row.id,
        reason: row.reason,
        scheduled: row.scheduled,
        asked_by: row.asked_by,
        created_at: clock::text(row.created_at),
        started_at: row.started_at.map(clock::text),
        ended_at: row.ended_at.map(clock::text),
        score: row.score.and_then(|score| u8::try_from(score).ok()),
        grade: row.grade,
        summary: summary.map(Summary::from),
    }
}

fn settings(row: &ThirdPartyRow) -> ThirdPartySettings {
    ThirdPartySettings {
        contract_api_id: row.contract_api_id.clone(),
        selectors: serde_json::from_str(&row.selectors).unwrap_or_default(),
        ports: row.ports,
        allow_private: row.allow_private,
        policy: serde_json::from_str(&row.policy).unwrap_or_default(),
        schedule: row.schedule.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
        probe_minutes: u32::try_from(row.probe_minutes).unwrap_or(0),
    }
}

async fn shown(app: &App, caller: &Caller, row: ThirdPartyRow) -> Result<ThirdParty, ApiError> {
    let recent = app.store_of(caller).newest_assessments(&row.id, None, 2).await?;
    let (open, ended): (Vec<_>, Vec<_>) =
        recent.into_iter().partition(|row| matches!(row.state.as_str(), "pending" | "running"));
    let completed = app.store_of(caller).newest_assessments(&row.id, Some("completed"), 6).await?;
    let scores: Vec<i64> = completed.iter().filter_map(|row| row.score).collect();
    let settings = settings(&row);
    let compliance = match completed.first() {
        Some(last) if settings.policy != ThirdPartyPolicy::default() => {
            let result = app.store_of(caller).assessment_result(&last.id).await?;
            result.and_then(|result| third_parties::compliance(&settings.policy, &result))
        }
        _ => None,
    };
    let counts = app.store_of(caller).count_samples(&row.id, clock::now() - third_parties::KEEP).await?;
    let one = |row: Option<AssessmentRow>| row.map(|row| assessment(app, row));
    Ok(ThirdParty {
        host: Target::parse(&row.url).map(|target| target.host).unwrap_or_default(),
        next_at: row.next_at.map(clock::text),
        created_at: clock::text(row.created_at),
        open: one(open.into_iter().next()),
        last: one(ended.into_iter().next()),
        completed: one(completed.into_iter().next()),
        trend: third_parties::trend(&scores),
        compliance,
        availability: third_parties::figures(counts),
        settings,
        id: row.id,
        name: row.name,
        url: row.url,
        created_by: row.created_by,
    })
}

/// What a third party is made of, checked.
fn checked(
    app: &App,
    caller: &Caller,
    row: ThirdPartyRow,
    name: &str,
    target: &Target,
    settings: &ThirdPartySettings,
) -> Result<ThirdPartyRow, ApiError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(ApiError::bad_request("name has 1 to 100 characters."));
    }
    if settings.allow_private && !app.settings.manners.allow_private {
        return Err(ApiError::bad_request(
            "allow_private is refused here: start the control plane with --allow-private-targets to assess APIs of this machine and of private networks.",
        ));
    }
    let private = target.host == "localhost" || target.address().is_some_and(is_private);
    if private && !settings.allow_private {
        let host = &target.host;
        return Err(ApiError::bad_request(format!(
            "{host} is an address of this machine or of a private network: it is assessed only with allow_private, on a control plane started with --allow-private-targets."
        )));
    }
    let label = |text: &String| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (1..=63).contains(&text.len()) && text.bytes().all(plain)
    };
    if settings.selectors.len() > MAX_SELECTORS || !settings.selectors.iter().all(label) {
        return Err(ApiError::bad_request("selectors are at most 10 names such as s1 or google."));
    }
    if settings.probe_minutes > MAX_PROBE_MINUTES {
        return Err(ApiError::bad_request("probe_minutes is a number from 1 to 1440, or 0 for none."));
    }
    if let Some(id) = &settings.contract_api_id {
        find(app, caller, id)?;
    }
    third_parties::read_policy(&settings.policy).map_err(|wrong| ApiError::bad_request(format!("policy: {wrong}.")))?;
    third_parties::check_schedule(&settings.schedule).map_err(ApiError::bad_request)?;
    let json = |value: Result<String, serde_json::Error>| {
        value.map_err(|error| ApiError::bad_request(format!("These settings cannot be kept: {error}.")))
    };
    let schedule = match &settings.schedule {
        Schedule::Off => None,
        schedule => Some(json(serde_json::to_string(schedule))?),
    };
    // The same schedule goes on counting.
    let next_at =
        if schedule == row.schedule { row.next_at } else { third_parties::next_time(&settings.schedule, clock::now()) };
    Ok(ThirdPartyRow {
        name: name.to_owned(),
        contract_api_id: settings.contract_api_id.clone(),
        selectors: json(serde_json::to_string(&settings.selectors))?,
        ports: settings.ports,
        allow_private: settings.allow_private,
        policy: json(serde_json::to_string(&settings.policy))?,
        schedule,
        next_at,
        probe_minutes: i64::from(settings.probe_minutes),
        ..row
    })
}

/// The list of third-party APIs.
#[derive(Debug)]
pub struct ThirdParties;

impl Listed for ThirdParties {
    const LIST: List = THIRD_PARTIES;
}

/// The assessments of a third-party API.
#[derive(Debug)]
pub struct Assessments;

impl Listed for Assessments {
    const LIST: List = ASSESSMENTS;
}

/// Lists third-party APIs, the oldest first.
#[utoipa::path(get, path = "/api/v1/third-parties", tag = "third parties", params(Listing<ThirdParties>),
    responses((status = 200, body = Page<ThirdParty>)))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    asked: Listing<ThirdParties>,
) -> Result<Json<Page<ThirdParty>>, ApiError> {
    let page = app.store_of(&caller).third_parties(&asked.query).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        items.push(shown(&app, &caller, row).await?);
    }
    Ok(Json(Page { items, next: page.next }))
}

/// Adds a third-party API. Nothing is sent to it before an assessment is asked for, but the light requests that measure
/// its availability.
#[utoipa::path(post, path = "/api/v1/third-parties", tag = "third parties", request_body = NewThirdParty,
    responses((status = 201, body = ThirdParty),
              (status = 400, description = "Something in it is not as it has to be, or it lies in a private network.", body = Problem, content_type = "application/problem+json"),
              (status = 404, description = "No such API for the contract.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "Its URL is there already, or there are too many.", body = Problem, content_type = "application/problem+json")))]
pub async fn add(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(new): Json<NewThirdParty>,
) -> Result<(StatusCode, Json<ThirdParty>), ApiError> {
    let target = Target::parse(new.url.trim()).map_err(|error| ApiError::bad_request(format!("url: {error}.")))?;
    let url = target.to_string();
    if url.len() > 2000 {
        return Err(ApiError::bad_request("url has at most 2000 bytes."));
    }
    let row = ThirdPartyRow {
        id: clock::new_id(),
        name: String::new(),
        url,
        contract_api_id: None,
        selectors: String::new(),
        ports: false,
        allow_private: false,
        policy: String::new(),
        schedule: None,
        next_at: None,
        probe_minutes: 0,
        created_at: clock::now(),
        created_by: caller.name.clone(),
    };
    let name = new.name.as_deref().unwrap_or(target.host.get(..100).unwrap_or(&target.host));
    let settings = ThirdPartySettings {
        contract_api_id: new.contract_api_id,
        selectors: new.selectors,
        ports: new.ports,
        allow_private: new.allow_private,
        policy: new.policy,
        schedule: new.schedule,
        probe_minutes: new.probe_minutes,
    };
    let row = checked(&app, &caller, row, name, &target, &settings)?;
    // Counted and added by one caller at a time.
    let _change = app.change.lock().await;
    if app.store_of(&caller).count_third_parties().await? >= i64::from(third_parties::MOST) {
        return Err(ApiError::conflict(format!(
            "There are {} third-party APIs, which is the most.",
            third_parties::MOST
        )));
    }
    if !app.store_of(&caller).add_third_party(&row).await? {
        return Err(ApiError::conflict(format!("{} is there already.", row.url)));
    }
    Ok((StatusCode::CREATED, Json(shown(&app, &caller, row).await?)))
}

/// One third-party API.
#[utoipa::path(get, path = "/api/v1/third-parties/{id}", tag = "third parties", params(("id" = String, Path)),
    responses((status = 200, body = ThirdParty),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<ThirdParty>, ApiError> {
    let row = wanted(&app, &caller, &id).await?;
    Ok(Json(shown(&app, &caller, row).await?))
}

/// Sets a third-party API otherwise; what is left out stays.
#[utoipa::path(patch, path = "/api/v1/third-parties/{id}", tag = "third parties", params(("id" = String, Path)), request_body = ThirdPartyChange,
    responses((status = 200, body = ThirdParty),
              (status = 400, body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn patch(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Json(change): Json<ThirdPartyChange>,
) -> Result<Json<ThirdParty>, ApiError> {
    let _change = app.change.lock().await;
    let row = wanted(&app, &caller, &id).await?;
    let target = Target::parse(&row.url).map_err(|error| ApiError::bad_request(format!("url: {error}.")))?;
    let mut settings = settings(&row);
    let name = change.name.unwrap_or_else(|| row.name.clone());
    if let Some(api) = change.contract_api_id {
        settings.contract_api_id = Some(api).filter(|api| !api.is_empty());
    }
    settings.selectors = change.selectors.unwrap_or(settings.selectors);
    settings.ports = change.ports.unwrap_or(settings.ports);
    settings.allow_private = change.allow_private.unwrap_or(settings.allow_private);
    settings.policy = change.policy.unwrap_or(settings.policy);
    settings.schedule = change.schedule.unwrap_or(settings.schedule);
    settings.probe_minutes = change.probe_minutes.unwrap_or(settings.probe_minutes);
    let row = checked(&app, &caller, row, &name, &target, &settings)?;
    if !app.store_of(&caller).set_third_party(&row).await? {
        return Err(ApiError::not_found("third-party API"));
    }
    Ok(Json(shown(&app, &caller, row).await?))
}

/// Removes a third-party API with all that was kept of it. An assessment that runs is stopped first.
#[utoipa::path(delete, path = "/api/v1/third-parties/{id}", tag = "third parties", params(("id" = String, Path)),
    responses((status = 204, description = "It is gone."),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn remove(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let recent = app.store_of(&caller).newest_assessments(&id, None, 1).await?;
    if let Some(last) = recent.first() {
        third_parties::cancel(&app, &app.store_of(&caller), &last.id).await?;
    }
    match app.store_of(&caller).remove_third_party(&id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("third-party API")),
    }
}

/// Asks for an assessment. It begins when it is its turn: two run at a time.
#[utoipa::path(post, path = "/api/v1/third-parties/{id}/assessments", tag = "third parties", params(("id" = String, Path)),
    responses((status = 202, body = Assessment),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "One waits or runs already.", body = Problem, content_type = "application/problem+json")))]
pub async fn start(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
) -> Result<(StatusCode, Json<Assessment>), ApiError> {
    let row = wanted(&app, &caller, &id).await?;
    match third_parties::start(&app, &app.store_of(&caller), &row.id, &caller.name).await? {
        Ok(made) => {
            let made = wanted_assessment(&app, &caller, &row.id, &made.id).await?;
            Ok((StatusCode::ACCEPTED, Json(assessment(&app, made))))
        }
        Err(third_parties::Busy) => {
            Err(ApiError::conflict("An assessment waits or runs already: wait for its end, or cancel it."))
        }
    }
}

/// Lists the assessments of a third-party API, the newest first.
#[utoipa::path(get, path = "/api/v1/third-parties/{id}/assessments", tag = "third parties", params(("id" = String, Path), Listing<Assessments>),
    responses((status = 200, body = Page<Assessment>),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn assessments(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    asked: Listing<Assessments>,
) -> Result<Json<Page<Assessment>>, ApiError> {
    wanted(&app, &caller, &id).await?;
    let page = app.store_of(&caller).assessments(&id, &asked.query).await?;
    let items = page.items.into_iter().map(|row| assessment(&app, row)).collect();
    Ok(Json(Page { items, next: page.next }))
}

async fn kept(app: &App, caller: &Caller, id: &str) -> Result<Option<Kept>, ApiError> {
    let Some(result) = app.store_of(caller).assessment_result(id).await? else { return Ok(None) };
    let kept = serde_json::from_str(&result).map_err(|error| {
        tracing::error!(assessment = %id, %error, "a stored result cannot be read");
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "The stored result cannot be read; the log says why.")
    })?;
    Ok(Some(kept))
}

fn finding(found: palisade_posture::Found) -> PostureFinding {
    PostureFinding { finding: found.finding.into(), why: found.why, consumer: found.consumer }
}

/// One assessment with its result.
#[utoipa::path(get, path = "/api/v1/third-parties/{id}/assessments/{assessment_id}", tag = "third parties",
    params(("id" = String, Path), ("assessment_id" = String, Path)),
    responses((status = 200, body = AssessmentDetail),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn assessment_detail(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path((id, assessment_id)): Path<(String, String)>,
) -> Result<Json<AssessmentDetail>, ApiError> {
    let row = wanted_assessment(&app, &caller, &id, &assessment_id).await?;
    let kept = kept(&app, &caller, &row.id).await?;
    let category = |one: third_parties::KeptCategory| PostureCategory {
        category: one.category,
        score: one.score,
        grade: one.grade,
        reason: one.reason,
        summary: one.summary.into(),
    };
    let result = kept.map(|kept| PostureResult {
        addresses: kept.addresses,
        ceilings: kept.ceilings,
        categories: kept.categories.into_iter().map(category).collect(),
        findings: kept.findings.into_iter().map(finding).collect(),
        not_assessed: kept
            .not_assessed
            .into_iter()
            .map(|one| NotAssessed { part: one.part.as_str().to_owned(), reason: one.reason })
            .collect(),
        facts: kept.facts,
    });
    Ok(Json(AssessmentDetail { assessment: assessment(&app, row), result }))
}

/// Stops an assessment that waits or runs. When this answers, nothing of it goes on.
#[utoipa::path(post, path = "/api/v1/third-parties/{id}/assessments/{assessment_id}/cancel", tag = "third parties",
    params(("id" = String, Path), ("assessment_id" = String, Path)),
    responses((status = 200, body = Assessment),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "It has ended.", body = Problem, content_type = "application/problem+json")))]
pub async fn cancel(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path((id, assessment_id)): Path<(String, String)>,
) -> Result<Json<Assessment>, ApiError> {
    let row = wanted_assessment(&app, &caller, &id, &assessment_id).await?;
    if !matches!(row.state.as_str(), "pending" | "running") {
        return Err(ApiError::conflict("The assessment has ended."));
    }
    third_parties::cancel(&app, &app.store_of(&caller), &row.id).await?;
    let row = wanted_assessment(&app, &caller, &id, &assessment_id).await?;
    Ok(Json(assessment(&app, row)))
}

/// Which two assessments are compared.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// The earlier one; without it the last completed one before the later one.
    #[param(max_length = 64)]
    pub from: Option<String>,
    /// The later one; without it the last completed one.
    #[param(max_length = 64)]
    pub to: Option<String>,
}

/// The last completed assessment, or the last one before another.
async fn completed(app: &App, caller: &Caller, id: &str, before: Option<&str>) -> Result<AssessmentRow, ApiError> {
    let none = || ApiError::new(StatusCode::NOT_FOUND, "There are no two completed assessments to compare.");
    app.store_of(caller).completed_assessment(id, before).await?.ok_or_else(none)
}

/// What changed between two completed assessments.
#[utoipa::path(get, path = "/api/v1/third-parties/{id}/changes", tag = "third parties", params(("id" = String, Path), ChangesQuery),
    responses((status = 200, body = AssessmentChanges),
              (status = 404, description = "No such assessment, or there are not two.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "One of them was not completed, or its result is too old to be kept.", body = Problem, content_type = "application/problem+json")))]
pub async fn changes(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(query): Query<ChangesQuery>,
) -> Result<Json<AssessmentChanges>, ApiError> {
    wanted(&app, &caller, &id).await?;
    let to = match &query.to {
        Some(to) => wanted_assessment(&app, &caller, &id, to).await?,
        None => completed(&app, &caller, &id, None).await?,
    };
    let from = match &query.from {
        Some(from) => wanted_assessment(&app, &caller, &id, from).await?,
        None => completed(&app, &caller, &id, Some(&to.id)).await?,
    };
    let none = || ApiError::conflict("One of the two was not completed, or its result is too old to be kept.");
    let (old, new) =
        (kept(&app, &caller, &from.id).await?.ok_or_else(none)?, kept(&app, &caller, &to.id).await?.ok_or_else(none)?);
    let changes = Changes::between((&old.findings, &old.not_assessed), (&new.findings, &new.not_assessed));
    let score = |row: &AssessmentRow| row.score.and_then(|score| i16::try_from(score).ok()).unwrap_or(0);
    let categories = new.categories.iter().map(|after| {
        let before = old.categories.iter().find(|before| before.category == after.category);
        CategoryChange {
            category: after.category.clone(),
            before: before.and_then(|before| before.score),
            after: after.score,
        }
    });
    let list = |list: Vec<palisade_posture::Found>| list.into_iter().map(finding).collect();
    Ok(Json(AssessmentChanges {
        score: score(&to) - score(&from),
        categories: categories.collect(),
        appeared: list(changes.appeared),
        gone: list(changes.gone),
        changed: changes
            .changed
            .into_iter()
            .map(|(before, now)| ChangedFinding { before: before.into(), now: finding(now) })
            .collect(),
        unknown: list(changes.unknown),
        unchanged: changes.unchanged as u64,
        from: assessment(&app, from),
        to: assessment(&app, to),
    }))
}

/// How a third-party API answered light requests in the last 30 days, day by day.
#[utoipa::path(get, path = "/api/v1/third-parties/{id}/availability", tag = "third parties", params(("id" = String, Path)),
    responses((status = 200, body = Availability),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn availability(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Availability>, ApiError> {
    wanted(&app, &caller, &id).await?;
    let now = clock::now();
    let since = now - third_parties::KEEP;
    let samples = app.store_of(&caller).samples(&id, since, MAX_SAMPLES).await?;
    let counts = app.store_of(&caller).count_samples(&id, since).await?;
    let last = samples.last().map(|sample| AvailabilitySample {
        time: clock::text(sample.time),
        latency_ms: sample.latency.map(|latency| latency as f64 / 1000.0),
        status: sample.status.and_then(|status| u16::try_from(status).ok()),
        failure: sample.failure.clone(),
    });
    Ok(Json(Availability {
        total: third_parties::figures(counts),
        latency: third_parties::latency(&samples),
        days: third_parties::days(&samples, now),
        last,
    }))
}
