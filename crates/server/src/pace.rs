//! How fast anyone may go: guessing is slowed down by address, and every principal has a rate.
//!
//! What is kept is bounded and of this process alone; the lock of a name that is guessed at stands in the store.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

const SECOND: i64 = 1_000_000;
/// Addresses or principals that are kept count of.
const MAX_ENTRIES: usize = 10_000;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An address to count by: one user commands a whole /64 of version 6.
fn source(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let mut octets = address.octets();
            octets[8..].fill(0);
            octets.into()
        }
        address => address,
    }
}

/// How guesses are slowed down.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Failures without consequence.
    free: u32,
    /// The first delay, microseconds; each failure more doubles it.
    delay: i64,
    /// The longest delay, microseconds. Failures are forgotten when there was none for so long.
    most: i64,
}

impl Patience {
    /// For sign-ins.
    pub const SIGN_IN: Patience = Patience { free: 10, delay: 30 * SECOND, most: 900 * SECOND };
    /// For key pairs: programs that all use one address must not lock each other out for long.
    pub const KEYS: Patience = Patience { free: 30, delay: 2 * SECOND, most: 60 * SECOND };
}

#[derive(Debug, Clone, Copy, Default)]
struct Failures {
    count: u32,
    /// When the last one was.
    last: i64,
    /// Until when nothing is taken.
    until: i64,
}

/// Failed attempts by address.
#[derive(Debug)]
pub struct Guesses {
    patience: Patience,
    addresses: Mutex<HashMap<IpAddr, Failures>>,
}

impl Guesses {
    /// With this patience.
    pub fn new(patience: Patience) -> Self {
        Self { patience, addresses: Mutex::default() }
    }

    /// Says whether an address must wait at `now`, in microseconds: the seconds it has to, at least 1.
    pub fn wait(&self, from: IpAddr, now: i64) -> Option<u64> {
        let until = locked(&self.addresses).get(&source(from)).map_or(0, |failures| failures.until);
        (until > now).then(|| seconds(until - now))
    }

    /// Counts an attempt as failed until [`Guesses::forgive`] says otherwise, so that attempts made at the same time
    /// count as well.
    ///
    /// # Errors
    /// The seconds to wait: the attempt is to be refused unseen.
    pub fn attempt(&self, from: IpAddr, now: i64) -> Result<(), u64> {
        let mut addresses = locked(&self.addresses);
        if addresses.len() >= MAX_ENTRIES {
            addresses.retain(|_, failures| failures.until > now);
            if addresses.len() >= MAX_ENTRIES {
                addresses.clear();
            }
        }
        let failures = addresses.entry(source(from)).or_default();
        if failures.until > now {
            return Err(seconds(failures.until - now));
        }
        if failures.last.max(failures.until) + self.patience.most < now {
            *failures = Failures::default();
        }
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
        if failures.count >= self.patience.free {
            let doublings = (failures.count - self.patience.free).min(20);
            failures.until = now + (self.patience.delay << doublings).min(self.patience.most);
        }
        Ok(())
    }

    /// Takes the last attempt of an address back: it was good.
    pub fn forgive(&self, from: IpAddr) {
        if let Some(failures) = locked(&self.addresses).get_mut(&source(from)) {
            failures.count = failures.count.saturating_sub(1);
            if failures.count < self.patience.free {
                failures.until = 0;
            }
        }
    }
}

fn seconds(microseconds: i64) -> u64 {
    u64::try_from((microseconds + SECOND - 1) / SECOND).unwrap_or(1).max(1)
}

/// Attempts of all addresses together.
#[derive(Debug, Default)]
pub struct Flood {
    window: Mutex<(i64, u32)>,
}

impl Flood {
    /// Attempts to sign in that are taken each minute.
    const MOST: u32 = 200;
    const WINDOW: i64 = 60 * SECOND;

    /// Counts an attempt; false when there were too many in this minute.
    pub fn take(&self, now: i64) -> bool {
        let mut window = locked(&self.window);
        if now - window.0 >= Self::WINDOW {
            *window = (now, 0);
        }
        window.1 += 1;
        window.1 <= Self::MOST
    }
}

/// Requests by principal: a bucket that fills steadily.
#[derive(Debug, Default)]
pub struct Rates {
    /// Requests left, in millionths, and when that was so.
    buckets: Mutex<HashMap<String, (i64, i64)>>,
}

impl Rates {
    /// Requests a second, for as long as one likes.
    pub const RATE: i64 = 300;
    /// Requests at once after a pause.
    pub const BURST: i64 = 3_000;

