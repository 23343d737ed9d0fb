//! Which properties the schemas of a contract declare, place by place, and walking bodies along them.
//!
//! Validation says what breaks a schema. This says what a schema names and a body has, and the other way round: an
//! object that may hold more than its schema names is valid with whatever it holds.

use palisade_contract::Contract;
use palisade_document::{Kind, NodeId, NodeRef, pointer, refs};
use palisade_exchange::classify;
use std::collections::HashMap;

/// Most places in all; beyond it a place names nothing.
const MAX_PLACES: usize = 20_000;
/// Most schemas one place is composed of.
const MAX_PARTS: usize = 64;
/// Most values of one body that are looked at.
const MAX_VALUES: usize = 100_000;
/// Most properties without declaration that are told of one body.
const MAX_UNDECLARED: usize = 16;
/// Longest name of a property that is kept, in bytes.
const MAX_NAME: usize = 128;
/// Stands for any item of a list and any name of a map.
const ANY: &str = "*";

/// Index of a place. The first names nothing and misses nothing.
pub(crate) type PlaceId = usize;

/// A declared property.
#[derive(Debug, Clone)]
pub(crate) struct Property {
    pub(crate) name: Box<str>,
    pub(crate) place: PlaceId,
    /// Where it is declared.
    pub(crate) node: NodeId,
    pub(crate) deprecated: bool,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
}

/// The schemas that hold at one place, as far as names go.
#[derive(Debug, Default)]
pub(crate) struct Place {
    pub(crate) properties: Vec<Property>,
    names: HashMap<Box<str>, usize>,
    items: Option<PlaceId>,
    additional: Option<PlaceId>,
    /// Other names are welcome.
    open: bool,
    /// The first schema.
    pub(crate) node: Option<NodeId>,
}

/// All places of a contract.
#[derive(Debug)]
pub(crate) struct Places {
    places: Vec<Place>,
    by_schema: HashMap<usize, PlaceId>,
}

/// What is met on a walk.
pub(crate) enum Met<'w> {
    /// An object whose properties are declared: its place, and which of them it has.
    Object { pointer: &'w str, place: PlaceId, has: &'w [usize] },
    /// A property that is deprecated.
    Deprecated { pointer: &'w str, property: &'w Property },
    /// A property that no schema of the object names.
    Undeclared { pointer: &'w str, node: Option<NodeId> },
}

impl Places {
    /// The places below these schemas.
    pub(crate) fn new(contract: &Contract, schemas: impl Iterator<Item = NodeId>) -> Self {
        let places = vec![Place { open: true, ..Place::default() }];
        let mut build = Build { places, known: HashMap::new(), open: Vec::new() };
        let mut by_schema = HashMap::new();
        for schema in schemas {
            let place = build.place(&[contract.node(schema)]);
            by_schema.insert(schema.index(), place);
        }
        while let Some((place, schemas)) = build.open.pop() {
            build.fill(place, &schemas);
        }
        Places { places: build.places, by_schema }
    }

    /// The place of a schema that was given to [`Places::new`].
    pub(crate) fn of(&self, schema: NodeId) -> PlaceId {
        self.by_schema.get(&schema.index()).copied().unwrap_or(0)
    }

    pub(crate) fn get(&self, place: PlaceId) -> Option<&Place> {
        self.places.get(place)
    }

    /// Walks a body along a place.
    pub(crate) fn walk(&self, place: PlaceId, root: NodeRef<'_>, visit: &mut dyn FnMut(Met<'_>)) {
        let mut open: Vec<(PlaceId, NodeRef<'_>, String)> = vec![(place, root, String::new())];
        let mut left = MAX_VALUES;
        let mut undeclared = 0;
        while let Some((at, node, pointer)) = open.pop() {
            let Some(place) = self.places.get(at).filter(|_| at != 0) else { continue };
            left = match left.checked_sub(1) {
                Some(left) => left,
                None => return,
            };
            match (node.kind(), place.items) {
                (Kind::Array, Some(items)) => {
                    let pointer = format!("{pointer}/{ANY}");
                    open.extend(node.items().map(|item| (items, item, pointer.clone())));
                }
                (Kind::Object, _) => {
                    let mut has = Vec::new();
                    for member in node.members() {
                        if let Some((index, property)) = place.property(member.key) {
                            let below = pointer::child(&pointer, member.key);
                            has.push(index);
                            if property.deprecated {
                                visit(Met::Deprecated { pointer: &below, property });
                            }
                            if property.place != 0 && !member.value.is_empty() {
                                open.push((property.place, member.value, below));
                            }
                        } else if let Some(additional) = place.additional {
                            open.push((additional, member.value, format!("{pointer}/{ANY}")));
                        } else if !place.open && undeclared < MAX_UNDECLARED {
                            undeclared += 1;
                            let pointer = pointer::child(&pointer, plain_name(member.key));
                            visit(Met::Undeclared { pointer: &pointer, node: place.node });
                        }
                    }
                    if !place.properties.is_empty() {
                        visit(Met::Object { pointer: &pointer, place: at, has: &has });
                    }
                }
                _ => {}
            }
        }
    }

    /// A pointer with `*` for indexes, for names of maps, and for names that are values by their spelling.
    pub(crate) fn generalise(&self, place: PlaceId, pointer: &str) -> String {
        let mut at = place;
        let mut out = String::new();
        for step in pointer.split('/').skip(1) {
            let name = pointer::step(step);
            let here = self.places.get(at);
            let index = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
            let (step, below) = match here.and_then(|place| place.property(&name)) {
                Some((_, property)) => (&*name, property.place),
                None if index => (ANY, here.and_then(|place| place.items).unwrap_or(0)),
                None => match here.and_then(|place| place.additional) {
                    Some(additional) => (ANY, additional),
                    None => (plain_name(&name), 0),
                },
            };
            pointer::push_step(&mut out, step);
            at = below;
        }
        out
    }
}

