//! What is wrong with a document, and how much of one is read.

use crate::tree::{Document, Position, Span};
use palisade_finding::{Finding, Rare, Severity, Words, fingerprint};
use std::borrow::Cow;

/// The codes of problems found while reading; once published they never change meaning.
pub mod code {
    /// The input holds no document.
    pub const NO_DOCUMENT: &str = "no-document";
    /// The text breaks the grammar of JSON.
    pub const JSON_SYNTAX: &str = "json-syntax";
    /// The text breaks the grammar of YAML.
    pub const YAML_SYNTAX: &str = "yaml-syntax";
    /// The text ends inside a value.
    pub const UNEXPECTED_END: &str = "unexpected-end";
    /// Bytes that are no UTF-8, or no UTF-16, replaced by U+FFFD.
    pub const INVALID_ENCODING: &str = "invalid-encoding";
    /// A `\uD800`-like escape without its other half, replaced by U+FFFD.
    pub const LONE_SURROGATE: &str = "lone-surrogate";
    /// A key stands twice in one object; look-ups find the first one.
    pub const DUPLICATE_KEY: &str = "duplicate-key";
    /// A tab indents a line of YAML.
    pub const TAB_INDENTATION: &str = "tab-indentation";
    /// A limit was passed; reading ended there.
    pub const LIMIT_EXCEEDED: &str = "limit-exceeded";
    /// A key longer than the limit.
    pub const KEY_TOO_LONG: &str = "key-too-long";
    /// An alias stands inside its own anchor; read as null.
    pub const ALIAS_CYCLE: &str = "alias-cycle";
    /// An alias leads to a node that was not read; read as null.
    pub const ALIAS_UNKNOWN: &str = "alias-unknown";
    /// A merge key `<<`, which YAML 1.2 does not have; kept as an ordinary member.
    pub const MERGE_KEY: &str = "merge-key";
    /// A mapping or sequence used as key; the member was left out.
    pub const COMPLEX_KEY: &str = "complex-key";
    /// A YAML tag that JSON has no word for; ignored.
    pub const UNKNOWN_TAG: &str = "unknown-tag";
    /// `.inf` or `.nan`, which JSON cannot carry; kept as a string.
    pub const NOT_A_JSON_NUMBER: &str = "not-a-json-number";
    /// More than one YAML document in the stream; only the first is read.
    pub const SEVERAL_DOCUMENTS: &str = "several-documents";
    /// More problems than are listed.
    pub const TOO_MANY_PROBLEMS: &str = "too-many-problems";
    /// A `$ref` to another host or scheme.
    pub const EXTERNAL_REFERENCE: &str = "external-reference";
    /// A `$ref` to a file outside the document's folder.
    pub const REFERENCE_OUTSIDE_ROOT: &str = "reference-outside-root";
    /// A `$ref` to another file in the document's folder, where files are not read.
    pub const REFERENCE_TO_FILE: &str = "reference-to-file";
    /// A `$ref` that leads nowhere.
    pub const UNRESOLVED_REFERENCE: &str = "unresolved-reference";
    /// References that lead back to themselves without any content.
    pub const REFERENCE_CYCLE: &str = "reference-cycle";
    /// A chain of references longer than is followed.
    pub const REFERENCE_CHAIN: &str = "reference-chain";
}

/// One thing wrong with a document, at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which kind of problem: one of the constants in a `code` module.
    pub code: &'static str,
    /// How bad it is by itself.
    pub severity: Severity,
    /// What is wrong, in one sentence; text from the document stands in it only quoted and shortened.
    pub message: String,
    /// The file it lies in, when that is not the document's main one.
    pub file: Option<String>,
    /// Byte range in the decoded source of all files.
    pub span: Span,
    /// Line and column of the range's first byte.
    pub position: Position,
    /// JSON pointer of the place, as far as it is known.
    pub pointer: Option<String>,
    /// Where the other half of the problem stands, for example the first of two equal keys.
    pub related: Option<Position>,
}

impl Problem {
    /// A problem at a byte range of a document.
    pub fn new(document: &Document, code: &'static str, severity: Severity, span: Span, message: String) -> Self {
        let position = document.position(span.start);
        let file = document.file_at(span.start);
        let file = (!file.is_main()).then(|| file.name().to_owned());
        Problem { code, severity, message, file, span, position, pointer: None, related: None }
    }

