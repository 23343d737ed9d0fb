//! Joins hits into findings: folds those of one component, weighs, places and sorts them.

use crate::engine::Containers;
use crate::hit::Hit;
use crate::index::Index;
use crate::mend::Spot;
use crate::place::Keys;
use crate::places::Places;
use crate::policy::{self, Notes, Policy, Silence, Suppressed};
use crate::report::{AuditReport, ContractInfo, Options, Place, Score, State};
use crate::rule::{Check, Part};
use crate::rules::help;
use crate::score::Tally;
use crate::usage::{Usage, component};
use palisade_document::{Document, NodeRef, pointer};
use palisade_finding::{Edit, Finding, Fix, Severity, Summary, fingerprint};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Findings of one rule in one operation or component above this number are folded into one.
pub(crate) const FOLD_ABOVE: usize = 3;

/// What findings are placed and weighed by.
pub(crate) struct Judged<'i, 'a> {
    pub(crate) index: &'i Index<'a>,
    pub(crate) containers: &'i Containers,
    /// Worked out where several files or the options ask for them.
    pub(crate) places: Option<&'i Places>,
    pub(crate) scores: Option<&'i Tally>,
    pub(crate) usage: &'i Usage,
    /// Whether the hits are needed afterwards.
    pub(crate) hits_stay: bool,
}

/// Hits that are one finding.
struct Group {
    /// Their part of the list of places, the first in the text first.
    places: Range<usize>,
    /// How bad it is: the worst place speaks for all of them, unless the policy does.
    severity: Severity,
}

/// Hits folded into groups: the places of all in `hits`, and the groups as parts of that list, in the order of the
/// report.
fn folded(hits: &[&Hit], containers: Option<&Containers>, policy: &Policy) -> (Vec<u32>, Vec<Group>) {
    // Hits that no node stands for, and problems, stay alone.
    let container = |hit: &Hit| match (hit.node, containers) {
        (Some(node), Some(containers)) if !matches!(hit.rule.check, Check::Problem(_)) => Some(containers.of(node)),
        _ => None,
    };
    // Numbers in the order of the ids: quicker to compare than texts. Hits come rule by rule.
    let mut ranks: BTreeMap<&str, u64> = BTreeMap::new();
    let mut last = None;
    for hit in hits {
        let id = policy.id_of(hit);
        if last.replace(id) != Some(id) {
            ranks.insert(id, 0);
        }
    }
    ranks.values_mut().enumerate().for_each(|(at, rank)| *rank = at as u64);
    let mut order: Vec<(u64, u64)> = Vec::with_capacity(hits.len());
    let mut known = ("", 0);
    for (at, hit) in hits.iter().enumerate() {
        let id = policy.id_of(hit);
        if known.0 != id {
            known = (id, ranks.get(id).copied().unwrap_or_default() << 33);
        }
        let within = container(hit).map_or(0, |node| node.index() as u64 + 1);
        order.push((known.1 | within, u64::from(hit.span.start) << 32 | at as u64));
    }
    order.sort_unstable();
    let mut groups = Vec::new();
    let mut from = 0;
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        let to = from + group.len();
        // No container: the lower half is empty.
        let placed = group.first().is_some_and(|first| first.0 << 31 != 0);
        if group.len() > FOLD_ABOVE && placed {
            groups.push(from..to);
        } else {
            groups.extend((from..to).map(|at| at..at + 1));
        }
        from = to;
    }
    let places: Vec<u32> = order.into_iter().map(|(_, place)| place as u32).collect();
    let hit = |place: &u32| hits.get(*place as usize);
    let mut groups: Vec<Group> = groups
        .into_iter()
        .map(|range| {
            let group = places.get(range.clone()).unwrap_or_default();
            let worst = group.iter().filter_map(hit).map(|hit| hit.level()).max().unwrap_or(Severity::Info);
            let severity = group.first().and_then(hit).and_then(|first| policy.severity_of(first));
            Group { places: range, severity: severity.unwrap_or(worst) }
        })
        .collect();
    groups.sort_by_cached_key(|group| {
        let first = places.get(group.places.start).and_then(hit);
        (Reverse(group.severity), first.map(|first| (first.span.start, policy.id_of(first))))
    });
    (places, groups)
}

