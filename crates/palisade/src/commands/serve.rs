//! `palisade serve`.

use std::process::ExitCode;

/// Runs control plane, web UI and gateway in one process.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(_args: Args) -> ExitCode {
    super::failed("serve is not part of this build")
}
