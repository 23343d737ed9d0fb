//! Keeps watch over third-party APIs: runs what was asked for and what a schedule asks for, few at a time; measures
//! availability; drops what is old.
//!
//! What waits and what runs stands in the store, so that an end of the process loses nothing: [`revive`] says what was cut
//! off and asks for it again where a schedule had asked. [`round`] and [`probe`] are given the time; [`watch`] calls them.

mod availability;
mod result;
mod run;
mod schedule;

pub use availability::{KEEP, days, figures, latency, probe};
pub use result::{Kept, KeptCategory, compliance, read_policy, trend};
pub use run::{Busy, cancel, fill, revive, start};
pub use schedule::{check as check_schedule, next as next_time};

use crate::app::App;
use crate::clock;
use crate::types::Schedule;
use palisade_store::query::Query;
use palisade_store::{Error, THIRD_PARTIES, ThirdPartyRow};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Third parties of a project: each is asked regularly, so their number is bounded.
pub const MOST: u32 = 200;
/// Assessments that run at a time.
const AT_A_TIME: usize = 2;
/// Time between two looks at schedules and probes.
const EVERY: Duration = Duration::from_secs(5);
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

/// Every third party: their number is bounded.
async fn all(app: &App) -> Result<Vec<ThirdPartyRow>, Error> {
    Ok(app.store.third_parties(&Query::first(&THIRD_PARTIES, MOST)).await?.items)
}

/// Asks for the assessments that schedules ask for at `now`, lets waiting ones begin, and drops what is old.
///
/// # Errors
/// The store's word; the next round tries again.
pub async fn round(app: &Arc<App>, now: i64) -> Result<(), Error> {
    for row in all(app).await? {
        let Some(schedule) = row.schedule.as_deref().and_then(|text| serde_json::from_str::<Schedule>(text).ok())
        else {
            continue;
        };
        if row.next_at.is_none_or(|next| next > now) {
            continue;
        }
        // One that waits or runs already does for this time too.
        run::ask(app, &row.id, run::Asked::BySchedule, now).await?;
        app.store.set_next_assessment(&row, schedule::next(&schedule, now)).await?;
    }
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
        app.store.sweep_third_parties().await?;
    }
    Ok(())
}
