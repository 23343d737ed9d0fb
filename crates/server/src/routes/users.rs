//! Users: administered by admins of the default project.

use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::core::users;
use crate::listing::{Listed, Listing};
use crate::password;
use crate::problem::ApiError;
use crate::types::{MadeUser, Membership, NewMembership, NewUser, Page, Problem, Role, User, UserPatch};
use axum::extract::{Path, State};
use axum::{Extension, Json};
use http::StatusCode;
use palisade_store::query::List;
use palisade_store::{Changed, MembershipRow, USERS, UserChange, UserRow};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most projects of one user.
const MAX_MEMBERSHIPS: usize = 1_000;

pub(super) fn memberships(rows: Vec<MembershipRow>) -> Vec<Membership> {
    let shown = |row: MembershipRow| {
        Role::parse(&row.role).map(|role| Membership { project: row.project, project_id: row.project_id, role })
    };
    rows.into_iter().filter_map(shown).collect()
}

fn shown(row: UserRow, roles: Vec<MembershipRow>) -> User {
    User {
        id: row.id,
        name: row.name,
        display_name: row.display_name,
        issuer: row.issuer,
        disabled: row.disabled,
        must_change_password: row.must_change,
        memberships: memberships(roles),
        created_at: clock::text(row.created_at),
        last_signed_in_at: row.last_signed_in_at.map(clock::text),
    }
}

async fn found(app: &App, id: &str) -> Result<User, ApiError> {
    let row = app.store.user(id).await?.ok_or_else(|| ApiError::not_found("user"))?;
    let roles = app.store.memberships(&[id]).await?.remove(id).unwrap_or_default();
    Ok(shown(row, roles))
}

/// Ids of projects and roles, checked.
async fn roles(app: &App, given: &[NewMembership]) -> Result<Vec<(String, String)>, ApiError> {
    if given.len() > MAX_MEMBERSHIPS {
        return Err(ApiError::bad_request(format!("There are at most {MAX_MEMBERSHIPS} memberships.")));
    }
    let projects = app.store.all_projects().await?;
    let mut roles = BTreeMap::new();
    for membership in given {
        let wanted = membership.project.as_str();
        let project = projects.iter().find(|row| row.project == wanted || row.project_id == wanted);
        let project = project.ok_or_else(|| ApiError::bad_request(format!("There is no project {wanted:?}.")))?;
        if !Role::OF_PEOPLE.contains(&membership.role) {
            let words = Role::OF_PEOPLE.map(Role::as_str).join(", ");
            return Err(ApiError::bad_request(format!(
                "The roles of users are {words}; others are for key pairs and tokens."
            )));
        }
        if roles.insert(project.project_id.clone(), membership.role.as_str().to_owned()).is_some() {
            return Err(ApiError::bad_request(format!("The project {wanted:?} stands twice.")));
        }
    }
    Ok(roles.into_iter().collect())
}

fn display_name(text: &str) -> Result<&str, ApiError> {
    let text = text.trim();
    let good = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    good.then_some(text).ok_or_else(|| ApiError::bad_request("display_name has 1 to 100 characters."))
}

fn judged(changed: Changed) -> Result<(), ApiError> {
    match changed {
        Changed::Done => Ok(()),
        Changed::Missing => Err(ApiError::not_found("user")),
        Changed::LastAdmin => Err(ApiError::conflict(
            "This is the last admin of the installation: make another one first (role admin in the default project).",
        )),
    }
}

/// The list of users.
#[derive(Debug)]
pub struct Users;

impl Listed for Users {
    const LIST: List = USERS;
}

