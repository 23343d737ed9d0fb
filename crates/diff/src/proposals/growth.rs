//! Where values outgrow a schema: members, types, null, listed values, formats, limits.

use super::find::Finder;
use super::plain::plain;
use super::{Action, ProposalKind, Step};
use crate::check::Way;
use crate::schemas::short;
use crate::shape::{Conj, NOT_NULL, Shape, marked};
use crate::side::Side;
use palisade_contract::Version;
use palisade_document::{NodeId, NodeRef};
use palisade_schema::{SchemaId, TypeSet};
use serde_json::{Value, json};

/// Values from which on it counts that a type, a format or a member is not what the contract says: with fewer, the
/// learned schema may still be undecided.
const ENOUGH: u64 = 20;
/// Schemas inside each other.
const DEPTH: usize = 32;
/// Schemas that hold together and are looked through for what they were learned from.
const PARTS: usize = 64;

/// What was seen of the values at one place.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    values: u64,
    shortest: Option<u64>,
    longest: Option<u64>,
    fewest: Option<u64>,
    most: Option<u64>,
    digits: Option<u64>,
    negative: bool,
}

/// A place whose values are looked at.
pub(super) struct At<'p> {
    pub(super) way: Way,
    /// In words: `request body application/json`.
    pub(super) about: &'p str,
    /// Further inside: `owner.tags[]`.
    pub(super) path: String,
    /// Values are written as text.
    pub(super) text: bool,
}

impl At<'_> {
    fn inside(&self, step: &str) -> At<'_> {
        let path =
            if self.path.is_empty() { step.trim_start_matches('.').to_owned() } else { format!("{}{step}", self.path) };
        At { way: self.way, about: self.about, path, text: false }
    }

    fn words(&self) -> String {
        if self.path.is_empty() { self.about.to_owned() } else { format!("{}, at {}", self.about, self.path) }
    }
}

/// The schemas that a conjunction is made of, each with its own node: references left out.
fn parts<'s>(side: &'s Side<'_>, schemas: &[SchemaId]) -> Vec<NodeRef<'s>> {
    let mut open: Vec<SchemaId> = schemas.iter().rev().copied().collect();
    let mut seen = Vec::new();
    let mut found = Vec::new();
    while let Some(id) = open.pop() {
        let Some(view) = side.set.view(id).filter(|_| !seen.contains(&id) && seen.len() < PARTS) else { continue };
        seen.push(id);
        if !view.is_reference() && view.node().is_object() {
            found.push(view.node());
        }
        open.extend(view.conjuncts());
        // A choice between null and one other is that other.
        for list in [view.any_of(), view.one_of()] {
            let other: Vec<SchemaId> =
                list.iter().copied().filter(|id| side.set.accepted_types(*id) != TypeSet::NULL).collect();
            if let [only] = other.as_slice() {
                open.push(*only);
            }
        }
    }
    found
}

fn seen(side: &Side<'_>, schemas: &[SchemaId]) -> Option<Seen> {
    let said = parts(side, schemas).into_iter().find_map(|node| node.get("x-palisade"))?;
    let number = |key: &str| said.get(key).and_then(NodeRef::as_u64);
    Some(Seen {
        values: number("values").unwrap_or(0),
        shortest: number("shortest"),
        longest: number("longest"),
        fewest: number("fewest"),
        most: number("most"),
        digits: number("digits"),
        negative: said.get("negative").and_then(NodeRef::as_bool) == Some(true),
    })
}

impl Finder<'_, '_> {
    /// Compares what a schema allows with what was seen there.
    pub(super) fn growth(&mut self, declared: &Conj, learned: &Conj, at: &At<'_>) {
        self.grown(declared, learned, at, &mut Vec::new());
    }

