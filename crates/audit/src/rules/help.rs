//! What several rules ask.

use crate::hit::Applies;
use crate::index::{Index, Operation, Schema};
use crate::rules::samples::{Owner, Shown};
use crate::rules::security::common;
use crate::run::Sink;
use palisade_contract::roles::MisfitKind;
use palisade_document::{NodeRef, quote};
use palisade_schema::{Direction, Options, TypeSet};

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
    if let ([first, ..], Some(word)) = (&mut types.words, named.as_str()) {
        *first = word;
        types.count = 1;
        return types;
    }
    for (slot, word) in types.words.iter_mut().zip(named.items().filter_map(NodeRef::as_str)) {
        *slot = word;
        types.count += 1;
    }
    types
}

/// The types of JSON among those that a schema names.
pub(crate) fn type_set(node: NodeRef<'_>) -> TypeSet {
    let Some(named) = node.get("type") else { return TypeSet::NONE };
    let word = |word: NodeRef<'_>| word.as_str().and_then(TypeSet::from_word);
    word(named).unwrap_or_else(|| named.items().filter_map(word).fold(TypeSet::NONE, TypeSet::union))
}

/// Whether the values of a schema are listed.
pub(crate) fn fixed(node: NodeRef<'_>) -> bool {
    node.get("enum").is_some() || node.get("const").is_some()
}

/// Whether a member is a number: `exclusiveMaximum` is a flag in the older dialects.
pub(crate) fn number(node: NodeRef<'_>, key: &str) -> bool {
    node.get(key).is_some_and(|value| value.number_text().is_some())
}

/// Whether a limit is set that limits something. What no buffer or number ever reaches counts as absent: the largest
/// values of the common integer types, and for lengths and counts all above them.
pub(crate) fn limited(node: NodeRef<'_>, key: &str) -> bool {
    let Some(limit) = node.get(key) else { return false };
    let Some(limit) = limit.as_f64() else { return true };
    match key {
        "maxLength" | "maxItems" => limit < f64::from(i32::MAX),
        _ => {
            let ends = [f64::from(i32::MAX), f64::from(i32::MIN), f64::from(u32::MAX)];
            !ends.contains(&limit) && limit.abs() < 9_007_199_254_740_991.0
        }
    }
}

/// Whether a pattern says nothing about a text, but perhaps that there is one.
pub(crate) fn vacuous<'a>(index: &Index<'a>, node: NodeRef<'a>) -> bool {
    let pattern = node.get("pattern").and_then(NodeRef::as_str);
    pattern.and_then(|pattern| index.pattern(pattern)).is_some_and(|facts| facts.vacuous())
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
    pattern.and_then(|pattern| index.pattern(pattern)).is_some_and(|facts| facts.bounded())
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
    if let Some(name) = described_parameter(schema.node).get("name").and_then(NodeRef::as_str) {
        return format!("parameter {}", quote(name));
    }
    if let Some(name) = described_header(schema.node) {
        return format!("header {}", quote(name));
    }
    match (schema.node.key(), schema.node.parent().and_then(NodeRef::key)) {
        (Some(name), Some("schemas" | "definitions" | "$defs")) => format!("schema {}", quote(name)),
        (Some("items"), _) => "the item".to_owned(),
        _ => "the schema".to_owned(),
    }
}

