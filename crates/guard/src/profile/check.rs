//! Requests and answers beside the profile.

use super::walk::{self, Sight, Sink};
use super::{BodyProfile, ENOUGH, ENOUGH_VALUES, OperationProfile, Range, ValueProfile, ValueType};
use crate::policy::{content_length, content_type};
use crate::rates;
use crate::verdict::Reason;
use crate::{AVERAGE_SECONDS, ApiPolicy, Check};
use palisade_contract::validate::{CompiledContract, CompiledOperation};
use palisade_document::Document;
use palisade_exchange::{Body, BodyShape, HeadersView, RequestView, ResponseView, query_pairs};
use std::collections::HashMap;

/// Signals told of one message at most.
const SIGNALS: usize = 20;
/// Longest pointer that is told, in bytes.
const POINTER: usize = 512;
/// A rate passes up to so many times what was learned, and always up to so many requests a minute.
const RATE: u64 = 3;
const FREE_RATE: u64 = 30;

const REQUEST: &str = "The request is unlike those the profile was learned from";
const RESPONSE: &str = "The response is unlike those the profile was learned from";

/// What is there of a body, after content decoding.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Observed<'a> {
    /// Nothing but what the header fields say.
    Unseen,
    /// All of it.
    Bytes(&'a [u8]),
    /// What it was read into, and its bytes where they are as sent.
    Tree(&'a Document, Option<&'a [u8]>),
    /// What was kept of it.
    Shape(&'a BodyShape),
}

impl<'a> Observed<'a> {
    /// What a recorded body shows.
    pub(crate) fn of(body: &'a Body) -> Observed<'a> {
        match body {
            Body::Empty => Observed::Bytes(&[]),
            Body::Bytes { bytes, truncated: false } => Observed::Bytes(bytes),
            Body::Shape(shape) => Observed::Shape(shape),
            Body::Bytes { .. } | Body::Unknown { .. } => Observed::Unseen,
        }
    }

    /// A body of which there is the tree it was read into, its bytes, both or neither.
    pub(crate) fn read(tree: Option<&'a Document>, bytes: Option<&'a [u8]>) -> Observed<'a> {
        match (tree, bytes) {
            (Some(tree), bytes) => Observed::Tree(tree, bytes),
            (None, Some(bytes)) => Observed::Bytes(bytes),
            (None, None) => Observed::Unseen,
        }
    }

    /// Its length in bytes; empty bodies and what is not known have none.
    fn length(self, headers: HeadersView<'_>) -> Option<u64> {
        let length = match self {
            Observed::Bytes(bytes) | Observed::Tree(_, Some(bytes)) => Some(bytes.len() as u64),
            Observed::Tree(_, None) => None,
            Observed::Shape(shape) => Some(shape.length),
            Observed::Unseen if headers.get("content-encoding").is_some() => None,
            Observed::Unseen => content_length(headers),
        };
        length.filter(|length| *length > 0)
    }
}

/// The profile, compiled.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    operations: HashMap<Box<str>, Operation>,
}

#[derive(Debug)]
struct Operation {
    exchanges: u64,
    rate: Option<Rate>,
    query: HashMap<Box<str>, ValueProfile>,
    query_open: bool,
    request: Option<Tree>,
    response: Option<Tree>,
}

/// A rate that was learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    /// Tells its counters from others.
    pub(crate) scope: u64,
    /// Most requests of one client within [`AVERAGE_SECONDS`].
    pub(crate) quota: u64,
    /// What was learned, a minute.
    usual: u64,
}

impl Rate {
    /// The signal, where a client came `count` times within [`AVERAGE_SECONDS`].
    pub(crate) fn judge(&self, count: u64) -> Option<Reason> {
        let minutes = AVERAGE_SECONDS / 60;
        let message = format!(
            "at most {} requests of one client within a minute are usual, {count} came within {minutes} minutes",
            self.usual
        );
        let reason = || Reason::new(Check::Profile, 429, "profile_rate", REQUEST).at("client");
        (count > self.quota).then(|| Reason { message, ..reason() })
    }
}

/// The values of a body; the first node is the whole.
#[derive(Debug)]
struct Tree {
    bodies: u64,
    bytes: Option<Range>,
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    pointer: Box<str>,
    shape: Option<ValueProfile>,
    /// All members are known: another one is told.
    closed: bool,
    members: HashMap<Box<str>, usize>,
    /// Items, and members whose names are values.
    any: Option<usize>,
}

impl Rules {
    pub(crate) fn compile(api: &ApiPolicy, contract: Option<&CompiledContract>) -> Rules {
        let (Some(profile), Some(contract)) = (&api.protection.profile, contract) else { return Rules::default() };
        let learned: HashMap<String, &OperationProfile> =
            profile.operations.iter().map(|(label, learned)| (nameless(label), learned)).collect();
        let rules = |operation: &CompiledOperation| {
            let learned = learned.get(&nameless(&operation.label)).filter(|learned| learned.exchanges >= ENOUGH)?;
            Some((operation.label.as_str().into(), Operation::new(api, &operation.label, learned)))
        };
        let operations = (0..).map_while(|at| contract.operation(at)).filter_map(rules).collect();
        Rules { operations }
    }

