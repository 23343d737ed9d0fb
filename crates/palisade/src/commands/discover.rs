//! `palisade discover`.

use std::process::ExitCode;

/// Learns an API's contract from recorded traffic.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(_args: Args) -> ExitCode {
    super::failed("discover is not part of this build")
}
