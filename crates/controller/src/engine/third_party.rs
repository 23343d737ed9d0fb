//! Grades a third-party API from its URL.

use super::{House, MOST_FINDINGS};
use crate::progress::Progress;
use crate::wire::{Asked, Completed, Found, Outcome};
use palisade_finding::Finding;
use palisade_posture::{Posture, Target, TargetError};
use palisade_runner::is_private;
use palisade_runner::posture::{Manners, Options, Step, assess};
use std::sync::atomic::{AtomicU8, Ordering};

/// What findings of an assessment say of their engine.
const SOURCE: &str = "api-posture";
/// Selectors of one job.
const MAX_SELECTORS: usize = 10;
/// Most bytes of a report; what a third party shows is bounded long before.
const MAX_REPORT: usize = 4 << 20;

/// The API a URL names.
pub(super) fn target(url: &str) -> Result<Target, TargetError> {
    Target::parse(url.trim())
}

pub(super) fn check_selectors(selectors: &[String]) -> Result<(), String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let label = |text: &String| (1..=63).contains(&text.len()) && text.bytes().all(plain);
    if selectors.len() > MAX_SELECTORS || !selectors.iter().all(label) {
        return Err("dkim_selectors are at most 10 names such as s1 or google.".to_owned());
    }
    Ok(())
}

/// Whether a URL itself names an address of this machine or of a private network.
pub(super) fn names_private(target: &Target) -> bool {
    target.host == "localhost" || target.address().is_some_and(is_private)
}

/// What may be asked, and at what cost: hosts of private networks where whoever runs the controller allows it and whoever
/// asked for the job named one.
pub(super) fn manners(asked: &Asked, target: &Target, house: &House) -> Manners {
    let said = asked.options.allow_private || names_private(target);
    Manners { allow_private: house.manners.allow_private && said, ..house.manners.clone() }
}

/// Why a host of a private network is not asked.
pub(super) fn refused(target: &Target) -> String {
    format!(
        "{} is an address of this machine or of a private network, which this controller does not ask: start it with --allow-private, or the control plane with --allow-private-targets",
        target.host
    )
}

/// Runs the job.
pub(super) async fn run(asked: &Asked, house: &House, progress: &Progress) -> Outcome {
    let failed = |reason: String| Outcome::Failed { reason, again: false };
    let target = match target(asked.url.as_deref().unwrap_or_default()) {
        Ok(target) => target,
        Err(error) => return failed(error.to_string()),
    };
    let manners = manners(asked, &target, house);
    if names_private(&target) && !manners.allow_private {
        return failed(refused(&target));
    }
    progress.at(5, &format!("connects to {}", target.host));
    let options = Options {
        manners,
        roots: house.roots.clone(),
        dkim_selectors: asked.options.dkim_selectors.clone(),
        ports: asked.options.ports,
        feeds: house.feeds.clone(),
        stop: progress.stop.clone(),
        ..Options::default()
    };
    let ended = AtomicU8::new(0);
    let step = |step: Step| match step {
        Step::Begun(part) => progress.at(percent(&ended), &format!("looks at {part}")),
        Step::Ended(part) => {
            ended.fetch_add(1, Ordering::Relaxed);
            progress.at(percent(&ended), &format!("has looked at {part}"));
        }
    };
    let now = jiff::Timestamp::now();
    let assessed = tokio::select! {
        biased;
        () = progress.stopped.cancelled() => return Outcome::Cancelled,
        assessed = assess(target.clone(), &options, now, &step) => assessed,
    };
    match assessed {
        Ok(posture) => completed(posture, progress),
        Err(error) => failed(format!("{}: {error}", target.host)),
    }
}

/// Each of the six parts has its share.
fn percent(ended: &AtomicU8) -> u8 {
    5 + ended.load(Ordering::Relaxed).min(6) * 15
}

fn completed(posture: Posture, progress: &Progress) -> Outcome {
    let report = match serde_json::to_value(&posture) {
        Ok(report) => report,
        Err(error) => return Outcome::Failed { reason: format!("the result cannot be kept: {error}"), again: false },
    };
    if report.to_string().len() > MAX_REPORT {
        return Outcome::Failed { reason: "the result has more than 4 MiB".to_owned(), again: false };
    }
    progress.at(95, &format!("grade {}, {} of 100 points", posture.grade, posture.score));
    let found = |found: palisade_posture::Found| Found {
        source: SOURCE.to_owned(),
        categories: vec![category(&found.finding)],
        finding: found.finding,
    };
    Outcome::Completed(Box::new(Completed {
        score: Some(posture.score.into()),
        grade: Some(posture.grade.as_str().to_owned()),
        summary: posture.summary,
        findings: posture.findings.into_iter().take(MOST_FINDINGS).map(found).collect(),
        report,
    }))
}

/// The family of a finding: of its rule, and one for all rules of contracts.
fn category(finding: &Finding) -> String {
    match palisade_audit::rule(&finding.rule) {
        Some(_) => "api-specification".to_owned(),
        None => finding.category.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{JobOptions, JobType};

    #[test]
    fn private_hosts_need_both_words() {
        let may = |url: &str, asks: bool, operator: bool| {
            let options = JobOptions { allow_private: asks, ..JobOptions::default() };
            let job_type = JobType::ThirdPartyApiScoringJob;
            let asked = Asked {
                job_type,
                document_name: None,
                url: Some(url.to_owned()),
                fuzzing_depth: None,
                options,
                rules: vec![],
            };
            let house =
                House { manners: Manners { allow_private: operator, ..Manners::default() }, ..House::default() };
            manners(&asked, &target(url).unwrap(), &house).allow_private
        };
        for (url, names_it) in [
            ("https://api.example", false),
            ("http://127.0.0.1:8080", true),
            ("http://localhost", true),
            ("http://[::1]", true),
            ("http://169.254.169.254/latest", true),
            ("https://93.184.216.34", false),
        ] {
            assert!(!may(url, true, false), "{url}: the operator does not allow it");
            assert!(may(url, true, true), "{url}");
            assert_eq!(may(url, false, true), names_it, "{url}");
        }
    }
}
