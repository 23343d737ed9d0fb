//! The control plane: REST API, embedded web UI, ingestion of what gateways see.
//!
//! [`App`] is the state; [`serve`] answers on a listener. Exchanges come in through [`Intake`], in order, to one
//! thread that learns, judges and keeps; readers get what it publishes, whole and without locks.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod access;
mod app;
mod auth;
mod clock;
mod core;
mod pace;
mod present;
mod problem;
mod router;
mod routes;
mod rules;
mod secret;
mod shield;
mod types;
mod ui;

pub use app::{ApiSpec, App, Error, Settings, open_store};
pub use core::ingest::Intake;
pub use core::keys::NewKey;
pub use router::{document, router};
pub use types::{ManagedBy, Role};

pub use core::third_parties::{probe as probe_third_parties, round as third_party_round, watch as watch_third_parties};

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long open answers may take after the stop.
const DRAIN: Duration = Duration::from_secs(3);

/// Answers on `listener` until the application's `stop`, then lets open answers end within seconds.
///
/// # Errors
/// When the listener can no longer accept.
pub async fn serve(app: Arc<App>, listener: TcpListener) -> std::io::Result<()> {
    let stop = app.stop.clone();
    let drained = stop.clone();
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned());
    tokio::select! {
        result = serving => result,
        () = async { drained.cancelled().await; tokio::time::sleep(DRAIN).await } => Ok(()),
    }
}
