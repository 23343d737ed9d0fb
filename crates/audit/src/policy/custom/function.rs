//! The functions an assertion may use. The names are those of Spectral's core functions.

use super::case::Case;
use palisade_document::{Kind, NodeId, NodeRef, quote, refs};
use palisade_limits::Pattern;
use palisade_schema::{Options, SchemaId, SchemaSet};
use std::collections::HashSet;
use std::sync::Arc;

/// Characters of one value that are judged by a pattern.
const MAX_TEXT: usize = 64 << 10;

#[derive(Debug, Clone)]
pub(super) enum Function {
    Truthy,
    Falsy,
    Defined,
    Undefined,
    Pattern { wanted: Option<(Pattern, String)>, unwanted: Option<(Pattern, String)> },
    Casing { case: Case, digits: bool, separator: Option<char>, leading: bool },
    Enumeration(Vec<String>),
    Length { min: Option<f64>, max: Option<f64> },
    Schema { set: Arc<SchemaSet>, id: SchemaId },
    Alphabetical { keyed_by: Option<String> },
    Xor(Vec<String>),
    Or(Vec<String>),
    TypedEnum,
    Unreferenced,
}

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'a> {
    /// A value; `None` when the member is not there.
    Value(Option<NodeRef<'a>>),
    /// The key it stands under.
    Key(&'a str),
}

/// One failure: where (the judged place itself when `None`) and what.
pub(super) struct Failure<'a> {
    pub(super) at: Option<NodeRef<'a>>,
    pub(super) error: String,
}

impl<'a> Target<'a> {
    fn text(self) -> Option<&'a str> {
        match self {
            Target::Value(node) => node?.as_str(),
            Target::Key(key) => Some(key),
        }
    }

    /// The text of any scalar.
    fn scalar(self) -> Option<&'a str> {
        match self {
            Target::Value(node) => node
                .filter(|node| matches!(node.kind(), Kind::String | Kind::Number | Kind::Bool))
                .map(NodeRef::scalar_text),
            Target::Key(key) => Some(key),
        }
    }

    fn truthy(self) -> bool {
        match self {
            Target::Key(key) => !key.is_empty(),
            Target::Value(None) => false,
            Target::Value(Some(node)) => match node.kind() {
                Kind::Null => false,
                Kind::Bool => node.as_bool() == Some(true),
                Kind::Number => node.as_f64() != Some(0.0),
                Kind::String => !node.scalar_text().is_empty(),
                Kind::Array | Kind::Object => true,
            },
        }
    }
}

