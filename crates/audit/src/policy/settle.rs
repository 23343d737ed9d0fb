//! What becomes of each place where a rule fired: reported, or not and why.

use super::annotation::Annotations;
use super::evidence::{Facts, closed_by};
use super::ignore::Subject;
use super::{Custom, Level, Notes, Place, Policy, Silence};
use crate::engine::Containers;
use crate::hit::{Applies, Hit};
use crate::index::Index;
use crate::report::{Options, Profile};
use crate::rule::Direction;
use palisade_document::{Document, NodeId, NodeRef};
use palisade_finding::Severity;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What the policy made of a hit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mark {
    /// The rule of the configuration that fired, by its place there.
    pub(crate) custom: Option<u32>,
    /// Why it is not reported, with the reason given.
    pub(crate) silence: Option<(Silence, Arc<str>)>,
}

/// Whether single places may be taken out of what a rule found.
pub(crate) fn takes_single_hits(index: &Index<'_>, options: &Options) -> bool {
    options.policy.is_some() || options.baseline.is_some() || index.annotated()
}

/// Runs the rules of the configuration and marks what is not reported. `index` is there when the contract could be
/// read.
pub(crate) fn settle<'a>(
    index: Option<(&Index<'a>, &Containers)>,
    document: &'a Document,
    hits: &mut Vec<Hit>,
    options: &Options,
) -> Notes {
    let none = Policy::default();
    let policy = options.policy.as_deref().unwrap_or(&none);
    let mut notes = Notes { used: vec![0; policy.ignores.len()], ..Notes::default() };
    if let Some((index, containers)) = index {
        super::custom::run_all(policy, index, containers, hits);
        let custom: Vec<String> = policy.custom.iter().map(|rule| rule.id.clone()).collect();
        let mut annotations = Annotations::gather(index, &custom, options.today);
        close(index, &annotations, &policy.evidence.of(index), hits);
        if !annotations.ignores.is_empty() {
            for hit in hits.iter_mut().filter(|hit| hit.silence().is_none()) {
                let rule = policy.id_of(hit);
                if let Some(reason) = annotations.silences(document, hit.node, rule) {
                    hit.mark_mut().silence = Some((Silence::Annotated, reason.into()));
                }
            }
        }
        hits.extend(annotations.hits(index));
        if options.details {
            notes.tags = tags(index);
        }
    }
    configured(policy, document, hits, options, &mut notes);
    if let Some(known) = &options.baseline {
        for hit in hits.iter_mut() {
            let identity = hit.identity(policy, document, hit.pointer(document).as_deref());
            if !known.contains(&identity) {
                continue;
            }
            notes.known.insert(identity);
            if hit.silence().is_none() {
                hit.mark_mut().silence = Some((Silence::Known, Arc::from("")));
            }
        }
    }
    if options.details {
        notes.places =
            hits.iter().filter(|hit| hit.silence().is_none()).map(|hit| place(hit, policy, document)).collect();
    }
    notes
}

impl Policy {
    /// The id of the rule that fired.
    pub(crate) fn id_of(&self, hit: &Hit) -> &str {
        self.custom_of(hit).map_or(hit.rule.id, |rule| &rule.id)
    }

    /// The severity that findings of a hit's rule get, where it is not the rule's own.
    pub(crate) fn severity_of(&self, hit: &Hit) -> Option<Severity> {
        self.severity(self.id_of(hit)).or_else(|| self.custom_of(hit).map(|rule| rule.severity))
    }

    /// Whether a finding is reported. A severity that the policy gives holds in every profile, and so does a rule that
    /// is asked for by name.
    pub(crate) fn reports(&self, profile: Profile, hit: &Hit, severity: Severity) -> bool {
        let rule = hit.rule;
        let lessened = severity < rule.severity;
        let sent_by_nobody = lessened && rule.direction == Direction::MainlyRequest && severity == Severity::Low;
        match self.custom_of(hit) {
            _ if self.severity(self.id_of(hit)).is_some() || self.asked.contains(self.id_of(hit)) => true,
            Some(_) => profile.reports_own(severity),
            None if sent_by_nobody => profile == Profile::Strict,
            None => profile.reports(rule) && (!lessened || profile.reports_own(severity)),
        }
    }

    /// The rule of the configuration that fired.
    pub(crate) fn custom_of(&self, hit: &Hit) -> Option<&Custom> {
        let at = hit.mark()?.custom?;
        self.custom.get(at as usize).map(AsRef::as_ref)
    }
}

fn place(hit: &Hit, policy: &Policy, document: &Document) -> Place {
    let pointer = hit.pointer(document);
    let fingerprint = hit.identity(policy, document, pointer.as_deref());
    let at = pointer.unwrap_or_else(|| {
        let position = document.position(hit.span.start);
        format!("{}:{}", position.line, position.column)
    });
    Place { rule: policy.id_of(hit).to_owned(), at, fingerprint }
}

