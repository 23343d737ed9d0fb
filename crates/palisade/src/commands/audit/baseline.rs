//! The file of known findings.

use super::files::read;
use super::shown;
use palisade_audit::AuditReport;
use palisade_finding::Summary;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The version of the file.
const VERSION: u32 = 1;

/// The file of known findings: fingerprints by contract.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Baseline {
    version: u32,
    contracts: BTreeMap<String, BTreeSet<String>>,
}

impl Default for Baseline {
    fn default() -> Self {
        Baseline { version: VERSION, contracts: BTreeMap::new() }
    }
}

impl Baseline {
    /// Reads a baseline.
    pub(super) fn read(file: &Path) -> Result<Baseline, String> {
        let bytes = read(file).map_err(|error| format!("cannot read the baseline {}: {error}", shown(file)))?;
        let baseline: Baseline = serde_json::from_slice(&bytes)
            .map_err(|error| format!("{}:{}:{}: no baseline: {error}", shown(file), error.line(), error.column()))?;
        if baseline.version != VERSION {
            return Err(format!("{}: version {} of baselines is not known", shown(file), baseline.version));
        }
        Ok(baseline)
    }

    /// Takes the present findings of a contract in.
    pub(super) fn add(&mut self, report: &AuditReport) {
        let known = self.contracts.entry(report.contract.path.clone()).or_default();
        known.extend(report.findings.iter().map(|finding| finding.fingerprint.clone()));
    }

    /// Leaves out of a report what is known.
    pub(super) fn apply(&self, report: &mut AuditReport) {
        if let Some(known) = self.contracts.get(&report.contract.path) {
            report.findings.retain(|finding| !known.contains(&finding.fingerprint));
            report.summary = Summary::of(&report.findings);
        }
    }

    /// Writes the baseline.
    pub(super) fn write(&self, file: &Path) -> Result<(), String> {
        let text = palisade_report::pretty(self);
        std::fs::write(file, text).map_err(|error| format!("cannot write the baseline {}: {error}", shown(file)))
    }
}
