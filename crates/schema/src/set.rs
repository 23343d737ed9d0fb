//! The compiled form.

use crate::format::Format;
use crate::number::{Bound, Divisor};
use crate::pattern::Pattern;
use crate::types::{Dialect, Options, Outcome, SchemaId, TypeSet};
use crate::validate::Run;
use palisade_document::{Document, NodeId, NodeRef};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

/// Hops through `$ref` and `allOf` that questions about a schema's shape follow at most.
const SHAPE_HOPS: u32 = 16;

/// Compiled schemas. Immutable; share it between threads.
#[derive(Debug)]
pub struct SchemaSet {
    pub(crate) document: Arc<Document>,
    pub(crate) dialect: Dialect,
    pub(crate) schemas: Vec<Schema>,
    pub(crate) patterns: Vec<Pattern>,
    /// `$dynamicAnchor` by resource and name.
    pub(crate) dynamic: HashMap<(u32, Box<str>), SchemaId>,
}

/// A map by names that a contract chose: looking names up in it need not stand up to chosen keys.
pub(crate) type Names<T> = HashMap<Box<str>, T, BuildHasherDefault<NameHasher>>;

/// Hashes short names, eight bytes at a time.
#[derive(Debug, Default)]
pub(crate) struct NameHasher(u64);

impl NameHasher {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

impl Hasher for NameHasher {
    fn finish(&self) -> u64 {
        // The map takes its bits from both ends.
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.add(u64::from_le_bytes(*word)));
        let mut last = [0; 8];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        self.add(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }

    fn write_u8(&mut self, _: u8) {
        // The end of a text: its length is in already.
    }
}

/// One schema. What is absent constrains nothing.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) node: NodeId,
    /// Which embedded resource (`$id`) the schema lies in: for the dynamic scope.
    pub(crate) resource: u32,
    /// `false` as schema.
    pub(crate) never: bool,
    pub(crate) types: TypeSet,
    /// OpenAPI's word: null is valid whatever else stands here.
    pub(crate) nullable: bool,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
    /// A schema that is nothing but a reference.
    pub(crate) forward: Option<SchemaId>,
    pub(crate) enumeration: Option<Box<Enumeration>>,
    pub(crate) number: Option<Box<NumberRules>>,
    pub(crate) string: Option<Box<StringRules>>,
    pub(crate) array: Option<Box<ArrayRules>>,
    pub(crate) object: Option<Box<ObjectRules>>,
    pub(crate) logic: Option<Box<Logic>>,
}

impl Schema {
    pub(crate) fn any(node: NodeId) -> Self {
        Schema {
            node,
            resource: 0,
            never: false,
            types: TypeSet::ALL,
            nullable: false,
            read_only: false,
            write_only: false,
            forward: None,
            enumeration: None,
            number: None,
            string: None,
            array: None,
            object: None,
            logic: None,
        }
    }

    /// Takes out every assertion; what applies other schemas stays.
    pub(crate) fn hush(&mut self) {
        self.types = TypeSet::ALL;
        self.enumeration = None;
        self.number = None;
        self.string = None;
        if let Some(rules) = &mut self.array {
            (rules.min_items, rules.max_items, rules.unique) = (0, None, false);
            (rules.min_contains, rules.max_contains) = (1, None);
        }
        if let Some(rules) = &mut self.object {
            (rules.min, rules.max) = (0, None);
            rules.required.clear();
            rules.dependent_required.clear();
            rules.properties.values_mut().for_each(|property| property.required = None);
        }
    }
}

/// `enum` and `const`: a value must equal one of them.
#[derive(Debug, Default)]
pub(crate) struct Enumeration {
    pub(crate) keyword: &'static str,
    pub(crate) strings: HashSet<Box<str>>,
    pub(crate) others: Vec<NodeId>,
    /// A second list where `enum` and `const` stand together.
    pub(crate) also: Option<Box<Enumeration>>,
}

#[derive(Debug, Default)]
pub(crate) struct NumberRules {
    pub(crate) minimum: Option<Bound>,
    pub(crate) maximum: Option<Bound>,
    pub(crate) above: Option<Bound>,
    pub(crate) below: Option<Bound>,
    pub(crate) multiple_of: Option<(Divisor, Box<str>)>,
    pub(crate) format: Option<Format>,
}

