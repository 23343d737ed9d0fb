//! Two schemas compared by what they demand.
//!
//! Two schemas that are compared are a pair. What differs at the pair itself is worked out once for each direction, and the
//! pairs below it are edges of a graph, so that recursive and shared schemas cost what they are and not what they unfold
//! to. What changed for a message is then gathered along the edges.

mod graph;
mod pair;
mod scalars;

pub(crate) use pair::{Found, short};

use crate::check::{Keyword, Way};
use crate::shape::{Choice, Conj, Discriminator, NOT_NULL, Shape, marked};
use crate::side::Side;
use graph::Graph;
use pair::{Changes, Pair, from_to};
use palisade_contract::FormField;
use palisade_document::NodeId;
use palisade_schema::{SchemaId, TypeSet};
use scalars::{numbers, strings, values};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// Branches of a choice that are paired by what they demand; more are paired by name and place.
const BRANCHES: usize = 24;

/// What decides how two schemas are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Context {
    pub(crate) way: Way,
    /// It is written as XML.
    pub(crate) xml: bool,
    /// It is written as text, where a number is also a text.
    pub(crate) text: bool,
}

/// What is compared.
#[derive(Debug, Clone)]
pub(crate) enum Subject<'s> {
    Schemas(Conj),
    /// The fields of a form of 2.0, and where they stand.
    Form(&'s [FormField], NodeId),
}

/// Compares schemas of two contracts.
pub(crate) struct Schemas<'a, 'c> {
    old: &'a Side<'c>,
    new: &'a Side<'c>,
    shapes: [HashMap<Conj, Rc<Shape>>; 2],
    graph: Graph,
    /// Something was not compared.
    pub(crate) incomplete: bool,
}

impl<'a, 'c> Schemas<'a, 'c> {
    pub(crate) fn new(old: &'a Side<'c>, new: &'a Side<'c>) -> Schemas<'a, 'c> {
        Schemas { old, new, shapes: [HashMap::new(), HashMap::new()], graph: Graph::default(), incomplete: false }
    }

    /// What changed from one subject to the other.
    pub(crate) fn compare(&mut self, old: &Subject<'_>, new: &Subject<'_>, context: Context) -> Vec<Found> {
        if let (Subject::Schemas(old), Subject::Schemas(new)) = (old, new) {
            return match self.pair(old, new, context) {
                Some(pair) if !self.same(pair) => self.gather(pair),
                _ => Vec::new(),
            };
        }
        let (a, b) = (self.subject(old, 0), self.subject(new, 1));
        let mut changes = Changes::default();
        self.shapes_of(&mut Pair { a: &a, b: &b, out: &mut changes }, context);
        self.gather_from(Rc::new(changes), (a.node(""), b.node("")), None)
    }

    fn subject(&mut self, subject: &Subject<'_>, side: usize) -> Rc<Shape> {
        match subject {
            Subject::Schemas(schemas) => self.shape(schemas, side),
            Subject::Form(fields, node) => {
                Rc::new(Shape::of_form(if side == 0 { self.old } else { self.new }, fields, *node))
            }
        }
    }

    fn shape(&mut self, schemas: &[SchemaId], side: usize) -> Rc<Shape> {
        let of = if side == 0 { self.old } else { self.new };
        let Some(known) = self.shapes.get_mut(side) else { return Rc::new(Shape::of(of, schemas)) };
        if let Some(shape) = known.get(schemas) {
            return Rc::clone(shape);
        }
        let shape = Rc::new(Shape::of(of, schemas));
        known.insert(schemas.to_vec(), Rc::clone(&shape));
        shape
    }

    /// The types of a subject and whether it has a default, for those who judge how a parameter is written.
    pub(crate) fn types(&mut self, schemas: &[SchemaId], new: bool) -> (TypeSet, bool) {
        let shape = self.shape(schemas, usize::from(new));
        (shape.types, shape.default.is_some())
    }

    /// Whether two schemas demand the same.
    fn alike(&mut self, old: &[SchemaId], new: &[SchemaId], context: Context) -> bool {
        self.pair(old, new, context).is_none_or(|pair| self.same(pair))
    }

