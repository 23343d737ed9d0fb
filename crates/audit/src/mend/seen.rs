//! What traffic showed of the schemas of a contract: the contract is walked beside the contract that was learned.
//!
//! A schema counts as seen only where every use of it in requests was seen, so that no limit follows from a part of the
//! traffic that it will hold for. What cannot be followed is a use that was not seen.

use crate::index::{CHILDREN, Index};
use crate::policy::{Evidence, Learned, bases};
use palisade_document::{NodeMap, NodeRef, refs};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Steps of the walk, in all and for one operation.
const MAX_STEPS: usize = 1_000_000;
const MAX_STEPS_EACH: usize = 50_000;
/// Levels of schemas below the root of a message.
const MAX_DEPTH: usize = 32;
/// Learned schemas that describe one place.
const MAX_LEARNED: usize = 64;

/// How many values were seen, and how large they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Observed {
    /// Values seen.
    pub(crate) values: u64,
    /// Characters of the longest text.
    pub(crate) longest: Option<u64>,
    /// Most digits of a number before its point.
    pub(crate) digits: Option<u64>,
    /// Numbers below zero.
    pub(crate) negative: Option<u64>,
    /// Most items of an array.
    pub(crate) most: Option<u64>,
}

impl Observed {
    fn read(schema: NodeRef<'_>) -> Option<Observed> {
        let seen = schema.get("x-palisade")?;
        let number = |key: &str| seen.get(key).and_then(NodeRef::as_u64);
        Some(Observed {
            values: number("values")?,
            longest: number("longest"),
            digits: number("digits"),
            negative: number("negative"),
            most: number("most"),
        })
    }

    /// What holds for both. Several places may have been learned as one, so the counts do not add up.
    fn merge(self, other: Observed) -> Observed {
        Observed {
            values: self.values.max(other.values),
            longest: self.longest.max(other.longest),
            digits: self.digits.max(other.digits),
            negative: match (self.negative, other.negative) {
                (Some(one), Some(two)) => Some(one.max(two)),
                _ => None,
            },
            most: self.most.max(other.most),
        }
    }
}

/// What is known of the uses of a schema in one direction.
#[derive(Clone, Copy, Default)]
struct Uses {
    /// A use that was not seen.
    open: bool,
    /// Nor anything below.
    below: bool,
    seen: Option<Observed>,
}

struct Walk {
    /// Uses in requests and in responses.
    uses: [NodeMap<Uses>; 2],
    /// Schemas beside what was learned of them that were met: once is enough, also of those that hold themselves.
    met: HashSet<u64>,
    steps: usize,
}

/// What was seen of each schema of a contract.
pub(super) fn of(index: &Index<'_>, evidence: &Evidence) -> NodeMap<Observed> {
    if evidence.is_blind() {
        return NodeMap::default();
    }
    let mut walk = Walk { uses: Default::default(), met: HashSet::new(), steps: MAX_STEPS };
    let bases = bases(index);
    for operation in &index.operations {
        let learned = match operation.outgoing {
            true => Vec::new(),
            false => evidence.learned(&bases, &operation.method, operation.path),
        };
        let mut left = MAX_STEPS_EACH;
        let bodies: Vec<NodeRef<'_>> = learned.iter().flat_map(|one| media(one.node.get("requestBody"))).collect();
        for body in &operation.bodies {
            walk.beside(*body, &bodies, 0, &mut left);
        }
        for parameter in operation.parameters.iter().filter_map(|at| index.parameters.get(*at)) {
            let Some(schema) = parameter.schema.filter(|_| parameter.place != "body") else { continue };
            let found: Vec<NodeRef<'_>> = match parameter.place {
                "formData" => member(&expand(&bodies), parameter.name),
                place => {
                    learned.iter().filter_map(|one| one.parameter(operation.path, place, parameter.name)).collect()
                }
            };
            walk.beside(schema, &found, 0, &mut left);
        }
        for (status, at) in &operation.responses {
            let Some(response) = index.responses.get(*at) else { continue };
            let found: Vec<NodeRef<'_>> = learned.iter().flat_map(|one| one.answers(status)).collect();
            for schema in &response.schemas {
                walk.beside(*schema, &found, 1, &mut left);
            }
        }
    }
    for header in index.parameters.iter().filter(|parameter| parameter.response) {
        header.schema.into_iter().for_each(|schema| walk.unseen(schema, 1));
    }
    let [requests, responses] = &walk.uses;
    let mut seen = NodeMap::default();
    for schema in &index.schemas {
        let id = schema.node.id();
        let answered = responses.get(&id).copied().unwrap_or_default();
        let all = match (schema.request, requests.get(&id)) {
            (true, Some(Uses { open: false, seen: Some(sent), .. })) => {
                Some(answered.seen.map_or(*sent, |answered| sent.merge(answered)))
            }
            (false, None) if !answered.open => answered.seen,
            _ => None,
        };
        seen.extend(all.map(|all| (id, all)));
    }
    seen
}

