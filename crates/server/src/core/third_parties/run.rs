//! Assessments: asked for, begun in turn, ended, stopped.

use super::{AT_A_TIME, Running, lock};
use crate::app::App;
use crate::clock;
use futures_util::future::BoxFuture;
use palisade_posture::{Posture, Target};
use palisade_runner::posture::{Contract, Manners, Options, Step, assess};
use palisade_store::{AssessmentRow, Ended, Error, Store, ThirdPartyRow};
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;

/// Most bytes of a result; what a third party shows is bounded long before.
const MAX_RESULT: usize = 4 << 20;

/// State and reason of one that a person stopped.
const STOPPED: (&str, &str) = ("cancelled", "stopped by a person");

/// Who asks for an assessment.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked<'a> {
    /// The schedule.
    BySchedule,
    /// A principal, by name.
    By(&'a str),
}

/// One of the third party waits or runs already.
#[derive(Debug)]
pub struct Busy;

/// Asks for an assessment on behalf of `by` and lets it begin when it is its turn.
///
/// # Errors
/// The store's word, or [`Busy`].
pub async fn start(
    app: &Arc<App>,
    store: &Store,
    third_party: &str,
    by: &str,
) -> Result<Result<AssessmentRow, Busy>, Error> {
    let Some(row) = ask(store, third_party, Asked::By(by), clock::now()).await? else { return Ok(Err(Busy)) };
    fill(app).await?;
    Ok(Ok(row))
}

/// Keeps a new assessment that waits; `None` when one waits or runs already.
pub(super) async fn ask(
    store: &Store,
    third_party: &str,
    asked: Asked<'_>,
    now: i64,
) -> Result<Option<AssessmentRow>, Error> {
    let (scheduled, asked_by) = match asked {
        Asked::BySchedule => (true, "schedule"),
        Asked::By(name) => (false, name),
    };
    let row = AssessmentRow {
        id: clock::new_id(),
        third_party_id: third_party.to_owned(),
        state: "pending".to_owned(),
        reason: None,
        scheduled,
        asked_by: asked_by.to_owned(),
        created_at: now,
        started_at: None,
        ended_at: None,
        score: None,
        grade: None,
        summary: None,
    };
    Ok(store.add_assessment(&row).await?.then_some(row))
}

/// Lets waiting assessments begin while there is room, in the order they were asked for. A third party has at most one,
/// so none can hold up the others.
///
/// # Errors
/// The store's word.
pub fn fill(app: &Arc<App>) -> BoxFuture<'_, Result<(), Error>> {
    // What begins here calls this again at its end.
    Box::pin(begin(app))
}

async fn begin(app: &Arc<App>) -> Result<(), Error> {
    if !super::leads(app).await? {
        return Ok(());
    }
    let _filling = app.third_parties.filling.lock().await;
    for (store, row) in super::open(app).await? {
        if lock(&app.third_parties.running).len() >= AT_A_TIME {
            break;
        }
        if row.state != "pending" || !store.begin_assessment(&row.id, clock::now()).await? {
            continue;
        }
        let Some(third_party) = store.third_party(&row.third_party_id).await? else { continue };
        let running = Running {
            progress: Arc::new(Mutex::new("connecting".to_owned())),
            cancel: CancellationToken::new(),
            ended: CancellationToken::new(),
        };
        lock(&app.third_parties.running).insert(row.id.clone(), running.clone());
        tokio::spawn(run(Arc::clone(app), store, third_party, row.id, running));
    }
    Ok(())
}

async fn run(app: Arc<App>, store: Store, third_party: ThirdPartyRow, id: String, running: Running) {
    let work = assessment(&app, &store, &third_party, &running);
    let outcome = tokio::select! {
        biased;
        // What the stop cuts off is told, and asked for again, by the next start.
        () = app.stop.cancelled() => None,
        () = running.cancel.cancelled() => Some(Err((STOPPED.0, STOPPED.1.to_owned()))),
        outcome = work => Some(outcome.map_err(|reason| ("failed", reason))),
    };
    if let Some(outcome) = outcome
        && let Err(error) = end(&store, &id, outcome).await
    {
        tracing::error!(%error, assessment = %id, "keeping the end of an assessment");
    }
    lock(&app.third_parties.running).remove(&id);
    running.ended.cancel();
    // There is room for the next one.
    if !app.stop.is_cancelled()
        && let Err(error) = fill(&app).await
    {
        tracing::error!(%error, "beginning the next assessment");
    }
}

