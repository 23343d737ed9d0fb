//! Events: repeats of the same client, operation and reason within five minutes are one event with a count.
//!
//! What an attacker varies must not fill the store: a client has room for some events of its own, and all clients together
//! for many; what goes beyond is one event for each reason, which counts it.

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
/// Events of one client that may still grow; what it does beyond them is one event for each reason.
const MAX_OF_CLIENT: u32 = 50;
/// The caller of an event that stands for many.
pub const MANY: &str = "many callers";
/// The path of an event that stands for many.
const MANY_PATHS: &str = "(many paths)";

/// Merges exchanges into events and remembers what is not written yet.
#[derive(Debug, Default)]
pub struct Merger {
    rules: Arc<Rules>,
    open: HashMap<String, EventRow>,
    /// How many open events a client has, by its name.
    clients: HashMap<String, u32>,
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

/// The word for an effect.
fn word(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow | Effect::Alert => "alert",
        Effect::Prevent => "prevent",
        Effect::Ban => "ban",
    }
}

impl Merger {
    /// A merger that knows nothing. The rules say what is taken out of paths.
    pub fn new(rules: Arc<Rules>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// Takes up events that may still grow after a restart.
    pub fn resume(&mut self, rows: Vec<EventRow>) {
        self.open = rows.into_iter().map(|row| (row.merge_key.clone(), row)).collect();
        self.count_clients();
    }

    /// Adds an exchange; gives the id of its event, `None` when there is nothing to say about it.
    /// `operation` is label and id.
    pub fn add(&mut self, captured: &Captured, operation: Option<(&str, &str)>) -> Option<String> {
        let decision = &captured.decision;
        if decision.effect == Effect::Allow && decision.uncapped == Effect::Allow {
            return None;
        }
        let exchange = &captured.exchange;
        let uuid = exchange.id.to_string();
        let client = client(captured);
        let path = palisade_exchange::kept_path(&exchange.path, &self.rules);
        let (effect, would) = (word(decision.effect), word(decision.uncapped));
        let label = operation.map_or_else(|| format!("{} {path}", exchange.method), |(label, _)| label.to_owned());
        let first = decision.errors.first();
        let place = first.map_or(["", "", ""], |error| [&error.location, &error.name, &error.pointer]);
        let code = first.map_or(decision.code.as_str(), |error| error.code.as_str());
        let check = decision.check.map_or("", palisade_guard::Check::as_str);
        let reason = [&*captured.api_id, effect, would, check, code];
        let key = |client: &str, rest: &[&str]| {
            let parts: Vec<&str> = reason.iter().copied().chain([client]).chain(rest.iter().copied()).collect();
            crate::secret::hash(&parts.join("\0"))
        };
        let [location, name, pointer] = place;
        let exact = key(&client, &[&label, location, name, pointer]);
        let grows =
            |row: Option<&EventRow>| row.is_some_and(|row| exchange.time.saturating_sub(row.first_time) < MERGE_WITHIN);
        // Whose event it is, and whether it stands for many paths and places.
        let (merge_key, client, wide) = if grows(self.open.get(&exact)) {
            (exact, client, false)
        } else if self.open.len() >= MAX_OPEN {
            (key(MANY, &[]), MANY.to_owned(), true)
        } else if self.clients.get(&client).is_some_and(|open| *open >= MAX_OF_CLIENT) {
            (key(&client, &[]), client, true)
        } else {
            (exact, client, false)
        };

        let id = match self.open.get_mut(&merge_key) {
            Some(event) if exchange.time.saturating_sub(event.first_time) < MERGE_WITHIN => {
                event.count += 1;
                event.last_time = event.last_time.max(exchange.time);
                event.ban_until = event.ban_until.max(decision.ban.as_ref().map(|ban| ban.until));
                event.id.clone()
            }
            _ => {
                let text = |value: Result<String, serde_json::Error>| value.unwrap_or_else(|_| "[]".to_owned());
                let errors = if wide { &[][..] } else { &decision.errors };
                let row = EventRow {
                    id: uuid.clone(),
                    api_id: captured.api_id.to_string(),
                    operation: operation.filter(|_| !wide).map(|(label, _)| label.to_owned()),
                    operation_id: operation.filter(|_| !wide).map(|(_, id)| id.to_owned()),
                    client: client.clone(),
                    method: bounded(&exchange.method, 40),
                    path: if wide { MANY_PATHS.to_owned() } else { bounded(&path, 2000) },
                    status: i64::from(captured.status),
                    upstream_status: captured.upstream_status.map(i64::from),
                    effect: effect.to_owned(),
                    would: would.to_owned(),
                    check_name: check.to_owned(),
                    code: decision.code.clone(),
                    title: decision.title.clone(),
                    errors: text(serde_json::to_string(errors)),
                    steps: text(serde_json::to_string(&decision.steps)),
                    principal: decision.principal.as_deref().map(|name| bounded(name, 200)),
                    banned: decision.ban.as_ref().map(|ban| bounded(&ban.who, 200)),
                    ban_until: decision.ban.as_ref().map(|ban| ban.until),
                    degraded: decision.degraded.clone(),
                    fault: captured.fault.as_deref().map(|fault| bounded(fault, 500)),
                    not_assessed: text(serde_json::to_string(&decision.not_assessed)),
                    merge_key: merge_key.clone(),
                    first_time: exchange.time,
                    last_time: exchange.time,
                    count: 1,
                };
                match self.open.insert(merge_key.clone(), row) {
                    // The event it replaces grew since the last write: keep its last figures.
                    Some(old) if self.changed.remove(&merge_key).is_some() => {
                        self.open.insert(format!("{merge_key}/{}", old.id), old.clone());
                        self.changed.insert(format!("{merge_key}/{}", old.id), old.id);
                    }
                    Some(_) => {}
                    None => *self.clients.entry(client).or_default() += 1,
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
        let before = self.open.len();
        self.open.retain(|key, event| !key.contains('/') && now.saturating_sub(event.first_time) < MERGE_WITHIN);
        if self.open.len() < before {
            self.count_clients();
        }
        batch
    }

    /// Forgets the events of an API.
    pub fn forget(&mut self, api_id: &str) {
        self.open.retain(|_, event| event.api_id != api_id);
        self.changed.retain(|key, _| self.open.contains_key(key));
        self.count_clients();
    }

    fn count_clients(&mut self) {
        self.clients.clear();
        for event in self.open.values() {
            *self.clients.entry(event.client.clone()).or_default() += 1;
        }
    }

    /// How much waits to be written.
    pub fn waiting(&self) -> usize {
        self.uuids.len()
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

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_exchange::{Client, Exchange, Message, Source};
    use palisade_guard::{Check, Decision, FieldError};
    use std::collections::HashSet;

    /// An attack of a client of the documentation's networks, on a path, a second after the one before.
    fn attack(client: u32, path: &str, time: i64) -> Captured {
        let id = uuid::Uuid::from_u64_pair(u64::from(client), time.unsigned_abs());
        let exchange = Exchange {
            id,
            time,
            duration: None,
            source: Source::Gateway,
            api: None,
            client: Client { address: Some(std::net::Ipv4Addr::from(0x0a00_0000 + client).into()), principal: None },
            scheme: "http".to_owned(),
            host: "shop".to_owned(),
            method: "GET".to_owned(),
            path: path.to_owned(),
            query: None,
            request: Message::default(),
            response: None,
        };
        let error = FieldError {
            location: "path".to_owned(),
            name: String::new(),
            pointer: String::new(),
            code: "unknown_path".to_owned(),
            message: "is not documented".to_owned(),
        };
        let decision = Decision {
            effect: Effect::Prevent,
            uncapped: Effect::Prevent,
            check: Some(Check::Path),
            status: 404,
            code: "unknown_path".to_owned(),
            errors: vec![error],
            ..Decision::allowed()
        };
        Captured {
            api_id: "shop".into(),
            api_name: "shop".into(),
            exchange,
            decision,
            status: 404,
            upstream_status: None,
            fault: None,
        }
    }

    /// What is written of 100,000 attacks, as the ingestion writes it: from time to time.
    fn written(attacks: impl Iterator<Item = Captured>) -> Vec<EventRow> {
        let mut merger = Merger::default();
        let mut rows: HashMap<String, EventRow> = HashMap::new();
        for (at, captured) in attacks.enumerate() {
            merger.add(&captured, None);
            if at % 2000 == 1999 {
                rows.extend(merger.take(captured.exchange.time).events.into_iter().map(|row| (row.id.clone(), row)));
            }
        }
        rows.extend(merger.take(0).events.into_iter().map(|row| (row.id.clone(), row)));
        let mut rows: Vec<EventRow> = rows.into_values().collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.count));
        rows
    }

    const ATTACKS: u32 = 100_000;

    #[test]
    fn a_hundred_thousand_attacks_of_one_client_are_one_row() {
        let rows = written((0..ATTACKS).map(|at| attack(1, "/etc/passwd", i64::from(at) * 1000)));
        assert_eq!((rows.len(), rows[0].count, rows[0].last_time), (1, i64::from(ATTACKS), 99_999_000));
        assert_eq!((rows[0].check_name.as_str(), rows[0].effect.as_str()), ("path", "prevent"));
    }

    #[test]
    fn a_scanner_that_tries_every_path_has_room_for_some_and_the_rest_is_counted() {
        let rows = written((0..ATTACKS).map(|at| attack(1, &format!("/try/{at}"), i64::from(at) * 1000)));
        assert_eq!(rows.len(), MAX_OF_CLIENT as usize + 1);
        assert_eq!(rows.iter().map(|row| row.count).sum::<i64>(), i64::from(ATTACKS));
        assert_eq!((rows[0].path.as_str(), rows[0].client.as_str()), (MANY_PATHS, "10.0.0.1"));
        assert_eq!(rows[0].count, i64::from(ATTACKS - MAX_OF_CLIENT));
        // Others are told as before.
        let mut merger = Merger::default();
        for at in 0..100 {
            merger.add(&attack(1, &format!("/try/{at}"), i64::from(at)), None);
        }
        merger.add(&attack(2, "/other", 100), None);
        assert!(merger.take(100).events.iter().any(|row| row.client == "10.0.0.2" && row.path == "/other"));
    }

    #[test]
    fn many_clients_stay_within_a_bound_and_none_is_lost_from_the_count() {
        let rows = written((0..ATTACKS).map(|at| attack(at, "/etc/passwd", i64::from(at) * 1000)));
        assert_eq!(rows.len(), MAX_OPEN + 1);
        assert_eq!(rows.iter().map(|row| row.count).sum::<i64>(), i64::from(ATTACKS));
        assert_eq!((rows[0].client.as_str(), rows[0].count), (MANY, i64::from(ATTACKS) - 20_000));
        let clients: HashSet<&str> = rows.iter().map(|row| row.client.as_str()).collect();
        assert_eq!(clients.len(), MAX_OPEN + 1);
    }

    #[test]
    fn five_minutes_later_a_repeat_is_another_event() {
        let rows = written([0, MERGE_WITHIN - 1, MERGE_WITHIN].into_iter().map(|time| attack(1, "/a", time)));
        assert_eq!(rows.iter().map(|row| row.count).collect::<Vec<_>>(), [2, 1]);
    }
}
