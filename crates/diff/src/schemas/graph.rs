//! The pairs of schemas that were compared, and what lies below what.

use super::pair::{Changes, Found, Pair};
use super::{Context, Schemas};
use crate::shape::Conj;
use palisade_document::NodeId;
use palisade_schema::SchemaId;
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

/// Pairs of schemas compared.
const PAIRS: usize = 200_000;
/// Pairs under way at once: one waits for another only where choices and the like are compared.
const DEPTH: usize = 64;
/// Pairs looked at for one contract.
const STEPS: usize = 50_000_000;

type Key = (Conj, Conj, Context);

/// Where schemas stand in the old and the new contract.
type Nodes = (Option<NodeId>, Option<NodeId>);

#[derive(Default)]
pub(super) struct Graph {
    ids: HashMap<Key, usize>,
    pairs: Vec<Known>,
    /// Pairs whose own changes are being worked out.
    open: Vec<usize>,
    /// Something was taken for the same because it is being worked out.
    assumed: bool,
    steps: usize,
}

struct Known {
    key: Key,
    nodes: Nodes,
    /// What differs at the pair itself.
    own: Option<Rc<Changes>>,
    /// Whether nothing differs at the pair and below it.
    same: Option<bool>,
}

impl Schemas<'_, '_> {
    /// The pair of two schemas; none where both say nothing, or there are too many.
    pub(super) fn pair(&mut self, old: &[SchemaId], new: &[SchemaId], context: Context) -> Option<usize> {
        if old.is_empty() && new.is_empty() {
            return None;
        }
        let key = (old.to_vec(), new.to_vec(), context);
        if let Some(id) = self.graph.ids.get(&key) {
            return Some(*id);
        }
        let id = self.graph.pairs.len();
        if id >= PAIRS {
            self.incomplete = true;
            return None;
        }
        self.graph.ids.insert(key.clone(), id);
        self.graph.pairs.push(Known { key, nodes: (None, None), own: None, same: None });
        Some(id)
    }

    /// What differs at a pair itself.
    fn own(&mut self, id: usize) -> Rc<Changes> {
        let Some(known) = self.graph.pairs.get(id) else { return Rc::default() };
        if let Some(own) = &known.own {
            return Rc::clone(own);
        }
        if self.graph.open.contains(&id) {
            self.graph.assumed = true;
            return Rc::default();
        }
        if self.graph.open.len() >= DEPTH {
            self.incomplete = true;
            return Rc::default();
        }
        let (old, new, context) = known.key.clone();
        let (a, b) = (self.shape(&old, 0), self.shape(&new, 1));
        self.graph.open.push(id);
        let mut changes = Changes::default();
        self.shapes_of(&mut Pair { a: &a, b: &b, out: &mut changes }, context);
        self.graph.open.pop();
        self.incomplete |= changes.full;
        let own = Rc::new(changes);
        if let Some(known) = self.graph.pairs.get_mut(id) {
            known.own = Some(Rc::clone(&own));
            known.nodes = (a.node(""), b.node(""));
        }
        own
    }

    fn step(&mut self) -> bool {
        self.graph.steps += 1;
        let left = self.graph.steps < STEPS;
        self.incomplete |= !left;
        left
    }

    fn known(&self, id: usize) -> Option<bool> {
        self.graph.pairs.get(id)?.same
    }

    fn tell(&mut self, id: usize, same: bool) {
        if let Some(known) = self.graph.pairs.get_mut(id) {
            known.same = Some(same);
        }
    }

    /// Whether nothing differs at a pair and below it. What leads back to itself is the same when nothing else differs.
    pub(super) fn same(&mut self, id: usize) -> bool {
        if let Some(same) = self.known(id) {
            return same;
        }
        let outer = std::mem::replace(&mut self.graph.assumed, false);
        // Each pair with the place of the one that it was met from.
        let mut met = vec![(id, 0)];
        let mut seen = HashSet::from([id]);
        let mut at = 0;
        let mut differs = None;
        while let Some((next, _)) = met.get(at).copied() {
            if !self.step() {
                break;
            }
            match self.known(next) {
                Some(true) => {}
                Some(false) => differs = Some(at),
                None => {
                    let own = self.own(next);
                    if !own.list.is_empty() {
                        differs = Some(at);
                    }
                    met.extend(own.edges.iter().filter(|(_, to)| seen.insert(*to)).map(|(_, to)| (*to, at)));
                }
            }
            if differs.is_some() {
                break;
            }
            at += 1;
        }
        match differs {
            // Whatever leads to a difference differs.
            Some(mut at) => {
                while let Some((next, from)) = met.get(at).copied() {
                    self.tell(next, false);
                    if at == 0 {
                        break;
                    }
                    at = from;
                }
            }
            None if !self.graph.assumed => met.iter().for_each(|(id, _)| self.tell(*id, true)),
            None => {}
        }
        self.graph.assumed |= outer;
        differs.is_none()
    }

    /// Whether changes are none, also below.
    pub(super) fn nothing(&mut self, changes: &Changes) -> bool {
        changes.list.is_empty() && changes.edges.iter().all(|(_, to)| self.same(*to))
    }

    /// What differs at a pair and below it.
    pub(super) fn gather(&mut self, id: usize) -> Vec<Found> {
        let own = self.own(id);
        let nodes = self.graph.pairs.get(id).map(|known| known.nodes).unwrap_or_default();
        self.gather_from(own, nodes, Some(id))
    }

    /// What differs, the nearest first. Each pair is told about once, where it was met first.
    pub(super) fn gather_from(&mut self, own: Rc<Changes>, nodes: Nodes, id: Option<usize>) -> Vec<Found> {
        let mut all = Changes::default();
        let mut seen: HashSet<usize> = id.into_iter().collect();
        // Steps from the subject: the place of the step before, and its own word.
        let mut trail: Vec<(usize, String)> = vec![(0, String::new())];
        let mut open = VecDeque::from([(own, nodes, 0)]);
        while let Some((own, nodes, place)) = open.pop_front() {
            if !own.list.is_empty() {
                let path = spelled(&trail, place);
                for found in &own.list {
                    let mut found = found.clone();
                    found.path.insert_str(0, &path);
                    (found.old, found.new) = (found.old.or(nodes.0), found.new.or(nodes.1));
                    all.push(found);
                }
            }
            for (step, to) in &own.edges {
                if !seen.insert(*to) || !self.step() || self.same(*to) {
                    continue;
                }
                let below = self.own(*to);
                let own_nodes = self.graph.pairs.get(*to).map(|known| known.nodes).unwrap_or_default();
                let nodes = (own_nodes.0.or(nodes.0), own_nodes.1.or(nodes.1));
                trail.push((place, step.clone()));
                open.push_back((below, nodes, trail.len() - 1));
            }
        }
        self.incomplete |= all.full;
        all.list
    }
}

/// The steps from the subject to a place.
fn spelled(trail: &[(usize, String)], mut place: usize) -> String {
    let mut steps = Vec::new();
    while let Some((before, step)) = trail.get(place).filter(|_| place > 0) {
        steps.push(step.as_str());
        place = *before;
    }
    steps.into_iter().rev().collect()
}
