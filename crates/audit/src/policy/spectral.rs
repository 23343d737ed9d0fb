//! Spectral's rulesets, turned into rules of the configuration.

use super::config::Config;
use super::rules_named;
use palisade_document::config::{Mistake, Origin, Reader};
use palisade_document::{NodeRef, emit, quote};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Bytes of one rule, written as JSON.
const MAX_RULE: usize = 256 << 10;
/// Aliases inside aliases that are followed.
const MAX_ALIASES: usize = 16;
/// Paths one rule may come to through aliases.
const MAX_PATHS: usize = 1000;

/// A ruleset as our configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The configuration, as YAML.
    pub text: String,
    /// How many rules it has.
    pub rules: usize,
    /// How many severities of built-in rules it sets.
    pub severities: usize,
    /// What has no counterpart and was left out, in the order of the file.
    pub left_out: Vec<Mistake>,
}

/// Turns a ruleset of Spectral's into a configuration: rules with their paths, assertions and severities, and the
/// severities of rules that have a counterpart here. What has none is left out and told.
///
/// # Errors
/// The file is no readable YAML or JSON, or no object with `rules`.
pub fn import_spectral(name: &str, bytes: &[u8]) -> Result<Imported, Vec<Mistake>> {
    let (mut reader, document) = Reader::open(name, bytes);
    let root = document.root();
    if reader.mistakes.is_empty() && !root.get("rules").is_some_and(NodeRef::is_object) {
        reader.wrong(root, "no ruleset: `rules` is missing or no object");
    }
    reader.done(())?;
    let mut import = Import { left_out: Vec::new(), aliases: HashMap::new() };
    for member in root.members() {
        match member.key {
            "rules" | "aliases" | "description" | "documentationUrl" | "formats" => {}
            "extends" if extends_only_known(member.value) => {}
            "extends" => import.leave(member.value, "`extends`: import the other ruleset by itself"),
            "functions" | "functionsDir" => {
                import.leave(member.value, format!("`{}`: functions are code, which is not run", member.key));
            }
            other => import.leave(member.value, format!("{} has no counterpart", quote(other))),
        }
    }
    for alias in root.get("aliases").into_iter().flat_map(NodeRef::members) {
        let targets = alias.value.get("targets").map(|targets| targets.items().collect::<Vec<_>>());
        let given = match targets {
            Some(targets) => targets.iter().filter_map(|one| one.get("given")).flat_map(texts).collect(),
            None => texts(alias.value),
        };
        import.aliases.insert(alias.key, given);
    }
    let formats = root.get("formats").map(texts).unwrap_or_default();
    let mut severities = Map::new();
    let mut rules = Vec::new();
    for member in root.get("rules").into_iter().flat_map(NodeRef::members) {
        if member.value.is_object() {
            rules.extend(import.rule(member.key, member.value, &formats));
        } else if rules_named(member.key).is_empty() {
            import.leave(member.value, format!("{} is a rule without a counterpart here", quote(member.key)));
        } else {
            match level(member.value) {
                Some(Some(level)) => {
                    severities.insert(member.key.to_owned(), json!(level));
                }
                // Switched on as it is: so are ours.
                Some(None) => {}
                None => import.leave(member.value, format!("{}: no severity", quote(member.key))),
            }
        }
    }
    let (count, levels) = (rules.len(), severities.len());
    let mut audit = Map::new();
    if !severities.is_empty() {
        audit.insert("severity".to_owned(), Value::Object(severities));
    }
    audit.insert("rules".to_owned(), Value::Array(rules));
    let text = emit::to_yaml(&json!({"version": 1, "audit": audit}));
    import.left_out.sort();
    Ok(Imported { text, rules: count, severities: levels, left_out: import.left_out })
}