/// The parameter that a schema describes directly, if any: in Swagger 2.0 the schema itself, else what holds it.
pub(crate) fn described_parameter(schema: NodeRef<'_>) -> NodeRef<'_> {
    schema.parent().filter(|_| schema.key() == Some("schema")).unwrap_or(schema)
}

/// The name of the header that a schema describes directly.
fn described_header(schema: NodeRef<'_>) -> Option<&str> {
    let header = described_parameter(schema);
    let headers = header.parent().filter(|map| map.key() == Some("headers"))?;
    // A member or schema may be named so too.
    let named = ["properties", "patternProperties", "schemas", "definitions", "$defs"];
    let holder = headers.parent().and_then(NodeRef::key);
    header.key().filter(|_| !holder.is_some_and(|key| named.contains(&key)))
}

/// Whether a schema says that only answers carry it.
pub(crate) fn read_only(schema: NodeRef<'_>) -> bool {
    common::is_true(schema, "readOnly")
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

/// Bytes that end a token in running text: 1. Bytes with which the tokens looked for begin: 2.
const TOKEN_BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let (ends, starts) = (b" \t\r\n\"\'`=:,;()<>[]{}|&?", b"AgsrxednhS");
    let mut at = 0;
    while at < ends.len() {
        table[ends[at] as usize] = 1;
        at += 1;
    }
    at = 0;
    while at < starts.len() {
        table[starts[at] as usize] = 2;
        at += 1;
    }
    table
};

/// What has the form of a live credential.
pub(crate) struct Secret {
    /// The byte where it begins.
    pub(crate) at: usize,
    /// What it would be.
    pub(crate) kind: &'static str,
    /// It says of itself that it was over soon after it was made.
    pub(crate) brief: bool,
}

/// The first live credential in this text; one that was over soon only where there is no other.
pub(crate) fn secret(text: &str) -> Option<Secret> {
    if text.len() < 20 {
        return None;
    }
    let mut fresh = true;
    let mut over = None;
    for (at, byte) in text.bytes().enumerate() {
        let class = TOKEN_BYTES.get(byte as usize).copied().unwrap_or_default();
        if fresh
            && class == 2
            && KEY_PREFIXES.iter().any(|(prefix, _)| text.get(at..).is_some_and(|rest| rest.starts_with(prefix)))
        {
            let rest = text.get(at..).unwrap_or_default();
            let end = rest.bytes().position(|byte| TOKEN_BYTES.get(byte as usize) == Some(&1)).unwrap_or(rest.len());
            let token = rest.get(..end).unwrap_or_default().trim_end_matches('.');
            match key(token).map(|kind| Secret { at, kind, brief: brief(token) }) {
                Some(secret) if secret.brief => over = over.or(Some(secret)),
                Some(secret) => return Some(secret),
                None => {}
            }
        }
        fresh = class == 1;
    }
    let key = text.len() > 200 && text.contains(PRIVATE_KEY) && text.contains("PRIVATE KEY-----");
    let at = text.find(PRIVATE_KEY).filter(|_| key);
    at.map(|at| Secret { at, kind: "a private key", brief: false }).or(over)
}

/// Bytes of a token that is looked into.
const MAX_TOKEN: usize = 8192;
/// The longest life, in seconds, of a token that is over before somebody finds it.
const BRIEF: f64 = 86_400.0;

/// Whether a JSON web token gives itself no more than a day between `iat` and `exp`.
fn brief(token: &str) -> bool {
    let claims = token.split('.').nth(1).filter(|_| token.len() <= MAX_TOKEN && token.starts_with("eyJ"));
    let claims = claims.and_then(base64url).and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    let time = |name: &str| claims.as_ref()?.get(name)?.as_f64();
    let life = time("exp").zip(time("iat")).map(|(end, start)| end - start);
    life.is_some_and(|life| (0.0..=BRIEF).contains(&life))
}

/// The bytes that a text in base64url without padding stands for.
fn base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut held) = (0_u32, 0);
    for byte in text.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

/// How a private key begins (RFC 7468).
pub(crate) const PRIVATE_KEY: &str = "-----BEGIN ";

/// How the keys looked for begin, and what they are.
pub(crate) const KEY_PREFIXES: [(&str, &str); 20] = [
    ("AKIA", "an AWS access key"),
    ("ASIA", "an AWS access key"),
    ("AIza", "a Google API key"),
    ("ghp_", "a GitHub token"),
    ("gho_", "a GitHub token"),
    ("ghu_", "a GitHub token"),
    ("ghs_", "a GitHub token"),
    ("github_pat_", "a GitHub token"),
    ("glpat-", "a GitLab token"),
    ("sk_live_", "a Stripe live key"),
    ("rk_live_", "a Stripe live key"),
    ("xoxb-", "a Slack token"),
    ("xoxp-", "a Slack token"),
    ("xoxa-", "a Slack token"),
    ("xoxr-", "a Slack token"),
    ("xoxs-", "a Slack token"),
    ("npm_", "an npm token"),
    ("dop_v1_", "a DigitalOcean token"),
    ("SG.", "a SendGrid key"),
    ("eyJ", "a JSON web token"),
];

