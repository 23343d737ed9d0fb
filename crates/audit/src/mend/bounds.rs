//! Bounds for values: from what traffic showed, which a safe fix may write, else generous defaults.
//!
//! Both are published in docs/guide/audit.md.

use super::seen::Observed;
use super::{Mended, Spot, add, set};
use crate::index::Index;
use crate::rules::security::common::words;
use crate::rules::{help, shape};
use palisade_document::NodeRef;
use palisade_document::edit::Edit;
use serde_json::{Value, json};

/// Most items of an array.
const ITEMS: i64 = 1000;
/// Values that must have been seen before a limit is taken from them.
const SUPPORT: u64 = 100;
/// Values that must have been seen, none of them below zero, before `minimum` is zero.
const SUPPORT_OF_ZERO: u64 = 1000;
/// How much larger than the largest value seen a limit is, at least.
const HEADROOM: u64 = 4;
/// The smallest limits that are taken from what was seen: characters, items, numbers.
const LEAST_LENGTH: u64 = 64;
const LEAST_ITEMS: u64 = 100;
const LEAST_NUMBER: u64 = 1000;
/// Largest number that every JSON implementation carries exactly (RFC 8259, section 6).
const EXACT: i64 = 9_007_199_254_740_991;
/// Largest number where nothing is said and nothing was seen: the largest that is exact limits nothing.
const LARGE: i64 = 1_000_000_000_000_000;
/// Largest number where 32 bits are said.
const NARROW: i64 = 2_000_000_000;
/// Text without control characters other than tab and line breaks.
const TEXT: &str = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F]*$";

/// The schema whose `type` a finding marks. `None` where an alias stands between.
fn schema<'a>(spot: &Spot<'a>) -> Option<NodeRef<'a>> {
    let node = spot.node;
    if node.key() != Some("type") || node.is_object() {
        return Some(node).filter(|node| node.is_object());
    }
    let schema = node.parent()?;
    (schema.member("type")?.id == node.id()).then_some(schema)
}

/// Writes a bound behind the type.
fn bound<'a>(index: &Index<'a>, schema: NodeRef<'a>, key: &str, value: &Value) -> Option<Vec<Edit>> {
    set(index, schema, &["format", "type"], key, value)
}

/// Values that the schema itself shows.
fn shown<'a>(schema: NodeRef<'a>) -> impl Iterator<Item = NodeRef<'a>> {
    let one = ["example", "default", "x-example"].into_iter().filter_map(move |key| schema.get(key));
    one.chain(schema.get("examples").into_iter().flat_map(NodeRef::items))
}

/// The next of 1, 2, 5, 10, 20, 50 and so on from the largest seen with its headroom on.
fn roomy(largest: u64, least: u64) -> u64 {
    let wanted = largest.saturating_mul(HEADROOM).max(least);
    if wanted == least {
        return least;
    }
    let mut step = 1_u64;
    loop {
        for times in [1, 2, 5] {
            let bound = step.saturating_mul(times);
            if bound >= wanted {
                return bound;
            }
        }
        step = step.saturating_mul(10);
    }
}

/// A number of things for a phrase: `1,234`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What was seen, for a limit.
struct Evident {
    /// The largest value seen, however seldom; in its own direction.
    largest: i64,
    /// The limit that leaves room above it, where values were seen often enough, and what it rests on.
    limit: Option<(i64, String)>,
}

/// Sets a limit: from what was seen where it can be, else by default, where nothing that is known of would be refused.
fn limit<'a>(
    index: &Index<'a>,
    schema: NodeRef<'a>,
    key: &str,
    evident: Option<Evident>,
    default: i64,
    fits: impl Fn(i64) -> bool,
) -> Option<Mended> {
    let (largest, evident) = evident.map_or((None, None), |evident| (Some(evident.largest), evident.limit));
    if let Some((value, why)) = evident.filter(|(value, _)| fits(*value)) {
        return Mended::safe(format!("set {key} to {value}: {why}"), bound(index, schema, key, &json!(value))?);
    }
    let room = largest.is_none_or(|largest| if default < 0 { default <= largest } else { largest <= default });
    if !room || !fits(default) {
        return None;
    }
    Mended::risky(format!("set {key} to {default}"), bound(index, schema, key, &json!(default))?)
}