impl Place {
    fn property(&self, name: &str) -> Option<(usize, &Property)> {
        let index = *self.names.get(name)?;
        Some((index, self.properties.get(index)?))
    }
}

/// A name as it may be kept: one that is a value by its spelling says nothing and may say too much.
pub(crate) fn plain_name(name: &str) -> &str {
    let value = classify(name).is_some() || palisade_sensitive::value_kind(name).is_some();
    if value { ANY } else { name.get(..name.floor_char_boundary(MAX_NAME)).unwrap_or_default() }
}

struct Build<'c> {
    places: Vec<Place>,
    /// By the schemas they are composed of.
    known: HashMap<Vec<usize>, PlaceId>,
    open: Vec<(PlaceId, Vec<NodeRef<'c>>)>,
}

impl<'c> Build<'c> {
    fn place(&mut self, schemas: &[NodeRef<'c>]) -> PlaceId {
        let mut schemas: Vec<NodeRef<'c>> = schemas.iter().filter(|schema| schema.is_object()).copied().collect();
        schemas.sort_unstable_by_key(|schema| schema.id().index());
        schemas.dedup_by_key(|schema| schema.id());
        let key: Vec<usize> = schemas.iter().map(|schema| schema.id().index()).collect();
        if key.is_empty() || self.places.len() >= MAX_PLACES {
            return 0;
        }
        if let Some(place) = self.known.get(&key) {
            return *place;
        }
        let place = self.places.len();
        self.places.push(Place::default());
        self.known.insert(key, place);
        self.open.push((place, schemas));
        place
    }

    fn fill(&mut self, place: PlaceId, schemas: &[NodeRef<'c>]) {
        let parts = parts(schemas);
        let flag = |node: NodeRef<'_>, word: &str| {
            let own = |node: NodeRef<'_>| node.get(word).and_then(NodeRef::as_bool) == Some(true);
            own(node) || refs::follow(node).is_ok_and(own)
        };
        let mut below: Vec<(Box<str>, Vec<NodeRef<'c>>)> = Vec::new();
        let mut names: HashMap<Box<str>, usize> = HashMap::new();
        let (mut items, mut additional, mut open) = (Vec::new(), Vec::new(), false);
        for part in &parts {
            let schema = part.schema;
            for member in schema.get("properties").iter().flat_map(|properties| properties.members()) {
                let index = *names.entry(member.key.into()).or_insert_with(|| {
                    below.push((member.key.into(), Vec::new()));
                    below.len() - 1
                });
                if let Some((_, nodes)) = below.get_mut(index) {
                    nodes.push(member.value);
                }
            }
            items.extend(schema.get("items").filter(|items| items.is_object()));
            items.extend(schema.get("prefixItems").iter().flat_map(|list| list.items()));
            for word in ["additionalProperties", "unevaluatedProperties"] {
                if let Some(extra) = schema.get(word).filter(|extra| extra.as_bool() != Some(false)) {
                    open = true;
                    additional.push(extra);
                }
            }
            open |= schema.get("patternProperties").is_some() || part.takes_any_object;
        }
        let properties: Vec<Property> = below
            .into_iter()
            .map(|(name, nodes)| Property {
                place: self.place(&nodes),
                node: nodes.first().map_or(NodeId::new(0), |node| node.id()),
                deprecated: nodes.iter().all(|node| flag(*node, "deprecated")),
                read_only: nodes.iter().all(|node| flag(*node, "readOnly")),
                write_only: nodes.iter().all(|node| flag(*node, "writeOnly")),
                name,
            })
            .collect();
        let filled = Place {
            open: open || properties.is_empty(),
            properties,
            names,
            items: Some(self.place(&items)).filter(|items| *items != 0),
            additional: Some(self.place(&additional)).filter(|additional| *additional != 0),
            node: schemas.first().map(|schema| schema.id()),
        };
        if let Some(slot) = self.places.get_mut(place) {
            *slot = filled;
        }
    }
}

struct Part<'c> {
    schema: NodeRef<'c>,
    /// One of several alternatives, and one that takes an object of whatever kind.
    takes_any_object: bool,
}

/// The schemas that hold, or may hold, at one place: references followed, compositions flattened.
fn parts<'c>(schemas: &[NodeRef<'c>]) -> Vec<Part<'c>> {
    let mut open: Vec<(NodeRef<'c>, bool)> = schemas.iter().rev().map(|schema| (*schema, false)).collect();
    let mut parts: Vec<Part<'c>> = Vec::new();
    while let Some((schema, alternative)) = open.pop() {
        if parts.len() >= MAX_PARTS {
            // Not all is known: what is not known to be named may be.
            parts.push(Part { schema, takes_any_object: true });
            break;
        }
        if parts.iter().any(|part| part.schema.id() == schema.id()) {
            continue;
        }
        if schema.get("$ref").is_some()
            && let Ok(target) = refs::follow(schema)
        {
            open.push((target, alternative));
        }
        open.extend(schema.get("allOf").iter().flat_map(|list| list.items()).map(|schema| (schema, false)));
        for word in ["anyOf", "oneOf"] {
            open.extend(schema.get(word).iter().flat_map(|list| list.items()).map(|schema| (schema, true)));
        }
        for word in ["then", "else"] {
            open.extend(schema.get(word).map(|schema| (schema, false)));
        }
        open.extend(
            schema.get("dependentSchemas").iter().flat_map(|map| map.members()).map(|member| (member.value, false)),
        );
        let says_more = ["$ref", "properties", "allOf", "anyOf", "oneOf", "enum", "const", "not", "required"]
            .iter()
            .any(|word| schema.get(word).is_some());
        let takes_objects = schema.get("type").is_none_or(|types| {
            types.as_str() == Some("object") || types.items().any(|word| word.as_str() == Some("object"))
        });
        parts.push(Part { schema, takes_any_object: alternative && !says_more && takes_objects });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_document::{Document, Limits};
    use std::sync::Arc;

    const CONTRACT: &str = "
openapi: 3.1.0
info: {title: t, version: '1'}
paths: {}
components:
  schemas:
    Node:
      type: object
      properties:
        id: {type: integer, readOnly: true}
        old: {type: string, deprecated: true}
        children: {type: array, items: {$ref: '#/components/schemas/Node'}}
        tags: {type: object, additionalProperties: {type: object, properties: {label: {type: string}}}}
        either:
          oneOf:
            - {type: object, properties: {a: {type: string}}}
            - {type: object, properties: {b: {type: string}}}
        any: {oneOf: [{type: object}, {type: object, properties: {a: {type: string}}}]}
      allOf:
        - {type: object, properties: {more: {type: string}}}
";

    fn met(body: &str) -> Vec<String> {
        let reading = palisade_document::read("c", CONTRACT.as_bytes(), &Limits::default());
        let (contract, _) = Contract::load(Arc::new(reading.document));
        let schema = contract.components.schemas.first().unwrap().1;
        let places = Places::new(&contract, [schema].into_iter());
        let body: Document = palisade_document::json::parse_body(body.as_bytes(), &Limits::body()).unwrap();
        let mut out = Vec::new();
        places.walk(places.of(schema), body.root(), &mut |met| match met {
            Met::Object { pointer, has, .. } => out.push(format!("object {pointer} {}", has.len())),
            Met::Deprecated { pointer, .. } => out.push(format!("deprecated {pointer}")),
            Met::Undeclared { pointer, .. } => out.push(format!("undeclared {pointer}")),
        });
        out.sort();
        out
    }

    #[test]
    fn what_is_named_anywhere_is_declared() {
        let body = r#"{"more": "", "either": {"a": "", "b": ""}, "any": {"z": 1}, "tags": {"x": {"label": ""}}}"#;
        assert_eq!(met(body), ["object  4", "object /any 0", "object /either 2", "object /tags/* 1"]);
    }

    #[test]
    fn recursion_and_lists_come_down_to_one_pointer() {
        let body = r#"{"children": [{"old": "x", "children": [{"id": 1, "new": 2}]}], "tags": {"k": {"other": 1}}}"#;
        let wanted = [
            "deprecated /children/*/old",
            "object  2",
            "object /children/* 2",
            "object /children/*/children/* 1",
            "object /tags/* 0",
            "undeclared /children/*/children/*/new",
            "undeclared /tags/*/other",
        ];
        assert_eq!(met(body), wanted);
    }

    #[test]
    fn names_that_are_values_are_not_kept() {
        let body = r#"{"ann@example.org": 1, "6f9619ff-8b86-4d01-b42d-00cf4fc96401": 2}"#;
        assert_eq!(met(body), ["object  0", "undeclared /*", "undeclared /*"]);
    }
}
