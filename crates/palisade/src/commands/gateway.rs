//! `palisade gateway`.

use std::process::ExitCode;

/// Runs a gateway without a control plane of its own.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(_args: Args) -> ExitCode {
    super::failed("gateway is not part of this build")
}
