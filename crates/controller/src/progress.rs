//! How far a job is, and what it says.

use crate::wire::{Beat, Line};
use palisade_limits::Stop;
use palisade_sensitive::Rules;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;

/// Lines of one lease's log.
const MOST_LINES: u32 = 5000;
/// Characters of a line and of what is being done.
const MOST_CHARACTERS: usize = 500;

/// What an engine tells while it works, and whether it is to go on. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    state: Arc<Mutex<State>>,
    /// For work that looks at it from time to time.
    pub stop: Stop,
    /// For work that waits.
    pub stopped: CancellationToken,
}

#[derive(Debug, Default)]
struct State {
    percent: u8,
    text: String,
    /// Lines that were not sent yet.
    lines: Vec<Line>,
    /// Number of the next line.
    next: u32,
}

/// Text as a log keeps it: one line, bounded, without credentials.
fn plain(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|letter| if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') { ' ' } else { letter })
        .take(MOST_CHARACTERS)
        .collect();
    Rules::default().redact(&line).into_owned()
}

impl Progress {
    /// Says how far it is, from 0 to 99, and what is done now, and writes that to the log.
    pub fn at(&self, percent: u8, text: &str) {
        let mut state = self.state();
        state.percent = percent.min(99);
        state.text = plain(text);
        state.push(plain(text));
    }

    /// Writes a line to the log.
    pub fn log(&self, text: &str) {
        self.state().push(plain(text));
    }

    /// Wishes for the end of the work.
    pub fn end(&self) {
        self.stop.stop();
        self.stopped.cancel();
    }

    /// A heartbeat with the lines that were not sent yet: see [`Progress::sent`].
    pub(crate) fn beat(&self, fence: i64) -> Beat {
        let state = self.state();
        Beat { fence, progress: state.percent, text: state.text.clone(), log: state.lines.clone() }
    }

    /// Notes that lines have arrived.
    pub(crate) fn sent(&self, lines: &[Line]) {
        let Some(last) = lines.last().map(|line| line.number) else { return };
        self.state().lines.retain(|line| line.number > last);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, text: String) {
        if self.next < MOST_LINES {
            self.lines.push(Line { number: self.next, time: jiff::Timestamp::now().as_microsecond(), text });
            self.next += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_single_short_and_without_credentials() {
        let progress = Progress::default();
        progress.log("one\r\nINFO forged\u{2028}line \u{1b}[31m");
        progress.log(&"x".repeat(9000));
        progress.at(100, "asks https://api.example/v1 with Authorization: Bearer abcdefghijklmnop");
        let beat = progress.beat(1);
        assert_eq!(beat.log[0].text, "one  INFO forged line  [31m");
        assert_eq!(beat.log[1].text.len(), MOST_CHARACTERS);
        assert_eq!(beat.text, "asks https://api.example/v1 with Authorization: Bearer [redacted:token]");
        assert_eq!(beat.progress, 99);
    }

    #[test]
    fn lines_are_sent_until_they_have_arrived() {
        let progress = Progress::default();
        progress.log("one");
        let first = progress.beat(1);
        progress.log("two");
        progress.sent(&first.log);
        let second = progress.beat(1);
        assert_eq!(second.log.iter().map(|line| (line.number, line.text.as_str())).collect::<Vec<_>>(), [(1, "two")]);
    }

    #[test]
    fn a_log_is_bounded() {
        let progress = Progress::default();
        (0..MOST_LINES + 10).for_each(|_| progress.log("x"));
        assert_eq!(progress.beat(1).log.len(), MOST_LINES as usize);
    }
}
