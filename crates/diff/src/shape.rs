//! What a schema demands in the end: references followed, `allOf` joined, and each demand in one form whatever the
//! dialect and the spelling.
//!
//! A [`Shape`] is made of one or several schemas that hold together. It reads the compiled schemas and goes one level
//! deep: what stands inside is again a list of schemas that hold together.

use crate::side::Side;
use palisade_contract::FormField;
use palisade_document::{NodeId, NodeRef, refs};
use palisade_schema::{NumberLimit, SchemaId, TypeSet, View, canonical, compare_numbers};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Work spent on one value of an enumeration, a default or the like.
const VALUE_STEPS: u64 = 10_000;
/// Schemas that hold together, one inside another.
const DEPTH: usize = 64;
/// References followed to see a mark of a member.
const HOPS: usize = 16;

/// Schemas that hold together, sorted; none: anything goes.
pub(crate) type Conj = Vec<SchemaId>;

/// Every type but null.
pub(crate) const NOT_NULL: TypeSet =
    TypeSet::BOOLEAN.union(TypeSet::NUMBER).union(TypeSet::STRING).union(TypeSet::ARRAY).union(TypeSet::OBJECT);

/// A bound of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) text: String,
    pub(crate) exclusive: bool,
}

/// `anyOf` or `oneOf`, of more than one branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Exactly one branch must fit.
    pub(crate) one: bool,
    pub(crate) branches: Vec<SchemaId>,
    pub(crate) node: NodeId,
}

/// Which schema a member's word chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Discriminator {
    pub(crate) property: String,
    /// The schema of each word; none where the word leads nowhere that is known.
    pub(crate) words: BTreeMap<String, Option<SchemaId>>,
    pub(crate) node: NodeId,
}

/// What schemas demand together.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// Where keywords stand; under the empty word the schema itself.
    at: BTreeMap<&'static str, NodeId>,
    /// With null where null is valid.
    pub(crate) types: TypeSet,
    /// The listed values but null, in one spelling.
    pub(crate) values: Option<BTreeSet<String>>,
    pub(crate) extensible: Option<BTreeSet<String>>,
    pub(crate) lower: Option<Limit>,
    pub(crate) upper: Option<Limit>,
    pub(crate) multiples: BTreeSet<String>,
    pub(crate) min_length: u64,
    pub(crate) max_length: Option<u64>,
    pub(crate) patterns: BTreeSet<String>,
    pub(crate) formats: BTreeSet<String>,
    pub(crate) encoding: Option<String>,
    pub(crate) media: Option<String>,
    pub(crate) min_items: u64,
    pub(crate) max_items: Option<u64>,
    pub(crate) unique: bool,
    pub(crate) prefix: Vec<Conj>,
    pub(crate) items: Conj,
    pub(crate) contains: Conj,
    pub(crate) min_contains: u64,
    pub(crate) max_contains: Option<u64>,
    pub(crate) properties: BTreeMap<String, Conj>,
    pub(crate) required: BTreeSet<String>,
    pub(crate) named: BTreeMap<String, Conj>,
    pub(crate) additional: Conj,
    pub(crate) names: Conj,
    pub(crate) min_members: u64,
    pub(crate) max_members: Option<u64>,
    pub(crate) needs: BTreeSet<(String, String)>,
    pub(crate) dependent: BTreeMap<String, Conj>,
    pub(crate) choices: Vec<Choice>,
    pub(crate) not: Conj,
    pub(crate) conditions: Vec<(SchemaId, Option<SchemaId>, Option<SchemaId>)>,
    pub(crate) discriminator: Option<Discriminator>,
    pub(crate) default: Option<String>,
    pub(crate) xml: Option<String>,
    pub(crate) deprecated: bool,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
}

impl Shape {
    fn any() -> Shape {
        Shape {
            at: BTreeMap::new(),
            types: TypeSet::ALL,
            values: None,
            extensible: None,
            lower: None,
            upper: None,
            multiples: BTreeSet::new(),
            min_length: 0,
            max_length: None,
            patterns: BTreeSet::new(),
            formats: BTreeSet::new(),
            encoding: None,
            media: None,
            min_items: 0,
            max_items: None,
            unique: false,
            prefix: Vec::new(),
            items: Vec::new(),
            contains: Vec::new(),
            min_contains: 1,
            max_contains: None,
            properties: BTreeMap::new(),
            required: BTreeSet::new(),
            named: BTreeMap::new(),
            additional: Vec::new(),
            names: Vec::new(),
            min_members: 0,
            max_members: None,
            needs: BTreeSet::new(),
            dependent: BTreeMap::new(),
            choices: Vec::new(),
            not: Vec::new(),
            conditions: Vec::new(),
            discriminator: None,
            default: None,
            xml: None,
            deprecated: false,
            read_only: false,
            write_only: false,
        }
    }

