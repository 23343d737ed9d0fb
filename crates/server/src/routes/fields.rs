//! A JSON body whose mistakes name their place.

use crate::problem::ApiError;
use crate::types::FieldError;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::{StatusCode, header};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

/// A JSON body: what does not fit its type is told with the place where it stands.
pub struct Fields<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Fields<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let media = media.split(';').next().unwrap_or("").trim();
        if !media.eq_ignore_ascii_case("application/json") {
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send application/json."));
        }
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| ApiError::new(rejection.status(), rejection.body_text()))?;
        read(&body).map(Fields)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let mut pointer = String::new();
        for segment in error.path() {
            match segment {
                Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
                Segment::Map { key } => pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
                Segment::Enum { .. } | Segment::Unknown => {}
            }
        }
        mistake(pointer, &error.into_inner())
    })?;
    reader.end().map_err(|error| mistake(String::new(), &error))?;
    Ok(value)
}

fn mistake(pointer: String, error: &serde_json::Error) -> ApiError {
    let message = error.to_string();
    if error.is_syntax() || error.is_eof() {
        return ApiError::bad_request(format!("The body is no JSON: {message}."));
    }
    let place = if pointer.is_empty() { "The body" } else { &pointer };
    let detail = format!("{place}: {message}.");
    let error =
        FieldError { location: "body".to_owned(), name: String::new(), pointer, code: "type".to_owned(), message };
    ApiError::invalid(detail, vec![error])
}
