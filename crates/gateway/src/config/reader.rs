//! Reads one value after the other of the gateway's file, and keeps every mistake with its place.

use super::{ConfigError, read_file};
use palisade_document::{Document, Kind, NodeRef, quote};
use std::path::{Path, PathBuf};

pub(super) struct Reader<'a> {
    pub(super) path: &'a Path,
    pub(super) document: &'a Document,
    pub(super) errors: Vec<ConfigError>,
    pub(super) files: Vec<PathBuf>,
}

impl<'a> Reader<'a> {
    pub(super) fn error(&mut self, offset: u32, message: impl Into<String>) {
        let position = self.document.position(offset);
        let (line, column) = (position.line, position.column);
        self.errors.push(ConfigError { file: self.path.to_owned(), line, column, message: message.into() });
    }

    pub(super) fn wrong(&mut self, node: NodeRef<'_>, what: &str, wanted: &str) {
        self.error(node.span().start, format!("`{what}` is {}, not {wanted}", article(node.kind())));
    }

    /// Complains about keys that nobody knows.
    pub(super) fn known(&mut self, object: NodeRef<'_>, keys: &[&str]) {
        for member in object.members() {
            if !keys.contains(&member.key) {
                let message = format!("unknown key {}; known here: {}", quote(member.key), keys.join(", "));
                self.error(member.key_span.start, message);
            }
        }
    }

    pub(super) fn text(&mut self, object: NodeRef<'a>, key: &str) -> Option<(String, NodeRef<'a>)> {
        let node = object.get(key)?;
        match node.as_str() {
            Some("") => {
                self.error(node.span().start, format!("`{key}` is empty"));
                None
            }
            Some(text) => Some((text.to_owned(), node)),
            None => {
                self.wrong(node, key, "a string");
                None
            }
        }
    }

    pub(super) fn required(&mut self, object: NodeRef<'a>, key: &str) -> Option<(String, NodeRef<'a>)> {
        if object.get(key).is_none() {
            self.error(object.span().start, format!("`{key}` is missing"));
        }
        self.text(object, key)
    }

    pub(super) fn list(&mut self, object: NodeRef<'a>, key: &str) -> Vec<NodeRef<'a>> {
        match object.get(key) {
            None => Vec::new(),
            Some(node) if node.is_array() => node.items().collect(),
            Some(node) => {
                self.wrong(node, key, "a list");
                Vec::new()
            }
        }
    }

    /// Resolves a path relative to the configuration's own directory.
    pub(super) fn resolve(&self, path: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    /// The text of a file that a key names.
    pub(super) fn file(&mut self, object: NodeRef<'a>, key: &str) -> Option<String> {
        let (name, node) = self.text(object, key)?;
        let path = self.resolve(&name);
        let text = read_file(&path)
            .and_then(|bytes| String::from_utf8(bytes).map_err(|_| format!("{} is not UTF-8", path.display())));
        match text {
            Ok(text) => {
                self.files.push(path);
                Some(text)
            }
            Err(message) => {
                self.error(node.span().start, message);
                None
            }
        }
    }
}

fn article(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool => "a boolean",
        Kind::Number => "a number",
        Kind::String => "a string",
        Kind::Array => "a list",
        Kind::Object => "a mapping",
    }
}