impl Walk {
    /// Notes a schema and all below it beside what was learned of the same place.
    fn beside<'a, 'e>(&mut self, schema: NodeRef<'a>, learned: &[NodeRef<'e>], direction: usize, left: &mut usize) {
        let mut stack: Vec<(NodeRef<'a>, Vec<NodeRef<'e>>, usize)> = vec![(schema, learned.to_vec(), 0)];
        while let Some((node, learned, depth)) = stack.pop() {
            let learned = expand(&learned);
            if !self.met.insert(pair(node, &learned, direction)) {
                continue;
            }
            if learned.is_empty() || depth > MAX_DEPTH || *left == 0 || self.steps == 0 {
                self.unseen(node, direction);
                continue;
            }
            *left -= 1;
            self.steps -= 1;
            let Ok(target) = refs::follow(node) else { continue };
            // What stands beside a reference holds for the same values.
            for node in [Some(target), Some(node).filter(|node| node.id() != target.id())].into_iter().flatten() {
                self.note(node, &learned, direction);
                for (keyword, child) in children(node) {
                    let place = match (keyword, child.key()) {
                        ("allOf" | "anyOf" | "oneOf", _) => Some(learned.clone()),
                        ("properties", Some(name)) => Some(member(&learned, name)),
                        ("items", Some(_)) => Some(learned.iter().filter_map(|one| one.get("items")).collect()),
                        ("additionalProperties", _) => Some(others(&learned, node)),
                        _ => None,
                    };
                    match place {
                        Some(place) => stack.push((child, place, depth + 1)),
                        None => self.unseen(child, direction),
                    }
                }
            }
        }
    }

    fn note(&mut self, node: NodeRef<'_>, learned: &[NodeRef<'_>], direction: usize) {
        let Some(uses) = self.uses.get_mut(direction) else { return };
        let uses = uses.entry(node.id()).or_default();
        match learned.iter().filter_map(|one| Observed::read(*one)).reduce(Observed::merge) {
            Some(seen) => uses.seen = Some(uses.seen.map_or(seen, |known| known.merge(seen))),
            None => uses.open = true,
        }
    }

    /// Notes a schema and all below it as not seen.
    fn unseen(&mut self, schema: NodeRef<'_>, direction: usize) {
        let Some(uses) = self.uses.get_mut(direction) else { return };
        let mut stack = vec![schema];
        while let Some(node) = stack.pop() {
            let Ok(target) = refs::follow(node) else { continue };
            for node in [Some(target), Some(node).filter(|node| node.id() != target.id())].into_iter().flatten() {
                let known = uses.entry(node.id()).or_default();
                known.open = true;
                if !std::mem::replace(&mut known.below, true) {
                    stack.extend(children(node).map(|(_, child)| child));
                }
            }
        }
    }
}

/// A mark of a schema beside what was learned of it.
fn pair(node: NodeRef<'_>, learned: &[NodeRef<'_>], direction: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    (node.id().index(), direction, learned.len()).hash(&mut hasher);
    for one in learned {
        (std::ptr::from_ref(one.document()).addr(), one.id().index()).hash(&mut hasher);
    }
    hasher.finish()
}

