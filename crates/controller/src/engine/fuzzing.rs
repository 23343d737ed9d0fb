//! Fuzzes an API by its contract.
//!
//! What was sent is judged whole; the engine itself is no part of this build, and a job says so. It belongs at the end of
//! [`run`], where contract, target and depth are at hand.

use super::third_party::{manners, names_private, refused, target};
use super::{House, oas, on_thread};
use crate::progress::Progress;
use crate::wire::{Asked, Outcome};
use palisade_audit::{Options, State, audit_owned};

/// Runs the job.
pub(super) async fn run(asked: &Asked, document: Vec<u8>, house: &House, progress: &Progress) -> Outcome {
    let failed = |reason: String| Outcome::Failed { reason, again: false };
    let target = match target(asked.url.as_deref().unwrap_or_default()) {
        Ok(target) => target,
        Err(error) => return failed(error.to_string()),
    };
    if names_private(&target) && !manners(asked, &target, house).allow_private {
        return failed(refused(&target));
    }
    let name = oas::name(asked);
    progress.at(5, &format!("reads {name}, {} bytes", document.len()));
    let options = Options { most: Some(1), stop: progress.stop.clone(), ..Options::default() };
    let report = match on_thread(move || audit_owned(&name, document, &options).0).await {
        Ok(report) => report,
        Err(failed) => return failed,
    };
    if progress.stop.is_stopped() {
        return Outcome::Cancelled;
    }
    if report.state == State::StructureInvalid || report.contract.operations == 0 {
        let first = report.findings.first().map(|finding| finding.message.clone());
        let why = first.unwrap_or_else(|| "it has no operation".to_owned());
        return failed(format!("the document is no contract that can be fuzzed: {why}"));
    }
    let depth = asked.fuzzing_depth.unwrap_or_default();
    progress.log(&format!("{} operations of {} at depth {depth:?}", report.contract.operations, target.host));
    failed("this build of Palisade has no fuzz engine: nothing was sent to the API".to_owned())
}
