//! Which upstream gets the next request, and what the requests tell of the upstreams.
//!
//! No lock: every figure is an atomic of its own. Two requests that choose at the same moment may choose alike, which
//! costs a share its exactness for one request and nothing else.

use crate::upstream::Upstream;
use palisade_guard::{Balance, Delivery, MAX_UPSTREAMS, Passive, Retries, holds};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Least share of an upstream that comes back, in percent.
const RAMP_FLOOR: u64 = 10;
/// Retries that are free, and most that can be saved up.
const FREE_RETRIES: i64 = 10;
/// Doublings of an ejection; far more than any longest ejection allows.
const MAX_DOUBLINGS: u32 = 16;

/// What is known of one upstream of one API. Outlives changes of the API's definition.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// Its place in the smooth weighted round.
    round: AtomicI64,
    /// Requests under way.
    active: AtomicU32,
    requests: AtomicU64,
    failures: AtomicU64,
    /// Failures in a row.
    streak: AtomicU32,
    /// Ejections soon after each other.
    ejections: AtomicU32,
    /// End of the newest ejection, in milliseconds since the gateway began; 0 for none.
    ejected_until: AtomicU64,
    /// Active checks say that it cannot serve.
    unhealthy: AtomicBool,
    /// When it came back, in milliseconds since the gateway began; 0 for never away.
    back_at: AtomicU64,
}

/// What an upstream's state is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UpstreamState {
    /// It gets its share.
    Healthy,
    /// It came back a short while ago and gets less than its share.
    Recovering,
    /// Too many requests failed in a row.
    Ejected,
    /// Active checks fail.
    Unhealthy,
}

/// Figures of one upstream since the API first had it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct UpstreamStatus {
    /// Its URL.
    pub url: String,
    /// Its weight.
    pub weight: u16,
    /// What it is now.
    pub state: UpstreamState,
    /// Requests under way.
    pub active: u32,
    /// Requests sent to it, retries included.
    pub requests: u64,
    /// Those that failed: no connection, no whole answer, or a status that counts as failure.
    pub failures: u64,
}

/// Handles of an upstream's figures, made once.
struct Meters {
    requests: metrics::Counter,
    failures: metrics::Counter,
    available: metrics::Gauge,
}

/// One upstream as an API uses it.
pub(crate) struct Target {
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) standing: Arc<Standing>,
    weight: u16,
    meters: Meters,
}

/// How a request to an upstream ended, as far as its health is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It answered with this status.
    Status(u16),
    /// No connection, or no whole answer.
    Failed,
    /// The client's doing: says nothing of the upstream.
    Unknown,
}

/// The upstreams of an API.
pub(crate) struct Balancer {
    pub(crate) targets: Vec<Target>,
    api: Arc<str>,
    balance: Balance,
    passive: Passive,
    panic: u64,
    slow_start: u64,
    draws: AtomicU64,
    pub(crate) retries: Retries,
    /// Hundredths of a retry that may still be spent.
    saved: AtomicI64,
    /// When the gateway began.
    born: Instant,
}

/// Counts a request as under way for as long as it lives.
pub(crate) struct Use<'a>(&'a Standing);

impl Drop for Use<'_> {
    fn drop(&mut self) {
        self.0.active.fetch_sub(1, Relaxed);
    }
}

impl Target {
    fn is_good(&self, now: u64) -> bool {
        self.standing.ejected_until.load(Relaxed) <= now && !self.standing.unhealthy.load(Relaxed)
    }

    /// Its share, in hundredths of a weight.
    fn share(&self, now: u64, slow_start: u64) -> i64 {
        let percent = match self.standing.back_at.load(Relaxed) {
            0 => 100,
            back if slow_start == 0 || now.saturating_sub(back) >= slow_start => 100,
            back => (now.saturating_sub(back) * 100 / slow_start).max(RAMP_FLOOR),
        };
        i64::from(self.weight) * i64::try_from(percent).unwrap_or(100)
    }

    /// Counts a request to it.
    pub(crate) fn begin(&self) -> Use<'_> {
        self.standing.active.fetch_add(1, Relaxed);
        self.standing.requests.fetch_add(1, Relaxed);
        self.meters.requests.increment(1);
        Use(&self.standing)
    }
}

