//! What makes a finding the same finding in the next run.

use crate::hit::Hit;
use crate::policy::Policy;
use palisade_document::{Document, Kind, NodeRef, pointer};
use palisade_finding::fingerprint;
use std::borrow::Cow;

/// Items of a list that are compared to see whether a name tells them apart.
const MAX_SIBLINGS: usize = 64;
/// Characters of an item's name that count.
const MAX_NAME: usize = 80;

impl Hit {
    /// The fingerprint of this place, whose pointer is known: rule, semantic place, value. It survives lines that move and lists that are put in
    /// another order: items are named by what they are, not by where they stand.
    pub(crate) fn identity(&self, policy: &Policy, document: &Document, pointer: Option<&str>) -> String {
        let rule = policy.id_of(self);
        // Advice that counts places all over the contract is one finding, wherever its first place stands.
        if self.rule.category == "best-practice" && !self.value_text().is_empty() {
            return fingerprint(rule, "", self.value_text());
        }
        let node = self.node.map(|id| document.node(id));
        let named = |pointer: &str| document.file_at(self.span.start).root().at_pointer(pointer);
        let place = match (node.or_else(|| pointer.and_then(named)).and_then(semantic), pointer) {
            (Some(place), _) => Cow::Owned(place),
            (None, Some(pointer)) => Cow::Borrowed(pointer),
            (None, None) => {
                let position = document.position(self.span.start);
                Cow::Owned(format!("{}:{}", position.line, position.column))
            }
        };
        fingerprint(rule, &self.in_file(document, place), self.value_text())
    }

    /// A place, told apart from the same one in another file. The main file is the contract's own and may be moved; the
    /// others are named by their place beside it. A path item in a file may be that of several paths.
    pub(crate) fn in_file<'p>(&self, document: &Document, place: Cow<'p, str>) -> Cow<'p, str> {
        let file = document.file_at(self.span.start);
        if file.is_main() {
            return place;
        }
        let operation = self.named().unwrap_or_default();
        Cow::Owned(format!("{}#{place} {operation}", file.address()))
    }
}

/// A pointer in which items are named by what they are; none where no item is on the way, so that it is the pointer.
fn semantic(node: NodeRef<'_>) -> Option<String> {
    let mut steps: Vec<Cow<'_, str>> = Vec::new();
    let mut items = false;
    let mut at = node;
    while let Some(parent) = at.parent() {
        items |= parent.is_array();
        at = parent;
    }
    if !items {
        return None;
    }
    let mut at = node;
    while let Some(parent) = at.parent() {
        match at.key() {
            Some(key) => steps.push(Cow::Borrowed(key)),
            None => steps.push(item(parent, at)),
        }
        at = parent;
    }
    let mut place = String::new();
    for step in steps.iter().rev() {
        pointer::push_step(&mut place, step);
    }
    Some(place)
}

/// What an item of a list is: its name, its reference, its text; its place where nothing else tells it apart.
fn item<'a>(list: NodeRef<'a>, item: NodeRef<'a>) -> Cow<'a, str> {
    let position = || list.items().position(|other| other.id() == item.id()).unwrap_or_default().to_string();
    let Some(name) = name(item) else { return Cow::Owned(position()) };
    let same = list.items().take(MAX_SIBLINGS).filter(|other| self::name(*other).as_ref() == Some(&name)).count();
    if list.len() > MAX_SIBLINGS || same > 1 { Cow::Owned(position()) } else { Cow::Owned(format!("[{name}]")) }
}

fn name(item: NodeRef<'_>) -> Option<String> {
    let text = |key: &str| item.get(key).and_then(NodeRef::as_str);
    let name = match item.kind() {
        Kind::Object => {
            if let Some(reference) = text("$ref") {
                reference.to_owned()
            } else if let Some(name) = text("name") {
                text("in").map_or_else(|| name.to_owned(), |place| format!("{name} in {place}"))
            } else if let Some(url) = text("url") {
                url.to_owned()
            } else if item.len() <= 4 && !item.is_empty() && item.members().all(|member| member.value.is_array()) {
                // A security requirement.
                item.members().map(|member| member.key).collect::<Vec<_>>().join(" and ")
            } else {
                return None;
            }
        }
        Kind::Array => return None,
        _ => item.scalar_text().to_owned(),
    };
    Some(name.chars().take(MAX_NAME).collect())
}
