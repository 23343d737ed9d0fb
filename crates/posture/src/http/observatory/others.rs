//! The tests that look at one field or at the way.

use super::outcome::*;
use super::{Case, Outcome};

/// Seconds that the Observatory takes for six months.
const SIX_MONTHS: i64 = 15_552_000;

/// The start of a value, in lower case.
fn word(value: &str, most: usize) -> String {
    value.chars().take(most).collect::<String>().trim().to_lowercase()
}

/// The leading whole number of a text, as scripts read it; none: not a number.
fn leading_number(text: &str) -> Option<i64> {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let digits = digits.get(..end).filter(|digits| !digits.is_empty())?;
    Some(sign * digits.parse::<i64>().unwrap_or(i64::MAX))
}

pub(super) fn hsts(case: &Case<'_>) -> Outcome {
    let Some((trail, answer)) = case.seen.https.and_then(|trail| Some((trail, trail.answer()?))) else {
        return HSTS_NO_HTTPS;
    };
    if !trail.verified() {
        return HSTS_BAD_CERT;
    }
    let Some(value) = answer.fields.joined("strict-transport-security") else { return HSTS_MISSING };
    let value: String = value.chars().take(1024).collect();
    if value.contains(',') {
        return HSTS_INVALID;
    }
    let directives = value.split(';').map(|directive| directive.trim().to_lowercase());
    // What is no number counts as long.
    let mut ages =
        directives.filter_map(|d| d.strip_prefix("max-age=").map(|age| leading_number(age).unwrap_or(i64::MAX)));
    match ages.next_back() {
        None => HSTS_INVALID,
        Some(age) if age < SIX_MONTHS => HSTS_SHORT,
        Some(_) => HSTS_LONG,
    }
}

/// The Observatory's table also knows universal access, -50, where the origin is reflected with credentials. Its
/// program compares with a field of its own request that it never finds, so that this always ends as restricted.
pub(super) fn sharing(case: &Case<'_>) -> Outcome {
    let answer = case.seen.cors.filter(|answer| (200..300).contains(&answer.status));
    match answer.and_then(|answer| answer.fields.joined("access-control-allow-origin")) {
        Some(origin) if origin.is_empty() => CORS_NONE,
        Some(origin) if word(&origin, 256) == "*" => CORS_PUBLIC,
        Some(_) => CORS_RESTRICTED,
        None => CORS_NONE,
    }
}

pub(super) fn redirection(case: &Case<'_>) -> Outcome {
    let Some(trail) = case.seen.http else { return REDIRECT_NO_HTTP };
    if !trail.verified() {
        return REDIRECT_BAD_CERT;
    }
    let route: Vec<_> = trail.hops.iter().map(|hop| &hop.address).chain(&trail.onward).collect();
    match route.as_slice() {
        [] | [_] => REDIRECT_MISSING,
        [.., last] if !last.tls => REDIRECT_NOT,
        [_, second, ..] if !second.tls => REDIRECT_LATE,
        [first, second, ..] if first.host != second.host => REDIRECT_OFF_HOST,
        _ => REDIRECT_GOOD,
    }
}

pub(super) fn referrer(case: &Case<'_>) -> Outcome {
    const GOOD: [&str; 4] = ["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"];
    const BAD: [&str; 4] = ["origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"];
    let field = case.answer.fields.joined("referrer-policy");
    let in_page = case.page.as_ref().and_then(|page| page.referrer.clone());
    if field.is_none() && in_page.is_none() {
        return REFERRER_NONE;
    }
    let both = [field, in_page].into_iter().flatten().collect::<Vec<_>>().join(",");
    let mut words = both.split(',').map(|word| word.trim().to_lowercase());
    match words.rfind(|word| GOOD.contains(&word.as_str()) || BAD.contains(&word.as_str())) {
        None => REFERRER_INVALID,
        Some(word) if GOOD.contains(&word.as_str()) => REFERRER_PRIVATE,
        Some(_) => REFERRER_UNSAFE,
    }
}

pub(super) fn sniffing(case: &Case<'_>) -> Outcome {
    match case.answer.fields.joined("x-content-type-options").filter(|value| !value.is_empty()) {
        None => SNIFF_MISSING,
        Some(value) if word(&value, 256) == "nosniff" => SNIFF_GOOD,
        Some(_) => SNIFF_INVALID,
    }
}

pub(super) fn framing(case: &Case<'_>, by_policy: bool) -> Outcome {
    if by_policy {
        return FRAME_CSP;
    }
    let Some(value) = case.answer.fields.joined("x-frame-options").filter(|value| !value.is_empty()) else {
        return FRAME_MISSING;
    };
    match word(&value, 1024).as_str() {
        "deny" | "sameorigin" => FRAME_GOOD,
        value if value.starts_with("allow-from") => FRAME_ALLOW_FROM,
        _ => FRAME_INVALID,
    }
}

pub(super) fn resource_policy(case: &Case<'_>) -> Outcome {
    let value = case.answer.fields.joined("cross-origin-resource-policy").unwrap_or_default();
    match word(&value, 256).as_str() {
        "" => CORP_MISSING,
        "same-site" => CORP_SAME_SITE,
        "same-origin" => CORP_SAME_ORIGIN,
        "cross-origin" => CORP_CROSS,
        _ => CORP_INVALID,
    }
}
