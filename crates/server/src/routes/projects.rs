//! Projects: made, named and removed by those who administer the installation.

use super::fields::Fields;
use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::listing::{Listed, Listing};
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, State};
use axum::{Extension, Json};
use http::StatusCode;
use palisade_store::query::List;
use palisade_store::{DEFAULT_PROJECT, PROJECTS, ProjectRow};
use std::sync::Arc;

/// Projects of an installation.
const MOST: usize = 1000;

/// The list of projects.
#[derive(Debug)]
pub struct Projects;

impl Listed for Projects {
    const LIST: List = PROJECTS;
}

fn shown(row: ProjectRow) -> Project {
    Project {
        first: row.id == DEFAULT_PROJECT,
        id: row.id,
        name: row.name,
        description: row.description,
        created_at: clock::text(row.created_at),
        created_by: row.created_by,
        updated_at: (row.updated_at > 0).then(|| clock::text(row.updated_at)),
    }
}

/// True for an admin of the project that every installation begins with.
fn administers(caller: &Caller) -> bool {
    caller.role == Role::Admin && &*caller.project == DEFAULT_PROJECT
}

fn administrator(caller: &Caller) -> Result<(), ApiError> {
    match administers(caller) {
        true => Ok(()),
        false => Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "Only an admin of the project that the installation began with makes, changes and removes projects.",
        )),
    }
}

/// A project the caller may see: every one for those who administer the installation, its own for others.
async fn visible(app: &App, caller: &Caller, id: &str) -> Result<ProjectRow, ApiError> {
    let found = app.store.project_named(id).await?;
    let seen = found.filter(|row| administers(caller) || *row.id == *caller.project);
    seen.ok_or_else(|| ApiError::not_found("project"))
}

fn checked(change: &ProjectChange) -> Result<(String, String), ApiError> {
    let error = |pointer: &str, code: &str, message: &str| {
        let error = FieldError {
            location: "body".to_owned(),
            name: String::new(),
            pointer: pointer.to_owned(),
            code: code.to_owned(),
            message: message.to_owned(),
        };
        ApiError::invalid(format!("{pointer} {message}."), vec![error])
    };
    let name = change.name.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if !(1..=60).contains(&name.len()) || !name.bytes().all(plain) {
        return Err(error("/name", "pattern", "has 1 to 60 letters, digits, '.', '_' and '-'"));
    }
    let description = change.description.trim();
    if description.chars().count() > 500 || description.chars().any(char::is_control) {
        return Err(error("/description", "length", "has at most 500 characters on one line"));
    }
    Ok((name.to_owned(), description.to_owned()))
}

fn taken(name: &str) -> ApiError {
    ApiError::conflict(format!("Another project is called {name}."))
}

/// Lists projects: all of them for those who administer the installation, else the caller's own.
#[utoipa::path(get, path = "/api/v1/projects", tag = "projects", operation_id = "list_projects", params(Listing<Projects>),
    responses((status = 200, body = Page<Project>),
              (status = 400, description = "A parameter cannot be used.", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    asked: Listing<Projects>,
) -> Result<Json<Page<Project>>, ApiError> {
    if !administers(&caller) {
        let own = app.store.project_named(&caller.project).await?;
        return Ok(Json(asked.page(own.map(shown))));
    }
    let page = app.store.projects(&asked.query).await?;
    Ok(Json(Page { items: page.items.into_iter().map(shown).collect(), next: page.next }))
}

/// Makes a project. It begins empty: make a credential for it, and APIs in it.
#[utoipa::path(post, path = "/api/v1/projects", tag = "projects", operation_id = "add_project", request_body = ProjectChange,
    responses((status = 201, body = Project),
              (status = 400, description = "The body is no JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 403, description = "The caller does not administer the installation.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "Another project has the name, or there are 1000.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "It cannot be used; errors name the places.", body = Problem, content_type = "application/problem+json")))]
pub async fn add(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Fields(new): Fields<ProjectChange>,
) -> Result<(StatusCode, Json<Project>), ApiError> {
    administrator(&caller)?;
    let (name, description) = checked(&new)?;
    let _guard = app.change.lock().await;
    if app.store.project_ids().await?.len() >= MOST {
        return Err(ApiError::conflict("There are 1000 projects, which is the most."));
    }
    let row = ProjectRow {
        id: clock::new_id(),
        name,
        description,
        created_at: clock::now(),
        created_by: caller.name,
        updated_at: 0,
    };
    if !app.store.add_project(&row).await? {
        return Err(taken(&row.name));
    }
    app.open_project(&row.id).await?;
    Ok((StatusCode::CREATED, Json(shown(row))))
}

/// One project, by its id or name.
#[utoipa::path(get, path = "/api/v1/projects/{project_id}", tag = "projects", operation_id = "get_project", params(("project_id" = String, Path)),
    responses((status = 200, body = Project), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Project>, ApiError> {
    Ok(Json(shown(visible(&app, &caller, &id).await?)))
}

/// Sets name and description of a project, whole.
#[utoipa::path(put, path = "/api/v1/projects/{project_id}", tag = "projects", operation_id = "put_project", params(("project_id" = String, Path)), request_body = ProjectChange,
    responses((status = 200, body = Project),
              (status = 400, description = "The body is no JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 403, description = "The caller does not administer the installation.", body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "Another project has the name.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "It cannot be used; errors name the places.", body = Problem, content_type = "application/problem+json")))]
pub async fn put(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Fields(change): Fields<ProjectChange>,
) -> Result<Json<Project>, ApiError> {
    let known = visible(&app, &caller, &id).await?;
    administrator(&caller)?;
    let (name, description) = checked(&change)?;
    let _guard = app.change.lock().await;
    if app.store.project_named(&name).await?.is_some_and(|other| other.id != known.id) {
        return Err(taken(&name));
    }
    let row = ProjectRow { name, description, updated_at: clock::now(), ..known };
    match app.store.set_project(&row).await? {
        true => Ok(Json(shown(row))),
        false => Err(ApiError::not_found("project")),
    }
}

/// Removes a project with everything in it: APIs, what was learned, findings, events, credentials. The project that the
/// installation began with stays.
#[utoipa::path(delete, path = "/api/v1/projects/{project_id}", tag = "projects", operation_id = "remove_project", params(("project_id" = String, Path)),
    responses((status = 204, description = "It is gone."),
              (status = 403, description = "The caller does not administer the installation.", body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "The project that the installation began with.", body = Problem, content_type = "application/problem+json")))]
pub async fn remove(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let known = visible(&app, &caller, &id).await?;
    administrator(&caller)?;
    if known.id == DEFAULT_PROJECT {
        return Err(ApiError::conflict("The project that the installation began with stays."));
    }
    let _guard = app.change.lock().await;
    app.close_project(&known.id).await?;
    match app.store.remove_project(&known.id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("project")),
    }
}
