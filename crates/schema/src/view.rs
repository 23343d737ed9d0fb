//! A compiled schema as others read it: those who compare schemas or write them, rather than validate by them.

use crate::set::{ArrayRules, NumberRules, ObjectRules, Schema, SchemaSet};
use crate::types::{SchemaId, TypeSet};
use palisade_document::NodeRef;

/// One compiled schema: what it says itself, without what it refers to. What constrains nothing is empty.
#[derive(Debug, Clone, Copy)]
pub struct View<'s> {
    set: &'s SchemaSet,
    schema: &'s Schema,
}

/// A bound of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberLimit<'s> {
    /// The number as written.
    pub text: &'s str,
    /// The number itself is not allowed.
    pub exclusive: bool,
}

/// What arrays must be.
#[derive(Debug, Clone, Copy)]
pub struct ArrayView<'s> {
    /// Fewest items.
    pub min: u64,
    /// Most items.
    pub max: Option<u64>,
    /// No two items are equal.
    pub unique: bool,
    /// Schemas of the first items.
    pub prefix: &'s [SchemaId],
    /// Schema of the items after those.
    pub items: Option<SchemaId>,
    /// Schema that some items must have.
    pub contains: Option<SchemaId>,
    /// How many of them at least; 1 where nothing else is said.
    pub min_contains: u64,
    /// How many of them at most.
    pub max_contains: Option<u64>,
    /// Schema of the items that nothing else judged.
    pub unevaluated: Option<SchemaId>,
}

/// What objects must be.
#[derive(Debug, Clone, Copy)]
pub struct ObjectView<'s> {
    rules: &'s ObjectRules,
    /// Names that must be there, in source order.
    pub required: &'s [Box<str>],
    /// Schema of the members that are not declared.
    pub additional: Option<SchemaId>,
    /// Schema of the names.
    pub names: Option<SchemaId>,
    /// Fewest members.
    pub min: u64,
    /// Most members.
    pub max: Option<u64>,
    /// Names that must be there when another one is.
    pub dependent_required: &'s [(Box<str>, Vec<Box<str>>)],
    /// Schemas that hold when a name is there.
    pub dependent_schemas: &'s [(Box<str>, SchemaId)],
    /// Schema of the members that nothing else judged.
    pub unevaluated: Option<SchemaId>,
}

impl<'s> ObjectView<'s> {
    /// Schemas of declared members, in no particular order.
    pub fn properties(self) -> impl Iterator<Item = (&'s str, SchemaId)> {
        self.rules.properties.iter().filter_map(|(name, property)| Some((&**name, property.schema?)))
    }
}

impl SchemaSet {
    /// Every schema.
    pub fn ids(&self) -> impl Iterator<Item = SchemaId> {
        (0..self.schemas.len() as u32).map(SchemaId)
    }

    /// What a schema says; none for an id of another set.
    pub fn view(&self, id: SchemaId) -> Option<View<'_>> {
        self.schema(id).map(|schema| View { set: self, schema })
    }
}

