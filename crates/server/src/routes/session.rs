//! Signing in and out.

use crate::app::App;
use crate::auth::{self, Caller, Credential, SESSION_IDLE, SESSION_LIFE};
use crate::clock;
use crate::core::users;
use crate::password;
use crate::problem::ApiError;
use crate::secret;
use crate::types::{
    Login, NamedUser, OwnSession, OwnSessions, PasswordChange, Problem, Role, Session, SessionPatch, SessionProject,
};
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::{Extension, Json};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use palisade_store::{DEFAULT_PROJECT, Kind, SessionRow, UserRow};
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
pub(super) fn slowed(app: &App, from: IpAddr) -> Result<(), ApiError> {
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
    /// Of a user.
    User(&'a UserRow),
}

/// Who opens a session, and from where.
struct Opener<'a> {
    from: IpAddr,
    headers: &'a HeaderMap,
}

impl Opener<'_> {
    /// Opens a session with a secret that nobody had before, and gives its cookie. One that the browser had ends.
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
            Of::User(user) => {
                row.user_id = Some(user.id.clone());
                row.name.clone_from(&user.name);
                // A user's role is looked up each time.
                row.role = String::new();
            }
        }
        if let Some(before) = auth::cookie(self.headers, auth::cookie_name(app))
            && let Some(before) = app.store.session(&secret::hash(before), now, now - SESSION_IDLE).await?
        {
            app.store.end_session(&before.id).await?;
        }
        app.store.add_session(&row).await?;
        crate::core::keys::sweep(&app.store).await?;
        Ok(auth::set_cookie(app, Some(&secret)))
    }
}

/// Opens a session for a user who showed who they are, in a project by name or id, else in the default one or the first
/// they have a role in. Gives the cookie.
///
/// # Errors
/// 403 for a user who may not work there, or nowhere.
pub async fn open_for_user(
    app: &App,
    user: &UserRow,
    project: Option<&str>,
    from: IpAddr,
    headers: &HeaderMap,
) -> Result<HeaderValue, ApiError> {
    let forbidden = |detail: &str| ApiError::new(StatusCode::FORBIDDEN, detail);
    if user.disabled {
        return Err(forbidden("This user is disabled."));
    }
    let projects = app.store.projects_of(&user.id).await?;
    let chosen = match project {
        Some(wanted) => projects.iter().find(|row| row.project == wanted || row.project_id == wanted),
        None => projects.iter().find(|row| row.project_id == DEFAULT_PROJECT).or(projects.first()),
    };
    let Some(chosen) = chosen else {
        return Err(forbidden(match project {
            Some(_) => "You have no role in the project that was chosen.",
            None => "You have no role in any project: an admin gives you one.",
        }));
    };
    app.store.touch_user(&user.id, clock::now()).await?;
    Opener { from, headers }.open(app, &chosen.project_id, Of::User(user)).await
}

/// Opens a session for someone whom an identity provider vouches for, and gives the cookie.
///
/// # Errors
/// 403 for a user who is disabled, or whom no role is mapped to.
pub async fn open_external(
    app: &App,
    from: IpAddr,
    headers: &HeaderMap,
    who: &users::ExternalUser<'_>,
) -> Result<HeaderValue, ApiError> {
    let user = app.external_user(who).await.map_err(|error| match error {
        users::ExternalError::Error(error) => error.into(),
        refused => ApiError::new(StatusCode::FORBIDDEN, format!("You cannot come in: {refused}.")),
    })?;
    open_for_user(app, &user, None, from, headers).await
}

/// Signs in with a token, or with name and password; sets the session cookie. A session the browser had ends.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = Login, security(()),
    responses((status = 204, description = "Signed in; the cookie is set."),
              (status = 400, description = "Neither a token alone nor name and password.", body = Problem, content_type = "application/problem+json"),
              (status = 401, description = "What was shown opens nothing.", body = Problem, content_type = "application/problem+json"),
              (status = 403, description = "No role in the project.", body = Problem, content_type = "application/problem+json"),
              (status = 429, description = "Too many attempts.", body = Problem, content_type = "application/problem+json")))]
