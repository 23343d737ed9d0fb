//! Who calls, and what each endpoint asks for.
//!
//! [`access`] is the one table: everything below `/api/` needs at least a viewer to read and an admin to change,
//! unless it stands there otherwise. A path the table does not know is no exception.

use crate::app::App;
use crate::clock;
use crate::problem::ApiError;
use crate::secret;
use crate::types::Role;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use palisade_store::Kind;
use std::sync::Arc;

/// Name of the browser's cookie.
pub const COOKIE: &str = "palisade_session";
/// Name of the header that carries the token of a trace source.
pub const TRACE_SOURCE: &str = "x-trace-source-token";
/// How long a browser stays signed in, microseconds.
pub const SESSION_LIFE: i64 = 24 * 3600 * 1_000_000;
/// How long a login link works, microseconds.
pub const CODE_LIFE: i64 = 600 * 1_000_000;
/// A use is noted at most this often, microseconds.
const TOUCH_EVERY: i64 = 60 * 1_000_000;

/// What an endpoint asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Public,
    /// Any credential.
    AnyRole,
    /// Viewer or admin.
    Viewer,
    /// Admin.
    Admin,
    /// Gateway or admin.
    Gateway,
    /// A trace source, and nobody else.
    TraceSource,
}

impl Access {
    /// True when `role` may pass.
    pub fn allows(self, role: Option<Role>) -> bool {
        match (self, role) {
            (Access::Public, _) => true,
            (_, None) | (Access::TraceSource, Some(_)) => false,
            (_, Some(Role::Admin)) | (Access::AnyRole, Some(_)) => true,
            (Access::Viewer, Some(role)) => role == Role::Viewer,
            (Access::Gateway, Some(role)) => role == Role::Gateway,
            (Access::Admin, Some(_)) => false,
        }
    }
}

/// What a method on a path below `/api/` asks for.
pub fn access(method: &Method, path: &str) -> Access {
    if matches!(path, "/api/telemetry" | "/api/hostsToTrace" | "/api/control/newDiscoveredAPIs") {
        return Access::TraceSource;
    }
    let rest = path.strip_prefix("/api/v1/").unwrap_or("");
    let first = rest.split('/').next().unwrap_or("");
    match (method, first) {
        (&Method::POST, "session") if rest == "session" => Access::Public,
        (_, "session") if rest == "session" => Access::AnyRole,
        (_, "gateway") => Access::Gateway,
        (_, "tokens" | "trace-sources") => Access::Admin,
        (&Method::GET | &Method::HEAD, _) => Access::Viewer,
        _ => Access::Admin,
    }
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
    /// Role.
    pub role: Role,
    /// Microseconds.
    pub expires_at: Option<i64>,
    /// True when the credential came as a cookie, which browsers send by themselves.
    pub by_cookie: bool,
}

/// A trace source whose token was shown.
#[derive(Debug, Clone)]
pub struct Source {
    /// UUIDv7.
    pub id: String,
    /// The API its exchanges belong to.
    pub api_id: Option<String>,
    /// Patterns of the hosts whose exchanges are taken.
    pub hosts: Vec<String>,
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}

/// Finds out who calls. A bearer token goes before the cookie; a bad bearer token is not made good by a cookie.
pub async fn identify(app: &App, headers: &HeaderMap) -> Result<Option<Caller>, ApiError> {
    let (kind, text) = match (bearer(headers), cookie(headers)) {
        (Some(token), _) => (Kind::Token, token),
        (None, Some(session)) => (Kind::Session, session),
        (None, None) => return Ok(None),
    };
    let now = clock::now();
    let hash = secret::hash(text);
    let Some(row) = app.store.credential(kind, &hash, now).await? else { return Ok(None) };
    if !secret::same(&row.hash, &hash) {
        return Ok(None);
    }
    let Some(role) = Role::parse(&row.role) else { return Ok(None) };
    if kind == Kind::Token && row.last_used_at.is_none_or(|used| used + TOUCH_EVERY < now) {
        app.store.touch_credential(&row.id, now).await?;
    }
    Ok(Some(Caller {
        id: row.id,
        name: row.name,
        project: row.project_id.into(),
        role,
        expires_at: row.expires_at,
        by_cookie: kind == Kind::Session,
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
        app.store.touch_credential(&row.id, now).await?;
    }
    Ok(Some(Source { id: row.id, api_id: row.api_id, hosts: serde_json::from_str(&row.hosts).unwrap_or_default() }))
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
    let caller = match identify(&app, request.headers()).await {
        Ok(caller) => caller,
        Err(error) => return error.into_response(),
    };
    if !asked.allows(caller.as_ref().map(|caller| caller.role)) {
        return match caller {
            None => unauthenticated(),
            Some(caller) => {
                let needed = if asked == Access::Gateway { "gateway" } else { "admin" };
                let detail = format!("The role {} may not do this; it needs {needed}.", caller.role.as_str());
                ApiError::new(StatusCode::FORBIDDEN, detail).into_response()
            }
        };
    }
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let by_cookie = caller.as_ref().is_some_and(|caller| caller.by_cookie);
    // Browsers send cookies by themselves: what they are made to send must come from our own pages.
    if !safe && (by_cookie || asked == Access::Public) {
        let foreign = match (request.headers().get(header::ORIGIN), by_cookie) {
            (Some(origin), _) => !same_origin(origin, request.headers().get(header::HOST)),
            (None, by_cookie) => by_cookie,
        };
        if foreign {
            let detail = "The request does not come from this console's own pages (Origin differs from Host).";
            return ApiError::new(StatusCode::FORBIDDEN, detail).into_response();
        }
    }
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
    }
    next.run(request).await
}

fn unauthenticated() -> Response {
    let mut response =
        ApiError::new(StatusCode::UNAUTHORIZED, "Sign in, or send Authorization: Bearer TOKEN.").into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"palisade\""));
    response
}

/// True when an Origin names the very host and port the request was sent to.
fn same_origin(origin: &HeaderValue, host: Option<&HeaderValue>) -> bool {
    let (Ok(origin), Some(Ok(host))) = (origin.to_str(), host.map(HeaderValue::to_str)) else { return false };
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
}

/// The cookie that carries a session, or ends it.
pub fn set_cookie(session: Option<&str>) -> HeaderValue {
    let text = match session {
        Some(session) => {
            format!("{COOKIE}={session}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict", SESSION_LIFE / 1_000_000)
        }
        None => format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"),
    };
    // A session is base64url: always a good header value.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_table_does_not_know_needs_an_admin_to_change() {
        assert_eq!(access(&Method::PUT, "/api/v1/brand-new"), Access::Admin);
        assert_eq!(access(&Method::GET, "/api/v1/brand-new"), Access::Viewer);
        assert_eq!(access(&Method::POST, "/api/v1/session/else"), Access::Admin);
        assert_eq!(access(&Method::POST, "/api/v1/session"), Access::Public);
        assert_eq!(access(&Method::from_bytes(b"BREW").unwrap(), "/api/v1/apis"), Access::Admin);
    }

    #[test]
    fn origin_must_be_the_host_itself() {
        let host = HeaderValue::from_static("localhost:8600");
        let same = |origin| same_origin(&HeaderValue::from_static(origin), Some(&host));
        assert!(same("http://localhost:8600"));
        for origin in ["null", "http://localhost:8601", "http://evil.example", "http://localhost:8600.evil.example"] {
            assert!(!same(origin), "{origin}");
        }
    }
}
