//! Dropping what is old, for as long as the control plane runs.

use crate::app::App;
use crate::clock;
use palisade_store::Retention;
use std::sync::Arc;
use std::time::Duration;

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(60);

/// Drops what is older than is kept, until the application's stop.
pub async fn retain(app: Arc<App>, retention: Retention) {
    let rounds = async {
        loop {
            match app.store.retain(&retention, clock::now()).await {
                Ok(gone) => {
                    for (kind, rows) in gone {
                        tracing::info!(kind = kind.as_str(), rows, "old rows are gone");
                    }
                }
                Err(error) => tracing::error!(%error, "what is old stays"),
            }
            tokio::time::sleep(EVERY).await;
        }
    };
    tokio::select! {
        () = app.stop.cancelled() => {}
        () = rounds => {}
    }
}
