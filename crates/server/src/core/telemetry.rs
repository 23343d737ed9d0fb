//! What trace sources send: where it belongs, what came of it, and how much is taken at a time.

use super::ApiState;
use super::Config;
use super::approved::judge_policy;
use palisade_guard::Policy;
use palisade_readers::{Limits, Reason};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// Most bytes of one exchange: plug-ins leave bodies of more than a megabyte out.
pub const MAX_TELEMETRY: usize = 8 << 20;
/// Exchanges that are read at a time.
const AT_A_TIME: usize = 32;
/// APIs that are made for hosts.
const MAX_APIS: usize = 200;

/// The bounds of reading one exchange.
pub const LIMITS: Limits =
    Limits { record_bytes: MAX_TELEMETRY, body_bytes: 1 << 20, records: 1, headers: 256, problems: 0 };

/// What came of what a trace source sent.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Taken.
    pub accepted: u64,
    /// Lost under load.
    pub dropped: u64,
    /// Not taken, by reason.
    pub rejected: BTreeMap<&'static str, u64>,
}

/// What came of one exchange.
#[derive(Debug, Clone, Copy)]
pub enum Outcome {
    /// It is learned from.
    Accepted,
    /// There was no room.
    Dropped,
    /// It is not taken, for this reason.
    Rejected(&'static str),
}

impl Outcome {
    /// Its host is none of the trace source's.
    pub const HOST: Outcome = Outcome::Rejected("host of no interest");
    /// There are as many APIs as may be made.
    pub const APIS: Outcome = Outcome::Rejected("too many hosts");

    /// It is no exchange.
    pub fn unread(reason: Reason) -> Self {
        Outcome::Rejected(reason.as_str())
    }
}

/// What judges an API's exchanges, and what people had set when it was compiled.
type Compiled = (Arc<Config>, Option<Arc<Policy>>);

/// The state of the way in.
#[derive(Debug)]
pub struct Telemetry {
    /// Who may be reading at a time.
    pub room: Semaphore,
    /// Held by whoever makes an API for a host.
    pub making: tokio::sync::Mutex<()>,
    counts: Mutex<BTreeMap<String, Counts>>,
    policies: Mutex<HashMap<Arc<str>, Compiled>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for Telemetry {
    fn default() -> Self {
        Self {
            room: Semaphore::new(AT_A_TIME),
            making: tokio::sync::Mutex::default(),
            counts: Mutex::default(),
            policies: Mutex::default(),
        }
    }
}

impl Telemetry {
    /// Counts what came of an exchange of a trace source.
    pub fn count(&self, source: &str, outcome: Outcome) {
        let mut counts = lock(&self.counts);
        let counts = counts.entry(source.to_owned()).or_default();
        match outcome {
            Outcome::Accepted => {
                counts.accepted += 1;
                metrics::counter!("palisade_telemetry_accepted_total").increment(1);
            }
            Outcome::Dropped => {
                counts.dropped += 1;
                metrics::counter!("palisade_telemetry_dropped_total").increment(1);
            }
            Outcome::Rejected(reason) => {
                *counts.rejected.entry(reason).or_default() += 1;
                metrics::counter!("palisade_telemetry_rejected_total", "reason" => reason).increment(1);
            }
        }
    }

    /// What came of a trace source's exchanges since the start.
    pub fn counts(&self, source: &str) -> Counts {
        lock(&self.counts).get(source).cloned().unwrap_or_default()
    }

    /// Forgets a trace source.
    pub fn forget(&self, source: &str) {
        lock(&self.counts).remove(source);
    }

    /// What judges the exchanges of an API, as long as what people set for it stays; `None` without a contract.
    pub fn policy(&self, api: &ApiState) -> Option<Arc<Policy>> {
        let config = api.config.load_full();
        if let Some((of, policy)) = lock(&self.policies).get(&api.id)
            && Arc::ptr_eq(of, &config)
        {
            return policy.clone();
        }
        let policy = config
            .approved
            .as_ref()
            .map(|approved| Arc::new(judge_policy(&config, &approved.row.body, &palisade_guard::Lists::default())));
        lock(&self.policies).insert(Arc::clone(&api.id), (config, policy.clone()));
        policy
    }
}

/// True when a pattern (`orders.shop`, `*.shop`, either with a port) names a host, which may have a port.
pub fn names(pattern: &str, host: &str) -> bool {
    let host = if port_of(pattern).is_some() { host } else { without_port(host) };
    match pattern.strip_prefix('*') {
        Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
        None => host == pattern,
    }
}

/// A host without its port.
pub fn without_port(host: &str) -> &str {
    match port_of(host) {
        Some(port) => host.get(..host.len() - port.len() - 1).unwrap_or(host),
        None => host,
    }
}

fn port_of(host: &str) -> Option<&str> {
    let (before, port) = host.rsplit_once(':')?;
    let whole = !before.contains(':') || before.ends_with(']');
    (whole && port.bytes().all(|byte| byte.is_ascii_digit())).then_some(port)
}

/// The API that names a host, and of several the one with the longest base path. APIs for every host name none.
pub fn find<'a>(apis: &'a BTreeMap<String, Arc<ApiState>>, host: &str, path: &str) -> Option<&'a Arc<ApiState>> {
    let fits = |api: &&Arc<ApiState>| {
        let config = api.config.load();
        let base = config.row.base_path.trim_end_matches('/');
        let below = path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        below && config.hosts.iter().any(|pattern| pattern != "*" && names(&pattern.to_ascii_lowercase(), host))
    };
    apis.values().filter(fits).max_by_key(|api| api.config.load().row.base_path.len())
}

/// True while another API may be made for a host.
pub fn room_for_another(apis: &BTreeMap<String, Arc<ApiState>>) -> bool {
    apis.values().filter(|api| api.config.load().upstreams.is_empty()).count() < MAX_APIS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_hosts_with_and_without_ports() {
        for (pattern, host) in [
            ("orders.shop", "orders.shop"),
            ("orders.shop", "orders.shop:8080"),
            ("orders.shop:8080", "orders.shop:8080"),
            ("*.shop", "orders.shop:80"),
            ("*.shop:80", "orders.shop:80"),
            ("[2001:db8::1]", "[2001:db8::1]:80"),
        ] {
            assert!(names(pattern, host), "{pattern} {host}");
        }
        for (pattern, host) in [
            ("orders.shop", "borders.shop"),
            ("orders.shop:80", "orders.shop"),
            ("*.shop", "shop"),
            ("*.shop", ".shop"),
            ("*.shop", "shop.evil"),
            ("orders", ""),
        ] {
            assert!(!names(pattern, host), "{pattern} {host}");
        }
    }
}
