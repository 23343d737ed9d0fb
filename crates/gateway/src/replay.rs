//! Recorded exchanges held against a snapshot: what a gateway with it would have decided.

use crate::record::nameless;
use crate::route::Table;
use crate::settings::Timeouts;
use crate::state::{Given, compile};
use crate::wire::head;
use palisade_exchange::Exchange;
use palisade_guard::{Decision, Snapshot};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// The APIs of a snapshot, ready to judge recorded exchanges. Show them in the order of their time.
pub struct Replay {
    table: Table,
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay").finish_non_exhaustive()
    }
}

/// What a gateway would have said to an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// Name of the API that it belongs to.
    pub api: Arc<str>,
    /// The guard's word.
    pub decision: Decision,
}

impl Replay {
    /// Compiles every API of a snapshot.
    ///
    /// # Errors
    /// The APIs that cannot be compiled: name and reason in plain words.
    pub fn new(snapshot: &Snapshot) -> Result<Replay, Vec<(String, String)>> {
        let (mut apis, mut faults) = (Vec::new(), Vec::new());
        let (timeouts, known, mut made) = (Timeouts::default(), BTreeMap::new(), BTreeMap::new());
        let given = Given { last: None, upstreams: &known, timeouts: &timeouts, born: Instant::now() };
        for source in &snapshot.apis {
            match compile(source, given, &mut made) {
                Ok(api) => apis.push(api),
                Err(problem) => faults.push((source.name.clone(), problem)),
            }
        }
        if faults.is_empty() { Ok(Replay { table: Table::new(apis) }) } else { Err(faults) }
    }

    /// Judges one exchange; `None` when no API answers under its host and path, which a gateway answers with 404.
    pub fn judge(&mut self, exchange: &Exchange) -> Option<Replayed> {
        let api = self.table.find(&head::host_of(exchange.host.as_bytes()), &exchange.path)?;
        let mut decision = api.policy.judge(exchange);
        decision.errors.iter_mut().for_each(nameless);
        Some(Replayed { api: Arc::clone(&api.name), decision })
    }
}
