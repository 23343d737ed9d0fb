//! Who calls, and whether they may.

pub use crate::access::{Access, access};

use crate::app::App;
use crate::audit_log::Known;
use crate::clock;
use crate::problem::ApiError;
use crate::secret;
use crate::types::Role;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use palisade_store::{Kind, MembershipRow};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Name of the browser's cookie; [`cookie_name`] says how it is called under TLS.
pub const COOKIE: &str = "palisade_session";
/// Name of the header that carries the token of a trace source.
pub const TRACE_SOURCE: &str = "x-trace-source-token";
/// Name of the header that chooses the project of one request, by name or id.
pub const PROJECT: &str = "palisade-project";
/// How long a browser stays signed in at most, microseconds.
pub const SESSION_LIFE: i64 = 24 * 3600 * 1_000_000;
/// How long a browser stays signed in without a request, microseconds.
pub const SESSION_IDLE: i64 = 2 * 3600 * 1_000_000;
/// How long a login link works, microseconds.
pub const CODE_LIFE: i64 = 600 * 1_000_000;
/// A use is noted at most this often, microseconds.
const TOUCH_EVERY: i64 = 60 * 1_000_000;
/// Longest credentials in the form of HTTP Basic.
const MAX_BASIC: usize = 400;

/// What a caller showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// A token.
    Token,
    /// A key pair.
    KeyPair,
    /// A browser's cookie.
    Session,
}

/// A caller who showed a good credential.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Id of the credential.
    pub id: String,
    /// Name of the principal.
    pub name: String,
    /// Id of the project it works in: nothing of another one is shown to it or changed by it.
    pub project: Arc<str>,
    /// Role in that project.
    pub role: Role,
    /// Microseconds.
    pub expires_at: Option<i64>,
    /// What it showed.
    pub credential: Credential,
    /// Id of the user, where it is one, or a key pair of one.
    pub user: Option<Arc<str>>,
    /// What a key pair is narrowed to; empty: its role alone.
    pub scopes: Arc<[String]>,
    /// True when a password of the user's own must be chosen before anything else.
    pub must_change: bool,
    /// The token that a session without a user was opened with.
    opened_with: Option<String>,
}

impl Caller {
    /// Id of who acts, whatever they showed: the user, else the token, key pair or session.
    pub fn principal(&self) -> &str {
        self.user.as_deref().or(self.opened_with.as_deref()).unwrap_or(&self.id)
    }

    /// True when the credential came as a cookie, which browsers send by themselves.
    pub fn by_cookie(&self) -> bool {
        self.credential == Credential::Session
    }

    /// The projects the caller may work in, with the role there.
    ///
    /// # Errors
    /// The store's word.
    pub async fn projects(&self, app: &App) -> Result<Vec<MembershipRow>, palisade_store::Error> {
        if let (Some(user), Credential::Session) = (&self.user, self.credential) {
            return app.store.projects_of(user).await;
        }
        let mut projects = app.store.all_projects().await?;
        // A login link shows that somebody has the terminal: nothing is kept from them.
        if self.credential != Credential::Session || self.opened_with.is_some() {
            projects.retain(|row| row.project_id == *self.project);
            projects.iter_mut().for_each(|row| row.role = self.role.as_str().to_owned());
        }
        Ok(projects)
    }

    /// The caller in another of their projects, by its name or id.
    ///
    /// # Errors
    /// 403 when they may not work there, or there is none.
    pub async fn in_project(mut self, app: &App, project: &str) -> Result<Self, ApiError> {
        let found =
            self.projects(app).await?.into_iter().find(|row| row.project == project || row.project_id == project);
        let role = found.as_ref().and_then(|row| Role::parse(&row.role));
        let (Some(row), Some(role)) = (found, role) else {
            let detail = "You have no role in the project that Palisade-Project names.";
            return Err(ApiError::new(StatusCode::FORBIDDEN, detail));
        };
        self.project = row.project_id.into();
        self.role = role;
        Ok(self)
    }
}

/// A trace source whose token was shown.
#[derive(Debug, Clone)]
pub struct Source {
    /// UUIDv7.
    pub id: String,
    /// The project its exchanges belong to.
    pub project: Arc<str>,
    /// The API its exchanges belong to.
    pub api_id: Option<String>,
    /// Patterns of the hosts whose exchanges are taken.
    pub hosts: Vec<String>,
}

