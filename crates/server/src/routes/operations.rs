//! The inventory.

use super::{find, writable};
use crate::app::App;
use crate::auth::Caller;
use crate::core::view::{Accepted, Known};
use crate::listing::{Listed, Listing};
use crate::present;
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use palisade_store::query::{Column, Kind, List, Query as Rows};
use palisade_store::{EVENTS, EventFilter, OPERATIONS};
use std::sync::Arc;

/// The operations of every API of a project.
#[derive(Debug)]
pub struct Inventory;

impl Listed for Inventory {
    const LIST: List = OPERATIONS;
}

/// Lists the operations of every API of the project. What traffic changes is seen here within seconds.
#[utoipa::path(get, path = "/api/v1/operations", tag = "operations", operation_id = "list_inventory", params(Listing<Inventory>),
    responses((status = 200, body = Page<KnownOperation>),
              (status = 400, description = "A parameter cannot be used.", body = Problem, content_type = "application/problem+json")))]
pub async fn inventory(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    asked: Listing<Inventory>,
) -> Result<Json<Page<KnownOperation>>, ApiError> {
    let page = app.store_of(&caller).operations(&asked.query).await?;
    Ok(Json(Page { items: page.items.into_iter().map(present::known_operation).collect(), next: page.next }))
}

/// Which operations are asked for.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OperationQuery {
    /// In this state.
    pub state: Option<State_>,
    /// Method or template contains this text, case aside.
    #[param(max_length = 200)]
    pub q: Option<String>,
}

/// The operations of an API.
#[derive(Debug)]
pub struct Operations;

impl Listed for Operations {
    const LIST: List = List {
        name: "operations",
        columns: &[
            Column::new("id", Kind::Id, ""),
            Column::new("method", Kind::Text, ""),
            Column::new("path", Kind::Text, ""),
            Column::new("hits", Kind::Number, ""),
            Column::new("first_observed", Kind::Time, "").optional(),
            Column::new("last_observed", Kind::Time, "").optional(),
            Column::new("state", Kind::Words(&["documented", "learned", "shadow", "zombie", "orphan"]), ""),
            Column::new("protected", Kind::Truth, ""),
            Column::new("protection", Kind::Text, ""),
            Column::new("deprecated", Kind::Truth, ""),
            Column::new("authenticated", Kind::Text, ""),
            Column::new("principals", Kind::Number, ""),
            Column::new("findings", Kind::Number, ""),
            Column::new("worst", Kind::Words(&["info", "low", "medium", "high", "critical"]), "").optional(),
            Column::new("summary", Kind::Text, "").optional(),
        ],
        sort: "",
        id: "",
    };
}

type State_ = crate::types::State;