    fn shapes_of(&mut self, pair: &mut Pair<'_>, context: Context) {
        let (a, b) = (pair.a, pair.b);
        if self.choices_contain(pair, context) {
            return;
        }
        let common = self.types_of(pair, context);
        marks(pair, context);
        if common == TypeSet::NONE {
            return;
        }
        let listed = a.values.is_some() && b.values.is_some();
        values(pair);
        if common.meets(TypeSet::NUMBER) && !listed {
            numbers(pair);
        }
        if common.meets(TypeSet::STRING) && !listed {
            strings(pair);
        }
        if common.meets(TypeSet::ARRAY) && !listed {
            self.arrays(pair, context);
        }
        if common.meets(TypeSet::OBJECT) && !listed {
            self.objects(pair, context);
        }
        self.choices(pair, context);
        self.logic(pair, context);
        self.discriminators(pair, context);
    }

    /// Types and null; gives the types that both allow.
    fn types_of(&mut self, pair: &mut Pair<'_>, context: Context) -> TypeSet {
        let (a, b) = (pair.a, pair.b);
        match (a.is_impossible(), b.is_impossible()) {
            (true, true) => return TypeSet::NONE,
            (false, true) => {
                pair.say(Keyword::BecameImpossible, "type", "");
                return TypeSet::NONE;
            }
            (true, false) => {
                pair.say(Keyword::BecamePossible, "type", "");
                return TypeSet::NONE;
            }
            (false, false) => {}
        }
        let (old, new) = (a.types.intersection(NOT_NULL), b.types.intersection(NOT_NULL));
        // Where both are choices, the types are those of the branches, which are compared one by one.
        if old == new || !(a.choices.is_empty() || b.choices.is_empty()) {
            let null = TypeSet::NULL;
            let word = if a.has("nullable") || b.has("nullable") { "nullable" } else { "type" };
            match (a.types.contains(null), b.types.contains(null)) {
                (false, true) => pair.say(Keyword::BecameNullable, word, ""),
                (true, false) => pair.say(Keyword::BecameNotNullable, word, ""),
                _ => {}
            }
            return old.intersection(new);
        }
        let detail = from_to(words(a.types), words(b.types));
        let keyword = if b.types.contains(a.types) {
            Keyword::TypeWidened
        } else if a.types.contains(b.types) {
            Keyword::TypeNarrowed
        } else if context.text && any_text(b) && scalar(a.types) {
            Keyword::TypeWidened
        } else if context.text && any_text(a) && scalar(b.types) {
            Keyword::TypeNarrowed
        } else {
            Keyword::TypeChanged
        };
        pair.say(keyword, "type", detail);
        old.intersection(new)
    }

    fn arrays(&mut self, pair: &mut Pair<'_>, context: Context) {
        let (a, b) = (pair.a, pair.b);
        pair.least(
            "minItems",
            a.min_items,
            b.min_items,
            [Keyword::MinItemsAdded, Keyword::MinItemsRemoved, Keyword::MinItemsIncreased, Keyword::MinItemsDecreased],
        );
        pair.most(
            "maxItems",
            a.max_items,
            b.max_items,
            [Keyword::MaxItemsAdded, Keyword::MaxItemsRemoved, Keyword::MaxItemsIncreased, Keyword::MaxItemsDecreased],
        );
        pair.flag("uniqueItems", a.unique, b.unique, [Keyword::UniqueItemsAdded, Keyword::UniqueItemsRemoved]);
        let inner = Context { text: context.text, ..context };
        for place in 0..a.prefix.len().max(b.prefix.len()) {
            let old = a.prefix.get(place).unwrap_or(&a.items);
            let new = b.prefix.get(place).unwrap_or(&b.items);
            let below = self.pair(old, new, inner);
            pair.inside(&format!("[{place}]"), below);
        }
        let below = self.pair(&a.items, &b.items, inner);
        pair.inside("[]", below);
        match (a.contains.is_empty(), b.contains.is_empty()) {
            (true, false) => pair.say(Keyword::ContainsAdded, "contains", ""),
            (false, true) => pair.say(Keyword::ContainsRemoved, "contains", ""),
            (false, false) => {
                if !self.alike(&a.contains, &b.contains, inner) {
                    pair.say(Keyword::ContainsChanged, "contains", "");
                }
                match a.min_contains.cmp(&b.min_contains) {
                    Ordering::Less => {
                        let detail = from_to(a.min_contains, b.min_contains);
                        pair.say(Keyword::MinContainsIncreased, "minContains", detail);
                    }
                    Ordering::Greater => {
                        let detail = from_to(a.min_contains, b.min_contains);
                        pair.say(Keyword::MinContainsDecreased, "minContains", detail);
                    }
                    Ordering::Equal => {}
                }
                pair.most(
                    "maxContains",
                    a.max_contains,
                    b.max_contains,
                    [
                        Keyword::MaxContainsAdded,
                        Keyword::MaxContainsRemoved,
                        Keyword::MaxContainsIncreased,
                        Keyword::MaxContainsDecreased,
                    ],
                );
            }
            (true, true) => {}
        }
    }