#[derive(Debug, Default)]
pub(crate) struct StringRules {
    pub(crate) min_length: u64,
    pub(crate) max_length: Option<u64>,
    pub(crate) pattern: Option<u32>,
    pub(crate) format: Option<Format>,
}

#[derive(Debug, Default)]
pub(crate) struct ArrayRules {
    pub(crate) min_items: u64,
    pub(crate) max_items: Option<u64>,
    pub(crate) unique: bool,
    pub(crate) prefix: Vec<SchemaId>,
    pub(crate) items: Option<SchemaId>,
    /// The keyword that `items` came from: `items` or `additionalItems`.
    pub(crate) items_keyword: &'static str,
    pub(crate) contains: Option<SchemaId>,
    pub(crate) min_contains: u64,
    pub(crate) max_contains: Option<u64>,
    pub(crate) unevaluated: Option<SchemaId>,
}

#[derive(Debug, Default)]
pub(crate) struct Property {
    pub(crate) schema: Option<SchemaId>,
    /// Bit in the mask of required members, when required.
    pub(crate) required: Option<u32>,
    /// It belongs into answers only, or into requests only.
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
}

#[derive(Debug, Default)]
pub(crate) struct ObjectRules {
    pub(crate) properties: Names<Property>,
    /// Names of required members, in order; the first 64 have a bit.
    pub(crate) required: Vec<Box<str>>,
    /// Members of `required` that may be absent by direction (`readOnly` in requests, `writeOnly` in responses).
    pub(crate) optional_in_request: Vec<bool>,
    pub(crate) optional_in_response: Vec<bool>,
    pub(crate) patterns: Vec<(u32, SchemaId)>,
    pub(crate) additional: Option<SchemaId>,
    pub(crate) names: Option<SchemaId>,
    pub(crate) min: u64,
    pub(crate) max: Option<u64>,
    pub(crate) dependent_required: Vec<(Box<str>, Vec<Box<str>>)>,
    pub(crate) dependent_schemas: Vec<(Box<str>, SchemaId)>,
    pub(crate) unevaluated: Option<SchemaId>,
}

#[derive(Debug, Default)]
pub(crate) struct Logic {
    pub(crate) reference: Option<SchemaId>,
    /// Target of `$dynamicRef` and, when the target is a dynamic anchor, its name.
    pub(crate) dynamic: Option<(SchemaId, Option<Box<str>>)>,
    pub(crate) all: Vec<SchemaId>,
    pub(crate) any: Vec<SchemaId>,
    pub(crate) one: Vec<SchemaId>,
    pub(crate) not: Option<SchemaId>,
    pub(crate) condition: Option<SchemaId>,
    pub(crate) then: Option<SchemaId>,
    pub(crate) otherwise: Option<SchemaId>,
    pub(crate) discriminator: Option<Discriminator>,
}

/// Which schema a value's own word chooses: a branch of `oneOf` or `anyOf`, or one that builds on this schema.
#[derive(Debug, Default)]
pub(crate) struct Discriminator {
    pub(crate) property: Box<str>,
    pub(crate) branches: HashMap<Box<str>, SchemaId>,
    /// Every branch has a name, so an unknown word is an error.
    pub(crate) complete: bool,
    /// The schemas that build on this one by `allOf`; those come here themselves. Empty: the branches are listed.
    pub(crate) heirs: HashSet<NodeId>,
}

impl SchemaSet {
    pub(crate) fn empty(document: Arc<Document>, dialect: Dialect) -> Self {
        SchemaSet { document, dialect, schemas: Vec::new(), patterns: Vec::new(), dynamic: HashMap::new() }
    }

    /// The document the schemas lie in.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The dialect they are read in.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// How many schemas there are.
    pub fn len(&self) -> usize {
        self.schemas.len()
    }

    /// True when nothing was compiled.
    pub fn is_empty(&self) -> bool {
        self.schemas.is_empty()
    }

    pub(crate) fn schema(&self, id: SchemaId) -> Option<&Schema> {
        self.schemas.get(id.index())
    }

    /// The schema node that `id` was compiled from.
    pub fn node(&self, id: SchemaId) -> Option<NodeId> {
        self.schema(id).map(|schema| schema.node)
    }

