//! The web UI, embedded.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, Uri, header};

// `ASSETS`: the built UI, or one page that says how to build it. The build script decides which.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The entry page.
pub fn index() -> Response {
    file("index.html", false).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

fn file(path: &str, hashed: bool) -> Option<Response> {
    let (_, bytes) = ASSETS.get(ASSETS.binary_search_by_key(&path, |(name, _)| name).ok()?)?;
    let cache = if hashed { "public, max-age=31536000, immutable" } else { "no-store" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media(path))),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ];
    Some((headers, *bytes).into_response())
}

fn media(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json" | "map") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        Some("woff2") => "font/woff2",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

/// A file of the UI; every other path is a page that the UI itself routes.
pub async fn serve(method: Method, uri: Uri) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        let allow = [(header::ALLOW, HeaderValue::from_static("GET, HEAD"))];
        return (StatusCode::METHOD_NOT_ALLOWED, allow).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let hashed = path.starts_with("assets/");
    match file(path, hashed) {
        Some(response) => response,
        // A missing asset is no page: an old tab then says so in place of running HTML as script.
        None if hashed => StatusCode::NOT_FOUND.into_response(),
        None => index(),
    }
}
