//! Several files in one arena.
//!
//! The first file is the main one. What [`extend`](Document::extend) adds is appended: its bytes to the source, its
//! nodes to the arena. So offsets and node ids stay unique, edges between files are plain node ids, and a document
//! of one file pays nothing. Reading stays pure: [`missing`](Document::missing) says which files references name, a
//! driver fetches what it is allowed to, and hands it in.

use crate::address::{self, Address};
use crate::problem::{Limits, Problem, code};
use crate::read::read;
use crate::refs;
use crate::tree::{Document, Format, Kind, NONE, NodeId, NodeRef, Position, Span};
use std::collections::HashSet;

/// A file beside the main one.
pub(crate) struct File {
    /// Offset of its first byte in the joined source, and one past its last.
    base: u32,
    end: u32,
    /// Its root, which is its first node.
    root: u32,
    name: String,
    address: String,
    format: Format,
}

/// What is known of an address that a reference may name.
pub(crate) enum Place {
    /// The file with this number, from 0 for the main one.
    File(u32),
    Refused(Refusal),
}

/// Why a file was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalKind {
    /// There is no such file, or it could not be read.
    Unavailable,
    /// It lies outside the contract's folder.
    Outside,
    /// Its host may not be asked.
    NotAllowed,
    /// It is one file, one byte or one step too many.
    Limit,
}

/// Why a file was not read, with a reason in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of reason.
    pub kind: RefusalKind,
    /// The reason, to stand behind a colon; fit for a message, so without control characters.
    pub reason: String,
}

/// A file that references name and that has been neither read nor refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Its path from the main file's folder, or its `http` or `https` URL.
    pub address: String,
    /// The first reference to it: the value of the `$ref`.
    pub node: NodeId,
}

/// What [`Document::extend`] met.
#[derive(Debug)]
pub struct Extension {
    /// What is wrong with the added file, in source order.
    pub problems: Vec<Problem>,
    /// The file was not read to its end.
    pub fatal: bool,
}

impl Document {
    /// How many nodes the main file has: they come first.
    pub(crate) fn main_nodes(&self) -> u32 {
        self.more.first().map_or(self.nodes.len() as u32, |file| file.root)
    }
}

/// One file of a document.
#[derive(Clone, Copy)]
pub struct FileRef<'a> {
    document: &'a Document,
    index: u32,
}

impl PartialEq for FileRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl Eq for FileRef<'_> {}

impl std::fmt::Debug for FileRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FileRef").field(&self.name()).finish()
    }
}

impl<'a> FileRef<'a> {
    fn file(self) -> Option<&'a File> {
        self.document.more.get((self.index as usize).checked_sub(1)?)
    }

    /// Its number: 0 for the main file, then in the order they were added.
    pub fn index(self) -> usize {
        self.index as usize
    }

    /// True for the file the document was read from.
    pub fn is_main(self) -> bool {
        self.index == 0
    }

    /// The name shown to the user: relative to where the main file's name is relative to, or a URL.
    pub fn name(self) -> &'a str {
        self.file().map_or(&self.document.name, |file| &file.name)
    }

    /// The path from the main file's folder, or the URL: what tells the files of one document apart.
    pub fn address(self) -> &'a str {
        self.file().map_or(self.document.main_address(), |file| &file.address)
    }

    /// What it was written in.
    pub fn format(self) -> Format {
        self.file().map_or(self.document.format, |file| file.format)
    }

    /// Its root value.
    pub fn root(self) -> NodeRef<'a> {
        self.document.node(NodeId(self.file().map_or(0, |file| file.root)))
    }

    /// Where it stands in the joined source: [`NodeRef::span`] counts from the same place.
    pub fn span(self) -> Span {
        match self.file() {
            Some(file) => Span { start: file.base, end: file.end },
            None => Span { start: 0, end: self.document.main_end() },
        }
    }

    /// Its decoded source text.
    pub fn source(self) -> &'a str {
        self.document.slice(self.span())
    }
}

impl Document {
    /// Bytes of the main file.
    fn main_end(&self) -> u32 {
        // One byte stands between two files, so that the end of one is not the start of the next.
        self.more.first().map_or(self.source.len() as u32, |file| file.base - 1)
    }

    fn main_address(&self) -> &str {
        if address::is_url(&self.name) {
            return &self.name;
        }
        self.name.rsplit('/').next().unwrap_or_default()
    }

