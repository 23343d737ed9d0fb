//! A contract that is being edited: the report follows each edit.

use crate::engine;
use crate::report::{AuditReport, Options};
use crate::reuse::Memory;
use palisade_document::{Document, Limits, Reading};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// One contract open in an editor. After every edit the report is the one a full audit of the present text gives.
#[derive(Debug)]
pub struct Session {
    path: String,
    options: Options,
    text: String,
    now: Now,
}

/// What is known of the present text.
#[derive(Debug)]
struct Now {
    document: Arc<Document>,
    /// Nothing was wrong when it was read.
    clean: bool,
    report: Arc<AuditReport>,
    /// What the audit left for the next one.
    memory: Option<Memory>,
}

impl Now {
    /// Reads and judges a whole text.
    fn of(path: &str, text: &str, options: &Options) -> Now {
        let Reading { document, problems, fatal } = palisade_document::read(path, text.as_bytes(), &Limits::default());
        let document = Arc::new(document);
        let clean = problems.is_empty() && !fatal;
        let (report, memory) = engine::open(&document, problems, fatal, options);
        Now { document, clean, report: Arc::new(report), memory }
    }

    /// Follows an edit that is quickly followed.
    fn follow(&mut self, range: Range<usize>, replacement: &str, options: &Options) -> Option<()> {
        let (document, change) = self.document.splice(range, replacement, &Limits::default())?;
        let document = Arc::new(document);
        let (report, memory) = engine::follow(&document, options, self.memory.take(), change);
        *self = Now { document, clean: true, report: Arc::new(report), memory };
        Some(())
    }
}

/// The range of an edit does not lie in the text, or cuts a character in two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadEdit {
    /// First byte of the range.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// Bytes of the text.
    pub len: usize,
}

impl fmt::Display for BadEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bytes {} to {} are no range of a text of {} bytes", self.start, self.end, self.len)
    }
}

impl std::error::Error for BadEdit {}

impl Session {
    /// Reads and judges a contract. `path` is the name shown for it; nothing is opened.
    pub fn open(path: &str, text: &str, options: &Options) -> Session {
        let now = Now::of(path, text, options);
        Session { path: path.to_owned(), options: options.clone(), text: text.to_owned(), now }
    }

    /// Replaces a range of bytes of the text and judges again.
    ///
    /// # Errors
    ///
    /// When the range does not lie in the text or cuts a character; text and report stay as they were.
    pub fn edit(&mut self, range: Range<usize>, replacement: &str) -> Result<&AuditReport, BadEdit> {
        if range.start > range.end || self.text.get(range.clone()).is_none() {
            return Err(BadEdit { start: range.start, end: range.end, len: self.text.len() });
        }
        // A byte order mark, and what was no UTF-8, are no part of the document's source.
        let same = self.now.clean && self.now.document.source().len() == self.text.len();
        self.text.replace_range(range.clone(), replacement);
        let followed = same.then(|| self.now.follow(range, replacement, &self.options)).flatten();
        if followed.is_none() {
            self.now = Now::of(&self.path, &self.text, &self.options);
        }
        Ok(&self.now.report)
    }

    /// Judges again with other options.
    pub fn set_options(&mut self, options: &Options) -> &AuditReport {
        self.options = options.clone();
        self.now = Now::of(&self.path, &self.text, &self.options);
        &self.now.report
    }

    /// The report on the present text.
    pub fn report(&self) -> &AuditReport {
        &self.now.report
    }

    /// The report on the present text, to be kept beside later ones.
    pub fn shared_report(&self) -> Arc<AuditReport> {
        Arc::clone(&self.now.report)
    }

    /// The present text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tree of the present text. Its spans are offsets in its own source, which is the text unless that begins
    /// with a byte order mark.
    pub fn document(&self) -> &Arc<Document> {
        &self.now.document
    }
}
