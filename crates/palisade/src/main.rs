//! The binary: command line, configuration, wiring.

mod commands;
mod logging;

use clap::{CommandFactory, FromArgMatches, Parser};
use std::ffi::OsString;
use std::path::Path;
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

/// The command line, for what describes it.
fn command() -> clap::Command {
    Cli::command()
}

fn main() -> ExitCode {
    let mut args = std::env::args_os();
    let name = args.next().unwrap_or_else(|| "palisade".into());
    let args: Vec<OsString> = args.collect();
    if is_apisec(&name) {
        let root = commands::job::apisec();
        return parsed::<commands::job::Apisec>(root, commands::job::APISEC, "apisec-job", args).run();
    }
    let cli = parsed::<Cli>(command(), "palisade", "job", args);
    if cli.command.keeps_log() {
        logging::init(&cli.log);
    }
    cli.command.run()
}

/// Whether the binary was called by the name of Panoptica's command line: as a link or a copy.
fn is_apisec(name: &OsString) -> bool {
    Path::new(name).file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with(commands::job::APISEC))
}

/// Reads a command line, or ends the process with help or what is wrong with it.
fn parsed<C: FromArgMatches>(root: clap::Command, name: &str, jobs: &'static str, args: Vec<OsString>) -> C {
    let args = commands::job::arrange(&root, jobs, args);
    let mut command = commands::job::grouped(root, jobs);
    let matches = command.try_get_matches_from_mut(std::iter::once(name.into()).chain(args));
    let read = matches.and_then(|matches| C::from_arg_matches(&matches));
    read.unwrap_or_else(|error| error.format(&mut command).exit())
}
