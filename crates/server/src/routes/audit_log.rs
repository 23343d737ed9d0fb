//! The audit log: who did what, and whether all of it is still there.

use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::listing::{Listed, Listing};
use crate::problem::ApiError;
use crate::types::{AuditLogChain, AuditLogCheck, AuditLogEntry, Page};
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::{HeaderValue, header};
use palisade_store::query::List;
use palisade_store::{AUDIT_LOG, AuditRow};
use std::sync::Arc;

/// The audit log.
pub struct AuditLog;

impl Listed for AuditLog {
    const LIST: List = AUDIT_LOG;
}

/// In which form it is handed out.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Form {
    /// JSON, an entry a line, or CSV.
    #[serde(default)]
    #[param(inline)]
    pub format: ExportFormat,
}

/// A form of the export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// JSON, an entry a line.
    #[default]
    Jsonl,
    /// CSV.
    Csv,
}

fn shown(row: AuditRow) -> AuditLogEntry {
    let value = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
    AuditLogEntry {
        id: row.id,
        kind: row.kind,
        seq: u64::try_from(row.seq).unwrap_or(0),
        time: clock::text(row.time),
        actor: row.actor,
        role: row.role,
        credential: row.credential,
        address: row.address,
        action: row.action,
        object_type: row.object_type,
        object_id: row.object_id,
        path: row.path,
        status: u16::try_from(row.status).unwrap_or(0),
        outcome: row.outcome,
        repeats: u64::try_from(row.repeats).unwrap_or(0),
        before: value(row.before_value),
        after: value(row.after_value),
        previous: row.previous,
        hash: row.hash,
    }
}

/// Lists entries of the audit log, the newest first.
#[utoipa::path(get, path = "/api/v1/audit-log", tag = "audit log", operation_id = "audit_log", params(Listing<AuditLog>),
    responses((status = 200, body = Page<AuditLogEntry>)))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    asked: Listing<AuditLog>,
) -> Result<Json<Page<AuditLogEntry>>, ApiError> {
    let page = app.store_of(&caller).audit_log(&asked.query).await?;
    Ok(Json(Page { items: page.items.into_iter().map(shown).collect(), next: page.next }))
}

/// Hands out the entries that the filters leave, all of them, page by page as they are read.
#[utoipa::path(get, path = "/api/v1/audit-log/export", tag = "audit log", operation_id = "export_audit_log", params(Form, Listing<AuditLog>),
    responses((status = 200, description = "An entry a line.", content((String = "application/jsonl"), (String = "text/csv")))))]
pub async fn export(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Query(form): Query<Form>,
    asked: Listing<AuditLog>,
) -> Result<Response, ApiError> {
    let csv = form.format == ExportFormat::Csv;
    let store = app.store_of(&caller);
    let first = store.audit_log(&asked.query).await?;
    let head = if csv { format!("{}\r\n", COLUMNS.join(",")) } else { String::new() };
    let pages = futures_util::stream::try_unfold((Some(first), head), move |(page, mut text)| {
        let (store, query) = (store.clone(), asked.query.clone());
        async move {
            let Some(page) = page else { return Ok::<_, palisade_store::Error>(None) };
            for row in page.items {
                if csv {
                    text += &csv_line(&row);
                } else {
                    text += &serde_json::to_string(&shown(row)).unwrap_or_default();
                    text.push('\n');
                }
            }
            let next = match page.next.and_then(|cursor| query.from_cursor(&cursor)) {
                Some(query) => Some(store.audit_log(&query).await?),
                None => None,
            };
            Ok(Some((Bytes::from(text), (next, String::new()))))
        }
    });
    let (media, ending) = if csv { ("text/csv; charset=utf-8", "csv") } else { ("application/jsonl", "jsonl") };
    let file = format!("attachment; filename=\"audit-log.{ending}\"");
    let mut response = Body::from_stream(pages).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    if let Ok(file) = HeaderValue::try_from(file) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, file);
    }
    Ok(response)
}

/// Walks the chains of hashes: says what was removed or changed.
#[utoipa::path(get, path = "/api/v1/audit-log/check", tag = "audit log", operation_id = "check_audit_log",
    responses((status = 200, body = AuditLogCheck)))]
pub async fn check(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<AuditLogCheck>, ApiError> {
    let found = app.store_of(&caller).verify_audit_log().await?;
    let whole = found.iter().all(|chain| chain.problem.is_none());
    let chains = found.into_iter().map(|chain| AuditLogChain {
        kind: chain.kind,
        first: u64::try_from(chain.first).unwrap_or(0),
        last: u64::try_from(chain.last).unwrap_or(0),
        head: chain.head,
        problem: chain.problem,
    });
    Ok(Json(AuditLogCheck { whole, chains: chains.collect() }))
}

const COLUMNS: [&str; 19] = [
    "id",
    "kind",
    "seq",
    "time",
    "actor",
    "role",
    "credential",
    "address",
    "action",
    "object_type",
    "object_id",
    "path",
    "status",
    "outcome",
    "repeats",
    "before",
    "after",
    "previous",
    "hash",
];

fn csv_line(row: &AuditRow) -> String {
    let (seq, time, status, repeats) =
        (row.seq.to_string(), clock::text(row.time), row.status.to_string(), row.repeats.to_string());
    let (before, after) = (row.before_value.as_deref(), row.after_value.as_deref());
    let cells: [&str; 19] = [
        &row.id,
        &row.kind,
        &seq,
        &time,
        &row.actor,
        &row.role,
        &row.credential,
        &row.address,
        &row.action,
        &row.object_type,
        &row.object_id,
        &row.path,
        &status,
        &row.outcome,
        &repeats,
        before.unwrap_or_default(),
        after.unwrap_or_default(),
        &row.previous,
        &row.hash,
    ];
    cells.map(cell).join(",") + "\r\n"
}

/// A cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_no_formulas() {
        for (text, wanted) in [
            ("=HYPERLINK(\"http://a\")", "\"'=HYPERLINK(\"\"http://a\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@a", "\"'@a\""),
            ("\t=1", "\"'\t=1\""),
            ("a,b\n", "\"a,b\n\""),
            ("", "\"\""),
        ] {
            assert_eq!(cell(text), wanted);
        }
    }
}
