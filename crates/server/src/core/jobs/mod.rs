//! Jobs: asked for, given to controllers, ended, dropped.
//!
//! What waits and what runs stands in the store alone, so that an end of this process loses nothing. A controller, be it the
//! one in this process or one elsewhere, goes through the same functions.

mod ask;
mod embedded;
mod give;
mod present;
mod report;
mod round;

pub use ask::{By, Refusal, ask};
pub use embedded::run as run_embedded;
pub use give::{GoneController, beat, bye, end, hello, lease};
pub use present::{controller, finding, job};
pub use report::{Material, Unknown, render};
pub use round::{round, watch};

use crate::core::gates::Named;
use crate::types::SeverityName;
use palisade_controller::Asked;
use palisade_store::job::Limits;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::sync::Notify;

/// How jobs are run.
#[derive(Debug, Clone)]
pub struct JobSettings {
    /// How long ended jobs are kept with everything that came of them.
    pub retention: Duration,
    /// How long a lease holds without a heartbeat.
    pub lease: Duration,
    /// Attempts of one job.
    pub attempts: u32,
    /// Jobs of one creator that run at a time, on all controllers together.
    pub per_creator: u32,
    /// Jobs that the controller in this process runs at a time; 0: there is none.
    pub parallel: u32,
}

impl Default for JobSettings {
    fn default() -> Self {
        JobSettings {
            retention: Duration::from_secs(7 * 24 * 3600),
            lease: Duration::from_secs(30),
            attempts: 3,
            per_creator: 4,
            parallel: 2,
        }
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

impl JobSettings {
    /// What bounds leases.
    pub fn limits(&self) -> Limits {
        Limits {
            per_creator: self.per_creator,
            attempts: self.attempts,
            lease: micros(self.lease),
            back_off: micros(self.lease / 6),
            keep: micros(self.retention),
        }
    }
}

/// What this process knows of jobs beside the store.
#[derive(Debug, Default)]
pub struct Jobs {
    /// Told when a job was asked for: who waits for one looks again.
    asked: Notify,
}

/// A job as it is kept: what the engine is told, and what its result is judged by.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// What the engine is told.
    #[serde(flatten)]
    pub asked: Asked,
    /// No finding may be worse.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_severity_allowed: Option<SeverityName>,
    /// No finding may be as bad or worse.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fail_on: Option<SeverityName>,
    /// The gate that must hold, as it was when the job was asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub gate: Option<Named>,
}
