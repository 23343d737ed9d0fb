//! Bans that run at the gateway of this process.

use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::listing::{Listed, Listing};
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, State};
use axum::{Extension, Json};
use http::StatusCode;
use palisade_guard::CounterKey;
use palisade_store::query::{Column, Kind, List};
use std::sync::Arc;

fn shown(app: &App, caller: &Caller, ban: palisade_guard::Ban) -> Ban {
    let api = app
        .apis_of(&caller.project)
        .values()
        .find(|api| api.config.load().row.name == ban.api)
        .map(|api| api.id.to_string());
    Ban {
        id: crate::secret::hex(&ban.key.0),
        who: ban.who,
        api_id: api,
        api_name: ban.api,
        code: ban.code,
        since: clock::text(ban.since),
        until: clock::text(ban.until),
        refused: ban.refused,
    }
}

/// The list of bans.
#[derive(Debug)]
pub struct Bans;

impl Listed for Bans {
    const LIST: List = List {
        name: "bans",
        columns: &[
            Column::new("id", Kind::Id, ""),
            Column::new("who", Kind::Text, ""),
            Column::new("api_id", Kind::Id, "").optional(),
            Column::new("api_name", Kind::Text, ""),
            Column::new("code", Kind::Text, ""),
            Column::new("since", Kind::Time, ""),
            Column::new("until", Kind::Time, ""),
            Column::new("refused", Kind::Number, ""),
        ],
        sort: "",
        id: "",
    };
}

/// Lists the bans that run at the gateway of this process, the newest first. Other gateways keep their own.
#[utoipa::path(get, path = "/api/v1/bans", tag = "protection", operation_id = "list_bans", params(Listing<Bans>),
    responses((status = 200, body = Page<Ban>),
              (status = 400, description = "A parameter cannot be used.", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    asked: Listing<Bans>,
) -> Json<Page<Ban>> {
    Json(asked.page(app.bans(&caller.project).into_iter().map(|ban| shown(&app, &caller, ban))))
}

/// Ends a ban before its time.
#[utoipa::path(delete, path = "/api/v1/bans/{ban_id}", tag = "protection", operation_id = "lift_ban", params(("ban_id" = String, Path)),
    responses((status = 204, description = "It has ended."),
              (status = 404, description = "No such ban runs.", body = Problem, content_type = "application/problem+json")))]
pub async fn lift(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let byte = |at: usize| id.get(2 * at..2 * at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let key: Option<Vec<u8>> = (0..16).map(byte).collect();
    let key = key.filter(|_| id.len() == 32).and_then(|key| <[u8; 16]>::try_from(key).ok());
    match key {
        Some(key) if app.lift_ban(&caller.project, CounterKey(key)) => Ok(StatusCode::NO_CONTENT),
        _ => Err(ApiError::not_found("ban")),
    }
}
