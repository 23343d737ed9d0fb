//! Network lists that APIs share, and the proxies whose word on the client's address is taken.

use super::fields::Fields;
use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::core::protection::{List as Kept, MAX_NETWORKS, network, networks, uses_of};
use crate::core::stored::TRUSTED_PROXIES;
use crate::listing::{Listed, Listing};
use crate::problem::ApiError;
use crate::types::*;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use ipnet::IpNet;
use palisade_store::NetworkListRow;
use palisade_store::query::{Column, Kind, List};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Largest body of a list.
pub const MAX_LIST: usize = 2 << 20;
/// Lists of a project.
const MAX_LISTS: usize = 500;
/// Trusted proxies.
const MAX_PROXIES: usize = 1000;

fn texts(networks: &[IpNet]) -> Vec<String> {
    networks.iter().map(ToString::to_string).collect()
}

fn uses(app: &App, caller: &Caller, name: &str) -> Vec<ListUse> {
    let mut uses = Vec::new();
    for api in app.apis_of(&caller.project).values() {
        let config = api.config.load();
        uses.extend(uses_of(name, &config.protection.settings).into_iter().map(|role| ListUse {
            api_id: api.id.to_string(),
            api_name: config.row.name.clone(),
            role,
        }));
    }
    uses
}

fn shown(app: &App, caller: &Caller, list: &Kept) -> NetworkList {
    NetworkList {
        id: list.id.clone(),
        name: list.list.name.clone(),
        description: list.description.clone(),
        networks: texts(&list.list.networks),
        used_by: uses(app, caller, &list.list.name),
        updated_at: list.updated.as_ref().map(|(at, _)| clock::text(*at)),
        updated_by: list.updated.as_ref().map(|(_, by)| by.clone()),
        read_only: list.updated.is_none(),
    }
}

fn wanted(app: &App, caller: &Caller, id: &str) -> Result<Kept, ApiError> {
    let networks = app.networks_of(&caller.project);
    networks.lists.iter().find(|list| list.id == id).cloned().ok_or_else(|| ApiError::not_found("network list"))
}

fn writable(list: &Kept) -> Result<(), ApiError> {
    match list.updated {
        Some(_) => Ok(()),
        None => Err(ApiError::conflict(format!("A gateway file manages {}: change it there.", list.list.name))),
    }
}

fn invalid(errors: Vec<FieldError>) -> ApiError {
    let first = errors.first().map(|error| {
        let place = if error.pointer.is_empty() { &error.name } else { &error.pointer };
        format!(" {place}: {}.", error.message)
    });
    ApiError::invalid(format!("The networks cannot be used.{}", first.unwrap_or_default()), errors)
}

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

/// The list a change leads to, checked against the others.
fn checked(
    app: &App,
    caller: &Caller,
    id: &str,
    change: &NetworkListChange,
) -> Result<(String, String, Vec<IpNet>), ApiError> {
    let name = change.name.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if !(1..=100).contains(&name.len()) || !name.bytes().all(plain) {
        return Err(field("/name", "pattern", "has 1 to 100 letters, digits, '.', '_' and '-'"));
    }
    let all = app.networks_of(&caller.project);
    if all.lists.iter().any(|list| list.list.name == name && list.id != id) {
        return Err(ApiError::conflict(format!("Another network list is called {name}.")));
    }
    let description = change.description.trim();
    if description.chars().count() > 500 || description.chars().any(char::is_control) {
        return Err(field("/description", "length", "has at most 500 characters on one line"));
    }
    Ok((name.to_owned(), description.to_owned(), networks(&change.networks).map_err(invalid)?))
}

async fn keep(app: &App, mut list: Kept, caller: &Caller) -> Result<NetworkList, ApiError> {
    let now = clock::now();
    let row = NetworkListRow {
        id: list.id.clone(),
        name: list.list.name.clone(),
        description: list.description.clone(),
        networks: serde_json::to_string(&list.list.networks).unwrap_or_else(|_| "[]".to_owned()),
        created_at: list.created_at,
        updated_at: now,
        updated_by: caller.name.clone(),
    };
    app.store_of(caller).put_network_list(&row).await?;
    list.updated = Some((now, caller.name.clone()));
    app.set_networks(&caller.project, |networks| {
        networks.lists.retain(|kept| kept.id != list.id);
        networks.lists.push(list.clone());
    });
    app.publish_snapshot().await?;
    Ok(shown(app, caller, &list))
}

/// The network lists.
#[derive(Debug)]
pub struct NetworkLists;

impl Listed for NetworkLists {
    const LIST: List = List {
        name: "network-lists",
        columns: &[
            Column::new("id", Kind::Id, ""),
            Column::new("name", Kind::Text, ""),
            Column::new("description", Kind::Text, ""),
            Column::new("networks", Kind::Text, "").unsorted(),
            Column::new("updated_at", Kind::Time, "").optional(),
            Column::new("updated_by", Kind::Text, "").optional(),
            Column::new("read_only", Kind::Truth, ""),
        ],
        sort: "name",
        id: "",
    };
}

