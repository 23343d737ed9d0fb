//! Running a value through its schema.

use crate::equal::{digest, equal};
use crate::number::Decimal;
use crate::set::{ArrayRules, Enumeration, Logic, NumberRules, ObjectRules, Property, Schema, SchemaSet, StringRules};
use crate::types::{Direction, Exhausted, Options, Outcome, SchemaId, TypeSet, Violation};
use palisade_document::{Kind, Member, NodeId, NodeRef};
use std::cmp::Ordering;
use std::collections::HashMap;

/// Schemas inside one another, on values inside one another.
const DEPTH: u32 = 200;
/// Longest pointer in a violation, in bytes: member names come from outside.
const POINTER_BYTES: usize = 512;

/// Which members or items a schema has judged.
#[derive(Debug, Default)]
struct Seen(Vec<bool>);

impl Seen {
    fn of(instance: NodeRef<'_>) -> Self {
        Seen(vec![false; instance.len()])
    }

    fn mark(&mut self, at: usize) {
        if let Some(mark) = self.0.get_mut(at) {
            *mark = true;
        }
    }

    fn merge(&mut self, other: &Seen) {
        self.0.iter_mut().zip(&other.0).for_each(|(mark, other)| *mark |= other);
    }

    fn has(&self, at: usize) -> bool {
        self.0.get(at).copied().unwrap_or(true)
    }
}

/// One validation.
pub(crate) struct Run<'s> {
    set: &'s SchemaSet,
    direction: Direction,
    formats: bool,
    values: bool,
    max: usize,
    steps: u64,
    depth: u32,
    /// Above 0 nothing is collected and the first violation ends the branch.
    quiet: u32,
    violations: Vec<Violation>,
    notes: Vec<Violation>,
    exhausted: Option<Exhausted>,
    scope: Vec<u32>,
    /// The schema whose `allOf` led here.
    heir: Option<NodeId>,
}

impl<'s> Run<'s> {
    pub(crate) fn new(set: &'s SchemaSet, options: &Options, quiet: bool) -> Self {
        Run {
            set,
            direction: options.direction,
            formats: options.formats,
            values: options.values,
            max: options.max_violations.max(1),
            steps: options.budget,
            depth: DEPTH,
            quiet: u32::from(quiet),
            violations: Vec::new(),
            notes: Vec::new(),
            exhausted: None,
            scope: Vec::new(),
            heir: None,
        }
    }

    pub(crate) fn finish(mut self, id: SchemaId, instance: NodeRef<'_>) -> Outcome {
        self.eval(id, instance, None);
        Outcome { violations: self.violations, notes: self.notes, exhausted: self.exhausted, left: self.steps }
    }

    pub(crate) fn clean(mut self, id: SchemaId, instance: NodeRef<'_>) -> bool {
        self.eval(id, instance, None) && self.exhausted.is_none() && self.notes.is_empty()
    }

    pub(crate) fn holds(mut self, id: SchemaId, instance: NodeRef<'_>) -> bool {
        self.eval(id, instance, None) && self.exhausted.is_none()
    }

