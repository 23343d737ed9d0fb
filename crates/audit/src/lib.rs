//! Judges a contract and gives it a score.
//!
//! [`audit_bytes`] reads a contract's bytes, walks it once into an index of roles (operations, parameters,
//! responses, schemas, security schemes), runs every rule of the [registry](rules) on its role and joins the
//! findings with the score. It does no IO and opens no reference; equal input gives equal output.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod catalogue;
mod diff;
mod engine;
pub mod fix;
mod hit;
mod identity;
mod index;
mod join;
mod mend;
mod place;
mod places;
pub mod policy;
mod report;
mod reuse;
mod rule;
pub mod rules;
mod run;
mod score;
mod session;
mod usage;

pub use catalogue::{catalogue_markdown, rule_markdown, rule_text};
pub use diff::diff;
pub use report::{
    AuditReport, ContractInfo, OperationScore, Options, Place, Profile, Score, SideBySide, State, UnknownProfile,
};
pub use rule::{Direction, Part, Rule};
pub use rules::{RULES, rule};
pub use session::{BadEdit, Session};

use palisade_contract::Contract;
use palisade_document::{Document, Limits, Problem, Reading};
use std::sync::Arc;

/// Judges a contract that was read and modelled. `problems` are those met while reading its document.
pub fn audit(contract: &Contract, problems: &[Problem], options: &Options) -> AuditReport {
    engine::audit(contract.document(), problems.to_vec(), false, options)
}

/// Judges the contract in `bytes`. `path` is the name shown for it in the report; nothing is opened.
///
/// Never fails: a contract that cannot be read gives a report with state
/// [`StructureInvalid`](State::StructureInvalid), score 0 and the finding that says why.
pub fn audit_bytes(path: &str, bytes: &[u8], options: &Options) -> AuditReport {
    audit_with_source(path, bytes, options).0
}

/// Like [`audit_bytes`], and gives the source text back too, decoded: what excerpts in reports are cut from.
pub fn audit_with_source(path: &str, bytes: &[u8], options: &Options) -> (AuditReport, String) {
    audit_reading(palisade_document::read(path, bytes, &Limits::default()), options)
}

/// Like [`audit_with_source`], of bytes that are handed over: text in UTF-8 is not copied.
pub fn audit_owned(path: &str, bytes: Vec<u8>, options: &Options) -> (AuditReport, String) {
    audit_reading(palisade_document::read_owned(path, bytes, &Limits::default()), options)
}

fn audit_reading(reading: Reading, options: &Options) -> (AuditReport, String) {
    let (report, files) = audit_files(reading, options);
    (report, files.into_iter().next().map(|(_, text)| text).unwrap_or_default())
}

/// Judges a contract that was read with the files it is spread over, and gives the source text of each file back, by
/// its name: what excerpts in reports are cut from.
pub fn audit_files(reading: Reading, options: &Options) -> (AuditReport, Vec<(String, String)>) {
    let Reading { document, problems, fatal } = reading;
    let document = Arc::new(document);
    let report = engine::audit(&document, problems, fatal, options);
    let several = document.files().nth(1).is_some();
    let files = match Arc::try_unwrap(document) {
        Ok(document) if !several => vec![(document.name().to_owned(), document.into_source())],
        Ok(document) => texts(&document),
        Err(document) => texts(&document),
    };
    (report, files)
}

fn texts(document: &Document) -> Vec<(String, String)> {
    document.files().map(|file| (file.name().to_owned(), file.source().to_owned())).collect()
}

/// Judges a document that was read, with the files it refers to added. `problems` are those met while reading it;
/// `fatal` says that it was not read to its end.
pub fn audit_document(document: &Arc<Document>, problems: Vec<Problem>, fatal: bool, options: &Options) -> AuditReport {
    engine::audit(document, problems, fatal, options)
}

/// The report for a contract whose bytes could not be had at all, for example a file that does not exist.
pub fn unreadable(path: &str, reason: &str) -> AuditReport {
    engine::unreadable(path, reason)
}
