//! Proposals: what the contract in force lacks of what was learned, taken or turned down.

use super::{find, writable};
use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::core::proposals::{self, MAX_REJECTIONS, REJECTIONS, Rejection};
use crate::core::{ApiState, key_of_label, operation_id};
use crate::listing::{Listed, Listing};
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use http::StatusCode;
use palisade_diff::proposals::Proposal as Found;
use palisade_store::query::{Column, Kind, List};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Ids in one request.
const MAX_IDS: usize = 1000;

/// Which proposals are asked for.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Open ones by default.
    pub state: Option<ProposalState>,
    /// Only those of this kind.
    pub kind: Option<ProposalKind>,
    /// Only those of the operation with this id.
    #[param(max_length = 200)]
    pub operation_id: Option<String>,
}

/// The proposals of an API.
#[derive(Debug)]
pub struct Proposals;

impl Listed for Proposals {
    const LIST: List = List {
        name: "proposals",
        columns: &[
            Column::new("id", Kind::Id, ""),
            Column::new("kind", Kind::Text, ""),
            Column::new("operation", Kind::Text, ""),
            Column::new("operation_id", Kind::Id, "").optional(),
            Column::new("message", Kind::Text, ""),
            Column::new("line", Kind::Number, ""),
            Column::new("makes_room", Kind::Truth, ""),
            Column::new("evidence.count", Kind::Number, ""),
            Column::new("evidence.first_observed", Kind::Time, "").optional(),
            Column::new("evidence.last_observed", Kind::Time, "").optional(),
            Column::new("evidence.thin", Kind::Truth, ""),
            Column::new("rejected_at", Kind::Time, "").optional(),
            Column::new("rejected_by", Kind::Text, "").optional(),
        ],
        sort: "",
        id: "",
    };
}

type Rejections = BTreeMap<String, Rejection>;

async fn rejections(app: &App, caller: &Caller, api: &ApiState) -> Result<Rejections, ApiError> {
    let stored = app.store_of(caller).state(&api.id, REJECTIONS).await?.unwrap_or_default();
    let list: Vec<Rejection> = serde_json::from_slice(&stored).unwrap_or_else(|error| {
        if !stored.is_empty() {
            tracing::error!(api = %api.id, %error, "the stored rejections of proposals cannot be used any more");
        }
        Vec::new()
    });
    Ok(list.into_iter().map(|rejection| (rejection.id.clone(), rejection)).collect())
}

async fn keep(app: &App, caller: &Caller, api: &ApiState, rejections: &Rejections) -> Result<(), ApiError> {
    let list: Vec<&Rejection> = rejections.values().collect();
    let body = serde_json::to_vec(&list).unwrap_or_default();
    Ok(app.store_of(caller).set_states(&api.id, &[(REJECTIONS, &body)], clock::now()).await?)
}

fn shown(api: &ApiState, found: &Found, rejections: &Rejections) -> Proposal {
    let rejection = rejections.get(&found.id);
    let id = operation_id(&api.id, &key_of_label(&found.operation));
    let evidence = &found.evidence;
    Proposal {
        id: found.id.clone(),
        kind: found.kind.into(),
        operation: found.operation.clone(),
        operation_id: api.view.load().operation(&id).is_some().then_some(id),
        message: found.message.clone(),
        edit: found.edit.clone(),
        obstacle: found.obstacle.clone(),
        pointer: found.place.pointer.clone(),
        line: found.place.line,
        column: found.place.column,
        evidence: ProposalEvidence {
            count: evidence.count,
            first_observed: evidence.first_observed.clone(),
            last_observed: evidence.last_observed.clone(),
            callers: evidence.callers,
            thin: evidence.thin,
        },
        makes_room: found.makes_room,
        state: if rejection.is_some() { ProposalState::Rejected } else { ProposalState::Open },
        rejected_at: rejection.map(|rejection| clock::text(rejection.at)),
        rejected_by: rejection.map(|rejection| rejection.by.clone()),
    }
}

