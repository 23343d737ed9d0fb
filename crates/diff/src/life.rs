//! The life of an operation: ids, tags, deprecation, sunset, stability.

use crate::Date;
use crate::check::Structure;
use crate::schemas::short;
use crate::walk::{Nodes, Walk};
use palisade_contract::Operation;
use palisade_document::NodeRef;

/// Levels of stability, the least stable first.
const STABILITY: [&str; 4] = ["draft", "alpha", "beta", "stable"];

/// A date of sunset as written, and what it means.
pub(crate) struct Sunset {
    text: String,
    pub(crate) date: Option<Date>,
}

/// `x-sunset`: a date, or a time that begins with one.
pub(crate) fn sunset(node: NodeRef<'_>) -> Option<Sunset> {
    let text = node.get("x-sunset")?.scalar_text().trim().to_owned();
    let day = text.get(..10).unwrap_or_default();
    let rest = text.get(10..).unwrap_or_default();
    let date = day.parse().ok().filter(|_| rest.is_empty() || rest.starts_with(['T', 't', ' ']));
    Some(Sunset { text, date })
}

impl Walk<'_, '_> {
    /// An operation that is gone.
    pub(crate) fn removed(&mut self, operation: &Operation) {
        let sunset = sunset(self.old.node(operation.node)).and_then(|sunset| sunset.date);
        let (structure, detail) = match (operation.deprecated, sunset) {
            (false, _) => (Structure::OperationRemoved, String::new()),
            (true, None) => (Structure::OperationRemovedDeprecated, String::new()),
            (true, Some(date)) => {
                let passed = self.options.today.is_some_and(|today| date <= today);
                let kind = if passed {
                    Structure::OperationRemovedAfterSunset
                } else {
                    Structure::OperationRemovedBeforeSunset
                };
                (kind, format!(": {date}"))
            }
        };
        self.gone(structure, "", &detail, (operation.node, self.root().1));
    }

    /// What is said about the operation as a whole.
    pub(crate) fn life(&mut self, one: &Operation, other: &Operation) {
        let nodes = (one.node, other.node);
        match (&one.operation_id, &other.operation_id) {
            (None, Some(id)) => {
                self.structure(Structure::OperationIdAdded, "", &format!(": {}", short(id)), nodes);
            }
            (Some(id), None) => {
                self.structure(Structure::OperationIdRemoved, "", &format!(": {}", short(id)), nodes);
            }
            (Some(a), Some(b)) if a != b => {
                let detail = format!(" from {} to {}", short(a), short(b));
                self.structure(Structure::OperationIdChanged, "", &detail, nodes);
            }
            _ => {}
        }
        for tag in other.tags.iter().filter(|tag| !one.tags.contains(tag)) {
            self.structure(Structure::OperationTagAdded, "", &format!(": {}", short(tag)), nodes);
        }
        for tag in one.tags.iter().filter(|tag| !other.tags.contains(tag)) {
            self.structure(Structure::OperationTagRemoved, "", &format!(": {}", short(tag)), nodes);
        }
        let (old, new) = (self.old.node(one.node), self.new.node(other.node));
        let (before, after) = (sunset(old), sunset(new));
        match (one.deprecated, other.deprecated) {
            (false, true) => {
                let kind = match after.as_ref().is_some_and(|sunset| sunset.date.is_some()) {
                    true => Structure::OperationDeprecated,
                    false => Structure::OperationDeprecatedWithoutSunset,
                };
                self.structure(kind, "", "", nodes);
            }
            (true, false) => self.structure(Structure::OperationReactivated, "", "", nodes),
            (true, true) => self.sunsets("operation", "", before.as_ref(), after.as_ref(), nodes),
            (false, false) => {}
        }
        if other.deprecated {
            self.new_sunset(before.as_ref(), after.as_ref(), nodes);
        }
        self.stability(old, new, nodes);
    }

    /// A date of sunset that came, went or moved while what it is about stayed deprecated.
    pub(crate) fn sunsets(
        &mut self,
        base: &str,
        about: &str,
        before: Option<&Sunset>,
        after: Option<&Sunset>,
        nodes: Nodes,
    ) {
        match (before, after) {
            (None, Some(sunset)) if sunset.date.is_some() => {
                self.named(base, "sunset-added", about, &format!(": {}", short(&sunset.text)), nodes);
            }
            (Some(sunset), None) => {
                self.named(base, "sunset-removed", about, &format!(": {}", short(&sunset.text)), nodes);
            }
            (Some(Sunset { date: Some(a), .. }), Some(Sunset { date: Some(b), .. })) if a != b => {
                let word = if b < a { "sunset-moved-earlier" } else { "sunset-moved-later" };
                self.named(base, word, about, &format!(" from {a} to {b}"), nodes);
            }
            _ => {}
        }
    }

    fn new_sunset(&mut self, before: Option<&Sunset>, after: Option<&Sunset>, nodes: Nodes) {
        let Some(after) = after.filter(|after| before.is_none_or(|before| before.text != after.text)) else { return };
        match (after.date, self.options.today) {
            (None, _) => {
                self.structure(Structure::OperationSunsetInvalid, "", &format!(": {}", short(&after.text)), nodes);
            }
            (Some(date), Some(today)) if date < today => {
                self.structure(Structure::OperationSunsetPassed, "", &format!(": {date}"), nodes);
            }
            _ => {}
        }
    }

    fn stability(&mut self, old: NodeRef<'_>, new: NodeRef<'_>, nodes: Nodes) {
        let level = |node: NodeRef<'_>| node.get("x-stability-level").map(|level| level.scalar_text().to_owned());
        let (before, after) = (level(old), level(new));
        if before == after {
            return;
        }
        // What says nothing is as stable as it gets.
        let rank = |level: &Option<String>| match level {
            None => Some(STABILITY.len() - 1),
            Some(level) => STABILITY.iter().position(|known| known == level),
        };
        let word = |level: &Option<String>| level.as_deref().map_or_else(|| "none".to_owned(), short);
        let detail = format!(" from {} to {}", word(&before), word(&after));
        match (rank(&before), rank(&after)) {
            (_, None) => {
                self.structure(Structure::OperationStabilityInvalid, "", &format!(": {}", word(&after)), nodes);
            }
            (Some(a), Some(b)) if b < a => self.structure(Structure::OperationStabilityDecreased, "", &detail, nodes),
            (Some(a), Some(b)) if b > a => self.structure(Structure::OperationStabilityIncreased, "", &detail, nodes),
            _ => {}
        }
    }
}