/// The schemas right below a schema, with their keywords.
fn children(schema: NodeRef<'_>) -> impl Iterator<Item = (&'static str, NodeRef<'_>)> {
    CHILDREN.iter().flat_map(move |(keyword, _)| {
        let value = schema.get(keyword);
        let own = value.filter(|value| !value.is_array() && !named(keyword));
        let list = value.filter(|value| value.is_array() || named(keyword)).into_iter();
        let inner = list.flat_map(|value| value.items().chain(value.members().map(|member| member.value)));
        own.into_iter().chain(inner).filter(|child| child.is_object()).map(move |child| (*keyword, child))
    })
}

/// Keywords that hold schemas by name.
fn named(keyword: &str) -> bool {
    matches!(keyword, "properties" | "patternProperties" | "dependentSchemas")
}

fn same(one: NodeRef<'_>, other: NodeRef<'_>) -> bool {
    one.id() == other.id() && std::ptr::eq(one.document(), other.document())
}

/// Learned schemas with references followed and compositions opened.
fn expand<'e>(learned: &[NodeRef<'e>]) -> Vec<NodeRef<'e>> {
    let mut all: Vec<NodeRef<'e>> = Vec::new();
    let mut open = learned.to_vec();
    while let Some(node) = open.pop().filter(|_| all.len() < MAX_LEARNED) {
        let Ok(node) = refs::follow(node) else { continue };
        if !node.is_object() || all.iter().any(|known| same(*known, node)) {
            continue;
        }
        all.push(node);
        open.extend(["allOf", "anyOf", "oneOf"].iter().filter_map(|key| node.get(key)).flat_map(NodeRef::items));
    }
    all
}

/// What was learned of a member.
fn member<'e>(learned: &[NodeRef<'e>], name: &str) -> Vec<NodeRef<'e>> {
    let one = |node: &NodeRef<'e>| {
        let own = node.get("properties").and_then(|properties| properties.get(name));
        own.or_else(|| node.get("additionalProperties"))
    };
    learned.iter().filter_map(one).collect()
}

/// What was learned of members that a schema does not name.
fn others<'e>(learned: &[NodeRef<'e>], schema: NodeRef<'_>) -> Vec<NodeRef<'e>> {
    let names = schema.get("properties");
    let own = learned.iter().filter_map(|node| node.get("properties")).flat_map(NodeRef::members);
    let own = own.filter(|member| names.is_none_or(|names| names.get(member.key).is_none())).map(|member| member.value);
    own.chain(learned.iter().filter_map(|node| node.get("additionalProperties"))).take(MAX_LEARNED).collect()
}

/// The schemas of a request body or response.
fn media(holder: Option<NodeRef<'_>>) -> Vec<NodeRef<'_>> {
    let content = holder.and_then(|holder| holder.get("content")).into_iter().flat_map(NodeRef::members);
    content.filter_map(|member| member.value.get("schema")).collect()
}

impl<'e> Learned<'e> {
    /// The schema of a parameter: of the path by its place there, of others by their name.
    fn parameter(self, path: &str, place: &str, name: &str) -> Option<NodeRef<'e>> {
        let own = self.node.parent().and_then(NodeRef::key).unwrap_or_default();
        let name = match place {
            "path" => {
                let at = variables(path).iter().position(|variable| *variable == name)?;
                variables(own).get(self.before + at).copied()?
            }
            _ => name,
        };
        let mut all = self.node.get("parameters").into_iter().flat_map(NodeRef::items);
        let text = |node: NodeRef<'e>, key: &str| node.get(key).and_then(NodeRef::as_str);
        let found = all.find(|one| {
            text(*one, "in") == Some(place)
                && text(*one, "name")
                    .is_some_and(|own| own == name || place == "header" && own.eq_ignore_ascii_case(name))
        })?;
        found.get("schema")
    }

    /// The schemas of the answers that a status stands for.
    fn answers(self, status: &str) -> Vec<NodeRef<'e>> {
        let range = status.get(..1).filter(|_| status.len() == 3 && status.to_ascii_uppercase().ends_with("XX"));
        let all = self.node.get("responses").into_iter().flat_map(NodeRef::members);
        let meant =
            all.filter(|member| member.key == status || range.is_some_and(|digit| member.key.starts_with(digit)));
        meant.flat_map(|member| media(Some(member.value))).collect()
    }
}

/// The names of the variables of a path.
fn variables(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}