    fn grown(&mut self, declared: &Conj, learned: &Conj, at: &At<'_>, open: &mut Vec<(Conj, Conj)>) {
        let pair = (declared.clone(), learned.clone());
        if declared.is_empty() || learned.is_empty() || open.len() >= DEPTH || open.contains(&pair) {
            return;
        }
        let (a, b) = (Shape::of(self.contract, declared), Shape::of(self.learned, learned));
        // Which branch of a choice a value took was not learned.
        if !a.choices.is_empty() || !b.choices.is_empty() || a.is_impossible() {
            return;
        }
        let Some(node) = a.node("") else { return };
        let known = seen(self.learned, learned);
        self.types(&a, &b, known, node, at);
        self.words(&a, &b, at);
        if let Some(known) = known {
            self.formats(&a, &b, known, declared, at);
            self.limits(&a, known, declared, at);
        }
        open.push(pair);
        if a.types.meets(TypeSet::OBJECT) && b.types.meets(TypeSet::OBJECT) {
            self.members(&a, &b, declared, at, open);
        }
        if a.types.meets(TypeSet::ARRAY) && b.types.meets(TypeSet::ARRAY) {
            self.grown(&a.items, &b.items, &at.inside("[]"), open);
        }
        open.pop();
    }

    fn types(&mut self, a: &Shape, b: &Shape, known: Option<Seen>, node: NodeId, at: &At<'_>) {
        let values = known.map_or(0, |known| known.values);
        let (types, new) = (a.types.intersection(NOT_NULL), b.types.intersection(NOT_NULL));
        let word = |types: TypeSet| types.words().join(" or ");
        let numbers = types.intersection(TypeSet::NUMBER) == TypeSet::INTEGER && new.contains(TypeSet::NUMBER);
        let others = new.words().into_iter().filter(|word| {
            // Texts say little of what they could also be; few numbers say little of whether they are whole.
            let one = TypeSet::from_word(word).unwrap_or(TypeSet::NONE);
            !types.meets(one) && (!at.text || values >= ENOUGH)
        });
        let others: Vec<&str> = if new == NOT_NULL { Vec::new() } else { others.collect() };
        if numbers && values >= ENOUGH {
            let mut steps = vec![self.step(a.node("type").unwrap_or(node), Action::Set(json!("number")))];
            if a.formats.iter().any(|format| format.starts_with("int")) {
                steps.push(self.step(node, Action::Remove("format".to_owned())));
            }
            let steps = if a.has("type") && self.is_scalar(a.node("type")) { Ok(steps) } else { Err(UNSURE) };
            let message = format!("{}: numbers that are not whole were seen, the contract says integer", at.words());
            self.tell(ProposalKind::TypeWidened, &message, "integer becomes number", node, &at.words(), values, steps);
        }
        for other in others {
            let steps = match (self.contract.contract.version, a.has("type")) {
                (Version::V3_1 | Version::V3_2, true) => {
                    Ok(vec![self.step(a.node("type").unwrap_or(node), Action::Also(other.to_owned()))])
                }
                (_, false) => Err(UNSURE),
                _ => Err("OpenAPI before 3.1 has no schema of two types but oneOf: it is to be written by hand"),
            };
            let message =
                format!("{}: values of type {other} were seen, the contract says {}", at.words(), word(types));
            let what = format!("the type {other} is allowed too");
            let place = format!("{} {other}", at.words());
            self.tell(ProposalKind::TypeWidened, &message, &what, node, &place, values, steps);
        }
        if b.types.contains(TypeSet::NULL) && !a.types.contains(TypeSet::NULL) {
            let mut steps = match self.contract.contract.version {
                Version::V3_1 | Version::V3_2 if a.has("type") => {
                    Ok(vec![self.step(a.node("type").unwrap_or(node), Action::Also("null".to_owned()))])
                }
                Version::V3_1 | Version::V3_2 => Err(UNSURE),
                // Where 2.0 has it, it is called x-nullable.
                version => match a.has("nullable") && version != Version::V2_0 {
                    true => Ok(vec![self.step(a.node("nullable").unwrap_or(node), Action::Set(json!(true)))]),
                    false => Ok(vec![self.step(node, Action::Put(vec!["nullable".to_owned()], json!(true)))]),
                },
            };
            if let (Ok(steps), true, Some(list)) = (&mut steps, a.has("enum"), a.node("enum")) {
                steps.push(self.step(list, Action::Push(Vec::new(), Value::Null)));
            }
            let message = format!("{}: null was seen, which the contract does not allow", at.words());
            self.tell(ProposalKind::NullSeen, &message, "null is allowed", node, &at.words(), values, steps);
        }
    }