impl Function {
    /// Judges a place. `referenced` gives the ids of nodes that references lead to.
    pub(super) fn judge<'a>(&self, target: Target<'a>, referenced: &dyn Fn(NodeId) -> bool) -> Vec<Failure<'a>> {
        let here = |error: String| vec![Failure { at: None, error }];
        let held = Vec::new;
        match self {
            Function::Truthy if !target.truthy() => here("it must be there and not be empty".to_owned()),
            Function::Falsy if target.truthy() => here("it must not be there, or be empty".to_owned()),
            Function::Defined if matches!(target, Target::Value(None)) => here("it must be there".to_owned()),
            Function::Undefined if !matches!(target, Target::Value(None)) => here("it must not be there".to_owned()),
            Function::Truthy | Function::Falsy | Function::Defined | Function::Undefined => held(),
            Function::Pattern { wanted, unwanted } => {
                let Some(text) = target.text() else { return held() };
                if text.len() > MAX_TEXT {
                    return here(format!("it is longer than the {MAX_TEXT} bytes that patterns judge"));
                }
                if let Some((pattern, source)) = wanted
                    && pattern.is_match(text) != Ok(true)
                {
                    return here(format!("{} must match {source}", quote(text)));
                }
                match unwanted {
                    Some((pattern, source)) if pattern.is_match(text) != Ok(false) => {
                        here(format!("{} must not match {source}", quote(text)))
                    }
                    _ => held(),
                }
            }
            Function::Casing { case, digits, separator, leading } => {
                let Some(text) = target.text().filter(|text| !text.is_empty()) else { return held() };
                let fits = match separator {
                    None => case.fits(text, *digits),
                    Some(separator) => {
                        let text = if *leading { text.strip_prefix(*separator).unwrap_or(text) } else { text };
                        text.split(*separator).all(|part| case.fits(part, *digits))
                    }
                };
                if fits { held() } else { here(format!("{} must be in {} case", quote(text), case.as_str())) }
            }
            Function::Enumeration(values) => match target.scalar() {
                Some(text) if !values.iter().any(|value| value == text) => {
                    here(format!("{} must be one of {}", quote(text), values.join(", ")))
                }
                _ => held(),
            },
            Function::Length { min, max } => {
                let Some(length) = length(target) else { return held() };
                match (min, max) {
                    (Some(min), _) if length < *min => here(format!("its length {length} must be at least {min}")),
                    (_, Some(max)) if length > *max => here(format!("its length {length} must be at most {max}")),
                    _ => held(),
                }
            }
            Function::Schema { set, id } => {
                let Target::Value(Some(node)) = target else { return held() };
                let outcome = set.validate(*id, node, &Options { max_violations: 1, ..Options::default() });
                match outcome.violations.first() {
                    Some(violation) => {
                        let whole = node.pointer();
                        let inside = violation.pointer.strip_prefix(&whole).unwrap_or(&violation.pointer);
                        let inside = inside.trim_start_matches('/');
                        let place = if inside.is_empty() { String::new() } else { format!("{} ", quote(inside)) };
                        here(format!("{place}{}", violation.message))
                    }
                    None => held(),
                }
            }
            Function::Alphabetical { keyed_by } => {
                let Target::Value(Some(node)) = target else { return held() };
                let names: Vec<&str> = match (node.is_object(), keyed_by) {
                    (true, _) => node.members().map(|member| member.key).collect(),
                    (false, Some(key)) => {
                        node.items().filter_map(|item| item.get(key)).map(NodeRef::scalar_text).collect()
                    }
                    (false, None) => node.items().map(NodeRef::scalar_text).collect(),
                };
                match names.windows(2).find(|pair| matches!(pair, [a, b] if a > b)) {
                    Some([a, b]) => here(format!("{} must stand before {}", quote(b), quote(a))),
                    _ => held(),
                }
            }
            Function::Xor(names) | Function::Or(names) => {
                let Target::Value(Some(node)) = target else { return held() };
                if !node.is_object() {
                    return held();
                }
                let present = names.iter().filter(|name| node.get(name).is_some()).count();
                let all = names.join(", ");
                match (self, present) {
                    (_, 0) => here(format!("one of {all} must be there")),
                    (Function::Xor(_), 2..) => here(format!("only one of {all} may be there")),
                    _ => held(),
                }
            }
            Function::TypedEnum => typed_enum(target),
            Function::Unreferenced => {
                let Target::Value(Some(node)) = target else { return held() };
                let unused = node.members().filter(|member| !referenced(member.value.id()));
                unused
                    .map(|member| Failure { at: Some(member.value), error: "nothing refers to it".to_owned() })
                    .collect()
            }
        }
    }
}

/// Characters, items, members, or the number itself.
fn length(target: Target<'_>) -> Option<f64> {
    match target {
        Target::Key(key) => Some(key.chars().count() as f64),
        Target::Value(node) => {
            let node = node?;
            match node.kind() {
                Kind::String => Some(node.scalar_text().chars().count() as f64),
                Kind::Number => node.as_f64(),
                Kind::Array | Kind::Object => Some(node.len() as f64),
                Kind::Null | Kind::Bool => None,
            }
        }
    }
}

/// Every value of `enum` is of the schema's `type`.
fn typed_enum(target: Target<'_>) -> Vec<Failure<'_>> {
    let Target::Value(Some(node)) = target else { return Vec::new() };
    let types = crate::rules::help::types(node);
    let Some(values) = node.get("enum").filter(|_| !types.is_empty()) else { return Vec::new() };
    let fits = |value: NodeRef<'_>| {
        let word = match value.kind() {
            Kind::Null => "null",
            Kind::Bool => "boolean",
            Kind::Number => "number",
            Kind::String => "string",
            Kind::Array => "array",
            Kind::Object => "object",
        };
        let nullable = word == "null" && node.get("nullable").and_then(NodeRef::as_bool) == Some(true);
        let whole = types.contains(&"integer") && value.as_f64().is_some_and(|number| number.fract() == 0.0);
        types.contains(&word) || nullable || whole
    };
    let wrong = values.items().filter(|value| !fits(*value));
    wrong
        .map(|value| Failure { at: Some(value), error: format!("it must be of type {}", types.join(" or ")) })
        .collect()
}

/// The nodes that references of a document lead to.
pub(super) fn referenced(document: &palisade_document::Document) -> HashSet<NodeId> {
    let mut found = HashSet::new();
    for node in document.nodes().filter(|node| node.key() == Some("$ref")) {
        if let Ok(target) = refs::target(node) {
            // A reference into a component uses the component.
            let mut here = Some(target);
            while let Some(at) = here.filter(|at| found.insert(at.id())) {
                here = at.parent();
            }
        }
    }
    found
}
