//! Changes as they are told, and how equal ones are gathered.

use crate::check::{Kind, Level};
use crate::side::Side;
use palisade_document::NodeId;
use palisade_finding::{Finding, Related, Severity, fingerprint};
use serde::Serialize;
use std::collections::HashMap;

/// A place in one of the two contracts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// File, as the user named it.
    pub file: String,
    /// JSON pointer (RFC 6901), without a leading `#`.
    pub pointer: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, counted in Unicode scalar values.
    pub column: u32,
}

/// One change from the old contract to the new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which kind of change it is.
    pub id: &'static str,
    /// What it means to clients.
    pub level: Level,
    /// What has changed, in plain words.
    pub message: String,
    /// The operations it changes, as `GET /path/{template}` of the new contract, else of the old one. None: the whole
    /// contract.
    pub operations: Vec<String>,
    /// Where it stands in the old contract: what was there, else what it would have stood in.
    pub old: Place,
    /// Where it stands in the new contract.
    pub new: Place,
    /// How often it was met: a component that is used in several places changes all of them.
    pub count: u64,
    /// Identity across runs: survives line moves.
    pub fingerprint: String,
    /// Nothing of it is left in the new contract.
    #[serde(skip)]
    pub(crate) gone: bool,
}

/// The family that all changes belong to.
pub const CATEGORY: &str = "contract-change";

impl Level {
    /// How bad it is as a finding.
    pub fn severity(self) -> Severity {
        match self {
            Level::Breaking => Severity::High,
            Level::Risky => Severity::Medium,
            Level::Compatible => Severity::Info,
        }
    }
}

impl Change {
    /// The change as a finding, at its place in the new contract, or in the old one when nothing is left of it.
    pub fn to_finding(&self) -> Finding {
        let (at, other, what) = match self.gone {
            true => (&self.old, &self.new, "the new contract"),
            false => (&self.new, &self.old, "the old contract"),
        };
        let more = match self.operations.len() {
            0 | 1 => String::new(),
            2 => ", and in 1 more operation".to_owned(),
            count => format!(", and in {} more operations", count - 1),
        };
        Finding {
            rule: self.id.into(),
            name: self.level.as_str().into(),
            severity: self.level.severity(),
            category: CATEGORY.into(),
            message: format!("{}{more}", self.message),
            file: Some(at.file.as_str().into()),
            pointer: Some(at.pointer.clone()),
            line: Some(at.line),
            column: Some(at.column),
            operation: self.operations.first().map(|operation| operation.as_str().into()),
            evidence: None,
            fix: None,
            loss: None,
            count: self.count,
            fingerprint: self.fingerprint.clone(),
            owasp: [].as_slice().into(),
            cwe: [].as_slice().into(),
            attack: [].as_slice().into(),
            aliases: [].as_slice().into(),
            related: vec![Related {
                message: format!("the same place in {what}"),
                file: other.file.clone(),
                pointer: other.pointer.clone(),
                line: other.line,
                column: other.column,
            }]
            .into(),
            fixes: Vec::new().into(),
        }
    }
}

/// A change before it is told.
pub(crate) struct Told<'t> {
    pub(crate) kind: Kind,
    /// What it is about: `query parameter limit`; empty where the operation itself changed.
    pub(crate) about: &'t str,
    pub(crate) detail: &'t str,
    pub(crate) old: NodeId,
    pub(crate) new: NodeId,
    pub(crate) gone: bool,
}

/// Where an operation stands in the words of reports, and what tells it from others whatever its parameters are called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) label: Option<String>,
    pub(crate) key: String,
}

type Key = (Kind, NodeId, NodeId, String);

/// Changes gathered: one that is met again at the same two places is counted.
#[derive(Default)]
pub(crate) struct Gathered {
    list: Vec<Change>,
    at: HashMap<Key, usize>,
}

impl Gathered {
    pub(crate) fn push(&mut self, old: &Side<'_>, new: &Side<'_>, name: &Name, told: &Told<'_>) {
        let Some(check) = told.kind.check() else { return };
        let key = (told.kind, told.old, told.new, told.detail.to_owned());
        if let Some(known) = self.at.get(&key).and_then(|at| self.list.get_mut(*at)) {
            known.count += 1;
            if let Some(label) = name.label.as_ref().filter(|label| !known.operations.contains(label)) {
                known.operations.push(label.clone());
            }
            return;
        }
        self.at.insert(key, self.list.len());
        let colon = if told.about.is_empty() { "" } else { ": " };
        let message = format!("{}{colon}{}{}", told.about, told.kind.what(), told.detail);
        let place = format!("{} {}", name.key, told.about);
        self.list.push(Change {
            id: &check.id,
            level: check.level,
            message,
            operations: name.label.iter().cloned().collect(),
            old: place_of(old, told.old),
            new: place_of(new, told.new),
            count: 1,
            fingerprint: fingerprint(&check.id, &place, told.detail),
            gone: told.gone,
        });
    }

    /// The changes, the worst first, else in the order they were met.
    pub(crate) fn finish(mut self) -> Vec<Change> {
        self.list.sort_by_key(|change| std::cmp::Reverse(change.level));
        self.list
    }
}

pub(crate) fn place_of(side: &Side<'_>, node: NodeId) -> Place {
    let node = side.node(node);
    let position = node.position();
    Place { file: node.file().name().to_owned(), pointer: node.pointer(), line: position.line, column: position.column }
}