    /// What the schemas of a conjunction demand.
    pub(crate) fn of(side: &Side<'_>, conjunction: &[SchemaId]) -> Shape {
        let mut shape = Shape::any();
        let mut open = Vec::new();
        for id in conjunction {
            shape.meet(one(side, *id, &mut open));
        }
        shape.settle();
        shape
    }

    /// What the fields of a form of 2.0 demand together.
    pub(crate) fn of_form(side: &Side<'_>, fields: &[FormField], node: NodeId) -> Shape {
        let mut shape = Shape::any();
        shape.at.insert("", node);
        shape.types = TypeSet::OBJECT;
        for field in fields {
            shape.properties.insert(field.name.clone(), side.conjunction(Some(field.schema)));
            if field.required {
                shape.required.insert(field.name.clone());
            }
        }
        shape
    }

    /// Where a keyword stands, else the schema; none where there is no schema.
    pub(crate) fn node(&self, keyword: &str) -> Option<NodeId> {
        self.at.get(keyword).or_else(|| self.at.get("")).copied()
    }

    /// Whether a keyword stands there.
    pub(crate) fn has(&self, keyword: &str) -> bool {
        self.at.contains_key(keyword)
    }

    /// No value fits.
    pub(crate) fn is_impossible(&self) -> bool {
        self.types == TypeSet::NONE
    }

    /// Members that are not declared are not allowed.
    pub(crate) fn is_closed(&self, side: &Side<'_>) -> bool {
        self.additional.iter().any(|id| side.set.view(*id).is_some_and(View::never))
    }

    /// Both hold.
    fn meet(&mut self, other: Shape) {
        for (keyword, node) in other.at {
            self.at.entry(keyword).or_insert(node);
        }
        self.types = self.types.intersection(other.types);
        self.values = match (self.values.take(), other.values) {
            (Some(one), Some(other)) => Some(one.intersection(&other).cloned().collect()),
            (one, other) => one.or(other),
        };
        self.extensible = self.extensible.take().or(other.extensible);
        self.lower = tighter(self.lower.take(), other.lower, Ordering::Greater);
        self.upper = tighter(self.upper.take(), other.upper, Ordering::Less);
        self.multiples.extend(other.multiples);
        self.min_length = self.min_length.max(other.min_length);
        self.max_length = least(self.max_length, other.max_length);
        self.patterns.extend(other.patterns);
        self.formats.extend(other.formats);
        self.encoding = self.encoding.take().or(other.encoding);
        self.media = self.media.take().or(other.media);
        self.min_items = self.min_items.max(other.min_items);
        self.max_items = least(self.max_items, other.max_items);
        self.unique |= other.unique;
        for (place, schemas) in other.prefix.into_iter().enumerate() {
            match self.prefix.get_mut(place) {
                Some(known) => join(known, schemas),
                None => self.prefix.push(schemas),
            }
        }
        join(&mut self.items, other.items);
        join(&mut self.contains, other.contains);
        self.min_contains = self.min_contains.max(other.min_contains);
        self.max_contains = least(self.max_contains, other.max_contains);
        for (name, schemas) in other.properties {
            join(self.properties.entry(name).or_default(), schemas);
        }
        self.required.extend(other.required);
        for (pattern, schemas) in other.named {
            join(self.named.entry(pattern).or_default(), schemas);
        }
        join(&mut self.additional, other.additional);
        join(&mut self.names, other.names);
        self.min_members = self.min_members.max(other.min_members);
        self.max_members = least(self.max_members, other.max_members);
        self.needs.extend(other.needs);
        for (name, schemas) in other.dependent {
            join(self.dependent.entry(name).or_default(), schemas);
        }
        for choice in other.choices {
            if !self.choices.contains(&choice) {
                self.choices.push(choice);
            }
        }
        join(&mut self.not, other.not);
        self.conditions.extend(other.conditions);
        self.discriminator = self.discriminator.take().or(other.discriminator);
        self.default = self.default.take().or(other.default);
        self.xml = self.xml.take().or(other.xml);
        self.deprecated |= other.deprecated;
        self.read_only |= other.read_only;
        self.write_only |= other.write_only;
    }

