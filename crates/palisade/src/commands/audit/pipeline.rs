//! Work on many files side by side, results in the files' order.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::{Condvar, Mutex, PoisonError};

/// How far the workers may run ahead of the result that is taken next: results that wait are memory.
const AHEAD: usize = 8;

struct State<T> {
    /// The next item that nobody has begun.
    next: usize,
    /// The next result to be taken.
    due: usize,
    ready: BTreeMap<usize, T>,
    /// No more results are wanted.
    stop: bool,
}

/// Does `work` on every item, on as many threads as there are processors, and hands each result to `take` in the
/// order of the items. The first error of `take` ends it.
pub(super) fn each<I: Sync, T: Send>(
    items: &[I],
    work: impl Fn(&I) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), String>,
) -> Result<(), String> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if threads <= 1 {
        return items.iter().try_for_each(|item| take(work(item)));
    }
    let state = Mutex::new(State { next: 0, due: 0, ready: BTreeMap::new(), stop: false });
    let changed = Condvar::new();
    let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
    let wait = |guard| changed.wait(guard).unwrap_or_else(PoisonError::into_inner);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let mut held = lock();
                    while !held.stop && held.next < items.len() && held.next > held.due + AHEAD {
                        held = wait(held);
                    }
                    let at = held.next;
                    let Some(item) = items.get(at).filter(|_| !held.stop) else { return };
                    held.next += 1;
                    drop(held);
                    let result = work(item);
                    lock().ready.insert(at, result);
                    changed.notify_all();
                }
            });
        }
        let mut outcome = Ok(());
        for at in 0..items.len() {
            let mut held = lock();
            let result = loop {
                if let Some(result) = held.ready.remove(&at) {
                    break result;
                }
                held = wait(held);
            };
            held.due = at + 1;
            drop(held);
            changed.notify_all();
            outcome = take(result);
            if outcome.is_err() {
                break;
            }
        }
        lock().stop = true;
        changed.notify_all();
        outcome
    })
}

/// How far a long run is, on standard error when that is a terminal.
pub(super) struct Progress {
    total: usize,
    done: usize,
    shown: bool,
}

impl Progress {
    /// Shown only for several items and on a terminal, and not when the result goes there too.
    pub(super) fn new(total: usize, result_on_terminal: bool) -> Self {
        Progress { total, done: 0, shown: total > 1 && !result_on_terminal && std::io::stderr().is_terminal() }
    }

    /// One more is done.
    pub(super) fn step(&mut self) {
        self.done += 1;
        if self.shown {
            let filled = self.done * 30 / self.total.max(1);
            let (bar, rest) = ("#".repeat(filled), ".".repeat(30 - filled.min(30)));
            let mut to = std::io::stderr();
            let _ = write!(to, "\r[{bar}{rest}] {} of {}", self.done, self.total);
            let _ = to.flush();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::each;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..200).collect();
        let mut seen = Vec::new();
        let work = |item: &u64| {
            // The first are the slowest.
            std::thread::sleep(std::time::Duration::from_micros(500 - item * 2));
            *item
        };
        each(&items, work, |item| {
            seen.push(item);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, items);
    }

    #[test]
    fn an_error_ends_the_run() {
        let items: Vec<u64> = (0..10_000).collect();
        let mut seen = 0;
        let outcome = each(
            &items,
            |item| *item,
            |item| {
                seen += 1;
                if item == 5 { Err("full".to_owned()) } else { Ok(()) }
            },
        );
        assert_eq!((outcome, seen), (Err("full".to_owned()), 6));
    }
}
