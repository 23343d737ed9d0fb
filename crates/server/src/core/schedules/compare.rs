//! How two jobs differ, be their results there or only what a schedule kept of them.

use super::facts::{Facts, MAX_LISTED, difference};
use crate::clock;
use crate::types::{
    Compared, ComparedFinding, Comparison, ContractChange, ContractChanges, FindingChanges, OperationChanges,
};
use palisade_contract::Contract;
use palisade_diff::Level;
use palisade_finding::Finding;
use palisade_store::job::{JOB_FINDINGS, JobRow};
use palisade_store::query::Query;
use palisade_store::schedule::ScheduleRunRow;
use palisade_store::{Error, Store};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Findings of one job that are read: as many as are kept.
const MAX_READ: u32 = 10_000;
/// Changes of a contract that are listed.
const MAX_CHANGES: usize = 100;

/// One of two that are compared.
#[derive(Debug, Clone)]
pub struct Side {
    /// What is shown of it.
    pub shown: Compared,
    /// What it is compared by.
    pub facts: Facts,
    /// Its contract, where it is still there.
    document: Option<Arc<Vec<u8>>>,
}

impl Side {
    /// A job with its results; `run` is the run of a schedule it belongs to.
    ///
    /// # Errors
    /// The store's word.
    pub async fn of_job(store: &Store, job: &JobRow, run: Option<String>) -> Result<Self, Error> {
        let mut facts = Facts {
            job_type: job.job_type.clone(),
            score: job.score,
            grade: job.grade.clone(),
            application_version: job.application_version.clone(),
            ..Facts::default()
        };
        let rows = store.job_findings(&job.id, &Query::first(&JOB_FINDINGS, MAX_READ)).await?.items;
        facts.add(rows.iter().filter_map(|row| serde_json::from_str::<Finding>(&row.body).ok()));
        if let Some(report) = store.job_report(&job.id).await? {
            let report: serde_json::Value = serde_json::from_str(&report).unwrap_or_default();
            facts.coverage = report.pointer("/coverage/operations").and_then(serde_json::Value::as_f64);
        }
        let document = store.job_document(&job.id).await?.map(Arc::new);
        if let Some(document) = document.clone() {
            let operations = tokio::task::spawn_blocking(move || operations(&document)).await.unwrap_or_default();
            facts.know(operations);
        }
        let shown = Compared {
            run_id: run,
            job_id: Some(job.id.clone()),
            ended_at: job.ended_at.map(clock::text),
            application_version: job.application_version.clone(),
            score: job.score,
            grade: job.grade.clone(),
        };
        Ok(Self { shown, facts, document })
    }

    /// A run of a schedule by what was kept of it; `None` when that is gone.
    ///
    /// # Errors
    /// The store's word.
    pub async fn of_run(store: &Store, run: &ScheduleRunRow) -> Result<Option<Self>, Error> {
        let Some(facts) = run.facts.as_deref().and_then(|text| serde_json::from_str(text).ok()) else {
            return Ok(None);
        };
        let document = match &run.job_id {
            Some(job) => store.job_document(job).await?.map(Arc::new),
            None => None,
        };
        let shown = Compared {
            run_id: Some(run.id.clone()),
            job_id: run.job_id.clone(),
            ended_at: run.ended_at.map(clock::text),
            application_version: run.application_version.clone(),
            score: run.score,
            grade: run.grade.clone(),
        };
        Ok(Some(Self { shown, facts, document }))
    }
}

fn contract(document: &[u8]) -> Contract {
    let reading = palisade_document::read("contract", document, &palisade_document::Limits::default());
    Contract::load(Arc::new(reading.document)).0
}

fn operations(document: &[u8]) -> BTreeSet<String> {
    contract(document).operations.iter().map(palisade_contract::Operation::label).collect()
}

fn contract_changes(before: &[u8], after: &[u8]) -> ContractChanges {
    let changes = palisade_diff::diff(&contract(before), &contract(after), &palisade_diff::Options::default());
    let count = |level: Level| changes.iter().filter(|change| change.level == level).count() as u64;
    ContractChanges {
        breaking: count(Level::Breaking),
        risky: count(Level::Risky),
        compatible: count(Level::Compatible),
        changes: changes
            .iter()
            .take(MAX_CHANGES)
            .map(|change| ContractChange {
                id: change.id.to_owned(),
                level: change.level.as_str().to_owned(),
                message: change.message.clone(),
            })
            .collect(),
    }
}

/// How the later of two differs from the earlier one.
pub async fn compare(before: Side, after: Side) -> Comparison {
    let difference = difference(&before.facts, &after.facts);
    let listed = |operations: BTreeSet<String>| operations.into_iter().take(MAX_LISTED).collect();
    let findings = |facts: Vec<(String, super::facts::Fact)>| {
        let shown = facts.into_iter().take(MAX_LISTED).map(|(fingerprint, fact)| ComparedFinding {
            fingerprint,
            rule: fact.rule,
            severity: fact.severity.into(),
            message: fact.message,
            operation: fact.operation,
        });
        shown.collect()
    };
    let change = |before: Option<f64>, after: Option<f64>| Some(after? - before?);
    let documents = before.document.clone().zip(after.document.clone());
    let contract = match documents {
        Some((before, after)) => tokio::task::spawn_blocking(move || contract_changes(&before, &after)).await.ok(),
        None => None,
    };
    Comparison {
        operations: difference.operations.map(|(added, removed)| OperationChanges {
            added_count: added.len() as u64,
            removed_count: removed.len() as u64,
            added: listed(added),
            removed: listed(removed),
        }),
        findings: FindingChanges {
            new_count: difference.new.len() as u64,
            fixed_count: difference.fixed.len() as u64,
            unchanged: difference.unchanged as u64,
            new: findings(difference.new),
            fixed: findings(difference.fixed),
            complete: difference.complete,
        },
        score_change: change(before.facts.score, after.facts.score),
        coverage_change: change(before.facts.coverage, after.facts.coverage),
        contract,
        before: before.shown,
        after: after.shown,
    }
}