/// Joins what is reported, and what the policy keeps back.
#[expect(clippy::too_many_arguments, reason = "the last step joins everything the steps before it gave")]
pub(crate) fn finish(
    contract: ContractInfo,
    state: State,
    score: Score,
    document: &Document,
    hits: &[Hit],
    judged: Option<&Judged<'_, '_>>,
    mut notes: Notes,
    options: &Options,
) -> AuditReport {
    let mut silenced: BTreeMap<(Silence, &str), Vec<&Hit>> = BTreeMap::new();
    let mut reported = Vec::with_capacity(hits.len());
    for hit in hits {
        match hit.silence() {
            None => reported.push(hit),
            Some((Silence::Off, _)) => {}
            Some((silence, reason)) => silenced.entry((*silence, reason)).or_default().push(hit),
        }
    }
    let Found { listed, summary, outside } = findings(&reported, document, score, judged, options);
    notes.outside_profile = outside;
    for ((silence, reason), hits) in silenced {
        let found = findings(&hits, document, score, judged, options);
        let keep = |finding| Suppressed { finding, silence, reason: reason.to_owned() };
        notes.suppressed.extend(found.listed.into_iter().map(keep));
    }
    let places = match options.fixes {
        true => {
            let keys = Keys::new(document);
            let place = |hit: &Hit| {
                let file = document.file_at(hit.span.start);
                let start = hit.span.start - file.span().start;
                Place { key: keys.of(hit), rule: hit.rule.id, file: file.index(), start }
            };
            hits.iter().map(place).collect()
        }
        false => Vec::new(),
    };
    AuditReport { contract, state, score, findings: listed, summary, operations: Vec::new(), notes, places }
}

/// What hits are together.
struct Found {
    listed: Vec<Finding>,
    summary: Summary,
    /// Findings that the profile leaves out.
    outside: u64,
}

/// Folds, places and sorts hits. Counts all findings, and gives as many of them as the options ask for.
fn findings(
    hits: &[&Hit],
    document: &Document,
    score: Score,
    judged: Option<&Judged<'_, '_>>,
    options: &Options,
) -> Found {
    let none = Policy::default();
    let policy = options.policy.as_deref().unwrap_or(&none);
    let (all, mut groups) = folded(hits, judged.map(|judged| judged.containers), policy);
    let folded = groups.len();
    groups.retain(|group| {
        let first = all.get(group.places.start).and_then(|at| hits.get(*at as usize));
        first.is_some_and(|first| policy.reports(options.profile, first, group.severity))
    });
    let summary = groups.iter().map(|group| group.severity).collect();
    let outside = (folded - groups.len()) as u64;
    let most = options.most.unwrap_or(usize::MAX).min(groups.len());
    let stay = judged.is_none_or(|judged| judged.hits_stay);
    if !stay {
        // What is only counted, or folded behind another place, is not told.
        let mut told = vec![false; hits.len()];
        for first in groups.iter().take(most).filter_map(|group| all.get(group.places.start)) {
            told.get_mut(*first as usize).into_iter().for_each(|told| *told = true);
        }
        hits.iter().zip(told).filter(|(_, told)| !told).for_each(|(hit, _)| drop(hit.message.take()));
    }
    let mut findings: Vec<Finding> = Vec::with_capacity(most);
    let mut group: Vec<&Hit> = Vec::new();
    let keys = Keys::new(document);
    // The names of the files and of the operation before, each made once.
    let mut names: BTreeMap<u32, Arc<str>> = BTreeMap::new();
    let mut operation: Option<Arc<str>> = None;
    for Group { places, severity } in groups.into_iter().take(most) {
        group.clear();
        let places = all.get(places).unwrap_or_default();
        group.extend(places.iter().filter_map(|at| hits.get(*at as usize)));
        let Some(hit) = group.first() else { continue };
        let scores = judged.and_then(|judged| judged.scores).filter(|_| !hit.closed());
        let loss = scores.map(|scores| {
            let gain = scores.score(&group).total - score.total;
            (gain * 100.0).round() / 100.0
        });
        let containers = judged.map(|judged| judged.containers);
        let message = if stay { hit.message.copy() } else { hit.message.take() };
        let mut finding = finding(hit, message, group.len(), severity, loss, document, containers, policy);
        let file = document.file_at(hit.span.start);
        finding.file = Some(Arc::clone(names.entry(file.span().start).or_insert_with(|| file.name().into())));
        if let (Some(judged), Some(node), None) = (judged, hit.node, &finding.evidence) {
            let component = component(document, judged.containers, node);
            let answers = group.iter().all(|hit| hit.node.is_some_and(|node| in_answers_only(document.node(node))));
            finding.evidence = component.and_then(|component| judged.usage.of(component)?.text(answers));
        }
        let node = || file.root().at_pointer(&hit.pointer(document)?).map(NodeRef::id);
        if let Some((judged, places)) = judged.and_then(|judged| Some((judged, judged.places?)))
            && let Some(node) = hit.node.or_else(node)
        {
            finding.related = places.chain(document, node).into();
            if finding.operation.is_none() && !document.node(node).file().is_main() {
                let at = places.operation(document, node);
                finding.operation = at.and_then(|at| judged.index.operations.get(at)).map(|one| one.label());
            }
        }
        if let (true, Some(judged)) = (options.fixes, judged) {
            finding.fixes = group.iter().filter_map(|hit| fix(hit, judged.index, &keys)).collect();
        }
        match finding.operation == operation {
            true => finding.operation.clone_from(&operation),
            false => operation.clone_from(&finding.operation),
        }
        findings.push(finding);
    }
    // The groups are in order; what begins at one place is told apart by more than they know.
    let place = |finding: &Finding| (finding.severity, finding.line, finding.column);
    let same = |a: &Finding, b: &Finding| place(a) == place(b) && a.rule == b.rule && a.file == b.file;
    for ties in findings.chunk_by_mut(same).filter(|ties| ties.len() > 1) {
        ties.sort_unstable_by(|a, b| (&a.pointer, &a.message).cmp(&(&b.pointer, &b.message)));
    }
    Found { listed: findings, summary, outside }
}

