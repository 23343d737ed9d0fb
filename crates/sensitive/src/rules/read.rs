//! A user's own rules out of a YAML file.

use super::{Check, Exception, Fields, OwnRule, RULES, Rules, Side};
use crate::Class;
use crate::kind::{Kind, OwnKind, intern, is_word};
use crate::names::Plain;
use palisade_document::config::{Mistake, Reader};
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use palisade_limits::{Pattern, PatternLimits};
use std::collections::BTreeMap;

/// Most exceptions of a file.
const EXCEPTIONS: usize = 10_000;
/// Most names or patterns in one list.
const LIST: usize = 200;

impl Rules {
    /// Reads a file of rules.
    ///
    /// # Errors
    /// Everything that is wrong in it, each with its line and column.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Rules, Vec<Mistake>> {
        let (reader, document) = Reader::open(name, bytes);
        let mut file = File { reader, kinds: BTreeMap::new() };
        let rules = Rules { source: bytes.into(), ..file.rules(document.root()) };
        file.reader.done(rules)
    }
}

struct File {
    reader: Reader,
    /// What a rule said of each own kind.
    kinds: BTreeMap<String, OwnKind>,
}

impl File {
    fn rules(&mut self, root: NodeRef<'_>) -> Rules {
        let mut rules = Rules::default();
        if !self.reader.object(root, "the file", &["version", "rules", "exceptions"]) {
            return rules;
        }
        if let Some(version) = root.get("version").filter(|version| version.scalar_text() != "1") {
            self.reader.wrong(version, "`version` must be 1");
        }
        let mut ids: Vec<String> = Vec::new();
        let nodes = self.reader.list(root, "rules");
        if let Some(beyond) = nodes.get(RULES) {
            self.reader.wrong(*beyond, format!("there are more than {RULES} rules"));
        }
        for node in nodes.into_iter().take(RULES) {
            rules.own.extend(self.rule(node, &mut ids));
        }
        let nodes = self.reader.list(root, "exceptions");
        if let Some(beyond) = nodes.get(EXCEPTIONS) {
            self.reader.wrong(*beyond, format!("there are more than {EXCEPTIONS} exceptions"));
        }
        for node in nodes.into_iter().take(EXCEPTIONS) {
            rules.exceptions.extend(self.exception(node));
        }
        rules
    }

    fn rule(&mut self, node: NodeRef<'_>, ids: &mut Vec<String>) -> Option<OwnRule> {
        let keys = ["id", "name", "kind", "category", "severity", "field", "value", "checksum", "where", "ignore"];
        if !self.reader.object(node, "a rule", &keys) {
            return None;
        }
        let id = self.reader.required(node, "id").map(str::to_owned);
        if let Some(id) = id {
            if ids.contains(&id) {
                self.reader.wrong(node, format!("there are two rules with the id {}", quote(&id)));
            }
            ids.push(id);
        }
        let kind = self.kind(node);
        let fields = node.get("field").map(|_| self.fields(node, "field"));
        let value = self.pattern(node);
        let check = self.reader.text(node, "checksum").and_then(|word| {
            let check = Check::from_word(word);
            if check.is_none() {
                let national: Vec<&str> = crate::Scheme::WORDS.iter().map(|(word, _)| *word).collect();
                let message = format!(
                    "`checksum` is {}, not luhn, mod97, verhoeff, mod11-10 or a national number: {}",
                    quote(word),
                    national.join(", ")
                );
                self.reader.wrong(node.get("checksum").unwrap_or(node), message);
            }
            check
        });
        if node.get("field").is_none() && node.get("value").is_none() {
            self.reader.wrong(node, "a rule needs `field`, `value`, or both");
        }
        let side = self.side(node);
        let ignored = self.fields(node, "ignore");
        Some(OwnRule { kind: kind?, fields, value, check, side, ignored })
    }

