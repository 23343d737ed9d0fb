//! From schema nodes to the compiled form.

use crate::format::Format;
use crate::number::{Bound, Decimal};
use crate::pattern::Pattern;
use crate::resolve::Resources;
use crate::set::{
    ArrayRules, Discriminator, Enumeration, Logic, NumberRules, ObjectRules, Schema, SchemaSet, StringRules,
};
use crate::types::{Dialect, Problem, SchemaId, TypeSet};
use palisade_document::{Document, NodeId, NodeRef};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// For each schema those that build on it, with their names.
type Heirs = HashMap<NodeId, Vec<(Box<str>, NodeId)>>;

/// Compiles schemas of one document. Every schema reached through `$ref` is compiled once.
#[derive(Debug)]
pub struct Compiler {
    document: Arc<Document>,
    dialect: Dialect,
    resources: Resources,
    set: SchemaSet,
    ids: HashMap<NodeId, SchemaId>,
    waiting: Vec<(SchemaId, NodeId)>,
    patterns: HashMap<Box<str>, Option<u32>>,
    /// Which named schemas build on which: made when it is first asked for.
    builds_on: Option<Heirs>,
    problems: Vec<Problem>,
}

impl Compiler {
    /// A compiler for schemas in `document`.
    pub fn new(document: Arc<Document>, dialect: Dialect) -> Self {
        Compiler {
            resources: Resources::of(&document, dialect),
            set: SchemaSet::empty(Arc::clone(&document), dialect),
            document,
            dialect,
            ids: HashMap::new(),
            waiting: Vec::new(),
            patterns: HashMap::new(),
            builds_on: None,
            problems: Vec::new(),
        }
    }

    /// Adds the schema at `node`; the same node gives the same id.
    pub fn add(&mut self, node: NodeId) -> SchemaId {
        let node = self.document.node(node).id();
        if let Some(id) = self.ids.get(&node) {
            return *id;
        }
        let id = SchemaId(self.set.schemas.len() as u32);
        self.ids.insert(node, id);
        self.set.schemas.push(Schema::any(node));
        self.waiting.push((id, node));
        id
    }

    /// Compiles what was added and all it refers to. Problems come in source order.
    pub fn finish(mut self) -> (SchemaSet, Vec<Problem>) {
        // Any dynamic anchor may become the target of a dynamic reference.
        for (resource, name, node) in std::mem::take(&mut self.resources.dynamic_anchors) {
            let id = self.add(node);
            self.set.dynamic.entry((resource, name.clone())).or_insert(id);
            self.resources.dynamic_anchors.push((resource, name, node));
        }
        let document = Arc::clone(&self.document);
        while let Some((id, node)) = self.waiting.pop() {
            let schema = self.schema(document.node(node));
            if let Some(place) = self.set.schemas.get_mut(id.index()) {
                *place = schema;
            }
        }
        let mut problems = std::mem::take(&mut self.problems);
        crate::finish::finish(&mut self.set, &mut problems);
        problems.sort_by_key(|problem| problem.node);
        problems.dedup();
        (self.set, problems)
    }

    fn problem(&mut self, node: NodeRef<'_>, code: &'static str, message: impl Into<String>) {
        self.problems.push(Problem { node: node.id(), code, message: message.into() });
    }

    fn wrong(&mut self, node: NodeRef<'_>, keyword: &str, expected: &str) {
        self.problem(node, "invalid_keyword", format!("{keyword} must be {expected}; it is ignored"));
    }

