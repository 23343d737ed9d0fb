//! From contract to contract: which operations are the same, and what changed in them.

use crate::Options;
use crate::change::{Change, Gathered, Name, Told};
use crate::check::{Base, Kind, Level, Structure};
use crate::schemas::{Context, Found, Schemas, Subject, short};
use crate::side::Side;
use palisade_contract::Operation;
use palisade_document::NodeId;
use std::collections::{BTreeSet, HashMap};

/// One comparison under way.
pub(crate) struct Walk<'a, 'c> {
    pub(crate) old: &'a Side<'c>,
    pub(crate) new: &'a Side<'c>,
    pub(crate) options: &'a Options,
    pub(crate) schemas: Schemas<'a, 'c>,
    gathered: Gathered,
    /// The operation at hand.
    name: Name,
}

/// Two nodes, of the old and of the new contract.
pub(crate) type Nodes = (NodeId, NodeId);

impl<'a, 'c> Walk<'a, 'c> {
    pub(crate) fn new(old: &'a Side<'c>, new: &'a Side<'c>, options: &'a Options) -> Walk<'a, 'c> {
        let schemas = Schemas::new(old, new);
        Walk { old, new, options, schemas, gathered: Gathered::default(), name: Name::default() }
    }

    pub(crate) fn run(mut self) -> Vec<Change> {
        self.servers();
        let schemes = self.schemes();
        self.tags();
        self.version();
        let (old, new) = (self.old.contract, self.new.contract);
        let (pairs, removed, added) = paired(&old.operations, &new.operations);
        for operation in added {
            self.enter(operation);
            self.structure(Structure::OperationAdded, "", "", (self.root().0, operation.node));
        }
        for operation in removed {
            self.enter(operation);
            self.removed(operation);
        }
        for (one, other) in pairs {
            self.enter(other);
            self.renamed(one, other);
            self.life(one, other);
            self.parameters(one, other);
            self.request(one, other);
            self.responses(one, other);
            self.security(one, other, &schemes);
            self.operation_servers(one, other);
        }
        self.outgoing(&old.webhooks, &new.webhooks, "webhook");
        self.outgoing(&old.callbacks, &new.callbacks, "callback");
        if self.schemas.incomplete {
            self.name = Name::default();
            self.structure(Structure::Incomplete, "", "", self.root());
        }
        self.gathered.finish()
    }

    /// Calls that the API makes: what goes in and what goes out change places.
    fn outgoing(&mut self, old: &[Operation], new: &[Operation], word: &str) {
        let (pairs, removed, added) = paired(old, new);
        let root = self.root();
        let webhook = word == "webhook";
        for operation in added {
            self.enter_outgoing(operation, word);
            let kind = if webhook { Structure::WebhookAdded } else { Structure::CallbackAdded };
            self.structure(kind, "", "", (root.0, operation.node));
        }
        for operation in removed {
            self.enter_outgoing(operation, word);
            let kind = if webhook { Structure::WebhookRemoved } else { Structure::CallbackRemoved };
            self.gone(kind, "", "", (operation.node, root.1));
        }
        for (one, other) in pairs {
            self.enter_outgoing(other, word);
            self.outgoing_parameters(one, other);
            self.outgoing_request(one, other);
            self.outgoing_responses(one, other);
        }
    }

    fn enter(&mut self, operation: &Operation) {
        let key = format!("{} {}", operation.method, erased(&operation.template));
        self.name = Name { label: Some(operation.label()), key };
    }

    fn enter_outgoing(&mut self, operation: &Operation, word: &str) {
        let key = format!("{word} {}", operation.label());
        self.name = Name { label: Some(key.clone()), key };
    }

    /// Leaves the operations: what follows is about the whole contract.
    pub(crate) fn root(&self) -> Nodes {
        (self.old.contract.document().root().id(), self.new.contract.document().root().id())
    }

    /// Tells of a change outside of schemas.
    pub(crate) fn structure(&mut self, structure: Structure, about: &str, detail: &str, (old, new): Nodes) {
        let kind = Kind::Structure(structure);
        self.push(&Told { kind, about, detail, old, new, gone: false });
    }

    /// Tells of a change that leaves nothing in the new contract.
    pub(crate) fn gone(&mut self, structure: Structure, about: &str, detail: &str, (old, new): Nodes) {
        let kind = Kind::Structure(structure);
        self.push(&Told { kind, about, detail, old, new, gone: true });
    }

    /// Tells of a change by the place it stands at and its own word: `query-parameter` and `became-required`.
    pub(crate) fn named(&mut self, base: &str, word: &str, about: &str, detail: &str, nodes: Nodes) {
        if let Some(structure) = Structure::named(base, word) {
            match word.starts_with("removed") {
                true => self.gone(structure, about, detail, nodes),
                false => self.structure(structure, about, detail, nodes),
            }
        }
    }

    fn push(&mut self, told: &Told<'_>) {
        self.gathered.push(self.old, self.new, &self.name, told);
    }

