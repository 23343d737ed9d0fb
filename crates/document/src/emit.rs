//! Writing trees as YAML and JSON: deterministic, and what is written reads back equal.

use crate::tree::{Document, Kind, NodeId, NodeRef};
use serde_json::Value;
use std::fmt;

/// The text would be longer than allowed: aliases expand when a tree is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text would be longer than allowed")
    }
}

impl std::error::Error for TooLarge {}

/// A JSON value as block-style YAML 1.2, safe to read as YAML 1.1 too. Members keep their order.
pub fn to_yaml(value: &Value) -> String {
    // A value has no aliases, so its text is bounded by its size.
    node_to_yaml(Document::from_value("", value).root(), usize::MAX).unwrap_or_default()
}

/// A JSON value as JSON, indented by two spaces, with a final line end. Members keep their order.
pub fn to_json_pretty(value: &Value) -> String {
    node_to_json_pretty(Document::from_value("", value).root(), usize::MAX).unwrap_or_default()
}

/// A tree as YAML of at most about `max_bytes`.
pub fn node_to_yaml(node: NodeRef<'_>, max_bytes: usize) -> Result<String, TooLarge> {
    let mut out = String::new();
    let mut work = vec![Step::Node { node, indent: 0, after: After::Start }];
    while let Some(step) = work.pop() {
        if out.len() > max_bytes {
            return Err(TooLarge);
        }
        match step {
            Step::Node { node, indent, after } => yaml_node(&mut out, &mut work, node, indent, after),
            Step::Next { parent, child, indent, inline } => {
                let document = parent.document();
                let Some(child) = document.raw_node(child) else { continue };
                if let Some(next) = child.next_sibling() {
                    work.push(Step::Next { parent, child: next.0, indent, inline: false });
                }
                if !inline {
                    spaces(&mut out, indent);
                }
                let value = document.node(child.id());
                if parent.is_object() {
                    let explicit = yaml_key(&mut out, child.own_key());
                    if explicit {
                        out.push('\n');
                        spaces(&mut out, indent);
                    }
                    out.push(':');
                    work.push(Step::Node { node: value, indent, after: After::Key });
                } else {
                    out.push('-');
                    work.push(Step::Node { node: value, indent, after: After::Dash });
                }
            }
        }
    }
    Ok(out)
}

enum Step<'a> {
    Node {
        node: NodeRef<'a>,
        indent: usize,
        after: After,
    },
    /// A child and then its next siblings; `inline`: it begins on the line of the dash before it.
    Next {
        parent: NodeRef<'a>,
        child: u32,
        indent: usize,
        inline: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Start,
    Key,
    Dash,
}

fn yaml_node<'a>(out: &mut String, work: &mut Vec<Step<'a>>, node: NodeRef<'a>, indent: usize, after: After) {
    let first = node.first_child_id();
    match (node.kind(), first) {
        (Kind::Object | Kind::Array, Some(NodeId(child))) => {
            let (indent, inline) = match after {
                After::Start => (indent, true),
                After::Key => {
                    out.push('\n');
                    (indent + 2, false)
                }
                After::Dash => {
                    out.push(' ');
                    (indent + 2, true)
                }
            };
            work.push(Step::Next { parent: node, child, indent, inline });
        }
        (kind, _) => {
            if after != After::Start {
                out.push(' ');
            }
            match kind {
                Kind::Object => out.push_str("{}"),
                Kind::Array => out.push_str("[]"),
                Kind::Null => out.push_str("null"),
                Kind::Bool | Kind::Number => out.push_str(node.scalar_text()),
                Kind::String if after != After::Start && literal_is_safe(node.scalar_text()) => {
                    literal(out, node.scalar_text(), indent + 2);
                    return;
                }
                Kind::String => yaml_string(out, node.scalar_text()),
            }
            out.push('\n');
        }
    }
}

fn spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

/// Writes a key. True when it had to be written as an explicit key (`? key`), its colon on the next line.
fn yaml_key(out: &mut String, key: &str) -> bool {
    // Implicit keys end at 1024 characters, quotes and escapes counted.
    let explicit = key.len() > 120;
    if explicit {
        out.push_str("? ");
    }
    yaml_string(out, key);
    explicit
}

fn yaml_string(out: &mut String, text: &str) {
    if plain_is_safe(text) {
        out.push_str(text);
    } else if !text.contains('\'') && text.contains(['\\', '"']) && text.chars().all(is_printable) {
        out.push('\'');
        out.push_str(text);
        out.push('\'');
    } else {
        double_quoted(out, text);
    }
}

pub(crate) fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

pub(crate) fn double_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_printable(c) => out.push(c),
            c => out.push_str(&format!("\\u{:04X}", c as u32)),
        }
    }
    out.push('"');
}

/// True when a string needs no quotes in block style: it reads as this string in YAML 1.2 and 1.1 alike.
pub(crate) fn plain_is_safe(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    if !(first.is_alphanumeric() || matches!(first, '/' | '_' | '$' | '(' | '^')) || text.ends_with(' ') {
        return false;
    }
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let fits = match c {
            ':' => chars.peek().is_some_and(|next| next.is_alphanumeric() || matches!(next, '/' | '{')),
            '#' => before != ' ',
            ' ' => true,
            c => c.is_ascii_graphic() || c.is_alphanumeric(),
        };
        if !fits {
            return false;
        }
        before = c;
    }
    // Numbers, dates and sexagesimals in either version begin with a digit.
    if first.is_ascii_digit() && !digits_are_text(text) {
        return false;
    }
    !is_word(text)
}

/// True for a text that begins with a digit but that no YAML version reads as number or time.
fn digits_are_text(text: &str) -> bool {
    let number_like = |c: char| c.is_ascii_hexdigit() || "xXoObB_.:+-tTzZ ".contains(c);
    text.chars().any(|c| !number_like(c))
}

