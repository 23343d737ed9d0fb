//! Reading rules of the configuration.

use super::case::Case;
use super::function::Function;
use super::{Assert, Condition, Custom, Field, Role, Select};
use crate::index::Version;
use crate::rules::RULES;
use palisade_document::config::{Origin, Reader};
use palisade_document::path::Path;
use palisade_document::{Document, Kind, NodeRef, quote};
use palisade_finding::{Glob, Severity};
use palisade_limits::{Pattern, PatternLimits};
use palisade_schema::{Compiler, Dialect, pattern};
use std::sync::Arc;

/// Rules taken from one file.
const MAX_RULES: usize = 2000;

const KEYS: [&str; 13] = [
    "id",
    "name",
    "description",
    "message",
    "severity",
    "category",
    "fix",
    "reference",
    "formats",
    "select",
    "jsonpath",
    "assert",
    "comment",
];

/// Reads the rules of a list.
pub(in crate::policy) fn read(reader: &mut Reader, document: &Arc<Document>, list: &[NodeRef<'_>]) -> Vec<Arc<Custom>> {
    let mut rules: Vec<Arc<Custom>> = Vec::new();
    for node in list {
        if rules.len() >= MAX_RULES {
            reader.wrong(*node, format!("more than {MAX_RULES} rules"));
            break;
        }
        if let Some(rule) = one(reader, document, *node) {
            if rules.iter().any(|other| other.id.eq_ignore_ascii_case(&rule.id)) {
                reader.wrong(*node, format!("there are two rules {}", rule.id));
            }
            rules.push(Arc::new(rule));
        }
    }
    rules
}

fn one(reader: &mut Reader, document: &Arc<Document>, node: NodeRef<'_>) -> Option<Custom> {
    if !reader.object(node, "a rule", &KEYS) {
        return None;
    }
    let id = reader.required(node, "id").unwrap_or_default().to_owned();
    let place = node.get("id").unwrap_or(node);
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    if !id.is_empty() && (id.len() > 100 || !id.starts_with(|c: char| c.is_ascii_alphabetic()) || !id.chars().all(fits))
    {
        reader.wrong(place, "an id is a letter and up to 99 letters, digits, `-`, `_`, `.` and `:`");
    }
    let taken = |rule: &&&crate::Rule| rule.id.eq_ignore_ascii_case(&id) || rule.name == id;
    if let Some(rule) = RULES.iter().find(taken) {
        reader.wrong(place, format!("{} is a rule of Palisade's own", rule.id));
    }
    let message = reader.text(node, "message").map(str::to_owned);
    let what = reader.text(node, "description").map(str::to_owned);
    let select = select(reader, node);
    let asserts = asserts(reader, document, node);
    let mut versions = Vec::new();
    for (word, place) in reader.texts(node, "formats") {
        match word {
            "oas2" => versions.push(Version::V2),
            "oas3" => versions.extend([Version::V30, Version::V31]),
            "oas3.0" | "oas3_0" => versions.push(Version::V30),
            "oas3.1" | "oas3_1" | "oas3.2" | "oas3_2" => versions.push(Version::V31),
            _ => reader.wrong(place, "a format is oas2, oas3, oas3.0 or oas3.1"),
        }
    }
    Some(Custom {
        name: reader.text(node, "name").map_or_else(|| id.to_ascii_lowercase(), str::to_owned),
        what: what.or_else(|| message.clone()).unwrap_or_else(|| format!("The rule {id} of the configuration.")),
        severity: reader.parsed(node, "severity").unwrap_or(Severity::Low),
        category: reader.text(node, "category").unwrap_or("custom").to_owned(),
        fix: reader.text(node, "fix").map(str::to_owned),
        reference: reader.text(node, "reference").map(str::to_owned),
        origin: Origin::of(node),
        id,
        message,
        versions,
        select: select?,
        asserts,
    })
}

fn select(reader: &mut Reader, node: NodeRef<'_>) -> Option<Select> {
    let paths = reader.texts(node, "jsonpath");
    match (node.get("select"), paths.is_empty()) {
        (Some(select), false) => {
            reader.wrong(select, "a rule has either `select` or `jsonpath`");
            None
        }
        (None, true) => {
            reader.wrong(node, "`select` or `jsonpath` is missing");
            None
        }
        (None, false) => {
            let mut read = Vec::new();
            for (text, place) in paths {
                match Path::parse(text) {
                    Ok(path) => read.push(path),
                    Err(error) => reader.wrong(place, format!("{} is no path: {error}", quote(text))),
                }
            }
            Some(Select::Paths(read))
        }
        (Some(select), true) => {
            if !reader.object(select, "`select`", &["role", "where"]) {
                return None;
            }
            let word = reader.required(select, "role")?;
            let Some((_, role)) = Role::ALL.iter().find(|(known, _)| *known == word) else {
                let known: Vec<&str> = Role::ALL.iter().map(|(word, _)| *word).collect();
                reader.wrong(select.get("role").unwrap_or(select), format!("`role` is one of {}", known.join(", ")));
                return None;
            };
            let mut conditions = Vec::new();
            if let Some(object) = select.get("where") {
                if !object.is_object() {
                    reader.wrong(object, "`where` is no object");
                }
                for member in object.members() {
                    // Methods are upper case in the index.
                    let upper = *role == Role::Operation && member.key == "method";
                    let glob = |node: NodeRef<'_>| match upper {
                        true => Glob::new(&node.scalar_text().to_ascii_uppercase()),
                        false => Glob::new(node.scalar_text()),
                    };
                    let values = match member.value.kind() {
                        Kind::Null => Vec::new(),
                        Kind::Array => member.value.items().map(glob).collect(),
                        Kind::Object => {
                            reader.wrong(member.value, "a condition is a value or a list of values");
                            continue;
                        }
                        _ => vec![glob(member.value)],
                    };
                    conditions.push(Condition { key: member.key.to_owned(), values });
                }
            }
            Some(Select::Role { role: *role, conditions })
        }
    }
}