pub async fn sign_in(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Json(login): Json<Login>,
) -> Result<Response, ApiError> {
    let address: IpAddr = from.ip();
    slowed(&app, address)?;
    let cookie = match (login.token, login.name, login.password) {
        (Some(token), None, None) => by_token(&app, &token, address, &headers).await?,
        (None, Some(name), Some(password)) => {
            let user = by_password(&app, &name, password, address).await?;
            let project = login.project.as_deref();
            open_for_user(&app, &user, project, address, &headers).await?
        }
        _ => return Err(ApiError::bad_request("Give either token, or name and password.")),
    };
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

async fn by_token(app: &App, token: &str, from: IpAddr, headers: &HeaderMap) -> Result<HeaderValue, ApiError> {
    let hash = secret::hash(token.trim());
    let found = app.store.credential(Kind::Token, &hash, clock::now()).await?;
    let good = found.filter(|row| secret::same(&row.hash, &hash));
    let Some((row, role)) = good.and_then(|row| Role::parse(&row.role).map(|role| (row, role))) else {
        tracing::warn!(client = %from, "a sign-in with a bad token was refused");
        return Err(ApiError::new(StatusCode::UNAUTHORIZED, "This token opens nothing."));
    };
    app.sign_in_guesses.forgive(from);
    let of = Of::Token(&row.id, &row.name, role, row.expires_at);
    Opener { from, headers }.open(app, &row.project_id, of).await
}

/// The user whom a name and a password belong to. A name that nobody has, a wrong password and a disabled user are told
/// apart neither by the answer nor by the time it takes.
async fn by_password(app: &App, name: &str, password: String, from: IpAddr) -> Result<UserRow, ApiError> {
    let name = users::name(name).unwrap_or_default();
    let counted = secret::hash(&name);
    let now = clock::now();
    if let Some(until) = app.store.attempt_sign_in(&counted, now).await? {
        let wait = u64::try_from((until - now) / 1_000_000 + 1).unwrap_or(1);
        return Err(ApiError::too_many("Too many attempts to sign in with this name", wait));
    }
    let user = app.store.user_named(&name).await?;
    let kept = user.as_ref().and_then(|user| user.password.clone());
    // Nobody has a password longer than this: it is not worth hashing as a whole.
    let password: String = password.chars().take(password::MAX + 1).collect();
    let good = app.passwords.verify(password, kept).await?;
    match user.filter(|user| good && !user.disabled) {
        Some(user) => {
            app.sign_in_guesses.forgive(from);
            app.store.signed_in(&counted).await?;
            Ok(user)
        }
        None => {
            tracing::warn!(client = %from, "a sign-in with a bad name or password was refused");
            Err(ApiError::new(StatusCode::UNAUTHORIZED, "Name or password is wrong."))
        }
    }
}

/// Who is signed in, what they may do, and where things are.
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = Session),
              (status = 401, description = "Not signed in.", body = Problem, content_type = "application/problem+json")))]