    /// True when nothing was learned: the step is skipped.
    pub(crate) fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// How often one client may call an operation.
    pub(crate) fn rate(&self, operation: &CompiledOperation) -> Option<Rate> {
        self.operations.get(operation.label.as_str())?.rate
    }

    /// What is unusual in a request.
    pub(crate) fn request(
        &self,
        operation: &CompiledOperation,
        request: &RequestView<'_>,
        body: Observed<'_>,
    ) -> Vec<Reason> {
        let Some(known) = self.operations.get(operation.label.as_str()) else { return Vec::new() };
        let mut told = Told { status: 400, title: REQUEST, location: "query", reasons: Vec::new() };
        for (name, value) in request.query.map(query_pairs).unwrap_or_default() {
            known.parameter(&name, &value, &mut told);
        }
        told.location = "body";
        if let Some(tree) = &known.request {
            tree.judge(request.headers, body, &mut told);
        }
        told.reasons
    }

    /// What is unusual in an answer. Only those with a status of success were learned from.
    pub(crate) fn response(
        &self,
        operation: &CompiledOperation,
        response: &ResponseView<'_>,
        body: Observed<'_>,
    ) -> Vec<Reason> {
        let known = self.operations.get(operation.label.as_str()).and_then(|known| known.response.as_ref());
        let Some(tree) = known.filter(|_| (200..300).contains(&response.status)) else { return Vec::new() };
        let mut told = Told { status: 502, title: RESPONSE, location: "response-body", reasons: Vec::new() };
        tree.judge(response.headers, body, &mut told);
        told.reasons
    }
}

/// A label whose variables have no names: different documents name them differently.
fn nameless(label: &str) -> String {
    let mut text = String::with_capacity(label.len());
    let mut inside = false;
    for character in label.chars() {
        inside = inside && character != '}';
        if !inside {
            text.push(character);
        }
        inside = inside || character == '{';
    }
    text
}

impl Operation {
    fn new(api: &ApiPolicy, label: &str, learned: &OperationProfile) -> Operation {
        let rate = learned.rate.map(|rate| Rate {
            scope: rates::scope(&format!("{}\n{label}\nprofile", api.id)),
            quota: rate.per_minute.saturating_mul(RATE).max(FREE_RATE).saturating_mul(u64::from(AVERAGE_SECONDS / 60)),
            usual: rate.per_minute,
        });
        let tree = |body: &Option<BodyProfile>| body.as_ref().filter(|body| body.bodies >= ENOUGH).map(Tree::new);
        Operation {
            exchanges: learned.exchanges,
            rate,
            query: learned.query.iter().map(|(name, shape)| (name.as_str().into(), shape.clone())).collect(),
            query_open: learned.query_open,
            request: tree(&learned.request),
            response: tree(&learned.response),
        }
    }

    fn parameter(&self, name: &str, value: &str, told: &mut Told) {
        let step = walk::step(walk::plain_name(name));
        match self.query.get(step.as_str()).or_else(|| self.query.get("*")) {
            Some(shape) if shape.seen >= ENOUGH_VALUES => {
                if let Some(message) = unlike(shape, Sight::parameter(name, value)) {
                    told.tell("profile_shape", &step, "", message);
                }
            }
            Some(_) => {}
            None if self.query_open => {}
            None => {
                let message = format!("this parameter is not usual: none of {} requests had it", self.exchanges);
                told.tell("profile_parameter", &step, "", message);
            }
        }
    }
}

impl Tree {
    fn new(learned: &BodyProfile) -> Tree {
        let mut nodes = vec![Node::default()];
        for (pointer, shape) in &learned.members {
            let mut at = 0;
            for step in pointer.split('/').skip(1) {
                let next = nodes.len();
                let Some(node) = nodes.get_mut(at) else { break };
                let above = node.pointer.clone();
                let name = || step.replace("~2", "*").replace("~1", "/").replace("~0", "~").into_boxed_str();
                at = match step {
                    "*" => *node.any.get_or_insert(next),
                    _ => *node.members.entry(name()).or_insert(next),
                };
                if at == next {
                    nodes.push(Node { pointer: format!("{above}/{step}").into(), ..Node::default() });
                }
            }
            if let Some(node) = nodes.get_mut(at) {
                node.closed = !learned.open && shape.seen >= ENOUGH && shape.types.contains(&ValueType::Object);
                node.shape = (shape.seen >= ENOUGH_VALUES).then(|| shape.clone());
            }
        }
        Tree { bodies: learned.bodies, bytes: learned.bytes, nodes }
    }

