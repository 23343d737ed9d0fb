//! Runs jobs: asks a control plane for work, does it with the engines, and tells what came of it.
//!
//! [`run`] is the loop, the same for the controller inside a control plane and for one that runs beside private APIs and
//! connects outward only: they differ in their [`Queue`]. A job is held by a lease with a fence. Heartbeats renew it and
//! bring back whether someone wants the job stopped; who lost a lease drops the work.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod engine;
mod progress;
mod queue;
mod remote;
mod wire;
mod work;

pub use engine::{House, check, engine};
pub use progress::Progress;
pub use queue::{Queue, QueueError};
pub use remote::Remote;
pub use wire::{
    Asked, Beat, Completed, Depth, End, Found, Heard, Hello, JobOptions, JobType, Line, Outcome, Task, Welcome,
};
pub use work::{Settings, run};
