//! APIs: their mode, findings, preview and exceptions.

use super::fields::Fields;
use super::{find, writable};
use crate::app::{ApiSpec, App, NotAdded, Refused};
use crate::auth::Caller;
use crate::listing::{Listed, Listing};
use crate::present;
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use http::StatusCode;
use palisade_gateway::{check_upstream, host_pattern_is_valid};
use palisade_store::query::{Cell, Column, Kind, List};
use palisade_store::{EXCEPTIONS, FINDINGS};
use std::sync::Arc;

/// The list of APIs.
#[derive(Debug)]
pub struct Apis;

impl Listed for Apis {
    const LIST: List = List {
        name: "apis",
        columns: &[
            Column::new("id", Kind::Id, ""),
            Column::new("name", Kind::Text, ""),
            Column::new("hosts", Kind::Text, "").unsorted(),
            Column::new("base_path", Kind::Text, ""),
            Column::new("upstreams", Kind::Text, "").unsorted(),
            Column::new("mode", Kind::Words(&["observe", "block"]), ""),
            Column::new("managed_by", Kind::Words(&["ui", "file", "flags", "demo"]), ""),
            Column::new("created_at", Kind::Time, ""),
            Column::new("last_observed", Kind::Time, "").optional(),
            Column::new("exchanges", Kind::Number, ""),
            Column::new("operations", Kind::Number, ""),
            Column::new("state_counts.shadow", Kind::Number, ""),
            Column::new("state_counts.zombie", Kind::Number, ""),
            Column::new("state_counts.orphan", Kind::Number, ""),
            Column::new("audit.score.total", Kind::Number, "").optional(),
            Column::new("read_only", Kind::Truth, ""),
        ],
        sort: "id",
        id: "",
    };
}