fn asserts(reader: &mut Reader, document: &Arc<Document>, node: NodeRef<'_>) -> Vec<Assert> {
    let list: Vec<NodeRef<'_>> = match node.get("assert") {
        None => {
            reader.wrong(node, "`assert` is missing");
            Vec::new()
        }
        Some(one) if one.is_object() => vec![one],
        Some(_) => reader.list(node, "assert"),
    };
    let mut asserts = Vec::new();
    for one in list {
        if !reader.object(one, "an assertion", &["field", "function", "options"]) {
            continue;
        }
        let field = match reader.text(one, "field") {
            None => Field::Itself,
            Some("@key") => Field::Key,
            Some(text) if text.starts_with('$') => match Path::parse(text) {
                Ok(path) => Field::Path(path),
                Err(error) => {
                    reader.wrong(one.get("field").unwrap_or(one), format!("{} is no path: {error}", quote(text)));
                    continue;
                }
            },
            Some(text) => Field::Member(text.to_owned()),
        };
        if let Some(function) = function(reader, document, one) {
            asserts.push(Assert { field, function });
        }
    }
    asserts
}

/// The functions by their words, with the options each knows.
const FUNCTIONS: [(&str, &[&str]); 15] = [
    ("truthy", &[]),
    ("falsy", &[]),
    ("defined", &[]),
    ("undefined", &[]),
    ("pattern", &["match", "notMatch"]),
    ("casing", &["type", "disallowDigits", "separator"]),
    ("enumeration", &["values"]),
    ("length", &["min", "max"]),
    ("schema", &["schema", "dialect", "allErrors"]),
    ("alphabetical", &["keyedBy"]),
    ("xor", &["properties"]),
    ("or", &["properties"]),
    ("typedEnum", &[]),
    ("unreferenced", &["reusableObjectsLocation"]),
    ("unreferencedReusableObject", &["reusableObjectsLocation"]),
];