async fn assessment(
    app: &App,
    store: &Store,
    third_party: &ThirdPartyRow,
    running: &Running,
) -> Result<Posture, String> {
    let target = Target::parse(&third_party.url).map_err(|error| error.to_string())?;
    let options = Options {
        manners: manners(app, third_party),
        contract: contract(app, store.project(), third_party),
        dkim_selectors: serde_json::from_str(&third_party.selectors).unwrap_or_default(),
        ports: third_party.ports,
        feeds: Some(app.settings.data_dir.clone()),
        ..Options::default()
    };
    let progress = Arc::clone(&running.progress);
    let step = move |step: Step| {
        if let Step::Begun(part) = step {
            *lock(&progress) = part.as_str().to_owned();
        }
    };
    let now = jiff::Timestamp::from_microsecond(clock::now()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    assess(target, &options, now, &step).await.map_err(|error| error.to_string())
}

/// What may be asked of a third party, and at what cost.
pub(super) fn manners(app: &App, third_party: &ThirdPartyRow) -> Manners {
    let manners = &app.settings.manners;
    Manners { allow_private: third_party.allow_private && manners.allow_private, ..manners.clone() }
}

/// The contract in force of the API that people named.
fn contract(app: &App, project: &str, third_party: &ThirdPartyRow) -> Option<Contract> {
    let api = app.api_of(project, third_party.contract_api_id.as_deref()?)?;
    let config = api.config.load();
    let approved = config.approved.as_ref()?;
    Some(Contract { source: config.row.name.clone(), bytes: approved.row.body.clone().into_bytes(), folder: None })
}

async fn end(store: &Store, id: &str, outcome: Result<Posture, (&str, String)>) -> Result<(), Error> {
    let at = clock::now();
    let failed = |reason: &'static str| Ended { state: "failed", reason: Some(reason), at, result: None };
    let posture = match outcome {
        Ok(posture) => posture,
        Err((state, reason)) => {
            let ended = Ended { state, reason: Some(&reason), at, result: None };
            return store.end_assessment(id, &ended).await.map(drop);
        }
    };
    let (Ok(result), Ok(summary)) = (serde_json::to_string(&posture), serde_json::to_string(&posture.summary)) else {
        return store.end_assessment(id, &failed("the result cannot be written as JSON")).await.map(drop);
    };
    if result.len() > MAX_RESULT {
        return store.end_assessment(id, &failed("the result has more than 4 MiB")).await.map(drop);
    }
    let result = (i64::from(posture.score), posture.grade.as_str(), summary.as_str(), result.as_str());
    let ended = Ended { state: "completed", reason: None, at, result: Some(result) };
    store.end_assessment(id, &ended).await.map(drop)
}

/// Stops an assessment, if it waits or runs; when this returns nothing of it goes on.
///
/// # Errors
/// The store's word.
pub async fn cancel(app: &App, store: &Store, id: &str) -> Result<(), Error> {
    let running = {
        // Nothing begins meanwhile.
        let _filling = app.third_parties.filling.lock().await;
        let running = lock(&app.third_parties.running).get(id).cloned();
        let Some(running) = running else {
            let (state, reason) = STOPPED;
            let ended = Ended { state, reason: Some(reason), at: clock::now(), result: None };
            return store.end_assessment(id, &ended).await.map(drop);
        };
        running
    };
    running.cancel.cancel();
    running.ended.cancelled().await;
    Ok(())
}

/// Says of assessments that ran when the process ended that they failed, and asks for them again where a schedule had
/// asked. What waited goes on waiting.
///
/// # Errors
/// The store's word.
pub(super) async fn revive(app: &App) -> Result<(), Error> {
    for (store, row) in super::open(app).await?.into_iter().filter(|(_, row)| row.state == "running") {
        let reason = "the control plane ended while it ran";
        let ended = Ended { state: "failed", reason: Some(reason), at: clock::now(), result: None };
        store.end_assessment(&row.id, &ended).await?;
        if row.scheduled {
            ask(&store, &row.third_party_id, Asked::BySchedule, clock::now()).await?;
        }
    }
    Ok(())
}

/// Stops what runs here and was ended at another process: nothing of it goes on.
///
/// # Errors
/// The store's word.
pub(super) async fn stop_what_was_ended_elsewhere(app: &App) -> Result<(), Error> {
    // What runs stands in the store before it stands here, so that it is looked at first.
    let running: Vec<(String, Running)> =
        lock(&app.third_parties.running).iter().map(|(id, one)| (id.clone(), one.clone())).collect();
    if running.is_empty() {
        return Ok(());
    }
    let open = super::open(app).await?;
    for (id, one) in running {
        if !open.iter().any(|(_, row)| row.id == id) {
            one.cancel.cancel();
        }
    }
    Ok(())
}
