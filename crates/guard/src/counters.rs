//! How often callers come: sliding counts in bounded room.
//!
//! Time is cut into slots. The last 5 s are the slot that runs and the nine half seconds before it; the last 120 s are
//! the slot that runs and the 23 spaces of five seconds before it. So a count never says more than came within the
//! window, and may lack what came in its first slot.

use crate::{CounterKey, RateAsk, Rates};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Half a second, in microseconds.
const SHORT: i64 = 500_000;
/// Five seconds, in microseconds.
const LONG: i64 = 5_000_000;

/// Seconds over which a burst is counted.
pub const BURST_SECONDS: u32 = 5;
/// Seconds over which the average is counted.
pub const AVERAGE_SECONDS: u32 = 120;

/// Counts of one window, slot by slot.
#[derive(Debug, Clone, Copy)]
struct Window<const SLOTS: usize> {
    counts: [u32; SLOTS],
    /// The slot that `counts` ends with.
    newest: i64,
}

impl<const SLOTS: usize> Window<SLOTS> {
    fn new(slot: i64) -> Self {
        Window { counts: [0; SLOTS], newest: slot }
    }

    fn index(slot: i64) -> usize {
        usize::try_from(slot.rem_euclid(SLOTS as i64)).unwrap_or(0)
    }

    /// Forgets what has gone by. A clock that goes back changes nothing.
    fn advance(&mut self, slot: i64) {
        let passed = slot.saturating_sub(self.newest);
        if passed <= 0 {
            return;
        }
        for step in 0..passed.min(SLOTS as i64) {
            if let Some(count) = self.counts.get_mut(Self::index(slot - step)) {
                *count = 0;
            }
        }
        self.newest = slot;
    }

    fn add(&mut self) {
        if let Some(count) = self.counts.get_mut(Self::index(self.newest)) {
            *count = count.saturating_add(1);
        }
    }

    fn sum(&self) -> u64 {
        self.counts.iter().map(|count| u64::from(*count)).sum()
    }

    /// Microseconds until fewer than `quota` are left when nothing more comes.
    fn wait(&self, quota: u64, slot_length: i64, now: i64) -> i64 {
        let mut left = self.sum();
        let slots = SLOTS as i64;
        for age in (0..slots).rev() {
            if left < quota {
                // The slot before this one is the last that had to go.
                return ((self.newest - age + slots - 1) * slot_length - now).max(0);
            }
            left -= self.counts.get(Self::index(self.newest - age)).map_or(0, |count| u64::from(*count));
        }
        ((self.newest + slots) * slot_length - now).max(0)
    }
}

#[derive(Debug, Clone, Copy)]
struct Caller {
    burst: Window<10>,
    average: Window<24>,
}

impl Caller {
    fn new(now: i64) -> Caller {
        Caller { burst: Window::new(now.div_euclid(SHORT)), average: Window::new(now.div_euclid(LONG)) }
    }

    fn advance(&mut self, now: i64) {
        self.burst.advance(now.div_euclid(SHORT));
        self.average.advance(now.div_euclid(LONG));
    }
}

/// Keys are hashes already, under a key that no caller knows.
#[derive(Debug, Default)]
pub(crate) struct Taken(u64);

impl Hasher for Taken {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
            self.0 = self.0.rotate_left(5) ^ word;
        }
    }
}

type Callers = HashMap<CounterKey, Caller, BuildHasherDefault<Taken>>;

/// The counters of many callers, at most as many as were said. Two generations: who has not come for a whole one is
/// forgotten, so that those who come often stay however many others come once.
#[derive(Debug)]
pub struct Counters {
    young: Callers,
    old: Callers,
    /// Most callers of one generation.
    most: usize,
    began: i64,
    evicted: u64,
}

impl Counters {
    /// Counters for at most `callers`.
    pub fn new(callers: usize) -> Counters {
        let most = (callers / 2).max(1);
        Counters { young: Callers::default(), old: Callers::default(), most, began: i64::MIN, evicted: 0 }
    }

    /// Counts a request under each key where that is asked for, and says how often each came. `now` is in microseconds.
    pub fn ask(&mut self, asks: &[RateAsk], now: i64) -> Vec<Rates> {
        asks.iter().map(|ask| self.one(ask, now)).collect()
    }

    /// Counts one under a key.
    pub fn add(&mut self, key: CounterKey, now: i64) {
        let caller = self.caller(key, now);
        caller.burst.add();
        caller.average.add();
    }

    /// Callers that were forgotten within their time because there were too many.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Callers that are kept now.
    pub fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// True when nobody was counted.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn one(&mut self, ask: &RateAsk, now: i64) -> Rates {
        if ask.count {
            self.add(ask.key, now);
        } else if !self.young.contains_key(&ask.key) && !self.old.contains_key(&ask.key) {
            // Only asking makes no entry.
            return Rates::default();
        }
        let caller = self.caller(ask.key, now);
        let burst = ask.burst.map_or(0, |quota| caller.burst.wait(quota, SHORT, now));
        let average = ask.average.map_or(0, |quota| caller.average.wait(quota, LONG, now));
        let wait = u32::try_from((burst.max(average) + 999_999) / 1_000_000).unwrap_or(u32::MAX);
        Rates { burst: caller.burst.sum(), average: caller.average.sum(), wait }
    }

    fn caller(&mut self, key: CounterKey, now: i64) -> &mut Caller {
        let length = i64::from(AVERAGE_SECONDS) * 1_000_000;
        let full = self.young.len() >= self.most && !self.young.contains_key(&key);
        if full || now.saturating_sub(self.began) > length {
            let gone = std::mem::replace(&mut self.old, std::mem::take(&mut self.young));
            if full {
                let lost = gone.values().filter(|caller| now - caller.average.newest * LONG < length).count();
                self.evicted += lost as u64;
            }
            self.began = now;
        }
        let old = &mut self.old;
        let caller = self.young.entry(key).or_insert_with(|| old.remove(&key).unwrap_or_else(|| Caller::new(now)));
        caller.advance(now);
        caller
    }
}