impl Balancer {
    /// The upstreams with their weights; `last` is what the API had before: what is known of an upstream stays.
    pub(crate) fn new(
        api: Arc<str>,
        upstreams: Vec<Arc<Upstream>>,
        delivery: &Delivery,
        last: Option<&Balancer>,
        born: Instant,
    ) -> Balancer {
        let known = |upstream: &Arc<Upstream>| {
            let last = last?.targets.iter().find(|target| target.upstream.origin() == upstream.origin())?;
            Some(Arc::clone(&last.standing))
        };
        let weights = delivery.weights.iter().copied().chain(std::iter::repeat(1));
        let targets = upstreams.into_iter().zip(weights).take(MAX_UPSTREAMS).map(|(upstream, weight)| {
            let labels = [("api", api.to_string()), ("upstream", upstream.origin().to_owned())];
            let meters = Meters {
                requests: metrics::counter!("palisade_gateway_upstream_requests_total", &labels),
                failures: metrics::counter!("palisade_gateway_upstream_failures_total", &labels),
                available: metrics::gauge!("palisade_gateway_upstream_available", &labels),
            };
            Target { standing: known(&upstream).unwrap_or_default(), upstream, weight: weight.max(1), meters }
        });
        let balancer = Balancer {
            targets: targets.collect(),
            api,
            balance: delivery.balance,
            passive: delivery.health.passive.clone(),
            panic: u64::from(delivery.health.panic.min(100)),
            slow_start: delivery.health.slow_start.0,
            draws: AtomicU64::new(0),
            retries: delivery.retries,
            saved: AtomicI64::new(FREE_RETRIES * 100),
            born,
        };
        for target in &balancer.targets {
            if delivery.health.probe.is_none() {
                // Nobody would ever say that it is healthy again.
                target.standing.unhealthy.store(false, Relaxed);
            }
            balancer.show(target);
        }
        balancer
    }

    fn now(&self) -> u64 {
        // 0 stands for never.
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }

    fn show(&self, target: &Target) {
        target.meters.available.set(if target.is_good(self.now()) { 1.0 } else { 0.0 });
    }

    /// The upstream for a request that was already tried on those of `tried` (a bit each). `None`: all were.
    pub(crate) fn choose(&self, tried: u64) -> Option<(usize, &Target)> {
        match self.targets.as_slice() {
            [only] => (tried == 0).then_some((0, only)),
            [] => None,
            _ => self.choose_at(tried, self.now()),
        }
    }

    fn choose_at(&self, tried: u64, now: u64) -> Option<(usize, &Target)> {
        let mut good = 0u64;
        for (index, target) in self.targets.iter().enumerate() {
            good |= u64::from(target.is_good(now)) << index;
        }
        let all = u64::MAX >> (64 - self.targets.len().clamp(1, 64));
        let in_panic = u64::from(good.count_ones()) * 100 < self.panic * self.targets.len() as u64;
        let wanted = if in_panic || good == 0 { all } else { good };
        // Where every good one was tried, a bad one is better than none.
        let candidates = match (wanted & !tried, all & !tried) {
            (0, 0) => return None,
            (0, rest) => rest,
            (candidates, _) => candidates,
        };
        let index = match self.balance {
            Balance::RoundRobin => self.next_in_round(candidates, now),
            Balance::LeastRequests => self.less_busy(candidates, now),
        };
        self.targets.get(index).map(|target| (index, target))
    }

    fn among(&self, candidates: u64) -> impl Iterator<Item = (usize, &Target)> {
        self.targets.iter().enumerate().filter(move |(index, _)| candidates >> index & 1 == 1)
    }

    /// Smooth weighted round robin: all gain their share, the richest is chosen and pays what all gained.
    fn next_in_round(&self, candidates: u64, now: u64) -> usize {
        let (mut total, mut best) = (0, (i64::MIN, 0));
        for (index, target) in self.among(candidates) {
            let share = target.share(now, self.slow_start);
            let wealth = target.standing.round.fetch_add(share, Relaxed) + share;
            total += share;
            if wealth > best.0 {
                best = (wealth, index);
            }
        }
        if let Some(target) = self.targets.get(best.1) {
            target.standing.round.fetch_sub(total, Relaxed);
        }
        best.1
    }

