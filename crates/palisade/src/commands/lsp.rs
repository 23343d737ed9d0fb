//! `palisade lsp`.

use std::process::ExitCode;

/// Serves an editor: the Language Server Protocol over standard input and output.
///
/// Editors start it by themselves; docs/guide/editors.md says how they are told to.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Standard input and output: the only way there is. Editors that name their way give this flag.
    #[arg(long)]
    stdio: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> ExitCode {
    tracing::debug!(stdio = args.stdio, "the language server starts");
    match palisade_lsp::run_stdio() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => super::failed("the editor went away without saying goodbye"),
        Err(error) => super::failed(format_args!("the editor cannot be served: {error}")),
    }
}
