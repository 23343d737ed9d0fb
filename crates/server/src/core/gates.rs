//! Named gates: read by the parser that reads gate files, and held against findings.

use palisade_audit::policy::{Mistake, read_gates};
use palisade_finding::{Blocked, Finding, Gate, Judged, Points};
use palisade_store::Store;
use std::collections::{BTreeMap, HashSet};

/// Largest definition of a gate, in bytes.
pub const MAX_DEFINITION: usize = 32 << 10;

/// Why no gate could be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none with this name.
    #[error("there is no gate {0:?}: list them with GET /api/v1/gates")]
    Unknown(String),
    /// The store.
    #[error("{0}")]
    Store(#[from] palisade_store::Error),
}

/// Reads the definition of the gate that is called `name`.
///
/// # Errors
/// Everything that is wrong with it, each with its place.
pub fn read(name: &str, definition: &str) -> Result<Gate, Vec<Mistake>> {
    let wrong = |message: String| vec![Mistake { file: name.to_owned(), line: 1, column: 1, message }];
    if definition.len() > MAX_DEFINITION {
        return Err(wrong(format!("a definition has at most {MAX_DEFINITION} bytes")));
    }
    let mut gates = read_gates(name, definition.as_bytes())?;
    match (gates.pop(), gates.is_empty()) {
        (Some(gate), true) if gate.name == name => Ok(gate),
        (Some(gate), true) => Err(wrong(format!("`gate` is {:?}, and the gate is called {name:?}", gate.name))),
        _ => Err(wrong("this is not one gate: keep each under a name of its own".to_owned())),
    }
}

/// The gate of a project that is called `name`; without a name its default, if it has one.
///
/// # Errors
/// [`Error`].
pub async fn named(store: &Store, name: Option<&str>) -> Result<Option<Gate>, Error> {
    let row = match name {
        Some(name) => Some(store.gate(name).await?.ok_or_else(|| Error::Unknown(name.to_owned()))?),
        None => store.default_gate().await?,
    };
    let Some(row) = row else { return Ok(None) };
    let unreadable = |mistakes: Vec<Mistake>| {
        let detail = mistakes.first().map(ToString::to_string).unwrap_or_default();
        palisade_store::Error::Row { what: "gate", detail }
    };
    Ok(Some(read(&row.name, &row.definition).map_err(unreadable)?))
}

/// What a gate is held against.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What it is called; `applies_to.files` of a gate is about this name.
    pub name: &'a str,
    /// Points, where the engine gives any.
    pub score: Option<Points>,
    /// Why it counts as invalid, where it does.
    pub invalid: Option<&'a str>,
    /// What was found.
    pub findings: &'a [Finding],
    /// Tags of operations, written `METHOD /path`.
    pub tags: &'a BTreeMap<String, Vec<String>>,
    /// Fingerprints of findings that a person accepted: they fail no gate.
    pub acknowledged: &'a HashSet<String>,
}

/// What a gate says.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Conditions that do not hold.
    pub broken: Vec<Blocked>,
    /// Findings that were judged.
    pub judged: usize,
    /// Findings that were left out because a person accepted them.
    pub acknowledged: usize,
}

impl Verdict {
    /// Whether every condition holds.
    pub fn compliant(&self) -> bool {
        self.broken.is_empty()
    }
}

/// Holds a gate against what was found. Points are what they are: a finding that a person accepted costs them all the
/// same.
pub fn judge(gate: &Gate, subject: &Subject<'_>) -> Verdict {
    let accepted = |finding: &&Finding| subject.acknowledged.contains(&finding.fingerprint);
    let findings: Vec<Finding> = subject.findings.iter().filter(|finding| !accepted(finding)).cloned().collect();
    let judged = Judged {
        name: subject.name,
        score: subject.score,
        invalid: subject.invalid,
        findings: &findings,
        tags: subject.tags,
    };
    Verdict {
        broken: gate.judge(&judged),
        judged: findings.len(),
        acknowledged: subject.findings.len() - findings.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_one_gate_of_that_name() {
        let mistake = |name, text| read(name, text).unwrap_err()[0].to_string();
        assert_eq!(read("release", "minimum: {total: 90}").unwrap().minimum.total, Some(90.0));
        assert_eq!(read("release", "{gate: release, forbid: [SAN001]}").unwrap().forbidden.len(), 1);
        assert_eq!(
            mistake("release", "{gate: other, forbid: [SAN001]}"),
            "release:1:1: `gate` is \"other\", and the gate is called \"release\""
        );
        assert!(mistake("x", "gates: [{gate: x, forbid: [A]}, {gate: y, forbid: [A]}]").contains("not one gate"));
        assert!(mistake("x", "minimum: {total: 101}").contains("between 0 and 100"));
        assert!(mistake("x", "forbidden: [A]").starts_with("x:1:1"));
        assert!(mistake("x", &"#".repeat(MAX_DEFINITION + 1)).contains("at most"));
    }
}