/// Whether a schema, or the one whose `type` this is, says that only answers carry it.
fn in_answers_only(node: NodeRef<'_>) -> bool {
    help::read_only(node) || node.key() == Some("type") && node.parent().is_some_and(help::read_only)
}

/// The text edit that mends one place, where its rule knows one.
fn fix(hit: &Hit, index: &Index<'_>, keys: &Keys<'_>) -> Option<Fix> {
    let mend = hit.rule.mend.edit()?;
    let document = index.document;
    let node = match hit.node {
        Some(id) => document.node(id),
        None => document.file_at(hit.span.start).root().at_pointer(&hit.pointer(document)?)?,
    };
    let spot = Spot { node, span: hit.span, value: hit.value_text().to_owned() };
    let mended = catch_unwind(AssertUnwindSafe(|| mend(index, &spot))).ok()??;
    let place = |offset| {
        let position = document.position(offset);
        (position.line, position.column)
    };
    let edits = mended.edits.into_iter().map(|edit| {
        let file = document.file_at(edit.span.start);
        let base = file.span().start;
        Edit {
            file: file.name().to_owned(),
            start: edit.span.start - base,
            end: edit.span.end - base,
            from: place(edit.span.start),
            to: place(edit.span.end),
            text: edit.text,
        }
    });
    Some(Fix { what: mended.what, safety: mended.safety, edits: edits.collect(), place: keys.of(hit) })
}

/// The finding that the hits of a group are together; its file is left to the caller.
#[expect(clippy::too_many_arguments, reason = "a finding is made of all of these")]
fn finding(
    first: &Hit,
    message: Box<str>,
    count: usize,
    severity: Severity,
    loss: Option<f64>,
    document: &Document,
    containers: Option<&Containers>,
    policy: &Policy,
) -> Finding {
    let rule = first.rule;
    let position = document.position(first.span.start);
    let pointer = first.pointer(document);
    let message = match count {
        1 => message.into_string(),
        _ => format!("{}, and {} more like it here", message.trim_end_matches('.'), count - 1),
    };
    // A folded finding keeps its identity while single places in it come and go.
    let container = first.node.zip(containers).filter(|_| count > 1).map(|(node, of)| document.node(of.of(node)));
    let fingerprint = match container {
        Some(container) => fingerprint(policy.id_of(first), &first.in_file(document, container.pointer().into()), "*"),
        None => first.identity(policy, document, pointer.as_deref()),
    };
    let mut finding = Finding {
        line: Some(position.line),
        column: Some(position.column),
        operation: first.label(pointer.as_deref()),
        pointer,
        evidence: first.shown().map(str::to_owned),
        loss: loss.map(|loss| if rule.part == Part::None { 0.0 } else { loss }),
        count: count as u64,
        fingerprint,
        ..rule.finding(message)
    };
    if let Some(custom) = policy.custom_of(first) {
        policy::dress(custom, &mut finding);
    }
    finding.severity = severity;
    finding
}

/// The operation a pointer below `/paths` lies in.
pub(crate) fn operation_of(pointer: Option<&str>) -> Option<String> {
    let mut steps = pointer?.strip_prefix("/paths/")?.split('/');
    let path = pointer::step(steps.next()?);
    let method = steps.next().filter(|method| {
        matches!(*method, "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace" | "query")
    })?;
    Some(format!("{} {path}", method.to_ascii_uppercase()))
}
