//! What several rules ask.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Operation, Schema};
use palisade_contract::roles::MisfitKind;
use palisade_document::{NodeRef, quote};
use palisade_schema::{Direction, Options};

/// The types a schema names: at most eight, one more than JSON has.
#[derive(Clone, Copy, Default)]
pub(crate) struct Types<'a> {
    words: [&'a str; 8],
    count: usize,
}

impl<'a> std::ops::Deref for Types<'a> {
    type Target = [&'a str];

    fn deref(&self) -> &Self::Target {
        self.words.get(..self.count).unwrap_or_default()
    }
}

impl<'a> IntoIterator for Types<'a> {
    type Item = &'a str;
    type IntoIter = std::iter::Take<std::array::IntoIter<&'a str, 8>>;

    fn into_iter(self) -> Self::IntoIter {
        self.words.into_iter().take(self.count)
    }
}

/// The types a schema names.
pub(crate) fn types(node: NodeRef<'_>) -> Types<'_> {
    let mut types = Types::default();
    let Some(named) = node.get("type") else { return types };
    for (slot, word) in
        types.words.iter_mut().zip(named.as_str().into_iter().chain(named.items().filter_map(NodeRef::as_str)))
    {
        *slot = word;
        types.count += 1;
    }
    types
}

/// Whether a schema is about numbers.
pub(crate) fn numeric(node: NodeRef<'_>) -> bool {
    types(node).iter().any(|word| matches!(*word, "integer" | "number"))
}

/// Whether the values of a schema are listed.
pub(crate) fn fixed(node: NodeRef<'_>) -> bool {
    node.get("enum").is_some() || node.get("const").is_some()
}

/// Whether a member is a number: `exclusiveMaximum` is a flag in the older dialects.
pub(crate) fn number(node: NodeRef<'_>, key: &str) -> bool {
    node.get(key).is_some_and(|value| value.number_text().is_some())
}

/// Where findings about a schema's type aim.
pub(crate) fn spot(node: NodeRef<'_>) -> NodeRef<'_> {
    node.get("type").unwrap_or(node)
}

/// Whether a string's format or pattern bounds its length.
pub(crate) fn bounded<'a>(index: &Index<'a>, node: NodeRef<'a>) -> bool {
    let format = node.get("format").and_then(NodeRef::as_str).unwrap_or_default();
    if matches!(format, "date" | "date-time" | "time" | "uuid" | "ipv4" | "ipv6") {
        return true;
    }
    let pattern = node.get("pattern").and_then(NodeRef::as_str);
    pattern
        .and_then(|pattern| index.pattern(pattern))
        .is_some_and(|facts| facts.anchored_start && facts.anchored_end && facts.max_len.is_some())
}

/// Whether a string's format fixes its form, as a pattern would.
pub(crate) fn shaped(node: NodeRef<'_>) -> bool {
    let format = node.get("format").and_then(NodeRef::as_str).unwrap_or_default();
    matches!(
        format,
        "date"
            | "date-time"
            | "time"
            | "duration"
            | "uuid"
            | "ipv4"
            | "ipv6"
            | "email"
            | "idn-email"
            | "hostname"
            | "idn-hostname"
            | "uri"
            | "uri-reference"
            | "iri"
            | "byte"
            | "binary"
            | "json-pointer"
            | "base64url"
    )
}

/// How a message names a schema.
pub(crate) fn called(schema: &Schema<'_>) -> String {
    if let Some(name) = schema.property {
        return quote(name);
    }
    if let Some(name) = schema.node.get("name").and_then(NodeRef::as_str) {
        return format!("parameter {}", quote(name));
    }
    let parent = schema.node.parent();
    match (schema.node.key(), parent.and_then(NodeRef::key)) {
        (Some(name), Some("schemas" | "definitions" | "$defs")) => format!("schema {}", quote(name)),
        (Some("schema"), _) => match parent.and_then(|parent| parent.get("name")).and_then(NodeRef::as_str) {
            Some(name) => format!("parameter {}", quote(name)),
            None => "the schema".to_owned(),
        },
        (Some("items"), _) => "the item".to_owned(),
        _ => "the schema".to_owned(),
    }
}

/// A status code for a message.
pub(crate) fn shown(status: &str) -> String {
    quote(status).trim_matches('"').to_owned()
}

/// A name without case and separators: `Access-Token` and `access_token` are `accesstoken`.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(64).collect()
}

/// Reports an answer that an operation ought to describe and does not.
pub(crate) fn answer(operation: &Operation<'_>, status: &'static str, sink: &mut Sink<'_>) {
    let Some(responses) = operation.responses_node else { return };
    if operation.outgoing
        || !crate::score::expected_answers(&operation.method).contains(&status)
        || operation.answers(status)
    {
        return;
    }
    let label = operation.label();
    let message = || format!("{} describes no {status} response", quote(&label));
    if let Some(hit) = sink.at_key(responses, message, Applies::Answer(operation.at)) {
        hit.operation(label);
    }
}

/// What a live credential in this text would be.
pub(crate) fn secret(text: &str) -> Option<&'static str> {
    let start = text.trim_start();
    let start = start.strip_prefix("Bearer ").unwrap_or(start);
    let token = start.split(|c: char| c.is_whitespace() || c == '"').next().unwrap_or_default();
    let rest = |prefix: &str| token.strip_prefix(prefix).unwrap_or_default();
    let word = |text: &str, least: usize| {
        text.len() >= least && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    let upper = |text: &str| text.len() == 16 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") && text.len() > 200 {
        return Some("a private key");
    }
    // The vendors' own documentation uses keys that end so.
    if token.ends_with("EXAMPLE") || token.contains("xxxx") || token.contains("XXXX") {
        return None;
    }
    if upper(rest("AKIA")) || upper(rest("ASIA")) {
        return Some("an AWS access key");
    }
    if ["ghp_", "gho_", "ghu_", "ghs_", "github_pat_"].iter().any(|prefix| word(rest(prefix), 36)) {
        return Some("a GitHub token");
    }
    if ["sk_live_", "rk_live_"].iter().any(|prefix| word(rest(prefix), 20)) {
        return Some("a Stripe live key");
    }
    if ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-"].iter().any(|prefix| word(rest(prefix), 20)) {
        return Some("a Slack token");
    }
    if word(rest("AIza"), 35) {
        return Some("a Google API key");
    }
    let mut parts = token.split('.');
    let jwt = token.starts_with("eyJ") && parts.clone().count() == 3 && parts.all(|part| word(part, 16));
    jwt.then_some("a JSON web token")
}

