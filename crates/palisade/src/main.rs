//! The binary: command line, configuration, wiring.

mod commands;
mod logging;

use clap::Parser;
use std::process::ExitCode;

/// Finds, judges, tests and defends HTTP APIs.
#[derive(Debug, Parser)]
#[command(name = "palisade", version, about, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    log: logging::LogArgs,
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if cli.command.keeps_log() {
        logging::init(&cli.log);
    }
    cli.command.run()
}
