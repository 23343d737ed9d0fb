//! XML bodies into a tree, by the schema's `xml` hints: `name`, `attribute`, `wrapped`, `namespace`.
//!
//! Bounded, and without document types: nothing is expanded but the five entities of XML itself and character
//! references, nothing outside of the body is looked at.

use super::value::coerce;
use super::{DecodeError, Shape};
use palisade_document::{Builder, Document, Kind, NodeRef};
use palisade_schema::{Options, SchemaId, SchemaSet, TypeSet};
use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

/// Elements inside one another.
const DEPTH: usize = 64;
/// Most elements and attributes of one body.
const NODES: usize = 200_000;
/// Most attributes of one element.
const ATTRIBUTES: usize = 256;
/// Hops through references and combinations when properties are gathered.
const HOPS: u32 = 16;
/// The namespace of `xsi:nil`.
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

const fn broken(message: &'static str) -> DecodeError {
    DecodeError { code: "xml", message }
}

const ILL_FORMED: DecodeError = broken("must be well-formed XML");
const TOO_LARGE: DecodeError = broken("holds too many elements, or too many inside one another");

/// A name with the namespace it is in.
struct Name {
    local: String,
    namespace: Option<String>,
}

struct Element {
    name: Name,
    attributes: Vec<(Name, String)>,
    children: Vec<Element>,
    text: String,
    nil: bool,
}

/// Reads a body into elements.
fn parse(text: &str) -> Result<Element, DecodeError> {
    let mut reader = NsReader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    reader.config_mut().check_comments = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    let mut nodes = 0;
    loop {
        let event = reader.read_event().map_err(|_| ILL_FORMED)?;
        match event {
            Event::Start(_) | Event::Empty(_) if root.is_some() => return Err(ILL_FORMED),
            Event::Start(start) => {
                if open.len() == DEPTH {
                    return Err(TOO_LARGE);
                }
                open.push(element(&reader, &start, &mut nodes)?);
            }
            Event::Empty(start) => {
                let element = element(&reader, &start, &mut nodes)?;
                close(element, &mut open, &mut root);
            }
            Event::End(_) => {
                let element = open.pop().ok_or(ILL_FORMED)?;
                close(element, &mut open, &mut root);
            }
            Event::Text(text) => push(&mut open, &text.xml10_content())?,
            Event::CData(text) => match open.is_empty() {
                true => return Err(ILL_FORMED),
                false => push(&mut open, &text.xml10_content())?,
            },
            Event::GeneralRef(reference) => {
                if open.is_empty() {
                    return Err(ILL_FORMED);
                }
                match reference.resolve_char_ref().map_err(|_| ILL_FORMED)? {
                    Some(c) if is_char(c) => push(&mut open, c.encode_utf8(&mut [0; 4]))?,
                    Some(_) => return Err(ILL_FORMED),
                    None => push(&mut open, predefined(&reference).ok_or(broken("must not use entities of its own"))?)?,
                }
            }
            Event::DocType(_) => return Err(broken("must not have a document type")),
            Event::Decl(declaration) => {
                // Read in another encoding it would be another value.
                if let Some(encoding) = declaration.encoding() {
                    let encoding = encoding.map_err(|_| ILL_FORMED)?.to_ascii_lowercase();
                    if !matches!(&*encoding, "utf-8" | "utf8" | "us-ascii") {
                        return Err(DecodeError { code: "charset", message: "must be UTF-8" });
                    }
                }
            }
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    match open.is_empty() {
        true => root.ok_or(ILL_FORMED),
        false => Err(ILL_FORMED),
    }
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
}

fn push(open: &mut [Element], text: &str) -> Result<(), DecodeError> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(ILL_FORMED),
    }
    Ok(())
}

/// What XML 1.0 calls a character.
fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn predefined(name: &str) -> Option<&'static str> {
    Some(match name {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "quot" => "\"",
        "apos" => "'",
        _ => return None,
    })
}

fn name(local: &str, resolved: ResolveResult<'_>) -> Result<Name, DecodeError> {
    let namespace = match resolved {
        ResolveResult::Bound(Namespace(uri)) => Some(uri.to_owned()),
        ResolveResult::Unbound => None,
        ResolveResult::Unknown(_) => return Err(ILL_FORMED),
    };
    Ok(Name { local: local.to_owned(), namespace })
}

