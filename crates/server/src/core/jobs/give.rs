//! What controllers ask for and tell.

use super::Request;
use crate::app::App;
use crate::clock;
use crate::core::gates;
use palisade_controller::{Beat, Completed, End, Heard, Hello, Line, Outcome, Task, Welcome};
use palisade_finding::{Finding, Summary};
use palisade_store::job::{Beat as KeptBeat, Ended, Held, JobFindingRow, JobLogRow, JobRow, Leaser};
use palisade_store::{ControllerRow, Error, Store};
use std::time::Duration;
use tokio::time::Instant;

/// Time between two looks at a store in which other processes may ask for jobs.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Findings of one job.
const MAX_FINDINGS: usize = 10_000;
/// Characters of a line of a log, of what is being done and of a reason.
const MAX_LINE: usize = 500;
/// Lines that one call brings.
const MAX_LINES: usize = 5000;

/// The controller is not known any more: another instance has taken its name, or it was dropped.
#[derive(Debug)]
pub struct GoneController;

/// Notes a controller that has started in the store's project and looks after the jobs that its earlier instance held.
///
/// # Errors
/// The store's word.
pub async fn hello(app: &App, store: &Store, hello: &Hello, shared: bool) -> Result<Welcome, Error> {
    let now = clock::now();
    let capabilities: Vec<&str> = hello.job_types.iter().map(|one| one.as_str()).collect();
    let row = ControllerRow {
        id: clock::new_id(),
        project_id: store.project().to_owned(),
        name: hello.name.clone(),
        shared,
        instance: hello.instance.clone(),
        version: hello.version.clone(),
        capabilities: serde_json::to_string(&capabilities).unwrap_or_default(),
        parallel: i64::from(hello.parallel),
        allow_private: hello.allow_private,
        stopped: false,
        created_at: now,
        last_seen: now,
    };
    let kept = store.start_controller(&row).await?;
    let limits = app.settings.jobs.limits();
    let lost = store.reap_instance(&kept.id, &kept.instance, &limits, now).await?;
    if lost > 0 {
        tracing::info!(controller = %kept.name, jobs = lost, "an earlier instance of it held jobs, which are tried again");
    }
    let seconds = |time: Duration| u32::try_from(time.as_secs()).unwrap_or(u32::MAX).max(1);
    let lease = app.settings.jobs.lease;
    Ok(Welcome {
        controller_id: kept.id,
        lease_seconds: seconds(lease),
        heartbeat_seconds: seconds(lease / 4).min(if shared { 1 } else { 2 }),
    })
}

/// Leases a job to a controller, waiting for one for so long.
///
/// # Errors
/// The store's word, or [`GoneController`].
pub async fn lease(
    app: &App,
    store: &Store,
    controller: &ControllerRow,
    instance: &str,
    wait: Duration,
) -> Result<Result<Option<Task>, GoneController>, Error> {
    let until = Instant::now() + wait;
    let capabilities: Vec<String> = serde_json::from_str(&controller.capabilities).unwrap_or_default();
    let job_types: Vec<&str> = capabilities.iter().map(String::as_str).collect();
    let to = Leaser {
        controller_id: &controller.id,
        name: &controller.name,
        instance,
        project: (!controller.shared).then_some(&*controller.project_id),
        job_types: &job_types,
    };
    let limits = app.settings.jobs.limits();
    if !store.see_controller(&controller.id, instance, false, clock::now()).await? {
        return Ok(Err(GoneController));
    }
    loop {
        let asked = app.jobs.asked.notified();
        let lease = match app.stop.is_cancelled() {
            true => None,
            false => store.lease_job(to, &limits, clock::now()).await?,
        };
        if let Some(lease) = lease {
            match task(&lease.job, lease.document) {
                Ok(task) => return Ok(Ok(Some(task))),
                Err(reason) => {
                    let ended = Ended::Failed { reason: &reason, again: false };
                    store.end_job(held(&controller.id, &lease.job), ended, &[], &limits, clock::now()).await?;
                    continue;
                }
            }
        }
        let now = Instant::now();
        if now >= until || app.stop.is_cancelled() {
            return Ok(Ok(None));
        }
        tokio::select! {
            () = asked => {}
            () = tokio::time::sleep_until(until.min(now + LOOK_EVERY)) => {}
            () = app.stop.cancelled() => {}
        }
    }
}

fn held<'a>(controller_id: &'a str, job: &'a JobRow) -> Held<'a> {
    Held { controller_id, job_id: &job.id, fence: job.fence }
}

fn task(job: &JobRow, document: bool) -> Result<Task, String> {
    let request: Request = serde_json::from_str(&job.request)
        .map_err(|error| format!("what was asked for was kept by another version and cannot be read: {error}"))?;
    Ok(Task {
        id: job.id.clone(),
        fence: job.fence,
        attempt: u32::try_from(job.attempts).unwrap_or(1),
        asked: request.asked,
        document,
    })
}

/// Text of a controller as it is kept: one line, bounded.
fn plain(text: &str) -> String {
    let inert = |letter: char| match letter {
        letter if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') => ' ',
        letter => letter,
    };
    text.chars().map(inert).take(MAX_LINE).collect()
}

fn lines(log: &[Line]) -> Vec<JobLogRow> {
    let row =
        |line: &Line| JobLogRow { time: line.time, fence: 0, number: i64::from(line.number), line: plain(&line.text) };
    log.iter().take(MAX_LINES).map(row).collect()
}

