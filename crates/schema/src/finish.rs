//! What can be said only once every schema is compiled: direction of members, cycles without progress.

use crate::set::{Schema, SchemaSet};
use crate::types::{Problem, SchemaId};

/// Hops followed to see whether a property is `readOnly` or `writeOnly`.
const HOPS: usize = 16;

pub(crate) fn finish(set: &mut SchemaSet, problems: &mut Vec<Problem>) {
    cut_cycles(set, problems);
    mark_directions(set);
}

/// Whether the property's schema, or what it refers to, carries the flag.
fn flagged(set: &SchemaSet, mut id: SchemaId, flag: fn(&Schema) -> bool) -> bool {
    for _ in 0..HOPS {
        let Some(schema) = set.schema(id) else { return false };
        if flag(schema) {
            return true;
        }
        let logic = schema.logic.as_ref();
        let only =
            logic.and_then(|logic| logic.reference.or(logic.all.first().copied().filter(|_| logic.all.len() == 1)));
        match schema.forward.or(only) {
            Some(next) => id = next,
            None => return false,
        }
    }
    false
}

fn mark_directions(set: &mut SchemaSet) {
    let mut one_way = Vec::new();
    for (place, schema) in set.schemas.iter().enumerate() {
        let Some(rules) = &schema.object else { continue };
        for (name, property) in &rules.properties {
            let Some(id) = property.schema else { continue };
            let (read, write) =
                (flagged(set, id, |schema| schema.read_only), flagged(set, id, |schema| schema.write_only));
            if read || write {
                one_way.push((place, name.clone(), read, write));
            }
        }
    }
    for (place, name, read, write) in one_way {
        let rules = set.schemas.get_mut(place).and_then(|schema| schema.object.as_mut());
        if let Some(property) = rules.and_then(|rules| rules.properties.get_mut(&name)) {
            (property.read_only, property.write_only) = (read, write);
        }
    }
    let mut marks = Vec::new();
    for (place, schema) in set.schemas.iter().enumerate() {
        let Some(rules) = schema.object.as_ref().filter(|rules| !rules.required.is_empty()) else { continue };
        let of = |flag: fn(&Schema) -> bool| -> Vec<bool> {
            let schema_of = |name: &str| rules.properties.get(name).and_then(|property| property.schema);
            rules.required.iter().map(|name| schema_of(name).is_some_and(|id| flagged(set, id, flag))).collect()
        };
        marks.push((place, of(|schema| schema.read_only), of(|schema| schema.write_only)));
    }
    for (place, request, response) in marks {
        if let Some(rules) = set.schemas.get_mut(place).and_then(|schema| schema.object.as_mut()) {
            rules.optional_in_request = request;
            rules.optional_in_response = response;
        }
    }
}

/// The schemas that judge the same value as this one.
fn in_place(schema: &Schema) -> Vec<SchemaId> {
    let mut next: Vec<SchemaId> = schema.forward.into_iter().collect();
    if let Some(logic) = &schema.logic {
        next.extend(logic.reference);
        next.extend(logic.dynamic.as_ref().map(|(id, _)| *id));
        next.extend(logic.all.iter().chain(&logic.any).chain(&logic.one));
        next.extend([logic.not, logic.condition, logic.then, logic.otherwise].into_iter().flatten());
    }
    if let Some(rules) = &schema.object {
        next.extend(rules.dependent_schemas.iter().map(|(_, id)| *id));
    }
    next
}

/// A schema that comes back to itself without going into the value would never end: such an edge is cut and
/// accepts everything.
fn cut_cycles(set: &mut SchemaSet, problems: &mut Vec<Problem>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Colour {
        New,
        Open,
        Done,
    }
    let mut colours = vec![Colour::New; set.schemas.len()];
    let mut cut: Vec<(SchemaId, SchemaId)> = Vec::new();
    for start in 0..set.schemas.len() {
        if colours.get(start) != Some(&Colour::New) {
            continue;
        }
        let mut stack: Vec<(SchemaId, Vec<SchemaId>)> = Vec::new();
        let mut enter = Some(SchemaId(start as u32));
        loop {
            if let Some(id) = enter.take() {
                if let Some(colour) = colours.get_mut(id.index()) {
                    *colour = Colour::Open;
                }
                stack.push((id, set.schema(id).map(in_place).unwrap_or_default()));
            }
            let Some((id, rest)) = stack.last_mut() else { break };
            let id = *id;
            match rest.pop() {
                Some(next) => match colours.get(next.index()) {
                    Some(Colour::New) => enter = Some(next),
                    Some(Colour::Open) => cut.push((id, next)),
                    _ => {}
                },
                None => {
                    if let Some(colour) = colours.get_mut(id.index()) {
                        *colour = Colour::Done;
                    }
                    stack.pop();
                }
            }
        }
    }
    for (from, to) in cut {
        let Some(schema) = set.schemas.get_mut(from.index()) else { continue };
        problems.push(Problem {
            node: schema.node,
            code: "ref_cycle",
            message: "the schema refers back to itself without going into the value; that reference accepts everything"
                .to_owned(),
        });
        schema.forward = schema.forward.filter(|id| *id != to);
        if let Some(logic) = &mut schema.logic {
            for slot in
                [&mut logic.reference, &mut logic.not, &mut logic.condition, &mut logic.then, &mut logic.otherwise]
            {
                *slot = slot.filter(|id| *id != to);
            }
            logic.all.retain(|id| *id != to);
            // A branch that accepts everything decides the whole combination.
            if logic.any.contains(&to) {
                logic.any.clear();
            }
            if logic.one.contains(&to) {
                logic.one.clear();
            }
            if logic.dynamic.as_ref().is_some_and(|(id, _)| *id == to) {
                logic.dynamic = None;
            }
        }
        if let Some(rules) = &mut schema.object {
            rules.dependent_schemas.retain(|(_, id)| *id != to);
        }
    }
}
