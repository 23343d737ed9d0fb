//! A contract that is being edited: the report follows each edit.

use crate::engine;
use crate::report::{AuditReport, Options};
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
    document: Arc<Document>,
    report: Arc<AuditReport>,
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
        let (document, report) = full(path, text, options);
        Session { path: path.to_owned(), options: options.clone(), text: text.to_owned(), document, report }
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
        self.text.replace_range(range, replacement);
        (self.document, self.report) = full(&self.path, &self.text, &self.options);
        Ok(&self.report)
    }

    /// Judges again with other options.
    pub fn set_options(&mut self, options: &Options) -> &AuditReport {
        self.options = options.clone();
        (self.document, self.report) = full(&self.path, &self.text, &self.options);
        &self.report
    }

    /// The report on the present text.
    pub fn report(&self) -> &AuditReport {
        &self.report
    }

    /// The report on the present text, to be kept beside later ones.
    pub fn shared_report(&self) -> Arc<AuditReport> {
        Arc::clone(&self.report)
    }

    /// The present text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tree of the present text. Its spans are offsets in its own source, which is the text unless that begins
    /// with a byte order mark.
    pub fn document(&self) -> &Arc<Document> {
        &self.document
    }
}

fn full(path: &str, text: &str, options: &Options) -> (Arc<Document>, Arc<AuditReport>) {
    let Reading { document, problems, fatal } = palisade_document::read(path, text.as_bytes(), &Limits::default());
    let document = Arc::new(document);
    let report = engine::audit(&document, problems, fatal, options);
    (document, Arc::new(report))
}