fn element(reader: &NsReader<&[u8]>, start: &BytesStart<'_>, nodes: &mut usize) -> Result<Element, DecodeError> {
    let resolver = reader.resolver();
    let (resolved, local) = resolver.resolve_element(start.name());
    let mut element = Element {
        name: name(local.as_ref(), resolved)?,
        attributes: Vec::new(),
        children: Vec::new(),
        text: String::new(),
        nil: false,
    };
    *nodes += 1;
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| ILL_FORMED)?;
        *nodes += 1;
        if element.attributes.len() == ATTRIBUTES {
            return Err(TOO_LARGE);
        }
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|_| ILL_FORMED)?;
        let (resolved, local) = resolver.resolve_attribute(attribute.key);
        let name = name(local.as_ref(), resolved)?;
        if name.namespace.as_deref() == Some(INSTANCE) {
            element.nil |= name.local == "nil" && matches!(value.trim(), "true" | "1");
        } else {
            element.attributes.push((name, value.into_owned()));
        }
    }
    if *nodes > NODES { Err(TOO_LARGE) } else { Ok(element) }
}

/// What a schema's `xml` object says.
#[derive(Default)]
struct Hints {
    name: Option<String>,
    namespace: Option<String>,
    attribute: bool,
    wrapped: bool,
}

/// How one property is written.
struct Property {
    name: String,
    schema: SchemaId,
    namespace: Option<String>,
    attribute: bool,
    array: bool,
    /// The items' element inside a wrapper.
    item: Option<String>,
}

/// How the members of an object are written.
#[derive(Default)]
struct Plan {
    properties: Vec<Property>,
    elements: HashMap<String, usize>,
    attributes: HashMap<String, usize>,
}

impl Plan {
    /// The key of what no property is written as; a property that is written otherwise must not be taken for it.
    fn stranger<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match self.properties.iter().any(|property| property.name == name) {
            true => Cow::Owned(format!("<{name}>")),
            false => Cow::Borrowed(name),
        }
    }
}

struct Reader<'s> {
    set: &'s SchemaSet,
    options: &'s Options,
    plans: HashMap<SchemaId, Rc<Plan>>,
    builder: Builder,
}

/// Decodes an XML body by its schema. What the schema does not name keeps its local name, so that the schema itself
/// says whether it may stand there.
pub(crate) fn decode(
    set: &SchemaSet,
    options: &Options,
    schema: SchemaId,
    body: &[u8],
) -> Result<Document, DecodeError> {
    let text = std::str::from_utf8(body).map_err(|_| DecodeError { code: "charset", message: "must be UTF-8" })?;
    let root = parse(text)?;
    let mut reader = Reader { set, options, plans: HashMap::new(), builder: Builder::new("") };
    let hints = reader.hints(schema);
    let named = hints.name.or_else(|| reader.component(schema));
    if named.is_some_and(|named| named != root.name.local) || !fits(hints.namespace.as_deref(), &root.name) {
        return Err(broken("must have the root element its contract names"));
    }
    if Shape::of(set.accepted_types(schema)) == Shape::Array {
        let item = set.item_schema(schema, 0).and_then(|item| reader.item_name(item));
        reader.wrapped(schema, &root, item.as_deref())?;
    } else {
        reader.value(Some(schema), &root)?;
    }
    Ok(reader.builder.finish())
}

/// True when an element or attribute stands in the namespace that is asked for, where one is.
fn fits(namespace: Option<&str>, name: &Name) -> bool {
    namespace.is_none_or(|namespace| name.namespace.as_deref() == Some(namespace))
}

