//! The configuration file, gates and evidence: read once, before anything is judged.

use super::render::Judged;
use palisade_finding::{Blocked, Gate};
use palisade_runner::{CONFIGURATION, Disk, Fault, Setup};
use std::path::{Path, PathBuf};

/// What the command line says about policy.
#[derive(Debug, clap::Args)]
pub struct PolicyArgs {
    /// Configuration: profile, severities, ignores, gates, rules, baseline, evidence. Without it `.palisade.yaml` in
    /// the current directory, when it is there.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// File of a gate: minimum points, rejected severities, forbidden rules. Fails (exit code 4) where it does not
    /// hold. May be given several times.
    #[arg(long, value_name = "FILE")]
    gate: Vec<PathBuf>,
    /// A contract that `palisade discover` learned: what the gateway was seen to enforce closes findings. May be given
    /// several times.
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// Lists what is not reported, and why, in every format but github.
    #[arg(long)]
    pub(super) show_suppressed: bool,
}

impl PolicyArgs {
    /// Reads configuration, gates and evidence.
    pub(super) fn setup(&self) -> Result<Setup, String> {
        let mut setup = configuration(self.config.as_deref()).map(|file| Setup::read(&Disk, &file)).unwrap_or_default();
        self.gate.iter().for_each(|file| setup.add_gates(&Disk, file, None));
        self.evidence.iter().for_each(|file| setup.add_evidence(&Disk, file, None));
        let faults: Vec<String> = setup.faults.iter().map(told).collect();
        if faults.is_empty() { Ok(setup) } else { Err(faults.join("\n")) }
    }
}

/// The configuration file named, else the one in the current directory, when it is there.
pub(in crate::commands) fn configuration(named: Option<&Path>) -> Option<PathBuf> {
    let here = Path::new(CONFIGURATION);
    named.map(Path::to_owned).or_else(|| here.is_file().then(|| here.to_owned()))
}

/// A fault in lines fit for a terminal.
pub(in crate::commands) fn told(fault: &Fault) -> String {
    let lines: Vec<String> = fault.lines().iter().map(|line| palisade_report::terminal(line)).collect();
    lines.join("\n")
}

/// Which conditions of which gates a contract does not meet.
pub(super) fn blocked(gates: &[Gate], judged: &Judged) -> Vec<Blocked> {
    let report = &judged.report;
    let subject = palisade_finding::Judged {
        name: &report.contract.path,
        score: Some(report.points()),
        invalid: report.invalid(),
        findings: &report.findings,
        tags: &report.notes.tags,
    };
    gates.iter().flat_map(|gate| gate.judge(&subject)).collect()
}
