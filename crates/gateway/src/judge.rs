//! Drives the guard's inquiry for every transport: finds what it asks for, keeps its failures apart.

use crate::lookups::Lookups;
use crate::lookups::counters::{CounterFigures, CounterStore, Memory};
use palisade_exchange::{Exchange, RequestView, ResponseView};
use palisade_guard::{Answer, Ban, CounterKey, Facts, Fault, Inquiry, Lookup, Progress, ResponseNeed, ResponseVerdict};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Called before each step of the engine, within its shield: with the step (`head`, `body`, `exchange`, `answer`,
/// `answer-body`) and the path of the request. A test makes the engine fail by it.
pub type Trap = fn(&str, &str);

/// What the drivers of one gateway share: counters, bans, keys.
#[derive(Debug)]
pub struct Judge {
    lookups: Lookups,
    trap: Option<Trap>,
    counters: Arc<dyn CounterStore>,
    salt: [u8; 16],
    drawn: AtomicU64,
}

impl Default for Judge {
    fn default() -> Self {
        Judge::new(Arc::new(Memory::default()))
    }
}

impl Judge {
    /// A judge that counts in this store.
    pub fn new(counters: Arc<dyn CounterStore>) -> Judge {
        // Callers are counted under hashes that nobody else can make; they last as long as the process.
        let mut salt = [0; 16];
        if getrandom::fill(&mut salt).is_err() {
            salt = *uuid::Uuid::now_v7().as_bytes();
        }
        let (_, seed) = salt.split_at(8);
        let drawn = AtomicU64::new(u64::from_le_bytes(seed.try_into().unwrap_or_default()));
        Judge { lookups: Lookups::default(), trap: None, counters, salt, drawn }
    }

    /// The same, calling `trap` before each step.
    pub fn with_trap(self, trap: Option<Trap>) -> Judge {
        Judge { trap, ..self }
    }

    fn step(&self, step: &str, path: &str) {
        if let Some(trap) = self.trap {
            trap(step, path);
        }
    }

    /// What is known of a request that is judged now.
    pub fn facts(&self) -> Facts {
        Facts { now: crate::record::micros_now(), draw: self.draw(), salt: self.salt, ..Facts::default() }
    }

    /// A number below 100.
    fn draw(&self) -> u8 {
        // SplitMix64, by Steele, Lea and Flood: even, and no request tells what the next one draws.
        let mut word = self.drawn.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ (word >> 31)) % 100) as u8
    }

    /// Judges a head: never [`Progress::Need`].
    pub async fn head(&self, inquiry: &mut Inquiry<'_>, request: &RequestView<'_>) -> Progress {
        let step = |inquiry: &mut Inquiry<'_>| {
            self.step("head", request.path);
            inquiry.head(request)
        };
        self.drive(inquiry, step).await
    }

    /// Judges a body after [`Progress::Body`]: passes or refuses.
    pub async fn body(
        &self,
        inquiry: &mut Inquiry<'_>,
        request: &RequestView<'_>,
        body: &[u8],
        truncated: bool,
    ) -> Progress {
        let mut first = true;
        let step = |inquiry: &mut Inquiry<'_>| {
            self.step("body", request.path);
            if std::mem::take(&mut first) { inquiry.body(request, body, truncated) } else { inquiry.head(request) }
        };
        self.drive(inquiry, step).await
    }

    /// Judges a whole exchange that has gone by: passes or refuses.
    pub async fn exchange(&self, inquiry: &mut Inquiry<'_>, exchange: &Exchange) -> Progress {
        let step = |inquiry: &mut Inquiry<'_>| {
            self.step("exchange", &exchange.path);
            inquiry.exchange(exchange)
        };
        self.drive(inquiry, step).await
    }

    /// What an answer's head leads to.
    pub fn response(
        &self,
        inquiry: &mut Inquiry<'_>,
        request: &RequestView<'_>,
        response: &ResponseView<'_>,
    ) -> ResponseNeed {
        let step = || {
            self.step("answer", request.path);
            inquiry.response(request, response)
        };
        match shielded(step) {
            Some(need) => need,
            None => ResponseNeed { refuse: failed(inquiry) == Progress::Refuse, ..ResponseNeed::default() },
        }
    }

    /// Judges an answer; `body` as in [`Inquiry::response_body`].
    pub fn response_body(
        &self,
        inquiry: &mut Inquiry<'_>,
        request: &RequestView<'_>,
        response: &ResponseView<'_>,
        body: Option<&[u8]>,
    ) -> ResponseVerdict {
        let step = || {
            self.step("answer-body", request.path);
            inquiry.response_body(request, response, body)
        };
        match shielded(step) {
            Some(verdict) => verdict,
            None if failed(inquiry) == Progress::Refuse => ResponseVerdict::Refuse,
            None => ResponseVerdict::Pass,
        }
    }

    async fn drive<'p>(
        &self,
        inquiry: &mut Inquiry<'p>,
        mut step: impl FnMut(&mut Inquiry<'p>) -> Progress,
    ) -> Progress {
        loop {
            match shielded(|| step(inquiry)) {
                None => return failed(inquiry),
                Some(Progress::Need(lookup)) => {
                    let answer = self.find(&lookup, inquiry.facts().now).await;
                    inquiry.answer(&lookup, answer);
                }
                Some(other) => {
                    if other == Progress::Refuse {
                        self.ban(inquiry);
                    }
                    return other;
                }
            }
        }
    }

    async fn find(&self, lookup: &Lookup, now: i64) -> Answer {
        let found = match lookup {
            Lookup::Rates(asks) => self.counters.rates(asks, now).await.map(Answer::Rates),
            Lookup::Ban(key) => self.counters.banned(*key, now).await.map(Answer::Ban),
            Lookup::Keys { .. } | Lookup::Introspection { .. } => Ok(self.lookups.find(lookup).await),
        };
        found.unwrap_or_else(Answer::Failed)
    }

    /// Bans whom a decision bans.
    fn ban(&self, inquiry: &Inquiry<'_>) {
        let Some((order, code)) = inquiry.ban() else { return };
        let api = &inquiry.policy().api().name;
        let now = inquiry.facts().now;
        if self.counters.ban(order, api, code, now) {
            crate::events::banned(api, code, &order.who, (order.until - now) / 1_000_000);
        }
    }

    /// The answer is known: what is counted by its status is counted.
    pub fn answered(&self, inquiry: &Inquiry<'_>, status: u16) {
        let keys = inquiry.counts(status);
        if !keys.is_empty() {
            self.counters.count(&keys, inquiry.facts().now);
        }
    }

    /// The bans that run, the newest first.
    pub fn bans(&self) -> Vec<Ban> {
        self.counters.running(crate::record::micros_now())
    }

    /// Ends a ban before its time; false when there is none.
    pub fn lift(&self, key: CounterKey) -> bool {
        let lifted = self.counters.lift(key);
        if let Some(ban) = &lifted {
            crate::events::ban_ended(ban, true);
        }
        lifted.is_some()
    }

    /// Tells of bans that have ended since, and how much is kept.
    pub(crate) fn sweep(&self) {
        for ban in self.counters.sweep(crate::record::micros_now()) {
            crate::events::ban_ended(&ban, false);
        }
        let CounterFigures { callers, evicted, bans_evicted } = self.counters.figures();
        crate::events::counted(callers, evicted, bans_evicted);
    }
}

/// What a step of the engine gives; `None` when it failed.
fn shielded<T>(step: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(step)).ok()
}

fn failed(inquiry: &mut Inquiry<'_>) -> Progress {
    crate::events::engine_failed();
    inquiry.failed(Fault::Panic)
}
