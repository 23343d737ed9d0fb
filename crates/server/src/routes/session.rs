//! Signing in and out.

use crate::app::App;
use crate::auth::{self, Caller, SESSION_LIFE};
use crate::clock;
use crate::problem::ApiError;
use crate::secret;
use crate::shield::too_many;
use crate::types::{Login, Problem, Role, Session};
use axum::extract::{ConnectInfo, Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::{Extension, Json};
use http::{HeaderValue, StatusCode, header};
use palisade_store::{Kind, NewCredential};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The code of a login link.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Code {
    /// The code of the link.
    #[serde(default)]
    #[param(max_length = 200)]
    pub code: String,
}

const BAD_LINK: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Palisade: sign in</title>\
<h1>This link does not work any more</h1>\
<p>A login link works once, within ten minutes. Start <code>palisade serve</code> again: it prints a new one. \
Or <a href=\"/login\">sign in with the admin token</a>, the content of the file <code>admin.token</code> in the data \
directory.</p></html>";

/// Signs in by a login link, once within ten minutes.
#[utoipa::path(get, path = "/login", tag = "session", params(Code), security(()),
    responses((status = 303, description = "Signed in; the cookie is set."),
              (status = 403, description = "The link was used or is too old; a page says what to do."),
              (status = 429, description = "Too many attempts.")))]
pub async fn login_link(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Query(query): Query<Code>,
) -> Result<Response, ApiError> {
    if query.code.is_empty() {
        // The page to paste a token on is the console's own.
        return Ok(crate::ui::index());
    }
    if !app.pace.attempt(from.ip()) {
        return Ok((StatusCode::TOO_MANY_REQUESTS, Html("Too many attempts; wait a minute.")).into_response());
    }
    let hash = secret::hash(&query.code);
    if !app.store.take_credential(Kind::LoginCode, &hash, clock::now()).await? {
        return Ok((StatusCode::FORBIDDEN, Html(BAD_LINK)).into_response());
    }
    let cookie = open_session(&app, "login link", Role::Admin, None).await?;
    let headers = [(header::LOCATION, HeaderValue::from_static("/")), (header::SET_COOKIE, cookie)];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

async fn open_session(app: &App, name: &str, role: Role, until: Option<i64>) -> Result<HeaderValue, ApiError> {
    let session = secret::new("")
        .map_err(|error| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, format!("No random bytes: {error}.")))?;
    let now = clock::now();
    let life = now + SESSION_LIFE;
    let new = NewCredential {
        id: &clock::new_id(),
        kind: Kind::Session,
        hash: &secret::hash(&session),
        name,
        role: role.as_str(),
        created_at: now,
        // A session does not outlive the token it was opened with.
        expires_at: Some(until.map_or(life, |until| until.min(life))),
    };
    app.store.add_credential(&new).await?;
    app.store.sweep_credentials(now).await?;
    Ok(auth::set_cookie(Some(&session)))
}

/// Signs in with a token; sets the session cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = Login, security(()),
    responses((status = 204, description = "Signed in; the cookie is set."),
              (status = 401, description = "The token opens nothing.", body = Problem, content_type = "application/problem+json"),
              (status = 429, description = "Too many attempts.", body = Problem, content_type = "application/problem+json")))]
pub async fn sign_in(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Json(login): Json<Login>,
) -> Result<Response, Response> {
    let address: IpAddr = from.ip();
    if !app.pace.attempt(address) {
        return Err(too_many().into_response());
    }
    let refused = |error: ApiError| error.into_response();
    let hash = secret::hash(login.token.trim());
    let found = app.store.credential(Kind::Token, &hash, clock::now()).await.map_err(|error| refused(error.into()))?;
    let good = found.filter(|row| secret::same(&row.hash, &hash));
    let Some((row, role)) = good.and_then(|row| Role::parse(&row.role).map(|role| (row, role))) else {
        tracing::warn!(client = %address, "a sign-in with a bad token was refused");
        return Err(refused(ApiError::new(StatusCode::UNAUTHORIZED, "This token opens nothing.")));
    };
    let cookie = open_session(&app, &row.name, role, row.expires_at).await.map_err(refused)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Who is signed in, and where things are.
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = Session),
              (status = 401, description = "Not signed in.", body = Problem, content_type = "application/problem+json")))]
pub async fn session(State(app): State<Arc<App>>, Extension(caller): Extension<Caller>) -> Json<Session> {
    Json(Session {
        role: caller.role,
        expires_at: caller.expires_at.map(clock::text),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        demo: app.settings.demo,
        gateway_url: app.settings.gateway_url.clone(),
        control_url: app.settings.control_url.clone(),
        data_dir: app.settings.data_dir.display().to_string(),
    })
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204, description = "Signed out; the cookie ends.")))]
pub async fn sign_out(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<impl IntoResponse, ApiError> {
    if caller.by_cookie {
        app.store_of(&caller).remove_credential(Kind::Session, &caller.id).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, auth::set_cookie(None))]))
}