/// Lists what the contract in force lacks of what was learned. Empty while no contract is approved.
#[utoipa::path(get, path = "/api/v1/apis/{id}/proposals", tag = "proposals", params(("id" = String, Path), Filter, Listing<Proposals>),
    responses((status = 200, body = Page<Proposal>),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
    asked: Listing<Proposals>,
) -> Result<Json<Page<Proposal>>, ApiError> {
    let api = find(&app, &caller, &id)?;
    let rejections = rejections(&app, &caller, &api).await?;
    let state = filter.state.unwrap_or(ProposalState::Open);
    let wanted = |proposal: &Proposal| {
        proposal.state == state
            && filter.kind.is_none_or(|kind| proposal.kind == kind)
            && filter.operation_id.as_ref().is_none_or(|id| proposal.operation_id.as_ref() == Some(id))
    };
    let found = proposals::of(&api).await;
    let items = found.iter().map(|found| shown(&api, found, &rejections)).filter(wanted);
    Ok(Json(asked.page(items)))
}

/// One proposal, with the change of the contract's text.
#[utoipa::path(get, path = "/api/v1/apis/{id}/proposals/{proposal_id}", tag = "proposals",
    params(("id" = String, Path), ("proposal_id" = String, Path)),
    responses((status = 200, body = ProposalDetail),
              (status = 404, description = "There is none, or there is none any more.", body = Problem, content_type = "application/problem+json")))]
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path((id, proposal_id)): Path<(String, String)>,
) -> Result<Json<ProposalDetail>, ApiError> {
    let api = find(&app, &caller, &id)?;
    let rejections = rejections(&app, &caller, &api).await?;
    let (approved, all) = (api.config.load().approved.clone(), proposals::of(&api).await);
    let found = all.iter().find(|found| found.id == proposal_id);
    let (Some(approved), Some(found)) = (approved, found) else { return Err(ApiError::not_found("proposal")) };
    let edited = proposals::edited(&approved, vec![found.clone()]).await.ok_or_else(broken)?;
    let refusal = edited.applied.refused.into_iter().next().map(|(_, why)| why);
    Ok(Json(ProposalDetail { proposal: shown(&api, found, &rejections), diff: edited.diff, refusal }))
}

fn broken() -> ApiError {
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "The proposal could not be made in the contract's text.")
}

/// Accepts proposals: edits the text of the contract in force, which keeps its comments and order, and puts it in force.
/// One that cannot be made is named in `refused` and holds up no other.
#[utoipa::path(post, path = "/api/v1/apis/{id}/proposals/accept", tag = "proposals", params(("id" = String, Path)), request_body = AcceptProposals,
    responses((status = 200, body = AcceptedProposals),
              (status = 400, body = Problem, content_type = "application/problem+json"),
              (status = 404, description = "No such API, or no such proposal any more.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "No contract is approved, or a file manages it: ask with `dry_run` for the change to make there.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "The contract could not be used afterwards.", body = Problem, content_type = "application/problem+json")))]