    /// Of two drawn by weight the one with fewer requests under way for its weight.
    fn less_busy(&self, candidates: u64, now: u64) -> usize {
        let first = self.draw(candidates, now);
        let rest = candidates & !(1 << first);
        if rest == 0 {
            return first;
        }
        let second = self.draw(rest, now);
        let load = |index: usize, other: usize| {
            let one = self.targets.get(index).map_or(0, |target| u64::from(target.standing.active.load(Relaxed)));
            (one + 1) * self.targets.get(other).map_or(1, |target| u64::from(target.weight))
        };
        if load(second, first) < load(first, second) { second } else { first }
    }

    fn draw(&self, candidates: u64, now: u64) -> usize {
        let total: i64 = self.among(candidates).map(|(_, target)| target.share(now, self.slow_start)).sum();
        let random = mix(self.draws.fetch_add(1, Relaxed)) >> 1;
        let mut left = i64::try_from(random).unwrap_or(0) % total.max(1);
        let mut last = 0;
        for (index, target) in self.among(candidates) {
            left -= target.share(now, self.slow_start);
            last = index;
            if left < 0 {
                break;
            }
        }
        last
    }

    /// Learns from the end of a request.
    pub(crate) fn report(&self, target: &Target, outcome: Outcome) {
        let standing = &target.standing;
        let failed = match outcome {
            Outcome::Unknown => return,
            Outcome::Failed => true,
            Outcome::Status(status) => holds(&self.passive.statuses, status),
        };
        if !failed {
            if standing.streak.load(Relaxed) != 0 {
                standing.streak.store(0, Relaxed);
            }
            return;
        }
        standing.failures.fetch_add(1, Relaxed);
        target.meters.failures.increment(1);
        let streak = standing.streak.fetch_add(1, Relaxed) + 1;
        if self.passive.failures > 0 && streak >= u32::from(self.passive.failures) {
            self.eject(target, self.now());
        }
    }

    fn eject(&self, target: &Target, now: u64) {
        let standing = &target.standing;
        if !target.is_good(now) {
            return;
        }
        let left = self.targets.iter().filter(|target| target.is_good(now)).count() as u64 - 1;
        if left == 0 || left * 100 < self.panic * self.targets.len() as u64 {
            return;
        }
        let last_end = standing.ejected_until.load(Relaxed);
        if now.saturating_sub(last_end) >= self.passive.max_eject.0 {
            standing.ejections.store(0, Relaxed);
        }
        let doublings = standing.ejections.fetch_add(1, Relaxed).min(MAX_DOUBLINGS);
        let length = (self.passive.eject.0 << doublings).min(self.passive.max_eject.0);
        standing.back_at.store(now + length, Relaxed);
        standing.ejected_until.store(now + length, Relaxed);
        standing.streak.store(0, Relaxed);
        self.show(target);
        crate::events::upstream_ejected(&self.api, target.upstream.origin(), Duration::from_millis(length));
    }

    /// Takes down what active checks found.
    pub(crate) fn checked(&self, target: &Target, healthy: bool) {
        let was = !target.standing.unhealthy.swap(!healthy, Relaxed);
        if was == healthy {
            return;
        }
        if healthy {
            target.standing.back_at.store(self.now(), Relaxed);
        }
        self.show(target);
        crate::events::upstream_checked(&self.api, target.upstream.origin(), healthy);
    }

    /// A request came: a share of a retry is saved up.
    pub(crate) fn save(&self) {
        if self.saved.load(Relaxed) < FREE_RETRIES * 100 {
            self.saved.fetch_add(i64::from(self.retries.budget), Relaxed);
        }
    }

    /// Spends a retry; false when there is none to spend.
    pub(crate) fn spend(&self) -> bool {
        let had = self.saved.fetch_sub(100, Relaxed);
        if had < 100 {
            self.saved.fetch_add(100, Relaxed);
        }
        had >= 100
    }

    /// Brings the gauges up to date: an ejection ends without an event.
    pub(crate) fn show_all(&self) {
        self.targets.iter().for_each(|target| self.show(target));
    }

