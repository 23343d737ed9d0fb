//! Reading recordings that the command line names.

use super::output::shown;
use palisade_exchange::{Exchange, Redactor};
use palisade_readers::{Limits, Tally};
use palisade_report::terminal;
use std::fs::File;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Exchanges between two words of progress.
const PROGRESS: u64 = 1000;

/// Reads recordings one after the other; `sink` gets each exchange with the recording it is from and its number there,
/// from 1. On a terminal it says how far it is.
///
/// # Errors
/// When a recording cannot be read, or holds no exchange that can.
pub fn read(
    recordings: &[PathBuf],
    redactor: &Redactor,
    sink: &mut dyn FnMut(&Path, u64, Exchange),
) -> Result<Tally, String> {
    let limits = Limits::default();
    let mut tally = Tally::default();
    let talk = std::io::stderr().is_terminal();
    for path in recordings {
        let mut count = 0u64;
        let mut counted = |exchange| {
            count += 1;
            sink(path, count, exchange);
            if talk && count.is_multiple_of(PROGRESS) {
                // Progress is worth nothing when stderr is closed.
                let _ = write!(std::io::stderr(), "\r{count} exchanges");
            }
        };
        let outcome = if path == Path::new("-") {
            palisade_readers::read_unbuffered(std::io::stdin().lock(), redactor, &limits, &mut counted)
        } else {
            let file = File::open(path).map_err(|error| format!("{}: {error}", shown(path)))?;
            palisade_readers::read_unbuffered(file, redactor, &limits, &mut counted)
        };
        if talk && count >= PROGRESS {
            let _ = write!(std::io::stderr(), "\r");
        }
        tally.add(outcome.map_err(|error| format!("{}: {error}", shown(path)))?, &limits);
    }
    Ok(tally)
}

/// What was read and what was not, with what else there is to say, on standard error.
pub fn say(tally: &Tally, more: impl IntoIterator<Item = String>) {
    let mut lines = vec![format!("{} exchanges read", tally.read)];
    for (reason, count) in &tally.rejected {
        lines.push(format!("{count} records rejected: {}", reason.as_str()));
    }
    lines.extend(tally.problems.iter().map(|problem| format!("  {}", terminal(&problem.to_string()))));
    if let Some(broken) = &tally.broken {
        lines.push(format!("the recording breaks off {}", terminal(broken)));
    }
    lines.extend(more);
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(std::io::stderr(), "{}", lines.join("\n"));
}
