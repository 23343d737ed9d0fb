//! How often callers come and who is banned: in the memory of this process, or wherever else a store keeps it.

use palisade_guard::{Ban, BanOrder, Bans, CounterKey, Counters, RateAsk, Rates};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a store answers; an error says in a few words why it has no answer.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, &'static str>> + Send + 'a>>;

/// Where counters and bans are kept. Times are UTC microseconds.
pub trait CounterStore: Send + Sync + std::fmt::Debug {
    /// Counts a request under each key where that is asked for, and says how often each came.
    fn rates<'a>(&'a self, asks: &'a [RateAsk], now: i64) -> Reply<'a, Vec<Rates>>;
    /// Until when someone is banned who calls now.
    fn banned(&self, key: CounterKey, now: i64) -> Reply<'_, Option<i64>>;
    /// Counts one under each key, at the store's leisure.
    fn count(&self, keys: &[CounterKey], now: i64);
    /// Begins a ban or lets one last longer; true when it is new.
    fn ban(&self, order: &BanOrder, api: &str, code: &str, now: i64) -> bool;
    /// Ends a ban.
    fn lift(&self, key: CounterKey) -> Option<Ban>;
    /// The bans that run, the newest first.
    fn running(&self, now: i64) -> Vec<Ban>;
    /// Takes out the bans that have ended since.
    fn sweep(&self, now: i64) -> Vec<Ban>;
    /// What it keeps, and what it had to let go.
    fn figures(&self) -> CounterFigures;
}

/// What a store keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CounterFigures {
    /// Callers that are counted.
    pub callers: usize,
    /// Callers that were forgotten within their time because there were too many.
    pub evicted: u64,
    /// Bans that ended early because there were too many.
    pub bans_evicted: u64,
}

/// Parts of the counters: as many requests are counted at once.
const SHARDS: usize = 16;
/// Most callers that are counted, all shards together: some 12 MiB when an attack comes from everywhere.
const CALLERS: usize = 64 << 10;
/// Most bans that run.
const BANS: usize = 16 << 10;

/// Counters and bans in memory.
#[derive(Debug)]
pub struct Memory {
    shards: [Mutex<Counters>; SHARDS],
    bans: Mutex<Bans>,
}

impl Default for Memory {
    fn default() -> Self {
        Memory {
            shards: std::array::from_fn(|_| Mutex::new(Counters::new(CALLERS / SHARDS))),
            bans: Mutex::new(Bans::new(BANS)),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    fn shard(&self, key: &CounterKey) -> Option<MutexGuard<'_, Counters>> {
        let [first, ..] = key.0;
        self.shards.get(usize::from(first) % SHARDS).map(lock)
    }

    fn ask(&self, asks: &[RateAsk], now: i64) -> Vec<Rates> {
        let one = |ask: &RateAsk| {
            let mut shard = self.shard(&ask.key)?;
            shard.ask(std::slice::from_ref(ask), now).pop()
        };
        asks.iter().map(|ask| one(ask).unwrap_or_default()).collect()
    }

    fn bans(&self) -> MutexGuard<'_, Bans> {
        lock(&self.bans)
    }
}

impl CounterStore for Memory {
    fn rates<'a>(&'a self, asks: &'a [RateAsk], now: i64) -> Reply<'a, Vec<Rates>> {
        Box::pin(std::future::ready(Ok(self.ask(asks, now))))
    }

    fn banned(&self, key: CounterKey, now: i64) -> Reply<'_, Option<i64>> {
        Box::pin(std::future::ready(Ok(self.bans().until(key, now))))
    }

    fn count(&self, keys: &[CounterKey], now: i64) {
        for key in keys {
            if let Some(mut shard) = self.shard(key) {
                shard.add(*key, now);
            }
        }
    }

    fn ban(&self, order: &BanOrder, api: &str, code: &str, now: i64) -> bool {
        self.bans().begin(order, api, code, now)
    }

    fn lift(&self, key: CounterKey) -> Option<Ban> {
        self.bans().lift(key)
    }

    fn running(&self, now: i64) -> Vec<Ban> {
        self.bans().running(now)
    }

    fn sweep(&self, now: i64) -> Vec<Ban> {
        self.bans().sweep(now)
    }

    fn figures(&self) -> CounterFigures {
        let mut figures = CounterFigures { bans_evicted: self.bans().evicted(), ..CounterFigures::default() };
        for shard in &self.shards {
            let shard = lock(shard);
            figures.callers += shard.len();
            figures.evicted += shard.evicted();
        }
        figures
    }
}
