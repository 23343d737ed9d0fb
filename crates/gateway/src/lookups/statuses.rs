//! What introspection endpoints (RFC 7662) say of tokens, kept for a while under the hash of the token.

use super::http::{Call, authority, read};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use palisade_guard::identity::{Introspection, STATUS_BYTES, Secret, TokenStatus};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Answers that are kept; beyond it the oldest go.
const ANSWERS: usize = 10_000;
/// Questions under way at a time: a flood of made-up tokens must not become a flood at the endpoint.
const QUESTIONS: usize = 64;
/// How long a failure stands for those that ask the same.
const FAILURE: Duration = Duration::from_secs(1);
/// Largest secret, in bytes.
const SECRET_BYTES: u64 = 4096;

/// What stands for one token at one endpoint.
type Key = [u8; 32];

/// A status, or that there is none, and until when that holds.
type Answered = Option<(Option<Arc<TokenStatus>>, Instant)>;

/// The answers that are kept.
#[derive(Debug)]
pub(super) struct Statuses {
    kept: Mutex<Kept>,
    asking: Semaphore,
}

#[derive(Debug, Default)]
struct Kept {
    /// Who asks holds the inner lock: others who ask the same wait for the answer.
    answers: HashMap<Key, Arc<tokio::sync::Mutex<Answered>>>,
    order: VecDeque<Key>,
}

impl Default for Statuses {
    fn default() -> Self {
        Statuses { kept: Mutex::default(), asking: Semaphore::new(QUESTIONS) }
    }
}

impl Statuses {
    /// What the endpoint says of a token; `None` when it cannot be asked. `unix` is the time in seconds since the epoch.
    pub(super) async fn find(
        &self,
        endpoint: &Introspection,
        token: &Secret,
        now: Instant,
        unix: i64,
    ) -> Option<Arc<TokenStatus>> {
        let slot = self.slot(key(endpoint, token));
        let mut answered = slot.lock().await;
        if let Some((status, until)) = &*answered
            && now < *until
        {
            return status.clone();
        }
        let (status, lasts) = match self.ask(endpoint, token).await {
            Ok(status) => {
                let left = status.expires().map_or(i64::MAX, |end| end.saturating_sub(unix));
                let most = u64::try_from(left).unwrap_or(0).min(endpoint.cache_seconds.into());
                (Some(Arc::new(status)), Duration::from_secs(most))
            }
            Err(reason) => {
                crate::events::introspection_failed(&endpoint.url, &reason);
                (None, FAILURE)
            }
        };
        *answered = Some((status.clone(), now + lasts));
        status
    }

    fn slot(&self, key: Key) -> Arc<tokio::sync::Mutex<Answered>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = kept.answers.get(&key) {
            return Arc::clone(slot);
        }
        if kept.answers.len() >= ANSWERS
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.answers.remove(&oldest);
        }
        let slot = Arc::default();
        kept.answers.insert(key, Arc::clone(&slot));
        kept.order.push_back(key);
        slot
    }

    async fn ask(&self, endpoint: &Introspection, token: &Secret) -> Result<TokenStatus, String> {
        let time = Duration::from_millis(endpoint.timeout_ms.clamp(1, 60_000).into());
        let permit = tokio::time::timeout(time, self.asking.acquire()).await;
        let _permit = permit.map_err(|_| "too many questions are under way".to_owned())?;
        let secret = read(&endpoint.client_secret_file, SECRET_BYTES)?;
        let secret = String::from_utf8(secret).map_err(|_| "the client secret is not text".to_owned())?;
        // User and password are form-encoded before they are put together (RFC 6749 section 2.3.1).
        let pair = format!("{}:{}", form(&endpoint.client_id), form(secret.trim_end_matches(['\r', '\n'])));
        let call = Call {
            url: &endpoint.url,
            ca: authority(endpoint.ca_file.as_deref())?,
            authorization: Some(format!("Basic {}", STANDARD.encode(pair))),
            form: Some(format!("token={}&token_type_hint=access_token", form(token.reveal()))),
            limit: STATUS_BYTES,
            time,
        };
        let answer = call.send().await?;
        TokenStatus::read(&answer).ok_or_else(|| "its answer is no introspection response".to_owned())
    }
}

fn key(endpoint: &Introspection, token: &Secret) -> Key {
    let mut hash = Sha256::new();
    hash.update(token.fingerprint());
    hash.update(endpoint.url.as_bytes());
    hash.update([0]);
    hash.update(endpoint.client_id.as_bytes());
    hash.finalize().into()
}

/// Encodes a value of a form.
fn form(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend([byte >> 4, byte & 15].into_iter().filter_map(|half| char::from_digit(u32::from(half), 16)));
        }
    }
    out
}
