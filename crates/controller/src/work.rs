//! The loop of a controller.

use crate::engine::{House, engine};
use crate::progress::Progress;
use crate::queue::{Queue, QueueError};
use crate::wire::{End, Heard, Hello, Outcome, Task, Welcome};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How long one request for a job is held.
const WAIT: Duration = Duration::from_secs(20);
/// Pause after the first failure; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause between two attempts to reach the control plane.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// How long running jobs may go on after the stop before they are given back.
const GRACE: Duration = Duration::from_secs(2);
/// How long giving back may take.
const FAREWELL: Duration = Duration::from_secs(10);

/// How a controller runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What it says of itself.
    pub hello: Hello,
    /// What its operator allows.
    pub house: House,
}

/// Pauses that grow with each failure. They differ between controllers, so that many do not come back at the same moment.
struct Pause {
    next: Duration,
    seed: u64,
}

impl Pause {
    fn new(instance: &str) -> Pause {
        let seed = instance
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        Pause { next: FIRST_PAUSE, seed }
    }

    fn grow(&mut self) -> Duration {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let whole = self.next;
        self.next = (whole * 2).min(LONGEST_PAUSE);
        // Between one half and the whole.
        whole / 2 + whole.mul_f64((self.seed >> 33) as f64 / f64::from(1_u32 << 31)) / 2
    }

    fn reset(&mut self) {
        self.next = FIRST_PAUSE;
    }
}

/// Runs jobs of a queue until `stop`; then what runs is finished or given back, and the control plane is told.
///
/// # Errors
/// When the control plane refuses this controller: its token is not good for it.
pub async fn run<Q: Queue>(queue: Arc<Q>, settings: Settings, stop: CancellationToken) -> Result<(), String> {
    let mut pause = Pause::new(&settings.hello.instance);
    let slots = Arc::new(Semaphore::new(settings.hello.parallel.max(1) as usize));
    let house = Arc::new(settings.house);
    let ending = CancellationToken::new();
    let mut running = JoinSet::new();
    let mut welcome: Option<Welcome> = None;
    let result = loop {
        let Some(known) = &welcome else {
            let met = tokio::select! {
                () = stop.cancelled() => break Ok(()),
                met = queue.hello(&settings.hello) => met,
            };
            match met {
                Ok(met) => {
                    tracing::info!(controller = %met.controller_id, name = %settings.hello.name, "takes jobs");
                    pause.reset();
                    welcome = Some(met);
                }
                Err(QueueError::Refused(reason)) => break Err(reason),
                Err(error) => wait(&mut pause, &error, &stop).await,
            }
            continue;
        };
        while running.try_join_next().is_some() {}
        let leased = tokio::select! {
            // A job that is being given at this very moment is given back when this controller says bye.
            () = stop.cancelled() => break Ok(()),
            leased = next(&*queue, &slots) => leased,
        };
        match leased {
            Ok((permit, Some(task))) => {
                pause.reset();
                let (queue, house, ending) = (Arc::clone(&queue), Arc::clone(&house), ending.clone());
                let every = Duration::from_secs(known.heartbeat_seconds.max(1).into());
                running.spawn(async move {
                    job(&*queue, task, &house, every, &ending).await;
                    drop(permit);
                });
            }
            Ok((_, None)) => pause.reset(),
            Err(QueueError::Lost) => {
                tracing::warn!("the control plane does not know this controller any more: it says hello again");
                welcome = None;
                // Never at once, again and again: another process of the same name would do the same.
                wait(&mut pause, &QueueError::Lost, &stop).await;
            }
            Err(QueueError::Refused(reason)) => break Err(reason),
            Err(error) => wait(&mut pause, &error, &stop).await,
        }
    };
    let finish = async { while running.join_next().await.is_some() {} };
    if timeout(GRACE, finish).await.is_err() {
        ending.cancel();
        let given_back = async { while running.join_next().await.is_some() {} };
        if timeout(FAREWELL, given_back).await.is_err() {
            tracing::warn!("some jobs could not be given back: they are tried again when their leases are over");
        }
    }
    if welcome.is_some() {
        // The control plane sees by itself, a little later, that nobody is there.
        let _ = queue.bye().await;
    }
    result
}

async fn wait(pause: &mut Pause, error: &QueueError, stop: &CancellationToken) {
    let time = pause.grow();
    tracing::warn!(%error, again_in_ms = time.as_millis() as u64, "the control plane gives no jobs");
    tokio::select! {
        () = stop.cancelled() => {}
        () = sleep(time) => {}
    }
}