    fn judge(&self, headers: HeadersView<'_>, body: Observed<'_>, told: &mut Told) {
        if let (Some(length), Some(usual)) = (body.length(headers), self.bytes)
            && !usual.widened(256).holds(length)
        {
            told.tell("profile_size", "", "", format!("{} are usual, {length} were sent", span(usual, "bytes")));
        }
        let before = told.reasons.len();
        let mut walker = Judge { tree: self, told: &mut *told };
        let read = match body {
            Observed::Bytes(bytes) if !bytes.is_empty() => walk::body(content_type(headers), bytes, 0, &mut walker),
            Observed::Tree(tree, _) => walk::tree(tree.root(), 0, &mut walker),
            Observed::Shape(shape) => walk::shape(shape, 0, &mut walker),
            Observed::Bytes(_) | Observed::Unseen => true,
        };
        if !read {
            // What cannot be read is the contract's to judge.
            told.reasons.truncate(before);
        }
    }
}

/// What is told of a message.
struct Told {
    status: u16,
    title: &'static str,
    location: &'static str,
    reasons: Vec<Reason>,
}

impl Told {
    fn tell(&mut self, code: &'static str, name: &str, pointer: &str, message: String) {
        let known = |reason: &Reason| {
            reason.code == code && reason.location == self.location && reason.name == name && reason.pointer == pointer
        };
        if self.reasons.len() < SIGNALS && pointer.len() <= POINTER && !self.reasons.iter().any(known) {
            let reason = Reason::new(Check::Profile, self.status, code, self.title).at(self.location);
            self.reasons.push(Reason { name: name.to_owned(), pointer: pointer.to_owned(), message, ..reason });
        }
    }
}

struct Judge<'t, 'r> {
    tree: &'t Tree,
    told: &'r mut Told,
}

impl Sink for Judge<'_, '_> {
    type Place = usize;

    fn member(&mut self, at: usize, name: Option<&str>) -> Option<usize> {
        let node = self.tree.nodes.get(at)?;
        let known = name.and_then(|name| node.members.get(name).copied()).or(node.any);
        if known.is_none() && node.closed {
            let pointer = format!("{}/{}", node.pointer, walk::step(name));
            let message = format!("this member is not usual: none of {} bodies had it", self.tree.bodies);
            self.told.tell("profile_member", "", &pointer, message);
        }
        known
    }

    fn item(&mut self, at: usize) -> Option<usize> {
        self.tree.nodes.get(at)?.any
    }

    fn value(&mut self, at: usize, sight: Sight) {
        let Some(node) = self.tree.nodes.get(at) else { return };
        if let Some(message) = node.shape.as_ref().and_then(|shape| unlike(shape, sight)) {
            self.told.tell("profile_shape", "", &node.pointer, message);
        }
    }
}

/// How a value differs from what is usual.
fn unlike(usual: &ValueProfile, sight: Sight) -> Option<String> {
    if sight.veiled || usual.types.is_empty() {
        return None;
    }
    let has = |kind| usual.types.contains(&kind);
    let sight = match sight.spelled {
        // What looks like a number is text where texts are usual.
        Some(length) if !has(sight.kind) && has(ValueType::String) => {
            Sight { kind: ValueType::String, length, ..sight }
        }
        _ => sight,
    };
    let fits = has(sight.kind) || (sight.kind == ValueType::Integer && has(ValueType::Number));
    if !fits {
        let kinds: Vec<&str> = usual.types.iter().map(|kind| kind.as_str()).collect();
        return Some(format!("{} is usual, {} was sent", kinds.join(" or "), sight.kind.as_str()));
    }
    let (range, slack, unit) = match sight.kind {
        ValueType::String => (usual.length, 8, "characters"),
        ValueType::Integer | ValueType::Number => (usual.digits, 2, "digits"),
        ValueType::Array => (usual.items, 8, "items"),
        ValueType::Null | ValueType::Boolean | ValueType::Object => return None,
    };
    if let Some(range) = range.filter(|range| !range.widened(slack).holds(sight.length)) {
        return Some(format!("{} are usual, {} were sent", span(range, unit), sight.length));
    }
    if sight.kind != ValueType::String {
        return None;
    }
    if !usual.formats.is_empty() && !sight.format.is_some_and(|format| usual.formats.contains(&format)) {
        let formats: Vec<&str> = usual.formats.iter().map(|format| format.as_str()).collect();
        let sent = sight.format.map_or("text without a format", |format| format.as_str());
        return Some(format!("the format {} is usual, {sent} was sent", formats.join(" or ")));
    }
    match (usual.characters, sight.characters) {
        (Some(most), Some(sent)) if sent > most => {
            Some(format!("characters of the class {} are usual, {} were sent", most.as_str(), sent.as_str()))
        }
        _ => None,
    }
}

fn span(range: Range, unit: &str) -> String {
    match range.least == range.most {
        true => format!("{} {unit}", range.most),
        false => format!("{} to {} {unit}", range.least, range.most),
    }
}