/// A credential as it was sent.
enum Shown<'a> {
    Token(&'a str),
    KeyPair(String, String),
    Session(&'a str),
}

/// The credential of a request. One in `Authorization` goes before the cookie; a bad one there is not made good by a
/// cookie.
fn shown<'a>(app: &App, headers: &'a HeaderMap) -> Option<Shown<'a>> {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.split_once(' '));
    match authorization {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(Shown::Token(token.trim())),
        Some((scheme, text)) if scheme.eq_ignore_ascii_case("basic") => {
            let (access, secret) = basic(text.trim()).unwrap_or_default();
            Some(Shown::KeyPair(access, secret))
        }
        _ => cookie(headers, cookie_name(app)).map(Shown::Session),
    }
}

fn basic(text: &str) -> Option<(String, String)> {
    let text = Some(text).filter(|text| text.len() <= MAX_BASIC)?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    let (access, secret) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    Some((access.to_owned(), secret.to_owned()))
}

/// The cookie's name: under TLS one that browsers take from this very host only, and never over plain HTTP.
pub fn cookie_name(app: &App) -> &'static str {
    if app.secure() { "__Host-palisade_session" } else { COOKIE }
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted).then_some(value))
}

/// Finds out who calls, in the project they work in.
///
/// # Errors
/// Too many bad key pairs came from the address, the project is none of theirs, or the store refuses.
pub async fn identify(app: &App, headers: &HeaderMap, from: IpAddr) -> Result<Option<Caller>, ApiError> {
    let now = clock::now();
    let caller = match shown(app, headers) {
        None => return Ok(None),
        Some(Shown::Token(text)) => by_token(app, text, now).await?,
        Some(Shown::Session(text)) => by_session(app, text, now).await?,
        Some(Shown::KeyPair(access, secret)) => {
            app.key_guesses
                .attempt(from, now)
                .map_err(|wait| ApiError::too_many("Too many bad key pairs came from your address", wait))?;
            let caller = by_key_pair(app, &access, &secret, now).await?;
            match caller {
                Some(_) => app.key_guesses.forgive(from),
                None => tracing::warn!(client = %from, "a bad key pair was refused"),
            }
            caller
        }
    };
    let Some(caller) = caller else { return Ok(None) };
    match headers.get(PROJECT) {
        None => Ok(Some(caller)),
        Some(project) => caller.in_project(app, &String::from_utf8_lossy(project.as_bytes())).await.map(Some),
    }
}

async fn by_token(app: &App, text: &str, now: i64) -> Result<Option<Caller>, ApiError> {
    let hash = secret::hash(text);
    let Some(row) = app.store.credential(Kind::Token, &hash, now).await? else { return Ok(None) };
    let Some(role) = Role::parse(&row.role).filter(|_| secret::same(&row.hash, &hash)) else { return Ok(None) };
    if row.last_used_at.is_none_or(|used| used + TOUCH_EVERY < now) {
        app.store.in_project(&row.project_id).touch_credential(&row.id, now).await?;
    }
    Ok(Some(Caller {
        id: row.id,
        name: row.name,
        project: row.project_id.into(),
        role,
        expires_at: row.expires_at,
        credential: Credential::Token,
        user: None,
        scopes: Arc::default(),
        must_change: false,
        opened_with: None,
    }))
}