struct Import<'a> {
    left_out: Vec<Mistake>,
    aliases: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Import<'a> {
    fn leave(&mut self, node: NodeRef<'_>, message: impl Into<String>) {
        let Origin { file, line, column } = Origin::of(node);
        self.left_out.push(Mistake { file, line, column, message: message.into() });
    }

    /// A rule in our words, when our reader takes it.
    fn rule(&mut self, id: &str, node: NodeRef<'a>, formats: &[&str]) -> Option<Value> {
        let shown = quote(id);
        let mut rule = Map::new();
        rule.insert("id".to_owned(), json!(id));
        for (theirs, ours) in
            [("description", "description"), ("message", "message"), ("documentationUrl", "reference")]
        {
            if let Some(text) = node.get(theirs).and_then(NodeRef::as_str).filter(|text| !text.trim().is_empty()) {
                rule.insert(ours.to_owned(), json!(text));
            }
        }
        let level = node.get("severity").map_or(Some(Some("medium")), level);
        match level {
            Some(Some("off")) => {
                self.leave(node, format!("{shown} is switched off"));
                return None;
            }
            Some(level) => rule.insert("severity".to_owned(), json!(level.unwrap_or("medium"))),
            None => {
                self.leave(node, format!("{shown}: its severity is none of error, warn, info, hint, off"));
                return None;
            }
        };
        if node.get("enabled").and_then(NodeRef::as_bool) == Some(false)
            || node.get("recommended").and_then(NodeRef::as_bool) == Some(false)
        {
            self.leave(node, format!("{shown} is not switched on by itself (`recommended: false`)"));
            return None;
        }
        let own = node.get("formats").map(texts).unwrap_or_default();
        let formats = if own.is_empty() { formats.to_vec() } else { own };
        if !formats.is_empty() {
            rule.insert("formats".to_owned(), json!(formats));
        }
        let given = node.get("given").map(texts).unwrap_or_default();
        let Some(paths) = self.paths(&given) else {
            self.leave(node, format!("{shown}: an alias in `given` is not there, or they lead in a circle"));
            return None;
        };
        rule.insert("jsonpath".to_owned(), json!(paths));
        let then = match node.get("then") {
            Some(then) if then.is_array() => then.items().collect(),
            Some(then) => vec![then],
            None => Vec::new(),
        };
        let mut asserts = Vec::new();
        for one in then {
            let mut assert = Map::new();
            for (theirs, ours) in [("field", "field"), ("function", "function"), ("functionOptions", "options")] {
                let Some(value) = one.get(theirs) else { continue };
                let text = emit::node_to_json_pretty(value, MAX_RULE).ok();
                let Some(value) = text.and_then(|text| serde_json::from_str::<Value>(&text).ok()) else {
                    self.leave(value, format!("{shown}: `{theirs}` is too large"));
                    return None;
                };
                assert.insert(ours.to_owned(), value);
            }
            asserts.push(Value::Object(assert));
        }
        rule.insert("assert".to_owned(), Value::Array(asserts));
        // What our own reader says about it is what is not supported.
        let rule = Value::Object(rule);
        let config = json!({"audit": {"rules": [rule]}}).to_string();
        match Config::read("", config.as_bytes()) {
            Ok(_) => Some(rule),
            Err(mistakes) => {
                let told: Vec<&str> = mistakes.iter().map(|mistake| mistake.message.as_str()).collect();
                self.leave(node, format!("{shown}: {}", told.join("; ")));
                None
            }
        }
    }

    /// Paths with their aliases (`#Name`, and what follows it) put in.
    fn paths(&self, given: &[&'a str]) -> Option<Vec<String>> {
        let mut open: Vec<(String, usize)> = given.iter().rev().map(|path| ((*path).to_owned(), 0)).collect();
        let mut paths = Vec::new();
        while let Some((path, depth)) = open.pop() {
            let Some(rest) = path.strip_prefix('#') else {
                paths.push(path);
                continue;
            };
            let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(rest.len());
            let (name, behind) = rest.split_at(end);
            let list = self.aliases.get(name)?;
            if depth >= MAX_ALIASES || open.len() + paths.len() + list.len() > MAX_PATHS {
                return None;
            }
            open.extend(list.iter().rev().map(|one| (format!("{one}{behind}"), depth + 1)));
        }
        Some(paths)
    }
}

/// Rulesets that our own rules stand for.
fn extends_only_known(node: NodeRef<'_>) -> bool {
    let known = |text: &str| text.starts_with("spectral:") || text.contains("owasp");
    let name = |one: NodeRef<'_>| one.as_str().or_else(|| one.items().next()?.as_str()).is_some_and(known);
    match node.as_str() {
        Some(text) => known(text),
        None => node.items().all(name),
    }
}

fn texts(node: NodeRef<'_>) -> Vec<&str> {
    match node.as_str() {
        Some(text) => vec![text],
        None => node.items().filter_map(NodeRef::as_str).collect(),
    }
}

/// A severity in our words; `Some(None)` for "as it is".
fn level(node: NodeRef<'_>) -> Option<Option<&'static str>> {
    Some(match node.scalar_text() {
        "error" | "0" => Some("high"),
        "warn" | "1" => Some("medium"),
        "info" | "2" => Some("low"),
        "hint" | "3" => Some("info"),
        "off" | "false" | "-1" => Some("off"),
        "true" | "on" | "all" | "recommended" => None,
        _ => return None,
    })
}