    /// The same problem with its JSON pointer.
    #[must_use]
    pub fn at_pointer(mut self, pointer: String) -> Self {
        self.pointer = Some(pointer);
        self
    }

    /// This problem as a finding about `file`, the main one; the problem's code is rule and name.
    pub fn to_finding(&self, file: &str) -> Finding {
        let file = self.file.as_deref().unwrap_or(file);
        let place = match &self.pointer {
            Some(pointer) => pointer.clone(),
            None => format!("{}:{}", self.position.line, self.position.column),
        };
        let place = if self.file.is_some() { format!("{file}#{place}") } else { place };
        Finding {
            rule: Cow::Borrowed(self.code),
            name: Cow::Borrowed(self.code),
            severity: self.severity,
            category: Cow::Borrowed("structure"),
            message: self.message.clone(),
            file: Some(file.into()),
            pointer: self.pointer.clone(),
            line: Some(self.position.line),
            column: Some(self.position.column),
            operation: None,
            evidence: None,
            fix: None,
            loss: None,
            count: 1,
            fingerprint: fingerprint(self.code, &place, &self.message),
            owasp: Words::default(),
            cwe: Words::default(),
            attack: Words::default(),
            aliases: Words::default(),
            related: Rare::default(),
            fixes: Rare::default(),
        }
    }
}

/// How much of a document is read. Passing a limit is a problem at the place where it was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of input; what lies beyond is not read. Never more than 1 GiB.
    pub bytes: usize,
    /// Nodes in the tree.
    pub nodes: usize,
    /// Collections inside each other. YAML flow collections end at 64 in any case, and a YAML flow
    /// collection or scalar at 2 million characters.
    pub depth: usize,
    /// YAML aliases.
    pub aliases: usize,
    /// Bytes of one key.
    pub key_bytes: usize,
    /// Problems listed; one more says that there were more.
    pub problems: usize,
}

impl Default for Limits {
    /// Limits for contracts and configuration files: 64 MiB, 8 million nodes, depth 512, 100,000 aliases.
    fn default() -> Self {
        Limits { bytes: 64 << 20, nodes: 8_000_000, depth: 512, aliases: 100_000, key_bytes: 16 << 10, problems: 1000 }
    }
}

impl Limits {
    /// Limits for the bodies of single requests: 8 MiB, 200,000 nodes, depth 128.
    pub fn body() -> Self {
        Limits { bytes: 8 << 20, nodes: 200_000, depth: 128, aliases: 0, key_bytes: 4 << 10, problems: 8 }
    }
}

/// A problem before the document it belongs to is finished.
pub(crate) struct Raw {
    pub(crate) code: &'static str,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    pub(crate) span: Span,
    pub(crate) node: Option<u32>,
    pub(crate) related: Option<u32>,
}

/// Problems gathered while reading, at most as many as the limits list.
pub(crate) struct Raws {
    pub(crate) list: Vec<Raw>,
    pub(crate) more: usize,
    max: usize,
}

impl Raws {
    pub(crate) fn new(limits: &Limits) -> Self {
        Raws { list: Vec::new(), more: 0, max: limits.problems.max(1) }
    }

    /// Nothing is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty() && self.more == 0
    }

    pub(crate) fn add(&mut self, code: &'static str, severity: Severity, span: Span, message: impl FnOnce() -> String) {
        if self.list.len() < self.max {
            self.list.push(Raw { code, severity, message: message(), span, node: None, related: None });
        } else {
            self.more += 1;
        }
    }

    /// Like `add`, but never dropped: the last listed one makes room.
    pub(crate) fn add_fatal(&mut self, code: &'static str, span: Span, message: String) {
        if self.list.len() >= self.max {
            self.list.pop();
            self.more += 1;
        }
        self.list.push(Raw { code, severity: Severity::High, message, span, node: None, related: None });
    }

    /// The last problem belongs to this node, and to that other byte offset.
    pub(crate) fn about(&mut self, node: Option<u32>, related: Option<u32>) {
        if self.more == 0
            && let Some(last) = self.list.last_mut()
        {
            last.node = node;
            last.related = related;
        }
    }

    /// The problems in source order, with positions.
    pub(crate) fn finish(self, document: &Document) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self
            .list
            .into_iter()
            .map(|raw| {
                let mut problem = Problem::new(document, raw.code, raw.severity, raw.span, raw.message);
                if let Some(first) = raw.related {
                    let position = document.position(first);
                    problem.related = Some(position);
                    problem.message += &format!(" (first at {}:{})", position.line, position.column);
                }
                problem.pointer = raw.node.and_then(|id| document.raw_node(id)).map(|node| node.pointer());
                problem
            })
            .collect();
        problems.sort_by_key(|problem| problem.span.start);
        if self.more > 0 {
            let span = problems.last().map_or(Span::default(), |problem| problem.span);
            let message = format!("{} more problems are not listed", self.more);
            problems.push(Problem::new(document, code::TOO_MANY_PROBLEMS, Severity::Info, span, message));
        }
        problems
    }
}

