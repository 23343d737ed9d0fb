//! The last five minutes, in buckets of five seconds.

use crate::clock;
use crate::types::TrafficBucket;
use std::collections::VecDeque;

/// Width of a bucket, microseconds.
const WIDTH: i64 = 5_000_000;
/// How many buckets are shown.
const BUCKETS: i64 = 60;

/// Counts by bucket.
#[derive(Debug, Default)]
pub struct Traffic {
    buckets: VecDeque<(i64, [u64; 3])>,
}

impl Traffic {
    /// Counts an exchange at `time`.
    pub fn count(&mut self, time: i64, error: bool, blocked: bool) {
        let start = time.div_euclid(WIDTH);
        let at = match self.buckets.iter().rposition(|(bucket, _)| *bucket <= start) {
            Some(at) if self.buckets.get(at).is_some_and(|(bucket, _)| *bucket == start) => at,
            Some(at) => {
                self.buckets.insert(at + 1, (start, [0; 3]));
                at + 1
            }
            None => {
                self.buckets.push_front((start, [0; 3]));
                0
            }
        };
        if let Some((_, counts)) = self.buckets.get_mut(at) {
            counts[0] += 1;
            counts[1] += u64::from(error);
            counts[2] += u64::from(blocked);
        }
        while self.buckets.len() > BUCKETS as usize * 2 {
            self.buckets.pop_front();
        }
    }

    /// The buckets that end with the one of `now`, empty ones included.
    pub fn show(&self, now: i64) -> Vec<TrafficBucket> {
        let last = now.div_euclid(WIDTH);
        (last - BUCKETS + 1..=last)
            .map(|start| {
                let found = self.buckets.iter().find(|(bucket, _)| *bucket == start);
                let [total, errors, blocked] = found.map_or([0; 3], |(_, counts)| *counts);
                TrafficBucket { time: clock::text(start * WIDTH), total, errors, blocked }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_buckets_are_shown_whatever_came() {
        let mut traffic = Traffic::default();
        let now = 1_000 * WIDTH + 3;
        assert_eq!(traffic.show(now).len(), 60);
        traffic.count(now, true, false);
        traffic.count(now - WIDTH, false, true);
        traffic.count(now - WIDTH * 500, false, false);
        let shown = traffic.show(now);
        assert_eq!((shown[59].total, shown[59].errors, shown[58].blocked), (1, 1, 1));
        assert_eq!(shown.iter().map(|bucket| bucket.total).sum::<u64>(), 2);
    }
}