    /// One form for what has several.
    fn settle(&mut self) {
        if let Some(values) = &self.values {
            let listed = values.iter().fold(TypeSet::NULL, |types, value| types.union(type_of(value)));
            self.types = self.types.intersection(listed);
            // Both truth values: nothing is left to choose.
            if self.types.intersection(NOT_NULL) == TypeSet::BOOLEAN && values.len() == 2 {
                self.values = None;
            }
        }
        let whole = self.types.intersection(TypeSet::NUMBER) == TypeSet::INTEGER;
        for (limit, step) in [(&mut self.lower, 1), (&mut self.upper, -1)] {
            let Some(limit) = limit.as_mut().filter(|limit| whole && limit.exclusive) else { continue };
            // Above 0 is from 1 on, where only whole numbers are.
            if let Some(next) = limit.text.parse::<i64>().ok().and_then(|number| number.checked_add(step)) {
                *limit = Limit { text: next.to_string(), exclusive: false };
            }
        }
        if self.types.intersection(NOT_NULL) == TypeSet::INTEGER {
            self.multiples.remove("1");
        }
    }
}

/// What one schema demands, with what it refers to.
fn one(side: &Side<'_>, id: SchemaId, open: &mut Vec<SchemaId>) -> Shape {
    let (Some(view), false) = (side.set.view(id), open.contains(&id) || open.len() >= DEPTH) else {
        return Shape::any();
    };
    open.push(id);
    let mut shape = own(side, view);
    for part in view.conjuncts() {
        let part = one(side, part, open);
        shape.meet(part);
    }
    for (list, exactly) in [(view.any_of(), false), (view.one_of(), true)] {
        choose(side, view, list, exactly, &mut shape, open);
    }
    open.pop();
    if view.nullable() {
        shape.types = shape.types.union(TypeSet::NULL);
    }
    shape
}

/// A choice: null as a branch is a type, and a single branch is no choice.
fn choose(
    side: &Side<'_>,
    view: View<'_>,
    list: &[SchemaId],
    exactly: bool,
    shape: &mut Shape,
    open: &mut Vec<SchemaId>,
) {
    if list.is_empty() {
        return;
    }
    let null = |id: &SchemaId| side.set.accepted_types(*id) == TypeSet::NULL;
    let mut branches: Vec<SchemaId> = list.iter().copied().filter(|id| !null(id)).collect();
    let nullable = branches.len() < list.len();
    if !exactly {
        branches.dedup();
    }
    let keyword = if exactly { "oneOf" } else { "anyOf" };
    let mut chosen = match branches.as_slice() {
        [single] => one(side, *single, open),
        _ => {
            let mut chosen = Shape::any();
            let types = branches.iter().map(|id| side.set.accepted_types(*id));
            chosen.types = types.fold(TypeSet::NONE, TypeSet::union);
            let node = view.node().get(keyword).unwrap_or(view.node()).id();
            chosen.at.insert(keyword, node);
            if !branches.is_empty() {
                chosen.choices.push(Choice { one: exactly, branches, node });
            }
            chosen
        }
    };
    if nullable {
        chosen.types = chosen.types.union(TypeSet::NULL);
    }
    shape.meet(chosen);
}

