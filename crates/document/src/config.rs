//! Reading configuration files of ours: unknown keys and wrong types are mistakes, each with its place.

use crate::{Document, Kind, Limits, NodeRef, Span, quote, read};
use std::fmt;
use std::sync::Arc;

/// One mistake in a file of ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

impl std::error::Error for Mistake {}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl Origin {
    /// The place of a value.
    pub fn of(node: NodeRef<'_>) -> Origin {
        let position = node.position();
        Origin { file: node.document().name().to_owned(), line: position.line, column: position.column }
    }
}

/// Reads the objects of a configuration file and collects what is wrong with them.
#[derive(Debug, Default)]
pub struct Reader {
    /// What was wrong so far.
    pub mistakes: Vec<Mistake>,
}

/// Limits of files of ours: 4 MiB.
fn limits() -> Limits {
    Limits { bytes: 4 << 20, nodes: 500_000, depth: 64, aliases: 100, ..Limits::default() }
}

impl Reader {
    /// Reads a whole document; any problem with its text is a mistake.
    pub fn open(name: &str, bytes: &[u8]) -> (Reader, Arc<Document>) {
        let reading = read(name, bytes, &limits());
        let mistakes = reading.problems.iter().map(|problem| Mistake {
            file: name.to_owned(),
            line: problem.position.line,
            column: problem.position.column,
            message: problem.message.clone(),
        });
        (Reader { mistakes: mistakes.collect() }, Arc::new(reading.document))
    }

    /// The value, or every mistake in order of its place.
    pub fn done<T>(mut self, value: T) -> Result<T, Vec<Mistake>> {
        if self.mistakes.is_empty() {
            return Ok(value);
        }
        self.mistakes.sort();
        Err(self.mistakes)
    }

    /// Says that a value is wrong.
    pub fn wrong(&mut self, node: NodeRef<'_>, message: impl Into<String>) {
        self.wrong_at(node.document(), node.span(), message);
    }

    fn wrong_at(&mut self, document: &Document, span: Span, message: impl Into<String>) {
        let position = document.position(span.start);
        let (line, column) = (position.line, position.column);
        self.mistakes.push(Mistake { file: document.name().to_owned(), line, column, message: message.into() });
    }

    /// Whether it is an object with none but these keys. Says so when it is not.
    pub fn object(&mut self, node: NodeRef<'_>, what: &str, keys: &[&str]) -> bool {
        if !node.is_object() {
            self.wrong(node, format!("{what} is {}, not an object", kind(node.kind())));
            return false;
        }
        for member in node.members().filter(|member| !keys.contains(&member.key)) {
            let message = format!("unknown key {}; known here: {}", quote(member.key), keys.join(", "));
            self.wrong_at(node.document(), member.key_span, message);
        }
        true
    }

    /// A text that is not empty; of a number or truth value what was written.
    pub fn text<'a>(&mut self, object: NodeRef<'a>, key: &str) -> Option<&'a str> {
        let node = object.get(key)?;
        match node.kind() {
            Kind::String | Kind::Number | Kind::Bool if !node.scalar_text().trim().is_empty() => {
                Some(node.scalar_text())
            }
            Kind::String => {
                self.wrong(node, format!("`{key}` is empty"));
                None
            }
            other => {
                self.wrong(node, format!("`{key}` is {}, not a text", self::kind(other)));
                None
            }
        }
    }

    /// Like [`text`](Reader::text); that it is missing is a mistake.
    pub fn required<'a>(&mut self, object: NodeRef<'a>, key: &str) -> Option<&'a str> {
        if object.get(key).is_none() {
            self.wrong(object, format!("`{key}` is missing"));
        }
        self.text(object, key)
    }

    /// The items of a list; nothing when it is absent. A single text counts as a list of one.
    pub fn list<'a>(&mut self, object: NodeRef<'a>, key: &str) -> Vec<NodeRef<'a>> {
        match object.get(key) {
            None => Vec::new(),
            Some(node) if node.is_array() => node.items().collect(),
            Some(node) if node.as_str().is_some() => vec![node],
            Some(node) => {
                self.wrong(node, format!("`{key}` is {}, not a list", kind(node.kind())));
                Vec::new()
            }
        }
    }

    /// A list of texts, or a single one.
    pub fn texts<'a>(&mut self, object: NodeRef<'a>, key: &str) -> Vec<(&'a str, NodeRef<'a>)> {
        let mut texts = Vec::new();
        for node in self.list(object, key) {
            match node.kind() {
                Kind::String | Kind::Number | Kind::Bool => texts.push((node.scalar_text(), node)),
                other => self.wrong(node, format!("`{key}` holds {}, not texts", kind(other))),
            }
        }
        texts
    }

    /// A value that its type reads from text.
    pub fn parsed<T>(&mut self, object: NodeRef<'_>, key: &str) -> Option<T>
    where
        T: std::str::FromStr,
        T::Err: fmt::Display,
    {
        let text = self.text(object, key)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                if let Some(node) = object.get(key) {
                    self.wrong(node, format!("`{key}`: {error}"));
                }
                None
            }
        }
    }

    /// A truth value.
    pub fn flag(&mut self, object: NodeRef<'_>, key: &str) -> Option<bool> {
        let node = object.get(key)?;
        if node.as_bool().is_none() {
            self.wrong(node, format!("`{key}` is {}, not true or false", kind(node.kind())));
        }
        node.as_bool()
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "empty",
        Kind::Bool => "a truth value",
        Kind::Number => "a number",
        Kind::String => "a text",
        Kind::Array => "a list",
        Kind::Object => "an object",
    }
}
