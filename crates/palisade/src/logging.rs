//! Structured logs on stderr.

use clap::{Args, ValueEnum};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

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

/// Sends `tracing` events to stderr. A filter that does not parse falls back to `info` and says so.
pub fn init(args: &LogArgs) {
    let (filter, bad) = match EnvFilter::try_new(&args.log) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("info"), Some(error)),
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call (there is none outside of tests) keeps the first subscriber.
    let _ = match args.log_format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_ansi(false).try_init(),
    };
    if let Some(error) = bad {
        tracing::warn!(%error, "the log filter does not parse; using info");
    }
}
