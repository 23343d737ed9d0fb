//! How an API's requests get to its upstreams: balance, health, retries, times.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Most upstreams of one API.
pub const MAX_UPSTREAMS: usize = 64;

/// How the next upstream is chosen. Both keep to the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Balance {
    /// One after the other.
    #[default]
    RoundRobin,
    /// Of two drawn at random the one with fewer requests under way.
    LeastRequests,
}

/// A span of time in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// So many seconds.
    pub const fn seconds(seconds: u64) -> Millis {
        Millis(seconds * 1000)
    }

    /// The span as the standard library has it.
    pub const fn duration(self) -> Duration {
        Duration::from_millis(self.0)
    }
}

/// Statuses from the first to the second, both included.
pub type StatusRange = (u16, u16);

/// True when one of the ranges holds the status.
pub fn holds(ranges: &[StatusRange], status: u16) -> bool {
    ranges.iter().any(|(from, to)| (*from..=*to).contains(&status))
}

/// A request of the gateway's own that asks whether an upstream can serve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Probe {
    /// Path with query, asked for with GET.
    pub path: String,
    /// Host to name; the upstream's own when not given.
    pub host: Option<String>,
    /// From one request to the next.
    pub interval: Millis,
    /// Longest wait for an answer.
    pub timeout: Millis,
    /// So many good answers in a row make an upstream healthy.
    pub healthy: u16,
    /// So many bad ones make it unhealthy.
    pub unhealthy: u16,
    /// Statuses of a good answer.
    pub statuses: Vec<StatusRange>,
}

impl Default for Probe {
    fn default() -> Self {
        Probe {
            path: "/".to_owned(),
            host: None,
            interval: Millis::seconds(10),
            timeout: Millis::seconds(2),
            healthy: 2,
            unhealthy: 3,
            statuses: vec![(200, 399)],
        }
    }
}

/// What the requests of clients tell of an upstream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Passive {
    /// So many failures in a row eject an upstream; 0 ejects none.
    pub failures: u16,
    /// Statuses that count as failures. By default those of gateways: a client can provoke a 500 at will.
    pub statuses: Vec<StatusRange>,
    /// Length of the first ejection; each one soon after another is twice as long.
    pub eject: Millis,
    /// Longest ejection. One that stayed in for so long begins anew.
    pub max_eject: Millis,
}

impl Default for Passive {
    fn default() -> Self {
        Passive { failures: 5, statuses: vec![(502, 504)], eject: Millis::seconds(10), max_eject: Millis::seconds(300) }
    }
}

/// Which upstreams are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// Active checks.
    pub probe: Option<Probe>,
    /// Passive ones.
    pub passive: Passive,
    /// When fewer than so many percent of the upstreams are good, all of them are asked.
    pub panic: u8,
    /// An upstream that comes back gets its share little by little, over so long.
    pub slow_start: Millis,
}

impl Default for Health {
    fn default() -> Self {
        Health { probe: None, passive: Passive::default(), panic: 50, slow_start: Millis::seconds(10) }
    }
}

/// When a request is sent again: only where it is idempotent, whole and not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Retries {
    /// Most further tries of one request.
    pub attempts: u8,
    /// Retries as a share of the requests, in percent; ten are free.
    pub budget: u8,
}

impl Default for Retries {
    fn default() -> Self {
        Retries { attempts: 1, budget: 20 }
    }
}

/// Times of an API, where they differ from the gateway's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Times {
    /// Opening a connection, TLS included.
    pub connect: Option<Millis>,
    /// From the request's last byte to the head of the answer.
    pub response_head: Option<Millis>,
    /// Between two moves of a body or a tunnel.
    pub idle: Option<Millis>,
    /// From the request's head to the answer's end; tunnels may last longer.
    pub total: Option<Millis>,
}

/// What is spoken to upstreams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum UpstreamProtocol {
    /// HTTP/1.1.
    #[default]
    #[serde(rename = "http/1.1")]
    Http1,
    /// HTTP/2: by ALPN where the upstream is https, by prior knowledge where it is not.
    #[serde(rename = "h2")]
    Http2,
    /// What an https upstream chooses by ALPN; HTTP/1.1 without TLS.
    #[serde(rename = "auto")]
    Auto,
}

/// A certificate chain and its private key, PEM.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TlsIdentity {
    /// The certificate, then what leads to its authority.
    pub certificate: String,
    /// The private key: PKCS#8, PKCS#1 or SEC1, not encrypted. A secret.
    pub key: String,
}

impl std::fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsIdentity").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

/// How requests get to the upstreams.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Delivery {
    /// Weights of the upstreams, in their order; what is missing is 1.
    pub weights: Vec<u16>,
    /// How the next one is chosen.
    pub balance: Balance,
    /// Which are asked.
    pub health: Health,
    /// What is sent again.
    pub retries: Retries,
    /// How long is waited.
    pub timeouts: Times,
    /// What is spoken.
    pub protocol: UpstreamProtocol,
    /// Shown to https upstreams that ask for a certificate. Its key never leaves the process: it is not part of what
    /// is written or sent.
    #[serde(skip)]
    pub identity: Option<TlsIdentity>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_default() -> Result<(), serde_json::Error> {
        let read: Delivery = serde_json::from_str(r#"{"retries": {"budget": 5}, "health": {"probe": {}}}"#)?;
        assert_eq!((read.retries.attempts, read.retries.budget, read.balance), (1, 5, Balance::RoundRobin));
        assert_eq!(read.health.probe, Some(Probe::default()));
        let again: Delivery = serde_json::from_str(&serde_json::to_string(&read)?)?;
        assert_eq!(again, read);
        assert!(holds(&[(200, 299), (404, 404)], 404) && !holds(&[(200, 299)], 300));
        Ok(())
    }
}
