//! Bounds for values: what an unsafe fix writes where no evidence says better.
//!
//! The defaults are generous and published in docs/guide/audit.md.

use super::{Mended, Spot, add, set};
use crate::index::Index;
use crate::rules::help;
use palisade_document::NodeRef;
use palisade_document::edit::Edit;
use serde_json::{Value, json};

/// Most items of an array.
const ITEMS: u64 = 1000;
/// Largest number that every JSON implementation carries exactly (RFC 8259, section 6).
const EXACT: i64 = 9_007_199_254_740_991;
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

fn number<'a>(schema: NodeRef<'a>, key: &str) -> Option<f64> {
    schema.get(key).and_then(NodeRef::as_f64)
}

/// `maxItems`.
pub(crate) fn max_items<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let schema = schema(spot)?;
    let least = number(schema, "minItems").unwrap_or(0.0);
    if least > ITEMS as f64 || shown(schema).any(|value| value.len() as u64 > ITEMS) {
        return None;
    }
    Mended::risky(format!("set maxItems to {ITEMS}"), bound(index, schema, "maxItems", &json!(ITEMS))?)
}

/// Longest text by format: RFC 5321, RFC 1035, and what browsers take as an address.
fn length(schema: NodeRef<'_>) -> u64 {
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
    let most = length(schema);
    let least = number(schema, "minLength").unwrap_or(0.0);
    let longer = |value: NodeRef<'_>| value.as_str().is_some_and(|text| text.chars().count() as u64 > most);
    if least > most as f64 || shown(schema).any(longer) {
        return None;
    }
    Mended::risky(format!("set maxLength to {most}"), bound(index, schema, "maxLength", &json!(most))?)
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

fn largest(schema: NodeRef<'_>) -> i64 {
    match schema.get("format").and_then(NodeRef::as_str) {
        Some("int32") => NARROW,
        _ => EXACT,
    }
}

/// `maximum`.
pub(crate) fn maximum<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let schema = schema(spot)?;
    let most = largest(schema);
    let least = number(schema, "minimum").or_else(|| number(schema, "exclusiveMinimum"));
    let beyond = |value: NodeRef<'_>| value.as_f64().is_some_and(|value| value > most as f64);
    if least.is_some_and(|least| least >= most as f64) || shown(schema).any(beyond) {
        return None;
    }
    Mended::risky(format!("set maximum to {most}"), bound(index, schema, "maximum", &json!(most))?)
}

/// `minimum`.
pub(crate) fn minimum<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let schema = schema(spot)?;
    let least = -largest(schema);
    let most = number(schema, "maximum").or_else(|| number(schema, "exclusiveMaximum"));
    let beyond = |value: NodeRef<'_>| value.as_f64().is_some_and(|value| value < least as f64);
    if most.is_some_and(|most| most <= least as f64) || shown(schema).any(beyond) {
        return None;
    }
    Mended::risky(format!("set minimum to {least}"), bound(index, schema, "minimum", &json!(least))?)
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
