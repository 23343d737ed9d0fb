//! The YAML that most contracts are written in, read quickly: block collections, plain, quoted and block scalars,
//! flow collections on one line.
//!
//! Anything else (anchors, tags, tabs, several documents, errors) makes this reader give up, and the general parser
//! reads the text from its beginning. What it does read it reads as the general parser would: the same tree, the same
//! spans.

use crate::arena::Arena;
use crate::problem::{Limits, Raws};
use crate::scalars;
use crate::tree::{Kind, Span, Text, tag};
use crate::yaml::{Core, core};

/// Flow collections inside each other; deeper ones are left to the general parser.
const FLOW_DEPTH: usize = 16;
/// Bytes of one value that is no block collection; longer ones are left to the general parser and its limits.
const VALUE_BYTES: usize = 1 << 20;
/// Bytes of a key; YAML ends simple keys at 1024 characters.
const KEY_BYTES: usize = 1000;

/// Reads a whole text, or gives up.
pub(crate) fn read(source: &str, limits: &Limits) -> Option<(Arena, Raws)> {
    let bytes = source.as_bytes();
    let odd = |byte: &u8| *byte < b' ' && *byte != b'\n' && *byte != b'\t';
    if bytes.iter().any(odd) || source.contains('\u{FEFF}') {
        return None;
    }
    let mut reader = Reader {
        source,
        bytes,
        at: 0,
        limits,
        arena: Arena::for_source(bytes.len()),
        problems: Raws::new(limits),
        levels: Vec::new(),
    };
    reader.document()?;
    Some((reader.arena, reader.problems))
}

/// An open block collection, and the column its members or items begin at.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Level {
    column: usize,
    sequence: bool,
}

struct Reader<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
    limits: &'a Limits,
    arena: Arena,
    problems: Raws,
    levels: Vec<Level>,
}

/// A scalar: its text as it stands in the source, or decoded.
struct Scalar {
    span: Span,
    text: Text,
    plain: bool,
}