    fn objects(&mut self, pair: &mut Pair<'_>, context: Context) {
        let (a, b) = (pair.a, pair.b);
        let context = Context { text: false, ..context };
        pair.least(
            "minProperties",
            a.min_members,
            b.min_members,
            [
                Keyword::MinPropertiesAdded,
                Keyword::MinPropertiesRemoved,
                Keyword::MinPropertiesIncreased,
                Keyword::MinPropertiesDecreased,
            ],
        );
        pair.most(
            "maxProperties",
            a.max_members,
            b.max_members,
            [
                Keyword::MaxPropertiesAdded,
                Keyword::MaxPropertiesRemoved,
                Keyword::MaxPropertiesIncreased,
                Keyword::MaxPropertiesDecreased,
            ],
        );
        self.members(pair, context);
        for (pattern, schemas) in &a.named {
            match b.named.get(pattern) {
                Some(other) => {
                    let below = self.pair(schemas, other, context);
                    pair.inside(&format!("{{{}}}", short(pattern)), below);
                }
                None => pair.say(Keyword::PatternPropertyRemoved, "", format!(": {}", short(pattern))),
            }
        }
        for pattern in b.named.keys().filter(|pattern| !a.named.contains_key(*pattern)) {
            pair.say(Keyword::PatternPropertyAdded, "", format!(": {}", short(pattern)));
        }
        self.additional(pair, context);
        let below = self.pair(&a.names, &b.names, context);
        pair.inside("{name}", below);
        for (name, other) in b.needs.difference(&a.needs) {
            let detail = format!(": {} needs {}", short(name), short(other));
            pair.say(Keyword::DependentRequiredAdded, "dependentRequired", detail);
        }
        for (name, other) in a.needs.difference(&b.needs) {
            let detail = format!(": {} needs {}", short(name), short(other));
            pair.say(Keyword::DependentRequiredRemoved, "dependentRequired", detail);
        }
        for (name, schemas) in &a.dependent {
            match b.dependent.get(name) {
                Some(other) => {
                    let below = self.pair(schemas, other, context);
                    pair.inside(&format!("<with {}>", short(name)), below);
                }
                None => pair.say(Keyword::DependentSchemaRemoved, "", format!(": {}", short(name))),
            }
        }
        for name in b.dependent.keys().filter(|name| !a.dependent.contains_key(*name)) {
            pair.say(Keyword::DependentSchemaAdded, "", format!(": {}", short(name)));
        }
    }