/// What a schema demands itself.
fn own(side: &Side<'_>, view: View<'_>) -> Shape {
    let mut shape = Shape::any();
    let node = view.node();
    shape.at.insert("", node.id());
    if view.never() {
        shape.types = TypeSet::NONE;
        return shape;
    }
    if view.is_reference() || !node.is_object() {
        return shape;
    }
    for keyword in [
        "type",
        "enum",
        "const",
        "minimum",
        "maximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "minItems",
        "maxItems",
        "uniqueItems",
        "items",
        "contains",
        "minContains",
        "maxContains",
        "required",
        "additionalProperties",
        "minProperties",
        "maxProperties",
        "dependentRequired",
        "not",
        "if",
        "discriminator",
        "default",
        "deprecated",
        "readOnly",
        "writeOnly",
        "xml",
        "nullable",
        "contentEncoding",
        "contentMediaType",
        "x-extensible-enum",
        "exclusiveMinimum",
        "exclusiveMaximum",
    ] {
        if let Some(value) = node.get(keyword) {
            shape.at.insert(keyword, value.id());
        }
    }
    shape.types = if file(side, node) { TypeSet::STRING } else { view.types() };
    for list in view.values() {
        if !list.iter().any(|value| value.is_null()) {
            shape.types = shape.types.intersection(NOT_NULL);
        }
        let values: BTreeSet<String> =
            list.iter().filter(|value| !value.is_null()).map(|value| spelled(*value)).collect();
        shape.values = Some(match shape.values.take() {
            Some(known) => known.intersection(&values).cloned().collect(),
            None => values,
        });
    }
    shape.extensible = node.get("x-extensible-enum").map(|list| list.items().map(spelled).collect());
    for limit in view.lower() {
        shape.lower = tighter(shape.lower.take(), Some(limit_of(limit)), Ordering::Greater);
    }
    for limit in view.upper() {
        shape.upper = tighter(shape.upper.take(), Some(limit_of(limit)), Ordering::Less);
    }
    shape.multiples.extend(view.multiple_of().map(str::to_owned));
    (shape.min_length, shape.max_length) = view.lengths();
    shape.patterns.extend(view.pattern().map(str::to_owned));
    strings(side, node, &mut shape);
    if let Some(array) = view.array() {
        (shape.min_items, shape.max_items, shape.unique) = (array.min, array.max, array.unique);
        shape.prefix = array.prefix.iter().map(|id| vec![*id]).collect();
        shape.items = array.items.into_iter().chain(array.unevaluated).collect();
        shape.contains = array.contains.into_iter().collect();
        (shape.min_contains, shape.max_contains) = (array.min_contains, array.max_contains);
    }
    if let Some(object) = view.object() {
        shape.properties = object.properties().map(|(name, id)| (name.to_owned(), vec![id])).collect();
        shape.required = object.required.iter().map(|name| (**name).to_owned()).collect();
        shape.additional =
            object.additional.into_iter().chain(object.unevaluated).filter(|id| !open(side, *id)).collect();
        shape.names = object.names.into_iter().collect();
        (shape.min_members, shape.max_members) = (object.min, object.max);
        let needs = object.dependent_required.iter();
        shape.needs = needs
            .flat_map(|(name, list)| list.iter().map(|other| ((**name).to_owned(), (**other).to_owned())))
            .collect();
        shape.dependent = object.dependent_schemas.iter().map(|(name, id)| ((**name).to_owned(), vec![*id])).collect();
    }
    for member in node.get("patternProperties").into_iter().flat_map(NodeRef::members) {
        shape.named.insert(member.key.to_owned(), side.conjunction(Some(member.value.id())));
    }
    shape.not = view.forbidden().into_iter().collect();
    shape.conditions = view.condition().into_iter().collect();
    shape.discriminator = discriminator(side, node);
    shape.default = node.get("default").map(spelled);
    shape.xml = node.get("xml").filter(|xml| !xml.is_empty()).map(spelled);
    let flag = |keyword: &str| node.get(keyword).and_then(NodeRef::as_bool) == Some(true);
    // A parameter's own mark is compared with the parameter.
    shape.deprecated = flag("deprecated") && node.get("in").is_none();
    (shape.read_only, shape.write_only) = (flag("readOnly"), flag("writeOnly"));
    shape
}

/// `format`, and how 3.1 says what 3.0 says with it.
fn strings(side: &Side<'_>, node: NodeRef<'_>, shape: &mut Shape) {
    let text = |keyword: &str| node.get(keyword).and_then(NodeRef::as_str).map(str::to_ascii_lowercase);
    match text("format").as_deref() {
        Some("byte") => shape.encoding = Some("base64".to_owned()),
        Some("binary") => shape.media = Some("application/octet-stream".to_owned()),
        Some(format) => {
            shape.formats.insert(format.to_owned());
        }
        None => {}
    }
    shape.encoding = text("contentEncoding").or(shape.encoding.take());
    shape.media = text("contentMediaType").or(shape.media.take());
    if file(side, node) {
        shape.media = Some("application/octet-stream".to_owned());
    }
}