    fn schema(&mut self, node: NodeRef<'_>) -> Schema {
        let mut schema = Schema::any(node.id());
        schema.resource = self.resources.resource_of(node);
        if let Some(value) = node.as_bool() {
            schema.never = !value;
            return schema;
        }
        if !node.is_object() {
            self.problem(node, "invalid_keyword", "a schema must be an object; it accepts everything");
            return schema;
        }
        let mut logic = Logic::default();
        if let Some(reference) = node.get("$ref").and_then(|value| value.as_str().map(|text| (value, text))) {
            let target = self.follow(reference.0, schema.resource, reference.1);
            logic.reference = target.map(|(id, _)| id);
            if self.dialect.is_old() || (node.len() == 1 && self.set.dynamic.is_empty()) {
                schema.forward = logic.reference;
                // By the letter a sibling of a reference says nothing; whoever writes this one means it.
                if self.dialect == Dialect::Oas30 && node.get("nullable").and_then(NodeRef::as_bool) == Some(true) {
                    schema.nullable = true;
                    schema.forward = None;
                    schema.logic = Some(Box::new(logic));
                }
                return schema;
            }
        }
        if let Some(value) = node.get("$dynamicRef").filter(|_| self.dialect == Dialect::Draft202012)
            && let Some(text) = value.as_str()
        {
            logic.dynamic = self.follow(value, schema.resource, text);
        }
        schema.types = self.types(node);
        let flag = |word| node.get(word).and_then(NodeRef::as_bool) == Some(true);
        schema.nullable = match self.dialect {
            Dialect::Oas30 => flag("nullable"),
            Dialect::Oas2 => flag("x-nullable"),
            Dialect::Draft4 | Dialect::Draft202012 => false,
        };
        schema.read_only = flag("readOnly");
        schema.write_only = flag("writeOnly");
        schema.enumeration = self.enumeration(node);
        let format = node.get("format").and_then(NodeRef::as_str).and_then(Format::from_word);
        schema.number = self.numbers(node, format);
        schema.string = self.strings(node, format);
        schema.array = self.arrays(node);
        schema.object = self.objects(node);
        if self.resources.is_silent(schema.resource) {
            schema.hush();
        }
        self.combinations(node, &mut logic);
        let used = logic.reference.is_some()
            || logic.dynamic.is_some()
            || !(logic.all.is_empty() && logic.any.is_empty() && logic.one.is_empty())
            || logic.not.is_some()
            || logic.discriminator.is_some()
            || logic.condition.is_some();
        schema.logic = used.then(|| Box::new(logic));
        schema
    }

    fn follow(&mut self, at: NodeRef<'_>, resource: u32, text: &str) -> Option<(SchemaId, Option<Box<str>>)> {
        let document = Arc::clone(&self.document);
        match self.resources.follow(&document, resource, text) {
            Some(target) => Some((self.add(target.node), target.dynamic)),
            None => {
                let message = if text.starts_with('#') {
                    "the reference leads nowhere; the schema accepts everything"
                } else {
                    "the reference leads out of the document, which is not followed; the schema accepts everything"
                };
                self.problem(at, "unresolved_ref", message);
                None
            }
        }
    }

    fn types(&mut self, node: NodeRef<'_>) -> TypeSet {
        let Some(value) = node.get("type") else { return TypeSet::ALL };
        let mut types = TypeSet::NONE;
        let words: Vec<NodeRef<'_>> = if value.is_array() { value.items().take(16).collect() } else { vec![value] };
        for word in words {
            match word.as_str().and_then(TypeSet::from_word) {
                Some(one) => types = types.union(one),
                // OpenAPI 2.0's word for an upload.
                None if self.dialect == Dialect::Oas2 && word.as_str() == Some("file") => return TypeSet::ALL,
                None => {
                    self.wrong(value, "type", "one of null, boolean, integer, number, string, array, object");
                    return TypeSet::ALL;
                }
            }
        }
        if types == TypeSet::NONE { TypeSet::ALL } else { types }
    }

    fn enumeration(&mut self, node: NodeRef<'_>) -> Option<Box<Enumeration>> {
        let mut list = None;
        if let Some(values) = node.get("enum") {
            if values.is_array() {
                let mut this = Enumeration { keyword: "enum", ..Enumeration::default() };
                values.items().for_each(|value| this.push(value));
                list = Some(Box::new(this));
            } else {
                self.wrong(values, "enum", "an array");
            }
        }
        if let Some(value) = node.get("const").filter(|_| !self.dialect.is_old()) {
            let mut this = Enumeration { keyword: "const", ..Enumeration::default() };
            this.push(value);
            this.also = list;
            list = Some(Box::new(this));
        }
        list
    }

    fn count(&mut self, node: NodeRef<'_>, keyword: &str) -> Option<u64> {
        let value = node.get(keyword)?;
        let count = value.number_text().and_then(|text| {
            let number = Decimal::parse(text)?;
            let whole = number.is_integer() && number.compare(&Decimal::parse("0")?).is_ge();
            whole.then(|| text.parse().ok().or_else(|| value.as_f64().map(|value| value as u64)))?
        });
        if count.is_none() {
            self.wrong(value, keyword, "a whole number that is not negative");
        }
        count
    }

    fn bound(&mut self, node: NodeRef<'_>, keyword: &str) -> Option<Bound> {
        let value = node.get(keyword)?;
        let bound = value.number_text().and_then(Bound::parse);
        if bound.is_none() {
            self.wrong(value, keyword, "a number");
        }
        bound
    }