    /// What undeclared members may be.
    fn additional(&mut self, pair: &mut Pair<'_>, context: Context) {
        let (a, b) = (pair.a, pair.b);
        let word = "additionalProperties";
        match (a.is_closed(self.old), b.is_closed(self.new)) {
            (true, true) => {}
            (false, true) => pair.say(Keyword::AdditionalPropertiesClosed, word, ""),
            (true, false) => pair.say(Keyword::AdditionalPropertiesOpened, word, ""),
            (false, false) => match (a.additional.is_empty(), b.additional.is_empty()) {
                (true, true) => {}
                (false, false) => {
                    let below = self.pair(&a.additional, &b.additional, context);
                    pair.inside("{}", below);
                }
                _ if self.alike(&a.additional, &b.additional, context) => {}
                (true, false) => pair.say(Keyword::AdditionalPropertiesTyped, word, ""),
                (false, true) => pair.say(Keyword::AdditionalPropertiesUntyped, word, ""),
            },
        }
    }

    fn members(&mut self, pair: &mut Pair<'_>, context: Context) {
        let (a, b) = (pair.a, pair.b);
        let none = Conj::new();
        let names: BTreeSet<&String> =
            a.properties.keys().chain(b.properties.keys()).chain(&a.required).chain(&b.required).collect();
        for name in names {
            let (old, new) = (a.properties.get(name), b.properties.get(name));
            let mark = match context.way {
                Way::In => "readOnly",
                Way::Out => "writeOnly",
            };
            // What does not go this way is no part of what goes this way.
            let hidden = [
                old.is_some_and(|schemas| marked(self.old, schemas, mark)),
                new.is_some_and(|schemas| marked(self.new, schemas, mark)),
            ];
            let path = format!(".{}", short(name));
            let at = |side: &Side<'_>, schemas: Option<&Conj>| {
                schemas.and_then(|schemas| schemas.first()).and_then(|id| side.set.node(*id))
            };
            let (here, there) = (at(self.old, old), at(self.new, new));
            match hidden {
                [true, true] => continue,
                [false, true] if old.is_some() => {
                    let keyword = match context.way {
                        Way::In => Keyword::BecameReadOnly,
                        Way::Out => Keyword::BecameWriteOnly,
                    };
                    pair.at(keyword, path, here, there);
                    continue;
                }
                [true, false] if new.is_some() => {
                    let keyword = match context.way {
                        Way::In => Keyword::BecameNotReadOnly,
                        Way::Out => Keyword::BecameNotWriteOnly,
                    };
                    pair.at(keyword, path.clone(), here, there);
                    if context.way == Way::In && b.required.contains(name) {
                        let keyword = self.became_required(new);
                        pair.at(keyword, path, here, there);
                    }
                    continue;
                }
                [true, _] | [_, true] => continue,
                [false, false] => {}
            }
            let needed = (a.required.contains(name), b.required.contains(name));
            let presence = match (old.is_some() || needed.0, new.is_some() || needed.1) {
                (false, true) => Some(self.added(pair, context.way, needed.1, new)),
                (true, false) => Some(self.removed(pair, context.way, needed.0)),
                _ => match (needed, context.way) {
                    ((false, true), Way::In) => Some(self.became_required(new)),
                    ((true, false), Way::In) => Some(Keyword::BecameOptional),
                    ((false, true), Way::Out) => Some(Keyword::GotBecameRequired),
                    ((true, false), Way::Out) => Some(Keyword::GotBecameOptional),
                    _ => None,
                },
            };
            if let Some(keyword) = presence {
                pair.at(keyword, path.clone(), here, there);
            }
            if old.is_some() && new.is_some() {
                let below = self.pair(old.unwrap_or(&none), new.unwrap_or(&none), context);
                pair.inside(&path, below);
            }
        }
    }

    fn added(&mut self, pair: &Pair<'_>, way: Way, required: bool, new: Option<&Conj>) -> Keyword {
        match way {
            Way::In if !required => Keyword::Added,
            Way::In => match self.has_default(new) {
                true => Keyword::AddedRequiredWithDefault,
                false => Keyword::AddedRequired,
            },
            Way::Out if pair.a.is_closed(self.old) => Keyword::GotAddedToClosed,
            Way::Out => Keyword::GotAdded,
        }
    }

    fn removed(&self, pair: &Pair<'_>, way: Way, required: bool) -> Keyword {
        match way {
            Way::In if pair.b.is_closed(self.new) => Keyword::RemovedFromClosed,
            Way::In => Keyword::Removed,
            Way::Out if required => Keyword::GotRemovedRequired,
            Way::Out => Keyword::GotRemoved,
        }
    }

    fn became_required(&mut self, new: Option<&Conj>) -> Keyword {
        match self.has_default(new) {
            true => Keyword::BecameRequiredWithDefault,
            false => Keyword::BecameRequired,
        }
    }

    fn has_default(&mut self, new: Option<&Conj>) -> bool {
        new.is_some_and(|schemas| self.shape(schemas, 1).default.is_some())
    }

    /// One schema against a choice of several that holds it: a wider schema, or a narrower one. True when that is all
    /// there is to say.
    fn choices_contain(&mut self, pair: &mut Pair<'_>, context: Context) -> bool {
        let (a, b) = (pair.a, pair.b);
        let (keyword, choice) = match (a.choices.as_slice(), b.choices.as_slice()) {
            ([], [choice]) if choice.branches.len() <= BRANCHES => (Keyword::BecameChoice, choice.clone()),
            ([choice], []) if choice.branches.len() <= BRANCHES => (Keyword::ChoiceBecameOne, choice.clone()),
            _ => return false,
        };
        for branch in &choice.branches {
            let mut changes = Changes::default();
            let branch = [*branch];
            match keyword {
                Keyword::BecameChoice => {
                    let b = self.shape(&branch, 1);
                    self.shapes_of(&mut Pair { a, b: &b, out: &mut changes }, context);
                }
                _ => {
                    let a = self.shape(&branch, 0);
                    self.shapes_of(&mut Pair { a: &a, b, out: &mut changes }, context);
                }
            }
            if self.nothing(&changes) {
                pair.say(keyword, if choice.one { "oneOf" } else { "anyOf" }, "");
                return true;
            }
        }
        false
    }

    fn choices(&mut self, pair: &mut Pair<'_>, context: Context) {
        let (mut old, mut new) = (pair.a.choices.clone(), pair.b.choices.clone());
        // Those that are the same first: which of several stands where means nothing.
        if old.len() > 1 || new.len() > 1 {
            old.retain(|choice| {
                let same = new.iter().position(|other| {
                    let mut changes = Changes::default();
                    self.choice(&mut Pair { a: pair.a, b: pair.b, out: &mut changes }, choice, other, context);
                    self.nothing(&changes)
                });
                same.map(|place| new.remove(place)).is_none()
            });
        }
        for kind in [Some(true), Some(false), None] {
            let fits = |choice: &Choice| kind.is_none_or(|one| choice.one == one);
            while let (Some(here), Some(there)) = (old.iter().position(fits), new.iter().position(fits)) {
                let (a, b) = (old.remove(here), new.remove(there));
                self.choice(pair, &a, &b, context);
            }
        }
        for choice in old {
            let keyword = if choice.one { Keyword::OneOfRemoved } else { Keyword::AnyOfRemoved };
            pair.at(keyword, String::new(), Some(choice.node), None);
        }
        for choice in new {
            let keyword = if choice.one { Keyword::OneOfAdded } else { Keyword::AnyOfAdded };
            pair.at(keyword, String::new(), None, Some(choice.node));
        }
    }

    fn choice(&mut self, pair: &mut Pair<'_>, a: &Choice, b: &Choice, context: Context) {
        match (a.one, b.one) {
            (true, false) => pair.at(Keyword::OneOfBecameAnyOf, String::new(), Some(a.node), Some(b.node)),
            (false, true) => pair.at(Keyword::AnyOfBecameOneOf, String::new(), Some(a.node), Some(b.node)),
            _ => {}
        }
        let named = |side: &Side<'_>, list: &[SchemaId]| -> Vec<(String, SchemaId)> {
            list.iter().enumerate().map(|(place, id)| (branch_name(side, *id, place), *id)).collect()
        };
        let (mut old, mut new) = (named(self.old, &a.branches), named(self.new, &b.branches));
        let mut pairs = Vec::new();
        // Components of one name; then what demands the same, whatever it is called; then what stands at one place, or is
        // the only one left.
        let place = |(name, _): &(String, SchemaId)| name.bytes().all(|byte| byte.is_ascii_digit());
        let (mut places, mut new_places): (Vec<_>, Vec<_>) = (
            old.extract_if(.., |branch| place(branch)).collect(),
            new.extract_if(.., |branch| place(branch)).collect(),
        );
        by_name(&mut old, &mut new, &mut pairs);
        old.append(&mut places);
        new.append(&mut new_places);
        if old.len().max(new.len()) <= BRANCHES {
            old.retain(|(_, id)| {
                let same = new.iter().position(|(_, other)| self.alike(&[*id], &[*other], context));
                same.map(|place| new.remove(place)).is_none()
            });
        }
        by_name(&mut old, &mut new, &mut pairs);
        if let ([(name, id)], [(_, other)]) = (old.as_slice(), new.as_slice()) {
            pairs.push((name.clone(), *id, *other));
            old.clear();
            new.clear();
        }
        for (name, id, other) in pairs {
            let below = self.pair(&[id], &[other], context);
            pair.inside(&format!("<{}>", short(&name)), below);
        }
        let removed = if a.one { Keyword::OneOfBranchRemoved } else { Keyword::AnyOfBranchRemoved };
        for (name, id) in old {
            let node = self.old.set.node(id);
            let detail = format!(": {}", short(&name));
            pair.out.push(Found { keyword: removed, path: String::new(), old: node, new: Some(b.node), detail });
        }
        let added = if b.one { Keyword::OneOfBranchAdded } else { Keyword::AnyOfBranchAdded };
        for (name, id) in new {
            let node = self.new.set.node(id);
            let detail = format!(": {}", short(&name));
            pair.out.push(Found { keyword: added, path: String::new(), old: Some(a.node), new: node, detail });
        }
    }

    fn logic(&mut self, pair: &mut Pair<'_>, context: Context) {
        let (a, b) = (pair.a, pair.b);
        match (a.not.is_empty(), b.not.is_empty()) {
            (true, false) => pair.say(Keyword::NotAdded, "not", ""),
            (false, true) => pair.say(Keyword::NotRemoved, "not", ""),
            (false, false) if !self.alike(&a.not, &b.not, context) => {
                pair.say(Keyword::NotChanged, "not", "");
            }
            _ => {}
        }
        match (a.conditions.len(), b.conditions.len()) {
            (old, new) if old < new => pair.say(Keyword::ConditionAdded, "if", ""),
            (old, new) if old > new => pair.say(Keyword::ConditionRemoved, "if", ""),
            _ => {
                for ((when, then, otherwise), (other_when, other_then, other_otherwise)) in
                    a.conditions.iter().zip(&b.conditions)
                {
                    let conj = |id: Option<SchemaId>| -> Conj { id.into_iter().collect() };
                    let same = self.alike(&[*when], &[*other_when], context)
                        && self.alike(&conj(*then), &conj(*other_then), context)
                        && self.alike(&conj(*otherwise), &conj(*other_otherwise), context);
                    if !same {
                        pair.say(Keyword::ConditionChanged, "if", "");
                    }
                }
            }
        }
    }

    fn discriminators(&mut self, pair: &mut Pair<'_>, context: Context) {
        let (a, b): (&Discriminator, &Discriminator) = match (&pair.a.discriminator, &pair.b.discriminator) {
            (None, None) => return,
            (None, Some(_)) => return pair.say(Keyword::DiscriminatorAdded, "discriminator", ""),
            (Some(_), None) => return pair.say(Keyword::DiscriminatorRemoved, "discriminator", ""),
            (Some(a), Some(b)) => (a, b),
        };
        let (old, new) = (Some(a.node), Some(b.node));
        if a.property != b.property {
            let detail = from_to(short(&a.property), short(&b.property));
            let keyword = Keyword::DiscriminatorPropertyChanged;
            pair.out.push(Found { keyword, path: String::new(), old, new, detail });
            return;
        }
        let words: BTreeMap<&String, (Option<_>, Option<_>)> =
            a.words.keys().chain(b.words.keys()).map(|word| (word, (a.words.get(word), b.words.get(word)))).collect();
        for (word, targets) in words {
            let keyword = match targets {
                (None, _) => Keyword::DiscriminatorMappingAdded,
                (_, None) => Keyword::DiscriminatorMappingRemoved,
                (Some(Some(one)), Some(Some(other))) => {
                    let named = branch_name(self.old, *one, 0) == branch_name(self.new, *other, 0);
                    if named || self.alike(&[*one], &[*other], context) {
                        continue;
                    }
                    Keyword::DiscriminatorMappingChanged
                }
                (Some(one), Some(other)) if one.is_none() == other.is_none() => continue,
                _ => Keyword::DiscriminatorMappingChanged,
            };
            pair.out.push(Found { keyword, path: String::new(), old, new, detail: format!(": {}", short(word)) });
        }
    }
}

