//! Structured logs on stderr.

use clap::{Args, ValueEnum};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::debug_fn;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Options every command takes.
#[derive(Debug, Clone, Args)]
pub struct LogArgs {
    /// How log lines on stderr are written.
    #[arg(long, global = true, value_enum, default_value = "text", help_heading = "Logging")]
    pub log_format: LogFormat,
    /// Which log lines are written: a level (error, warn, info, debug) or a filter such as `warn,palisade_gateway=debug`.
    #[arg(long, global = true, env = "PALISADE_LOG", default_value = "info", help_heading = "Logging")]
    pub log: String,
}

/// The fields of an event as text. What clients put into them stays on one line and does nothing to a terminal.
fn inert() -> impl for<'w> FormatFields<'w> {
    let field = debug_fn(|writer, field, value| {
        let text = palisade_report::terminal(&format!("{value:?}"));
        match field.name() {
            "message" => write!(writer, "{text}"),
            name => write!(writer, "{name}={text}"),
        }
    });
    field.delimited(" ")
}

/// Sends `tracing` events to stderr. A filter that does not parse falls back to `info` and says so.
pub fn init(args: &LogArgs) {
    let (filter, bad) = match EnvFilter::try_new(&args.log) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("info"), Some(error)),
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call (there is none outside of tests) keeps the first subscriber.
    let _ = match args.log_format {
        LogFormat::Text => {
            let builder = builder.with_ansi(std::io::stderr().is_terminal()).with_target(false);
            builder.fmt_fields(inert()).try_init()
        }
        LogFormat::Json => builder.json().flatten_event(true).with_ansi(false).try_init(),
    };
    if let Some(error) = bad {
        tracing::warn!(%error, "the log filter does not parse; using info");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn whatever_a_field_holds_an_event_is_one_inert_line() {
        let odd = "x\r\n2026-01-01T00:00:00Z ERROR forged\u{1b}[31m\u{9b}2J\u{2028}\u{202e}";
        let kept = Kept::default();
        let writer = kept.clone();
        let builder = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false);
        tracing::subscriber::with_default(builder.fmt_fields(inert()).finish(), || {
            tracing::warn!(shown = %odd, quoted = odd, debug = ?Some(odd), "a client says {odd}");
        });
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let line = text.strip_suffix('\n').unwrap();
        assert_eq!(line.matches("forged").count(), 4, "{line}");
        assert!(!line.chars().any(|letter| letter.is_control() || "\u{2028}\u{202e}".contains(letter)), "{line:?}");
        assert!(line.contains(" WARN ") && line.contains(" shown=x\\u{d}\\u{a}2026"), "{line}");
    }
}
