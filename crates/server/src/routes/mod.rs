//! The endpoints, one file a noun.

pub mod apis;
pub mod audit_log;
pub mod bans;
pub mod contract;
pub mod controllers;
pub mod corrections;
pub mod drift;
pub mod events;
mod fields;
pub mod findings;
pub mod gates;
pub mod gateways;
pub mod jobs;
pub mod keys;
pub mod meta;
pub mod networks;
pub mod oidc;
pub mod operations;
pub mod overview;
pub mod projects;
pub mod proposals;
pub mod protection;
pub mod schedules;
pub mod session;
pub mod stream;
pub mod telemetry;
pub mod third_parties;
pub mod tokens;
pub mod trace_sources;
pub mod users;

use crate::app::App;
use crate::auth::Caller;
use crate::core::ApiState;
use crate::problem::ApiError;
use palisade_store::query::{DEFAULT_LIMIT, MAX_LIMIT};
use std::sync::Arc;

/// Which slice of a list that has one order is asked for.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Slice {
    /// Items, 1 to 1000.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
    /// Where to go on: `next` of the page before.
    #[param(max_length = 200)]
    pub cursor: Option<String>,
}

impl Slice {
    /// The limit, checked.
    pub fn limit(&self) -> Result<u32, ApiError> {
        limit(self.limit)
    }
}

/// A limit, checked.
pub fn limit(asked: Option<u32>) -> Result<u32, ApiError> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(ApiError::bad_request("limit is a number from 1 to 1000.")),
    }
}

/// The API of a path. One of another project is not there.
pub fn find(app: &App, caller: &Caller, id: &str) -> Result<Arc<ApiState>, ApiError> {
    app.api_of(&caller.project, id).ok_or_else(|| ApiError::not_found("API"))
}

/// Refuses changes of what a file manages.
pub fn writable(api: &ApiState) -> Result<(), ApiError> {
    let config = api.config.load();
    if config.read_only() {
        let name = &config.row.name;
        return Err(ApiError::conflict(format!("A gateway file manages {name}: change it there.")));
    }
    Ok(())
}