    fn numbers(&mut self, node: NodeRef<'_>, format: Option<Format>) -> Option<Box<NumberRules>> {
        let mut rules = NumberRules {
            minimum: self.bound(node, "minimum"),
            maximum: self.bound(node, "maximum"),
            format: format.filter(|format| format.is_numeric()),
            ..NumberRules::default()
        };
        let flag = |keyword| node.get(keyword).and_then(NodeRef::as_bool);
        match flag("exclusiveMinimum") {
            Some(true) => rules.above = rules.minimum.take(),
            Some(false) => {}
            None => rules.above = self.bound(node, "exclusiveMinimum"),
        }
        match flag("exclusiveMaximum") {
            Some(true) => rules.below = rules.maximum.take(),
            Some(false) => {}
            None => rules.below = self.bound(node, "exclusiveMaximum"),
        }
        if let Some(value) = node.get("multipleOf") {
            let text = value.number_text().unwrap_or("");
            rules.multiple_of = Decimal::parse(text).and_then(|number| number.as_divisor()).map(|d| (d, text.into()));
            if rules.multiple_of.is_none() {
                self.wrong(value, "multipleOf", "a number above 0 of at most 18 digits");
            }
        }
        let used = rules.minimum.is_some()
            || rules.maximum.is_some()
            || rules.above.is_some()
            || rules.below.is_some()
            || rules.multiple_of.is_some()
            || rules.format.is_some();
        used.then(|| Box::new(rules))
    }

    /// Compiles a pattern once for all places that use it.
    fn pattern(&mut self, at: NodeRef<'_>, text: &str) -> Option<u32> {
        if let Some(known) = self.patterns.get(text) {
            return *known;
        }
        let index = match Pattern::compile(text) {
            Ok(pattern) => {
                self.set.patterns.push(pattern);
                Some((self.set.patterns.len() - 1) as u32)
            }
            Err(error) => {
                self.problem(at, error.code(), format!("{error}; the pattern is ignored"));
                None
            }
        };
        self.patterns.insert(text.into(), index);
        index
    }

    fn strings(&mut self, node: NodeRef<'_>, format: Option<Format>) -> Option<Box<StringRules>> {
        let mut rules = StringRules {
            min_length: self.count(node, "minLength").unwrap_or(0),
            max_length: self.count(node, "maxLength"),
            pattern: None,
            format: format.filter(|format| !format.is_numeric()),
        };
        if let Some(value) = node.get("pattern") {
            match value.as_str() {
                Some(text) => rules.pattern = self.pattern(value, text),
                None => self.wrong(value, "pattern", "a string"),
            }
        }
        let used =
            rules.min_length > 0 || rules.max_length.is_some() || rules.pattern.is_some() || rules.format.is_some();
        used.then(|| Box::new(rules))
    }