/// What was seen of lengths or counts.
fn evident(seen: Observed, largest: Option<u64>, least: u64, why: impl FnOnce(u64) -> String) -> Option<Evident> {
    let largest = largest?;
    let limit = i64::try_from(roomy(largest, least)).ok().filter(|_| seen.values >= SUPPORT);
    Some(Evident {
        largest: i64::try_from(largest).unwrap_or(i64::MAX),
        limit: limit.map(|limit| (limit, why(largest))),
    })
}

fn number<'a>(schema: NodeRef<'a>, key: &str) -> Option<f64> {
    schema.get(key).and_then(NodeRef::as_f64)
}

/// `maxItems`.
pub(crate) fn max_items<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let schema = schema(spot)?;
    let least = number(schema, "minItems").unwrap_or(0.0);
    let evident = index.seen(schema).and_then(|seen| {
        let had = |most| shape::counted(most as usize, "item");
        let why = |most| format!("the longest of {} lists seen had {}", grouped(seen.values), had(most));
        evident(seen, seen.most, LEAST_ITEMS, why)
    });
    let fits = |most: i64| least <= most as f64 && shown(schema).all(|value| value.len() as i64 <= most);
    limit(index, schema, "maxItems", evident, ITEMS, fits)
}

/// Longest text by format: RFC 5321, RFC 1035, and what browsers take as an address.
fn length(schema: NodeRef<'_>) -> i64 {
    match schema.get("format").and_then(NodeRef::as_str).unwrap_or_default() {
        "email" | "idn-email" => 254,
        "hostname" | "idn-hostname" => 253,
        "uri" | "uri-reference" | "iri" | "iri-reference" | "url" => 2048,
        "byte" | "binary" | "base64url" => 10 << 20,
        "password" => 1024,
        "date" | "date-time" | "time" | "duration" | "uuid" | "ipv4" | "ipv6" => 64,
        _ => 4096,
    }
}

/// `maxLength`.
pub(crate) fn max_length<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let schema = schema(spot)?;
    let least = number(schema, "minLength").unwrap_or(0.0);
    let evident = index.seen(schema).and_then(|seen| {
        let why = |longest| format!("longest of {} seen was {}", grouped(seen.values), grouped(longest));
        evident(seen, seen.longest, LEAST_LENGTH, why)
    });
    let shorter = |value: NodeRef<'_>, most| value.as_str().is_none_or(|text| text.chars().count() as i64 <= most);
    let fits = |most: i64| least <= most as f64 && shown(schema).all(|value| shorter(value, most));
    limit(index, schema, "maxLength", evident, length(schema), fits)
}

/// `pattern`: no control characters.
pub(crate) fn pattern<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let schema = schema(spot)?;
    let control = |c: char| c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r');
    if shown(schema).any(|value| value.as_str().is_some_and(|text| text.contains(control))) {
        return None;
    }
    Mended::risky("refuse control characters by pattern", bound(index, schema, "pattern", &json!(TEXT))?)
}

/// `format` of a number.
pub(crate) fn format<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let schema = schema(spot)?;
    let word = if help::types(schema).contains(&"number") { "double" } else { "int64" };
    Mended::risky(format!("set format to {word}"), add(index, schema, &["type"], "format", &json!(word))?)
}

fn narrow(schema: NodeRef<'_>) -> bool {
    schema.get("format").and_then(NodeRef::as_str) == Some("int32")
}

/// The largest number by default.
fn large(schema: NodeRef<'_>) -> i64 {
    if narrow(schema) { NARROW } else { LARGE }
}

/// What was seen of numbers, which are known by their digits.
fn numbers<'a>(index: &Index<'a>, schema: NodeRef<'a>) -> Option<(Evident, Observed)> {
    let seen = index.seen(schema)?;
    let digits = seen.digits?;
    let above = u32::try_from(digits).ok().and_then(|digits| 10_u64.checked_pow(digits)).unwrap_or(u64::MAX);
    let why = |_| format!("{} seen had up to {}", grouped(seen.values), shape::counted(digits as usize, "digit"));
    let mut evident = evident(seen, Some(above), LEAST_NUMBER, why)?;
    let most = if narrow(schema) { NARROW } else { EXACT - 1 };
    evident.limit = evident.limit.filter(|(limit, _)| *limit <= most);
    Some((evident, seen))
}

