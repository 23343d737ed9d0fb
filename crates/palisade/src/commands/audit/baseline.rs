//! The file of known findings.

use super::files::read;
use super::shown;
use palisade_audit::AuditReport;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The file of known findings: fingerprints by contract.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Baseline {
    version: u32,
    pub(super) contracts: BTreeMap<String, BTreeSet<String>>,
}

/// Reads a baseline.
pub(super) fn read_baseline(file: &Path) -> Result<Baseline, String> {
    let bytes = read(file).map_err(|error| format!("cannot read the baseline {}: {error}", shown(file)))?;
    let baseline: Baseline = serde_json::from_slice(&bytes)
        .map_err(|error| format!("{}:{}:{}: no baseline: {error}", shown(file), error.line(), error.column()))?;
    if baseline.version != 1 {
        return Err(format!("{}: version {} of baselines is not known", shown(file), baseline.version));
    }
    Ok(baseline)
}

/// Writes the present findings as the baseline.
pub(super) fn write_baseline(file: &Path, judged: &[(AuditReport, String)]) -> Result<Baseline, String> {
    let mut baseline = Baseline { version: 1, contracts: BTreeMap::new() };
    for (report, _) in judged {
        let known = baseline.contracts.entry(report.contract.path.clone()).or_default();
        known.extend(report.findings.iter().map(|finding| finding.fingerprint.clone()));
    }
    let text = palisade_report::pretty(&baseline);
    std::fs::write(file, text).map_err(|error| format!("cannot write the baseline {}: {error}", shown(file)))?;
    Ok(baseline)
}