    /// Compares two schemas and tells what changed inside them.
    pub(crate) fn inside(
        &mut self,
        base: Base,
        about: &str,
        (one, other): (&Subject<'_>, &Subject<'_>),
        nodes: Nodes,
        xml: bool,
    ) {
        let text = matches!(
            base,
            Base::PathParameter
                | Base::QueryParameter
                | Base::HeaderParameter
                | Base::CookieParameter
                | Base::ResponseHeader
                | Base::WebhookParameter
        );
        let found = self.schemas.compare(one, other, Context { way: base.way(), xml, text });
        for change in found.iter() {
            self.found(base, about, change, nodes);
        }
    }

    pub(crate) fn found(&mut self, base: Base, about: &str, found: &Found, nodes: Nodes) {
        let inside = !found.path.is_empty();
        let base = if inside { base.inside() } else { base };
        let path = found.path.strip_prefix('.').unwrap_or(&found.path);
        let about = if inside { format!("{about}, at {path}") } else { about.to_owned() };
        self.push(&Told {
            kind: Kind::Keyword(base, found.keyword),
            about: &about,
            detail: &found.detail,
            old: found.old.unwrap_or(nodes.0),
            new: found.new.unwrap_or(nodes.1),
            gone: found.keyword.takes_away(),
        });
    }

    fn tags(&mut self) {
        let (old, new) = (tags_of(self.old), tags_of(self.new));
        let root = self.root();
        for (name, node) in new.iter().filter(|(name, _)| !old.iter().any(|(other, _)| other == name)) {
            self.structure(Structure::TagAdded, "", &format!(": {}", short(name)), (root.0, *node));
        }
        for (name, node) in old.iter().filter(|(name, _)| !new.iter().any(|(other, _)| other == name)) {
            self.gone(Structure::TagRemoved, "", &format!(": {}", short(name)), (*node, root.1));
        }
    }

    fn version(&mut self) {
        let numbers = |text: &str| -> Option<Vec<u64>> {
            text.trim_start_matches('v').split('.').map(|part| part.parse().ok()).collect()
        };
        let (old, new) = (&self.old.contract.api_version, &self.new.contract.api_version);
        if let (Some(one), Some(other)) = (numbers(old), numbers(new))
            && other < one
        {
            let detail = format!(" from {} to {}", short(old), short(new));
            let at = |side: &Side<'_>| {
                let root = side.contract.document().root();
                root.get("info").and_then(|info| info.get("version")).unwrap_or(root).id()
            };
            self.structure(Structure::VersionDecreased, "", &detail, (at(self.old), at(self.new)));
        }
    }

    /// Path parameters that go by another name.
    fn renamed(&mut self, one: &Operation, other: &Operation) {
        for (old, new) in names(&one.template).into_iter().zip(names(&other.template)).filter(|(old, new)| old != new) {
            let detail = format!(" from {} to {}", short(old), short(new));
            let at = |side: &Side<'_>, operation: &Operation| {
                side.contract.paths.get(operation.path).map_or(operation.node, |path| path.node)
            };
            let nodes = (at(self.old, one), at(self.new, other));
            self.structure(Structure::PathParameterRenamed, "", &detail, nodes);
        }
    }
}

impl Level {
    /// The worst level among changes.
    pub fn worst(changes: &[Change]) -> Option<Level> {
        changes.iter().map(|change| change.level).max()
    }
}

fn tags_of(side: &Side<'_>) -> Vec<(String, NodeId)> {
    let tags = side.contract.document().root().get("tags");
    let named = tags.into_iter().flat_map(|tags| tags.items().collect::<Vec<_>>());
    named.filter_map(|tag| Some((tag.get("name")?.as_str()?.to_owned(), tag.id()))).collect()
}

/// A template with the names of its parameters left out.
pub(crate) fn erased(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((_, behind)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str("{}");
        rest = behind;
    }
    out + rest
}

/// The names of a template's parameters, in order.
pub(crate) fn names(template: &str) -> Vec<&str> {
    template.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect()
}

type Paired<'o> = (Vec<(&'o Operation, &'o Operation)>, Vec<&'o Operation>, Vec<&'o Operation>);

/// Operations that are the same: by method and template, else by the template with its names left out. Then those that
/// are only old, and those that are only new.
fn paired<'o>(old: &'o [Operation], new: &'o [Operation]) -> Paired<'o> {
    let mut partner: Vec<Option<usize>> = vec![None; new.len()];
    let mut taken = BTreeSet::new();
    for exact in [true, false] {
        let key = |operation: &Operation| {
            let template = if exact { operation.template.clone() } else { erased(&operation.template) };
            (operation.method.clone(), template)
        };
        let mut open: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for (place, operation) in old.iter().enumerate().rev().filter(|(place, _)| !taken.contains(place)) {
            open.entry(key(operation)).or_default().push(place);
        }
        for (place, operation) in new.iter().enumerate() {
            if let Some(slot) = partner.get_mut(place).filter(|slot| slot.is_none())
                && let Some(found) = open.get_mut(&key(operation)).and_then(Vec::pop)
            {
                *slot = Some(found);
                taken.insert(found);
            }
        }
    }
    let mut pairs = Vec::new();
    let mut added = Vec::new();
    for (operation, partner) in new.iter().zip(&partner) {
        match partner.and_then(|place| old.get(place)) {
            Some(one) => pairs.push((one, operation)),
            None => added.push(operation),
        }
    }
    let removed = old.iter().enumerate().filter(|(place, _)| !taken.contains(place)).map(|(_, operation)| operation);
    (pairs, removed.collect(), added)
}
