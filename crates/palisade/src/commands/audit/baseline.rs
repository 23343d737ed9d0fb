//! The file of known findings.

use super::files::read;
use super::shown;
use palisade_audit::{AuditReport, Options, State};
use palisade_finding::Summary;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

/// The version of the file.
const VERSION: u32 = 2;
/// Places named that are there no more; the rest is counted.
const NAMED: usize = 3;

/// The file of known findings: their places by contract.
#[derive(Debug, Default)]
pub(super) struct Baseline {
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
    pub(super) fn read(file: &Path) -> Result<Baseline, String> {
        let bytes = read(file).map_err(|error| format!("cannot read the baseline {}: {error}", shown(file)))?;
        let broken = |error: serde_json::Error| {
            format!("{}:{}:{}: no baseline: {error}", shown(file), error.line(), error.column())
        };
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
            _ => return Err(format!("{}: version {version} of baselines is not known", shown(file))),
        }
        Ok(baseline)
    }

    /// The options under which a contract is judged, what is known of it added.
    pub(super) fn options(&self, contract: &str, options: &Options) -> Options {
        let known = self.contracts.get(contract).map(|known| Arc::clone(&known.fingerprints));
        Options { baseline: known.filter(|known| !known.is_empty()), ..options.clone() }
    }

    /// Takes the present places of a contract in: none of its findings is new then. Why a contract could not be read is
    /// told all the same.
    pub(super) fn add(&mut self, report: &mut AuditReport) {
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
    /// there no more.
    pub(super) fn apply(&self, report: &mut AuditReport) -> Option<String> {
        let known = self.contracts.get(&report.contract.path)?;
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
    pub(super) fn write(&self, file: &Path) -> Result<(), String> {
        let contracts = self.contracts.iter().map(|(name, known)| (name.clone(), known.places.clone())).collect();
        let text = palisade_report::pretty(&File { version: VERSION, contracts });
        std::fs::write(file, text).map_err(|error| format!("cannot write the baseline {}: {error}", shown(file)))
    }
}
