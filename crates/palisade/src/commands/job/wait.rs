//! Waiting for the end of a job.

use super::server::{Job, job, path};
use palisade_client::{Client, Error};
use palisade_report::terminal;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Shortest and longest pause between two questions.
const PAUSE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));
/// How long a control plane may be away.
const AWAY: Duration = Duration::from_secs(300);
/// How long a stream of events may say nothing before it is asked for anew.
const SILENCE: Duration = Duration::from_secs(60);

/// How far a job is, on a terminal's standard error.
pub struct Progress {
    shown: bool,
}

impl Progress {
    pub fn new() -> Progress {
        Progress { shown: std::io::stderr().is_terminal() }
    }

    fn show(&self, job: &Job) {
        let mut text = format!("{} {}", job.job_type, job.state.as_str());
        if !job.state.has_ended() {
            text.push_str(&format!(" {:.0} %", job.progress));
        }
        if let Some(doing) = job.progress_text.as_deref().filter(|doing| !doing.is_empty()) {
            text.push_str(&format!(", {doing}"));
        }
        self.line(&terminal(&text));
    }

    fn line(&self, text: &str) {
        if self.shown {
            let text: String = text.chars().take(100).collect();
            // Progress is worth nothing when stderr is closed.
            let _ = write!(std::io::stderr(), "\r\u{1b}[K{text}");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.line("");
    }
}

/// The job once it has ended. A control plane that is away for less than five minutes is waited for.
pub async fn until_ended(client: &Client, id: &str) -> Result<Job, Error> {
    let progress = Progress::new();
    let mut events = true;
    let mut away: Option<Instant> = None;
    let mut pause = PAUSE.0;
    loop {
        let asked_for = match job(client, id).await {
            Ok(job) if job.state.has_ended() => return Ok(job),
            Ok(job) => {
                away = None;
                progress.show(&job);
                None
            }
            Err(error) if error.is_temporary() && away.get_or_insert_with(Instant::now).elapsed() < AWAY => {
                progress.line(&format!("waiting: {error}"));
                error.retry_after()
            }
            Err(error) => return Err(error),
        };
        if events && away.is_none() {
            match follow(client, id, &progress).await {
                Ok(Some(job)) => return Ok(job),
                Ok(None) => {}
                // Something on the way holds streams back, or the server has none: asking again and again does, too.
                Err(error) => events = error.is_temporary(),
            }
        }
        tokio::time::sleep(asked_for.unwrap_or(pause)).await;
        pause = (pause * 2).min(PAUSE.1);
    }
}

/// Follows the events of a job; the job when they told that it has ended.
async fn follow(client: &Client, id: &str, progress: &Progress) -> Result<Option<Job>, Error> {
    let call = client.call(http::Method::GET, &format!("{}/events", path(id)));
    let mut events = call.events(SILENCE).await?;
    while let Some(event) = events.next().await? {
        if let Ok(job) = event.json::<Job>() {
            if job.state.has_ended() {
                return Ok(Some(job));
            }
            progress.show(&job);
        }
    }
    Ok(None)
}
