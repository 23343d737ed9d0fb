//! Tokens for scripts and gateways.

use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::listing::{Listed, Listing};
use crate::problem::ApiError;
use crate::secret;
use crate::types::{MadeToken, NewToken, Page, Problem, Role, Token};
use axum::extract::{Path, State};
use axum::{Extension, Json};
use http::StatusCode;
use palisade_store::query::List;
use palisade_store::{CredentialRow, Kind, NewCredential, TOKENS};
use std::sync::Arc;

fn shown(row: CredentialRow) -> Token {
    Token {
        id: row.id,
        name: row.name,
        role: Role::parse(&row.role).unwrap_or(Role::Viewer),
        created_at: clock::text(row.created_at),
        expires_at: row.expires_at.map(clock::text),
        last_used_at: row.last_used_at.map(clock::text),
    }
}

/// The list of tokens.
#[derive(Debug)]
pub struct Tokens;

impl Listed for Tokens {
    const LIST: List = TOKENS;
}

/// Lists tokens without their text.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens", params(Listing<Tokens>), responses((status = 200, body = Page<Token>)))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    asked: Listing<Tokens>,
) -> Result<Json<Page<Token>>, ApiError> {
    let page = app.store_of(&caller).credentials(Kind::Token, clock::now(), &asked.query).await?;
    Ok(Json(Page { items: page.items.into_iter().map(shown).collect(), next: page.next }))
}

/// Makes a token. Its text is shown here and never again.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", request_body = NewToken,
    responses((status = 201, body = MadeToken), (status = 400, body = Problem, content_type = "application/problem+json")))]
pub async fn make(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(new): Json<NewToken>,
) -> Result<(StatusCode, Json<MadeToken>), ApiError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(ApiError::bad_request("name has 1 to 100 characters."));
    }
    if new.expires_in_days.is_some_and(|days| !(1..=3650).contains(&days)) {
        return Err(ApiError::bad_request("expires_in_days is a number from 1 to 3650."));
    }
    let text = secret::new("pal_")
        .map_err(|error| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, format!("No random bytes: {error}.")))?;
    let now = clock::now();
    let id = clock::new_id();
    let expires_at = new.expires_in_days.map(|days| now + i64::from(days) * 86_400_000_000);
    let kept = NewCredential {
        id: &id,
        kind: Kind::Token,
        hash: &secret::hash(&text),
        name,
        role: new.role.as_str(),
        created_at: now,
        expires_at,
    };
    app.store_of(&caller).add_credential(&kept).await?;
    let made = Token {
        id: id.clone(),
        name: name.to_owned(),
        role: new.role,
        created_at: clock::text(now),
        expires_at: expires_at.map(clock::text),
        last_used_at: None,
    };
    Ok((StatusCode::CREATED, Json(MadeToken { made, token: text })))
}

/// Revokes a token.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "tokens", params(("id" = String, Path)),
    responses((status = 204, description = "It opens nothing any more."),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "The token of the data directory.", body = Problem, content_type = "application/problem+json")))]
pub async fn revoke(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    if id == app.admin_credential {
        return Err(ApiError::conflict(
            "This is the token in the file admin.token: remove the file and start again to replace it.",
        ));
    }
    match app.store_of(&caller).remove_credential(Kind::Token, &id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("token")),
    }
}