    /// Takes one request of a principal; false when it goes too fast.
    pub fn take(&self, principal: &str, now: i64) -> bool {
        let full = Self::BURST * SECOND;
        let mut buckets = locked(&self.buckets);
        if buckets.len() >= MAX_ENTRIES && !buckets.contains_key(principal) {
            // Whose bucket is full again is as good as new.
            buckets.retain(|_, (left, at)| *left + (now - *at) * Self::RATE < full);
            if buckets.len() >= MAX_ENTRIES {
                buckets.clear();
            }
        }
        let (left, at) = buckets.entry(principal.to_owned()).or_insert((full, now));
        *left = left.saturating_add((now - *at).max(0).saturating_mul(Self::RATE)).min(full);
        *at = now;
        if *left < SECOND {
            return false;
        }
        *left -= SECOND;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn guessing_is_slowed_more_and_more() {
        let guesses = Guesses::new(Patience::SIGN_IN);
        assert!((0..10).all(|_| guesses.attempt(HERE, 0).is_ok()));
        assert_eq!(guesses.attempt(HERE, 1), Err(30), "the tenth failure costs thirty seconds");
        assert_eq!(guesses.wait(HERE, 29 * SECOND + 1), Some(1));
        assert!(guesses.attempt(HERE, 30 * SECOND).is_ok());
        assert_eq!(guesses.attempt(HERE, 30 * SECOND), Err(60), "and each more twice as long");
        for _ in 0..10 {
            let now = guesses.wait(HERE, 0).map_or(0, |wait| i64::try_from(wait).unwrap() * SECOND);
            let _ = guesses.attempt(HERE, now);
        }
        let now = i64::try_from(guesses.wait(HERE, 0).unwrap()).unwrap() * SECOND;
        assert!(guesses.attempt(HERE, now).is_ok());
        assert_eq!(guesses.wait(HERE, now), Some(900), "but never longer than a quarter of an hour");
        let other = IpAddr::from([127, 0, 0, 2]);
        assert!((0..9).all(|_| guesses.attempt(other, 0).is_ok()), "others are free");
        assert!((0..9).all(|_| guesses.attempt(other, 901 * SECOND).is_ok()));
        assert_eq!(guesses.wait(other, 901 * SECOND), None, "few are forgotten too");
        assert!((0..9).all(|_| guesses.attempt(HERE, now + 1801 * SECOND).is_ok()), "it is forgotten in the end");
    }

    #[test]
    fn good_attempts_do_not_count() {
        let guesses = Guesses::new(Patience::SIGN_IN);
        for _ in 0..100 {
            guesses.attempt(HERE, 0).unwrap();
            guesses.forgive(HERE);
        }
        for _ in 0..9 {
            guesses.attempt(HERE, 0).unwrap();
        }
        guesses.attempt(HERE, 0).unwrap();
        guesses.forgive(HERE);
        assert_eq!(guesses.wait(HERE, 0), None, "a good tenth attempt costs nothing");
    }

    #[test]
    fn one_network_of_version_6_is_one_source() {
        let guesses = Guesses::new(Patience { free: 2, ..Patience::SIGN_IN });
        let of = |n: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, n]);
        guesses.attempt(of(1), 0).unwrap();
        guesses.attempt(of(2), 0).unwrap();
        assert!(guesses.attempt(of(3), 0).is_err());
        assert!(guesses.attempt(IpAddr::from([0x2001, 0xdb8, 0, 2, 0, 0, 0, 1]), 0).is_ok());
        let mapped: IpAddr = "::ffff:127.0.0.1".parse().unwrap();
        assert_eq!(source(mapped), HERE);
    }

    #[test]
    fn a_flood_of_addresses_stays_bounded() {
        let (guesses, rates, flood) = (Guesses::new(Patience::KEYS), Rates::default(), Flood::default());
        for n in 0..30_000u32 {
            let _ = guesses.attempt(IpAddr::from(n.to_be_bytes()), 0);
            rates.take(&n.to_string(), 0);
        }
        assert!(guesses.addresses.lock().unwrap().len() <= MAX_ENTRIES);
        assert!(rates.buckets.lock().unwrap().len() <= MAX_ENTRIES);
        assert_eq!((0..300).filter(|_| flood.take(7)).count(), 200);
        assert!(flood.take(7 + Flood::WINDOW));
    }

    #[test]
    fn a_principal_has_a_rate_and_a_burst() {
        let rates = Rates::default();
        let taken = |count, now| (0..count).filter(|_| rates.take("a", now)).count();
        assert_eq!(taken(5_000, 0), 3_000);
        assert_eq!(taken(5_000, SECOND), 300);
        assert!(rates.take("b", SECOND), "each has its own");
        assert_eq!(taken(5_000, 3_600 * SECOND), 3_000, "no more than a burst is saved up");
    }
}
