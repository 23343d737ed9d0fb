//! One timer a connection: moving it later, the common case, costs no visit to the timer wheel.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// A deadline that moves.
pub(crate) struct Deadline {
    sleep: Pin<Box<Sleep>>,
    at: Instant,
}

impl Deadline {
    /// A deadline far away.
    pub(crate) fn new() -> Deadline {
        let at = Instant::now() + Duration::from_secs(24 * 3600);
        Deadline { sleep: Box::pin(tokio::time::sleep_until(at)), at }
    }

    /// Puts the deadline so far from now.
    pub(crate) fn set(&mut self, limit: Duration) {
        self.at = Instant::now() + limit;
        if self.at < self.sleep.deadline() {
            self.sleep.as_mut().reset(self.at);
        }
    }

    /// Ready once the deadline has passed.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if self.sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if Instant::now() >= self.at {
                return Poll::Ready(());
            }
            // It fired for an earlier place.
            self.sleep.as_mut().reset(self.at);
        }
    }

    /// Runs a future up to the deadline; `None` when that came first.
    pub(crate) async fn run<F: Future>(&mut self, limit: Duration, work: F) -> Option<F::Output> {
        self.set(limit);
        let mut work = std::pin::pin!(work);
        std::future::poll_fn(|cx| {
            if let Poll::Ready(output) = work.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            self.poll(cx).map(|()| None)
        })
        .await
    }
}
