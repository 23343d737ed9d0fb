//! What traffic and contract differ in, and what changed. Violations are findings: `GET /api/v1/apis/{id}/findings`.

use super::find;
use crate::app::App;
use crate::auth::Caller;
use crate::clock::text;
use crate::core::drift::{Mark, Matter, Subject, Why};
use crate::core::view::View;
use crate::core::{ApiState, operation_id};
use crate::listing::{Listed, Listing};
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use palisade_drift::{Change, ChangeKind, Direction};
use palisade_store::query::{Column, Kind, List};
use std::sync::Arc;

/// Which entries are asked for.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DriftQuery {
    /// On the list for this reason.
    pub reason: Option<DriftReason>,
    /// Of this kind.
    pub subject: Option<DriftSubject>,
    /// So under the contract in force, or not any more.
    pub open: Option<bool>,
}

/// Where traffic and contract differ.
#[derive(Debug)]
pub struct Drift;

impl Listed for Drift {
    const LIST: List = List {
        name: "drift",
        columns: &[
            Column::new("id", Kind::Id, ""),
            Column::new("reason", Kind::Words(&["shadow", "zombie"]), ""),
            Column::new("subject", Kind::Words(&["operation", "parameter", "property"]), ""),
            Column::new("operation_id", Kind::Id, "").optional(),
            Column::new("operation", Kind::Text, "").optional(),
            Column::new("in", Kind::Text, "").optional(),
            Column::new("name", Kind::Text, "").optional(),
            Column::new("first_observed", Kind::Time, ""),
            Column::new("last_observed", Kind::Time, ""),
            Column::new("count", Kind::Number, ""),
            Column::new("open", Kind::Truth, ""),
        ],
        sort: "",
        id: "",
    };
}

/// Changes of operations.
#[derive(Debug)]
pub struct OperationChanges;

impl Listed for OperationChanges {
    const LIST: List = List {
        name: "changes",
        columns: &[
            Column::new("id", Kind::Id, ""),
            Column::new("time", Kind::Time, ""),
            Column::new("operation_id", Kind::Id, ""),
            Column::new("operation", Kind::Text, ""),
            Column::new("kind", Kind::Text, ""),
            Column::new("direction", Kind::Words(&["request", "response"]), ""),
            Column::new("in", Kind::Text, "").optional(),
            Column::new("name", Kind::Text, "").optional(),
            Column::new("pointer", Kind::Text, "").optional(),
        ],
        sort: "",
        id: "",
    };
}