impl<'a> Reader<'a> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// Whether a line or the text ends at an offset.
    fn ends(&self, at: usize) -> bool {
        matches!(self.byte(at), None | Some(b'\n'))
    }

    /// Whether white space or a line's end stands at an offset.
    fn blank(&self, at: usize) -> bool {
        matches!(self.byte(at), None | Some(b'\n' | b' '))
    }

    fn document(&mut self) -> Option<()> {
        let mut column = self.line()??;
        if column == 0 && self.bytes.get(self.at..)?.starts_with(b"---\n") {
            self.at += 3;
            column = self.line()??;
        }
        self.node(column, None)?;
        while let Some(column) = self.line()? {
            self.member_at(column)?;
        }
        while self.levels.pop().is_some() {
            self.close(None);
        }
        Some(())
    }

    /// Goes to the next line that says something, from the end of one. Gives its column; `None` at the end.
    #[expect(clippy::option_option, reason = "the outer one gives up")]
    fn line(&mut self) -> Option<Option<usize>> {
        loop {
            let start = self.at;
            while self.byte(self.at) == Some(b' ') {
                self.at += 1;
            }
            let column = self.at - start;
            match self.byte(self.at) {
                None => return Some(None),
                Some(b'\n') => self.at += 1,
                Some(b'#') => self.at = self.end_of_line(self.at),
                Some(b'\t') => return None,
                Some(byte) => {
                    // After a value the cursor stands behind it, and what follows is its own line's end.
                    if start > 0 && self.byte(start - 1) != Some(b'\n') {
                        return None;
                    }
                    if column == 0 && matches!(byte, b'-' | b'.' | b'%') {
                        let three = self.bytes.get(self.at..self.at + 3);
                        if (three == Some(b"---") && !self.at_document_start()) || three == Some(b"...") || byte == b'%'
                        {
                            return None;
                        }
                    }
                    return Some(Some(column));
                }
            }
        }
    }

    /// Nothing was read yet, so that a document may begin here.
    fn at_document_start(&self) -> bool {
        self.arena.nodes.is_empty() && self.byte(self.at + 3) == Some(b'\n')
    }

    fn end_of_line(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        memchr::memchr(b'\n', rest).map_or(self.bytes.len(), |at| from + at)
    }

    /// Behind a value: only white space or a comment may stand on the rest of its line.
    fn rest(&mut self) -> Option<()> {
        let mut at = self.at;
        while self.byte(at) == Some(b' ') {
            at += 1;
        }
        match self.byte(at) {
            None | Some(b'\n') => {}
            Some(b'#') if at > self.at => at = self.end_of_line(at),
            _ => return None,
        }
        self.at = at;
        Some(())
    }

    fn open(&mut self, kind: Kind, column: usize, start: usize) -> Option<()> {
        self.room(true)?;
        let start = start as u32;
        self.arena.open(kind, Span { start, end: start });
        self.levels.push(Level { column, sequence: kind == Kind::Array });
        Some(())
    }

    fn close(&mut self, end: Option<u32>) {
        for (again, first) in self.arena.close(self.source, end) {
            crate::read::duplicate(&self.arena, self.source, &mut self.problems, again, first);
        }
    }

    fn room(&self, deeper: bool) -> Option<()> {
        let fits = self.arena.nodes.len() < self.limits.nodes;
        (fits && !(deeper && self.arena.depth() >= self.limits.depth)).then_some(())
    }

    /// A line of an open collection.
    fn member_at(&mut self, column: usize) -> Option<()> {
        let dash = self.byte(self.at) == Some(b'-') && self.blank(self.at + 1);
        while let Some(level) = self.levels.last() {
            // A sequence may stand in the column of the key it belongs to.
            if level.column > column || (level.column == column && level.sequence && !dash) {
                self.levels.pop();
                self.close(None);
            } else {
                break;
            }
        }
        let level = *self.levels.last()?;
        if level.column != column || level.sequence != dash {
            return None;
        }
        if dash { self.item(column) } else { self.member(column) }
    }

    /// An item of a sequence, from its dash on.
    fn item(&mut self, column: usize) -> Option<()> {
        let dash = self.at;
        self.at += 1;
        self.spaces();
        if self.ends(self.at) || self.byte(self.at) == Some(b'#') {
            self.at = self.end_of_line(self.at);
            let below = self.line()?.filter(|below| *below > column)?;
            return self.node(below, Some(column));
        }
        self.node(column + (self.at - dash), Some(column))
    }

    /// A member of a mapping, from its key on.
    fn member(&mut self, column: usize) -> Option<()> {
        let (key, colon) = self.key()?;
        let text = self.arena.text(self.source, key.text);
        if text.len() > KEY_BYTES.min(self.limits.key_bytes) || (key.plain && text == "<<") {
            return None;
        }
        let tag = tag(text);
        self.arena.key(key.text, key.span, tag);
        self.at = colon + 1;
        self.spaces();
        if !self.ends(self.at) && self.byte(self.at) != Some(b'#') {
            if self.byte(self.at) == Some(b'-') && self.blank(self.at + 1) {
                return None;
            }
            return self.value(Some(column));
        }
        self.at = self.end_of_line(self.at);
        let next = self.line()?;
        let dash = self.byte(self.at) == Some(b'-') && self.blank(self.at + 1);
        match next {
            Some(below) if below > column || (below == column && dash) => self.node(below, Some(column)),
            _ => {
                // No value: null, which stands behind its key.
                self.room(false)?;
                self.arena.push(Kind::Null, Text::default(), Span { start: key.span.end, end: key.span.end });
                self.back_to_line_start();
                Some(())
            }
        }
    }

    /// So that the next look for a line sees the whole of this one.
    fn back_to_line_start(&mut self) {
        while self.at > 0 && self.byte(self.at - 1) == Some(b' ') {
            self.at -= 1;
        }
    }

    /// A value that begins on a line or behind a dash: a collection or a scalar. `parent` is the column of the
    /// collection it lies in.
    fn node(&mut self, mut column: usize, mut parent: Option<usize>) -> Option<()> {
        loop {
            if self.byte(self.at) == Some(b'-') && self.blank(self.at + 1) {
                let dash = self.at;
                self.at += 1;
                self.spaces();
                let bare = self.ends(self.at) || self.byte(self.at) == Some(b'#');
                let first = if bare { self.end_of_line(self.at) } else { self.at };
                // The general parser has a sequence in its key's column begin behind its first dash.
                let start = if parent == Some(column) { first } else { dash };
                self.open(Kind::Array, column, start)?;
                parent = Some(column);
                if bare {
                    self.at = first;
                    column = self.line()?.filter(|below| *below > column)?;
                } else {
                    column += self.at - dash;
                }
                continue;
            }
            if self.key().is_some() {
                self.open(Kind::Object, column, self.at)?;
                return self.member(column);
            }
            // A text or a flow collection that is the whole document is left to the general parser.
            parent?;
            return self.value(parent);
        }
    }

    /// The key at the cursor, and where its colon stands.
    fn key(&mut self) -> Option<(Scalar, usize)> {
        let start = self.at;
        let first = self.byte(start)?;
        if matches!(first, b'"' | b'\'') {
            let end = self.end_of_line(start);
            let line = self.source.get(start..end)?;
            let (close, text) = scalars::quoted_on_line(line)?;
            let mut colon = start + close;
            while self.byte(colon) == Some(b' ') {
                colon += 1;
            }
            if self.byte(colon) != Some(b':') || !self.blank(colon + 1) {
                return None;
            }
            let span = Span { start: start as u32, end: (start + close) as u32 };
            let text = match text {
                Some(decoded) => self.arena.side(&decoded),
                None => Text::source(start as u32 + 1, close as u32 - 2),
            };
            return Some((Scalar { span, text, plain: false }, colon));
        }
        if !self.plain_start(start) || matches!(first, b'?' | b':') {
            return None;
        }
        let mut from = start;
        let colon = loop {
            let rest = self.bytes.get(from..)?;
            let found = from + memchr::memchr2(b':', b'\n', rest)?;
            if self.byte(found) == Some(b'\n') {
                return None;
            }
            if self.blank(found + 1) {
                break found;
            }
            from = found + 1;
        };
        let text = self.source.get(start..colon)?;
        if text.contains('\t') || text.contains(" #") {
            return None;
        }
        let kept = text.trim_end_matches(' ');
        let span = Span { start: start as u32, end: (start + text.trim_end().len()) as u32 };
        Some((Scalar { span, text: Text::source(start as u32, kept.len() as u32), plain: true }, colon))
    }

    /// Whether a plain scalar may begin here.
    fn plain_start(&self, at: usize) -> bool {
        match self.byte(at) {
            None | Some(b' ' | b'\n' | b'\t') => false,
            Some(b'-') => !self.blank(at + 1) && self.byte(at + 1) != Some(b'\t'),
            Some(byte) => !b"?:,[]{}#&*!|>'\"%@`".contains(&byte),
        }
    }

    /// A scalar or a flow collection, to the end of its last line.
    fn value(&mut self, parent: Option<usize>) -> Option<()> {
        self.room(false)?;
        let below = parent.map_or(0, |column| column + 1);
        let start = self.at;
        let scalar = match self.byte(self.at)? {
            b'[' | b'{' => {
                self.flow(0)?;
                return if self.at - start > VALUE_BYTES { None } else { self.rest() };
            }
            b'|' | b'>' => self.block_scalar(below)?,
            quote @ (b'"' | b'\'') => {
                let (end, text) = scalars::quoted(self.source, self.at, quote, below)?;
                let span = Span { start: self.at as u32, end: end as u32 };
                let text = match text {
                    Some(decoded) => self.arena.side(&decoded),
                    None => Text::source(self.at as u32 + 1, (end - self.at) as u32 - 2),
                };
                self.at = end;
                self.rest()?;
                Scalar { span, text, plain: false }
            }
            _ => self.plain(below)?,
        };
        if self.at - start > VALUE_BYTES {
            return None;
        }
        self.scalar(&scalar)
    }

    fn scalar(&mut self, scalar: &Scalar) -> Option<()> {
        let text = self.arena.text(self.source, scalar.text);
        let (kind, respelt) = match if scalar.plain { core(text) } else { Core::String } {
            Core::Null => (Kind::Null, None),
            Core::Bool(value) => (Kind::Bool, Some(if value { "true" } else { "false" }.into())),
            Core::Number(spelling) => (Kind::Number, Some(spelling)),
            Core::String => (Kind::String, None),
            Core::NotFinite => return None,
        };
        let text = match respelt {
            Some(spelling) if spelling != text => {
                let spelling = spelling.into_owned();
                self.arena.side(&spelling)
            }
            _ => scalar.text,
        };
        self.arena.push(kind, text, scalar.span);
        Some(())
    }

    /// The end of a plain scalar on its line: before ` #`, and never across `: `.
    fn plain_end(&self, start: usize) -> Option<(usize, bool)> {
        let end = self.end_of_line(start);
        let mut from = start;
        let line = self.bytes.get(..end)?;
        while let Some(found) = memchr::memchr3(b':', b'#', b'\t', line.get(from..)?) {
            let at = from + found;
            match line.get(at) {
                Some(b':') if self.blank(at + 1) => return None,
                Some(b'#') if at > start && line.get(at - 1) == Some(&b' ') => return Some((at, true)),
                Some(b'\t') => return None,
                _ => from = at + 1,
            }
        }
        Some((end, false))
    }

    /// A plain scalar, over as many lines as are indented to `below` or deeper.
    fn plain(&mut self, below: usize) -> Option<Scalar> {
        let start = self.at;
        if !self.plain_start(start) {
            return None;
        }
        let (end, comment) = self.plain_end(start)?;
        let first = self.source.get(start..end)?.trim_end_matches(' ');
        let mut last = start + first.len();
        let mut folded: Option<String> = None;
        self.at = if comment { self.end_of_line(end) } else { end };
        loop {
            // What follows: blank lines, then a line that goes on or one that ends the scalar.
            let mut at = self.at;
            let mut breaks = 0;
            let mut comment = comment;
            let column = loop {
                if self.byte(at) != Some(b'\n') {
                    break None;
                }
                at += 1;
                breaks += 1;
                let from = at;
                while self.byte(at) == Some(b' ') {
                    at += 1;
                }
                match self.byte(at) {
                    None => break None,
                    Some(b'\n') => {}
                    Some(b'\t') => return None,
                    Some(b'#') => {
                        comment = true;
                        at = self.end_of_line(at);
                    }
                    Some(_) => break Some(at - from),
                }
            };
            if column.is_none_or(|column| column < below) {
                break;
            }
            let marker = self.bytes.get(at..at + 3);
            let dash = self.byte(at) == Some(b'-') && self.blank(at + 1);
            if comment || dash || matches!(marker, Some(b"---" | b"...")) {
                return None;
            }
            let (end, commented) = self.plain_end(at)?;
            if commented {
                return None;
            }
            let line = self.source.get(at..end)?.trim_end_matches(' ');
            let text = folded.get_or_insert_with(|| first.to_owned());
            scalars::fold(text, breaks);
            text.push_str(line);
            last = at + line.len();
            self.at = end;
        }
        let text = match folded {
            Some(folded) => self.arena.side(&folded),
            None => Text::source(start as u32, first.len() as u32),
        };
        let end = start + self.source.get(start..last)?.trim_end().len();
        Some(Scalar { span: Span { start: start as u32, end: end as u32 }, text, plain: true })
    }

    /// A literal or folded scalar, from its indicator on.
    fn block_scalar(&mut self, below: usize) -> Option<Scalar> {
        let start = self.at;
        let found = scalars::block(self.source, start, below)?;
        let text = self.arena.side(&found.text);
        self.at = found.next;
        let end = start + self.source.get(start..found.end)?.trim_end().len();
        Some(Scalar { span: Span { start: start as u32, end: end as u32 }, text, plain: false })
    }

    /// A flow collection on one line, from its bracket on.
    fn flow(&mut self, depth: usize) -> Option<()> {
        self.room(true)?;
        if depth >= FLOW_DEPTH {
            return None;
        }
        let start = self.at as u32;
        let object = self.byte(self.at)? == b'{';
        let (kind, last) = if object { (Kind::Object, b'}') } else { (Kind::Array, b']') };
        self.arena.open(kind, Span { start, end: start + 1 });
        self.at += 1;
        self.spaces();
        if self.byte(self.at) == Some(last) {
            self.at += 1;
            self.close(Some(self.at as u32));
            return Some(());
        }
        loop {
            if object {
                let key = self.flow_scalar(true)?;
                let text = self.arena.text(self.source, key.text);
                if text.len() > KEY_BYTES.min(self.limits.key_bytes) || (key.plain && text == "<<") {
                    return None;
                }
                let tag = tag(text);
                if self.byte(self.at) != Some(b':') || self.byte(self.at + 1) != Some(b' ') {
                    return None;
                }
                self.arena.key(key.text, key.span, tag);
                self.at += 1;
                self.spaces();
            }
            match self.byte(self.at)? {
                b'[' | b'{' => self.flow(depth + 1)?,
                _ => {
                    self.room(false)?;
                    let scalar = self.flow_scalar(false)?;
                    self.scalar(&scalar)?;
                }
            }
            self.spaces();
            match self.byte(self.at)? {
                b',' => {
                    self.at += 1;
                    self.spaces();
                }
                byte if byte == last => {
                    self.at += 1;
                    self.close(Some(self.at as u32));
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    fn spaces(&mut self) {
        while self.byte(self.at) == Some(b' ') {
            self.at += 1;
        }
    }

    /// A scalar inside a flow collection: quoted, or plain and of harmless characters.
    fn flow_scalar(&mut self, key: bool) -> Option<Scalar> {
        let start = self.at;
        if matches!(self.byte(start)?, b'"' | b'\'') {
            let line = self.source.get(start..self.end_of_line(start))?;
            let (close, text) = scalars::quoted_on_line(line)?;
            self.at = start + close;
            let text = match text {
                Some(decoded) => self.arena.side(&decoded),
                None => Text::source(start as u32 + 1, close as u32 - 2),
            };
            return Some(Scalar { span: Span { start: start as u32, end: self.at as u32 }, text, plain: false });
        }
        let harmless =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'-' | b'$' | b'+');
        if !self.plain_start(start) {
            return None;
        }
        while let Some(byte) = self.byte(self.at) {
            // A space inside a text, but not before what ends it.
            let inner = byte == b' ' && self.byte(self.at + 1).is_some_and(harmless);
            if !harmless(byte) && !inner {
                break;
            }
            self.at += 1;
        }
        let ended = match self.byte(self.at)? {
            b':' => key,
            b',' | b']' | b'}' | b' ' => !key,
            _ => false,
        };
        if !ended || self.at == start {
            return None;
        }
        let text = Text::source(start as u32, (self.at - start) as u32);
        Some(Scalar { span: Span { start: start as u32, end: self.at as u32 }, text, plain: true })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::read;
    use crate::problem::Limits;
    use crate::tree::{Document, Format};
    use crate::yaml::read_any;
    use proptest::prelude::*;

    /// Everything that can be seen of a tree.
    fn seen(document: &Document, problems: crate::problem::Raws) -> (Vec<String>, Vec<String>) {
        let problems = problems.finish(document);
        (tree(document), problems.iter().map(|problem| format!("{problem:?}")).collect())
    }

    pub(crate) fn tree(document: &Document) -> Vec<String> {
        let nodes = document.nodes().map(|node| {
            let parent = node.parent().map(|parent| parent.id().index());
            let text = node.scalar_text();
            format!("{parent:?} {:?} {:?} {:?} {:?} {text:?}", node.kind(), node.key(), node.key_span(), node.span())
        });
        nodes.collect()
    }

    /// Whether the quick reader read the text; it must then agree with the general one.
    fn agrees(text: &str) -> bool {
        let limits = Limits::default();
        let Some((arena, problems)) = read(text, &limits) else { return false };
        let end = Some(text.len() as u32);
        let quick = seen(&arena.finish("a.yaml", Format::Yaml, text.to_owned(), end), problems);
        let any = read_any(text, &limits);
        let whole = any.complete;
        let general = seen(&any.arena.finish("a.yaml", Format::Yaml, text.to_owned(), end), any.problems);
        assert_eq!(quick, general, "in {text:?}");
        assert!(whole, "the general reader refuses {text:?}");
        true
    }

    #[test]
    fn contracts_are_read_quickly_and_as_the_general_parser_reads_them() {
        let texts = [
            "a: 1\n",
            "---\n# c\na:\n- b\n- c: d\n  e: f\ng:\n  h: |\n    x\n\n     y\n  i: >-\n    a\n    b\n\n    c\n",
            "a: [x, 'y', \"z\"]\nb: {c: d, e: [f]}\nc: []\nd: {}\n",
            "a:\nb: ~\nc: 'it''s'\nd: \"\\u00e9\\n\"\ne: 0x1F # c\n'f g': x\n\"h\" : y\n",
            "a: one\n  two\n\n  three\nb: 'one\n  two'\nc: \"one\n\n  two\"\n",
            "- a\n- - b\n  - c\n-\n  d: e\n- f: >+\n    g\n\n- h\n",
            "a: b\n    # deeper\nc: d # e\n  # f\ng: true\n",
            "a: b\na: c\n",
        ];
        for text in texts {
            assert!(agrees(text), "not read quickly: {text:?}");
        }
    }

    #[test]
    fn what_is_not_its_own_is_left_to_the_general_parser() {
        for text in [
            "a: &x 1\nb: *x\n",
            "a: !t 1\n",
            "? a\n: b\n",
            "a:\tb\n",
            "a: b: c\n",
            "a: 1\n---\nb: 2\n",
            "a\n",
            "a: 1\n b: 2\n",
            "%YAML 1.2\n---\na: 1\n",
            "a: 'b\n",
            "a: [\n1]\n",
            "<<: a\n",
            "a: .inf\n",
            "",
            "\r\n",
            "a: |2\n   b\n",
            "- a\nb: c\n",
            "a: - b\n",
            "a: 'b' c\n",
            "[a]\n",
        ] {
            assert!(!agrees(text), "read quickly: {text:?}");
        }
    }

    pub(crate) fn line() -> impl Strategy<Value = String> {
        let value = prop::sample::select(vec![
            "",
            "",
            "",
            "",
            "",
            "",
            "a",
            "a",
            "a",
            "a",
            "1",
            "1",
            "null",
            "a b",
            "'a'",
            "'a''b '",
            "'a",
            "b'",
            "\"a\\n\"",
            "\"a",
            " b\"",
            "|",
            ">",
            "|-",
            ">+",
            "[]",
            "{}",
            "[a, b]",
            "{a: b}",
            "[a,[1]]",
            "{'a': [b]}",
            "# c",
            "a # c",
            "a#b",
            "a: b",
            "http://x",
            "-1",
            "é",
            "é\u{a0}",
            "0x1F",
            "a  ",
            "\ta",
            "True",
            "+5",
            "*",
            "---",
            "<<",
            "-",
            ":",
        ]);
        let head = prop::sample::select(vec![
            "a:", "a:", "a:", "a:", "a:", "b:", "b:", "b:", "- ", "- ", "-", "- a: ", "- - ", "", "", "", "'c': ",
            "\"d\" : ", "e : ", "#", "é: ", "a b: ",
        ]);
        (0..5usize, head, value).prop_map(|(indent, head, value)| {
            let space = if head.ends_with(':') { " " } else { "" };
            format!("{}{head}{space}{value}", "  ".repeat(indent / 2) + &" ".repeat(indent % 2))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_that_is_read_quickly_is_read_alike(lines in prop::collection::vec(line(), 1..9), end in any::<bool>()) {
            agrees(&(lines.join("\n") + if end { "\n" } else { "" }));
        }
    }
}
