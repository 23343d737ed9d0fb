//! `palisade rules`.

use std::process::ExitCode;

/// Lists the rules, or explains one.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(_args: Args) -> ExitCode {
    super::failed("rules is not part of this build")
}
