//! Recorded exchanges held against a snapshot: what a gateway with it would have decided.

use crate::record::nameless;
use crate::route::Table;
use crate::settings::Timeouts;
use crate::state::{Given, compile};
use crate::wire::head;
use palisade_exchange::Exchange;
use palisade_guard::{Answer, Bans, Counters, Decision, Facts, Inquiry, Lists, Lookup, Progress, Snapshot};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// The APIs of a snapshot, ready to judge recorded exchanges. Show them in the order of their time.
pub struct Replay {
    table: Table,
    counters: Counters,
    bans: Bans,
}

/// Most callers that are counted, and most bans that run.
const CALLERS: usize = 256 << 10;

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
        let lists = Lists::new(&snapshot.lists, &Lists::default());
        let born = Instant::now();
        let given = Given { last: None, upstreams: &known, lists: &lists, timeouts: &timeouts, born };
        for source in &snapshot.apis {
            match compile(source, given, &mut made) {
                Ok(api) => apis.push(api),
                Err(problem) => faults.push((source.name.clone(), problem)),
            }
        }
        let (counters, bans) = (Counters::new(CALLERS), Bans::new(CALLERS));
        if faults.is_empty() { Ok(Replay { table: Table::new(apis), counters, bans }) } else { Err(faults) }
    }

    /// Judges one exchange; `None` when no API answers under its host and path, which a gateway answers with 404.
    pub fn judge(&mut self, exchange: &Exchange) -> Option<Replayed> {
        let api = Arc::clone(self.table.find(&head::host_of(exchange.host.as_bytes()), &exchange.path)?);
        // Drawn by the exchange's own id, so that a replay gives the same every time.
        let draw = u8::try_from(exchange.id.as_u128() % 100).unwrap_or_default();
        let mut inquiry = api.policy.inquire(Facts { now: exchange.time, draw, ..Facts::default() });
        while let Progress::Need(lookup) = inquiry.exchange(exchange) {
            let answer = self.find(&lookup, exchange.time);
            inquiry.answer(&lookup, answer);
        }
        self.keep(&inquiry, exchange);
        let mut decision = inquiry.decision();
        decision.errors.iter_mut().for_each(nameless);
        Some(Replayed { api: Arc::clone(&api.name), decision })
    }

    /// Rates and bans come from the recording itself; issuers are not asked what they would have said then.
    fn find(&mut self, lookup: &Lookup, now: i64) -> Answer {
        match lookup {
            Lookup::Rates(asks) => Answer::Rates(self.counters.ask(asks, now)),
            Lookup::Ban(key) => Answer::Ban(self.bans.until(*key, now)),
            Lookup::Keys { .. } | Lookup::Introspection { .. } => Answer::Unasked,
        }
    }

    fn keep(&mut self, inquiry: &Inquiry<'_>, exchange: &Exchange) {
        if let Some((order, code)) = inquiry.ban() {
            self.bans.begin(order, &inquiry.policy().api().name, code, exchange.time);
        }
        let status = exchange.response.as_ref().map_or(0, |response| response.status);
        for key in inquiry.counts(status) {
            self.counters.add(key, exchange.time);
        }
    }
}