/// Deprecation, defaults and what else stands beside the demands.
fn marks(pair: &mut Pair<'_>, context: Context) {
    let (a, b) = (pair.a, pair.b);
    pair.flag("deprecated", a.deprecated, b.deprecated, [Keyword::BecameDeprecated, Keyword::BecameNotDeprecated]);
    pair.flag("readOnly", a.read_only, b.read_only, [Keyword::BecameReadOnly, Keyword::BecameNotReadOnly]);
    pair.flag("writeOnly", a.write_only, b.write_only, [Keyword::BecameWriteOnly, Keyword::BecameNotWriteOnly]);
    match (&a.default, &b.default) {
        (None, Some(b)) => pair.say(Keyword::DefaultAdded, "default", format!(": {}", short(b))),
        (Some(a), None) => pair.say(Keyword::DefaultRemoved, "default", format!(": {}", short(a))),
        (Some(a), Some(b)) if a != b => pair.say(Keyword::DefaultChanged, "default", from_to(short(a), short(b))),
        _ => {}
    }
    if context.xml && a.xml != b.xml {
        pair.say(Keyword::XmlChanged, "xml", "");
    }
}

/// Takes branches that go by one name out of both lists.
fn by_name(
    old: &mut Vec<(String, SchemaId)>,
    new: &mut Vec<(String, SchemaId)>,
    pairs: &mut Vec<(String, SchemaId, SchemaId)>,
) {
    old.retain(|(name, id)| {
        let same = new.iter().position(|(other, _)| other == name);
        same.map(|place| pairs.push((name.clone(), *id, new.remove(place).1))).is_none()
    });
}