/// Lists network lists, by name.
#[utoipa::path(get, path = "/api/v1/network-lists", tag = "networks", operation_id = "list_network_lists", params(Listing<NetworkLists>),
    responses((status = 200, body = Page<NetworkList>),
              (status = 400, description = "A parameter cannot be used.", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    asked: Listing<NetworkLists>,
) -> Json<Page<NetworkList>> {
    Json(asked.page(app.networks_of(&caller.project).lists.iter().map(|list| shown(&app, &caller, list))))
}

/// Adds a network list.
#[utoipa::path(post, path = "/api/v1/network-lists", tag = "networks", operation_id = "add_network_list", request_body = NetworkListChange,
    responses((status = 201, body = NetworkList),
              (status = 400, description = "The body is no JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "Another list has the name, or there are 500.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "It cannot be used; errors name the places.", body = Problem, content_type = "application/problem+json")))]
pub async fn add(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Fields(new): Fields<NetworkListChange>,
) -> Result<(StatusCode, Json<NetworkList>), ApiError> {
    let _guard = app.change.lock().await;
    if app.networks_of(&caller.project).lists.len() >= MAX_LISTS {
        return Err(ApiError::conflict("There are 500 network lists: remove one first."));
    }
    let id = clock::new_id();
    let (name, description, networks) = checked(&app, &caller, &id, &new)?;
    let list = palisade_guard::NetworkList { name, networks };
    let list = Kept { id, description, list, created_at: clock::now(), updated: None };
    Ok((StatusCode::CREATED, Json(keep(&app, list, &caller).await?)))
}

/// One network list.
#[utoipa::path(get, path = "/api/v1/network-lists/{list_id}", tag = "networks", operation_id = "get_network_list", params(("list_id" = String, Path)),
    responses((status = 200, body = NetworkList), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<NetworkList>, ApiError> {
    wanted(&app, &caller, &id).map(|list| Json(shown(&app, &caller, &list)))
}

/// Changes a network list, whole. Policies that name it follow at once. A list that is named keeps its name.
#[utoipa::path(put, path = "/api/v1/network-lists/{list_id}", tag = "networks", operation_id = "put_network_list", params(("list_id" = String, Path)), request_body = NetworkListChange,
    responses((status = 200, body = NetworkList),
              (status = 400, description = "The body is no JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A file manages it, another list has the name, or it is named and would change its own.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "It cannot be used; errors name the places.", body = Problem, content_type = "application/problem+json")))]
pub async fn put(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    Fields(change): Fields<NetworkListChange>,
) -> Result<Json<NetworkList>, ApiError> {
    let _guard = app.change.lock().await;
    let known = wanted(&app, &caller, &id)?;
    writable(&known)?;
    let (name, description, networks) = checked(&app, &caller, &id, &change)?;
    if name != known.list.name && !uses(&app, &caller, &known.list.name).is_empty() {
        return Err(ApiError::conflict(format!("{} is named by policies: it keeps its name.", known.list.name)));
    }
    let list = Kept { description, list: palisade_guard::NetworkList { name, networks }, ..known };
    keep(&app, list, &caller).await.map(Json)
}

/// Removes a network list that no policy names.
#[utoipa::path(delete, path = "/api/v1/network-lists/{list_id}", tag = "networks", operation_id = "remove_network_list", params(("list_id" = String, Path)),
    responses((status = 204, description = "It is gone."),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A file manages it, or policies name it.", body = Problem, content_type = "application/problem+json")))]
pub async fn remove(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let _guard = app.change.lock().await;
    let known = wanted(&app, &caller, &id)?;
    writable(&known)?;
    let users: BTreeSet<String> = uses(&app, &caller, &known.list.name).into_iter().map(|user| user.api_name).collect();
    if !users.is_empty() {
        let users: Vec<String> = users.into_iter().take(10).collect();
        return Err(ApiError::conflict(format!("{} is named by {}.", known.list.name, users.join(", "))));
    }
    app.store_of(&caller).remove_network_list(&id).await?;
    app.set_networks(&caller.project, |networks| networks.lists.retain(|list| list.id != id));
    app.publish_snapshot().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The networks of a list, one a line; as CSV with the column `network` when `Accept` asks for `text/csv`.
#[utoipa::path(get, path = "/api/v1/network-lists/{list_id}/networks", tag = "networks", operation_id = "export_network_list", params(("list_id" = String, Path)),
    responses((status = 200, description = "One a line.", content((String = "text/plain"), (String = "text/csv"))),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn export(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let list = wanted(&app, &caller, &id)?.list;
    let csv =
        headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|it| it.contains("text/csv"));
    let mut text = String::from(if csv { "network\r\n" } else { "" });
    for network in &list.networks {
        text += &network.to_string();
        text += if csv { "\r\n" } else { "\n" };
    }
    let (media, ending) = if csv { ("text/csv", "csv") } else { ("text/plain", "txt") };
    let mut answer = text.into_response();
    let kind = format!("{media}; charset=utf-8");
    let saved = format!("attachment; filename=\"{}.{ending}\"", list.name);
    for (name, value) in [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, saved)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            answer.headers_mut().insert(name, value);
        }
    }
    Ok(answer)
}

/// Reads networks line by line: `#` begins a comment; of CSV the first column counts, and its first line may name it.
fn lines(body: &[u8], csv: bool) -> Result<Vec<IpNet>, ApiError> {
    let text = std::str::from_utf8(body).map_err(|_| ApiError::bad_request("The text is not UTF-8."))?;
    let (mut found, mut errors) = (BTreeSet::new(), Vec::new());
    let mut first = true;
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = if csv { line.split(',').next().unwrap_or("") } else { line.split('#').next().unwrap_or("") };
        let line = line.trim().trim_matches('"').trim();
        if line.is_empty() || csv && line.starts_with('#') {
            continue;
        }
        let title = csv && std::mem::take(&mut first) && line.bytes().all(|byte| byte.is_ascii_alphabetic());
        match network(line) {
            Ok(network) => drop(found.insert(network)),
            Err(_) if title => {}
            Err(message) if errors.len() < 100 => errors.push(FieldError {
                location: "body".to_owned(),
                name: format!("line {}", at + 1),
                pointer: String::new(),
                code: "network".to_owned(),
                message,
            }),
            Err(_) => {}
        }
        if found.len() > MAX_NETWORKS {
            return Err(field("/networks", "too_many", "has more than 20000 networks"));
        }
    }
    if errors.is_empty() { Ok(found.into_iter().collect()) } else { Err(invalid(errors)) }
}

/// Replaces the networks of a list by a text of one a line, or by CSV whose first column holds them.
#[utoipa::path(put, path = "/api/v1/network-lists/{list_id}/networks", tag = "networks", operation_id = "import_network_list", params(("list_id" = String, Path)),
    request_body(content((String = "text/plain"), (String = "text/csv"))),
    responses((status = 200, body = NetworkList),
              (status = 400, description = "The text is not UTF-8.", body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A file manages it.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is neither text nor CSV.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "A line cannot be used; errors name the lines.", body = Problem, content_type = "application/problem+json")))]
