//! What the guard asks of the world: counters, keys, a token's status.

pub mod counters;

use palisade_guard::{Answer, Lookup};

/// Finds answers to the guard's lookups.
#[derive(Debug, Default)]
pub(crate) struct Lookups {}

impl Lookups {
    /// The answer, or why there is none.
    #[expect(clippy::unused_async, reason = "keys and tokens are asked for over the network")]
    pub(crate) async fn find(&self, lookup: &Lookup) -> Answer {
        match lookup {
            Lookup::Rates(_) | Lookup::Ban(_) => Answer::Failed("counters are asked elsewhere"),
            Lookup::Keys(_) | Lookup::Introspection { .. } => Answer::Failed("there is no way to the issuer"),
        }
    }
}