/// What a branch is called: its component, its title, else its place.
fn branch_name(side: &Side<'_>, id: SchemaId, place: usize) -> String {
    let Some(view) = side.set.view(id) else { return place.to_string() };
    let node = view.node();
    let text = |key: &str| node.get(key).and_then(|value| value.as_str());
    let component = text("$ref").and_then(|text| text.rsplit('/').next());
    let own = node.parent().filter(|_| component.is_none()).and_then(|parent| {
        (parent.key() == Some("schemas") || parent.key() == Some("definitions")).then(|| node.key()).flatten()
    });
    component.or(own).or(text("title")).map_or_else(|| place.to_string(), str::to_owned)
}

fn scalar(types: TypeSet) -> bool {
    TypeSet::NUMBER.union(TypeSet::BOOLEAN).union(TypeSet::STRING).union(TypeSet::NULL).contains(types)
}

/// Every text is allowed.
fn any_text(shape: &Shape) -> bool {
    shape.types.contains(TypeSet::STRING)
        && shape.values.is_none()
        && shape.min_length <= 1
        && shape.max_length.is_none()
        && shape.patterns.is_empty()
        && shape.formats.is_empty()
}

fn words(types: TypeSet) -> String {
    match types {
        TypeSet::ALL => "any type".to_owned(),
        types => types.words().join(" or "),
    }
}
