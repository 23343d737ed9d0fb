//! Keeps watch over third-party APIs: runs what was asked for and what a schedule asks for, few at a time; measures
//! availability; drops what is old.
//!
//! What waits and what runs stands in the store, so that an end of the process loses nothing: [`revive`] says what was cut
//! off and asks for it again where a schedule had asked. Of several processes on one store one assesses, as long as its lease
//! runs; what another is asked for begins in its next round. [`round`] and [`probe`] are given the time; [`watch`] calls them.

mod availability;
mod result;
mod run;
mod schedule;

pub use availability::{KEEP, days, figures, latency, probe};
pub use result::{Kept, KeptCategory, compliance, read_policy, trend};
use run::revive;
pub use run::{Busy, cancel, fill, start};
pub use schedule::{check as check_schedule, next as next_time};

use crate::app::App;
use crate::clock;
use crate::types::Schedule;
use palisade_store::query::Query;
use palisade_store::{AssessmentRow, Error, Store, THIRD_PARTIES, ThirdPartyRow};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Third parties of a project: each is asked regularly, so their number is bounded.
pub const MOST: u32 = 200;
/// Assessments that run at a time.
const AT_A_TIME: usize = 2;
/// Time between two looks at schedules and probes.
const EVERY: Duration = Duration::from_secs(5);
/// How long this process is the one that assesses, without asking again; microseconds.
const LEASE: i64 = 20 * 1_000_000;
/// Time between two sweeps of what is old, microseconds.
const SWEEP_EVERY: i64 = 3600 * 1_000_000;

/// What runs and what is due.
#[derive(Debug, Default)]
pub struct ThirdParties {
    running: Mutex<BTreeMap<String, Running>>,
    /// Held by whoever lets waiting assessments begin.
    filling: tokio::sync::Mutex<()>,
    /// When the next light request is due, microseconds, by third party.
    due: Mutex<HashMap<String, i64>>,
    swept: Mutex<i64>,
    /// This process is the one of several that assesses.
    leading: AtomicBool,
}

/// An assessment that runs.
#[derive(Debug, Clone)]
struct Running {
    /// What it is doing.
    progress: Arc<Mutex<String>>,
    cancel: CancellationToken,
    ended: CancellationToken,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ThirdParties {
    /// What a running assessment is doing.
    pub fn progress(&self, assessment: &str) -> Option<String> {
        lock(&self.running).get(assessment).map(|running| lock(&running.progress).clone())
    }
}

/// Looks at schedules and availability until the process stops.
pub async fn watch(app: Arc<App>) {
    let told = |doing: &str, result: Result<(), Error>| {
        if let Err(error) = result {
            tracing::error!(%error, "{doing}");
        }
    };
    let rounds = async {
        loop {
            told("looking at schedules of third parties", round(&app, clock::now()).await);
            tokio::time::sleep(EVERY).await;
        }
    };
    // Apart from the rounds: a third party that does not answer holds up no assessment.
    let probes = async {
        loop {
            told("measuring the availability of third parties", probe(&app, clock::now()).await);
            tokio::time::sleep(EVERY).await;
        }
    };
    tokio::select! {
        () = app.stop.cancelled() => {}
        () = rounds => {}
        () = probes => {}
    }
}

/// Every third party of every project, each with the store of its project. Their number is bounded in each.
async fn all(app: &App) -> Result<Vec<(Store, ThirdPartyRow)>, Error> {
    let mut all = Vec::new();
    for project in app.store.project_ids().await? {
        let store = app.store.in_project(&project);
        let rows = store.third_parties(&Query::first(&THIRD_PARTIES, MOST)).await?.items;
        all.extend(rows.into_iter().map(|row| (store.clone(), row)));
    }
    Ok(all)
}

/// Open assessments of every project, the oldest first, each with the store of its project.
async fn open(app: &App) -> Result<Vec<(Store, AssessmentRow)>, Error> {
    let mut all = Vec::new();
    for project in app.store.project_ids().await? {
        let store = app.store.in_project(&project);
        let rows = store.open_assessments().await?;
        all.extend(rows.into_iter().map(|row| (store.clone(), row)));
    }
    all.sort_by(|one, two| one.1.id.cmp(&two.1.id));
    Ok(all)
}

/// True while this process is the one that assesses; asks for the lease. When it becomes so it revives what another one was cut off from.
///
/// # Errors
/// The store's word.
pub async fn leads(app: &App) -> Result<bool, Error> {
    let now = clock::now();
    let leads = app.store.lead("third-parties", &app.holder, now, now + LEASE).await?;
    let before = app.third_parties.leading.swap(leads, Ordering::Relaxed);
    if leads && !before {
        revive(app).await?;
    }
    Ok(leads)
}

/// Asks for the assessments that schedules ask for at `now`, lets waiting ones begin, and drops what is old.
///
/// # Errors
/// The store's word; the next round tries again.
pub async fn round(app: &Arc<App>, now: i64) -> Result<(), Error> {
    if !leads(app).await? {
        return Ok(());
    }
    for (store, row) in all(app).await? {
        let Some(schedule) = row.schedule.as_deref().and_then(|text| serde_json::from_str::<Schedule>(text).ok())
        else {
            continue;
        };
        if row.next_at.is_none_or(|next| next > now) {
            continue;
        }
        // One that waits or runs already does for this time too.
        run::ask(&store, &row.id, run::Asked::BySchedule, now).await?;
        store.set_next_assessment(&row, schedule::next(&schedule, now)).await?;
    }
    run::stop_what_was_ended_elsewhere(app).await?;
    fill(app).await?;
    let due = {
        let mut swept = lock(&app.third_parties.swept);
        let due = now.saturating_sub(*swept) >= SWEEP_EVERY;
        if due {
            *swept = now;
        }
        due
    };
    if due {
        for project in app.store.project_ids().await? {
            app.store.in_project(&project).sweep_third_parties().await?;
        }
    }
    Ok(())
}