impl<'s> View<'s> {
    /// The node it was compiled from: annotations and texts of patterns stand there.
    pub fn node(self) -> NodeRef<'s> {
        self.set.document.node(self.schema.node)
    }

    /// It is `false`: no value is valid.
    pub fn never(self) -> bool {
        self.schema.never
    }

    /// The types it names; every type where it names none.
    pub fn types(self) -> TypeSet {
        self.schema.types
    }

    /// Null is valid whatever else stands here.
    pub fn nullable(self) -> bool {
        self.schema.nullable
    }

    /// It is nothing but a reference, and what stands beside it says nothing.
    pub fn is_reference(self) -> bool {
        self.schema.forward.is_some()
    }

    /// The schemas that hold together with this one: where its references lead, and the members of `allOf`.
    pub fn conjuncts(self) -> impl Iterator<Item = SchemaId> {
        let logic = self.schema.logic.as_deref();
        let references = logic.and_then(|logic| logic.reference).into_iter();
        let dynamic = logic.and_then(|logic| logic.dynamic.as_ref()).map(|(id, _)| *id).into_iter();
        let all = logic.map_or(&[][..], |logic| &logic.all).iter().copied();
        self.schema.forward.into_iter().chain(references).chain(dynamic).chain(all)
    }

    /// The members of `anyOf`.
    pub fn any_of(self) -> &'s [SchemaId] {
        self.schema.logic.as_deref().map_or(&[], |logic| &logic.any)
    }

    /// The members of `oneOf`.
    pub fn one_of(self) -> &'s [SchemaId] {
        self.schema.logic.as_deref().map_or(&[], |logic| &logic.one)
    }

    /// What `not` forbids.
    pub fn forbidden(self) -> Option<SchemaId> {
        self.schema.logic.as_deref()?.not
    }

    /// `if`, `then` and `else`.
    pub fn condition(self) -> Option<(SchemaId, Option<SchemaId>, Option<SchemaId>)> {
        let logic = self.schema.logic.as_deref()?;
        Some((logic.condition?, logic.then, logic.otherwise))
    }

    /// The lists of `enum` and `const` that a value must be in, each of them.
    pub fn values(self) -> Vec<Vec<NodeRef<'s>>> {
        let mut lists = Vec::new();
        let mut list = self.schema.enumeration.as_deref();
        let node = self.node();
        while let Some(this) = list {
            match (this.keyword, node.get(this.keyword)) {
                ("const", Some(value)) => lists.push(vec![value]),
                (_, Some(values)) => lists.push(values.items().collect()),
                (_, None) => {}
            }
            list = this.also.as_deref();
        }
        lists
    }

    fn number(self) -> Option<&'s NumberRules> {
        self.schema.number.as_deref()
    }

    /// Lower bounds of numbers: at most two.
    pub fn lower(self) -> impl Iterator<Item = NumberLimit<'s>> {
        let rules = self.number();
        let minimum = rules.and_then(|rules| rules.minimum.as_ref());
        let above = rules.and_then(|rules| rules.above.as_ref());
        let limit = |exclusive| move |text| NumberLimit { text, exclusive };
        let minimum = minimum.map(|bound| &*bound.text).map(limit(false));
        minimum.into_iter().chain(above.map(|bound| &*bound.text).map(limit(true)))
    }

    /// Upper bounds of numbers: at most two.
    pub fn upper(self) -> impl Iterator<Item = NumberLimit<'s>> {
        let rules = self.number();
        let maximum = rules.and_then(|rules| rules.maximum.as_ref());
        let below = rules.and_then(|rules| rules.below.as_ref());
        let limit = |exclusive| move |text| NumberLimit { text, exclusive };
        let maximum = maximum.map(|bound| &*bound.text).map(limit(false));
        maximum.into_iter().chain(below.map(|bound| &*bound.text).map(limit(true)))
    }

    /// `multipleOf` as written.
    pub fn multiple_of(self) -> Option<&'s str> {
        self.number()?.multiple_of.as_ref().map(|(_, text)| &**text)
    }

    /// Fewest and most code points of strings.
    pub fn lengths(self) -> (u64, Option<u64>) {
        self.schema.string.as_deref().map_or((0, None), |rules| (rules.min_length, rules.max_length))
    }

    /// The pattern of strings as written, when it can be used.
    pub fn pattern(self) -> Option<&'s str> {
        self.schema.string.as_deref()?.pattern?;
        self.node().get("pattern")?.as_str()
    }

    /// What arrays must be.
    pub fn array(self) -> Option<ArrayView<'s>> {
        let ArrayRules {
            min_items,
            max_items,
            unique,
            prefix,
            items,
            contains,
            min_contains,
            max_contains,
            unevaluated,
            ..
        } = self.schema.array.as_deref()?;
        Some(ArrayView {
            min: *min_items,
            max: *max_items,
            unique: *unique,
            prefix,
            items: *items,
            contains: *contains,
            min_contains: *min_contains,
            max_contains: *max_contains,
            unevaluated: *unevaluated,
        })
    }

    /// What objects must be.
    pub fn object(self) -> Option<ObjectView<'s>> {
        let rules = self.schema.object.as_deref()?;
        Some(ObjectView {
            rules,
            required: &rules.required,
            additional: rules.additional,
            names: rules.names,
            min: rules.min,
            max: rules.max,
            dependent_required: &rules.dependent_required,
            dependent_schemas: &rules.dependent_schemas,
            unevaluated: rules.unevaluated,
        })
    }
}