    /// Validates a value; every violation up to the limit.
    pub fn validate(&self, schema: SchemaId, instance: NodeRef<'_>, options: &Options) -> Outcome {
        Run::new(self, options, false).finish(schema, instance)
    }

    /// True when [`validate`](Self::validate) has nothing to tell, notes included: stops at the first thing there is.
    pub fn is_clean(&self, schema: SchemaId, instance: NodeRef<'_>, options: &Options) -> bool {
        Run::new(self, options, true).clean(schema, instance)
    }

    /// True when the value is valid and everything was assessed: stops at the first violation.
    pub fn is_valid(&self, schema: SchemaId, instance: NodeRef<'_>, options: &Options) -> bool {
        Run::new(self, options, true).holds(schema, instance)
    }

    /// The types a value of this schema may have, references and combinations followed a few hops. Never too
    /// small: where in doubt it is the larger set.
    pub fn accepted_types(&self, schema: SchemaId) -> TypeSet {
        self.types_within(schema, SHAPE_HOPS)
    }

    fn types_within(&self, id: SchemaId, hops: u32) -> TypeSet {
        let (Some(schema), Some(hops)) = (self.schema(id), hops.checked_sub(1)) else { return TypeSet::ALL };
        if let Some(forward) = schema.forward {
            return self.types_within(forward, hops);
        }
        let mut types = schema.types;
        if let Some(values) = &schema.enumeration {
            let mut listed = if values.strings.is_empty() { TypeSet::NONE } else { TypeSet::STRING };
            for node in &values.others {
                listed = listed.union(match TypeSet::of(self.document.node(*node)) {
                    TypeSet(8) => TypeSet::NUMBER,
                    other => other,
                });
            }
            types = types.intersection(listed);
        }
        if let Some(logic) = &schema.logic {
            for id in logic.reference.iter().chain(&logic.all) {
                types = types.intersection(self.types_within(*id, hops));
            }
            for list in [&logic.any, &logic.one] {
                if !list.is_empty() {
                    let all = list.iter().take(64).map(|id| self.types_within(*id, hops));
                    types = types.intersection(all.fold(TypeSet::NONE, TypeSet::union));
                }
                if list.len() > 64 {
                    return TypeSet::ALL;
                }
            }
        }
        if schema.nullable { types.union(TypeSet::NULL) } else { types }
    }

    /// The schema of an array's items after the first `at`, where one is given.
    pub fn item_schema(&self, schema: SchemaId, at: usize) -> Option<SchemaId> {
        self.search(schema, SHAPE_HOPS, &mut |schema| {
            let rules = schema.array.as_ref()?;
            rules.prefix.get(at).copied().or(rules.items)
        })
    }

    /// The schema that a declared property has, where one is given.
    pub fn property_schema(&self, schema: SchemaId, name: &str) -> Option<SchemaId> {
        self.search(schema, SHAPE_HOPS, &mut |schema| schema.object.as_ref()?.properties.get(name)?.schema)
    }

    /// The schema of members that are not declared, where one is given.
    pub fn additional_schema(&self, schema: SchemaId) -> Option<SchemaId> {
        self.search(schema, SHAPE_HOPS, &mut |schema| schema.object.as_ref()?.additional)
    }

    /// The `format` of a schema, where one that is known stands there.
    pub fn format_word(&self, schema: SchemaId) -> Option<&'static str> {
        self.search(schema, SHAPE_HOPS, &mut |schema| {
            let string = schema.string.as_ref().and_then(|rules| rules.format);
            string.or(schema.number.as_ref().and_then(|rules| rules.format)).map(Format::word)
        })
    }

    /// First answer in a schema and what it is combined from.
    fn search<T>(&self, id: SchemaId, hops: u32, ask: &mut dyn FnMut(&Schema) -> Option<T>) -> Option<T> {
        let (schema, hops) = (self.schema(id)?, hops.checked_sub(1)?);
        if let Some(forward) = schema.forward {
            return self.search(forward, hops, ask);
        }
        if let Some(answer) = ask(schema) {
            return Some(answer);
        }
        let logic = schema.logic.as_ref()?;
        logic
            .reference
            .iter()
            .chain(logic.all.iter().take(64))
            .chain(logic.any.iter().take(64))
            .chain(logic.one.iter().take(64))
            .find_map(|id| self.search(*id, hops, ask))
    }
}
