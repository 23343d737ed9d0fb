//! What is done from time to time: leases that are over, jobs that nobody takes, jobs that are old.

use crate::app::App;
use crate::clock;
use palisade_store::Error;
use std::sync::Arc;
use std::time::Duration;

/// Time between two rounds.
const EVERY: Duration = Duration::from_secs(2);
/// Time between two sweeps of what is old.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Looks after jobs until the process stops. Leases are looked after only once this process has run for as long as one
/// holds: who holds one had nobody to tell while no control plane was there.
pub async fn watch(app: Arc<App>) {
    let told = |doing: &str, result: Result<(), Error>| {
        if let Err(error) = result {
            tracing::error!(%error, "{doing}");
        }
    };
    let leases = async {
        tokio::time::sleep(app.settings.jobs.lease).await;
        loop {
            told("looking after leases", reap(&app, clock::now()).await);
            tokio::time::sleep(EVERY).await;
        }
    };
    let sweeps = async {
        loop {
            told("dropping old jobs", round(&app, clock::now()).await);
            tokio::time::sleep(SWEEP_EVERY).await;
        }
    };
    tokio::select! {
        () = app.stop.cancelled() => {}
        () = leases => {}
        () = sweeps => {}
    }
}

async fn reap(app: &App, now: i64) -> Result<(), Error> {
    let lost = app.store.reap_leases(&app.settings.jobs.limits(), now).await?;
    if lost > 0 {
        tracing::warn!(jobs = lost, "controllers were not heard of any more: their jobs are tried again");
        app.jobs.asked.notify_waiters();
    }
    Ok(())
}

/// Ends jobs that nobody took for as long as ended ones are kept, and drops jobs and controllers that are old at `now`.
///
/// # Errors
/// The store's word; the next round tries again.
pub async fn round(app: &App, now: i64) -> Result<(), Error> {
    let limits = app.settings.jobs.limits();
    let before = now.saturating_sub(limits.keep);
    let reason = "no controller took it for as long as jobs are kept";
    app.store.fail_stale_jobs(before, reason, now, now.saturating_add(limits.keep)).await?;
    while app.store.sweep_jobs(now).await? > 0 {}
    app.store.sweep_controllers(before).await
}