    /// Every file, the main one first.
    pub fn files(&self) -> impl Iterator<Item = FileRef<'_>> {
        (0..=self.more.len() as u32).map(|index| FileRef { document: self, index })
    }

    /// The file that a byte offset of the joined source lies in.
    pub fn file_at(&self, offset: u32) -> FileRef<'_> {
        let index = self.more.partition_point(|file| file.base <= offset) as u32;
        FileRef { document: self, index }
    }

    /// The file with this name.
    pub fn file_named(&self, name: &str) -> Option<FileRef<'_>> {
        self.files().find(|file| file.name() == name)
    }

    /// The text of a range of the joined source; empty when it is none.
    pub fn slice(&self, span: Span) -> &str {
        self.source.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Line and column of a byte offset in its file.
    pub fn position(&self, offset: u32) -> Position {
        let mut position = self.joined_position(offset);
        if let Some(file) = self.file_at(offset).file() {
            position.line -= self.joined_position(file.base).line - 1;
        }
        position
    }

    /// The files that references below node number `from` on name and that are neither read nor refused, each once,
    /// in the order they are first named. A driver asks with 0, adds what it has got, and asks again with the
    /// [`len`](Document::len) of before.
    pub fn missing(&self, from: usize) -> Vec<Missing> {
        if from == 0 && self.more.is_empty() && !self.names_files() {
            return Vec::new();
        }
        let mut seen = HashSet::new();
        let mut missing = Vec::new();
        for node in refs::references(self, from) {
            let Some(text) = node.as_str() else { continue };
            let place = refs::locate(node, text);
            if let (Address::Local(address) | Address::Url(address), None) = place
                && seen.insert(address.clone())
            {
                missing.push(Missing { address, node: node.id() });
            }
        }
        missing
    }

    /// Whether any reference might name another file: told from the text, since walking the tree costs more.
    fn names_files(&self) -> bool {
        let bytes = self.source.as_bytes();
        let elsewhere = memchr::memmem::find_iter(bytes, "$ref").any(|at| {
            let rest = bytes.get(at + 4..).unwrap_or_default();
            let value = rest.iter().find(|byte| !matches!(byte, b'"' | b'\'' | b':' | b' ' | b'\t' | b'\r' | b'\n'));
            value.is_some_and(|byte| *byte != b'#')
        });
        elsewhere || memchr::memmem::find(self.side.as_bytes(), b"$ref").is_some()
    }

    /// Adds a file that [`missing`](Document::missing) named, found at that address. The limits are for the whole
    /// document: what its files hold already counts.
    pub fn extend(&mut self, address: &str, bytes: &[u8], limits: &Limits) -> Extension {
        let name = match self.name.rsplit_once('/') {
            Some((folder, _)) if !address::is_url(address) => format!("{folder}/{address}"),
            _ => address.to_owned(),
        };
        let rest = Limits {
            bytes: limits.bytes.saturating_sub(self.source.len() + 1),
            nodes: limits.nodes.saturating_sub(self.nodes.len()).max(1),
            ..*limits
        };
        let reading = read(&name, bytes, &rest);
        let base = self.source.len() as u32 + 1;
        let file = self.append(name, address.to_owned(), reading.document);
        let mut problems = reading.problems;
        let shift = |span: Span| Span { start: span.start + base, end: span.end + base };
        for problem in &mut problems {
            problem.span = shift(problem.span);
            problem.file = Some(file.name().to_owned());
        }
        Extension { problems, fatal: reading.fatal }
    }

    fn append(&mut self, name: String, address: String, other: Document) -> FileRef<'_> {
        self.source.push('\n');
        let base = self.source.len() as u32;
        let side = self.side.len() as u32;
        let first = self.nodes.len() as u32;
        self.source += &other.source;
        self.side += &other.side;
        let id = |id: u32| if id == NONE { NONE } else { id + first };
        let span = |span: Span| Span { start: span.start + base, end: span.end + base };
        self.nodes.reserve(other.nodes.len());
        for node in &other.nodes {
            let mut node = *node;
            node.parent = id(node.parent);
            if let Some(target) = node.alias() {
                node.children = id(target);
            }
            node.next = id(node.next);
            // An object's text is no text but the mask of its keys.
            if !matches!(node.kind, Kind::Array | Kind::Object) {
                node.text = node.text.moved(base, side);
            }
            node.key = node.key.moved(base, side);
            node.span = span(node.span);
            self.nodes.push(node);
        }
        self.key_spans.extend(other.key_spans.iter().map(|(node, place)| (id(*node), span(*place))));
        for (node, members) in other.index {
            self.index.insert(id(node), members.iter().map(|member| id(*member)).collect());
        }
        self.lines = std::sync::OnceLock::new();
        self.targets = std::sync::OnceLock::new();
        self.anchors = std::sync::OnceLock::new();
        self.more.push(File {
            base,
            end: self.source.len() as u32,
            root: first,
            name,
            address: address.clone(),
            format: other.format,
        });
        let index = self.more.len() as u32;
        let own = refs::own_name(self.node(NodeId(first))).map(str::to_owned);
        if let Some(own) = own.filter(|own| !own.is_empty()) {
            self.places.entry(own).or_insert(Place::File(index));
        }
        self.places.insert(address, Place::File(index));
        FileRef { document: self, index }
    }

    /// Says that a file will not be read, and why: references to it are problems that say so.
    pub fn refuse(&mut self, address: &str, refusal: Refusal) {
        self.targets = std::sync::OnceLock::new();
        self.places.insert(address.to_owned(), Place::Refused(refusal));
    }

    /// What is known of an address as [`refs::locate`] resolves it.
    pub(crate) fn place(&self, address: &str) -> Option<&Place> {
        self.places.get(address)
    }

    pub(crate) fn is_main_address(&self, address: &str) -> bool {
        !address.is_empty() && self.main_address() == address
    }

    pub(crate) fn file_number(&self, index: u32) -> FileRef<'_> {
        FileRef { document: self, index }
    }
}

impl<'a> NodeRef<'a> {
    /// The file this node lies in.
    pub fn file(self) -> FileRef<'a> {
        let document = self.document();
        let index = document.more.partition_point(|file| file.root <= self.id().0) as u32;
        FileRef { document, index }
    }
}

impl RefusalKind {
    /// The code of the problem that a reference to such a file is.
    pub fn code(self) -> &'static str {
        match self {
            RefusalKind::Unavailable => code::UNRESOLVED_REFERENCE,
            RefusalKind::Outside => code::REFERENCE_OUTSIDE_ROOT,
            RefusalKind::NotAllowed => code::EXTERNAL_REFERENCE,
            RefusalKind::Limit => code::LIMIT_EXCEEDED,
        }
    }
}