    fn spend(&mut self, steps: u64) -> bool {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                true
            }
            None => {
                self.steps = 0;
                self.exhausted.get_or_insert(Exhausted::Budget);
                false
            }
        }
    }

    /// True when nothing more needs to be looked at.
    fn done(&self) -> bool {
        self.quiet > 0 || self.violations.len() >= self.max || self.exhausted.is_some()
    }

    fn fail(
        &mut self,
        schema: &Schema,
        instance: NodeRef<'_>,
        code: &'static str,
        message: impl FnOnce() -> String,
    ) -> bool {
        self.fail_at(schema, instance, None, code, message)
    }

    /// Records a violation at a member of `instance` (or at itself) and gives `false`.
    fn fail_at(
        &mut self,
        schema: &Schema,
        instance: NodeRef<'_>,
        member: Option<&str>,
        code: &'static str,
        message: impl FnOnce() -> String,
    ) -> bool {
        if self.quiet == 0 && self.violations.len() < self.max {
            let mut pointer = instance.pointer();
            if let Some(name) = member {
                palisade_document::pointer::push_step(&mut pointer, name);
            }
            while pointer.len() > POINTER_BYTES {
                pointer.truncate(pointer.floor_char_boundary(POINTER_BYTES));
            }
            self.violations.push(Violation { pointer, code, message: message(), schema: schema.node });
        }
        false
    }

    /// Notes a member that is not meant to be sent this way.
    fn note(&mut self, property: &Property, member: Member<'_>, code: &'static str) {
        if self.notes.len() >= self.max {
            return;
        }
        let mut pointer = member.value.pointer();
        pointer.truncate(pointer.floor_char_boundary(POINTER_BYTES));
        let message = match code {
            "readOnly" => "must not be sent in a request",
            _ => "must not be sent in a response",
        };
        let schema = property.schema.and_then(|id| self.set.node(id)).unwrap_or(self.set.document.root().id());
        self.notes.push(Violation { pointer, code, message: message.to_owned(), schema });
    }

    fn eval(&mut self, id: SchemaId, instance: NodeRef<'_>, seen: Option<&mut Seen>) -> bool {
        let set = self.set;
        let mut id = id;
        // Forward edges have no cycles: they were cut when the set was compiled.
        let schema = loop {
            let Some(schema) = set.schema(id) else { return true };
            match schema.forward {
                Some(next) if self.spend(1) => id = next,
                Some(_) => return true,
                None => break schema,
            }
        };
        if !self.spend(1) {
            return true;
        }
        let Some(depth) = self.depth.checked_sub(1) else {
            self.exhausted.get_or_insert(Exhausted::Depth);
            return true;
        };
        self.depth = depth;
        let scoped = !set.dynamic.is_empty();
        if scoped {
            self.scope.push(schema.resource);
        }
        let valid = self.judge(schema, instance, seen);
        if scoped {
            self.scope.pop();
        }
        self.depth += 1;
        valid
    }

    fn judge(&mut self, schema: &Schema, instance: NodeRef<'_>, outer: Option<&mut Seen>) -> bool {
        let heir = self.heir.take();
        if schema.nullable && instance.is_null() {
            return true;
        }
        if schema.never {
            return self.fail(schema, instance, "false", || "no value is allowed here".to_owned());
        }
        let mut valid = true;
        if schema.types != TypeSet::ALL && !schema.types.meets(TypeSet::of(instance)) {
            valid = self.fail(schema, instance, "type", || format!("must be {}", schema.types.words().join(" or ")));
            // A value of the wrong type breaks whatever else is said of it: one violation is enough.
            return valid;
        }
        if let Some(values) = schema.enumeration.as_ref().filter(|_| self.values || instance.is_null()) {
            valid &= self.enumerated(schema, values, instance);
            if !valid && self.done() {
                return false;
            }
        }
        let owns_unevaluated = schema.array.as_ref().is_some_and(|rules| rules.unevaluated.is_some())
            || schema.object.as_ref().is_some_and(|rules| rules.unevaluated.is_some());
        let mut own = (owns_unevaluated && self.spend(instance.len() as u64)).then(|| Seen::of(instance));
        let mut outer = outer;
        {
            let mut seen = own.as_mut().or(outer.as_deref_mut());
            if let Some(logic) = &schema.logic {
                valid &= self.combine(schema, logic, instance, heir, seen.as_deref_mut());
                if !valid && self.done() {
                    return false;
                }
            }
            valid &= match instance.kind() {
                Kind::Number | Kind::String if !self.values => true,
                Kind::Number => match &schema.number {
                    Some(rules) => self.number(schema, rules, instance),
                    None => true,
                },
                Kind::String => match &schema.string {
                    Some(rules) => self.string(schema, rules, instance),
                    None => true,
                },
                Kind::Array => match &schema.array {
                    Some(rules) => self.array(schema, rules, instance, seen),
                    None => true,
                },
                Kind::Object => match &schema.object {
                    Some(rules) => self.object(schema, rules, instance, seen),
                    None => true,
                },
                Kind::Null | Kind::Bool => true,
            };
        }
        if let Some(own) = &mut own {
            // Without values a condition may have marked too little.
            if self.values && (valid || !self.done()) {
                valid &= self.unevaluated(schema, instance, own);
            }
            if let Some(outer) = outer {
                outer.merge(own);
            }
        }
        valid
    }

    fn enumerated(&mut self, schema: &Schema, values: &Enumeration, instance: NodeRef<'_>) -> bool {
        let mut list = Some(values);
        let mut valid = true;
        while let Some(values) = list {
            let listed = match instance.as_str() {
                Some(text) => values.strings.contains(text),
                None => {
                    let document = std::sync::Arc::clone(&self.set.document);
                    values.others.iter().any(|node| equal(document.node(*node), instance, &mut self.steps))
                }
            };
            if !listed {
                let count = values.strings.len() + values.others.len();
                valid = self.fail(schema, instance, values.keyword, || match values.keyword {
                    "const" => "must be the one value that is allowed".to_owned(),
                    _ => format!("must be one of the {count} listed values"),
                });
            }
            list = values.also.as_deref();
        }
        if self.steps == 0 {
            self.exhausted.get_or_insert(Exhausted::Budget);
        }
        valid
    }

    fn number(&mut self, schema: &Schema, rules: &NumberRules, instance: NodeRef<'_>) -> bool {
        let text = instance.scalar_text();
        if !self.spend(1 + text.len() as u64 / 32) {
            return true;
        }
        let mut valid = true;
        for (bound, code, words, holds) in [
            (&rules.minimum, "minimum", "at least", Ordering::is_ge as fn(Ordering) -> bool),
            (&rules.maximum, "maximum", "at most", Ordering::is_le),
            (&rules.above, "exclusiveMinimum", "more than", Ordering::is_gt),
            (&rules.below, "exclusiveMaximum", "less than", Ordering::is_lt),
        ] {
            if let Some(bound) = bound
                && !bound.compare(text).is_some_and(holds)
            {
                valid = self.fail(schema, instance, code, || format!("must be {words} {}", bound.text));
            }
        }
        if let Some((divisor, text_of)) = &rules.multiple_of
            && !Decimal::parse(text).is_some_and(|number| number.is_multiple_of(divisor))
        {
            valid = self.fail(schema, instance, "multipleOf", || format!("must be a multiple of {text_of}"));
        }
        if let Some(format) = rules.format.filter(|_| self.formats)
            && !format.holds_number(text)
        {
            valid = self.fail(schema, instance, "format", || format!("must fit {}", format.word()));
        }
        valid
    }

    fn string(&mut self, schema: &Schema, rules: &StringRules, instance: NodeRef<'_>) -> bool {
        let text = instance.scalar_text();
        if !self.spend(1 + text.len() as u64 / 64) {
            return true;
        }
        let mut valid = true;
        let bytes = text.len() as u64;
        // A code point takes one to four bytes: most texts need no counting.
        if bytes / 4 < rules.min_length || rules.max_length.is_some_and(|max| bytes > max) {
            let length = text.chars().count() as u64;
            if length < rules.min_length {
                valid = self.fail(schema, instance, "minLength", || {
                    format!("must be at least {} characters long", rules.min_length)
                });
            }
            if let Some(max) = rules.max_length.filter(|max| length > *max) {
                valid = self.fail(schema, instance, "maxLength", || format!("must be at most {max} characters long"));
            }
        }
        if let Some(format) = rules.format.filter(|_| self.formats)
            && !format.holds(text)
        {
            valid = self.fail(schema, instance, "format", || format!("must be a valid {}", format.word()));
        }
        if let Some(pattern) = rules.pattern.filter(|_| valid || !self.done())
            && !self.matches(pattern, text)
        {
            valid = self.fail(schema, instance, "pattern", || "must match the pattern of its schema".to_owned());
        }
        valid
    }

    fn matches(&mut self, pattern: u32, text: &str) -> bool {
        let set = self.set;
        let Some(pattern) = set.patterns.get(pattern as usize) else { return true };
        if !self.spend(1 + text.len() as u64 / 16) {
            return true;
        }
        pattern.is_match(text).unwrap_or_else(|| {
            self.exhausted.get_or_insert(Exhausted::Pattern);
            true
        })
    }

    fn array(
        &mut self,
        schema: &Schema,
        rules: &ArrayRules,
        instance: NodeRef<'_>,
        mut seen: Option<&mut Seen>,
    ) -> bool {
        let count = instance.len() as u64;
        let mut valid = true;
        if count < rules.min_items {
            valid = self.fail(schema, instance, "minItems", || format!("must have at least {} items", rules.min_items));
        }
        if let Some(max) = rules.max_items.filter(|max| count > *max) {
            valid = self.fail(schema, instance, "maxItems", || format!("must have at most {max} items"));
        }
        if !valid && self.done() {
            return false;
        }
        if !rules.prefix.is_empty() || rules.items.is_some() || rules.contains.is_some() {
            let mut contained: u64 = 0;
            for (at, item) in instance.items().enumerate() {
                if let Some(id) = rules.prefix.get(at).copied().or(rules.items) {
                    valid &= self.eval(id, item, None);
                    if let Some(seen) = &mut seen {
                        seen.mark(at);
                    }
                }
                if let Some(contains) = rules.contains
                    && self.quietly(|run| run.eval(contains, item, None))
                {
                    contained += 1;
                    if let Some(seen) = &mut seen {
                        seen.mark(at);
                    }
                }
                if (!valid && self.done()) || self.exhausted.is_some() {
                    return valid;
                }
            }
            if rules.contains.is_some() {
                if contained < rules.min_contains {
                    valid = self.fail(
                        schema,
                        instance,
                        if rules.min_contains == 1 { "contains" } else { "minContains" },
                        || format!("must contain at least {} items of the wanted kind", rules.min_contains),
                    );
                }
                if let Some(max) = rules.max_contains.filter(|max| self.values && contained > *max) {
                    valid = self.fail(schema, instance, "maxContains", || {
                        format!("must contain at most {max} items of the wanted kind")
                    });
                }
            }
        }
        if rules.unique && self.values && count > 1 && !self.all_different(instance) {
            valid = self.fail(schema, instance, "uniqueItems", || "must not hold the same item twice".to_owned());
        }
        valid
    }

    fn all_different(&mut self, instance: NodeRef<'_>) -> bool {
        let mut buckets: HashMap<u64, Vec<NodeRef<'_>>> = HashMap::new();
        for item in instance.items() {
            let bucket = buckets.entry(digest(item, &mut self.steps)).or_default();
            if self.steps == 0 {
                self.exhausted.get_or_insert(Exhausted::Budget);
                return true;
            }
            if bucket.iter().any(|other| equal(*other, item, &mut self.steps)) {
                return false;
            }
            bucket.push(item);
        }
        true
    }

    fn object(
        &mut self,
        schema: &Schema,
        rules: &ObjectRules,
        instance: NodeRef<'_>,
        mut seen: Option<&mut Seen>,
    ) -> bool {
        let count = instance.len() as u64;
        let mut valid = true;
        if count < rules.min {
            valid =
                self.fail(schema, instance, "minProperties", || format!("must have at least {} members", rules.min));
        }
        if let Some(max) = rules.max.filter(|max| count > *max) {
            valid = self.fail(schema, instance, "maxProperties", || format!("must have at most {max} members"));
        }
        if !valid && self.done() {
            return false;
        }
        let mut present: u64 = 0;
        for (at, member) in instance.members().enumerate() {
            let mut judged = false;
            if let Some(property) = rules.properties.get(member.key) {
                present |= property.required.map_or(0, |bit| 1u64.checked_shl(bit).unwrap_or(0));
                match self.direction {
                    Direction::Request if property.read_only => self.note(property, member, "readOnly"),
                    Direction::Response if property.write_only => self.note(property, member, "writeOnly"),
                    _ => {}
                }
                if let Some(id) = property.schema {
                    valid &= self.eval(id, member.value, None);
                    judged = true;
                }
            }
            for (pattern, id) in &rules.patterns {
                if self.matches(*pattern, member.key) {
                    valid &= self.eval(*id, member.value, None);
                    judged = true;
                }
            }
            if !judged && let Some(id) = rules.additional {
                judged = true;
                if self.set.schema(id).is_some_and(|schema| schema.never) {
                    valid = self.fail_at(schema, instance, Some(member.key), "additionalProperties", || {
                        "is not a declared member".to_owned()
                    });
                } else {
                    valid &= self.eval(id, member.value, None);
                }
            }
            if let Some(names) = rules.names {
                valid &= self.name(schema, names, instance, member.key);
            }
            if judged && let Some(seen) = &mut seen {
                seen.mark(at);
            }
            if (!valid && self.done()) || self.exhausted.is_some() {
                return valid;
            }
        }
        let wanted = rules.required.len();
        let all = if wanted >= 64 { u64::MAX } else { (1u64 << wanted) - 1 };
        if wanted > 64 || present != all {
            valid &= self.required(schema, rules, instance, present);
        }
        for (name, others) in &rules.dependent_required {
            if instance.get(name).is_none() {
                continue;
            }
            for other in others {
                if self.spend(1) && instance.get(other).is_none() {
                    valid = self.fail_at(schema, instance, Some(other), "dependentRequired", || {
                        format!("is required beside {name}")
                    });
                }
            }
        }
        for (name, id) in &rules.dependent_schemas {
            if instance.get(name).is_some() {
                valid &= self.eval(*id, instance, seen.as_deref_mut());
            }
        }
        valid
    }

    fn required(&mut self, schema: &Schema, rules: &ObjectRules, instance: NodeRef<'_>, present: u64) -> bool {
        let optional = match self.direction {
            Direction::Request => &rules.optional_in_request,
            Direction::Response => &rules.optional_in_response,
        };
        let mut valid = true;
        for (at, name) in rules.required.iter().enumerate() {
            let seen = at < 64 && present & (1 << at) != 0;
            if seen || optional.get(at) == Some(&true) || !self.spend(1) || instance.get(name).is_some() {
                continue;
            }
            valid = self.fail_at(schema, instance, Some(name), "required", || "is required".to_owned());
            if self.done() {
                break;
            }
        }
        valid
    }

    /// Judges a member's name by `propertyNames`.
    fn name(&mut self, schema: &Schema, names: SchemaId, instance: NodeRef<'_>, key: &str) -> bool {
        let mut builder = palisade_document::Builder::new("");
        builder.scalar(Kind::String, key);
        let document = builder.finish();
        let valid = self.quietly(|run| run.eval(names, document.root(), None));
        valid
            || self.fail_at(schema, instance, Some(key), "propertyNames", || {
                "has a name that its schema does not allow".to_owned()
            })
    }

    /// Tries a schema that may fail: then nothing is told of it.
    fn quietly(&mut self, run: impl FnOnce(&mut Self) -> bool) -> bool {
        let notes = self.notes.len();
        self.quiet += 1;
        let holds = run(self);
        self.quiet -= 1;
        if !holds {
            self.notes.truncate(notes);
        }
        holds
    }

    /// A branch that may fail: what it has seen counts only when it holds.
    fn branch(&mut self, id: SchemaId, instance: NodeRef<'_>, seen: Option<&mut Seen>) -> bool {
        match seen {
            None => self.quietly(|run| run.eval(id, instance, None)),
            Some(seen) => {
                if !self.spend(instance.len() as u64) {
                    return true;
                }
                let mut own = Seen::of(instance);
                let holds = self.quietly(|run| run.eval(id, instance, Some(&mut own)));
                if holds {
                    seen.merge(&own);
                }
                holds
            }
        }
    }

    fn combine(
        &mut self,
        schema: &Schema,
        logic: &Logic,
        instance: NodeRef<'_>,
        heir: Option<NodeId>,
        mut seen: Option<&mut Seen>,
    ) -> bool {
        let mut valid = true;
        let dynamic = logic.dynamic.as_ref().map(|(id, name)| self.dynamic_target(*id, name.as_deref()));
        for id in logic.reference.into_iter().chain(dynamic) {
            self.heir = heir;
            valid &= self.eval(id, instance, seen.as_deref_mut());
            if !valid && self.done() {
                return false;
            }
        }
        for id in logic.all.iter().copied() {
            self.heir = Some(schema.node);
            valid &= self.eval(id, instance, seen.as_deref_mut());
            if !valid && self.done() {
                return false;
            }
        }
        if let Some(id) = self.dispatch(schema, logic, instance, heir) {
            match id {
                Ok(id) => valid &= self.eval(id, instance, seen.as_deref_mut()),
                Err(()) => valid = false,
            }
            if !valid && self.done() {
                return false;
            }
        } else {
            if !logic.any.is_empty() {
                valid &= self.any(schema, &logic.any, instance, seen.as_deref_mut());
            }
            if !logic.one.is_empty() {
                valid &= self.one(schema, &logic.one, instance, seen.as_deref_mut());
            }
        }
        // Without values a schema may hold in appearance only: what follows from its holding is not told.
        if let Some(id) = logic.not.filter(|_| self.values)
            && self.quietly(|run| run.eval(id, instance, None))
            && self.exhausted.is_none()
        {
            valid = self.fail(schema, instance, "not", || "must not match the excluded schema".to_owned());
        }
        if let Some(condition) = logic.condition {
            let holds = self.branch(condition, instance, seen.as_deref_mut());
            let branch = if holds { logic.then.filter(|_| self.values) } else { logic.otherwise };
            if let Some(id) = branch {
                valid &= self.eval(id, instance, seen);
            }
        }
        valid
    }

    fn dynamic_target(&self, id: SchemaId, name: Option<&str>) -> SchemaId {
        let Some(name) = name else { return id };
        let outermost = self.scope.iter().find_map(|resource| self.set.dynamic.get(&(*resource, name.into())));
        outermost.copied().unwrap_or(id)
    }

    /// The branch a discriminator chooses; `None` when every branch has to be tried.
    fn dispatch(
        &mut self,
        schema: &Schema,
        logic: &Logic,
        instance: NodeRef<'_>,
        heir: Option<NodeId>,
    ) -> Option<Result<SchemaId, ()>> {
        let discriminator = logic.discriminator.as_ref().filter(|_| instance.is_object())?;
        // A schema that builds on this one was chosen already.
        if !self.values || heir.is_some_and(|heir| discriminator.heirs.contains(&heir)) {
            return None;
        }
        let Some(value) = instance.get(&discriminator.property) else {
            if !discriminator.complete || !discriminator.heirs.is_empty() {
                return None;
            }
            self.fail_at(schema, instance, Some(&discriminator.property), "required", || {
                "is required: it says which schema applies".to_owned()
            });
            return Some(Err(()));
        };
        match value.as_str().and_then(|word| discriminator.branches.get(word)) {
            // The word names this schema itself.
            Some(id) if self.set.schema(*id).is_some_and(|named| named.node == schema.node) => None,
            Some(id) => Some(Ok(*id)),
            None if !discriminator.complete => None,
            None => {
                self.fail(schema, value, "discriminator", || "must name one of the schemas".to_owned());
                Some(Err(()))
            }
        }
    }

    fn any(&mut self, schema: &Schema, list: &[SchemaId], instance: NodeRef<'_>, mut seen: Option<&mut Seen>) -> bool {
        let mut holds = false;
        for id in list {
            holds |= self.branch(*id, instance, seen.as_deref_mut());
            // What is still to come matters only for unevaluated members.
            if (holds && seen.is_none()) || self.exhausted.is_some() {
                return true;
            }
        }
        holds || self.explain(schema, list, instance, "anyOf")
    }

    fn one(&mut self, schema: &Schema, list: &[SchemaId], instance: NodeRef<'_>, mut seen: Option<&mut Seen>) -> bool {
        let mut holds = 0;
        for id in list {
            holds += u32::from(self.branch(*id, instance, seen.as_deref_mut()));
            if self.exhausted.is_some() {
                return true;
            }
            if holds > 1 && self.values {
                return self.fail(schema, instance, "oneOf", || {
                    "must match exactly one schema, and matches several".to_owned()
                });
            }
        }
        holds >= 1 || self.explain(schema, list, instance, "oneOf")
    }

    /// No branch holds: where only one takes values of this type, what breaks that one is told.
    fn explain(&mut self, schema: &Schema, list: &[SchemaId], instance: NodeRef<'_>, code: &'static str) -> bool {
        if self.quiet > 0 {
            return false;
        }
        let kind = TypeSet::of(instance);
        let mut fitting = list.iter().filter(|id| self.set.accepted_types(**id).meets(kind));
        if let (Some(only), None) = (fitting.next(), fitting.next()) {
            let only = *only;
            let before = self.violations.len();
            self.eval(only, instance, None);
            if self.violations.len() > before {
                return false;
            }
        }
        self.fail(schema, instance, code, || {
            format!("must match {} of {} schemas", if code == "oneOf" { "one" } else { "at least one" }, list.len())
        })
    }

    fn unevaluated(&mut self, schema: &Schema, instance: NodeRef<'_>, seen: &mut Seen) -> bool {
        let mut valid = true;
        match instance.kind() {
            Kind::Array => {
                let Some(id) = schema.array.as_ref().and_then(|rules| rules.unevaluated) else { return true };
                for (at, item) in instance.items().enumerate() {
                    if !seen.has(at) {
                        if !self.quietly(|run| run.eval(id, item, None)) {
                            valid = self.fail(schema, item, "unevaluatedItems", || "is not a declared item".to_owned());
                        }
                        seen.mark(at);
                    }
                    if (!valid && self.done()) || self.exhausted.is_some() {
                        break;
                    }
                }
            }
            Kind::Object => {
                let Some(id) = schema.object.as_ref().and_then(|rules| rules.unevaluated) else { return true };
                for (at, member) in instance.members().enumerate() {
                    if !seen.has(at) {
                        if !self.quietly(|run| run.eval(id, member.value, None)) {
                            valid = self.fail_at(schema, instance, Some(member.key), "unevaluatedProperties", || {
                                "is not a declared member".to_owned()
                            });
                        }
                        seen.mark(at);
                    }
                    if (!valid && self.done()) || self.exhausted.is_some() {
                        break;
                    }
                }
            }
            _ => {}
        }
        valid
    }
}
