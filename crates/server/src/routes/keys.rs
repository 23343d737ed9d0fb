//! Key pairs for programs: everyone's own, and all of the project for its admins.

use crate::app::App;
use crate::auth::{Caller, Credential};
use crate::clock;
use crate::core::keys::NewKey;
use crate::listing::{Listed, Listing};
use crate::problem::ApiError;
use crate::types::{KeyPair, KeyPairState, MadeKeyPair, NewKeyPair, Page, Problem, Role};
use axum::extract::{Path, State};
use axum::{Extension, Json};
use http::StatusCode;
use palisade_store::query::List;
use palisade_store::{KEY_PAIRS, KeyPairRow};
use std::sync::Arc;

const DAY: i64 = 86_400_000_000;

fn shown(row: KeyPairRow, now: i64) -> KeyPair {
    let state = match (row.revoked_at, row.expires_at) {
        (Some(_), _) => KeyPairState::Revoked,
        (None, Some(end)) if end <= now => KeyPairState::Expired,
        _ => KeyPairState::Active,
    };
    KeyPair {
        id: row.id,
        name: row.name,
        access_key: row.access_key,
        role: Role::parse(&row.role).unwrap_or(Role::Viewer),
        scopes: serde_json::from_str(&row.scopes).unwrap_or_default(),
        state,
        user_id: row.user_id,
        created_by: row.created_by,
        created_at: clock::text(row.created_at),
        expires_at: row.expires_at.map(clock::text),
        last_used_at: row.last_used_at.map(clock::text),
        revoked_at: row.revoked_at.map(clock::text),
    }
}

/// The list of key pairs.
#[derive(Debug)]
pub struct Keys;

impl Listed for Keys {
    const LIST: List = KEY_PAIRS;
}

/// Lists key pairs without their secret keys: the caller's own; for an admin, all of the project. Those that ended stay
/// listed for a while.
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys", params(Listing<Keys>), responses((status = 200, body = Page<KeyPair>)))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    asked: Listing<Keys>,
) -> Result<Json<Page<KeyPair>>, ApiError> {
    let own = if caller.role == Role::Admin { None } else { Some(caller.principal()) };
    let page = app.store_of(&caller).key_pairs(own, &asked.query).await?;
    let now = clock::now();
    Ok(Json(Page { items: page.items.into_iter().map(|row| shown(row, now)).collect(), next: page.next }))
}

/// Makes a key pair. Its secret key is shown here and never again.
#[utoipa::path(post, path = "/api/v1/keys", tag = "keys", request_body = NewKeyPair,
    responses((status = 201, body = MadeKeyPair),
              (status = 400, body = Problem, content_type = "application/problem+json"),
              (status = 403, description = "The role is above the caller's, or the caller is no user.", body = Problem, content_type = "application/problem+json")))]
pub async fn make(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(new): Json<NewKeyPair>,
) -> Result<(StatusCode, Json<MadeKeyPair>), ApiError> {
    if new.expires_in_days.is_some_and(|days| !(1..=3650).contains(&days)) {
        return Err(ApiError::bad_request("expires_in_days is a number from 1 to 3650."));
    }
    let forbidden = |detail: String| Err(ApiError::new(StatusCode::FORBIDDEN, detail));
    if caller.role != Role::Admin && caller.credential != Credential::Session {
        return forbidden(
            "Sign in to make key pairs of your own: neither a token nor a key pair makes others.".to_owned(),
        );
    }
    if caller.role != Role::Admin && caller.user.is_none() {
        return forbidden("Key pairs belong to users: sign in by name and password.".to_owned());
    }
    if !caller.role.may_give(new.role) || !caller.scopes.is_empty() {
        let (own, asked) = (caller.role.as_str(), new.role.as_str());
        return forbidden(format!(
            "Who has the role {own} may not make a key pair with the role {asked} and all its rights."
        ));
    }
    let key = NewKey {
        name: &new.name,
        role: new.role,
        scopes: &new.scopes,
        life: new.expires_in_days.map(|days| i64::from(days) * DAY),
        user_id: caller.user.as_deref(),
        created_by: &caller.name,
    };
    if let Some(mistake) = key.mistake() {
        return Err(ApiError::bad_request(mistake));
    }
    let (row, secret_key) = key.make(&app.store_of(&caller)).await?;
    Ok((StatusCode::CREATED, Json(MadeKeyPair { made: shown(row, clock::now()), secret_key })))
}

/// Revokes a key pair, by its id or access key: it opens nothing any more.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "keys", params(("id" = String, Path)),
    responses((status = 204, description = "It opens nothing any more."),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn revoke(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let store = app.store_of(&caller);
    let own = |row: &KeyPairRow| caller.role == Role::Admin || row.user_id.as_deref() == Some(caller.principal());
    let Some(row) = store.key_pair_row(&id).await?.filter(own) else { return Err(ApiError::not_found("key pair")) };
    match store.revoke_key_pair(&row.id, clock::now()).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("key pair that is not revoked yet")),
    }
}
