//! Drives the guard's inquiry for every transport: finds what it asks for, keeps its failures apart.

use crate::lookups::Lookups;
use palisade_exchange::{Exchange, RequestView, ResponseView};
use palisade_guard::{Facts, Fault, Inquiry, Progress, ResponseNeed, ResponseVerdict};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

/// Called before each step of the engine, within its shield: with the step (`head`, `body`, `exchange`, `answer`,
/// `answer-body`) and the path of the request. A test makes the engine fail by it.
pub type Trap = fn(&str, &str);

/// What the drivers of one gateway share: counters, bans, keys.
#[derive(Debug)]
pub struct Judge {
    lookups: Lookups,
    trap: Option<Trap>,
    salt: [u8; 16],
    drawn: AtomicU64,
}

impl Default for Judge {
    fn default() -> Self {
        // Callers are counted under hashes that nobody else can make; they last as long as the process.
        let mut salt = [0; 16];
        if getrandom::fill(&mut salt).is_err() {
            salt = *uuid::Uuid::now_v7().as_bytes();
        }
        let (_, seed) = salt.split_at(8);
        let drawn = AtomicU64::new(u64::from_le_bytes(seed.try_into().unwrap_or_default()));
        Judge { lookups: Lookups::default(), trap: None, salt, drawn }
    }
}

impl Judge {
    /// One that calls `trap` before each step.
    pub fn with_trap(trap: Option<Trap>) -> Judge {
        Judge { trap, ..Judge::default() }
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
                    let answer = self.lookups.find(&lookup).await;
                    inquiry.answer(&lookup, answer);
                }
                Some(other) => return other,
            }
        }
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
