//! Signing in and out.

use crate::app::App;
use crate::auth::{self, Caller, SESSION_LIFE};
use crate::clock;
use crate::problem::ApiError;
use crate::secret;
use crate::types::{Login, Problem, Role, Session};
use axum::extract::{ConnectInfo, Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::{Extension, Json};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use palisade_store::{DEFAULT_PROJECT, Kind, SessionRow};
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
    headers: HeaderMap,
    Query(query): Query<Code>,
) -> Result<Response, ApiError> {
    if query.code.is_empty() {
        // The page to paste a token on is the console's own.
        return Ok(crate::ui::index());
    }
    if slowed(&app, from.ip()).is_err() {
        return Ok((StatusCode::TOO_MANY_REQUESTS, Html("Too many attempts; wait some minutes.")).into_response());
    }
    let hash = secret::hash(&query.code);
    if !app.store.take_credential(Kind::LoginCode, &hash, clock::now()).await? {
        return Ok((StatusCode::FORBIDDEN, Html(BAD_LINK)).into_response());
    }
    app.sign_in_guesses.forgive(from.ip());
    let opener = Opener { from: from.ip(), headers: &headers };
    let cookie = opener.open(&app, DEFAULT_PROJECT, Of::LoginLink).await?;
    let headers = [(header::LOCATION, HeaderValue::from_static("/")), (header::SET_COOKIE, cookie)];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

/// Counts an attempt to sign in.
///
/// # Errors
/// The attempt is to be refused unseen.
fn slowed(app: &App, from: IpAddr) -> Result<(), ApiError> {
    let now = clock::now();
    if !app.sign_ins.take(now) {
        return Err(ApiError::too_many("Too many attempts to sign in", 60));
    }
    app.sign_in_guesses
        .attempt(from, now)
        .map_err(|wait| ApiError::too_many("Too many attempts to sign in came from your address", wait))
}

/// Whose a new session is.
enum Of<'a> {
    /// Whoever has the terminal.
    LoginLink,
    /// Of a token: id, name, role, end.
    Token(&'a str, &'a str, Role, Option<i64>),
}

/// Who opens a session, and from where.
struct Opener<'a> {
    from: IpAddr,
    headers: &'a HeaderMap,
}

impl Opener<'_> {
    /// Opens a session with a secret that nobody had before, and gives its cookie.
    async fn open(&self, app: &App, project: &str, of: Of<'_>) -> Result<HeaderValue, ApiError> {
        let secret = secret::new("").map_err(crate::app::Error::from)?;
        let now = clock::now();
        let life = now + SESSION_LIFE;
        let agent = self.headers.get(header::USER_AGENT).map_or(String::new(), |agent| {
            let agent = String::from_utf8_lossy(agent.as_bytes());
            agent.chars().filter(|letter| !letter.is_control()).take(200).collect()
        });
        let mut row = SessionRow {
            id: clock::new_id(),
            project_id: project.to_owned(),
            hash: secret::hash(&secret),
            user_id: None,
            credential_id: None,
            name: "login link".to_owned(),
            role: Role::Admin.as_str().to_owned(),
            address: self.from.to_string(),
            agent,
            created_at: now,
            seen_at: now,
            expires_at: life,
        };
        match of {
            Of::LoginLink => {}
            Of::Token(id, name, role, until) => {
                row.credential_id = Some(id.to_owned());
                row.name = name.to_owned();
                row.role = role.as_str().to_owned();
                // A session does not outlive the token it was opened with.
                row.expires_at = until.map_or(life, |until| until.min(life));
            }
        }
        app.store.add_session(&row).await?;
        crate::core::keys::sweep(&app.store).await?;
        Ok(auth::set_cookie(app, Some(&secret)))
    }
}

/// Signs in with a token; sets the session cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = Login, security(()),
    responses((status = 204, description = "Signed in; the cookie is set."),
              (status = 401, description = "The token opens nothing.", body = Problem, content_type = "application/problem+json"),
              (status = 429, description = "Too many attempts.", body = Problem, content_type = "application/problem+json")))]
pub async fn sign_in(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Json(login): Json<Login>,
) -> Result<Response, ApiError> {
    let address: IpAddr = from.ip();
    slowed(&app, address)?;
    let hash = secret::hash(login.token.trim());
    let found = app.store.credential(Kind::Token, &hash, clock::now()).await?;
    let good = found.filter(|row| secret::same(&row.hash, &hash));
    let Some((row, role)) = good.and_then(|row| Role::parse(&row.role).map(|role| (row, role))) else {
        tracing::warn!(client = %address, "a sign-in with a bad token was refused");
        return Err(ApiError::new(StatusCode::UNAUTHORIZED, "This token opens nothing."));
    };
    app.sign_in_guesses.forgive(address);
    let opener = Opener { from: address, headers: &headers };
    let cookie = opener.open(&app, &row.project_id, Of::Token(&row.id, &row.name, role, row.expires_at)).await?;
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
    if caller.by_cookie() {
        app.store.end_session(&caller.id).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, auth::set_cookie(&app, None))]))
}