    fn list(&mut self, node: NodeRef<'_>, keyword: &str) -> Vec<SchemaId> {
        match node.get(keyword) {
            Some(list) if list.is_array() => list.items().map(|item| self.add(item.id())).collect(),
            Some(other) => {
                self.wrong(other, keyword, "an array of schemas");
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    /// A subschema under a keyword, when the dialect has it in this form.
    fn sub(&mut self, node: NodeRef<'_>, keyword: &str) -> Option<SchemaId> {
        let value = node.get(keyword)?;
        if value.is_object() || value.as_bool().is_some() {
            return Some(self.add(value.id()));
        }
        self.wrong(value, keyword, "a schema");
        None
    }

    fn arrays(&mut self, node: NodeRef<'_>) -> Option<Box<ArrayRules>> {
        let new = !self.dialect.is_old();
        let mut rules = ArrayRules {
            min_items: self.count(node, "minItems").unwrap_or(0),
            max_items: self.count(node, "maxItems"),
            unique: node.get("uniqueItems").and_then(NodeRef::as_bool) == Some(true),
            items_keyword: "items",
            min_contains: 1,
            ..ArrayRules::default()
        };
        if node.get("items").is_some_and(NodeRef::is_array) {
            rules.prefix = self.list(node, "items");
            rules.items = node.get("additionalItems").and_then(|_| self.sub(node, "additionalItems"));
            rules.items_keyword = "additionalItems";
        } else {
            rules.items = node.get("items").and_then(|_| self.sub(node, "items"));
            if new {
                rules.prefix = self.list(node, "prefixItems");
            }
        }
        if new {
            rules.contains = self.sub(node, "contains");
            if rules.contains.is_some() {
                rules.min_contains = self.count(node, "minContains").unwrap_or(1);
                rules.max_contains = self.count(node, "maxContains");
            }
            rules.unevaluated = self.sub(node, "unevaluatedItems");
        }
        let used = rules.min_items > 0
            || rules.max_items.is_some()
            || rules.unique
            || !rules.prefix.is_empty()
            || rules.items.is_some()
            || rules.contains.is_some()
            || rules.unevaluated.is_some();
        used.then(|| Box::new(rules))
    }

    fn objects(&mut self, node: NodeRef<'_>) -> Option<Box<ObjectRules>> {
        let new = !self.dialect.is_old();
        let mut rules = ObjectRules {
            min: self.count(node, "minProperties").unwrap_or(0),
            max: self.count(node, "maxProperties"),
            additional: self.sub(node, "additionalProperties"),
            ..ObjectRules::default()
        };
        if let Some(properties) = node.get("properties") {
            if !properties.is_object() {
                self.wrong(properties, "properties", "an object");
            }
            for member in properties.members() {
                let schema = Some(self.add(member.value.id()));
                rules.properties.entry(member.key.into()).or_default().schema = schema;
            }
        }
        match node.get("required") {
            Some(list) if list.is_array() => {
                for item in list.items() {
                    let Some(name) = item.as_str() else {
                        self.wrong(item, "required", "an array of names");
                        continue;
                    };
                    let entry = rules.properties.entry(name.into()).or_default();
                    if entry.required.is_none() {
                        entry.required = Some(rules.required.len() as u32);
                        rules.required.push(name.into());
                    }
                }
            }
            // A parameter of OpenAPI 2.0 is its own schema, and has its own `required`.
            Some(other) if self.dialect == Dialect::Oas2 && other.as_bool().is_some() => {}
            Some(other) => self.wrong(other, "required", "an array of names"),
            None => {}
        }
        for member in node.get("patternProperties").into_iter().flat_map(NodeRef::members) {
            let schema = self.add(member.value.id());
            if let Some(pattern) = self.pattern(member.value, member.key) {
                rules.patterns.push((pattern, schema));
            }
        }
        for member in node.get("dependencies").into_iter().flat_map(NodeRef::members) {
            if member.value.is_array() {
                rules.dependent_required.push((member.key.into(), names(member.value)));
            } else {
                rules.dependent_schemas.push((member.key.into(), self.add(member.value.id())));
            }
        }
        if new {
            rules.names = self.sub(node, "propertyNames");
            rules.unevaluated = self.sub(node, "unevaluatedProperties");
            for member in node.get("dependentRequired").into_iter().flat_map(NodeRef::members) {
                rules.dependent_required.push((member.key.into(), names(member.value)));
            }
            for member in node.get("dependentSchemas").into_iter().flat_map(NodeRef::members) {
                rules.dependent_schemas.push((member.key.into(), self.add(member.value.id())));
            }
        }
        let used = rules.min > 0
            || rules.max.is_some()
            || rules.additional.is_some()
            || rules.names.is_some()
            || rules.unevaluated.is_some()
            || !rules.properties.is_empty()
            || !rules.patterns.is_empty()
            || !rules.dependent_required.is_empty()
            || !rules.dependent_schemas.is_empty();
        used.then(|| Box::new(rules))
    }

    fn combinations(&mut self, node: NodeRef<'_>, logic: &mut Logic) {
        logic.all = self.list(node, "allOf");
        logic.any = self.list(node, "anyOf");
        logic.one = self.list(node, "oneOf");
        logic.not = self.sub(node, "not");
        if !self.dialect.is_old() {
            logic.condition = self.sub(node, "if");
            if logic.condition.is_some() {
                logic.then = self.sub(node, "then");
                logic.otherwise = self.sub(node, "else");
            }
        }
        if self.dialect != Dialect::Draft4 && node.get("discriminator").is_some() {
            logic.discriminator = match logic.one.is_empty() && logic.any.is_empty() {
                true => self.heirs(node),
                false => self.discriminator(node),
            };
        }
    }

    /// A discriminator of a schema that others build on with `allOf`: they are told apart by their names.
    fn heirs(&mut self, node: NodeRef<'_>) -> Option<Discriminator> {
        let value = node.get("discriminator")?;
        let property = match self.dialect {
            Dialect::Oas2 => value.as_str()?,
            _ => value.get("propertyName")?.as_str()?,
        };
        let document = Arc::clone(&self.document);
        let known = self.builds_on.get_or_insert_with(|| builds_on(&document, &self.resources));
        let mut heirs: Vec<(Box<str>, NodeId)> = Vec::new();
        let mut open = vec![node.id()];
        let mut found = HashSet::from([node.id()]);
        while let Some(base) = open.pop() {
            for (name, heir) in known.get(&base).into_iter().flatten() {
                if found.insert(*heir) {
                    open.push(*heir);
                    heirs.push((name.clone(), *heir));
                }
            }
        }
        if heirs.is_empty() {
            return None;
        }
        let mut this = Discriminator {
            property: property.into(),
            heirs: heirs.iter().map(|(_, heir)| *heir).collect(),
            complete: true,
            ..Discriminator::default()
        };
        let all = components(&document).map(NodeRef::id);
        if let Some(own) = node.key().filter(|_| all.is_some() && node.parent().map(NodeRef::id) == all) {
            this.branches.insert(own.into(), self.add(node.id()));
        }
        for (name, heir) in heirs {
            this.branches.insert(name, self.add(heir));
        }
        let resource = self.resources.resource_of(node);
        for member in value.get("mapping").into_iter().flat_map(NodeRef::members) {
            let Some(target) = member.value.as_str() else { continue };
            let by_name = components(&document).and_then(|all| all.get(target)).map(NodeRef::id);
            match by_name.or_else(|| Some(self.resources.follow(&document, resource, target)?.node)) {
                Some(target) => {
                    let id = self.add(target);
                    this.branches.insert(member.key.into(), id);
                }
                None => this.complete = false,
            }
        }
        // Where the contract lists words that name no schema, names are not what tells them apart.
        let words = node.get("properties").and_then(|list| list.get(property)).and_then(|word| word.get("enum"));
        let listed = words.into_iter().flat_map(NodeRef::items).filter_map(NodeRef::as_str);
        this.complete &= listed.into_iter().all(|word| this.branches.contains_key(word));
        Some(this)
    }

    fn discriminator(&mut self, node: NodeRef<'_>) -> Option<Discriminator> {
        let value = node.get("discriminator")?;
        let property = value.get("propertyName")?.as_str()?;
        let mut branches = HashMap::new();
        let mut complete = true;
        let mut targets = Vec::new();
        let list = if node.get("oneOf").is_some() { "oneOf" } else { "anyOf" };
        for branch in node.get(list).into_iter().flat_map(NodeRef::items) {
            match branch.get("$ref").and_then(NodeRef::as_str) {
                Some(reference) => {
                    let name = reference.rsplit('/').next().unwrap_or(reference);
                    let id = self.add(branch.id());
                    branches.insert(Box::from(name), id);
                    targets.push((reference, id));
                }
                None => complete = false,
            }
        }
        for member in value.get("mapping").into_iter().flat_map(NodeRef::members) {
            let Some(target) = member.value.as_str() else { continue };
            let named = |reference: &str| {
                reference == target || (!target.contains(['/', '#']) && reference.rsplit('/').next() == Some(target))
            };
            if let Some((_, id)) = targets.iter().find(|(reference, _)| named(reference)) {
                branches.insert(member.key.into(), *id);
            } else {
                // A word that maps to none of the branches: the scan decides.
                complete = false;
            }
        }
        Some(Discriminator { property: property.into(), branches, complete, heirs: HashSet::new() })
    }
}

impl Enumeration {
    fn push(&mut self, value: NodeRef<'_>) {
        match value.as_str() {
            Some(text) => {
                self.strings.insert(text.into());
            }
            None => self.others.push(value.id()),
        }
    }
}

/// The schemas that have names: `components/schemas`, or `definitions` of 2.0.
fn components(document: &Document) -> Option<NodeRef<'_>> {
    let root = document.root();
    root.get("components").and_then(|components| components.get("schemas")).or_else(|| root.get("definitions"))
}

/// For each schema the named ones whose `allOf` refers to it.
fn builds_on(document: &Document, resources: &Resources) -> Heirs {
    let mut map = Heirs::new();
    for member in components(document).into_iter().flat_map(NodeRef::members) {
        for part in member.value.get("allOf").into_iter().flat_map(NodeRef::items) {
            let Some(reference) = part.get("$ref").and_then(NodeRef::as_str) else { continue };
            if let Some(base) = resources.follow(document, resources.resource_of(part), reference) {
                map.entry(base.node).or_default().push((member.key.into(), member.value.id()));
            }
        }
    }
    map
}

fn names(list: NodeRef<'_>) -> Vec<Box<str>> {
    list.items().filter_map(NodeRef::as_str).map(Box::from).collect()
}