async fn by_key_pair(app: &App, access: &str, secret: &str, now: i64) -> Result<Option<Caller>, ApiError> {
    let hash = secret::hash(secret);
    let known = app.store.key_pair(access, now).await?;
    // An access key that nobody has is compared all the same: time does not tell which there are.
    let kept = known.as_ref().map_or("", |known| &known.key.hash);
    let good = secret::same(&format!("{kept:0<64}"), &hash);
    let Some(known) = known.filter(|_| good) else { return Ok(None) };
    let Some(role) = Role::parse(&known.key.role) else { return Ok(None) };
    // A key of a user does nothing that the user may not do now.
    if known.user_role.is_some_and(|of_user| !Role::parse(&of_user).is_some_and(|of_user| of_user.may_give(role))) {
        return Ok(None);
    }
    let key = known.key;
    if key.last_used_at.is_none_or(|used| used + TOUCH_EVERY < now) {
        app.store.in_project(&key.project_id).touch_key_pair(&key.id, now).await?;
    }
    let scopes: Vec<String> = match serde_json::from_str(&key.scopes) {
        Ok(scopes) => scopes,
        Err(_) => return Ok(None),
    };
    Ok(Some(Caller {
        id: key.id,
        name: key.name,
        project: key.project_id.into(),
        role,
        expires_at: key.expires_at,
        credential: Credential::KeyPair,
        user: key.user_id.map(Into::into),
        scopes: scopes.into(),
        must_change: false,
        opened_with: None,
    }))
}

async fn by_session(app: &App, text: &str, now: i64) -> Result<Option<Caller>, ApiError> {
    let hash = secret::hash(text);
    let Some(row) = app.store.session(&hash, now, now - SESSION_IDLE).await? else { return Ok(None) };
    if !secret::same(&row.hash, &hash) {
        return Ok(None);
    }
    let mut must_change = false;
    let (mut role, mut name) = (Role::parse(&row.role), row.name);
    if let Some(user) = &row.user_id {
        let Some(user) = app.store.user(user).await?.filter(|user| !user.disabled) else { return Ok(None) };
        let of_user = app.store.in_project(&row.project_id).role_of(&user.id).await?;
        role = of_user.and_then(|role| Role::parse(&role));
        must_change = user.must_change;
        name = user.name;
    }
    let Some(role) = role else { return Ok(None) };
    if row.seen_at + TOUCH_EVERY < now {
        app.store.touch_session(&row.id, now).await?;
    }
    Ok(Some(Caller {
        id: row.id,
        name,
        project: row.project_id.into(),
        role,
        expires_at: Some(row.expires_at),
        credential: Credential::Session,
        user: row.user_id.map(Into::into),
        scopes: Arc::default(),
        must_change,
        opened_with: row.credential_id,
    }))
}

/// The trace source that calls.
async fn trace_source(app: &App, headers: &HeaderMap) -> Result<Option<Source>, ApiError> {
    let Some(Ok(token)) = headers.get(TRACE_SOURCE).map(HeaderValue::to_str) else { return Ok(None) };
    let hash = secret::hash(token.trim());
    let Some(row) = app.store.trace_source(&hash).await?.filter(|row| secret::same(&row.hash, &hash)) else {
        return Ok(None);
    };
    let now = clock::now();
    if row.last_used_at.is_none_or(|used| used + TOUCH_EVERY < now) {
        app.store.in_project(&row.project_id).touch_credential(&row.id, now).await?;
    }
    Ok(Some(Source {
        id: row.id,
        project: row.project_id.into(),
        api_id: row.api_id,
        hosts: serde_json::from_str(&row.hosts).unwrap_or_default(),
    }))
}