fn function(reader: &mut Reader, document: &Arc<Document>, node: NodeRef<'_>) -> Option<Function> {
    let word = reader.required(node, "function")?;
    let place = node.get("function").unwrap_or(node);
    let Some((_, keys)) = FUNCTIONS.iter().find(|(known, _)| *known == word) else {
        let known: Vec<&str> = FUNCTIONS.iter().map(|(word, _)| *word).collect();
        reader.wrong(place, format!("`function` is one of {}", known.join(", ")));
        return None;
    };
    let options = node.get("options").filter(|options| !options.is_null());
    if let Some(options) = options
        && !reader.object(options, "`options`", keys)
    {
        return None;
    }
    // Without options every look-up comes to nothing.
    let options = options.unwrap_or(place);
    let needed = |reader: &mut Reader, what: &str| reader.wrong(place, format!("`{word}` needs {what}"));
    let names = |reader: &mut Reader, key: &str| -> Vec<String> {
        reader.texts(options, key).into_iter().map(|(text, _)| text.to_owned()).collect()
    };
    Some(match word {
        "truthy" => Function::Truthy,
        "falsy" => Function::Falsy,
        "defined" => Function::Defined,
        "undefined" => Function::Undefined,
        "pattern" => {
            let wanted = regex(reader, options, "match");
            let unwanted = regex(reader, options, "notMatch");
            if options.get("match").is_none() && options.get("notMatch").is_none() {
                needed(reader, "`match` or `notMatch`");
            }
            Function::Pattern { wanted, unwanted }
        }
        "casing" => {
            let word = reader.text(options, "type").unwrap_or_default();
            let Some((_, case)) = Case::ALL.iter().find(|(known, _)| *known == word) else {
                needed(reader, "a `type`: flat, camel, pascal, kebab, cobol, snake or macro");
                return None;
            };
            let separator = options.get("separator");
            let char = separator
                .and_then(|one| one.get("char"))
                .and_then(NodeRef::as_str)
                .and_then(|text| text.chars().next());
            let leading = separator.and_then(|one| one.get("allowLeading")).and_then(NodeRef::as_bool) == Some(true);
            let digits = reader.flag(options, "disallowDigits") != Some(true);
            Function::Casing { case: *case, digits, separator: char, leading }
        }
        "enumeration" => {
            let values = names(reader, "values");
            if values.is_empty() {
                needed(reader, "`values`");
            }
            Function::Enumeration(values)
        }
        "length" => {
            let (min, max) = (reader.parsed(options, "min"), reader.parsed(options, "max"));
            if options.get("min").is_none() && options.get("max").is_none() {
                needed(reader, "`min` or `max`");
            }
            Function::Length { min, max }
        }
        "schema" => {
            let Some(schema) = options.get("schema") else {
                needed(reader, "a `schema`");
                return None;
            };
            let mut compiler = Compiler::new(Arc::clone(document), Dialect::Draft202012);
            let id = compiler.add(schema.id());
            let (set, problems) = compiler.finish();
            for problem in problems {
                reader.wrong(document.node(problem.node), problem.message);
            }
            Function::Schema { set: Arc::new(set), id }
        }
        "alphabetical" => Function::Alphabetical { keyed_by: reader.text(options, "keyedBy").map(str::to_owned) },
        "xor" | "or" => {
            let properties = names(reader, "properties");
            if properties.is_empty() {
                needed(reader, "`properties`");
            }
            if word == "xor" { Function::Xor(properties) } else { Function::Or(properties) }
        }
        "typedEnum" => Function::TypedEnum,
        _ => Function::Unreferenced,
    })
}

/// A pattern, bare or between slashes with flags.
fn regex(reader: &mut Reader, options: NodeRef<'_>, key: &str) -> Option<(Pattern, String)> {
    let text = reader.text(options, key)?;
    let place = options.get(key).unwrap_or(options);
    let between = text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    let (body, flags) = between.unwrap_or((text, ""));
    if let Some(flag) = flags.chars().find(|flag| !matches!(flag, 'i' | 'm' | 's' | 'u' | 'g')) {
        reader.wrong(place, format!("`{key}`: the flag `{flag}` is not known"));
        return None;
    }
    let flags: String = flags.chars().filter(|flag| matches!(flag, 'i' | 'm' | 's')).collect();
    let translated = match pattern::translate(body) {
        Ok(translated) => translated.text,
        Err(error) => {
            reader.wrong(place, format!("`{key}`: {error}"));
            return None;
        }
    };
    let whole = if flags.is_empty() { translated } else { format!("(?{flags}){translated}") };
    match Pattern::new(&whole, &PatternLimits::default()) {
        Ok(pattern) => Some((pattern, text.to_owned())),
        Err(error) => {
            reader.wrong(place, format!("`{key}`: {error}"));
            None
        }
    }
}
