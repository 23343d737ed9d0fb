//! The configuration of audits, `.palisade.yaml`, with the files it names.

use crate::source::Source;
use palisade_audit::policy::{Config, Date, Evidence, GateSource, Mistake, Named, Origin, Policy, read_gates};
use palisade_audit::{Options, Profile};
use palisade_finding::{Finding, Gate};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of the configuration that is taken up where no other is named.
pub const CONFIGURATION: &str = ".palisade.yaml";
/// Largest file of configuration, gates or rules, in bytes: one more than their reader takes.
const MAX_BYTES: u64 = (4 << 20) + 1;
/// Largest learned contract, in bytes: one more than its reader takes.
const MAX_EVIDENCE: u64 = (64 << 20) + 1;

/// A file that says how contracts are audited cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong in the file, each with its place.
    pub mistakes: Vec<Mistake>,
    /// Why it could not be read at all, in one sentence.
    pub unread: Option<String>,
    /// The place that names it.
    pub named: Option<Origin>,
}

impl Fault {
    pub(crate) fn unread(what: &str, file: &Path, error: &std::io::Error) -> Fault {
        let unread = Some(format!("cannot read the {what} {}: {error}", file.display()));
        Fault { mistakes: Vec::new(), unread, named: None }
    }

    /// One sentence or more, without control characters of its own.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.unread.iter().cloned().collect();
        lines.extend(self.mistakes.iter().map(ToString::to_string));
        let named = self.named.as_ref();
        lines.extend(named.map(|at| format!("  named at {}:{}:{}", at.file, at.line, at.column)));
        lines
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines().join("\n"))
    }
}

impl std::error::Error for Fault {}

impl From<Vec<Mistake>> for Fault {
    fn from(mistakes: Vec<Mistake>) -> Fault {
        Fault { mistakes, unread: None, named: None }
    }
}

/// Reads a file of configuration, gates or rules; `what` it is stands in the fault.
///
/// # Errors
/// When it cannot be read.
pub fn read_file(source: &dyn Source, what: &str, file: &Path) -> Result<Vec<u8>, Fault> {
    source.read(file, MAX_BYTES).map_err(|error| Fault::unread(what, file, &error))
}

/// Reads a configuration without the files it names.
///
/// # Errors
/// When it cannot be read, or says what it may not.
pub fn read_configuration(source: &dyn Source, file: &Path) -> Result<Config, Fault> {
    let bytes = read_file(source, "configuration", file)?;
    Config::read(&file.to_string_lossy(), &bytes).map_err(Fault::from)
}

/// Everything that an organisation says about audits.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Which findings are reported.
    pub profile: Option<Profile>,
    /// Severities, ignores, rules and evidence.
    pub policy: Arc<Policy>,
    /// File of known findings.
    pub baseline: Option<Named>,
    /// What must hold.
    pub gates: Vec<Gate>,
    /// Name and text of the configuration, where there is one.
    pub source: Option<(String, String)>,
    /// The files it names, read or not.
    pub files: Vec<PathBuf>,
    /// What could not be used. The rest is in force; nothing is, when it is the configuration itself.
    pub faults: Vec<Fault>,
}

impl Setup {
    /// Reads a configuration with the gates and the evidence it names. Names in it are relative to its folder.
    pub fn read(source: &dyn Source, file: &Path) -> Setup {
        let mut setup = Setup::default();
        let name = file.to_string_lossy();
        let read = read_file(source, "configuration", file).and_then(|bytes| {
            setup.source = Some((name.clone().into_owned(), String::from_utf8_lossy(&bytes).into_owned()));
            Config::read(&name, &bytes).map_err(Fault::from)
        });
        let config = match read {
            Ok(config) => config,
            Err(fault) => {
                setup.faults.push(fault);
                return setup;
            }
        };
        let folder = file.parent().unwrap_or(Path::new(""));
        let at = |named: Named| Named { file: folder.join(named.file).to_string_lossy().into_owned(), ..named };
        setup.profile = config.profile;
        setup.policy = Arc::new(config.policy);
        setup.baseline = config.baseline.map(at);
        setup.files.extend(setup.baseline.iter().map(|named| PathBuf::from(&named.file)));
        for gate in config.gates {
            match gate {
                GateSource::Here(gate) => setup.gates.push(gate),
                GateSource::File(named) => {
                    let named = at(named);
                    setup.add_gates(source, Path::new(&named.file), Some(named.origin));
                }
            }
        }
        for named in config.evidence.into_iter().map(at) {
            setup.add_evidence(source, Path::new(&named.file), Some(named.origin));
        }
        setup
    }

    /// Whether the configuration itself could not be used.
    pub fn is_void(&self) -> bool {
        let name = self.source.as_ref().map(|(name, _)| name);
        let own = |mistake: &Mistake| name == Some(&mistake.file);
        self.faults.iter().any(|fault| fault.named.is_none() && (name.is_none() || fault.mistakes.iter().any(own)))
    }

    /// Adds a file of gates; `named` is the place that names it.
    pub fn add_gates(&mut self, source: &dyn Source, file: &Path, named: Option<Origin>) {
        self.files.push(file.to_owned());
        let read = read_file(source, "gate", file)
            .and_then(|bytes| read_gates(&file.to_string_lossy(), &bytes).map_err(Fault::from));
        match read {
            Ok(gates) => self.gates.extend(gates),
            Err(fault) => self.faults.push(Fault { named, ..fault }),
        }
    }

    /// Adds a file of evidence; `named` is the place that names it.
    pub fn add_evidence(&mut self, source: &dyn Source, file: &Path, named: Option<Origin>) {
        self.files.push(file.to_owned());
        let read = source.read(file, MAX_EVIDENCE).map_err(|error| Fault::unread("evidence", file, &error));
        let read = read.and_then(|bytes| Evidence::read(&file.to_string_lossy(), &bytes).map_err(Fault::from));
        match read {
            Ok(evidence) => Arc::make_mut(&mut self.policy).evidence.merge(evidence),
            Err(fault) => self.faults.push(Fault { named, ..fault }),
        }
    }

    /// The options that follow. A profile given elsewhere stands above the configuration's. What a gate forbids is
    /// reported in every profile: the gate would not see it else.
    pub fn options(&self, profile: Option<Profile>) -> Options {
        let mut policy = Arc::clone(&self.policy);
        let mut forbidden =
            self.gates.iter().flat_map(|gate| &gate.forbidden).flat_map(|forbidden| &forbidden.rules).peekable();
        if forbidden.peek().is_some() {
            Arc::make_mut(&mut policy).asked.extend(forbidden.cloned());
        }
        let silent = policy.levels.is_empty()
            && policy.ignores.is_empty()
            && policy.custom.is_empty()
            && policy.evidence.is_empty()
            && policy.asked.is_empty();
        Options {
            profile: profile.or(self.profile).unwrap_or_default(),
            policy: (!silent).then_some(policy),
            today: today(),
            ..Options::default()
        }
    }

    /// What is wrong with the configuration itself, beside what could not be read. `used` says how many places each
    /// ignore met.
    pub fn findings(&self, used: &[u64], profile: Profile) -> Vec<Finding> {
        let mut findings = self.policy.findings(used, today());
        let reported = |id: &str| palisade_audit::rule(id).is_none_or(|rule| profile.reports(rule));
        findings.retain(|finding| self.policy.severity(&finding.rule).is_some() || reported(&finding.rule));
        findings
    }
}

/// The day it is, in UTC.
fn today() -> Option<Date> {
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    Date::new(now.year().try_into().ok()?, now.month().try_into().ok()?, now.day().try_into().ok()?)
}
