//! Events: repeats of the same client, operation and reason within five minutes are one event with a count.

use palisade_gateway::Captured;
use palisade_guard::Effect;
use palisade_sensitive::Rules;
use palisade_store::EventRow;
use std::collections::HashMap;
use std::sync::Arc;

/// Repeats this long after the first exchange are merged, microseconds.
pub const MERGE_WITHIN: i64 = 300 * 1_000_000;
/// Events that may still grow.
const MAX_OPEN: usize = 20_000;

/// Merges exchanges into events and remembers what is not written yet.
#[derive(Debug, Default)]
pub struct Merger {
    rules: Arc<Rules>,
    open: HashMap<String, EventRow>,
    changed: HashMap<String, String>,
    uuids: Vec<(String, String)>,
}

/// What was not written yet.
#[derive(Debug, Default)]
pub struct Batch {
    /// New or grown events.
    pub events: Vec<EventRow>,
    /// Uuid to event.
    pub uuids: Vec<(String, String)>,
}

impl Merger {
    /// A merger that knows nothing. The rules say what is taken out of paths.
    pub fn new(rules: Arc<Rules>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// Takes up events that may still grow after a restart.
    pub fn resume(&mut self, rows: Vec<EventRow>) {
        self.open = rows.into_iter().map(|row| (row.merge_key.clone(), row)).collect();
    }

    /// Adds an exchange; gives the id of its event, `None` when there is nothing to say about it.
    /// `operation` is label and id.
    pub fn add(&mut self, captured: &Captured, operation: Option<(&str, &str)>) -> Option<String> {
        let decision = &captured.decision;
        if decision.effect == Effect::Allow && decision.uncapped == Effect::Allow {
            return None;
        }
        let exchange = &captured.exchange;
        let client = client(captured);
        let path = palisade_exchange::kept_path(&exchange.path, &self.rules);
        let word = |effect| if effect == Effect::Prevent { "prevent" } else { "alert" };
        let (effect, would) = (word(decision.effect), word(decision.uncapped));
        let label = operation.map_or_else(|| format!("{} {path}", exchange.method), |(label, _)| label.to_owned());
        let first = decision.errors.first();
        let place = first.map_or(["", "", ""], |error| [&error.location, &error.name, &error.pointer]);
        let [location, name, pointer] = place;
        let code = first.map_or(decision.code.as_str(), |error| error.code.as_str());
        let parts = [&captured.api_id, client.as_str(), &label, effect, would, code, location, name, pointer];
        let merge_key = crate::secret::hash(&parts.join("\0"));
        let uuid = exchange.id.to_string();

        let id = match self.open.get_mut(&merge_key) {
            Some(event) if exchange.time.saturating_sub(event.first_time) < MERGE_WITHIN => {
                event.count += 1;
                event.last_time = event.last_time.max(exchange.time);
                event.id.clone()
            }
            _ => {
                if self.open.len() >= MAX_OPEN {
                    self.forget(exchange.time);
                }
                let row = EventRow {
                    id: uuid.clone(),
                    api_id: captured.api_id.to_string(),
                    operation: operation.map(|(label, _)| label.to_owned()),
                    operation_id: operation.map(|(_, id)| id.to_owned()),
                    client,
                    method: bounded(&exchange.method, 40),
                    path: bounded(&path, 2000),
                    status: i64::from(captured.status),
                    upstream_status: captured.upstream_status.map(i64::from),
                    effect: effect.to_owned(),
                    would: would.to_owned(),
                    code: decision.code.clone(),
                    title: decision.title.clone(),
                    errors: serde_json::to_string(&decision.errors).unwrap_or_else(|_| "[]".to_owned()),
                    steps: serde_json::to_string(&decision.steps).unwrap_or_else(|_| "[]".to_owned()),
                    merge_key: merge_key.clone(),
                    first_time: exchange.time,
                    last_time: exchange.time,
                    count: 1,
                };
                if let Some(old) = self.open.insert(merge_key.clone(), row)
                    && self.changed.remove(&merge_key).is_some()
                {
                    // The event it replaces grew since the last write: keep its last figures.
                    self.open.insert(format!("{merge_key}/{}", old.id), old.clone());
                    self.changed.insert(format!("{merge_key}/{}", old.id), old.id);
                }
                uuid.clone()
            }
        };
        self.changed.insert(merge_key, id.clone());
        self.uuids.push((uuid, id.clone()));
        Some(id)
    }

    /// Gives what is to be written, and forgets events that can no longer grow.
    pub fn take(&mut self, now: i64) -> Batch {
        let mut events: Vec<EventRow> = self.changed.keys().filter_map(|key| self.open.get(key)).cloned().collect();
        events.sort_by(|a, b| a.id.cmp(&b.id));
        self.changed.clear();
        let batch = Batch { events, uuids: std::mem::take(&mut self.uuids) };
        self.open.retain(|key, event| !key.contains('/') && now.saturating_sub(event.first_time) < MERGE_WITHIN);
        batch
    }

    /// How much waits to be written.
    pub fn waiting(&self) -> usize {
        self.uuids.len()
    }

    fn forget(&mut self, now: i64) {
        let changed = &self.changed;
        self.open
            .retain(|key, event| changed.contains_key(key) || now.saturating_sub(event.last_time) < MERGE_WITHIN / 10);
    }
}

/// The caller as shown: the address, else the hashed principal.
pub fn client(captured: &Captured) -> String {
    let client = &captured.exchange.client;
    match (&client.address, &client.principal) {
        (Some(address), Some(principal)) => format!("{address} ({})", bounded(principal, 40)),
        (Some(address), None) => address.to_string(),
        (None, Some(principal)) => bounded(principal, 80),
        (None, None) => "unknown".to_owned(),
    }
}

fn bounded(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}