/// Lists operations of inventory and contract, by path and method unless asked otherwise.
#[utoipa::path(get, path = "/api/v1/apis/{id}/operations", tag = "operations", params(("id" = String, Path), OperationQuery, Listing<Operations>),
    responses((status = 200, body = Page<Operation>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    axum::extract::State(app): axum::extract::State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(query): Query<OperationQuery>,
    asked: Listing<Operations>,
) -> Result<Json<Page<Operation>>, ApiError> {
    let api = find(&app, &caller, &id)?;
    let (config, view) = (api.config.load_full(), api.view.load_full());
    let words = query.q.as_deref().unwrap_or("").to_lowercase();
    let wanted = |known: &&Known| {
        query.state.is_none_or(|state| known.state == state)
            && (words.is_empty() || format!("{} {}", known.method, known.template).to_lowercase().contains(&words))
    };
    let accepted = Accepted::of(&app.store_of(&caller)).await?;
    let index = present::finding_index(&config, &view, &accepted);
    let mut items: Vec<Operation> = view
        .operations
        .iter()
        .filter(wanted)
        .map(|known| present::operation(&config, &view, known, index.get(&known.key)))
        .collect();
    items.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    Ok(Json(asked.page(items)))
}

/// One operation with everything known about it.
#[utoipa::path(get, path = "/api/v1/apis/{id}/operations/{operation_id}", tag = "operations",
    params(("id" = String, Path), ("operation_id" = String, Path)),
    responses((status = 200, body = OperationDetail), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path((id, operation_id)): Path<(String, String)>,
) -> Result<Json<OperationDetail>, ApiError> {
    let api = find(&app, &caller, &id)?;
    let (config, view) = (api.config.load_full(), api.view.load_full());
    let known = view.operation(&operation_id).ok_or_else(|| ApiError::not_found("operation"))?;
    let accepted = Accepted::of(&app.store_of(&caller)).await?;
    let index = present::finding_index(&config, &view, &accepted);
    let filter = EventFilter { api_id: Some(&api.id), operation_id: Some(&operation_id), ..EventFilter::default() };
    let events = app.store_of(&caller).events(&filter, &Rows::first(&EVENTS, 10)).await?;
    let seen = known.seen.as_ref();
    let parameters = seen.map(|seen| {
        let shown = seen.parameters.iter().map(|parameter| Parameter {
            location: parameter.location.to_string(),
            name: parameter.name.clone(),
            kind: parameter.kind.to_string(),
            format: parameter.format.map(|format| format.to_string()),
            required: parameter.required,
            seen: parameter.seen,
            evidence: parameter.evidence.clone(),
        });
        shown.collect()
    });
    let findings = present::findings_of(&config, &view, &known.key);
    Ok(Json(OperationDetail {
        operation: present::operation(&config, &view, known, index.get(&known.key)),
        parameters: parameters.unwrap_or_default(),
        request_media: seen.map(|seen| seen.request_media.clone()).unwrap_or_default(),
        response_media: seen.map(|seen| seen.response_media.clone()).unwrap_or_default(),
        sample_path: present::sample_path(known),
        curl: present::curl(&app.settings.gateway_url, &config, known, present::needs_credential(known)),
        recent_events: events.items.into_iter().map(|row| present::event(&app, &caller.project, row, None)).collect(),
        findings_list: findings.into_iter().cloned().map(Finding::from).collect(),
    }))
}

/// Sets what a person wants for an operation.
#[utoipa::path(patch, path = "/api/v1/apis/{id}/operations/{operation_id}", tag = "operations",
    params(("id" = String, Path), ("operation_id" = String, Path)), request_body = OperationPatch,
    responses((status = 200, body = Operation),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A file manages the API, or the approved contract does not have the operation.", body = Problem, content_type = "application/problem+json")))]
pub async fn patch(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path((id, operation_id)): Path<(String, String)>,
    Json(change): Json<OperationPatch>,
) -> Result<Json<Operation>, ApiError> {
    let guard = app.change.lock().await;
    let api = find(&app, &caller, &id)?;
    writable(&api)?;
    let (config, view) = (api.config.load_full(), api.view.load_full());
    let known = view.operation(&operation_id).ok_or_else(|| ApiError::not_found("operation"))?.clone();
    if config.approved.as_ref().is_some_and(|approved| approved.operation(&known.key).is_none()) {
        return Err(ApiError::conflict(
            "The approved contract does not have this operation: block mode refuses it as an unknown path. Approve a contract that has it, or allow an event of it.",
        ));
    }
    let chosen = match change.protection {
        ChosenProtection::Auto => None,
        ChosenProtection::Observe => Some("observe"),
        ChosenProtection::Block => Some("block"),
    };
    app.store_of(&caller).set_protection(&api.id, &known.key, chosen).await?;
    app.configure(&api, |config| match chosen {
        Some(chosen) => drop(config.protections.insert(known.key.clone(), chosen.to_owned())),
        None => drop(config.protections.remove(&known.key)),
    })
    .await;
    drop(guard);
    app.publish_snapshot().await?;
    let (config, view) = (api.config.load_full(), api.view.load_full());
    let accepted = Accepted::of(&app.store_of(&caller)).await?;
    let index = present::finding_index(&config, &view, &accepted);
    Ok(Json(present::operation(&config, &view, &known, index.get(&known.key))))
}
