//! The engines: one file a type of job.

mod fuzzing;
mod oas;
mod third_party;

use crate::progress::Progress;
use crate::wire::{Asked, JobOptions, JobType, Outcome};
use futures_util::FutureExt;
use palisade_runner::posture::Manners;
use rustls_pki_types::CertificateDer;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;

/// Findings of a job that are listed; the summary counts all.
const MOST_FINDINGS: usize = 10_000;

/// What whoever runs the controller allows and gives.
#[derive(Debug, Clone, Default)]
pub struct House {
    /// What assessments may cost; `allow_private`: hosts of this machine and of private networks may be asked.
    pub manners: Manners,
    /// Certificates that are trusted beside the system's.
    pub roots: Vec<CertificateDer<'static>>,
    /// The data directory, whose feeds tell reputation and place.
    pub feeds: Option<PathBuf>,
}

/// Says what is wrong with what is asked for, before it becomes a job.
///
/// # Errors
/// What is wrong: the member, and what to do about it.
pub fn check(asked: &Asked, document: bool) -> Result<(), (&'static str, String)> {
    let JobOptions { profile, dkim_selectors, .. } = &asked.options;
    let job_type = asked.job_type.as_str();
    let needs_document = matches!(asked.job_type, JobType::OasScoringJob | JobType::FuzzingJob);
    match (needs_document, document) {
        (true, false) => return Err(("document", format!("{job_type} needs a contract: send its text."))),
        (false, true) => return Err(("document", format!("{job_type} takes no document."))),
        _ => {}
    }
    let needs_url = matches!(asked.job_type, JobType::ThirdPartyApiScoringJob | JobType::FuzzingJob);
    match (&asked.url, needs_url) {
        (None, true) => return Err(("url", format!("{job_type} needs the URL of the API."))),
        (Some(_), false) => return Err(("url", format!("{job_type} asks no API: leave the URL out."))),
        (Some(url), true) => third_party::target(url).map(drop).map_err(|error| ("url", format!("{error}.")))?,
        (None, false) => {}
    }
    if asked.fuzzing_depth.is_some() && asked.job_type != JobType::FuzzingJob {
        return Err(("fuzzing_depth", format!("fuzzing_depth is for a FuzzingJob, not for {job_type}.")));
    }
    if let Some(profile) = profile {
        oas::profile(profile).map(drop).map_err(|error| ("options", format!("{error}.")))?;
    }
    third_party::check_selectors(dkim_selectors).map_err(|error| ("options", error))
}

/// Does what is asked for. It ends soon after `progress` says that it is to end, and nothing of it goes on then.
pub async fn engine(asked: &Asked, document: Option<Vec<u8>>, house: &House, progress: &Progress) -> Outcome {
    if let Err((_, reason)) = check(asked, document.is_some()) {
        return Outcome::Failed { reason, again: false };
    }
    let document = document.unwrap_or_default();
    let work = async {
        match asked.job_type {
            JobType::OasScoringJob => oas::run(asked, document, progress).await,
            JobType::ThirdPartyApiScoringJob => third_party::run(asked, house, progress).await,
            JobType::FuzzingJob => fuzzing::run(asked, document, house, progress).await,
        }
    };
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| broken())
}

/// How a panic of an engine is told: another attempt may not have it.
fn broken() -> Outcome {
    Outcome::Failed { reason: "the engine broke down; the log of its controller says where".to_owned(), again: true }
}

/// Work for a thread of its own.
async fn on_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Outcome> {
    tokio::task::spawn_blocking(work).await.map_err(|_| broken())
}