/// What the configuration switches off or ignores.
fn configured(policy: &Policy, document: &Document, hits: &mut [Hit], options: &Options, notes: &mut Notes) {
    let mut by_rule: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, ignore) in policy.ignores.iter().enumerate() {
        for rule in &ignore.rules {
            let list = by_rule.entry(rule).or_default();
            if list.last() != Some(&at) {
                list.push(at);
            }
        }
    }
    if by_rule.is_empty() && policy.levels.is_empty() {
        return;
    }
    for hit in hits.iter_mut().filter(|hit| hit.silence().is_none()) {
        let rule = policy.id_of(hit);
        if policy.levels.get(rule) == Some(&Level::Off) {
            hit.mark_mut().silence = Some((Silence::Off, Arc::from("")));
            continue;
        }
        let Some(candidates) = by_rule.get(rule) else { continue };
        let pointer = hit.pointer(document).unwrap_or_default();
        let labelled = hit.label(Some(&pointer));
        let file = document.file_at(hit.span.start).name();
        let subject = Subject { rule, pointer: &pointer, operation: labelled.as_deref(), file };
        let mut reason = None;
        for at in candidates {
            let Some(ignore) = policy.ignores.get(*at).filter(|ignore| ignore.is_about(&subject)) else { continue };
            if let Some(used) = notes.used.get_mut(*at) {
                *used += 1;
            }
            if !ignore.is_over(options.today) && reason.is_none() {
                reason = Some(ignore.reason.as_str());
            }
        }
        if let Some(reason) = reason {
            hit.mark_mut().silence = Some((Silence::Ignored, reason.into()));
        }
    }
}

/// Closes what is public on purpose and what the gateway enforces.
fn close(index: &Index<'_>, annotations: &Annotations<'_>, evidence: &BTreeMap<usize, Facts>, hits: &mut [Hit]) {
    if !annotations.any_public() && evidence.is_empty() {
        return;
    }
    let by_node: HashMap<NodeId, usize> =
        index.operations.iter().map(|operation| (operation.node.id(), operation.at)).collect();
    for hit in hits.iter_mut() {
        let about_access = matches!(hit.rule.category, "authentication" | "authorization");
        let kind = closed_by(hit.rule.name);
        if hit.mark().is_some_and(|mark| mark.custom.is_some()) || !(about_access || kind.is_some()) {
            continue;
        }
        let Some(operations) = operations(index, &by_node, hit) else { continue };
        let mut left = Vec::new();
        let mut why: Option<(Silence, String)> = None;
        for operation in operations {
            let about = index.operations.get(operation).filter(|_| about_access);
            let public = about.and_then(|operation| annotations.why_public(operation));
            let enforced = kind.and_then(|kind| evidence.get(&operation)?.closes(kind));
            match (public, enforced) {
                (Some(reason), _) => why = why.or_else(|| Some((Silence::Public, reason.to_owned()))),
                (None, Some(reason)) => why = why.or(Some((Silence::Enforced, reason))),
                (None, None) => left.push(operation),
            }
        }
        let Some((silence, reason)) = why else { continue };
        if left.is_empty() {
            hit.mark_mut().silence = Some((silence, reason.into()));
        } else if matches!(&hit.applies, Applies::Operations(list) if !list.is_empty())
            || hit.applies == Applies::Everything
        {
            hit.applies = Applies::Operations(left);
        }
    }
}

/// The operations a hit is about; `None` when it is about none.
fn operations(index: &Index<'_>, by_node: &HashMap<NodeId, usize>, hit: &Hit) -> Option<Vec<usize>> {
    match &hit.applies {
        Applies::Operations(list) if !list.is_empty() => Some(list.clone()),
        Applies::Answer(operation) => Some(vec![*operation]),
        applies if *applies == Applies::Everything || hit.node == Some(index.root().id()) => Some(
            index.operations.iter().filter(|operation| !operation.outgoing).map(|operation| operation.at).collect(),
        ),
        _ => {
            let mut here = Some(index.document.node(hit.node?));
            while let Some(at) = here {
                if let Some(operation) = by_node.get(&at.id()) {
                    return Some(vec![*operation]);
                }
                here = at.parent();
            }
            None
        }
    }
}

fn tags(index: &Index<'_>) -> BTreeMap<String, Vec<String>> {
    let mut tags = BTreeMap::new();
    for operation in &index.operations {
        let own: Vec<String> = operation
            .node
            .get("tags")
            .into_iter()
            .flat_map(NodeRef::items)
            .filter_map(NodeRef::as_str)
            .map(str::to_owned)
            .collect();
        if !own.is_empty() {
            tags.insert(operation.label().to_string(), own);
        }
    }
    tags
}