/// Lists the APIs behind the gateway.
#[utoipa::path(get, path = "/api/v1/apis", tag = "apis", params(Listing<Apis>),
    responses((status = 200, body = Page<Api>), (status = 400, body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    asked: Listing<Apis>,
) -> Json<Page<Api>> {
    Json(asked.page(app.apis_of(&caller.project).values().map(|api| present::api(api))))
}

/// One API.
#[utoipa::path(get, path = "/api/v1/apis/{id}", tag = "apis", params(("id" = String, Path)),
    responses((status = 200, body = Api), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Api>, ApiError> {
    find(&app, &caller, &id).map(|api| Json(present::api(&api)))
}

/// APIs of a project.
const MOST: usize = 10_000;
/// Hosts of one API, and upstreams.
const MAX_ITEMS: usize = 100;
/// Bytes of a PEM bundle.
const MAX_PEM: usize = 1 << 20;
/// Largest body of an API to add: a contract within JSON.
pub const MAX_NEW: usize = 2 * super::contract::MAX_CONTRACT;

#[derive(Default)]
struct Mistakes(Vec<FieldError>);

impl Mistakes {
    fn add(&mut self, pointer: String, code: &str, message: String) {
        let location = "body".to_owned();
        self.0.push(FieldError { location, name: String::new(), pointer, code: code.to_owned(), message });
    }
}

/// The definition of an API with its hosts in lower case.
fn checked(spec: ApiSpec) -> Result<ApiSpec, ApiError> {
    let mut mistakes = Mistakes::default();
    let name = spec.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        mistakes.add("/name".to_owned(), "length", "has 1 to 100 characters and no control characters".to_owned());
    }
    for (pointer, count) in [("/hosts", spec.hosts.len()), ("/upstreams", spec.upstreams.len())] {
        if count > MAX_ITEMS {
            mistakes.add(pointer.to_owned(), "too_many", format!("has at most {MAX_ITEMS} items"));
        }
    }
    for (at, host) in spec.hosts.iter().enumerate().take(MAX_ITEMS) {
        if !host_pattern_is_valid(host) {
            let message = "is a host, `*` or `*.DOMAIN`, without a port".to_owned();
            mistakes.add(format!("/hosts/{at}"), "host", message);
        }
    }
    let path = &spec.base_path;
    if !path.starts_with('/') || path.len() > 500 || path.bytes().any(|byte| byte <= b' ' || byte > b'~') {
        let message = "starts with `/` and has at most 500 visible ASCII characters".to_owned();
        mistakes.add("/base_path".to_owned(), "pattern", message);
    }
    for (at, url) in spec.upstreams.iter().enumerate().take(MAX_ITEMS) {
        if let Err(error) = check_upstream(url) {
            mistakes.add(format!("/upstreams/{at}"), "url", error.to_string());
        }
    }
    if spec.upstream_ca.as_ref().is_some_and(|pem| pem.len() > MAX_PEM || !pem.contains("-----BEGIN CERTIFICATE-----"))
    {
        mistakes.add("/upstream_ca".to_owned(), "pem", "is a bundle of PEM certificates of at most 1 MiB".to_owned());
    }
    match mistakes.0.first() {
        None => {
            let hosts = spec.hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
            Ok(ApiSpec { name, hosts, ..spec })
        }
        Some(first) => {
            let detail = format!("{} {}.", first.pointer, first.message);
            Err(ApiError::invalid(detail, mistakes.0))
        }
    }
}

fn refused(error: crate::Error) -> ApiError {
    match error {
        crate::Error::Store(error) => error.into(),
        other => ApiError::conflict(format!("{other}.")),
    }
}

/// Adds an API. It is in force at the gateways when the answer comes.
#[utoipa::path(post, path = "/api/v1/apis", tag = "apis", operation_id = "add_api", request_body = NewApi,
    responses((status = 201, body = Api),
              (status = 400, description = "The body is no JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "Another API has the name, there are too many, or there is no contract to block by.", body = Problem, content_type = "application/problem+json"),
              (status = 413, description = "More than 32 MiB.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "It cannot be used; errors name the places, findings those in the contract.", body = Problem, content_type = "application/problem+json")))]
pub async fn add(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Fields(new): Fields<NewApi>,
) -> Result<(StatusCode, Json<Api>), ApiError> {
    let spec = checked(ApiSpec {
        name: new.name,
        hosts: new.hosts,
        base_path: new.base_path.unwrap_or_else(|| "/".to_owned()),
        upstreams: new.upstreams,
        upstream_ca: new.upstream_ca,
        mode: new.mode.map(Into::into),
        contract: new.contract,
        delivery: palisade_guard::Delivery::default(),
        protection: None,
        managed_by: ManagedBy::Ui,
    })?;
    if new.mode == Some(Mode::Block) && spec.contract.is_none() {
        return Err(ApiError::conflict("Block mode needs a contract: give one, or begin in observe mode."));
    }
    match app.add(&caller.project, &spec, MOST).await {
        Ok(api) => Ok((StatusCode::CREATED, Json(present::api(&api)))),
        Err(NotAdded::Named) => Err(ApiError::conflict(format!("Another API is called {}.", spec.name))),
        Err(NotAdded::Many) => Err(ApiError::conflict(format!("There are {MOST} APIs, which is the most."))),
        Err(NotAdded::Contract(unusable)) => Err(super::contract::refusal(Refused::Unusable(unusable))),
        Err(NotAdded::Failed(error)) => Err(refused(error)),
    }
}

/// Changes an API; what is left out stays. It is in force at the gateway of this process when the answer comes.
#[utoipa::path(patch, path = "/api/v1/apis/{id}", tag = "apis", params(("id" = String, Path)), request_body = ApiPatch,
    responses((status = 200, body = Api),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A file or the command line manages the API, another one has the name, or no contract is approved to block by.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "It cannot be used; errors name the places.", body = Problem, content_type = "application/problem+json")))]
pub async fn patch(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    Fields(change): Fields<ApiPatch>,
) -> Result<Json<Api>, ApiError> {
    let guard = app.change.lock().await;
    let api = find(&app, &caller, &id)?;
    writable(&api)?;
    let config = api.config.load_full();
    let wants_block = change.mode == Some(Mode::Block);
    if wants_block && config.approved.is_none() {
        return Err(ApiError::conflict("No contract is approved: approve the learned one or upload one, then block."));
    }
    let defines = change.name.is_some()
        || change.hosts.is_some()
        || change.base_path.is_some()
        || change.upstreams.is_some()
        || change.upstream_ca.is_some();
    if defines {
        let row = &config.row;
        if ManagedBy::parse(&row.managed_by) != ManagedBy::Ui {
            let detail = format!("The command line defines {}: change it there.", row.name);
            return Err(ApiError::conflict(detail));
        }
        let spec = checked(ApiSpec {
            name: change.name.unwrap_or_else(|| row.name.clone()),
            hosts: change.hosts.unwrap_or_else(|| config.hosts.clone()),
            base_path: change.base_path.unwrap_or_else(|| row.base_path.clone()),
            upstreams: change.upstreams.unwrap_or_else(|| config.upstreams.clone()),
            upstream_ca: change.upstream_ca.or_else(|| row.upstream_ca.clone()).filter(|pem| !pem.is_empty()),
            mode: None,
            contract: None,
            delivery: config.delivery.clone(),
            protection: None,
            managed_by: ManagedBy::Ui,
        })?;
        if app
            .apis_of(&caller.project)
            .values()
            .any(|other| other.id != api.id && other.config.load().row.name == spec.name)
        {
            return Err(ApiError::conflict(format!("Another API is called {}.", spec.name)));
        }
        app.redefine(&api, &spec).await.map_err(refused)?;
    }
    let config = api.config.load_full();
    if let Some(mode) = change.mode
        && (mode == Mode::Block) != config.blocks()
    {
        app.protect(&api, mode.into(), config.protection.settings.clone(), &caller.name).await?;
    }
    drop(guard);
    app.publish_snapshot().await?;
    Ok(Json(present::api(&api)))
}

/// Removes an API with everything that was kept of it: contracts, what was learned, findings, events, exceptions, its trace
/// sources. Gateways serve it no longer.
#[utoipa::path(delete, path = "/api/v1/apis/{id}", tag = "apis", operation_id = "remove_api", params(("id" = String, Path)),
    responses((status = 204, description = "It is gone."),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A file or the command line defines it.", body = Problem, content_type = "application/problem+json")))]
pub async fn remove(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let guard = app.change.lock().await;
    let api = find(&app, &caller, &id)?;
    writable(&api)?;
    let config = api.config.load_full();
    if ManagedBy::parse(&config.row.managed_by) != ManagedBy::Ui {
        let detail = format!("The command line defines {}: start without it, then remove it.", config.row.name);
        return Err(ApiError::conflict(detail));
    }
    app.remove(&api).await?;
    drop(guard);
    app.publish_snapshot().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which findings are asked for.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindingQuery {
    /// Of this severity.
    pub severity: Option<SeverityName>,
    /// Of this engine.
    pub engine: Option<Engine>,
}

/// The findings of an API.
#[derive(Debug)]
pub struct Findings;

impl Listed for Findings {
    const LIST: List = FINDINGS;
}

/// Findings in traffic and contract, the most serious first. Fixed ones are left out unless `filter` asks for a state.
#[utoipa::path(get, path = "/api/v1/apis/{id}/findings", tag = "apis", params(("id" = String, Path), FindingQuery, Listing<Findings>),
    responses((status = 200, body = Page<KeptFinding>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn findings(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(query): Query<FindingQuery>,
    asked: Listing<Findings>,
) -> Result<Json<Page<KeptFinding>>, ApiError> {
    let api = find(&app, &caller, &id)?;
    let severity = query.severity.map(|severity| match severity {
        SeverityName::Critical => "critical",
        SeverityName::High => "high",
        SeverityName::Medium => "medium",
        SeverityName::Low => "low",
        SeverityName::Info => "info",
    });
    let engine = query.engine.map(Engine::as_str);
    let word = |word: &str| Cell::Text(word.to_owned());
    let query = asked.query.with("severity", severity.map(word)).with("engine", engine.map(word));
    let store = app.store_of(&caller);
    store.lapse_acknowledgements(crate::clock::now()).await?;
    let page = store.findings(Some(&api.id), &query).await?;
    Ok(Json(Page { items: page.items.into_iter().map(present::kept_finding).collect(), next: page.next }))
}

/// What block mode would have done, on traffic the contract was not learned from.
#[utoipa::path(get, path = "/api/v1/apis/{id}/preview", tag = "apis", params(("id" = String, Path)),
    responses((status = 200, body = Preview), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn preview(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Preview>, ApiError> {
    find(&app, &caller, &id).map(|api| Json(present::preview(&api)))
}

/// The exceptions of an API.
#[derive(Debug)]
pub struct Exceptions;

impl Listed for Exceptions {
    const LIST: List = EXCEPTIONS;
}

/// What people allowed, oldest first.
#[utoipa::path(get, path = "/api/v1/apis/{id}/exceptions", tag = "apis", params(("id" = String, Path), Listing<Exceptions>),
    responses((status = 200, body = Page<Exception>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn exceptions(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    asked: Listing<Exceptions>,
) -> Result<Json<Page<Exception>>, ApiError> {
    let api = find(&app, &caller, &id)?;
    let page = app.store_of(&caller).exceptions(&api.id, &asked.query).await?;
    Ok(Json(Page { items: page.items.into_iter().map(present::exception).collect(), next: page.next }))
}

/// Takes "allow this" back: the exception, and those made by the same click.
#[utoipa::path(delete, path = "/api/v1/apis/{id}/exceptions/{exception_id}", tag = "apis",
    params(("id" = String, Path), ("exception_id" = String, Path)),
    responses((status = 204, description = "It is blocked again."),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn undo(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path((id, exception_id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let guard = app.change.lock().await;
    let api = find(&app, &caller, &id)?;
    writable(&api)?;
    let config = api.config.load_full();
    let Some(named) = config.exceptions.iter().find(|row| row.id == exception_id) else {
        return Err(ApiError::not_found("exception"));
    };
    let together: Vec<String> = config
        .exceptions
        .iter()
        .filter(|row| row.id == named.id || (row.event_id == named.event_id && row.created_at == named.created_at))
        .map(|row| row.id.clone())
        .collect();
    for id in &together {
        app.store_of(&caller).remove_exception(&api.id, id).await?;
    }
    app.configure(&api, |config| config.exceptions.retain(|row| !together.contains(&row.id))).await;
    drop(guard);
    app.publish_snapshot().await?;
    Ok(StatusCode::NO_CONTENT)
}