/// Asks for a job when there is room for one.
async fn next<Q: Queue>(
    queue: &Q,
    slots: &Arc<Semaphore>,
) -> Result<(tokio::sync::OwnedSemaphorePermit, Option<Task>), QueueError> {
    let Ok(permit) = Arc::clone(slots).acquire_owned().await else {
        return Err(QueueError::Away("the controller ends".to_owned()));
    };
    let task = queue.lease(WAIT).await?;
    Ok((permit, task))
}

/// Does one job: work and heartbeats side by side, then the end.
async fn job<Q: Queue>(queue: &Q, task: Task, house: &House, every: Duration, ending: &CancellationToken) {
    let progress = Progress::default();
    tracing::info!(job = %task.id, attempt = task.attempt, kind = task.asked.job_type.as_str(), "begins");
    progress.at(0, &format!("attempt {} begins", task.attempt));
    let work = async {
        let document = match task.document {
            false => None,
            true => match fetch(queue, &task, every).await {
                Ok(document) => Some(document),
                Err(QueueError::Lost) => return None,
                Err(error) => {
                    return Some(Outcome::Failed {
                        reason: format!("the document cannot be had: {error}"),
                        again: true,
                    });
                }
            },
        };
        Some(engine(&task.asked, document, house, &progress).await)
    };
    tokio::pin!(work);
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let outcome = loop {
        tokio::select! {
            biased;
            () = ending.cancelled() => {
                progress.end();
                work.await;
                break Some(Outcome::GivenBack);
            }
            outcome = &mut work => break outcome,
            _ = ticks.tick() => match beat(queue, &task, &progress).await {
                Ok(Heard::Go) => {}
                Ok(Heard::Stop) => {
                    progress.end();
                    work.await;
                    progress.log("stopped");
                    break Some(Outcome::Cancelled);
                }
                Err(QueueError::Lost) => {
                    progress.end();
                    work.await;
                    break None;
                }
                // The lease may still hold: the next heartbeat tells.
                Err(error) => tracing::warn!(job = %task.id, %error, "a heartbeat did not arrive"),
            },
        }
    };
    let Some(outcome) = outcome else {
        tracing::warn!(job = %task.id, "the lease is over: the work is dropped");
        return;
    };
    tell_end(queue, &task, outcome, &progress, ending).await;
}

async fn beat<Q: Queue>(queue: &Q, task: &Task, progress: &Progress) -> Result<Heard, QueueError> {
    let beat = progress.beat(task.fence);
    let heard = queue.beat(task, &beat).await?;
    progress.sent(&beat.log);
    Ok(heard)
}

async fn fetch<Q: Queue>(queue: &Q, task: &Task, every: Duration) -> Result<Vec<u8>, QueueError> {
    for _ in 0..3 {
        match queue.document(task).await {
            Err(QueueError::Away(_)) => sleep(every).await,
            other => return other,
        }
    }
    queue.document(task).await
}

/// Tells the end until it is kept or the lease is over.
async fn tell_end<Q: Queue>(queue: &Q, task: &Task, outcome: Outcome, progress: &Progress, ending: &CancellationToken) {
    let word = match &outcome {
        Outcome::Completed(_) => "completed",
        Outcome::Failed { .. } => "failed",
        Outcome::Cancelled => "cancelled",
        Outcome::GivenBack => "given back",
    };
    let mut pause = Pause::new(&task.id);
    let end = End { fence: task.fence, outcome, log: progress.beat(task.fence).log };
    let begun = Instant::now();
    loop {
        match queue.end(task, &end).await {
            Ok(()) => {
                tracing::info!(job = %task.id, "{word}");
                return;
            }
            Err(QueueError::Lost) => {
                tracing::warn!(job = %task.id, "the lease was over before the end was told");
                return;
            }
            Err(QueueError::Refused(error)) => {
                tracing::error!(job = %task.id, %error, "the end of the job is refused");
                return;
            }
            Err(QueueError::Away(error)) => {
                // Someone else has the job long since.
                if begun.elapsed() > Duration::from_secs(900) {
                    tracing::error!(job = %task.id, %error, "the end of the job could not be told");
                    return;
                }
                tokio::select! {
                    () = ending.cancelled() => return,
                    () = sleep(pause.grow()) => {}
                }
            }
        }
    }
}