    fn words(&mut self, a: &Shape, b: &Shape, at: &At<'_>) {
        let (Some(listed), Some(new), Some(node)) = (&a.values, &b.values, a.node("enum")) else { return };
        let extensible = a.extensible.clone().unwrap_or_default();
        for word in new.iter().filter(|word| !listed.contains(*word) && !extensible.contains(*word)) {
            let Ok(value) = serde_json::from_str::<Value>(word) else { continue };
            let steps = match a.has("enum") {
                true => Ok(vec![self.step(node, Action::Push(Vec::new(), value))]),
                false => Err(UNSURE),
            };
            let message = format!("{}: the value {} was seen, which is not listed", at.words(), short(word));
            let what = format!("{} is listed too", short(word));
            let place = format!("{} {word}", at.words());
            self.tell(ProposalKind::EnumValueAdded, &message, &what, node, &place, 0, steps);
        }
    }

    fn formats(&mut self, a: &Shape, b: &Shape, known: Seen, declared: &Conj, at: &At<'_>) {
        let Some(format) = a.formats.first().filter(|_| a.formats.len() == 1) else { return };
        let text = b.types == TypeSet::STRING && a.types.meets(TypeSet::STRING);
        let asserted = ["date", "date-time", "uuid", "email", "ipv4", "ipv6", "uri"].contains(&format.as_str());
        if !text || !asserted || known.values < ENOUGH || !b.formats.is_empty() || b.values.is_some() {
            return;
        }
        let Some(node) = parts(self.contract, declared).into_iter().find(|node| node.get("format").is_some()) else {
            return;
        };
        let steps = Ok(vec![self.step(node.id(), Action::Remove("format".to_owned()))]);
        let message = format!("{}: texts that are no {} were seen", at.words(), short(format));
        let what = format!("the format {} is taken out", short(format));
        self.tell(ProposalKind::FormatRemoved, &message, &what, node.id(), &at.words(), known.values, steps);
    }

    fn limits(&mut self, a: &Shape, known: Seen, declared: &Conj, at: &At<'_>) {
        let raised = |most: Option<u64>, seen: Option<u64>| Some((most?, seen?)).filter(|(most, seen)| seen > most);
        let lowered =
            |least: u64, seen: Option<u64>| seen.map(|seen| (least, seen)).filter(|(least, seen)| seen < least);
        let texts = a.types.meets(TypeSet::STRING) && !at.text;
        let lists = a.types.meets(TypeSet::ARRAY);
        for (keyword, found) in [
            ("maxLength", raised(a.max_length, known.longest).filter(|_| texts)),
            ("minLength", lowered(a.min_length, known.shortest).filter(|_| texts)),
            ("maxItems", raised(a.max_items, known.most).filter(|_| lists)),
            ("minItems", lowered(a.min_items, known.fewest).filter(|_| lists)),
        ] {
            if let Some((limit, seen)) = found {
                self.limit(keyword, &limit.to_string(), json!(seen), declared, known.values, at);
            }
        }
        if !a.types.meets(TypeSet::NUMBER) || at.text {
            return;
        }
        if let (Some(upper), Some(digits @ 1..=15)) = (&a.upper, known.digits) {
            // A number of so many digits is at least that large.
            let least = 10i64.pow(digits as u32 - 1);
            if upper.text.parse::<i64>().is_ok_and(|most| most < least) && !known.negative {
                let most = 10i64.pow(digits as u32) - 1;
                self.limit("maximum", &upper.text, json!(most), declared, known.values, at);
            }
        }
        if let Some(lower) = a.lower.as_ref().filter(|lower| known.negative && !lower.text.starts_with('-')) {
            let Some(node) = parts(self.contract, declared).into_iter().find(|node| node.get("minimum").is_some())
            else {
                return;
            };
            let steps = Ok(vec![self.step(node.id(), Action::Remove("minimum".to_owned()))]);
            let message = format!("{}: negative numbers were seen, the minimum is {}", at.words(), short(&lower.text));
            let place = format!("{} minimum", at.words());
            let kind = ProposalKind::LimitWidened;
            self.tell(kind, &message, "the minimum is taken out", node.id(), &place, known.values, steps);
        }
    }

