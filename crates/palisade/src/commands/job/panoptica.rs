//! A finding in the members that Panoptica's command line gave it.

use super::present::written;
use super::server::{Found, Job};
use palisade_finding::Finding;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Kinds of jobs.
pub const OAS: &str = "OasScoringJob";
pub const THIRD_PARTY: &str = "ThirdPartyApiScoringJob";
pub const FUZZING: &str = "FuzzingJob";

/// Panoptica's ids of what its third-party scorer found, by Palisade's rules that find the same.
const OF_THIRD_PARTIES: &[(&str, &[&str])] = &[
    ("MISSING_SECURITY_HEADER", &["PST204", "PST206", "PST208", "PST209", "PST210", "PST211"]),
    ("SECURITY_CONFIGURATION", &["PST201", "PST202"]),
    ("PORTS", &["PST408"]),
];

/// One finding, its members in alphabetical order.
pub fn item(job: &Job, one: &Found) -> Value {
    let finding = &one.finding;
    let details = [finding.evidence.as_deref(), finding.fix.as_deref()].into_iter().flatten();
    let sentences: Vec<String> = std::iter::once(finding.message.as_str()).chain(details).map(sentence).collect();
    json!({
        "additionalInfo": additional_info(job, finding),
        "categories": categories(job, one),
        "createdAt": written(&one.created_at),
        "description": finding.message,
        "detailedDescription": sentences.join(" "),
        "findingTypeId": type_id(finding),
        "id": one.id,
        "severity": finding.severity,
        "source": source(job, one),
    })
}

/// A text with a full stop.
fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// Where it is, in the words that fit the kind of job.
fn additional_info(job: &Job, finding: &Finding) -> BTreeMap<&'static str, Value> {
    let mut info = BTreeMap::new();
    if let Some((method, path)) = operation(finding) {
        info.insert("path", json!(path));
        if let Some(method) = method {
            info.insert("method", json!(method));
        }
    }
    if let Some(pointer) = &finding.pointer {
        info.insert("specPath", json!(format!("#{pointer}")));
    }
    if let Some(member) = missing_member(finding) {
        info.insert("property", json!(member));
    }
    if job.job_type == THIRD_PARTY && finding.pointer.is_none() {
        if let Some(place) = &finding.file {
            info.insert("Asset", json!(place.split_once("://").map_or(&**place, |(_, asset)| asset)));
        }
        info.insert("Description", json!(finding.evidence.as_deref().unwrap_or(&finding.message)));
        info.insert("Module", json!(finding.category));
        let ports = ports(finding);
        if !ports.is_empty() {
            info.insert("Ports", json!(ports));
        }
    }
    info
}

/// The method, where it is known, and the path that a finding is about.
fn operation(finding: &Finding) -> Option<(Option<String>, String)> {
    const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
    if let Some((method, path)) = finding.operation.as_deref().and_then(|operation| operation.split_once(' ')) {
        return Some((Some(method.to_ascii_lowercase()), path.to_owned()));
    }
    let mut segments = finding.pointer.as_deref()?.strip_prefix("/paths/")?.split('/');
    let path = segments.next()?.replace("~1", "/").replace("~0", "~");
    let method = segments.next().filter(|segment| METHODS.contains(segment)).map(str::to_owned);
    Some((method, path))
}

/// The member that a contract lacks: the audit's rule names it in its message.
fn missing_member(finding: &Finding) -> Option<&str> {
    let named = finding.message.strip_prefix("the required member ").filter(|_| finding.rule == "FBP001")?;
    named.split(' ').next()
}

/// The ports that a finding about ports names: in its evidence (`open: 80 http, 443 https`), or behind its address.
fn ports(finding: &Finding) -> Vec<u16> {
    if !finding.rule.starts_with("PST4") {
        return Vec::new();
    }
    if let Some(open) = finding.evidence.as_deref().and_then(|evidence| evidence.strip_prefix("open: ")) {
        return open.split(", ").filter_map(|one| one.split(' ').next()?.parse().ok()).collect();
    }
    let port = finding.file.as_deref().and_then(|place| place.rsplit_once(':')?.1.parse().ok());
    port.into_iter().collect()
}

/// The id by which Panoptica's users know the finding, else Palisade's own.
pub fn type_id(finding: &Finding) -> &str {
    // AUTH_ISSUE, SAN001
    let theirs = |alias: &&str| match alias.as_bytes() {
        [letters @ .., _, _, _] if letters.len() == 3 => {
            letters.iter().all(u8::is_ascii_uppercase) && alias.bytes().skip(3).all(|byte| byte.is_ascii_digit())
        }
        bytes => bytes.len() > 3 && bytes.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_'),
    };
    let same = OF_THIRD_PARTIES.iter().find(|(_, rules)| rules.contains(&&*finding.rule)).map(|(id, _)| *id);
    same.or_else(|| finding.aliases.iter().map(AsRef::as_ref).find(theirs)).unwrap_or(&finding.rule)
}

/// Which engine found it.
pub fn source<'a>(job: &Job, one: &'a Found) -> &'a str {
    one.source.as_deref().unwrap_or(match job.job_type.as_str() {
        OAS => "oas-analyzer",
        THIRD_PARTY => "third-party-scorer",
        FUZZING => "api-fuzzer",
        _ => "palisade",
    })
}

/// The families it belongs to.
pub fn categories(job: &Job, one: &Found) -> Vec<String> {
    if !one.categories.is_empty() {
        return one.categories.clone();
    }
    vec![match job.job_type.as_str() {
        FUZZING => "application".to_owned(),
        THIRD_PARTY if one.finding.rule.starts_with("PST") => one.finding.category.to_string(),
        _ => "api-specification".to_owned(),
    }]
}