/// Renews a lease; `None` when the controller does not hold the job any more.
///
/// # Errors
/// The store's word.
pub async fn beat(
    app: &App,
    store: &Store,
    controller_id: &str,
    job_id: &str,
    beat: &Beat,
) -> Result<Option<Heard>, Error> {
    let held = Held { controller_id, job_id, fence: beat.fence };
    let (text, log) = (plain(&beat.text), lines(&beat.log));
    let kept = KeptBeat { progress: i64::from(beat.progress.min(100)), text: &text, log: &log };
    let stop = store.beat_job(held, &kept, &app.settings.jobs.limits(), clock::now()).await?;
    Ok(stop.map(|stop| if stop { Heard::Stop } else { Heard::Go }))
}

/// Keeps the end of a lease; false when the controller does not hold the job any more.
///
/// # Errors
/// The store's word; nothing is kept then.
pub async fn end(app: &App, store: &Store, controller_id: &str, job_id: &str, end: End) -> Result<bool, Error> {
    let End { fence, outcome, log } = end;
    let held = Held { controller_id, job_id, fence };
    let (log, limits, now) = (lines(&log), app.settings.jobs.limits(), clock::now());
    let keep = |ended| async move { store.end_job(held, ended, &log, &limits, now).await };
    let completed = match outcome {
        Outcome::Completed(completed) => *completed,
        Outcome::Failed { reason, again } => {
            return keep(Ended::Failed { reason: &plain(&reason), again }).await;
        }
        Outcome::Cancelled => return keep(Ended::Cancelled).await,
        Outcome::GivenBack => return keep(Ended::GivenBack).await,
    };
    let Some(job) = store.held_job(held).await? else {
        // It may have been kept by an earlier call.
        return keep(Ended::GivenBack).await;
    };
    let Completed { score, grade, summary, findings, report } = completed;
    let request: Option<Request> = serde_json::from_str(&job.request).ok();
    let by_gate = match request.as_ref().and_then(|request| request.gate.as_ref()) {
        Some(gate) => {
            let found: Vec<Finding> = findings.iter().map(|found| found.finding.clone()).collect();
            Some(gates::judge_job(store, &job, gate, &found, score, &report).await?.1.compliant())
        }
        None => None,
    };
    let compliant = match (request.and_then(|request| compliant(&request, &summary)), by_gate) {
        (None, by_gate) => by_gate,
        (by_severity, None) => by_severity,
        (Some(by_severity), Some(by_gate)) => Some(by_severity && by_gate),
    };
    let findings: Vec<JobFindingRow> = findings
        .into_iter()
        .take(MAX_FINDINGS)
        .enumerate()
        .map(|(position, found)| JobFindingRow {
            id: clock::new_id(),
            position: position as i64,
            severity: found.finding.severity.as_str().to_owned(),
            source: plain(&found.source),
            categories: serde_json::to_string(&found.categories).unwrap_or_default(),
            body: serde_json::to_string(&found.finding).unwrap_or_default(),
            created_at: now,
        })
        .collect();
    let (summary, report) = (serde_json::to_string(&summary).unwrap_or_default(), report.to_string());
    keep(Ended::Completed {
        compliant,
        score: score.filter(|score| score.is_finite()),
        grade: grade.as_deref(),
        summary: &summary,
        findings: &findings,
        report: &report,
    })
    .await
}

/// Whether what was found keeps what was asked for; nothing without a condition.
fn compliant(request: &Request, summary: &Summary) -> Option<bool> {
    let worst = summary.counts().into_iter().find(|(_, count)| *count > 0).map(|(severity, _)| severity);
    let above = request.max_severity_allowed.map(|most| worst.is_none_or(|worst| worst <= most.into()));
    let at = request.fail_on.map(|least| worst.is_none_or(|worst| worst < least.into()));
    match (above, at) {
        (None, None) => None,
        (above, at) => Some(above.unwrap_or(true) && at.unwrap_or(true)),
    }
}

/// Notes that a controller ends; what it still holds waits again, and the attempt does not count.
///
/// # Errors
/// The store's word.
pub async fn bye(app: &App, store: &Store, controller: &ControllerRow, instance: &str) -> Result<(), Error> {
    let now = clock::now();
    store.see_controller(&controller.id, instance, true, now).await?;
    store.give_back(&controller.id, instance, &app.settings.jobs.limits(), now).await.map(drop)
}

/// How long a controller may be silent before it counts as lost, microseconds.
pub(super) const SILENT: i64 = 60 * 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::SeverityName;
    use palisade_controller::{Asked, JobOptions, JobType};

    #[test]
    fn conditions_are_about_the_worst_finding() {
        let request = |most, least| Request {
            asked: Asked {
                job_type: JobType::OasScoringJob,
                document_name: None,
                url: None,
                fuzzing_depth: None,
                options: JobOptions::default(),
                rules: Vec::new(),
            },
            max_severity_allowed: most,
            fail_on: least,
            gate: None,
        };
        let medium = Summary { medium: 1, info: 9, ..Summary::default() };
        let judged = |most, least, summary| compliant(&request(most, least), &summary);
        assert_eq!(judged(None, None, medium), None);
        assert_eq!(judged(Some(SeverityName::Medium), None, medium), Some(true));
        assert_eq!(judged(Some(SeverityName::Low), None, medium), Some(false));
        assert_eq!(judged(None, Some(SeverityName::Medium), medium), Some(false));
        assert_eq!(judged(None, Some(SeverityName::High), medium), Some(true));
        assert_eq!(judged(Some(SeverityName::Medium), Some(SeverityName::Info), medium), Some(false));
        assert_eq!(judged(Some(SeverityName::Info), Some(SeverityName::Info), Summary::default()), Some(true));
    }

    #[test]
    fn text_of_a_controller_stays_on_one_line() {
        assert_eq!(plain("a\nb\u{1b}[2J"), "a b [2J");
        assert_eq!(plain(&"x".repeat(MAX_LINE + 1)).len(), MAX_LINE);
    }
}