/// The type that 2.0 has for uploads.
fn file(side: &Side<'_>, node: NodeRef<'_>) -> bool {
    side.contract.version == palisade_contract::Version::V2_0
        && node.get("type").and_then(NodeRef::as_str) == Some("file")
}

/// Whether a schema says nothing at all.
fn open(side: &Side<'_>, id: SchemaId) -> bool {
    side.set.view(id).is_none_or(|view| !view.never() && (view.node().as_bool().is_some() || view.node().is_empty()))
}

fn discriminator(side: &Side<'_>, node: NodeRef<'_>) -> Option<Discriminator> {
    let value = node.get("discriminator")?;
    let property = value.as_str().or_else(|| value.get("propertyName")?.as_str())?.to_owned();
    let mut words = BTreeMap::new();
    let mut mapped = BTreeSet::new();
    for member in value.get("mapping").into_iter().flat_map(NodeRef::members) {
        let Some(text) = member.value.as_str() else { continue };
        let component = || {
            let schemas = &side.contract.components.schemas;
            schemas.iter().find(|(name, _)| name == text).map(|(_, node)| *node)
        };
        let target = match text.contains(['#', '/', '.']) {
            true => refs::lookup(member.value, text).ok().map(|node| node.id()),
            false => component(),
        };
        let schema = target.and_then(|node| side.schema(node));
        mapped.extend(schema);
        words.insert(member.key.to_owned(), schema);
    }
    // A branch that no word is mapped to has the name of its component as its word.
    for list in ["oneOf", "anyOf"] {
        for branch in node.get(list).into_iter().flat_map(NodeRef::items) {
            let Some(reference) = refs::reference_of(branch) else { continue };
            let schema = refs::target(reference).ok().and_then(|node| side.schema(node.id()));
            let name = reference.as_str().and_then(|text| text.rsplit('/').next()).unwrap_or_default();
            if schema.is_none_or(|schema| !mapped.contains(&schema)) && !name.is_empty() {
                words.entry(name.to_owned()).or_insert(schema);
            }
        }
    }
    Some(Discriminator { property, words, node: value.id() })
}

/// Whether a member's schema, or what it refers to, has a mark such as `readOnly`.
pub(crate) fn marked(side: &Side<'_>, conjunction: &[SchemaId], mark: &str) -> bool {
    let mut open: Vec<(SchemaId, usize)> = conjunction.iter().map(|id| (*id, HOPS)).collect();
    let mut seen = 0;
    while let Some((id, hops)) = open.pop() {
        let (Some(view), Some(hops)) = (side.set.view(id), hops.checked_sub(1)) else { continue };
        if !view.is_reference() && view.node().get(mark).and_then(NodeRef::as_bool) == Some(true) {
            return true;
        }
        seen += 1;
        if seen > 256 {
            return false;
        }
        open.extend(view.conjuncts().map(|id| (id, hops)));
    }
    false
}

/// A value in one spelling.
fn spelled(value: NodeRef<'_>) -> String {
    canonical(value, &mut VALUE_STEPS.clone())
}

fn type_of(spelled: &str) -> TypeSet {
    match spelled.as_bytes().first() {
        Some(b'"') => TypeSet::STRING,
        Some(b'{') => TypeSet::OBJECT,
        Some(b'[') => TypeSet::ARRAY,
        Some(b't' | b'f') => TypeSet::BOOLEAN,
        Some(b'n') => TypeSet::NULL,
        _ if spelled.contains(['.', 'e']) => TypeSet::NUMBER,
        _ => TypeSet::INTEGER,
    }
}

fn limit_of(limit: NumberLimit<'_>) -> Limit {
    Limit { text: limit.text.to_owned(), exclusive: limit.exclusive }
}

/// Of two bounds the one that allows less: the greater one of two minimums.
fn tighter(one: Option<Limit>, other: Option<Limit>, wanted: Ordering) -> Option<Limit> {
    let (Some(one), Some(other)) = (&one, &other) else { return one.or(other) };
    let first = match compare_numbers(&one.text, &other.text) {
        Some(Ordering::Equal) => one.exclusive,
        order => order == Some(wanted),
    };
    Some(if first { one } else { other }.clone())
}

fn least(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn join(known: &mut Conj, more: Conj) {
    known.extend(more);
    known.sort_unstable();
    known.dedup();
}
