//! Audits a contract.

use super::{MOST_FINDINGS, on_thread};
use crate::progress::Progress;
use crate::wire::{Asked, Completed, Found, Outcome};
use palisade_audit::policy::Policy;
use palisade_audit::{AuditReport, Options, Profile, State, UnknownProfile, audit_owned};
use serde_json::json;
use std::sync::Arc;

/// What findings of the audit say of their engine.
const SOURCE: &str = "oas-analyzer";

/// The profile of this name.
pub(super) fn profile(name: &str) -> Result<Profile, UnknownProfile> {
    name.parse()
}

/// The name shown for a contract.
pub(super) fn name(asked: &Asked) -> String {
    asked.document_name.clone().unwrap_or_else(|| "contract".to_owned())
}

/// Runs the job.
pub(super) async fn run(asked: &Asked, document: Vec<u8>, progress: &Progress) -> Outcome {
    let name = name(asked);
    progress.at(10, &format!("audits {name}, {} bytes", document.len()));
    let profile = asked.options.profile.as_deref().and_then(|name| profile(name).ok()).unwrap_or_default();
    let asked = asked.rules.iter().cloned().collect();
    let options = Options {
        profile,
        most: Some(MOST_FINDINGS),
        stop: progress.stop.clone(),
        policy: Some(Arc::new(Policy { asked, ..Policy::default() })),
        ..Options::default()
    };
    let report = match on_thread(move || audit_owned(&name, document, &options).0).await {
        Ok(report) => report,
        Err(failed) => return failed,
    };
    if progress.stop.is_stopped() {
        return Outcome::Cancelled;
    }
    completed(report, progress)
}

fn completed(report: AuditReport, progress: &Progress) -> Outcome {
    let AuditReport { contract, state, score, findings, summary, .. } = report;
    if state == State::StructureInvalid {
        let why = findings.first().map_or_else(|| "it cannot be read".to_owned(), |finding| finding.message.clone());
        let reason = format!("the document is no contract that can be scored: {why}");
        return Outcome::Failed { reason, again: false };
    }
    progress.at(90, &format!("{} operations, {} of 100 points", contract.operations, score.total));
    let report = json!({"contract": contract, "state": state, "score": score});
    let found =
        |finding| Found { source: SOURCE.to_owned(), categories: vec!["api-specification".to_owned()], finding };
    Outcome::Completed(Box::new(Completed {
        score: Some(score.total),
        grade: None,
        summary,
        findings: findings.into_iter().map(found).collect(),
        report,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{JobOptions, JobType};

    #[tokio::test]
    async fn an_audit_that_is_to_end_says_nothing_of_the_contract() {
        let asked = Asked {
            job_type: JobType::OasScoringJob,
            document_name: None,
            url: None,
            fuzzing_depth: None,
            options: JobOptions::default(),
            rules: Vec::new(),
        };
        let contract = b"openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths: {/a: {get: {responses: {}}}}\n";
        let progress = Progress::default();
        assert!(matches!(run(&asked, contract.to_vec(), &progress).await, Outcome::Completed(_)));
        progress.end();
        assert_eq!(run(&asked, contract.to_vec(), &progress).await, Outcome::Cancelled);
        let Outcome::Failed { reason, again } = run(&asked, b"no contract".to_vec(), &Progress::default()).await else {
            panic!("it is no contract");
        };
        assert!(reason.starts_with("the document is no contract that can be scored") && !again, "{reason}");
    }
}
