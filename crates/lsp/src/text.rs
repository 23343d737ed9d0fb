//! Text as editors count it: lines from 0, columns in units of the negotiated encoding.

use lsp_types::{Position, PositionEncodingKind, Range, TextDocumentContentChangeEvent};
use std::sync::OnceLock;

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: what every client understands.
    Utf16,
}

impl Encoding {
    /// The cheapest of those a client offers; UTF-16 when it offers none.
    pub(crate) fn negotiate(offered: Option<&[PositionEncodingKind]>) -> Self {
        let utf8 = offered.unwrap_or_default().contains(&PositionEncodingKind::UTF8);
        if utf8 { Encoding::Utf8 } else { Encoding::Utf16 }
    }

    /// The protocol's word.
    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
        }
    }
}

/// UTF-16 code units of UTF-8 text: one for each character, two for those of four bytes.
fn utf16_units(bytes: &[u8]) -> u32 {
    let characters = bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count();
    let wide = bytes.iter().filter(|byte| **byte >= 0xF0).count();
    (characters + wide) as u32
}

const BLOCK: usize = 512;

/// A text with the places where its lines begin. A line ends at `\n`, `\r\n` or `\r`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Text {
    text: String,
    starts: Vec<u32>,
    /// UTF-16 units before each block of [`BLOCK`] bytes; empty when every byte is a unit. Counted for long lines only.
    blocks: OnceLock<Vec<u32>>,
}

impl Text {
    pub(crate) fn new(text: String) -> Self {
        let mut starts = vec![0];
        line_starts(&text, 0, &mut starts);
        Text { text, starts, blocks: OnceLock::new() }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// Bytes that the document room leaves out at the front: a byte order mark.
    pub(crate) fn mark(&self) -> usize {
        if self.text.starts_with('\u{FEFF}') { 3 } else { 0 }
    }

    /// The largest place in the text that is not behind `offset` and between two characters.
    pub(crate) fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// The byte at a line and column as findings count them: from 1, lines by `\n`, columns in characters, a byte order
    /// mark not counted.
    pub(crate) fn byte_at(&self, line: u32, column: u32) -> usize {
        let mut start = self.mark();
        for _ in 1..line {
            match memchr::memchr(b'\n', self.text.as_bytes().get(start..).unwrap_or_default()) {
                Some(at) => start += at + 1,
                None => break,
            }
        }
        let rest = self.text.get(start..).unwrap_or_default();
        let into = rest.char_indices().nth(column.saturating_sub(1) as usize).map_or(rest.len(), |(at, _)| at);
        start + into
    }

    /// Bytes of the word at a byte: to the next space or sign of a list, one at least.
    pub(crate) fn word_at(&self, start: usize) -> usize {
        let text = self.text.get(start..).unwrap_or_default();
        let word = text.chars().take(80).take_while(|c| !c.is_whitespace() && !matches!(c, ',' | ']' | '}'));
        word.map(char::len_utf8).sum::<usize>().max(1)
    }

    fn line_start(&self, line: usize) -> usize {
        self.starts.get(line).map_or(self.text.len(), |start| *start as usize)
    }

    /// Where a line ends, its line break not counted.
    fn line_end(&self, line: usize) -> usize {
        let (start, next) = (self.line_start(line), self.line_start(line + 1));
        let text = self.text.get(start..next).unwrap_or_default();
        start + text.trim_end_matches(['\n', '\r']).len()
    }

    /// The end of the line a byte lies in, its line break not counted.
    pub(crate) fn end_of_line(&self, offset: usize) -> usize {
        self.line_end(self.line_at(offset))
    }

    fn line_at(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start as usize <= offset).saturating_sub(1)
    }

    /// The byte a position stands for. A position behind the end of its line or of the text is moved back to it.
    pub(crate) fn offset(&self, position: Position, encoding: Encoding) -> usize {
        let line = position.line as usize;
        if line >= self.starts.len() {
            return self.text.len();
        }
        let (start, end) = (self.line_start(line), self.line_end(line));
        let columns = position.character as usize;
        if encoding == Encoding::Utf8 {
            return self.floor(start.saturating_add(columns).min(end));
        }
        let (mut from, mut units, mut goal) = (start, 0, columns);
        if end - start > BLOCK {
            let blocks = self.blocks();
            if blocks.is_empty() {
                return self.floor(start.saturating_add(columns).min(end));
            }
            // Long lines are skipped by blocks, the rest is counted.
            goal += self.units_before(start) as usize;
            let block = blocks.partition_point(|before| (*before as usize) <= goal).saturating_sub(1);
            from = self.floor((block * BLOCK).max(start));
            units = self.units_before(from) as usize;
        }
        for (at, c) in self.text.get(from..end).unwrap_or_default().char_indices() {
            units += c.len_utf16();
            if units > goal {
                return from + at;
            }
        }
        end
    }