pub async fn accept(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    Json(asked): Json<AcceptProposals>,
) -> Result<Json<AcceptedProposals>, ApiError> {
    if asked.all != asked.ids.is_empty() || asked.ids.len() > MAX_IDS {
        return Err(ApiError::bad_request("Give ids, 1 to 1000, or all."));
    }
    let api = find(&app, &caller, &id)?;
    // What was seen until now is part of what is decided on.
    app.intake.settle().await;
    let guard = app.change.lock().await;
    if !asked.dry_run {
        writable(&api)?;
    }
    let approved = api.config.load().approved.clone();
    let approved = approved.ok_or_else(|| ApiError::conflict("No contract is approved: approve the learned one."))?;
    let (all, mut rejections) = (proposals::of(&api).await, rejections(&app, &caller, &api).await?);
    let open = |found: &&Found| found.makes_room && found.edit.is_some() && !rejections.contains_key(&found.id);
    let chosen: Vec<Found> = match asked.all {
        true => all.iter().filter(open).cloned().collect(),
        false => known(&all, &asked.ids)?,
    };
    let edited = proposals::edited(&approved, chosen).await.ok_or_else(broken)?;
    let accepted = edited.applied.made;
    if !asked.dry_run && edited.text != approved.row.body {
        let source = approved.row.source.clone();
        app.put_in_force(&api, &source, edited.text, &caller.name).await.map_err(super::contract::refusal)?;
        let before = rejections.len();
        rejections.retain(|id, _| !accepted.contains(id));
        if rejections.len() < before {
            keep(&app, &caller, &api, &rejections).await?;
        }
        drop(guard);
        app.publish_snapshot().await?;
        // Whoever reads the inventory and the proposals now sees the contract that is in force.
        app.intake.settle().await;
    }
    let version = api.config.load().approved.as_ref().map_or(0, |approved| approved.row.version);
    let refused = edited.applied.refused.into_iter().map(|(id, reason)| RefusedProposal { id, reason }).collect();
    Ok(Json(AcceptedProposals { accepted, refused, diff: edited.diff, version: u64::try_from(version).unwrap_or(0) }))
}

fn known(all: &[Found], ids: &[String]) -> Result<Vec<Found>, ApiError> {
    let find = |id: &String| all.iter().find(|found| found.id == *id).cloned();
    ids.iter().map(find).collect::<Option<_>>().ok_or_else(|| ApiError::not_found("proposal"))
}

/// Turns proposals down. They stay so, also after a restart, while the evidence is of the same kind.
#[utoipa::path(post, path = "/api/v1/apis/{id}/proposals/reject", tag = "proposals", params(("id" = String, Path)), request_body = ProposalIds,
    responses((status = 204, description = "They are rejected."),
              (status = 400, body = Problem, content_type = "application/problem+json"),
              (status = 404, description = "No such API, or no such proposal.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "Too many are rejected.", body = Problem, content_type = "application/problem+json")))]
pub async fn reject(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    Json(asked): Json<ProposalIds>,
) -> Result<StatusCode, ApiError> {
    checked(&asked)?;
    let api = find(&app, &caller, &id)?;
    let _guard = app.change.lock().await;
    let all = proposals::of(&api).await;
    let mut rejections = rejections(&app, &caller, &api).await?;
    for found in known(&all, &asked.ids)? {
        let rejection = Rejection { id: found.id.clone(), at: clock::now(), by: caller.name.clone() };
        rejections.entry(found.id).or_insert(rejection);
    }
    if rejections.len() > MAX_REJECTIONS {
        return Err(ApiError::conflict(format!("More than {MAX_REJECTIONS} proposals are rejected: accept some.")));
    }
    keep(&app, &caller, &api, &rejections).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Opens rejected proposals again.
#[utoipa::path(post, path = "/api/v1/apis/{id}/proposals/reopen", tag = "proposals", params(("id" = String, Path)), request_body = ProposalIds,
    responses((status = 204, description = "They are open."),
              (status = 400, body = Problem, content_type = "application/problem+json"),
              (status = 404, description = "No such API, or one of them is not rejected.", body = Problem, content_type = "application/problem+json")))]
pub async fn reopen(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Json(asked): Json<ProposalIds>,
) -> Result<StatusCode, ApiError> {
    checked(&asked)?;
    let api = find(&app, &caller, &id)?;
    let _guard = app.change.lock().await;
    let mut rejections = rejections(&app, &caller, &api).await?;
    for id in &asked.ids {
        rejections.remove(id).ok_or_else(|| ApiError::not_found("rejected proposal"))?;
    }
    keep(&app, &caller, &api, &rejections).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn checked(asked: &ProposalIds) -> Result<(), ApiError> {
    match asked.ids.len() {
        1..=MAX_IDS => Ok(()),
        _ => Err(ApiError::bad_request("Give 1 to 1000 ids.")),
    }
}
