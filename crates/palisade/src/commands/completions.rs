//! `palisade completions` and `palisade man`: what shells and `man` are told of the command line.

use super::job::APISEC;
use super::output::{print, shown};
use clap::Command;
use clap_complete::Shell;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Prints the completions of a shell: bash, zsh, fish, powershell or elvish.
///
/// bash: palisade completions bash > ~/.local/share/bash-completion/completions/palisade
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
    /// Name that the binary is called by: palisade or apisec_cli.
    #[arg(long, value_name = "NAME", default_value = "palisade", value_parser = ["palisade", APISEC])]
    name: String,
}

/// Writes the pages of the manual into a directory: one for each command, and apisec_cli's.
///
/// Read one with `man -l DIR/palisade-audit.1`.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// The directory; it is made when it is missing.
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
}

/// Prints completions.
pub fn completions(args: &CompletionsArgs) -> ExitCode {
    let mut text = Vec::new();
    let mut command = named(&args.name);
    clap_complete::generate(args.shell, &mut command, &args.name, &mut text);
    match print(&String::from_utf8_lossy(&text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::failed(error),
    }
}

/// Writes the manual.
pub fn man(args: &ManArgs) -> ExitCode {
    match pages(&args.output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::failed(format_args!("cannot write into {}: {error}", shown(&args.output))),
    }
}

fn pages(directory: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)?;
    clap_mangen::generate_to(named("palisade"), directory)?;
    clap_mangen::generate_to(named(APISEC), directory)
}

fn named(name: &str) -> Command {
    if name == APISEC { super::job::apisec() } else { crate::command() }
}