pub async fn import(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<NetworkList>, ApiError> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let csv = match media.split(';').next().unwrap_or("").trim() {
        "text/plain" => false,
        "text/csv" => true,
        _ => return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send text/plain or text/csv.")),
    };
    let _guard = app.change.lock().await;
    let known = wanted(&app, &caller, &id)?;
    writable(&known)?;
    let networks = lines(&body, csv)?;
    let list = Kept { list: palisade_guard::NetworkList { networks, ..known.list.clone() }, ..known };
    keep(&app, list, &caller).await.map(Json)
}

/// The proxies whose word on the client's address is taken.
#[utoipa::path(get, path = "/api/v1/trusted-proxies", tag = "networks", operation_id = "get_trusted_proxies",
    responses((status = 200, body = TrustedProxies)))]
pub async fn proxies(State(app): State<Arc<App>>, Extension(caller): Extension<Caller>) -> Json<TrustedProxies> {
    Json(TrustedProxies { networks: texts(&app.networks_of(&caller.project).proxies) })
}

/// Sets the proxies whose word on the client's address is taken, for every API.
#[utoipa::path(put, path = "/api/v1/trusted-proxies", tag = "networks", operation_id = "put_trusted_proxies", request_body = TrustedProxies,
    responses((status = 200, body = TrustedProxies),
              (status = 400, description = "The body is no JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A file names them.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "They cannot be used; errors name the places.", body = Problem, content_type = "application/problem+json")))]
pub async fn set_proxies(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Fields(change): Fields<TrustedProxies>,
) -> Result<Json<TrustedProxies>, ApiError> {
    let _guard = app.change.lock().await;
    if app.networks_of(&caller.project).proxies_read_only {
        return Err(ApiError::conflict("A gateway file names the trusted proxies: change them there."));
    }
    if change.networks.len() > MAX_PROXIES {
        return Err(field("/networks", "too_many", "has at most 1000 networks"));
    }
    let proxies = networks(&change.networks).map_err(invalid)?;
    let text = serde_json::to_string(&proxies).unwrap_or_else(|_| "[]".to_owned());
    app.store_of(&caller).set_setting(TRUSTED_PROXIES, &text).await?;
    app.set_networks(&caller.project, |networks| networks.proxies.clone_from(&proxies));
    app.publish_snapshot().await?;
    Ok(Json(TrustedProxies { networks: texts(&proxies) }))
}
