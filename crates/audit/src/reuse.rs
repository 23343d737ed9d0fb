//! What an audit leaves for the next one, when the contract was edited in between.
//!
//! Most rules judge one schema by what stands in it. Where neither the schema nor how it is used has changed, what they
//! found is still true: it is moved to where the schema stands now. Where only words for people were edited, that holds
//! for every rule that does not read them.

use crate::engine::Outline;
use crate::hit::Hit;
use crate::index::{Index, Schema, Version};
use crate::rule::{Check, Rule};
use crate::run::Run;
use palisade_document::{Change, ChangeKind, NodeId, NodeMap, Span};

/// The rules that read descriptions, summaries or titles; all others judge alike whatever these say, as long as they
/// say something. Rules that judge schemas alone are kept schema by schema.
const READ_PROSE: [&str; 7] =
    ["PAL-DAT034", "PAL-SEC005", "PAL-SEC012", "PAL-SEC046", "PAL-SEC058", "PAL-SEC084", "PAL-STR046"];

/// No schema.
const NONE: u32 = u32::MAX;

/// What was known of the schemas of a contract, and what rules found in each of them alone.
#[derive(Debug)]
pub(crate) struct Memory {
    version: Version,
    /// Nothing was wrong with the document and its references.
    no_problems: bool,
    /// For each node the number of the schema it is, or [`NONE`].
    by_node: Vec<u32>,
    /// By the number of the schema.
    uses: Vec<Use>,
    /// Rule by rule.
    hits: Vec<Hit>,
    outline: Outline,
}

/// What a rule can know of a schema beside its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Use {
    request: bool,
    response: bool,
    member: bool,
    part: bool,
    uses: u32,
}

impl Use {
    fn of(schema: &Schema<'_>) -> Use {
        let Schema { request, response, property, part, uses, .. } = *schema;
        Use { request, response, member: property.is_some(), part, uses }
    }
}

/// What stays true after an edit.
pub(crate) struct Kept {
    hits: Vec<Hit>,
    /// The outline, where nothing that it is made of has changed.
    outline: Option<Outline>,
    change: Change,
    /// For each schema as it was counted before, its number now; [`NONE`] where it has to be judged again.
    numbers: Vec<u32>,
    /// Only words for people have changed.
    prose: bool,
    /// The schemas to be judged.
    pub(crate) open: Vec<usize>,
}

impl Memory {
    /// Remembers what the rules found.
    pub(crate) fn new(index: &Index<'_>, mut hits: Vec<Hit>, outline: Outline, no_problems: bool) -> Memory {
        let mut by_node = vec![NONE; index.document.len()];
        for schema in &index.schemas {
            if let Some(slot) = by_node.get_mut(schema.node.id().index()) {
                *slot = schema.at as u32;
            }
        }
        hits.iter_mut().for_each(Hit::forget_mark);
        let uses = index.schemas.iter().map(Use::of).collect();
        Memory { version: index.version, no_problems, by_node, uses, hits, outline }
    }

    /// Whether nothing was wrong with the document and its references.
    pub(crate) fn no_problems(&self) -> bool {
        self.no_problems
    }

    /// What of it is still true in the contract as it is now.
    pub(crate) fn keep(self, index: &Index<'_>, change: Change) -> Option<Kept> {
        if self.version != index.version || change.old_to > self.by_node.len() {
            return None;
        }
        // Everything around the edit has changed too.
        let mut around: NodeMap<()> = NodeMap::default();
        let mut at = index.document.nodes().nth(change.from);
        while let Some(node) = at {
            around.insert(node.id(), ());
            at = node.parent();
        }
        // What stands before a node that was read anew keeps its number.
        let old = |node: NodeId| match node.index() {
            now if now < change.from => Some(now),
            now if now >= change.new_to => Some(now - change.new_to + change.old_to),
            _ => None,
        };
        let mut numbers = vec![NONE; self.uses.len()];
        let mut open = Vec::new();
        for schema in &index.schemas {
            let id = schema.node.id();
            let before = old(id).filter(|_| !around.contains_key(&id)).and_then(|old| self.by_node.get(old).copied());
            let same = before.filter(|before| self.uses.get(*before as usize) == Some(&Use::of(schema)));
            match same.and_then(|before| numbers.get_mut(before as usize)) {
                Some(slot) => *slot = schema.at as u32,
                None => open.push(schema.at),
            }
        }
        let prose = self.no_problems && change.kind == ChangeKind::Prose;
        let outline = Some(self.outline).filter(|_| prose);
        Some(Kept { hits: self.hits, outline, change, numbers, prose, open })
    }
}

impl Kept {
    /// The outline, where it is still true.
    pub(crate) fn outline(&mut self) -> Option<Outline> {
        self.outline.take()
    }

    /// Whether all that a rule found is still true.
    pub(crate) fn keeps(&self, rule: &Rule) -> bool {
        let alone = matches!(rule.check, Check::SchemaAlone(_) | Check::Problem(_));
        self.prose && !alone && !READ_PROSE.contains(&rule.id)
    }

    /// Adds what stays true to what the rules found anew, in the order in which a whole audit finds it.
    pub(crate) fn give(mut self, runs: &mut [Run]) {
        let mut hits = std::mem::take(&mut self.hits).into_iter().peekable();
        for run in runs {
            let mut found = Vec::new();
            let rule = run.rule();
            let alone = matches!(rule.check, Check::SchemaAlone(_));
            while let Some(hit) = hits.next_if(|hit| std::ptr::eq(hit.rule, rule)) {
                match (alone, self.keeps(rule)) {
                    (true, _) => found.extend(self.of_schema(hit)),
                    (_, true) => found.push(self.of_contract(hit)),
                    _ => {}
                }
            }
            if !found.is_empty() {
                run.add(found);
            }
        }
    }

    /// A hit in a schema that was judged alone and is not judged again.
    fn of_schema(&self, mut hit: Hit) -> Option<Hit> {
        let number = self.numbers.get(hit.schema as usize).copied().filter(|one| *one != NONE)?;
        let node = self.change.node(hit.node?.index())?;
        let span = Span { start: self.change.offset(hit.span.start), end: self.change.offset(hit.span.end) };
        hit.move_to(number, node, span);
        Some(hit)
    }

    /// A hit of a rule that is not run again: every node has kept its number.
    fn of_contract(&self, mut hit: Hit) -> Hit {
        hit.span = self.change.span_of_texts(hit.span);
        hit
    }
}
