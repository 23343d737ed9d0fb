//! Exchanges in the order of their time, whichever recording they come from.

use palisade_exchange::{Body, Exchange, Message};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// Bytes of exchanges that wait for earlier ones.
const WAITING: usize = 512 << 20;
/// What an exchange takes beside its texts and bodies, about.
const FIXED: usize = 512;

/// Where an exchange was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The recording, as it was named.
    pub recording: Arc<str>,
    /// Its place among the exchanges of the recording, from 1.
    pub number: u64,
}

struct Waiting {
    /// Time, then the order in which they were read.
    key: (i64, u64),
    bytes: usize,
    origin: Origin,
    exchange: Exchange,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

/// Gives exchanges out in the order of their time. What waits is bounded: when it is too much the earliest goes, and
/// what comes later with an earlier time is counted as late.
pub struct Order {
    heap: BinaryHeap<Reverse<Waiting>>,
    most: usize,
    bytes: usize,
    read: u64,
    reached: i64,
    late: u64,
}

impl Order {
    /// Nothing waits.
    pub fn new() -> Order {
        Order::within(WAITING)
    }

    fn within(most: usize) -> Order {
        Order { heap: BinaryHeap::new(), most, bytes: 0, read: 0, reached: i64::MIN, late: 0 }
    }

    /// Takes an exchange; gives out what cannot wait any longer.
    pub fn push(&mut self, origin: Origin, exchange: Exchange, sink: &mut dyn FnMut(Origin, Exchange)) {
        if exchange.time < self.reached {
            self.late += 1;
        }
        let bytes = size(&exchange);
        self.bytes += bytes;
        self.heap.push(Reverse(Waiting { key: (exchange.time, self.read), bytes, origin, exchange }));
        self.read += 1;
        while self.bytes > self.most {
            if !self.pop(sink) {
                break;
            }
        }
    }

    /// Gives out the rest; how many came too late for their place.
    pub fn finish(mut self, sink: &mut dyn FnMut(Origin, Exchange)) -> u64 {
        while self.pop(sink) {}
        self.late
    }

    fn pop(&mut self, sink: &mut dyn FnMut(Origin, Exchange)) -> bool {
        let Some(Reverse(next)) = self.heap.pop() else { return false };
        self.bytes -= next.bytes;
        self.reached = self.reached.max(next.exchange.time);
        sink(next.origin, next.exchange);
        true
    }
}

fn size(exchange: &Exchange) -> usize {
    let message = |message: &Message| {
        let headers: usize = message.headers.iter().map(|(name, value)| name.len() + value.len() + 48).sum();
        headers
            + match &message.body {
                Body::Bytes { bytes, .. } => bytes.len(),
                // A shape is bounded by what may be said about a body.
                Body::Shape(_) => 4096,
                Body::Empty | Body::Unknown { .. } => 0,
            }
    };
    FIXED
        + exchange.path.len()
        + exchange.query.as_ref().map_or(0, String::len)
        + message(&exchange.request)
        + exchange.response.as_ref().map_or(0, |response| message(&response.message))
}

#[cfg(test)]
mod tests {
    use super::{Order, Origin};
    use palisade_exchange::{Client, Exchange, Message, Source};

    fn exchange(time: i64) -> Exchange {
        Exchange {
            id: uuid::Uuid::nil(),
            time,
            duration: None,
            source: Source::Har,
            api: None,
            client: Client::default(),
            scheme: "http".into(),
            host: "a.test".into(),
            method: "GET".into(),
            path: "/".into(),
            query: None,
            request: Message::default(),
            response: None,
        }
    }

    fn ordered(most: usize, times: &[i64]) -> (Vec<(i64, u64)>, u64) {
        let mut order = Order::within(most);
        let mut given = Vec::new();
        let mut sink = |origin: Origin, exchange: Exchange| given.push((exchange.time, origin.number));
        for (number, time) in (1..).zip(times) {
            order.push(Origin { recording: "r".into(), number }, exchange(*time), &mut sink);
        }
        let late = order.finish(&mut sink);
        (given, late)
    }

    #[test]
    fn the_earliest_goes_first_and_equals_keep_their_order() {
        let (given, late) = ordered(1 << 20, &[30, 10, 20, 10]);
        assert_eq!((given, late), (vec![(10, 2), (10, 4), (20, 3), (30, 1)], 0));
    }

    #[test]
    fn what_waits_is_bounded_and_what_comes_late_is_counted() {
        let (given, late) = ordered(1200, &[30, 40, 50, 10]);
        assert_eq!((given.len(), late), (4, 1));
        assert_eq!(given.first(), Some(&(30, 1)));
    }
}
