//! The line a finding is about, with a caret under the place.

use crate::Section;
use palisade_finding::Finding;
use std::collections::BTreeMap;

/// Characters shown before and after the place on a long line.
const BEFORE: usize = 40;
const AFTER: usize = 60;

/// The texts of a section's files, by name.
pub(crate) struct Sources<'a> {
    main: &'a str,
    files: BTreeMap<&'a str, Lines<'a>>,
}

impl<'a> Sources<'a> {
    /// Finds where the lines of every file begin that a finding is about.
    pub(crate) fn new(section: &Section<'a>) -> Self {
        let files = section.sources.iter().map(|(name, text)| (*name, Lines::new(text)));
        Sources { main: section.name, files: files.collect() }
    }

    /// The part of a line around the place of a finding.
    pub(crate) fn excerpt(&self, finding: &Finding) -> Option<Excerpt> {
        let file = finding.file.as_deref().unwrap_or(self.main);
        self.files.get(file)?.excerpt(finding.line?, finding.column?)
    }
}

/// Finds lines of a source text by number.
struct Lines<'a> {
    source: &'a str,
    starts: Vec<usize>,
}

/// A part of a line, and how many characters in it stand before the place.
pub(crate) struct Excerpt {
    pub(crate) line: String,
    pub(crate) before: usize,
}

impl<'a> Lines<'a> {
    /// Finds where lines begin.
    fn new(source: &'a str) -> Self {
        let starts = std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Lines { source, starts }
    }

    /// The part of a line around a column; both count from 1.
    fn excerpt(&self, line: u32, column: u32) -> Option<Excerpt> {
        let start = *self.starts.get(line.checked_sub(1)? as usize)?;
        let end = self.starts.get(line as usize).map_or(self.source.len(), |next| next - 1);
        let text = self.source.get(start..end)?.trim_end_matches('\r');
        let column = column.checked_sub(1)? as usize;
        let from = column.saturating_sub(BEFORE);
        let mut out = String::new();
        let mut before = 0;
        if from > 0 {
            out.push('…');
            before += 1;
        }
        let mut chars = text.chars().skip(from);
        for at in from..column + AFTER {
            let Some(c) = chars.next() else { break };
            let shown = if c == '\t' { " ".to_owned() } else { crate::escape::terminal(c.encode_utf8(&mut [0; 4])) };
            if at < column {
                before += shown.chars().count();
            }
            out.push_str(&shown);
        }
        if chars.next().is_some() {
            out.push('…');
        }
        Some(Excerpt { line: out, before })
    }
}