fn key(token: &str) -> Option<&'static str> {
    let (prefix, kind) = KEY_PREFIXES.iter().find(|(prefix, _)| token.starts_with(prefix))?;
    let rest = token.strip_prefix(prefix)?;
    // The vendors' own documentation uses keys that end so, and jwt.io's example is everywhere.
    let made_up = ["xxxx", "XXXX", "1234567", "abcdef", "....", "eyJzdWIiOiIxMjM0NTY3ODkw"];
    if token.ends_with("EXAMPLE") || made_up.iter().any(|word| token.contains(word)) {
        return None;
    }
    let word = |text: &str, least: usize| {
        text.len() >= least && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    let whole = match *prefix {
        "AKIA" | "ASIA" => {
            rest.len() == 16 && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        }
        "AIza" => word(rest, 35),
        "ghp_" | "gho_" | "ghu_" | "ghs_" | "github_pat_" => word(rest, 36),
        "xoxa-" | "xoxr-" | "xoxs-" => word(rest, 20),
        "eyJ" => token.split('.').count() == 3 && token.split('.').all(|part| word(part, 16)),
        _ => palisade_sensitive::value_kind(token).is_some_and(|kind| kind == palisade_sensitive::Kind::CloudKey),
    };
    whole.then_some(kind)
}

/// How a value that a contract shows is judged: up to its first violation, within bounds.
pub(crate) fn once(response: bool) -> Options {
    let direction = if response { Direction::Response } else { Direction::Request };
    Options { direction, max_violations: 1, budget: 100_000, ..Options::default() }
}

/// Reports shown values that their own schema refuses.
pub(crate) fn values(index: &Index<'_>, shown: Shown, word: &str, sink: &mut Sink<'_>) {
    let (set, ids) = index.compiled();
    for sample in index.samples().iter().filter(|sample| sample.shown == shown) {
        let Some(id) = ids.get(&sample.schema.id()) else { continue };
        let value = sample.value;
        let options = once(sample.response);
        let outcome = set.validate(*id, value, &options);
        if !sink.spend(options.budget - outcome.left) {
            return;
        }
        let Some(violation) = outcome.violations.first() else { continue };
        let inside = violation.pointer.strip_prefix(value.pointer().as_str()).unwrap_or(&violation.pointer);
        let place = if inside.is_empty() { String::new() } else { format!(" at {}", self::shown(inside)) };
        let owner = match sample.owner {
            Owner::Schema(at) => {
                let name = index.schemas.get(at).map_or_else(|| "the schema".to_owned(), called);
                format!("the {word} of {name}")
            }
            Owner::Media(name) => format!("the {} {word}", quote(name)),
            Owner::Parameter(name) => format!("the {word} of parameter {}", quote(name)),
        };
        sink.at(value, format!("{owner} breaks its schema{place}: {}", violation.message), Applies::Nothing);
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

/// Whether two names differ by case and separators only, or by one letter that is wrong, missing, added or swapped with
/// its neighbour.
pub(crate) fn alike(one: &str, other: &str) -> bool {
    let (a, b) = (plain(one), plain(other));
    if a == b {
        return true;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if short.len() < 4 || long.len() - short.len() > 1 {
        return false;
    }
    let start = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let end = short.iter().rev().zip(long.iter().rev()).take_while(|(x, y)| x == y).count();
    let left = long.len().saturating_sub(start + end);
    match (left, long.len() - short.len()) {
        (0 | 1, _) => true,
        (2, 0) => short.get(start) == long.get(start + 1) && short.get(start + 1) == long.get(start),
        _ => false,
    }
}