/// Words of names whose numbers grow with time: what was seen until today is no limit for tomorrow.
const GROWING: [&str; 16] = [
    "id",
    "ids",
    "uid",
    "number",
    "no",
    "nr",
    "num",
    "seq",
    "sequence",
    "version",
    "revision",
    "time",
    "timestamp",
    "ts",
    "at",
    "offset",
];
/// Levels between a name and its schema: a list, a choice.
const MAX_LEVELS: usize = 6;

/// Whether numbers here grow with time: identifiers, serial numbers, times. In paths they are identifiers.
fn grows(schema: NodeRef<'_>) -> bool {
    let around = std::iter::successors(Some(schema), |node| node.parent()).take(MAX_LEVELS);
    let mut names = around.filter_map(|node| {
        let parameter = node.get("in").and(node.get("name")).and_then(NodeRef::as_str);
        let path = node.get("in").and_then(NodeRef::as_str) == Some("path");
        let map = node.parent().and_then(NodeRef::key);
        let member = node.key().filter(|_| matches!(map, Some("properties" | "schemas" | "definitions")));
        if path { Some("id") } else { parameter.or(member) }
    });
    names.next().is_some_and(|name| words(name).last().is_some_and(is_growing))
}

fn is_growing(word: &str) -> bool {
    GROWING.iter().any(|growing| growing.eq_ignore_ascii_case(word))
}

/// `maximum`.
pub(crate) fn maximum<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let schema = schema(spot)?;
    let least = number(schema, "minimum").or_else(|| number(schema, "exclusiveMinimum"));
    let fits = |most: i64| {
        let below = |value: NodeRef<'_>| value.as_f64().is_none_or(|value| value <= most as f64);
        least.is_none_or(|least| least < most as f64) && shown(schema).all(below)
    };
    let evident = numbers(index, schema).map(|(evident, _)| match grows(schema) {
        true => Evident { limit: None, ..evident },
        false => evident,
    });
    limit(index, schema, "maximum", evident, large(schema), fits)
}

/// `minimum`.
pub(crate) fn minimum<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let schema = schema(spot)?;
    let most = number(schema, "maximum").or_else(|| number(schema, "exclusiveMaximum"));
    let fits = |least: i64| {
        let above = |value: NodeRef<'_>| value.as_f64().is_none_or(|value| value >= least as f64);
        most.is_none_or(|most| most > least as f64) && shown(schema).all(above)
    };
    let evident = numbers(index, schema).map(|(evident, seen)| {
        let none_below = seen.negative == Some(0);
        let limit = match none_below && seen.values >= SUPPORT_OF_ZERO {
            true => Some((0, format!("none of {} seen was below", grouped(seen.values)))),
            false => evident.limit.map(|(limit, why)| (-limit, why)),
        };
        Evident { largest: if none_below { 0 } else { evident.largest.saturating_neg() }, limit }
    });
    limit(index, schema, "minimum", evident, -large(schema), fits)
}

/// `additionalProperties: false`.
pub(crate) fn closed<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let schema = spot.node;
    let key =
        if schema.get("unevaluatedProperties").is_some() { "unevaluatedProperties" } else { "additionalProperties" };
    if schema.get(key).is_some_and(|value| value.is_object()) {
        return None;
    }
    Mended::risky("refuse undeclared members", set(index, schema, &["type"], key, &json!(false))?)
}

/// Anchors around a pattern.
pub(crate) fn anchors<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let pattern = spot.node.as_str()?;
    let facts = spot.node.as_str().and_then(|pattern| index.pattern(pattern))?;
    let anchored = match (facts.anchored_start, facts.anchored_end) {
        (false, false) => format!("^(?:{pattern})$"),
        (true, false) => format!("(?:{pattern})$"),
        (false, true) => format!("^(?:{pattern})"),
        (true, true) => return None,
    };
    Mended::risky("anchor the pattern at both ends", index.editor().replace_scalar(spot.node, &json!(anchored)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_round_and_leave_room() {
        let lengths = [0, 16, 17, 50, 51, 125, 126, 250, 251, 5000].map(|longest| roomy(longest, LEAST_LENGTH));
        assert_eq!(lengths, [64, 64, 100, 200, 500, 500, 1000, 1000, 2000, 20_000]);
        assert_eq!(roomy(u64::MAX, LEAST_NUMBER), u64::MAX);
    }

    #[test]
    fn counts_are_easy_to_read() {
        assert_eq!([7, 999, 1234, 1_000_000].map(grouped), ["7", "999", "1,234", "1,000,000"]);
    }
}
