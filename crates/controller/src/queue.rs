//! Where jobs come from.

use crate::wire::{Beat, End, Heard, Hello, Task, Welcome};
use std::future::Future;
use std::time::Duration;

/// Why the control plane did not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// It cannot be reached, or cannot do it now.
    #[error("{0}")]
    Away(String),
    /// It refuses this controller, and will again.
    #[error("{0}")]
    Refused(String),
    /// The lease is over, or the control plane does not know this instance any more.
    #[error("the lease is over")]
    Lost,
}

/// Where jobs come from and where their ends go.
pub trait Queue: Send + Sync + 'static {
    /// Says that this controller has started.
    fn hello(&self, hello: &Hello) -> impl Future<Output = Result<Welcome, QueueError>> + Send;

    /// Asks for a job, for so long.
    fn lease(&self, wait: Duration) -> impl Future<Output = Result<Option<Task>, QueueError>> + Send;

    /// Fetches the document of a job.
    fn document(&self, task: &Task) -> impl Future<Output = Result<Vec<u8>, QueueError>> + Send;

    /// Renews a lease.
    fn beat(&self, task: &Task, beat: &Beat) -> impl Future<Output = Result<Heard, QueueError>> + Send;

    /// Ends a lease. Nothing is wrong with telling it twice.
    fn end(&self, task: &Task, end: &End) -> impl Future<Output = Result<(), QueueError>> + Send;

    /// Says that this controller ends.
    fn bye(&self) -> impl Future<Output = Result<(), QueueError>> + Send;
}
