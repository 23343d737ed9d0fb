//! What was kept of an assessment, and what follows from it.

use crate::types::{Compliance, GradeCeiling, ThirdPartyPolicy, Trend};
use palisade_finding::Summary;
use palisade_posture::{Found, Missing, Policy, Posture};
use serde::Deserialize;

/// Points between two scores that are no accident.
const CLEARLY: f64 = 3.0;

/// A result as kept: what lists and comparisons need, so that one of an earlier version stays readable.
#[derive(Debug, Deserialize)]
pub struct Kept {
    /// Addresses of the host.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// What keeps the grade down.
    #[serde(default)]
    pub ceilings: Vec<GradeCeiling>,
    /// Every category.
    #[serde(default)]
    pub categories: Vec<KeptCategory>,
    /// What was found.
    pub findings: Vec<Found>,
    /// What was not assessed.
    #[serde(default)]
    pub not_assessed: Vec<Missing>,
    /// What was learned.
    #[serde(default)]
    pub facts: serde_json::Value,
}

/// A category as kept.
#[derive(Debug, Deserialize)]
pub struct KeptCategory {
    /// Its word.
    pub category: String,
    /// From 0 to 100.
    pub score: Option<u8>,
    /// From `A+` to `F`.
    #[serde(default)]
    pub grade: Option<String>,
    /// Why it was not assessed.
    #[serde(default)]
    pub reason: Option<String>,
    /// Its findings.
    pub summary: Summary,
}

/// A policy as the engine reads it; `None` when it has no condition.
///
/// # Errors
/// What is wrong with it, in words for a person.
pub fn read_policy(policy: &ThirdPartyPolicy) -> Result<Option<Policy>, String> {
    if *policy == ThirdPartyPolicy::default() {
        return Ok(None);
    }
    let text = serde_json::to_vec(policy).map_err(|error| error.to_string())?;
    Policy::read("policy", &text)
        .map(Some)
        .map_err(|mistakes| mistakes.into_iter().map(|mistake| mistake.message).collect::<Vec<_>>().join("; "))
}

/// Whether a result keeps a policy; `None` without a policy, or when the result is of a version that it cannot judge.
pub fn compliance(policy: &ThirdPartyPolicy, result: &str) -> Option<Compliance> {
    let policy = read_policy(policy).ok().flatten()?;
    let posture: Posture = serde_json::from_str(result).ok()?;
    let verdict = policy.judge(&posture);
    let words = |reasons: Vec<palisade_posture::Reason>| reasons.iter().map(ToString::to_string).collect();
    Some(Compliance { compliant: verdict.compliant, reasons: words(verdict.reasons), open: words(verdict.open) })
}

/// Where the score is going; `scores` are the newest first.
pub fn trend(scores: &[i64]) -> Option<Trend> {
    let (last, before) = scores.split_first()?;
    let before = before.get(..before.len().min(5)).filter(|before| !before.is_empty())?;
    let mean = before.iter().sum::<i64>() as f64 / before.len() as f64;
    let change = *last as f64 - mean;
    Some(if change >= CLEARLY {
        Trend::Improving
    } else if change <= -CLEARLY {
        Trend::Degrading
    } else {
        Trend::Stable
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_needs_two_scores_and_three_points() {
        assert_eq!(trend(&[]), None);
        assert_eq!(trend(&[80]), None);
        assert_eq!(trend(&[80, 78]), Some(Trend::Stable));
        assert_eq!(trend(&[80, 77]), Some(Trend::Improving));
        assert_eq!(trend(&[70, 80, 60, 80]), Some(Trend::Degrading));
        assert_eq!(trend(&[80, 80, 80, 80, 80, 80, 0]), Some(Trend::Stable), "what is long ago does not count");
    }
}
