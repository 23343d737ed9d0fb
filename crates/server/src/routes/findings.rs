//! Findings of the whole project, and what people decide about them.

use super::apis::Findings;
use super::fields::Fields;
use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::listing::Listing;
use crate::present;
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use palisade_store::query::{Asked, Query as Wanted};
use palisade_store::{Acknowledgement as Accepted, FINDINGS, Store};
use std::sync::Arc;

/// Findings that one call accepts at most.
const AT_ONCE: u32 = 1000;
/// Most characters of a reason.
const MAX_REASON: usize = 1000;
/// Farthest end of an acknowledgement, microseconds: ten years.
const FARTHEST: i64 = 3653 * 24 * 3600 * 1_000_000;

fn field(pointer: &str, code: &str, message: &str) -> ApiError {
    let error = FieldError {
        location: "body".to_owned(),
        name: String::new(),
        pointer: pointer.to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
    };
    ApiError::invalid(format!("{pointer} {message}."), vec![error])
}

fn unusable(mistake: &palisade_store::query::Mistake) -> ApiError {
    field("/filter", mistake.code, &mistake.message)
}

fn reason(text: &str) -> Result<String, ApiError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(field("/reason", "required", "says why"));
    }
    if text.chars().count() > MAX_REASON || text.chars().any(char::is_control) {
        return Err(field("/reason", "length", "has at most 1000 characters on one line"));
    }
    Ok(text.to_owned())
}

/// What a caller accepts, and until when.
fn accepted(caller: &Caller, words: &Acknowledge, now: i64) -> Result<Accepted, ApiError> {
    let until = match &words.expires_at {
        None => None,
        Some(text) => {
            let time: Result<jiff::Timestamp, _> = text.parse();
            let until = time.ok().map(jiff::Timestamp::as_microsecond);
            let until = until.filter(|until| *until > now && *until <= now.saturating_add(FARTHEST));
            let wrong = || field("/expires_at", "time", "is an RFC 3339 time within the next ten years");
            Some(until.ok_or_else(wrong)?)
        }
    };
    Ok(Accepted { by: caller.name.clone(), reason: reason(&words.reason)?, at: now, until })
}

async fn detail(store: &Store, id: &str) -> Result<FindingDetail, ApiError> {
    let Some(row) = store.finding(id).await? else { return Err(ApiError::not_found("finding")) };
    let first = FindingChange {
        time: clock::text(row.first_observed),
        state: FindingState::Open,
        by: None,
        reason: None,
        until: None,
    };
    let changes = store.finding_changes(id).await?.into_iter().map(|change| FindingChange {
        time: clock::text(change.time),
        state: change.state.into(),
        by: change.by,
        reason: change.reason,
        until: change.until.map(clock::text),
    });
    let history = std::iter::once(first).chain(changes).collect();
    Ok(FindingDetail { finding: present::kept_finding(row), history })
}

/// Findings of every API of the project, the most serious first. Fixed ones are left out unless `filter` asks for a state.
#[utoipa::path(get, path = "/api/v1/findings", tag = "findings", operation_id = "list_findings", params(Listing<Findings>),
    responses((status = 200, body = Page<KeptFinding>),
              (status = 400, description = "A parameter cannot be used.", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    asked: Listing<Findings>,
) -> Result<Json<Page<KeptFinding>>, ApiError> {
    let store = app.store_of(&caller);
    store.lapse_acknowledgements(clock::now()).await?;
    let page = store.findings(None, &asked.query).await?;
    Ok(Json(Page { items: page.items.into_iter().map(present::kept_finding).collect(), next: page.next }))
}

/// What findings are counted by.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SummaryQuery {
    /// What the findings of a group have in common; `severity` unless given.
    #[serde(default)]
    #[param(inline)]
    pub by: FindingGroup,
}

/// How many findings there are, in groups, the largest first. Fixed ones are left out unless `filter` asks for a state;
/// `limit` is the number of groups.
#[utoipa::path(get, path = "/api/v1/findings/summary", tag = "findings", operation_id = "count_findings", params(SummaryQuery, Listing<Findings>),
    responses((status = 200, body = FindingGroups),
              (status = 400, description = "A parameter cannot be used.", body = Problem, content_type = "application/problem+json")))]
pub async fn summary(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<SummaryQuery>,
    asked: Listing<Findings>,
) -> Result<Json<FindingGroups>, ApiError> {
    let store = app.store_of(&caller);
    store.lapse_acknowledgements(clock::now()).await?;
    let rows = store.count_findings(query.by.into(), &asked.query).await?;
    Ok(Json(FindingGroups { items: rows.into_iter().map(CountedFindings::from).collect() }))
}