    /// The position of a byte.
    pub(crate) fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let offset = self.floor(offset);
        let line = self.line_at(offset);
        let start = self.line_start(line);
        let column = match encoding {
            Encoding::Utf8 => (offset - start) as u32,
            Encoding::Utf16 if offset - start <= BLOCK => {
                self.text.as_bytes().get(start..offset).map_or(0, utf16_units)
            }
            Encoding::Utf16 if self.blocks().is_empty() => (offset - start) as u32,
            Encoding::Utf16 => self.units_before(offset) - self.units_before(start),
        };
        Position { line: line as u32, character: column }
    }

    /// The range between two bytes.
    pub(crate) fn range(&self, start: usize, end: usize, encoding: Encoding) -> Range {
        Range { start: self.position(start, encoding), end: self.position(end.max(start), encoding) }
    }

    fn blocks(&self) -> &[u32] {
        self.blocks.get_or_init(|| {
            let mut blocks = Vec::new();
            if !self.text.is_ascii() {
                let mut sum = 0;
                for block in self.text.as_bytes().chunks(BLOCK) {
                    blocks.push(sum);
                    sum += utf16_units(block);
                }
                blocks.push(sum);
            }
            blocks
        })
    }

    fn units_before(&self, offset: usize) -> u32 {
        let block = offset / BLOCK;
        let sum = self.blocks().get(block).copied().unwrap_or(0);
        sum + self.text.as_bytes().get(block * BLOCK..offset).map_or(0, utf16_units)
    }

    /// Applies one change of the protocol: a new text, or an edit of a range.
    pub(crate) fn change(&mut self, change: TextDocumentContentChangeEvent, encoding: Encoding) {
        let Some(range) = change.range else {
            *self = Text::new(change.text);
            return;
        };
        let start = self.offset(range.start, encoding);
        let end = self.offset(range.end, encoding).max(start);
        self.replace(start, end, &change.text);
    }

    /// Replaces the bytes between two places, both between characters.
    fn replace(&mut self, start: usize, end: usize, new: &str) {
        self.text.replace_range(start..end, new);
        self.blocks = OnceLock::new();
        // A `\r` just before may have been a line end of its own and is none any more, or the other way round:
        // lines are counted again from the line before the edit to the line behind it.
        let from = self.line_at(start).saturating_sub(1);
        let behind = self.starts.partition_point(|at| (*at as usize) <= end + 1);
        let grown = new.len() as i64 - (end - start) as i64;
        let tail: Vec<u32> =
            self.starts.get(behind..).unwrap_or_default().iter().map(|at| (i64::from(*at) + grown) as u32).collect();
        let stop = tail.first().map_or(self.text.len(), |at| *at as usize);
        self.starts.truncate(from + 1);
        let begin = self.line_start(from);
        let mut between = Vec::new();
        line_starts(self.text.get(begin..stop).unwrap_or_default(), begin, &mut between);
        self.starts.extend(between.into_iter().filter(|at| tail.is_empty() || (*at as usize) < stop));
        self.starts.extend(tail);
    }
}

/// Appends where lines begin in `text`, which itself begins at `base`.
fn line_starts(text: &str, base: usize, starts: &mut Vec<u32>) {
    let bytes = text.as_bytes();
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        let pair = bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
        if !pair {
            starts.push((base + at + 1) as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edit(range: Range, text: &str) -> TextDocumentContentChangeEvent {
        TextDocumentContentChangeEvent { range: Some(range), range_length: None, text: text.to_owned() }
    }

    #[test]
    fn columns_count_the_negotiated_units() {
        let text = Text::new("a: é\nb: 😀x\r\nc".to_owned());
        let x = text.as_str().find('x').unwrap();
        assert_eq!(text.position(x, Encoding::Utf16), Position::new(1, 5));
        assert_eq!(text.position(x, Encoding::Utf8), Position::new(1, 7));
        assert_eq!(text.offset(Position::new(1, 5), Encoding::Utf16), x);
        assert_eq!(text.offset(Position::new(1, 7), Encoding::Utf8), x);
        // Between the halves of a pair, and in the middle of a character: the character's start.
        assert_eq!(text.offset(Position::new(1, 4), Encoding::Utf16), x - 4);
        assert_eq!(text.offset(Position::new(1, 5), Encoding::Utf8), x - 4);
        // Behind the end of a line, and of the text.
        assert_eq!(text.offset(Position::new(1, 99), Encoding::Utf16), x + 1);
        assert_eq!(text.offset(Position::new(9, 0), Encoding::Utf16), text.len());
    }

    #[test]
    fn long_lines_are_counted_by_blocks() {
        let text = Text::new(format!("{}é{}😀end", "x".repeat(5000), "y".repeat(9000)));
        let end = text.as_str().find("end").unwrap();
        let position = text.position(end, Encoding::Utf16);
        assert_eq!(position, Position::new(0, 5000 + 1 + 9000 + 2));
        assert_eq!(text.offset(position, Encoding::Utf16), end);
    }

    proptest! {
        #[test]
        fn positions_and_places_are_each_others_inverse(text in "[a\u{e9}\u{1F600}\r\n ]{0,40}") {
            let text = Text::new(text);
            for (at, _) in text.as_str().char_indices() {
                let behind = text.as_str()[..at].ends_with('\r') && text.as_str()[at..].starts_with('\n');
                if text.line_end(text.line_at(at)) < at || behind { continue; }
                for encoding in [Encoding::Utf8, Encoding::Utf16] {
                    prop_assert_eq!(text.offset(text.position(at, encoding), encoding), at);
                }
            }
        }

        #[test]
        fn an_edit_gives_what_reading_the_whole_text_again_gives(
            text in "[a\u{e9}\u{1F600}\r\n]{0,30}", new in "[b\u{e9}\r\n]{0,6}", spans in prop::collection::vec((0u32..8, 0u32..8, 0u32..8, 0u32..8), 1..4)
        ) {
            let mut edited = Text::new(text);
            for (a, b, c, d) in spans {
                let range = Range { start: Position::new(a, b), end: Position::new(c, d) };
                edited.change(edit(range, &new), Encoding::Utf16);
                let again = Text::new(edited.text.clone());
                prop_assert_eq!(&edited.starts, &again.starts);
            }
        }
    }
}
