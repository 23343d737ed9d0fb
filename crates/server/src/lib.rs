//! The control plane: REST API, embedded web UI, ingestion of what gateways see.
//!
//! [`App`] is the state; [`serve`] answers on a listener. Exchanges come in through [`Intake`], in order, to one
//! thread that learns, judges and keeps; readers get what it publishes, whole and without locks.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod access;
mod app;
mod audit_log;
mod auth;
mod clock;
mod core;
mod data_dir;
mod listen;
mod listing;
mod pace;
mod password;
mod present;
mod problem;
mod representation;
mod router;
mod routes;
mod rules;
mod secret;
mod shield;
mod types;
mod ui;

pub use app::{ApiSpec, App, Error, Settings};
pub use core::ingest::Intake;
pub use core::jobs::{JobSettings, round as job_round, run_embedded as run_embedded_controller, watch as watch_jobs};
pub use core::keys::NewKey;
pub use core::retention::retain;
pub use core::users::{ExternalError, ExternalUser, reset_password};
pub use data_dir::open_store;
pub use router::{document, router};
pub use routes::session::open_external;
pub use types::{ManagedBy, Role};

pub use audit_log::{new_entry as new_audit_entry, tend as tend_audit_log};
pub use core::schedules::{round as schedule_round, watch as watch_schedules};
pub use core::third_parties::{probe as probe_third_parties, round as third_party_round, watch as watch_third_parties};

use palisade_gateway::TlsFiles;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Answers on `listener` until the application's `stop`, then lets open answers end within seconds; over TLS where
/// there are files for it.
pub async fn serve(app: Arc<App>, listener: TcpListener, tls: Option<Arc<TlsFiles>>) {
    let (stop, names) = (app.stop.clone(), app.names.clone());
    listen::serve(listener, router(app), tls, move |host| names.know(host), stop).await;
}