    /// The kind of a rule: a built-in one, or an own word with what is said of it.
    fn kind(&mut self, node: NodeRef<'_>) -> Option<Kind> {
        let word = self.reader.required(node, "kind")?;
        let place = node.get("kind").unwrap_or(node);
        let class = self.word(node, "category", Class::from_word, &Class::ALL.map(Class::as_str));
        let severity: Option<Severity> = self.reader.parsed(node, "severity");
        let title = self.reader.text(node, "name");
        if let Some(kind) = Kind::from_word(word) {
            for key in ["category", "severity"] {
                if let Some(said) = node.get(key) {
                    let message = format!(
                        "`{key}` is known of the built-in kind {word}: leave it out, or use a word of your own"
                    );
                    self.reader.wrong(said, message);
                }
            }
            return Some(kind);
        }
        if !is_word(word) {
            let message = format!(
                "`kind` is {}: lower-case letters, digits and hyphens, at most {} of them",
                quote(word),
                crate::kind::MAX_WORD
            );
            self.reader.wrong(place, message);
            return None;
        }
        let own = OwnKind {
            word: word.into(),
            title: title.map_or_else(|| format!("data of the kind {word}"), str::to_owned).into(),
            class: class.unwrap_or(Class::Other),
            severity: severity.unwrap_or(Severity::Medium),
        };
        let own = match self.kinds.get(word) {
            // A second rule for a kind need not say again what it is.
            Some(first)
                if class.is_none_or(|class| class == first.class)
                    && severity.is_none_or(|severity| severity == first.severity) =>
            {
                first.clone()
            }
            Some(_) => {
                self.reader
                    .wrong(place, format!("the kind {word} has another `category` or `severity` in a rule before"));
                return None;
            }
            None => {
                self.kinds.insert(word.to_owned(), own.clone());
                own
            }
        };
        let kind = intern(&own);
        if kind.is_none() {
            self.reader.wrong(place, "there are more kinds of one's own than this process can keep apart (256)");
        }
        kind
    }

    fn word<T>(&mut self, node: NodeRef<'_>, key: &str, read: impl Fn(&str) -> Option<T>, words: &[&str]) -> Option<T> {
        let word = self.reader.text(node, key)?;
        let known = read(word);
        if known.is_none() {
            let message = format!("`{key}` is {}, not one of {}", quote(word), words.join(", "));
            self.reader.wrong(node.get(key).unwrap_or(node), message);
        }
        known
    }

    fn side(&mut self, node: NodeRef<'_>) -> Option<Side> {
        let words = ["request", "response", "any"];
        let side = |word: &str| match word {
            "request" => Some(Some(Side::Request)),
            "response" => Some(Some(Side::Response)),
            "any" => Some(None),
            _ => None,
        };
        self.word(node, "where", side, &words).flatten()
    }

    /// Names of fields with `*`, told without case and separators.
    fn fields(&mut self, node: NodeRef<'_>, key: &str) -> Fields {
        let mut fields = Vec::new();
        let texts = self.reader.texts(node, key);
        if let Some((_, beyond)) = texts.get(LIST) {
            self.reader.wrong(*beyond, format!("`{key}` has more than {LIST} names"));
        }
        for (text, place) in texts.into_iter().take(LIST) {
            let parts: Option<Vec<Plain>> = text.split('*').map(Plain::of).collect();
            let joined: Option<Vec<&str>> = parts
                .as_ref()
                .and_then(|parts| parts.iter().map(|part| std::str::from_utf8(part.joined()).ok()).collect());
            match joined.map(|joined| joined.join("*")).filter(|pattern| !pattern.is_empty()) {
                Some(pattern) => fields.push(pattern.into_boxed_str()),
                None => self.reader.wrong(place, format!("`{key}`: {} is no name of a field", quote(text))),
            }
        }
        Fields(fields)
    }

    /// The pattern that the whole value must match, in linear time.
    fn pattern(&mut self, node: NodeRef<'_>) -> Option<Pattern> {
        let text = self.reader.text(node, "value")?;
        let limits = PatternLimits { text: 2 << 10, program: 256 << 10, ..PatternLimits::default() };
        let wrong = match Pattern::new(&format!("^(?:{text})$"), &limits) {
            Ok(pattern) if !pattern.is_linear() => "it looks around or back, which takes time without bound".to_owned(),
            Ok(pattern) if pattern.is_match("") == Ok(true) => "it matches the empty text".to_owned(),
            Ok(pattern) => return Some(pattern),
            Err(error) => error.to_string(),
        };
        self.reader.wrong(node.get("value").unwrap_or(node), format!("`value`: {wrong}"));
        None
    }

    fn exception(&mut self, node: NodeRef<'_>) -> Option<Exception> {
        if !self.reader.object(node, "an exception", &["kind", "field", "operation", "where", "reason"]) {
            return None;
        }
        let mut kinds: Vec<Box<str>> = Vec::new();
        if node.get("kind").is_none() {
            self.reader.wrong(node, "`kind` is missing");
        }
        for (word, place) in self.reader.texts(node, "kind") {
            if Kind::from_word(word).is_none() && !self.kinds.contains_key(word) {
                let built_in = Kind::ALL.map(Kind::as_str).join(", ");
                let message = format!("{} is neither a kind of the rules above nor built in: {built_in}", quote(word));
                self.reader.wrong(place, message);
            }
            kinds.push(word.into());
        }
        self.reader.required(node, "reason");
        let fields = node.get("field").map(|_| self.fields(node, "field"));
        let operation = self.reader.text(node, "operation").map(Into::into);
        if fields.is_none() && operation.is_none() {
            self.reader.wrong(node, "an exception needs `field`, `operation`, or both");
        }
        Some(Exception { kinds, fields, operation, side: self.side(node) })
    }
}