/// Lists users.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", params(Listing<Users>), responses((status = 200, body = Page<User>)))]
pub async fn list(State(app): State<Arc<App>>, asked: Listing<Users>) -> Result<Json<Page<User>>, ApiError> {
    let page = app.store.users(&asked.query).await?;
    let ids: Vec<&str> = page.items.iter().map(|row| row.id.as_str()).collect();
    let mut roles = app.store.memberships(&ids).await?;
    let mut user = |row: UserRow| {
        let roles = roles.remove(&row.id).unwrap_or_default();
        shown(row, roles)
    };
    Ok(Json(Page { items: page.items.into_iter().map(&mut user).collect(), next: page.next }))
}

/// Makes a user with a password that works once: it is shown here and never again.
#[utoipa::path(post, path = "/api/v1/users", tag = "users", request_body = NewUser,
    responses((status = 201, body = MadeUser),
              (status = 400, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "The name is taken.", body = Problem, content_type = "application/problem+json")))]
pub async fn make(
    State(app): State<Arc<App>>,
    Json(new): Json<NewUser>,
) -> Result<(StatusCode, Json<MadeUser>), ApiError> {
    let name = users::name(&new.name).ok_or_else(|| {
        ApiError::bad_request("name has 1 to 64 letters, digits and . _ - + @, and begins with a letter or digit.")
    })?;
    let display_name = display_name(new.display_name.as_deref().unwrap_or(&name))?.to_owned();
    let roles = roles(&app, &new.memberships).await?;
    let password = password::one_time().map_err(crate::app::Error::from)?;
    let hash = app.passwords.hash(password.clone()).await?;
    let row = users::row(&name, &display_name, Some(hash));
    if !app.store.add_user(&row, &roles).await? {
        return Err(ApiError::conflict(format!("There is a user {name} already.")));
    }
    let made = found(&app, &row.id).await?;
    Ok((StatusCode::CREATED, Json(MadeUser { made, password })))
}

/// One user.
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "users", params(("id" = String, Path)),
    responses((status = 200, body = User), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn get(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<User>, ApiError> {
    found(&app, &id).await.map(Json)
}

/// Changes a user. When rights change, the user's sessions end; key pairs do at once what the user may do now.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", params(("id" = String, Path)), request_body = UserPatch,
    responses((status = 200, body = User),
              (status = 400, body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "The last admin.", body = Problem, content_type = "application/problem+json")))]
pub async fn patch(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Json(patch): Json<UserPatch>,
) -> Result<Json<User>, ApiError> {
    let roles = match &patch.memberships {
        Some(given) => Some(roles(&app, given).await?),
        None => None,
    };
    let change = UserChange {
        display_name: patch.display_name.as_deref().map(display_name).transpose()?,
        disabled: patch.disabled,
        memberships: roles.as_deref(),
    };
    judged(app.store.change_user(&id, &change).await?)?;
    found(&app, &id).await.map(Json)
}

/// Gives a user a password that works once, in place of theirs; their sessions end.
#[utoipa::path(post, path = "/api/v1/users/{id}/password", tag = "users", params(("id" = String, Path)),
    responses((status = 201, body = MadeUser),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "An identity provider vouches for the user.", body = Problem, content_type = "application/problem+json")))]
pub async fn reset(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<MadeUser>), ApiError> {
    let user = found(&app, &id).await?;
    if user.issuer.is_some() {
        return Err(ApiError::conflict("An identity provider vouches for this user: they have no password here."));
    }
    let password = users::reset_password(&app.store, &user.name).await?.ok_or_else(|| ApiError::not_found("user"))?;
    let made = found(&app, &id).await?;
    Ok((StatusCode::CREATED, Json(MadeUser { made, password })))
}

/// Removes a user, with their sessions and key pairs.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "users", params(("id" = String, Path)),
    responses((status = 204, description = "Nothing of theirs opens anything any more."),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "The last admin, or oneself.", body = Problem, content_type = "application/problem+json")))]
pub async fn remove(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    if caller.user.as_deref() == Some(id.as_str()) {
        return Err(ApiError::conflict("You cannot remove yourself: another admin can."));
    }
    judged(app.store.remove_user(&id).await?)?;
    Ok(StatusCode::NO_CONTENT)
}
