//! Named gates: read by the parser that reads gate files, and held against findings.

use crate::core::jobs::Request;
use palisade_audit::policy::{Mistake, read_gates};
use palisade_contract::Contract;
use palisade_controller::JobType;
use palisade_finding::{Blocked, Finding, Gate, Judged, Points};
use palisade_store::Store;
use palisade_store::job::JobRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Largest definition of a gate, in bytes.
pub const MAX_DEFINITION: usize = 32 << 10;

/// Why no gate could be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none with this name.
    #[error("There is no gate {0:?}: GET /api/v1/gates lists them")]
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

/// A gate as it is kept: under its name, in the words of a gate file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its definition.
    pub definition: String,
}

impl Named {
    /// The gate.
    ///
    /// # Errors
    /// When it was kept by a version that read definitions in another way.
    pub fn read(&self) -> Result<Gate, palisade_store::Error> {
        read(&self.name, &self.definition).map_err(|mistakes| {
            let detail = mistakes.first().map(ToString::to_string).unwrap_or_default();
            palisade_store::Error::Row { what: "gate", detail }
        })
    }

    /// Ids of the rules that may not fire: who audits for the gate tells them in every profile.
    ///
    /// # Errors
    /// As [`Named::read`].
    pub fn forbidden_rules(&self) -> Result<Vec<String>, palisade_store::Error> {
        Ok(self.read()?.forbidden.into_iter().flat_map(|forbidden| forbidden.rules).collect())
    }
}

/// The gate of a project that is called `name`; without a name its default, if it has one.
///
/// # Errors
/// [`Error`].
pub async fn named(store: &Store, name: Option<&str>) -> Result<Option<Named>, Error> {
    let row = match name {
        Some(name) => Some(store.gate(name).await?.ok_or_else(|| Error::Unknown(name.to_owned()))?),
        None => store.default_gate().await?,
    };
    Ok(row.map(|row| Named { name: row.name, definition: row.definition }))
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

/// What a gate says of the result of a job. Accepted findings of the API that the job names as its application, in its
/// contract, fail no gate here either.
///
/// # Errors
/// The store's word.
pub async fn judge_job(
    store: &Store,
    job: &JobRow,
    gate: &Named,
    findings: &[Finding],
    score: Option<f64>,
    report: &Value,
) -> Result<(Gate, Verdict), palisade_store::Error> {
    let gate = gate.read()?;
    let asked: Option<Request> = serde_json::from_str(&job.request).ok();
    let name = asked.and_then(|request| request.asked.document_name.or(request.asked.url)).unwrap_or_default();
    let of_contract = job.job_type == JobType::OasScoringJob.as_str();
    let mut acknowledged = HashSet::new();
    if let Some(application) = job.application.as_ref().filter(|_| of_contract) {
        let apis = store.apis().await?;
        if let Some(api) = apis.into_iter().find(|api| api.name == *application) {
            store.lapse_acknowledgements(crate::clock::now()).await?;
            let all = store.acknowledged_findings().await?.into_iter();
            let mine = all.filter(|(of, engine, _)| *of == api.id && engine == "audit");
            acknowledged.extend(mine.map(|(_, _, fingerprint)| fingerprint));
        }
    }
    let mut tags = BTreeMap::new();
    if !gate.scope.tags.is_empty()
        && let Some(document) = store.job_document(&job.id).await?
    {
        tags = tokio::task::spawn_blocking(move || tags_of(&document)).await.unwrap_or_default();
    }
    let part = |pointer: &str| report.pointer(pointer).and_then(Value::as_f64);
    let invalid = match report.get("state").and_then(Value::as_str) {
        Some("semanticInvalid") => Some("the contract is semantically invalid"),
        _ => None,
    };
    let subject = Subject {
        name: &name,
        score: score.map(|total| Points { total, parts: part("/score/security").zip(part("/score/data")) }),
        invalid,
        findings,
        tags: &tags,
        acknowledged: &acknowledged,
    };
    let verdict = judge(&gate, &subject);
    Ok((gate, verdict))
}

fn tags_of(document: &[u8]) -> BTreeMap<String, Vec<String>> {
    let reading = palisade_document::read("contract", document, &palisade_document::Limits::default());
    let contract = Contract::load(Arc::new(reading.document)).0;
    contract.operations.iter().map(|operation| (operation.label(), operation.tags.clone())).collect()
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