/// Accepts the findings that a filter names, at most 1000: those that are open or regressed, unless it names a state.
#[utoipa::path(post, path = "/api/v1/findings/acknowledge", tag = "findings", operation_id = "acknowledge_findings", request_body = AcknowledgeMany,
    responses((status = 200, body = AcknowledgedMany),
              (status = 400, description = "The body is no JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "Filter, reason or end cannot be used.", body = Problem, content_type = "application/problem+json")))]
pub async fn acknowledge_many(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Fields(words): Fields<AcknowledgeMany>,
) -> Result<Json<AcknowledgedMany>, ApiError> {
    if words.filter.is_empty() {
        return Err(field("/filter", "required", "names the findings, such as rule:is:SAN001"));
    }
    let store = app.store_of(&caller);
    let now = clock::now();
    let accepted = accepted(&caller, &Acknowledge { reason: words.reason, expires_at: words.expires_at }, now)?;
    store.lapse_acknowledgements(now).await?;
    let asked = Asked { limit: Some(AT_ONCE), filters: &words.filter, ..Asked::default() };
    let mut query = Wanted::read(&FINDINGS, &asked).map_err(|mistake| unusable(&mistake))?;
    if !query.asks("state") {
        let filters = [words.filter, vec!["state:in:open,regressed".to_owned()]].concat();
        let asked = Asked { limit: Some(AT_ONCE), filters: &filters, ..Asked::default() };
        query = Wanted::read(&FINDINGS, &asked).map_err(|mistake| unusable(&mistake))?;
    }
    let page = store.findings(None, &query).await?;
    let ids: Vec<String> = page.items.into_iter().map(|row| row.id).collect();
    let done = store.acknowledge_findings(&ids, &accepted).await?;
    Ok(Json(AcknowledgedMany { acknowledged: done.acknowledged, refused: done.full, more: page.next.is_some() }))
}

/// One finding, with what happened to it since it was first found.
#[utoipa::path(get, path = "/api/v1/findings/{id}", tag = "findings", operation_id = "get_finding", params(("id" = String, Path)),
    responses((status = 200, body = FindingDetail), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<FindingDetail>, ApiError> {
    let store = app.store_of(&caller);
    store.lapse_acknowledgements(clock::now()).await?;
    detail(&store, &id).await.map(Json)
}

/// Accepts a finding: it stays, and counts against nothing until it expires. Accepting it again changes reason and end.
#[utoipa::path(post, path = "/api/v1/findings/{id}/acknowledge", tag = "findings", operation_id = "acknowledge_finding", params(("id" = String, Path)), request_body = Acknowledge,
    responses((status = 200, body = FindingDetail),
              (status = 400, description = "The body is no JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "It is fixed, or its API has as many accepted findings as are kept.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "Reason or end cannot be used.", body = Problem, content_type = "application/problem+json")))]
pub async fn acknowledge(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Fields(words): Fields<Acknowledge>,
) -> Result<Json<FindingDetail>, ApiError> {
    let store = app.store_of(&caller);
    let now = clock::now();
    let accepted = accepted(&caller, &words, now)?;
    store.lapse_acknowledgements(now).await?;
    let before = detail(&store, &id).await?;
    let done = store.acknowledge_findings(std::slice::from_ref(&id), &accepted).await?;
    if done.full > 0 {
        return Err(ApiError::conflict("The API has as many acknowledged findings as are kept: reopen some first."));
    }
    if done.acknowledged == 0 {
        let why = if before.finding.state == FindingState::Fixed { "It is fixed" } else { "It was changed meanwhile" };
        return Err(ApiError::conflict(format!("{why}: there is nothing to accept.")));
    }
    detail(&store, &id).await.map(Json)
}

/// Takes back that a finding was accepted: it is open again.
#[utoipa::path(post, path = "/api/v1/findings/{id}/reopen", tag = "findings", operation_id = "reopen_finding", params(("id" = String, Path)), request_body = Reopen,
    responses((status = 200, body = FindingDetail),
              (status = 400, description = "The body is no JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "Nobody accepted it.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "The reason cannot be used.", body = Problem, content_type = "application/problem+json")))]
pub async fn reopen(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Fields(words): Fields<Reopen>,
) -> Result<Json<FindingDetail>, ApiError> {
    let store = app.store_of(&caller);
    let why = words.reason.as_deref().map(reason).transpose()?;
    detail(&store, &id).await?;
    if !store.reopen_finding(&id, &caller.name, why.as_deref(), clock::now()).await? {
        return Err(ApiError::conflict("Nobody acknowledged it: there is nothing to take back."));
    }
    detail(&store, &id).await.map(Json)
}
