//! What the guard asks of the world: counters, keys, a token's status.

pub mod counters;
pub(crate) mod http;
mod keys;
mod statuses;
#[cfg(test)]
mod tests;

use palisade_guard::{Answer, Lookup};
use std::time::Instant;

/// Finds answers to the guard's lookups.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    keys: keys::Keys,
    statuses: statuses::Statuses,
}

impl Lookups {
    /// The answer, or why there is none.
    pub(crate) async fn find(&self, lookup: &Lookup) -> Answer {
        match lookup {
            Lookup::Rates(_) | Lookup::Ban(_) => Answer::Failed("counters are asked elsewhere"),
            Lookup::Keys { source, key } => match self.keys.find(source, key.as_deref(), Instant::now()).await {
                Some(keys) => Answer::Keys(keys),
                None => Answer::Failed("the keys of the token's issuer cannot be had"),
            },
            Lookup::Introspection { endpoint, token } => {
                let unix = crate::record::micros_now() / 1_000_000;
                match self.statuses.find(endpoint, token, Instant::now(), unix).await {
                    Some(status) => Answer::Introspection(status),
                    None => Answer::Failed("nobody says whether the token is active"),
                }
            }
        }
    }
}