pub async fn session(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Session>, ApiError> {
    let projects = super::users::memberships(caller.projects(&app).await?);
    let project = projects.iter().find(|row| row.project_id == *caller.project).map(|row| row.project.clone());
    let user = match &caller.user {
        Some(id) => app.store.user(id).await?,
        None => None,
    };
    Ok(Json(Session {
        name: caller.name,
        user: user.map(|row| NamedUser {
            id: row.id,
            name: row.name,
            display_name: row.display_name,
            issuer: row.issuer,
            must_change_password: row.must_change,
        }),
        role: caller.role,
        project: SessionProject { id: caller.project.to_string(), name: project.unwrap_or_default() },
        projects,
        scopes: caller.scopes.to_vec(),
        expires_at: caller.expires_at.map(clock::text),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        demo: app.settings.demo,
        gateway_url: app.settings.gateway_url.clone(),
        control_url: app.settings.control_url.clone(),
        data_dir: app.settings.data_dir.display().to_string(),
    }))
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

fn only_sessions(caller: &Caller) -> Result<(), ApiError> {
    match caller.credential {
        Credential::Session => Ok(()),
        Credential::Token | Credential::KeyPair => {
            Err(ApiError::conflict("A token or key pair has no session: it belongs to exactly one project."))
        }
    }
}

/// Chooses the project that the session works in. The session gets a new secret.
#[utoipa::path(patch, path = "/api/v1/session", tag = "session", request_body = SessionPatch,
    responses((status = 204, description = "The session works there; the new cookie is set."),
              (status = 403, description = "No role there.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "The caller has no session.", body = Problem, content_type = "application/problem+json")))]
pub async fn choose_project(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(patch): Json<SessionPatch>,
) -> Result<impl IntoResponse, ApiError> {
    only_sessions(&caller)?;
    let id = caller.id.clone();
    let there = caller.in_project(&app, &patch.project).await?;
    let secret = secret::new("").map_err(crate::app::Error::from)?;
    if !app.store.renew_session(&id, &secret::hash(&secret), &there.project, clock::now()).await? {
        return Err(ApiError::new(StatusCode::UNAUTHORIZED, "The session has ended: sign in again."));
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, auth::set_cookie(&app, Some(&secret)))]))
}

/// Changes one's own password. Every session of the user ends; the one that asks goes on as a new one.
#[utoipa::path(put, path = "/api/v1/session/password", tag = "session", request_body = PasswordChange,
    responses((status = 204, description = "It is changed; the new cookie is set."),
              (status = 400, description = "The new password is not taken; why, is said.", body = Problem, content_type = "application/problem+json"),
              (status = 401, description = "The old password is wrong.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "The caller is no user with a password.", body = Problem, content_type = "application/problem+json"),
              (status = 429, description = "Too many attempts.", body = Problem, content_type = "application/problem+json")))]
pub async fn change_password(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Json(change): Json<PasswordChange>,
) -> Result<Response, ApiError> {
    let no_user = || ApiError::conflict("Sign in by name and password to change a password.");
    if caller.credential != Credential::Session {
        return Err(no_user());
    }
    let id = caller.user.as_deref().ok_or_else(no_user)?;
    let user = app.store.user(id).await?.ok_or_else(no_user)?;
    if user.password.is_none() {
        return Err(no_user());
    }
    slowed(&app, from.ip())?;
    let user = by_password(&app, &user.name, change.old_password.clone(), from.ip()).await?;
    let mistake = match secret::same(&change.new_password, &change.old_password) {
        true => Some("This is the old password: choose another.".to_owned()),
        false => password::mistake(&change.new_password, &user.name),
    };
    if let Some(mistake) = mistake {
        return Err(ApiError::bad_request(mistake));
    }
    let hash = app.passwords.hash(change.new_password).await?;
    app.store.set_password(&user.id, &hash, false, clock::now()).await?;
    let project = Some(&*caller.project);
    let cookie = open_for_user(&app, &user, project, from.ip(), &headers).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Lists the sessions of the user who asks; none for who is no user.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "session", responses((status = 200, body = OwnSessions)))]
pub async fn sessions(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<OwnSessions>, ApiError> {
    let Some(user) = &caller.user else { return Ok(Json(OwnSessions { items: Vec::new() })) };
    let now = clock::now();
    let rows = app.store.sessions_of(user, now, now - SESSION_IDLE).await?;
    let shown = |row: SessionRow| OwnSession {
        current: row.id == caller.id,
        id: row.id,
        address: row.address,
        agent: row.agent,
        created_at: clock::text(row.created_at),
        last_used_at: clock::text(row.seen_at),
        expires_at: clock::text(row.expires_at),
    };
    Ok(Json(OwnSessions { items: rows.into_iter().map(shown).collect() }))
}

/// Signs out everywhere: every session of the user who asks ends, this one too.
#[utoipa::path(delete, path = "/api/v1/sessions", tag = "session",
    responses((status = 204, description = "Signed out everywhere; the cookie ends.")))]
pub async fn sign_out_everywhere(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<impl IntoResponse, ApiError> {
    if let Some(user) = &caller.user {
        app.store.end_sessions_of(user).await?;
    }
    if caller.by_cookie() {
        app.store.end_session(&caller.id).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, auth::set_cookie(&app, None))]))
}

/// Ends one session of the user who asks.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "session", params(("id" = String, Path)),
    responses((status = 204, description = "It opens nothing any more."),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn end_session(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let ended = match &caller.user {
        Some(user) => app.store.end_session_of(user, &id).await?,
        None => false,
    };
    if ended { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::not_found("session")) }
}
