//! The one place where errors become answers: RFC 9457.

use crate::types::{FieldError, Finding, Problem};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

/// An error a caller is told about.
#[derive(Debug, Clone)]
pub struct ApiError {
    status: StatusCode,
    detail: String,
    errors: Vec<FieldError>,
    findings: Vec<Finding>,
    /// Seconds to wait before trying again.
    wait: Option<u64>,
}

impl ApiError {
    /// An error with its status and what to do about it.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), errors: Vec::new(), findings: Vec::new(), wait: None }
    }

    /// What it says.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// 400.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// The same, with one more place in error.
    #[must_use]
    pub fn at(mut self, error: FieldError) -> Self {
        self.errors.push(error);
        self
    }

    /// 404.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("There is no such {what}."))
    }

    /// 409.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    /// 422 with the findings that say why.
    pub fn unreadable(detail: impl Into<String>, findings: Vec<Finding>) -> Self {
        Self { findings, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }

    /// 422 with the places in error.
    pub fn invalid(detail: impl Into<String>, errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }

    /// 429: who goes too fast, and how many seconds to wait.
    pub fn too_many(what: &str, wait: u64) -> Self {
        let seconds = if wait == 1 { "a second".to_owned() } else { format!("{wait} seconds") };
        let detail = format!("{what}: wait {seconds}.");
        Self { wait: Some(wait), ..Self::new(StatusCode::TOO_MANY_REQUESTS, detail) }
    }

    /// 412: what was to be changed was changed since.
    pub fn stale() -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "Someone changed this since it was read: read it again.")
    }
}

impl From<palisade_store::Error> for ApiError {
    fn from(error: palisade_store::Error) -> Self {
        tracing::error!(%error, "the store refused");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The store could not do this; the log says why.")
    }
}

impl From<palisade_vault::Error> for ApiError {
    fn from(error: palisade_vault::Error) -> Self {
        tracing::error!(%error, "the vault refused");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The vault could not do this; the log says why.")
    }
}

impl From<crate::app::Error> for ApiError {
    fn from(error: crate::app::Error) -> Self {
        tracing::error!(%error, "the control plane could not do its work");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The control plane could not do this; the log says why.")
    }
}

impl From<crate::password::Error> for ApiError {
    fn from(error: crate::password::Error) -> Self {
        match error {
            crate::password::Error::Busy => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "Too many people sign in at this moment: try again.")
            }
            crate::password::Error::Hash(_) => Self::from(crate::app::Error::Password(error)),
        }
    }
}

/// Carries an error to [`finish`], which knows the path asked for.
#[derive(Clone)]
struct Pending(ApiError);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            // Basic is not named: browsers would ask for it in a window of their own.
            let challenge = HeaderValue::from_static("Bearer realm=\"palisade\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(wait) = self.wait {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        }
        response.extensions_mut().insert(Pending(self));
        response
    }
}

/// Writes every error of the API as a problem document: ours, and those of the framework (bad JSON, no such path).
pub async fn finish(request: Request, next: Next) -> Response {
    let instance = request.uri().path().to_owned();
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let error = match parts.extensions.remove::<Pending>() {
        Some(Pending(error)) => error,
        None => {
            // The framework's own rejections say in plain text what is wrong.
            let text = axum::body::to_bytes(body, 4096).await.unwrap_or_default();
            let detail = String::from_utf8_lossy(&text).into_owned();
            let reason = status.canonical_reason().unwrap_or("Error");
            ApiError::new(status, if detail.is_empty() { format!("{reason}.") } else { detail })
        }
    };
    let uuid = crate::clock::new_id();
    if status.is_server_error() {
        tracing::error!(%uuid, %status, detail = %error.detail, "a request failed");
    }
    let problem = Problem {
        kind: "about:blank".to_owned(),
        title: status.canonical_reason().unwrap_or("Error").to_owned(),
        status: status.as_u16(),
        detail: error.detail,
        instance,
        uuid,
        errors: error.errors,
        findings: error.findings,
    };
    let mut answer = (status, axum::Json(problem)).into_response();
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    for name in [header::ALLOW, header::WWW_AUTHENTICATE, header::RETRY_AFTER] {
        if let Some(value) = parts.headers.remove(&name) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}
