//! Values and keys as text.

use super::Editor;
use super::style::Style;
use crate::emit::{double_quoted, is_printable, json_string, plain_is_safe};
use crate::tree::{NodeId, NodeRef};
use serde_json::Value;

/// Text in quotes of the given kind, where it can stand in them.
pub(super) fn quoted(text: &str, quote: char) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    if quote == '\'' && text.chars().all(is_printable) {
        out.push('\'');
        out.push_str(&text.replace('\'', "''"));
        out.push('\'');
    } else {
        double_quoted(&mut out, text);
    }
    out
}

/// A YAML string, plain where that is safe.
pub(super) fn yaml_string(text: &str, quote: char, flow: bool) -> String {
    let plain = plain_is_safe(text) && !(flow && text.contains([',', '[', ']', '{', '}']));
    if plain { text.to_owned() } else { quoted(text, quote) }
}

/// A JSON string.
pub(super) fn json_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    json_string(&mut out, text);
    out
}

impl Editor<'_> {
    /// Whether a key beside a quoted one has to be in quotes: it needs them, or the other one had none to need.
    pub(super) fn quotes_matter(&self, neighbour: NodeId, key: &str) -> bool {
        let other = self.raw(neighbour).map(NodeRef::own_key).unwrap_or_default();
        !plain_is_safe(key) || plain_is_safe(other)
    }

    /// A string written in the way `like` is: in its quotes, or plain.
    pub(super) fn string_like(&self, like: &str, text: &str, flow: bool) -> String {
        if self.style.unit.is_some() || self.document.format() == crate::tree::Format::Json {
            return json_text(text);
        }
        match like.chars().next() {
            Some(quote @ ('\'' | '"')) => quoted(text, quote),
            _ => yaml_string(text, self.style.quote, flow),
        }
    }
}

/// How a member or item in brackets or braces is written.
pub(super) struct Flow<'s> {
    pub(super) json: bool,
    pub(super) quote: char,
    /// Keys stand in quotes although they need none.
    pub(super) quoted_keys: bool,
    /// Between key and value.
    pub(super) colon: &'s str,
    /// Behind a comma on the same line.
    pub(super) space: &'s str,
    /// One level of indentation, where collections take several lines.
    pub(super) unit: Option<&'s str>,
    pub(super) eol: &'static str,
}

impl Flow<'_> {
    /// A key.
    pub(super) fn key(&self, key: &str) -> String {
        if self.json {
            json_text(key)
        } else if self.quoted_keys {
            quoted(key, self.quote)
        } else {
            yaml_string(key, self.quote, true)
        }
    }

    /// A value whose first line is indented by `lead`.
    pub(super) fn value(&self, value: &Value, lead: &str) -> String {
        let (open, close, parts) = match value {
            Value::String(text) if self.json => return json_text(text),
            Value::String(text) => return yaml_string(text, self.quote, true),
            Value::Array(items) if items.is_empty() => return "[]".to_owned(),
            Value::Object(members) if members.is_empty() => return "{}".to_owned(),
            Value::Array(items) => {
                let deeper = self.deeper(lead);
                ('[', ']', items.iter().map(|item| self.value(item, &deeper)).collect::<Vec<_>>())
            }
            Value::Object(members) => {
                let deeper = self.deeper(lead);
                let member = |(key, value): (&String, &Value)| self.key(key) + self.colon + &self.value(value, &deeper);
                ('{', '}', members.iter().map(member).collect())
            }
            other => return other.to_string(),
        };
        let mut out = String::from(open);
        match self.unit {
            Some(_) => {
                let deeper = self.deeper(lead);
                for (at, part) in parts.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    out.push_str(self.eol);
                    out.push_str(&deeper);
                    out.push_str(part);
                }
                out.push_str(self.eol);
                out.push_str(lead);
            }
            None => out.push_str(&parts.join(&format!(",{}", self.space))),
        }
        out.push(close);
        out
    }

    fn deeper(&self, lead: &str) -> String {
        format!("{lead}{}", self.unit.unwrap_or_default())
    }
}

/// A value behind a key or dash whose line is indented by `column`, with the space or line break before it.
pub(super) fn block_value(style: &Style, value: &Value, column: usize, dash: bool) -> String {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let inner = column + if dash { 2 } else { style.step };
            let mut out = String::new();
            for (at, (key, value)) in members.iter().enumerate() {
                if dash && at == 0 {
                    out.push(' ');
                } else {
                    out.push_str(style.eol);
                    out.push_str(&" ".repeat(inner));
                }
                out.push_str(&yaml_string(key, style.quote, false));
                out.push(':');
                out.push_str(&block_value(style, value, inner, false));
            }
            out
        }
        Value::Array(items) if !items.is_empty() => {
            let inner = column + if dash { 2 } else { style.dash };
            let mut out = String::new();
            for (at, item) in items.iter().enumerate() {
                if dash && at == 0 {
                    out.push(' ');
                } else {
                    out.push_str(style.eol);
                    out.push_str(&" ".repeat(inner));
                }
                out.push('-');
                out.push_str(&block_value(style, item, inner, true));
            }
            out
        }
        Value::Object(_) => " {}".to_owned(),
        Value::Array(_) => " []".to_owned(),
        Value::String(text) => format!(" {}", yaml_string(text, style.quote, false)),
        other => format!(" {other}"),
    }
}
