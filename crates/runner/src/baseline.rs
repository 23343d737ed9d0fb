//! The file of known findings.

use crate::setup::Fault;
use crate::source::Source;
use palisade_audit::policy::Mistake;
use palisade_audit::{AuditReport, Options, State};
use palisade_finding::Summary;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

/// The version of the file.
const VERSION: u32 = 2;
/// Largest file, in bytes.
const MAX_BYTES: u64 = 256 << 20;
/// Places named that are there no more; the rest is counted.
const NAMED: usize = 3;

/// The file of known findings: their places by contract.
#[derive(Debug, Default)]
pub struct Baseline {
    contracts: BTreeMap<String, Known>,
}

/// What is known of one contract.
#[derive(Debug, Default)]
struct Known {
    places: BTreeSet<Place>,
    /// The fingerprints once more, for the audit.
    fingerprints: Arc<HashSet<String>>,
    /// Of files of version 1: fingerprints of whole findings.
    findings: BTreeSet<String>,
}

/// One place of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    rule: String,
    at: String,
    fingerprint: String,
}

/// The file; what it says of a contract depends on its version.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File<T: Ord> {
    version: u32,
    contracts: BTreeMap<String, BTreeSet<T>>,
}

#[derive(serde::Deserialize)]
struct Version {
    version: u32,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// When it cannot be read or is none.
    pub fn read(source: &dyn Source, file: &Path) -> Result<Baseline, Fault> {
        let bytes = source.read(file, MAX_BYTES).map_err(|error| Fault::unread("baseline", file, &error))?;
        let wrong = |line: usize, column: usize, message: String| {
            let place = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            let file = file.to_string_lossy().into_owned();
            Fault::from(vec![Mistake { file, line: place(line), column: place(column), message }])
        };
        let broken = |error: serde_json::Error| wrong(error.line(), error.column(), format!("no baseline: {error}"));
        let Version { version } = serde_json::from_slice(&bytes).map_err(broken)?;
        let mut baseline = Baseline::default();
        match version {
            1 => {
                let read: File<String> = serde_json::from_slice(&bytes).map_err(broken)?;
                let whole = |findings| Known { findings, ..Known::default() };
                baseline.contracts = read.contracts.into_iter().map(|(name, found)| (name, whole(found))).collect();
            }
            VERSION => {
                let read: File<Place> = serde_json::from_slice(&bytes).map_err(broken)?;
                for (name, places) in read.contracts {
                    let fingerprints = places.iter().map(|place| place.fingerprint.clone()).collect();
                    let known = Known { places, fingerprints: Arc::new(fingerprints), ..Known::default() };
                    baseline.contracts.insert(name, known);
                }
            }
            _ => return Err(wrong(1, 1, format!("version {version} of baselines is not known"))),
        }
        Ok(baseline)
    }

    /// The names of the contracts it knows something of.
    pub fn contracts(&self) -> impl Iterator<Item = &str> {
        self.contracts.keys().map(String::as_str)
    }

    /// Whether it is of version 1 and knows whole findings of a contract, which only [`apply`](Baseline::apply) takes
    /// out.
    pub fn knows_findings(&self, contract: &str) -> bool {
        self.contracts.get(contract).is_some_and(|known| !known.findings.is_empty())
    }

    /// The options under which a contract is judged, what is known of it added.
    pub fn options(&self, contract: &str, options: &Options) -> Options {
        let known = self.contracts.get(contract).map(|known| Arc::clone(&known.fingerprints));
        Options { baseline: known.filter(|known| !known.is_empty()), ..options.clone() }
    }

    /// Takes the present places of a contract in: none of its findings is new then. Why a contract could not be read is
    /// told all the same.
    pub fn add(&mut self, report: &mut AuditReport) {
        let known = self.contracts.entry(report.contract.path.clone()).or_default();
        known.places.extend(report.notes.places.iter().map(|place| Place {
            rule: place.rule.clone(),
            at: place.at.clone(),
            fingerprint: place.fingerprint.clone(),
        }));
        if report.state != State::StructureInvalid {
            report.findings.clear();
            report.summary = Summary::default();
        }
    }

    /// Leaves out of a report what a file of version 1 knows, and says in a few words what is known and what of it is
    /// there no more. `contract` is the name it has here.
    pub fn apply(&self, contract: &str, report: &mut AuditReport) -> Option<String> {
        let known = self.contracts.get(contract)?;
        if !known.findings.is_empty() {
            report.findings.retain(|finding| !known.findings.contains(&finding.fingerprint));
            report.summary = Summary::of(&report.findings);
            return Some(format!("{} known findings", known.findings.len()));
        }
        let mended: Vec<&Place> =
            known.places.iter().filter(|place| !report.notes.known.contains(&place.fingerprint)).collect();
        let places = if known.places.len() == 1 { "place" } else { "places" };
        let mut told = format!("{} known {places}, {} mended since", known.places.len(), mended.len());
        for (at, place) in mended.iter().take(NAMED).enumerate() {
            told.push_str(if at == 0 { ": " } else { ", " });
            told.push_str(&format!("{} at {}", place.rule, place.at));
        }
        if mended.len() > NAMED {
            told.push_str(&format!(" and {} more", mended.len() - NAMED));
        }
        Some(told)
    }

    /// Writes the baseline.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, file: &Path) -> std::io::Result<()> {
        let contracts = self.contracts.iter().map(|(name, known)| (name.clone(), known.places.clone())).collect();
        let text = serde_json::to_string_pretty(&File { version: VERSION, contracts })?;
        std::fs::write(file, text + "\n")
    }
}
