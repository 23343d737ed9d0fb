//! About the API itself.

use crate::listing::{Listed, Listing};
use crate::types::{Page, Rule};
use axum::Json;
use palisade_store::query::{Column, Kind, List};

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "meta", responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value)))]
pub async fn openapi() -> Json<utoipa::openapi::OpenApi> {
    Json(crate::router::document())
}

/// The list of rules.
#[derive(Debug)]
pub struct Rules;

impl Listed for Rules {
    const LIST: List = List {
        name: "rules",
        columns: &[
            Column::new("id", Kind::Text, ""),
            Column::new("name", Kind::Text, ""),
            Column::new("severity", Kind::Words(&["info", "low", "medium", "high", "critical"]), ""),
            Column::new("category", Kind::Text, ""),
            Column::new("owasp", Kind::Text, "").unsorted(),
            Column::new("cwe", Kind::Text, "").unsorted(),
        ],
        sort: "id",
        id: "",
    };
}

/// The rules of every engine, by id.
#[utoipa::path(get, path = "/api/v1/rules", tag = "meta", params(Listing<Rules>), responses((status = 200, body = Page<Rule>)))]
pub async fn rules(asked: Listing<Rules>) -> Json<Page<Rule>> {
    Json(asked.page(crate::rules::all()))
}