/// Words that some YAML version reads as null, boolean, a special float or a merge.
fn is_word(text: &str) -> bool {
    const WORDS: [&str; 12] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// True when several lines can stand as a block literal.
fn literal_is_safe(text: &str) -> bool {
    let body = text.trim_end_matches('\n');
    body.contains('\n')
        && !body.starts_with(['\n', ' ', '\t'])
        && text.len() - body.len() <= 8
        && text
            .split('\n')
            .all(|line| line.chars().all(is_printable) && !line.ends_with(' ') && !line.starts_with('\t'))
}

fn literal(out: &mut String, text: &str, indent: usize) {
    let body = text.trim_end_matches('\n');
    out.push_str(match text.len() - body.len() {
        0 => "|-\n",
        1 => "|\n",
        _ => "|+\n",
    });
    for line in body.split('\n') {
        if !line.is_empty() {
            spaces(out, indent);
            out.push_str(line);
        }
        out.push('\n');
    }
    for _ in 1..text.len() - body.len() {
        out.push('\n');
    }
}

/// A tree as JSON of at most about `max_bytes`, indented by two spaces, with a final line end.
pub fn node_to_json_pretty(node: NodeRef<'_>, max_bytes: usize) -> Result<String, TooLarge> {
    let mut out = json(node, max_bytes, true)?;
    out.push('\n');
    Ok(out)
}

/// A tree as JSON of at most about `max_bytes` on one line. Numbers keep their spelling.
pub fn node_to_json(node: NodeRef<'_>, max_bytes: usize) -> Result<String, TooLarge> {
    json(node, max_bytes, false)
}

fn json(node: NodeRef<'_>, max_bytes: usize, pretty: bool) -> Result<String, TooLarge> {
    enum Step<'a> {
        Node(NodeRef<'a>),
        Next { parent: NodeRef<'a>, child: u32, first: bool },
        Close(char),
    }
    let mut out = String::new();
    let mut depth = 0;
    let mut work = vec![Step::Node(node)];
    let line = |out: &mut String, depth: usize| {
        if pretty {
            out.push('\n');
            spaces(out, depth * 2);
        }
    };
    while let Some(step) = work.pop() {
        if out.len() > max_bytes {
            return Err(TooLarge);
        }
        match step {
            Step::Node(node) => match (node.kind(), node.first_child_id()) {
                (Kind::Object, None) => out.push_str("{}"),
                (Kind::Array, None) => out.push_str("[]"),
                (kind @ (Kind::Object | Kind::Array), Some(NodeId(child))) => {
                    let object = kind == Kind::Object;
                    out.push(if object { '{' } else { '[' });
                    depth += 1;
                    work.push(Step::Close(if object { '}' } else { ']' }));
                    work.push(Step::Next { parent: node, child, first: true });
                }
                (Kind::Null, _) => out.push_str("null"),
                (Kind::Bool | Kind::Number, _) => out.push_str(node.scalar_text()),
                (Kind::String, _) => json_string(&mut out, node.scalar_text()),
            },
            Step::Next { parent, child, first } => {
                let document = parent.document();
                let Some(child) = document.raw_node(child) else { continue };
                if !first {
                    out.push(',');
                }
                line(&mut out, depth);
                if parent.is_object() {
                    json_string(&mut out, child.own_key());
                    out.push_str(if pretty { ": " } else { ":" });
                }
                if let Some(next) = child.next_sibling() {
                    work.push(Step::Next { parent, child: next.0, first: false });
                }
                work.push(Step::Node(document.node(child.id())));
            }
            Step::Close(bracket) => {
                depth -= 1;
                line(&mut out, depth);
                out.push(bracket);
            }
        }
    }
    Ok(out)
}

/// A string as JSON, safe inside JavaScript too.
pub(crate) fn json_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 || matches!(c, '\u{7F}' | '\u{2028}' | '\u{2029}') => {
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// A tree as a JSON value of at most `max_nodes` nodes. Numbers that neither 64-bit integers nor doubles hold
/// become strings; of equal keys the first one counts.
pub fn node_to_value(node: NodeRef<'_>, max_nodes: usize) -> Result<Value, TooLarge> {
    let mut left = max_nodes;
    value(node, &mut left, 0)
}

/// Deepest tree that becomes a value: the reader's own limit.
const MAX_DEPTH: usize = 512;

fn value(node: NodeRef<'_>, left: &mut usize, depth: usize) -> Result<Value, TooLarge> {
    *left = left.checked_sub(1).ok_or(TooLarge)?;
    if depth > MAX_DEPTH {
        return Err(TooLarge);
    }
    Ok(match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => Value::Bool(node.as_bool().unwrap_or_default()),
        Kind::String => Value::String(node.scalar_text().to_owned()),
        Kind::Number => {
            let text = node.scalar_text();
            // A double has a negative zero, an integer has none.
            let number = node.as_i64().filter(|_| text != "-0").map(serde_json::Number::from);
            let number = number.or_else(|| node.as_u64().map(serde_json::Number::from));
            match number.or_else(|| node.as_f64().and_then(serde_json::Number::from_f64)) {
                Some(number) => Value::Number(number),
                None => Value::String(text.to_owned()),
            }
        }
        Kind::Array => {
            Value::Array(node.items().map(|item| value(item, left, depth + 1)).collect::<Result<_, TooLarge>>()?)
        }
        Kind::Object => {
            let mut members = serde_json::Map::new();
            for member in node.members() {
                let value = value(member.value, left, depth + 1)?;
                members.entry(member.key).or_insert(value);
            }
            Value::Object(members)
        }
    })
}
