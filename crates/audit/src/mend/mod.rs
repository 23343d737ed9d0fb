//! What rules share when they work out text edits.

pub(crate) mod answers;
pub(crate) mod bounds;
pub(crate) mod ids;
pub(crate) mod seen;
pub(crate) mod urls;

use crate::index::Index;
use crate::policy::Evidence;
use palisade_contract::roles::{MisfitKind, Role};
use palisade_document::edit::{Edit, Editors, Parts, Place};
use palisade_document::{NodeId, NodeMap, NodeRef, Span, emit};
use palisade_finding::Safety;
use seen::Observed;
use serde_json::Value;
use std::collections::HashMap;

/// Bytes of a value that is compared or moved, as JSON.
const MAX_VALUE: usize = 1 << 20;
/// Nodes of a value that is moved.
const MAX_NODES: usize = 10_000;

/// Where a rule fired.
#[derive(Clone)]
pub(crate) struct Spot<'a> {
    /// The node reported.
    pub(crate) node: NodeRef<'a>,
    /// What was marked.
    pub(crate) span: Span,
    /// What the rule tells findings at one place apart by.
    pub(crate) value: String,
}

/// A text edit that mends one place.
#[derive(Debug, Clone)]
pub(crate) struct Mended {
    /// What it does, in one phrase.
    pub(crate) what: String,
    /// Whether it may be made without asking.
    pub(crate) safety: Safety,
    /// What is replaced, and by what; the ranges do not overlap.
    pub(crate) edits: Vec<Edit>,
}

impl Mended {
    /// A fix that may be made without asking.
    pub(crate) fn safe(what: impl Into<String>, edits: Vec<Edit>) -> Option<Mended> {
        Mended { what: what.into(), safety: Safety::Safe, edits }.some()
    }

    /// A fix that tightens or changes what the contract says.
    pub(crate) fn risky(what: impl Into<String>, edits: Vec<Edit>) -> Option<Mended> {
        Mended { what: what.into(), safety: Safety::Unsafe, edits }.some()
    }

    /// A fix that only takes away what has no effect; a comment that would go with it is not for a fix to judge.
    pub(crate) fn removal<'a>(index: &Index<'a>, what: impl Into<String>, edits: Vec<Edit>) -> Option<Mended> {
        let safety = if index.editor().drops_comments(&edits) { Safety::Unsafe } else { Safety::Safe };
        Mended { what: what.into(), safety, edits }.some()
    }

    /// A fix that takes out what has an effect, where no comment would go with it.
    pub(crate) fn loss<'a>(index: &Index<'a>, what: impl Into<String>, edits: Vec<Edit>) -> Option<Mended> {
        if index.editor().drops_comments(&edits) { None } else { Mended::risky(what, edits) }
    }

    fn some(self) -> Option<Mended> {
        (!self.edits.is_empty()).then_some(self)
    }
}

/// What is worked out once for all fixes of a contract.
pub(crate) struct Shared<'a> {
    editor: Editors<'a>,
    /// The reference to use for an answer, by status.
    answers: HashMap<String, String>,
    /// The roles of references beside which something is ignored.
    siblings: HashMap<NodeId, Role>,
    /// What traffic showed of each schema.
    seen: NodeMap<Observed>,
}

impl<'a> Index<'a> {
    fn shared(&self) -> &Shared<'a> {
        self.mending.get_or_init(|| self.worked_out(None, &Evidence::default()))
    }

    fn worked_out(&self, parts: Option<&'a Parts>, evidence: &Evidence) -> Shared<'a> {
        let misfits = self.roles().misfits().iter().filter(|misfit| misfit.kind == MisfitKind::Sibling);
        Shared {
            editor: Editors::new(self.document, parts),
            answers: answers::references(self),
            siblings: misfits.map(|misfit| (misfit.node, misfit.role)).collect(),
            seen: seen::of(self, evidence),
        }
    }

    /// Mends the other files of the contract too, and takes limits from what traffic showed. To be said before the first
    /// fix is worked out.
    pub(crate) fn mend_by(&self, parts: &'a Parts, evidence: &Evidence) {
        self.mending.get_or_init(|| self.worked_out(Some(parts), evidence));
    }

    /// What traffic showed of a schema at all places that use it.
    pub(crate) fn seen(&self, schema: NodeRef<'a>) -> Option<Observed> {
        self.shared().seen.get(&schema.id()).copied()
    }

    /// The role that a reference stands in for, where something is ignored beside it.
    pub(crate) fn sibling_role(&self, node: NodeRef<'a>) -> Option<Role> {
        self.shared().siblings.get(&node.id()).copied()
    }

    /// Gives edits of the contract's files.
    pub(crate) fn editor(&self) -> &Editors<'a> {
        &self.shared().editor
    }
}

/// A new member behind the first of these that is there, else behind the last one.
pub(crate) fn add<'a>(
    index: &Index<'a>,
    object: NodeRef<'a>,
    behind: &[&str],
    key: &str,
    value: &Value,
) -> Option<Vec<Edit>> {
    let place = behind.iter().find(|key| object.get(key).is_some()).map_or(Place::End, |key| Place::After(key));
    index.editor().insert_member(object, place, key, value).ok()
}

/// Sets a member: adds it, or replaces the scalar that stands there.
pub(crate) fn set<'a>(
    index: &Index<'a>,
    object: NodeRef<'a>,
    behind: &[&str],
    key: &str,
    value: &Value,
) -> Option<Vec<Edit>> {
    match object.member(key) {
        // An alias is not looked through: the scalar it leads to belongs to others too.
        Some(member) if member.id == member.value.id() => index.editor().replace_scalar(member.value, value).ok(),
        Some(_) => None,
        None => add(index, object, behind, key, value),
    }
}

/// Takes members out of an object, those of them that are there.
pub(crate) fn remove<'a>(index: &Index<'a>, object: NodeRef<'a>, keys: &[&str]) -> Option<Vec<Edit>> {
    let gone: Vec<_> = keys.iter().filter_map(|key| object.member(key)).collect();
    index.editor().remove_members(object, &gone).ok()
}

/// Takes the member out that a finding is about, with what it has no effect on.
pub(crate) fn without_effect<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let key = spot.node.key()?;
    let edits = remove(index, spot.node.parent()?, &[key])?;
    Mended::removal(index, format!("take out {key}, which has no effect"), edits)
}

/// The place of an item in its list.
pub(crate) fn place_in<'a>(list: NodeRef<'a>, item: NodeRef<'a>) -> Option<usize> {
    list.items().position(|other| other.id() == item.id())
}

/// Whether two values are the same, however they are written.
pub(crate) fn same(one: NodeRef<'_>, other: NodeRef<'_>) -> bool {
    let value = |node| emit::node_to_value(node, MAX_NODES).ok();
    value(one).is_some_and(|one| Some(one) == value(other))
}

/// A value that a fix writes elsewhere. `None` where it is large, or would be written in another way.
pub(crate) fn value(node: NodeRef<'_>) -> Option<Value> {
    let value = emit::node_to_value(node, MAX_NODES).ok()?;
    let again = value.to_string();
    (emit::node_to_json(node, MAX_VALUE).ok()? == again).then_some(value)
}
