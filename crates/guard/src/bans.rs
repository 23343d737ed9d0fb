//! Who is kept out, and until when.

use crate::{BanOrder, CounterKey};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A ban that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    /// Its id: ends it by hand.
    pub key: CounterKey,
    /// Who: a network, or what a principal is called.
    pub who: String,
    /// The API it holds for.
    pub api: String,
    /// Code of the reason it began with.
    pub code: String,
    /// When it began, UTC microseconds.
    pub since: i64,
    /// When it ends, UTC microseconds.
    pub until: i64,
    /// Requests refused so far.
    pub refused: u64,
}

/// The bans that run, at most as many as were said: of more, those that end first give way.
#[derive(Debug)]
pub struct Bans {
    running: BTreeMap<CounterKey, Ban>,
    ends: BTreeSet<(i64, CounterKey)>,
    most: usize,
    evicted: u64,
}

impl Bans {
    /// Room for so many bans.
    pub fn new(most: usize) -> Bans {
        Bans { running: BTreeMap::new(), ends: BTreeSet::new(), most: most.max(1), evicted: 0 }
    }

    /// Begins a ban, or lets one that runs last longer; a ban never gets shorter. True when it is new.
    pub fn begin(&mut self, order: &BanOrder, api: &str, code: &str, now: i64) -> bool {
        if let Some(ban) = self.running.get_mut(&order.key).filter(|ban| ban.until > now) {
            if order.until > ban.until {
                self.ends.remove(&(ban.until, order.key));
                self.ends.insert((order.until, order.key));
                ban.until = order.until;
            }
            return false;
        }
        self.lift(order.key);
        while self.running.len() >= self.most {
            let Some((_, first)) = self.ends.pop_first() else { break };
            self.running.remove(&first);
            self.evicted += 1;
        }
        let ban = Ban {
            key: order.key,
            who: order.who.clone(),
            api: api.to_owned(),
            code: code.to_owned(),
            since: now,
            until: order.until,
            refused: 0,
        };
        self.ends.insert((order.until, order.key));
        self.running.insert(order.key, ban);
        true
    }

    /// Until when someone is banned who calls now.
    pub fn until(&mut self, key: CounterKey, now: i64) -> Option<i64> {
        let ban = self.running.get_mut(&key).filter(|ban| ban.until > now)?;
        ban.refused += 1;
        Some(ban.until)
    }

    /// Ends a ban before its time.
    pub fn lift(&mut self, key: CounterKey) -> Option<Ban> {
        let ban = self.running.remove(&key)?;
        self.ends.remove(&(ban.until, key));
        Some(ban)
    }

    /// Takes out the bans that have ended.
    pub fn sweep(&mut self, now: i64) -> Vec<Ban> {
        let mut ended = Vec::new();
        while let Some((until, key)) = self.ends.first().copied()
            && until <= now
        {
            self.ends.pop_first();
            ended.extend(self.running.remove(&key));
        }
        ended
    }

    /// The bans that run, the newest first.
    pub fn running(&self, now: i64) -> Vec<Ban> {
        let mut running: Vec<Ban> = self.running.values().filter(|ban| ban.until > now).cloned().collect();
        running.sort_by_key(|ban| (std::cmp::Reverse(ban.since), ban.key));
        running
    }

    /// True when nobody is banned.
    pub fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Bans that ended early because there were too many.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }
}
