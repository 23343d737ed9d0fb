//! How a third party stands, beside its findings.

use crate::Catalogue;
use palisade_posture::{Category, Judged, Posture};
use serde_json::{Value, json};
use std::borrow::Cow;

/// One line about a category: its name, its grade, its points, what was found or why it was not assessed.
pub(crate) fn row(judged: &Judged) -> [Cow<'static, str>; 4] {
    let dash = || Cow::Borrowed("-");
    let grade = judged.grade.map_or_else(dash, |grade| grade.as_str().into());
    let score = judged.score.map_or_else(dash, |score| score.to_string().into());
    let mut told = match &judged.reason {
        Some(reason) => format!("not assessed: {reason}"),
        None => crate::counted(&judged.summary),
    };
    if judged.reason.is_some() && judged.summary != Default::default() {
        told = format!("{told}; {}", crate::counted(&judged.summary));
    }
    [judged.category.as_str().into(), grade, score, told.into()]
}

/// What published guides say: the guide, its grade, and why it is no better.
pub(crate) fn guides(posture: &Posture) -> Vec<(&'static str, String)> {
    let mut told = Vec::new();
    if let Some(grade) = &posture.guides.tls {
        let caps: Vec<&str> = grade.caps.iter().map(|cap| cap.reason.as_str()).collect();
        let why = if caps.is_empty() { String::new() } else { format!(" ({})", caps.join("; ")) };
        told.push(("TLS guide", format!("{}{why}", grade.letter)));
    }
    if let Some(observed) = &posture.guides.observatory {
        told.push(("HTTP Observatory", format!("{} ({} points)", observed.grade, observed.score)));
    }
    told
}

/// Why the grade cannot be better.
pub(crate) fn ceilings(posture: &Posture) -> impl Iterator<Item = String> + '_ {
    posture.ceilings.iter().map(|ceiling| format!("at most {}: {}", ceiling.grade, ceiling.reason))
}

/// Whether the policy is kept, and each condition that is not or was left open.
pub(crate) fn verdict(posture: &Posture) -> Option<(String, Vec<String>)> {
    let verdict = posture.policy.as_ref()?;
    let kept = if verdict.compliant { "compliant" } else { "not compliant" };
    let reasons = verdict.reasons.iter().map(ToString::to_string);
    let open = verdict.open.iter().map(|reason| format!("left open: {reason}"));
    Some((format!("{kept} with {}", verdict.name), reasons.chain(open).collect()))
}

/// What a consumer does until a finding is mended.
pub(crate) fn consumer<'p>(posture: Option<&'p Posture>, rule: &str) -> Option<&'p str> {
    let found = posture?.findings.iter().find(|found| found.finding.rule == rule)?;
    Some(&found.consumer)
}

/// Why a finding is bad.
pub(crate) fn why<'p>(posture: Option<&'p Posture>, rule: &str) -> Option<&'p str> {
    let found = posture?.findings.iter().find(|found| found.finding.rule == rule)?;
    Some(&found.why)
}

/// Where to read more about a rule over third parties.
pub(crate) fn reading<'c>(posture: Option<&Posture>, catalogue: &'c Catalogue, rule: &str) -> Option<&'c str> {
    posture?;
    catalogue.get(rule)?.references.first().map(|link| &**link)
}

/// For formats with room for members of our own.
pub(crate) fn members(posture: &Posture) -> Value {
    let categories = posture.categories.iter().map(|judged: &Judged| {
        let category: Category = judged.category;
        json!({"category": category, "assessed": judged.assessed, "grade": judged.grade, "score": judged.score, "reason": judged.reason})
    });
    json!({
        "url": posture.url,
        "grade": posture.grade,
        "score": posture.score,
        "ceilings": posture.ceilings,
        "categories": categories.collect::<Vec<_>>(),
        "not_assessed": posture.not_assessed,
        "policy": posture.policy,
    })
}