/// Reports values under these keywords that their own schema refuses.
pub(crate) fn values(index: &Index<'_>, keys: &[&str], word: &str, sink: &mut Sink<'_>) {
    let (set, ids) = index.compiled();
    for schema in &index.schemas {
        let Some(id) = ids.get(&schema.node.id()) else { continue };
        let direction = if schema.response { Direction::Response } else { Direction::Request };
        let options = Options { direction, max_violations: 1, budget: 100_000, ..Options::default() };
        for key in keys {
            let Some(value) = schema.node.get(key) else { continue };
            let values: Vec<_> = if *key == "examples" { value.items().collect() } else { vec![value] };
            for value in values {
                let outcome = set.validate(*id, value, &options);
                if !sink.spend(options.budget - outcome.left) {
                    return;
                }
                let Some(violation) = outcome.violations.first() else { continue };
                let inside = violation.pointer.strip_prefix(value.pointer().as_str()).unwrap_or(&violation.pointer);
                let place = if inside.is_empty() { String::new() } else { format!(" at {}", shown(inside)) };
                let message =
                    format!("the {word} of {} breaks its schema{place}: {}", called(schema), violation.message);
                sink.at(value, message, Applies::Nothing);
            }
        }
    }
}

/// Reports what does not fit its role, of the wanted kinds.
pub(crate) fn misfits(index: &Index<'_>, sink: &mut Sink<'_>, wanted: fn(MisfitKind) -> bool) {
    let roles = index.roles();
    for misfit in roles.misfits().iter().filter(|misfit| wanted(misfit.kind)) {
        let node = index.document.node_itself(misfit.node);
        let message = misfit.message(index.document, roles.version());
        match misfit.kind {
            MisfitKind::Missing(key) | MisfitKind::Empty(key) => {
                if let Some(hit) = sink.at_key(node, message, Applies::Nothing) {
                    hit.value(key);
                }
            }
            MisfitKind::Unknown => {
                sink.at_key(index.document.node_itself(misfit.member), message, Applies::Nothing);
            }
            MisfitKind::Sibling => {
                sink.at_key(node, message, Applies::Nothing);
            }
            MisfitKind::WrongType(_) | MisfitKind::OutsideList(_) => {
                sink.at(node, message, Applies::Nothing);
            }
        }
    }
}
