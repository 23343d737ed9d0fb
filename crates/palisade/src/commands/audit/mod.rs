//! `palisade audit`.

mod baseline;
mod files;
mod render;

use baseline::{read_baseline, write_baseline};
use files::{mentions_version, read, search};
use palisade_audit::{AuditReport, Options, Profile, State};
use palisade_finding::{Severity, Summary, worst_at_or_above};
use palisade_report::{Format, TextOptions};
use render::rendered;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A gate failed.
const EXIT_GATE: u8 = 4;

/// Judges contracts and gives each a score from 0 to 100.
///
/// Exit codes: 0 judged and no gate failed; 1 a contract could not be read; 2 wrong usage; 4 a finding at or above
/// --fail-on.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Contracts, or directories to search for them; `-` reads standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Format of the result: text, json, sarif, junit, md or html.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Writes the result to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Fails (exit code 4) when there is a finding at or above: critical, high, medium, low or info.
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<Severity>,
    /// Which findings are reported: strict (all), recommended (low and above, and all about structure) or minimal
    /// (high and above). The score does not depend on it.
    #[arg(long, value_name = "PROFILE", default_value = "recommended")]
    profile: Profile,
    /// File of known findings, which are not reported again.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Writes the present findings into the baseline first.
    #[arg(long, requires = "baseline")]
    write_baseline: bool,
    /// Lists every place of a rule in the text format, not the first three.
    #[arg(long)]
    all: bool,
}

/// Runs the command.
pub fn run(args: Args) -> ExitCode {
    match work(&args) {
        Ok(code) => ExitCode::from(code),
        Err(error) => super::failed(error),
    }
}

fn work(args: &Args) -> Result<u8, String> {
    let options = Options { profile: args.profile, ..Options::default() };
    let mut judged: Vec<(AuditReport, String)> = Vec::new();
    for path in &args.paths {
        if path.is_dir() {
            let before = judged.len();
            for file in search(path)? {
                judged.extend(one(&file, &options, true));
            }
            if judged.len() == before {
                return Err(format!("no contract found in {}", shown(path)));
            }
        } else {
            judged.extend(one(path, &options, false));
        }
    }
    if let Some(file) = &args.baseline {
        let baseline = if args.write_baseline { write_baseline(file, &judged)? } else { read_baseline(file)? };
        for (report, _) in &mut judged {
            if let Some(known) = baseline.contracts.get(&report.contract.path) {
                report.findings.retain(|finding| !known.contains(&finding.fingerprint));
                report.summary = Summary::of(&report.findings);
            }
        }
    }
    let to_terminal = args.output.is_none();
    let places = if args.all { 0 } else { TextOptions::default().places };
    let text = rendered(args.format, &judged, &TextOptions { color: to_terminal, places });
    match &args.output {
        Some(file) => std::fs::write(file, text).map_err(|error| format!("cannot write {}: {error}", shown(file)))?,
        None => print(args.format, &text)?,
    }
    if judged.iter().any(|(report, _)| report.state == State::StructureInvalid) {
        return Ok(super::EXIT_FAILED);
    }
    let failed = args.fail_on.is_some_and(|threshold| {
        judged.iter().any(|(report, _)| worst_at_or_above(&report.findings, threshold).is_some())
    });
    Ok(if failed { EXIT_GATE } else { 0 })
}

/// Judges one file. A file that a search came by and that turns out to be no contract gives nothing.
fn one(path: &Path, options: &Options, searched: bool) -> Option<(AuditReport, String)> {
    let name = if path == Path::new("-") { "<stdin>".to_owned() } else { path.to_string_lossy().into_owned() };
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(error) => return Some((palisade_audit::unreadable(&name, &error.to_string()), String::new())),
    };
    if searched && !mentions_version(&bytes) {
        return None;
    }
    let judged = palisade_audit::audit_with_source(&name, &bytes, options);
    let foreign = judged.0.findings.iter().any(|finding| finding.name == "not-a-contract");
    (!(searched && foreign)).then_some(judged)
}

/// Writes to standard output; colours go only to a terminal. A reader that went away is no error.
pub(super) fn print(format: Format, text: &str) -> Result<(), String> {
    let written = match format {
        Format::Text => anstream::stdout().write_all(text.as_bytes()),
        _ => io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()),
    };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot write the result: {error}")),
        _ => Ok(()),
    }
}

fn shown(path: &Path) -> String {
    palisade_report::terminal(&path.to_string_lossy())
}
