//! The newest exchanges, in memory only: what a change of a protection is tried on before it is made.
//!
//! Values of bodies are not kept (they are forgotten once they were judged), but what was found against a body then is.

use palisade_exchange::{Body, Exchange};
use palisade_gateway::Captured;
use palisade_guard::{Check, FieldError, Outcome};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Exchanges kept, of all APIs.
const MOST: usize = 10_000;
/// Bytes kept, about.
const MOST_BYTES: usize = 64 << 20;

/// One exchange that went by.
#[derive(Debug)]
pub struct Kept {
    /// Credentials redacted, bodies without their content.
    pub exchange: Exchange,
    /// Status the client got.
    pub status: u16,
    /// Version of the contract in force then; 0 for none.
    pub contract: i64,
    /// `METHOD /template` as judged then.
    pub operation: Option<String>,
    /// What was found against its bodies then.
    pub bodies: Vec<(Check, FieldError)>,
    /// Its bodies were judged then, or there were none.
    pub bodies_judged: bool,
    /// The event it belongs to.
    pub event: Option<String>,
    bytes: usize,
}

/// The newest exchanges of every API.
#[derive(Debug, Default)]
pub struct Recent {
    apis: BTreeMap<Arc<str>, VecDeque<Arc<Kept>>>,
    count: usize,
    bytes: usize,
}

impl Recent {
    /// Takes an exchange in. `contract` is the version of the contract that judged it.
    pub fn push(&mut self, captured: Captured, contract: i64, event: Option<String>) {
        let Captured { api_id, mut exchange, decision, status, .. } = captured;
        let looked_at = |check: Check| {
            decision.steps.iter().any(|step| step.step == check.as_str() && step.outcome != Outcome::NotAssessed)
        };
        let answer = exchange.response.as_ref().map(|response| &response.message.body);
        let bodies_judged = (exchange.request.body == Body::Empty || looked_at(Check::Body))
            && (answer.is_none_or(|body| *body == Body::Empty) || looked_at(Check::Response));
        let bodies = decision.errors.iter().filter_map(|error| match error.location.as_str() {
            "body" => Some((Check::Body, error.clone())),
            "response-body" => Some((Check::Response, error.clone())),
            _ => None,
        });
        let bodies = bodies.take(4).collect();
        empty(&mut exchange.request.body);
        if let Some(response) = &mut exchange.response {
            empty(&mut response.message.body);
        }
        let bytes = size(&exchange);
        let kept =
            Kept { exchange, status, contract, operation: decision.operation, bodies, bodies_judged, event, bytes };
        self.apis.entry(api_id).or_default().push_back(Arc::new(kept));
        self.count += 1;
        self.bytes += bytes;
        while self.count > MOST || self.bytes > MOST_BYTES {
            // A busy API gives way before one that is seldom called.
            let Some(longest) = self.apis.values_mut().max_by_key(|exchanges| exchanges.len()) else { return };
            let Some(gone) = longest.pop_front() else { return };
            self.count -= 1;
            self.bytes -= gone.bytes;
        }
    }

    /// Forgets the exchanges of an API.
    pub fn forget(&mut self, api_id: &str) {
        for gone in self.apis.remove(api_id).into_iter().flatten() {
            self.count -= 1;
            self.bytes -= gone.bytes;
        }
    }

    /// The exchanges of an API, in the order of their time.
    pub fn of(&self, api_id: &str) -> Vec<Arc<Kept>> {
        let mut kept: Vec<Arc<Kept>> = self.apis.get(api_id).into_iter().flatten().cloned().collect();
        kept.sort_by_key(|kept| kept.exchange.time);
        kept
    }
}

fn empty(body: &mut Body) {
    if let Body::Bytes { bytes, .. } = body {
        *body = match bytes.len() {
            0 => Body::Empty,
            length => Body::Unknown { length: u64::try_from(length).ok() },
        };
    } else if let Body::Shape(_) = body {
        *body = Body::Unknown { length: None };
    }
}

fn size(exchange: &Exchange) -> usize {
    let fields = |fields: &[(String, String)]| -> usize {
        fields.iter().map(|(name, value)| name.len() + value.len() + 64).sum()
    };
    let answer = exchange.response.as_ref().map_or(0, |response| fields(&response.message.headers));
    let texts = exchange.path.len() + exchange.query.as_ref().map_or(0, String::len) + exchange.host.len();
    1024 + texts + fields(&exchange.request.headers) + answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_exchange::{Client, Message, Source};
    use palisade_guard::Decision;

    fn captured(api: &str, time: i64, path: &str) -> Captured {
        let body = Body::Bytes { bytes: bytes::Bytes::from_static(b"{\"secret\":1}"), truncated: false };
        let exchange = Exchange {
            id: uuid::Uuid::nil(),
            time,
            duration: None,
            source: Source::Gateway,
            api: None,
            client: Client::default(),
            scheme: "http".to_owned(),
            host: "shop".to_owned(),
            method: "POST".to_owned(),
            path: path.to_owned(),
            query: None,
            request: Message { headers: Vec::new(), body },
            response: None,
        };
        Captured {
            api_id: api.into(),
            api_name: api.into(),
            exchange,
            decision: Decision::allowed(),
            status: 200,
            upstream_status: None,
            fault: None,
        }
    }

    #[test]
    fn the_newest_stay_within_the_bounds_and_a_seldom_called_api_keeps_its_own() {
        let mut recent = Recent::default();
        recent.push(captured("quiet", 0, "/"), 1, None);
        for time in 0..12_000 {
            recent.push(captured("busy", time, "/"), 1, None);
        }
        assert_eq!((recent.count, recent.of("busy").len(), recent.of("quiet").len()), (10_000, 9999, 1));
        assert_eq!(recent.of("busy")[0].exchange.time, 2001);
        for time in 0..100 {
            recent.push(captured("large", time, &"/x".repeat(1 << 20)), 1, None);
        }
        assert!(recent.bytes <= MOST_BYTES && recent.count < 10_000, "{} {}", recent.bytes, recent.count);
        assert_eq!(recent.bytes, recent.apis.values().flatten().map(|kept| kept.bytes).sum::<usize>());
    }

    #[test]
    fn values_of_bodies_are_not_kept() {
        let mut recent = Recent::default();
        recent.push(captured("shop", 0, "/"), 1, None);
        let kept = recent.of("shop");
        assert_eq!(kept[0].exchange.request.body, Body::Unknown { length: Some(12) });
        assert!(!kept[0].bodies_judged && !format!("{kept:?}").contains("secret"));
    }
}
