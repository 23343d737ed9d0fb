//! Schedules of jobs: a reconciler that, given the time, takes the runs that are due, asks for their jobs, and keeps what
//! came of them.
//!
//! A run is taken by one statement that only one of several control planes can make, and its job is asked for under a key
//! of its own, so that an end of the process between the two loses nothing and doubles nothing.

pub mod compare;
pub mod cron;
pub mod facts;

use crate::app::App;
use crate::clock;
use crate::core::jobs::{By, Refusal, ask};
use crate::types::{Missed, NewJob};
use cron::Timetable;
use palisade_store::job::{COMPLETED, JobRow};
use palisade_store::schedule::{DUE, REFUSED, SKIPPED, STARTED, ScheduleRow, ScheduleRunRow};
use palisade_store::{Error, Store};
use std::sync::Arc;
use std::time::Duration;

/// Time between two rounds.
const EVERY: Duration = Duration::from_secs(5);
/// A run that begins later than this after its time was missed, microseconds.
const GRACE: i64 = 5 * 60 * 1_000_000;
/// Schedules and runs that one round looks at.
const AT_ONCE: u32 = 200;

/// Lets schedules run until the process stops.
pub async fn watch(app: Arc<App>) {
    loop {
        if let Err(error) = round(&app, clock::now()).await {
            tracing::error!(%error, "running schedules");
        }
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Takes the runs of every project that are due at `now`, asks for the jobs that runs wait for, and keeps what came of
/// those that ended.
///
/// # Errors
/// The store's word; the next round tries again.
pub async fn round(app: &Arc<App>, now: i64) -> Result<(), Error> {
    for schedule in app.store.due_schedules(now, AT_ONCE).await? {
        let store = app.store.in_project(&schedule.project_id);
        let due_at = schedule.next_at.unwrap_or(now);
        let next = Timetable::read(&schedule.cron, &schedule.time_zone, now).ok().and_then(|times| times.next(now));
        let mut run = new_run(&schedule, due_at, now, None);
        if now - due_at > GRACE && Missed::of(&schedule.missed) == Missed::Skip {
            run.state = SKIPPED.to_owned();
            run.reason = Some("its time came while no control plane ran".to_owned());
            run.ended_at = Some(now);
        }
        store.take_schedule_run(&schedule, next, &run).await?;
    }
    for run in app.store.open_schedule_runs(AT_ONCE).await? {
        follow(app, &app.store.in_project(&run.project_id), run).await?;
    }
    Ok(())
}

/// A run that waits for its job.
pub fn new_run(schedule: &ScheduleRow, due_at: i64, now: i64, asked_by: Option<&str>) -> ScheduleRunRow {
    ScheduleRunRow {
        id: clock::new_id(),
        project_id: schedule.project_id.clone(),
        schedule_id: schedule.id.clone(),
        due_at,
        begun_at: now,
        asked_by: asked_by.map(str::to_owned),
        state: DUE.to_owned(),
        reason: None,
        job_id: None,
        ended_at: None,
        application_version: None,
        compliant: None,
        score: None,
        grade: None,
        summary: None,
        facts: None,
        comparison: None,
    }
}

/// Brings an open run as far as it goes by now.
///
/// # Errors
/// The store's word; nothing is lost then.
pub async fn follow(app: &App, store: &Store, run: ScheduleRunRow) -> Result<(), Error> {
    if run.state == DUE { begin(app, store, run).await } else { settle(store, run).await }
}

/// Asks for the job of a run.
async fn begin(app: &App, store: &Store, mut run: ScheduleRunRow) -> Result<(), Error> {
    let Some(schedule) = store.schedule(&run.schedule_id).await? else { return Ok(()) };
    let creator = format!("schedule {}", schedule.id);
    let name = format!("schedule {}", schedule.name);
    let key = format!("run {}", run.id);
    let asked = match store.job_of_key(&creator, &key).await? {
        Some(job) => Ok(job),
        None => match wanted(app, store, &schedule) {
            Err(reason) => Err(reason),
            Ok(new) => match ask(app, store, By { id: &creator, name: &name }, new, Some(key)).await {
                Ok((job, _)) => Ok(job),
                Err(Refusal::Store(error)) => return Err(error),
                // Another control plane asks for it at this moment: the next round sees its job.
                Err(Refusal::KeyReused) => return Ok(()),
                Err(Refusal::TooMany) => Err("too many of its jobs are open".to_owned()),
                Err(Refusal::Bad(_, detail)) => Err(detail),
            },
        },
    };
    match asked {
        Ok(job) => {
            run.state = STARTED.to_owned();
            run.application_version.clone_from(&job.application_version);
            run.job_id = Some(job.id);
        }
        Err(reason) => {
            run.state = REFUSED.to_owned();
            run.reason = Some(reason);
            run.ended_at = Some(clock::now());
        }
    }
    store.set_schedule_run(&run, DUE).await.map(drop)
}

/// The job that a schedule asks for at this moment.
fn wanted(app: &App, store: &Store, schedule: &ScheduleRow) -> Result<NewJob, String> {
    let mut new: NewJob = serde_json::from_str(&schedule.request)
        .map_err(|error| format!("its job was kept by another version and cannot be read: {error}"))?;
    new.document.clone_from(&schedule.document);
    let Some(id) = &schedule.contract_of else { return Ok(new) };
    let Some(api) = app.api_of(store.project(), id) else {
        return Err("the API whose contract it takes is gone".to_owned());
    };
    let (config, view) = (api.config.load_full(), api.view.load_full());
    let (text, version) = match (&config.approved, &view.learned) {
        (Some(approved), _) => (approved.row.body.clone(), format!("contract {}", approved.row.version)),
        (None, Some(learned)) => (learned.yaml.clone(), "learned contract".to_owned()),
        (None, None) => return Err("the API has no contract yet".to_owned()),
    };
    let name = &config.row.name;
    new.document = Some(text);
    new.document_name.get_or_insert_with(|| format!("{name}.openapi.yaml"));
    new.application.get_or_insert_with(|| name.clone());
    new.application_version.get_or_insert(version);
    Ok(new)
}

/// Keeps what came of the job of a run, once it ended.
async fn settle(store: &Store, mut run: ScheduleRunRow) -> Result<(), Error> {
    let job = match &run.job_id {
        Some(id) => store.job(id).await?,
        None => None,
    };
    let Some(job) = job else {
        run.state = "Failed".to_owned();
        run.reason = Some("its job was removed before it ended".to_owned());
        run.ended_at = Some(clock::now());
        return store.set_schedule_run(&run, STARTED).await.map(drop);
    };
    if !crate::types::JobState::of(&job.state).has_ended() {
        return Ok(());
    }
    run.state.clone_from(&job.state);
    run.reason.clone_from(&job.reason);
    run.ended_at = job.ended_at;
    run.application_version.clone_from(&job.application_version);
    run.compliant = job.compliant;
    run.score = job.score;
    run.grade.clone_from(&job.grade);
    run.summary.clone_from(&job.summary);
    if job.state == COMPLETED {
        keep_facts(store, &mut run, &job).await?;
    }
    store.set_schedule_run(&run, STARTED).await.map(drop)
}

async fn keep_facts(store: &Store, run: &mut ScheduleRunRow, job: &JobRow) -> Result<(), Error> {
    let after = compare::Side::of_job(store, job, Some(run.id.clone())).await?;
    if let Some(before) = store.schedule_run_before(&run.schedule_id, &run.id).await?
        && let Some(before) = compare::Side::of_run(store, &before).await?
    {
        run.comparison = serde_json::to_string(&compare::compare(before, after.clone()).await).ok();
    }
    run.facts = serde_json::to_string(&after.facts).ok();
    Ok(())
}