/// Shadow and zombie operations, parameters and properties with their times, the newest first. They outlive restarts and
/// changes of the contract.
#[utoipa::path(get, path = "/api/v1/apis/{id}/drift", tag = "drift", params(("id" = String, Path), DriftQuery, Listing<Drift>),
    responses((status = 200, body = Page<DriftItem>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(query): Query<DriftQuery>,
    asked: Listing<Drift>,
) -> Result<Json<Page<DriftItem>>, ApiError> {
    let api = find(&app, &caller, &id)?;
    let view = api.view.load_full();
    let wanted = |item: &DriftItem| {
        query.reason.is_none_or(|reason| item.reason == reason)
            && query.subject.is_none_or(|subject| item.subject == subject)
            && query.open.is_none_or(|open| item.open == open)
    };
    let mut marks: Vec<(&Matter, &Mark)> = view.drift.marks.iter().collect();
    marks.sort_by(|one, two| two.1.last.cmp(&one.1.last).then_with(|| one.0.cmp(two.0)));
    Ok(Json(asked.page(marks.into_iter().map(|(matter, mark)| item(&api, matter, mark)).filter(wanted))))
}

fn item(api: &ApiState, matter: &Matter, mark: &Mark) -> DriftItem {
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    DriftItem {
        id: matter.id(),
        reason: match matter.why {
            Why::Shadow => DriftReason::Shadow,
            Why::Zombie => DriftReason::Zombie,
        },
        subject: match matter.subject {
            Subject::Operation => DriftSubject::Operation,
            Subject::Parameter => DriftSubject::Parameter,
            Subject::Property => DriftSubject::Property,
        },
        operation_id: (!matter.key.is_empty()).then(|| operation_id(&api.id, &matter.key)),
        operation: known(&mark.operation),
        location: known(&matter.location),
        name: known(&matter.name),
        first_observed: text(mark.first),
        last_observed: text(mark.last),
        count: mark.count(),
        open: mark.open,
    }
}

/// Changes of all operations, the newest first. The newest 50 of an operation are kept.
#[utoipa::path(get, path = "/api/v1/apis/{id}/changes", tag = "drift", params(("id" = String, Path), Listing<OperationChanges>),
    responses((status = 200, body = Page<OperationChange>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn changes(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    asked: Listing<OperationChanges>,
) -> Result<Json<Page<OperationChange>>, ApiError> {
    let api = find(&app, &caller, &id)?;
    let view = api.view.load_full();
    Ok(Json(asked.page(view.drift.changes.iter().map(|(key, change)| shown(&api, &view, key, change)))))
}

/// Changes of one operation, the newest first.
#[utoipa::path(get, path = "/api/v1/apis/{id}/operations/{operation_id}/changes", tag = "drift",
    params(("id" = String, Path), ("operation_id" = String, Path), Listing<OperationChanges>),
    responses((status = 200, body = Page<OperationChange>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn changes_of_operation(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path((id, operation_id)): Path<(String, String)>,
    asked: Listing<OperationChanges>,
) -> Result<Json<Page<OperationChange>>, ApiError> {
    let api = find(&app, &caller, &id)?;
    let view = api.view.load_full();
    let known = view.operation(&operation_id).ok_or_else(|| ApiError::not_found("operation"))?;
    let own = view.drift.changes.iter().filter(|(key, _)| *key == known.key);
    Ok(Json(asked.page(own.map(|(key, change)| shown(&api, &view, key, change)))))
}

fn shown(api: &ApiState, view: &View, key: &str, change: &Change) -> OperationChange {
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let kind = match change.kind {
        ChangeKind::ParameterAdded => OperationChangeKind::ParameterAdded,
        ChangeKind::PropertyAdded => OperationChangeKind::PropertyAdded,
        ChangeKind::PropertyRemoved => OperationChangeKind::PropertyRemoved,
        ChangeKind::PropertyRetyped => OperationChangeKind::PropertyRetyped,
        ChangeKind::StatusAdded => OperationChangeKind::StatusAdded,
        ChangeKind::MediaTypeAdded => OperationChangeKind::MediaTypeAdded,
        ChangeKind::AuthenticationChanged => OperationChangeKind::AuthenticationChanged,
    };
    let of_property =
        matches!(change.kind, ChangeKind::PropertyAdded | ChangeKind::PropertyRemoved | ChangeKind::PropertyRetyped);
    let exchange = change.exchange.to_string();
    let parts = [
        key,
        &exchange,
        &format!("{:?} {:?}", change.kind, change.direction),
        &change.location,
        &change.name,
        &change.pointer,
        &change.after,
    ];
    let named = view.operations.iter().find(|known| known.key == key);
    OperationChange {
        id: crate::secret::hash(&parts.join("\0")).get(..16).unwrap_or_default().to_owned(),
        time: text(change.time),
        operation_id: operation_id(&api.id, key),
        operation: named.map_or_else(|| key.to_owned(), |known| format!("{} {}", known.method, known.template)),
        kind,
        direction: match change.direction {
            Direction::Request => MessageDirection::Request,
            Direction::Response => MessageDirection::Response,
        },
        location: known(&change.location),
        name: known(&change.name),
        pointer: of_property.then(|| change.pointer.clone()),
        before: known(&change.before),
        after: known(&change.after),
        exchange_id: exchange,
    }
}