/// Untrusted text made fit for a message: quoted, escaped, shortened to 60 characters. A path, also one behind a
/// method, is cut in its middle.
pub fn quote(text: &str) -> String {
    let long = text.chars().nth(MAX_QUOTED).is_some();
    let mut out = String::from("\"");
    match if long { cut(text) } else { None } {
        Some((head, tail)) => {
            escape(head, &mut out);
            out.push('…');
            escape(tail, &mut out);
        }
        None => escape(text, &mut out),
    }
    out.push('"');
    out
}

/// Characters of a text that are shown in quotes.
const MAX_QUOTED: usize = 60;
/// Characters that are kept of the end of a path, at most: the last steps tell paths apart.
const TAIL: usize = 38;

/// Characters of a method before a path.
const MAX_METHOD: usize = 16;

/// The beginning and the end of a path, or of a method and a path, that together are short enough.
fn cut(text: &str) -> Option<(&str, &str)> {
    let method = text.bytes().take(MAX_METHOD).take_while(u8::is_ascii_uppercase).count();
    let rest = text.get(method..)?;
    let path = rest.starts_with(if method == 0 { "/" } else { " /" });
    let (from, _) = text.char_indices().rev().nth(TAIL - 1).filter(|_| path)?;
    let to = text.char_indices().nth(MAX_QUOTED - TAIL - 1).map(|(at, _)| at)?;
    let (head, tail) = (text.get(..to)?, text.get(from..)?);
    // At steps, where there are some.
    let step = |text: &str| text.rfind('/').filter(|last| text.find('/').is_some_and(|first| first < *last));
    let head = step(head).and_then(|at| head.get(..=at)).unwrap_or(head);
    let tail = tail.find('/').and_then(|at| tail.get(at..)).filter(|tail| tail.len() > 1).unwrap_or(tail);
    (to <= from).then_some((head, tail))
}

/// Writes a text so that it stays one short line of what it shows.
fn escape(text: &str, out: &mut String) {
    if text.len() <= MAX_QUOTED && text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'))
    {
        out.push_str(text);
        return;
    }
    for (count, c) in text.chars().enumerate() {
        if count == MAX_QUOTED {
            out.push('…');
            break;
        }
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() || is_invisible(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
}

/// Characters that change how the text around them is shown: direction marks, zero widths, line ends.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn long_texts_lose_their_end_and_long_paths_their_middle() {
        let long = "x".repeat(80);
        for (text, shown) in [
            ("short", "\"short\"".to_owned()),
            (long.as_str(), format!("\"{}…\"", "x".repeat(60))),
            (
                "POST /2.0/repositories/{username}/{slug}/pullrequests/{pid}/merge",
                "\"POST /2.0/…/{slug}/pullrequests/{pid}/merge\"".to_owned(),
            ),
            (
                "/organisations/{organisation}/departments/{department}/employees",
                "\"/organisations/…/departments/{department}/employees\"".to_owned(),
            ),
            (format!("/{long}").as_str(), format!("\"/{}…{}\"", "x".repeat(20), "x".repeat(38))),
            (
                "GET /#Action=AcceptTransitGatewayMulticastDomainAssociations/",
                "\"GET /#Action=AcceptTr…sitGatewayMulticastDomainAssociations/\"".to_owned(),
            ),
            ("GET /short", "\"GET /short\"".to_owned()),
        ] {
            assert_eq!(quote(text), shown);
            assert!(quote(text).chars().count() <= 63);
        }
    }
}