    /// What each upstream does now.
    pub(crate) fn status(&self) -> Vec<UpstreamStatus> {
        let now = self.now();
        let state = |target: &Target| {
            if target.standing.unhealthy.load(Relaxed) {
                UpstreamState::Unhealthy
            } else if !target.is_good(now) {
                UpstreamState::Ejected
            } else if target.share(now, self.slow_start) < i64::from(target.weight) * 100 {
                UpstreamState::Recovering
            } else {
                UpstreamState::Healthy
            }
        };
        let status = |target: &Target| UpstreamStatus {
            url: target.upstream.origin().to_owned(),
            weight: target.weight,
            state: state(target),
            active: target.standing.active.load(Relaxed),
            requests: target.standing.requests.load(Relaxed),
            failures: target.standing.failures.load(Relaxed),
        };
        self.targets.iter().map(status).collect()
    }
}

/// A number that looks random for each place of a sequence (the finaliser of SplitMix64).
fn mix(place: u64) -> u64 {
    let mut word = place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_guard::{Health, Millis};

    fn balancer(weights: &[u16], balance: Balance) -> Balancer {
        let upstreams = (0..weights.len())
            .map(|index| Arc::new(Upstream::new(&format!("http://10.0.0.{index}"), None).unwrap()))
            .collect();
        let health = Health { slow_start: Millis(1000), ..Health::default() };
        let delivery = Delivery { weights: weights.to_vec(), balance, health, ..Delivery::default() };
        Balancer::new("test".into(), upstreams, &delivery, None, Instant::now())
    }

    fn counts(balancer: &Balancer, requests: usize, now: u64) -> Vec<usize> {
        let mut counts = vec![0; balancer.targets.len()];
        for _ in 0..requests {
            let (index, _) = balancer.choose_at(0, now).unwrap();
            counts[index] += 1;
        }
        counts
    }

    fn fail(balancer: &Balancer, index: usize, now: u64) {
        balancer.eject(&balancer.targets[index], now);
    }

    #[test]
    fn the_round_keeps_the_weights_and_spreads_them() {
        let balancer = balancer(&[5, 1, 1], Balance::RoundRobin);
        let order: Vec<usize> = (0..7).map(|_| balancer.choose_at(0, 1).unwrap().0).collect();
        assert_eq!(order, [0, 0, 1, 0, 2, 0, 0]);
        assert_eq!(counts(&balancer, 700, 1), [500, 100, 100]);
    }

    #[test]
    fn the_less_busy_of_two_is_chosen() {
        let balancer = balancer(&[1, 1, 1], Balance::LeastRequests);
        let busy: Vec<_> = (0..20).map(|_| balancer.targets[1].begin()).collect();
        // It is chosen only when both draws would have to fall on it, and they never do.
        assert_eq!(counts(&balancer, 300, 1)[1], 0);
        drop(busy);
        assert!(counts(&balancer, 300, 1).iter().all(|count| (70..130).contains(count)));
        assert_eq!(balancer.status()[1].active, 0);
    }

    #[test]
    fn least_requests_keep_the_weights_too() {
        let balancer = balancer(&[3, 1], Balance::LeastRequests);
        let (mut open, mut counts) = (std::collections::VecDeque::new(), [0; 2]);
        for _ in 0..4000 {
            let (index, target) = balancer.choose_at(0, 1).unwrap();
            counts[index] += 1;
            open.push_back(target.begin());
            if open.len() > 40 {
                open.pop_front();
            }
        }
        assert!((2800..3200).contains(&counts[0]), "{counts:?}");
    }

    #[test]
    fn an_ejected_one_gets_nothing_and_the_others_share_its_part() {
        let balancer = balancer(&[1, 1, 1], Balance::RoundRobin);
        fail(&balancer, 1, 100);
        assert_eq!(counts(&balancer, 100, 101), [50, 0, 50]);
        // 10 s later it comes back by and by.
        let ramped = counts(&balancer, 210, 10_200);
        assert!((5..20).contains(&ramped[1]), "{ramped:?}");
        assert_eq!(counts(&balancer, 300, 11_100), [100, 100, 100]);
    }

    #[test]
    fn ejections_grow_up_to_a_limit_and_begin_anew() {
        let balancer = balancer(&[1, 1], Balance::RoundRobin);
        let mut now = 0;
        let mut lengths = Vec::new();
        for _ in 0..7 {
            now += 1;
            fail(&balancer, 0, now);
            let until = balancer.targets[0].standing.ejected_until.load(Relaxed);
            lengths.push((until - now) / 1000);
            now = until;
        }
        assert_eq!(lengths, [10, 20, 40, 80, 160, 300, 300]);
        now += 300_000;
        fail(&balancer, 0, now);
        assert_eq!(balancer.targets[0].standing.ejected_until.load(Relaxed) - now, 10_000);
    }

    #[test]
    fn the_last_good_ones_are_never_ejected() {
        let balancer = balancer(&[1, 1, 1, 1], Balance::RoundRobin);
        (0..4).for_each(|index| fail(&balancer, index, 1));
        let ejected = |status: &UpstreamStatus| status.state == UpstreamState::Ejected;
        assert_eq!(balancer.targets.iter().filter(|target| !target.is_good(2)).count(), 2);
        assert_eq!(balancer.status().iter().filter(|status| ejected(status)).count(), 2);
        assert_eq!(counts(&balancer, 100, 2), [0, 0, 50, 50]);
    }

    #[test]
    fn when_too_few_are_healthy_all_are_asked() {
        let balancer = balancer(&[1, 1, 1], Balance::RoundRobin);
        balancer.checked(&balancer.targets[0], false);
        assert_eq!(counts(&balancer, 100, 2), [0, 50, 50]);
        balancer.checked(&balancer.targets[1], false);
        assert_eq!(counts(&balancer, 99, 2), [33, 33, 33]);
        balancer.checked(&balancer.targets[2], false);
        assert_eq!(counts(&balancer, 99, 2), [33, 33, 33]);
    }

    #[test]
    fn each_is_tried_once_and_a_bad_one_before_none() {
        let balancer = balancer(&[1, 1, 1], Balance::RoundRobin);
        fail(&balancer, 0, 1);
        let mut tried = 0;
        let mut order = Vec::new();
        while let Some((index, _)) = balancer.choose_at(tried, 2) {
            tried |= 1 << index;
            order.push(index);
        }
        assert_eq!(order, [1, 2, 0]);
    }

    #[test]
    fn failures_in_a_row_eject_and_a_good_answer_between_them_does_not() {
        let balancer = balancer(&[1, 1], Balance::RoundRobin);
        let target = &balancer.targets[0];
        for outcome in [Outcome::Failed, Outcome::Status(503), Outcome::Failed, Outcome::Status(500), Outcome::Failed] {
            balancer.report(target, outcome);
        }
        assert_eq!(balancer.status()[0].state, UpstreamState::Healthy);
        for _ in 0..4 {
            balancer.report(target, Outcome::Status(502));
            balancer.report(target, Outcome::Unknown);
        }
        let status = &balancer.status()[0];
        assert_eq!((status.state, status.failures), (UpstreamState::Ejected, 8));
    }

    #[test]
    fn retries_are_a_share_of_the_requests() {
        let balancer = balancer(&[1, 1], Balance::RoundRobin);
        assert_eq!((0..100).filter(|_| balancer.spend()).count(), 10);
        (0..50).for_each(|_| balancer.save());
        assert_eq!((0..100).filter(|_| balancer.spend()).count(), 10);
        (0..5000).for_each(|_| balancer.save());
        assert_eq!((0..100).filter(|_| balancer.spend()).count(), 10);
    }

    #[test]
    fn what_is_known_outlives_a_new_definition() {
        let old = balancer(&[1, 1], Balance::RoundRobin);
        (0..5).for_each(|_| old.report(&old.targets[0], Outcome::Failed));
        let upstreams = old.targets.iter().map(|target| Arc::clone(&target.upstream)).collect();
        let new = Balancer::new("test".into(), upstreams, &Delivery::default(), Some(&old), old.born);
        assert_eq!(new.status()[0].state, UpstreamState::Ejected);
    }
}
