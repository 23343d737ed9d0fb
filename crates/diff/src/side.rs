//! One of the two contracts, its schemas compiled.

use palisade_contract::validate::dialect;
use palisade_contract::{Contract, MediaType, Operation, Parameter};
use palisade_document::{NodeId, NodeRef};
use palisade_schema::{Compiler, SchemaId, SchemaSet};
use std::collections::HashMap;
use std::sync::Arc;

/// A contract with the schemas that its messages use.
pub(crate) struct Side<'c> {
    pub(crate) contract: &'c Contract,
    pub(crate) set: SchemaSet,
    ids: HashMap<NodeId, SchemaId>,
}

impl<'c> Side<'c> {
    pub(crate) fn new(contract: &'c Contract) -> Side<'c> {
        let mut compiler = Compiler::new(Arc::clone(contract.document()), dialect(contract.version));
        let mut add = |node: NodeId| {
            compiler.add(node);
        };
        let operations = contract.operations.iter().chain(&contract.webhooks).chain(&contract.callbacks);
        operations.for_each(|operation| schemas_of(operation, &mut add));
        let (set, _) = compiler.finish();
        let mut side = Side { contract, set, ids: HashMap::new() };
        side.ids = side.set.ids().filter_map(|id| Some((side.set.node(id)?, id))).collect();
        side
    }

    /// The compiled schema of a node.
    pub(crate) fn schema(&self, node: NodeId) -> Option<SchemaId> {
        self.ids.get(&self.contract.node(node).id()).copied()
    }

    /// The schema of a node as a list of schemas that hold together: none for a node without one.
    pub(crate) fn conjunction(&self, node: Option<NodeId>) -> Vec<SchemaId> {
        node.and_then(|node| self.schema(node)).into_iter().collect()
    }

    pub(crate) fn node(&self, id: NodeId) -> NodeRef<'_> {
        self.contract.node(id)
    }
}

fn schemas_of(operation: &Operation, add: &mut dyn FnMut(NodeId)) {
    for parameter in &operation.parameters {
        parameter.schema.into_iter().for_each(&mut *add);
        parameter.content.iter().for_each(|media| schemas_in(media, add));
    }
    operation.request_body.iter().flat_map(|body| &body.content).for_each(|media| schemas_in(media, add));
    for response in &operation.responses {
        response.content.iter().for_each(|media| schemas_in(media, add));
        response.headers.iter().filter_map(|header| header.schema).for_each(&mut *add);
    }
}

fn schemas_in(media: &MediaType, add: &mut dyn FnMut(NodeId)) {
    media.schema.into_iter().chain(media.item_schema).for_each(&mut *add);
    media.form_fields.iter().map(|field| field.schema).for_each(&mut *add);
}

/// The schema of a parameter, whichever way it is written.
pub(crate) fn schema_of(parameter: &Parameter) -> Option<NodeId> {
    parameter.schema.or(parameter.content.as_ref().and_then(|media| media.schema))
}
