//! Behaviour of the schema room as its neighbours see it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod dialects;
mod limits;
mod suite;

use palisade_document::{Document, Limits, json};
use palisade_schema::{Compiler, Dialect, Options, Outcome, Problem, SchemaId, SchemaSet};
use std::sync::Arc;

/// Compiles the schema at the root of a document.
pub(crate) fn compile(text: &str, dialect: Dialect) -> (SchemaSet, SchemaId, Vec<Problem>) {
    let reading = palisade_document::read("schema", text.as_bytes(), &Limits::default());
    let document = Arc::new(reading.document);
    let mut compiler = Compiler::new(Arc::clone(&document), dialect);
    let root = compiler.add(document.root().id());
    let (set, problems) = compiler.finish();
    (set, root, problems)
}

pub(crate) fn value(text: &str) -> Document {
    json::parse_body(text.as_bytes(), &Limits::default()).unwrap_or_else(|error| panic!("{error:?} in {:.80}", text))
}

/// What a schema says of a value.
pub(crate) fn check(schema: &str, dialect: Dialect, instance: &str, options: &Options) -> Outcome {
    let (set, root, _) = compile(schema, dialect);
    set.validate(root, value(instance).root(), options)
}

/// The violations as `pointer code` lines.
pub(crate) fn lines(outcome: &Outcome) -> Vec<String> {
    outcome.violations.iter().map(|violation| format!("{} {}", violation.pointer, violation.code)).collect()
}