/// Lets a request to the API through when its caller may make it.
pub async fn authorise(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let asked = access(request.method(), request.uri().path());
    if asked == Access::TraceSource {
        // Other sites cannot make a browser send its header.
        return match trace_source(&app, request.headers()).await {
            Ok(Some(source)) => {
                request.extensions_mut().insert(source);
                next.run(request).await
            }
            Ok(None) => {
                let detail = "Unauthorized: send X-Trace-Source-Token with the token of a trace source.";
                ApiError::new(StatusCode::UNAUTHORIZED, detail).into_response()
            }
            Err(error) => error.into_response(),
        };
    }
    let from =
        request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::from([0, 0, 0, 0]), |from| from.0.ip());
    let admitted = match identify(&app, request.headers(), from).await {
        Ok(caller) => {
            Known::tell(request.extensions(), caller.as_ref());
            admit(&app, &request, asked, caller.as_ref()).map(|()| caller)
        }
        Err(error) => Err(error),
    };
    match admitted {
        Ok(caller) => {
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

/// Judges one request of a caller who is known, or of nobody.
fn admit(app: &App, request: &Request, asked: Access, caller: Option<&Caller>) -> Result<(), ApiError> {
    let forbidden = |detail: String| Err(ApiError::new(StatusCode::FORBIDDEN, detail));
    let (method, path) = (request.method(), request.uri().path());
    let role = caller.map(|caller| caller.role);
    match caller {
        None if asked != Access::Public => {
            let detail = "Sign in, or send a token (Authorization: Bearer) or a key pair (Authorization: Basic).";
            return Err(ApiError::new(StatusCode::UNAUTHORIZED, detail));
        }
        None => {}
        Some(caller) => {
            if !app.rates.take(caller.principal(), clock::now()) {
                return Err(ApiError::too_many("Too many requests", 1));
            }
            if !asked.allows(role) || !asked.in_project(&caller.project) {
                let role = caller.role.as_str();
                return forbidden(format!("The role {role} may not do this; it needs {}.", asked.who()));
            }
            if asked != Access::Public && !crate::access::in_scope(&caller.scopes, method, path) {
                return forbidden(format!(
                    "The scopes of this key pair do not include this: {}.",
                    caller.scopes.join(", ")
                ));
            }
            if caller.must_change && !matches!(path, "/api/v1/session" | "/api/v1/session/password") {
                return forbidden("Choose a password of your own first: PUT /api/v1/session/password.".to_owned());
            }
        }
    }
    // Browsers send cookies by themselves, and may send Basic credentials: what they are made to send must come from our
    // own pages. Every method that is not safe, known or not, is asked for its origin, whatever its body is.
    let safe = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let by_cookie = caller.is_some_and(Caller::by_cookie);
    let by_browser = by_cookie || caller.is_some_and(|caller| caller.credential == Credential::KeyPair);
    if !safe && (by_browser || asked == Access::Public) {
        let mut origins = request.headers().get_all(header::ORIGIN).iter();
        let foreign = match (origins.next(), origins.next()) {
            (Some(origin), None) => !same_origin(origin, request.headers().get(header::HOST), app.secure()),
            (None, _) => by_cookie,
            (Some(_), Some(_)) => true,
        };
        if foreign {
            return forbidden(
                "The request does not come from this console's own pages (Origin differs from Host).".to_owned(),
            );
        }
    }
    Ok(())
}

/// True when an Origin names the very host and port the request was sent to, and under TLS its scheme.
fn same_origin(origin: &HeaderValue, host: Option<&HeaderValue>, secure: bool) -> bool {
    let (Ok(origin), Some(Ok(host))) = (origin.to_str(), host.map(HeaderValue::to_str)) else { return false };
    let plain = if secure { None } else { origin.strip_prefix("http://") };
    let authority = plain.or_else(|| origin.strip_prefix("https://"));
    authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
}

/// The cookie that carries a session, or ends it.
pub fn set_cookie(app: &App, session: Option<&str>) -> HeaderValue {
    let name = cookie_name(app);
    let secure = if app.secure() { "; Secure" } else { "" };
    let text = match session {
        Some(session) => {
            let life = SESSION_LIFE / 1_000_000;
            format!("{name}={session}; Path=/; Max-Age={life}; HttpOnly; SameSite=Strict{secure}")
        }
        None => format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{secure}"),
    };
    // A session is base64url: always a good header value.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_must_be_the_host_itself() {
        let host = HeaderValue::from_static("localhost:8600");
        let same = |origin, secure| same_origin(&HeaderValue::from_static(origin), Some(&host), secure);
        assert!(same("http://localhost:8600", false) && same("https://localhost:8600", true));
        assert!(!same("http://localhost:8600", true), "under TLS a page that anyone could have changed is another's");
        for origin in ["null", "http://localhost:8601", "http://evil.example", "http://localhost:8600.evil.example"] {
            assert!(!same(origin, false), "{origin}");
        }
    }

    #[test]
    fn basic_credentials_are_read_within_limits() {
        let encoded = base64::engine::general_purpose::STANDARD.encode("pal_ak_x:pal_sk_y:z");
        assert_eq!(basic(&encoded), Some(("pal_ak_x".to_owned(), "pal_sk_y:z".to_owned())));
        for bad in ["", "====", "cGFs", &"QUFB".repeat(200), "/w=="] {
            assert_eq!(basic(bad), None, "{bad}");
        }
    }
}