    fn limit(&mut self, keyword: &str, limit: &str, seen: Value, declared: &Conj, values: u64, at: &At<'_>) {
        let Some(node) = parts(self.contract, declared).into_iter().find_map(|node| node.get(keyword)) else { return };
        let message = format!("{}: {seen} was seen, {keyword} is {}", at.words(), short(limit));
        let what = format!("{keyword} becomes {seen}");
        let place = format!("{} {keyword}", at.words());
        let steps = Ok(vec![self.step(node.id(), Action::Set(seen))]);
        self.tell(ProposalKind::LimitWidened, &message, &what, node.id(), &place, values, steps);
    }

    fn members(&mut self, a: &Shape, b: &Shape, declared: &Conj, at: &At<'_>, open: &mut Vec<(Conj, Conj)>) {
        let parts = parts(self.contract, declared);
        let holder = parts.iter().find(|part| part.get("properties").is_some_and(NodeRef::is_object));
        let Some(holder) = holder.or(parts.first()).copied() else { return };
        // What is no more than a map has no members by name.
        let map = !a.additional.is_empty() && !a.is_closed(self.contract) || !a.named.is_empty();
        for (name, below) in &b.properties {
            let inside = at.inside(&format!(".{}", short(name)));
            if let Some(known) = a.properties.get(name) {
                self.grown(known, below, &inside, open);
            } else if !map {
                let value = below.first().and_then(|id| self.learned.set.node(*id));
                let value = value.map_or_else(|| json!({}), |node| plain(self.learned.node(node)));
                let keys = vec!["properties".to_owned(), name.clone()];
                let steps = Ok(vec![self.step(holder.id(), Action::Put(keys, value))]);
                let message = format!("{}: a member was seen that is not declared", inside.words());
                let what = format!("{} is declared", short(name));
                let count = seen(self.learned, below).map_or(0, |known| known.values);
                let kind = ProposalKind::PropertyAdded;
                self.tell(kind, &message, &what, holder.id(), &inside.words(), count, steps);
            }
        }
        let hidden = match at.way {
            Way::In => "readOnly",
            Way::Out => "writeOnly",
        };
        // Which members are always there is known from enough objects on: then some are said to be.
        if b.required.is_empty() || !b.additional.is_empty() {
            return;
        }
        for name in a.required.iter().filter(|name| !b.required.contains(*name)) {
            if a.properties.get(name).is_some_and(|schemas| marked(self.contract, schemas, hidden)) {
                continue;
            }
            let text = |node: &NodeRef<'_>| {
                node.get("required").is_some_and(|list| list.items().any(|item| item.as_str() == Some(name)))
            };
            let Some(part) = parts.iter().find(|part| text(part)) else { continue };
            let inside = at.inside(&format!(".{}", short(name)));
            let alone = part.get("required").is_some_and(|list| list.len() == 1);
            let steps = match (alone, part.get("required")) {
                (false, Some(list)) => vec![self.step(list.id(), Action::Drop(name.clone()))],
                _ => vec![self.step(part.id(), Action::Remove("required".to_owned()))],
            };
            let message = format!("{}: the member was absent, the contract says that it is required", inside.words());
            let what = format!("{} is no longer required", short(name));
            let (kind, node) = (ProposalKind::MemberAbsent, part.id());
            self.tell(kind, &message, &what, node, &inside.words(), 0, Ok(steps));
        }
    }

    fn is_scalar(&self, node: Option<NodeId>) -> bool {
        node.is_some_and(|node| self.contract.node(node).as_str().is_some())
    }

    /// A change at a node of the contract.
    pub(super) fn step(&self, node: NodeId, action: Action) -> Step {
        let node = self.contract.node(node);
        Step { file: node.file().name().to_owned(), pointer: node.pointer(), action }
    }
}

const UNSURE: &str = "the schema is put together in a way that is to be changed by hand";