impl Reader<'_> {
    /// The node that says what a schema is, references followed.
    fn node(&self, schema: SchemaId) -> Option<NodeRef<'_>> {
        let mut id = schema;
        for _ in 0..HOPS {
            let view = self.set.view(id)?;
            if view.is_reference() {
                id = view.conjuncts().next()?;
            } else if view.node().get("xml").is_none() && view.node().get("allOf").is_some_and(|all| all.len() == 1) {
                // `allOf` of one is how a reference gets a description.
                id = view.conjuncts().next()?;
            } else {
                return Some(view.node());
            }
        }
        None
    }

    fn hints(&self, schema: SchemaId) -> Hints {
        let Some(xml) = self.node(schema).and_then(|node| node.get("xml")) else { return Hints::default() };
        let text =
            |key: &str| xml.get(key).and_then(NodeRef::as_str).map(str::to_owned).filter(|text| !text.is_empty());
        let flag = |key: &str| xml.get(key).and_then(NodeRef::as_bool) == Some(true);
        let kind = text("nodeType");
        Hints {
            name: text("name"),
            namespace: text("namespace"),
            attribute: flag("attribute") || kind.as_deref() == Some("attribute"),
            wrapped: flag("wrapped") || kind.as_deref() == Some("element"),
        }
    }

    /// The name that a schema has among the components.
    fn component(&self, schema: SchemaId) -> Option<String> {
        let node = self.node(schema)?;
        let list = node.parent()?;
        let is_list =
            list.key() == Some("schemas") || (list.key() == Some("definitions") && list.parent()?.parent().is_none());
        is_list.then(|| node.key().map(str::to_owned))?
    }

    fn item_name(&self, item: SchemaId) -> Option<String> {
        self.hints(item).name.or_else(|| self.component(item))
    }

    fn plan(&mut self, schema: SchemaId) -> Rc<Plan> {
        if let Some(plan) = self.plans.get(&schema) {
            return Rc::clone(plan);
        }
        let mut named = Vec::new();
        self.gather(schema, HOPS, &mut named);
        let mut plan = Plan::default();
        for (name, schema) in named {
            let array = Shape::of(self.set.accepted_types(schema)) == Shape::Array;
            let own = self.hints(schema);
            let of_item = array.then(|| self.set.item_schema(schema, 0)).flatten().map(|item| self.hints(item));
            let outer = own.name.clone().unwrap_or_else(|| name.clone());
            let item = of_item.as_ref().and_then(|hints| hints.name.clone());
            let (written, item) = match (array, own.wrapped) {
                (true, true) => (outer.clone(), Some(item.unwrap_or(outer))),
                // Without a wrapper the name of the list itself has no element to stand on.
                (true, false) => (item.unwrap_or_else(|| name.clone()), None),
                (false, _) => (outer, None),
            };
            let list = if own.attribute { &mut plan.attributes } else { &mut plan.elements };
            list.entry(written).or_insert(plan.properties.len());
            let namespace =
                if array && !own.wrapped { of_item.and_then(|hints| hints.namespace) } else { own.namespace };
            plan.properties.push(Property { name, schema, namespace, attribute: own.attribute, array, item });
        }
        let plan = Rc::new(plan);
        self.plans.insert(schema, Rc::clone(&plan));
        plan
    }

    /// The properties of a schema and of what it is combined from.
    fn gather(&self, schema: SchemaId, hops: u32, found: &mut Vec<(String, SchemaId)>) {
        let (Some(view), Some(hops)) = (self.set.view(schema), hops.checked_sub(1)) else { return };
        let mut own: Vec<_> = view.object().into_iter().flat_map(|object| object.properties()).collect();
        own.sort_unstable_by_key(|(name, _)| *name);
        for (name, schema) in own {
            if !found.iter().any(|(known, _)| known == name) {
                found.push((name.to_owned(), schema));
            }
        }
        let branches = view.any_of().iter().chain(view.one_of()).copied();
        for next in view.conjuncts().chain(branches).collect::<Vec<_>>() {
            self.gather(next, hops, found);
        }
    }

    /// Writes an element as a value. The reader's depth bounds the recursion.
    fn value(&mut self, schema: Option<SchemaId>, element: &Element) -> Result<(), DecodeError> {
        if element.nil && element.children.is_empty() && element.text.trim().is_empty() {
            self.builder.scalar(Kind::Null, "");
            return Ok(());
        }
        let types = schema.map_or(TypeSet::ALL, |schema| self.set.accepted_types(schema));
        let blank = element.text.trim().is_empty();
        let scalars = TypeSet::STRING.union(TypeSet::NUMBER).union(TypeSet::BOOLEAN).union(TypeSet::NULL);
        if !element.children.is_empty() && !blank {
            return Err(broken("must not mix text and elements"));
        }
        let as_object = !element.children.is_empty()
            || (types.meets(TypeSet::OBJECT) && blank && (!element.attributes.is_empty() || !types.meets(scalars)));
        if as_object {
            return self.object(schema, element);
        }
        if blank && !types.meets(scalars) && types.meets(TypeSet::ARRAY) {
            self.builder.open(Kind::Array);
            self.builder.close();
            return Ok(());
        }
        self.scalar(schema, &element.text);
        Ok(())
    }

    fn scalar(&mut self, schema: Option<SchemaId>, text: &str) {
        let types = schema.map_or(TypeSet::ALL, |schema| self.set.accepted_types(schema));
        // White space around a number or a word counts for nothing (XML Schema, `whiteSpace` collapse).
        let text = if types.meets(TypeSet::STRING) { text } else { text.trim() };
        let kind = coerce(self.set, self.options, schema, text);
        self.builder.scalar(kind, if kind == Kind::Null { "" } else { text });
    }

    fn object(&mut self, schema: Option<SchemaId>, element: &Element) -> Result<(), DecodeError> {
        let plan = schema.map_or_else(|| Rc::new(Plan::default()), |schema| self.plan(schema));
        let additional = schema.and_then(|schema| self.set.additional_schema(schema));
        self.builder.open(Kind::Object);
        for (name, value) in &element.attributes {
            let property = plan.attributes.get(&name.local).and_then(|at| plan.properties.get(*at));
            match property.filter(|property| property.attribute && fits(property.namespace.as_deref(), name)) {
                Some(property) => {
                    self.builder.key(&property.name);
                    self.scalar(Some(property.schema), value);
                }
                None => {
                    self.builder.key(&plan.stranger(&name.local));
                    self.scalar(additional, value);
                }
            }
        }
        // Elements of one name are one member, in the order in which the names come first.
        let mut groups: Vec<(&str, Option<usize>, Vec<&Element>)> = Vec::new();
        let mut places: HashMap<(&str, bool), usize> = HashMap::new();
        for child in &element.children {
            let property = plan.elements.get(&child.name.local).copied().filter(|at| {
                plan.properties.get(*at).is_some_and(|property| fits(property.namespace.as_deref(), &child.name))
            });
            let place = *places.entry((&child.name.local, property.is_some())).or_insert_with(|| {
                groups.push((&child.name.local, property, Vec::new()));
                groups.len() - 1
            });
            if let Some((.., list)) = groups.get_mut(place) {
                list.push(child);
            }
        }
        for (name, property, children) in groups {
            let property = property.and_then(|at| plan.properties.get(at));
            let stranger = plan.stranger(name);
            self.builder.key(property.map_or(&*stranger, |property| &property.name));
            let schema = property.map_or(additional, |property| Some(property.schema));
            match (property, children.as_slice()) {
                (Some(property), [one]) if property.item.is_some() => {
                    self.wrapped(property.schema, one, property.item.as_deref())?;
                }
                (Some(property), children) if property.array => {
                    self.builder.open(Kind::Array);
                    for (at, child) in children.iter().enumerate() {
                        self.value(self.set.item_schema(property.schema, at), child)?;
                    }
                    self.builder.close();
                }
                (_, [one]) => self.value(schema, one)?,
                (_, children) => {
                    self.builder.open(Kind::Array);
                    for child in children {
                        self.value(schema, child)?;
                    }
                    self.builder.close();
                }
            }
        }
        self.builder.close();
        Ok(())
    }

    /// Writes the elements inside a wrapper as a list.
    fn wrapped(&mut self, schema: SchemaId, wrapper: &Element, item: Option<&str>) -> Result<(), DecodeError> {
        let other = |child: &Element| item.is_some_and(|item| item != child.name.local);
        if !wrapper.text.trim().is_empty() || wrapper.children.iter().any(other) {
            return Err(broken("must hold nothing but items inside the element of a list"));
        }
        self.builder.open(Kind::Array);
        for (at, child) in wrapper.children.iter().enumerate() {
            self.value(self.set.item_schema(schema, at), child)?;
        }
        self.builder.close();
        Ok(())
    }
}
