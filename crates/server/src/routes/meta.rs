//! About the API itself.

use super::{Slice, cut};
use crate::problem::ApiError;
use crate::types::{Page, Rule};
use axum::Json;
use axum::extract::Query;

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "meta", responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value)))]
pub async fn openapi() -> Json<utoipa::openapi::OpenApi> {
    Json(crate::router::document())
}

/// The rules of every engine, by id.
#[utoipa::path(get, path = "/api/v1/rules", tag = "meta", params(Slice), responses((status = 200, body = Page<Rule>)))]
pub async fn rules(Query(slice): Query<Slice>) -> Result<Json<Page<Rule>>, ApiError> {
    cut(crate::rules::all(), &slice, |rule| rule.id.clone()).map(Json)
}
