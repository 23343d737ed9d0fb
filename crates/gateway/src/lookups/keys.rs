//! The keys of issuers: fetched, kept, fetched anew before they are old and when a token names one that is not there.

use super::http::{Call, authority, read};
use palisade_guard::identity::{KEY_SET_BYTES, KeySet, KeySource};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longest wait for a key set.
const TIME: Duration = Duration::from_secs(5);
/// Shortest time between two fetches of one key set, whatever tokens ask for: where there are keys, and where none.
const PAUSE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(1));
/// How long files are believed to be what they were.
const FILES: Duration = Duration::from_secs(5);
/// Sources that are kept; a configuration names a handful, and reloads leave old ones behind.
const SOURCES: usize = 256;

/// What is known of every source.
#[derive(Debug, Default)]
pub(super) struct Keys {
    sources: Mutex<BTreeMap<Arc<KeySource>, Arc<Entry>>>,
}

#[derive(Debug, Default)]
struct Entry {
    known: Mutex<Known>,
    /// One fetches, the others wait for what it brings.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Clone, Default)]
struct Known {
    keys: Option<Arc<KeySet>>,
    /// When they came.
    since: Option<Instant>,
    /// When they were last asked for.
    tried: Option<Instant>,
}

impl Known {
    fn age(&self, now: Instant) -> Duration {
        self.since.map_or(Duration::MAX, |since| now.saturating_duration_since(since))
    }

    fn untried(&self, now: Instant) -> Duration {
        self.tried.map_or(Duration::MAX, |tried| now.saturating_duration_since(tried))
    }

    fn may_try(&self, now: Instant) -> bool {
        self.untried(now) >= if self.keys.is_some() { PAUSE.0 } else { PAUSE.1 }
    }
}

impl Entry {
    fn known(&self) -> Known {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Keys {
    /// The keys of a source; `None` when there are none that may still serve. `wanted` is the key a token names.
    pub(super) async fn find(
        &self,
        source: &Arc<KeySource>,
        wanted: Option<&str>,
        now: Instant,
    ) -> Option<Arc<KeySet>> {
        let entry = {
            let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
            if sources.len() >= SOURCES && !sources.contains_key(source) {
                sources.clear();
            }
            Arc::clone(sources.entry(Arc::clone(source)).or_default())
        };
        let (refresh, stale) = lifetimes(source);
        let known = entry.known();
        let lacks = wanted.is_some_and(|key| known.keys.as_ref().is_some_and(|keys| !keys.knows(key)));
        // Keys that nobody looked after for long may have been taken back meanwhile.
        let left = known.untried(now) >= refresh * 2;
        if known.age(now) < stale && !lacks && !left {
            // Still good. Those that are getting old are renewed while this request goes on.
            if known.age(now) >= refresh
                && known.may_try(now)
                && let Ok(one) = Arc::clone(&entry.fetching).try_lock_owned()
            {
                let source = Arc::clone(source);
                tokio::spawn(async move { renew(&source, &entry, now, one).await });
            }
            return known.keys;
        }
        if known.may_try(now) {
            let one = Arc::clone(&entry.fetching).lock_owned().await;
            renew(source, &entry, now, one).await;
        }
        let known = entry.known();
        known.keys.clone().filter(|_| known.age(now) < stale)
    }
}

/// After how long keys are fetched anew, and for how long they serve when that fails.
fn lifetimes(source: &KeySource) -> (Duration, Duration) {
    match source {
        KeySource::Url { refresh_seconds, stale_seconds, .. } => {
            let refresh = Duration::from_secs((*refresh_seconds).max(10).into());
            (refresh, Duration::from_secs((*stale_seconds).into()).max(refresh * 2))
        }
        KeySource::File(_) | KeySource::SecretFile(_) => (FILES, Duration::MAX),
    }
}

async fn renew(source: &KeySource, entry: &Entry, now: Instant, _one: tokio::sync::OwnedMutexGuard<()>) {
    // Who waited finds that another has been there.
    if !entry.known().may_try(now) {
        return;
    }
    let fetched = fetch(source).await;
    let mut known = entry.known.lock().unwrap_or_else(PoisonError::into_inner);
    known.tried = Some(now);
    match fetched {
        Ok(keys) => {
            known.keys = Some(Arc::new(keys));
            known.since = Some(now);
            crate::events::keys_fetched();
        }
        Err(reason) => crate::events::keys_failed(name(source), &reason, known.keys.is_some()),
    }
}

async fn fetch(source: &KeySource) -> Result<KeySet, String> {
    let limit = KEY_SET_BYTES as u64;
    let keys = match source {
        KeySource::Url { url, ca_file, .. } => {
            let ca = authority(ca_file.as_deref())?;
            let call = Call { url, ca, authorization: None, form: None, limit: KEY_SET_BYTES, time: TIME };
            KeySet::jwks(&call.send().await?)
        }
        KeySource::File(path) => KeySet::jwks(&read(path, limit)?),
        KeySource::SecretFile(path) => KeySet::secret(&read(path, limit)?),
    };
    keys.map_err(|error| error.to_string())
}

fn name(source: &KeySource) -> &str {
    match source {
        KeySource::Url { url, .. } => url,
        KeySource::File(path) | KeySource::SecretFile(path) => path,
    }
}
