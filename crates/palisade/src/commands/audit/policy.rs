//! The configuration file, gates and evidence: read once, before anything is judged.

use super::render::Judged;
use super::shown;
use palisade_audit::policy::{Config, Date, Evidence, GateSource, Mistake, Policy, read_gates};
use palisade_audit::{Profile, State};
use palisade_finding::{Blocked, Finding, Gate};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The configuration that is taken up where no other is named.
const NAME: &str = ".palisade.yaml";
/// Largest file of configuration, gates or rules, in bytes: one more than their reader takes.
pub(in crate::commands) const MAX_BYTES: u64 = (4 << 20) + 1;
/// Largest learned contract, in bytes: one more than its reader takes.
const MAX_EVIDENCE: u64 = (64 << 20) + 1;

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
    /// Lists what is not reported, and why, in the text and SARIF formats.
    #[arg(long)]
    pub(super) show_suppressed: bool,
}

/// Everything that an organisation says.
pub(super) struct Setup {
    pub(super) profile: Option<Profile>,
    pub(super) policy: Arc<Policy>,
    pub(super) baseline: Option<PathBuf>,
    pub(super) gates: Vec<Gate>,
    /// Name and text of the configuration file, where there is one.
    pub(super) source: Option<(String, String)>,
}

impl Setup {
    /// Reads configuration, gates and evidence.
    pub(super) fn read(args: &PolicyArgs) -> Result<Setup, String> {
        let (file, bytes, config) = opened(args.config.as_deref())?;
        let folder = file.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        let mut gates = Vec::new();
        for source in config.gates {
            match source {
                GateSource::Here(gate) => gates.push(gate),
                GateSource::File(name, at) => {
                    let read = gate_file(&folder.join(name));
                    let named = |error| format!("{error}\n  named at {}:{}:{}", at.file, at.line, at.column);
                    gates.extend(read.map_err(named)?);
                }
            }
        }
        for file in &args.gate {
            gates.extend(gate_file(file)?);
        }
        let mut policy = config.policy;
        let named = config.evidence.iter().map(|name| folder.join(name));
        for file in named.chain(args.evidence.iter().cloned()) {
            let bytes = read_file(&file, "evidence", MAX_EVIDENCE)?;
            policy.evidence.merge(Evidence::read(&file.to_string_lossy(), &bytes).map_err(told)?);
        }
        Ok(Setup {
            profile: config.profile,
            policy: Arc::new(policy),
            baseline: config.baseline.map(|name| folder.join(name)),
            gates,
            source: file
                .map(|file| (file.to_string_lossy().into_owned(), String::from_utf8_lossy(&bytes).into_owned())),
        })
    }

    /// The policy, when it says anything.
    pub(super) fn policy(&self) -> Option<Arc<Policy>> {
        let policy = &self.policy;
        let silent = policy.levels.is_empty()
            && policy.ignores.is_empty()
            && policy.custom.is_empty()
            && policy.evidence.is_empty();
        (!silent).then(|| Arc::clone(policy))
    }

    /// Which conditions of which gates a contract does not meet.
    pub(super) fn blocked(&self, judged: &Judged) -> Vec<Blocked> {
        let report = &judged.report;
        let invalid = match report.state {
            State::Valid => None,
            State::SemanticInvalid => Some("the contract is semantically invalid"),
            State::StructureInvalid => Some("the contract could not be read"),
        };
        let subject = palisade_finding::Judged {
            name: &report.contract.path,
            score: Some((report.score.total, report.score.security, report.score.data)),
            invalid,
            findings: &report.findings,
            tags: &report.notes.tags,
        };
        self.gates.iter().flat_map(|gate| gate.judge(&subject)).collect()
    }

    /// What is wrong with the configuration itself. `used` says how many places each ignore met.
    pub(super) fn findings(&self, used: &[u64], profile: Profile) -> Vec<Finding> {
        let mut findings = self.policy.findings(used, today());
        findings.retain(|finding| {
            self.policy.severity(&finding.rule).is_some() || profile.reports(finding.severity, &finding.category)
        });
        findings
    }
}

/// The configuration file named, else the one in the current directory; nothing where there is none.
pub(in crate::commands) fn configuration(named: Option<&Path>) -> Result<Config, String> {
    opened(named).map(|(_, _, config)| config)
}

fn opened(named: Option<&Path>) -> Result<(Option<PathBuf>, Vec<u8>, Config), String> {
    let here = Path::new(NAME);
    let file = named.map(Path::to_owned).or_else(|| here.is_file().then(|| here.to_owned()));
    let Some(file) = file else { return Ok((None, Vec::new(), Config::default())) };
    let bytes = read_file(&file, "configuration", MAX_BYTES)?;
    let config = Config::read(&file.to_string_lossy(), &bytes).map_err(told)?;
    Ok((Some(file), bytes, config))
}

fn gate_file(file: &Path) -> Result<Vec<Gate>, String> {
    read_gates(&file.to_string_lossy(), &read_file(file, "gate", MAX_BYTES)?).map_err(told)
}

/// Reads a file; `what` it is stands in the error.
pub(in crate::commands) fn read_file(file: &Path, what: &str, most: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.map_err(|error| format!("cannot read the {what} {}: {error}", shown(file)))?;
    Ok(bytes)
}

/// Mistakes as lines.
pub(in crate::commands) fn told(mistakes: Vec<Mistake>) -> String {
    let lines: Vec<String> = mistakes.iter().map(|one| palisade_report::terminal(&one.to_string())).collect();
    lines.join("\n")
}

/// The day it is, in UTC.
pub(super) fn today() -> Option<Date> {
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    Date::new(now.year().try_into().ok()?, now.month().try_into().ok()?, now.day().try_into().ok()?)
}
