//! Runs the rules and joins what they say.

use crate::index::{Index, Version};
use crate::mend::Spot;
use crate::place::Keys;
use crate::places::Places;
use crate::policy::{self, Evidence, Mark, Notes, Policy, Silence, Suppressed, settle};
use crate::report::{AuditReport, ContractInfo, Options, Place, Score, State};
use crate::rule::{Check, Part, Rule};
use crate::rules::RULES;
use crate::score::{Scores, Tally};
use crate::usage::{Usage, component};
use palisade_document::edit::Parts;
use palisade_document::{Builder, Document, NodeId, NodeMap, NodeRef, Problem, Span, pointer, refs};
use palisade_finding::{Edit, Finding, Fix, Severity, Summary, fingerprint};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Findings of one rule in one operation or component above this number are folded into one.
const FOLD_ABOVE: usize = 3;
/// Places one rule may report; a finding says how many there are beyond.
const MAX_HITS: usize = 200_000;
/// Work of one rule: each node of its role is one unit, and a rule counts by [`Sink::spend`] what grows faster.
const MAX_WORK: u64 = 50_000_000;
/// Nodes of one role that a rule judges before the next rule takes its turn: few enough to stay in the cache.
const CHUNK: usize = 128;

/// Which operations a finding takes points from, and how.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Applies {
    /// From none: advice.
    Nothing,
    /// The security of these operations.
    Operations(Vec<usize>),
    /// The security of every operation.
    Everything,
    /// One keyword of one schema (index), with its weight.
    Schema(usize, f64),
    /// The description of one response (index): the whole of it.
    Response(usize),
    /// One of the answers an operation (index) ought to describe.
    Answer(usize),
}

/// One place where a rule fired.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) rule: &'static Rule,
    /// The node, where the place is one.
    pub(crate) node: Option<NodeId>,
    pub(crate) span: Span,
    /// How bad it is, where that is not the rule's own severity.
    severity: Option<Severity>,
    /// Empty when the hit is certain to be folded behind another one.
    message: Box<str>,
    pub(crate) applies: Applies,
    more: Option<Box<More>>,
}

/// What few hits have.
#[derive(Debug, Default)]
struct More {
    pointer: Option<String>,
    value: String,
    evidence: Option<String>,
    operation: Option<String>,
    mark: Mark,
}

/// The sentence of a finding: a text, or what gives it. Of hits that are folded only the first is asked.
pub(crate) trait Message {
    /// The sentence.
    fn text(self) -> String;
}

impl Message for String {
    fn text(self) -> String {
        self
    }
}

impl<F: FnOnce() -> String> Message for F {
    fn text(self) -> String {
        self()
    }
}

/// Where a rule reports.
pub(crate) struct Sink<'s> {
    run: &'s mut Run,
    containers: &'s Containers,
}

impl Sink<'_> {
    /// A finding at a node.
    pub(crate) fn at(&mut self, node: NodeRef<'_>, message: impl Message, applies: Applies) -> Option<&mut Hit> {
        self.push(node, node.span(), message, applies)
    }

    /// A finding at the key under which a node stands.
    pub(crate) fn at_key(&mut self, node: NodeRef<'_>, message: impl Message, applies: Applies) -> Option<&mut Hit> {
        let span = if node.key_span().end > 0 { node.key_span() } else { node.span() };
        self.push(node, span, message, applies)
    }

    /// Counts work that grows faster than the contract: a rule that passes its budget ends with a finding that says
    /// so. False when the budget is used up.
    #[must_use]
    pub(crate) fn spend(&mut self, units: u64) -> bool {
        self.run.work = self.run.work.saturating_add(units);
        self.run.work <= MAX_WORK
    }

    fn push(&mut self, node: NodeRef<'_>, span: Span, message: impl Message, applies: Applies) -> Option<&mut Hit> {
        if self.run.hits.len() >= MAX_HITS {
            self.run.beyond += 1;
            return None;
        }
        let (count, first) = self.run.groups.entry(self.containers.of(node.id())).or_insert((0, u32::MAX));
        // Of a group that is folded only the message of its first place is shown.
        let shown = self.run.whole || *count < FOLD_ABOVE || span.start < *first;
        *count += 1;
        *first = (*first).min(span.start);
        self.run.hits.push(Hit {
            rule: self.run.rule,
            node: Some(node.id()),
            span,
            severity: None,
            message: if shown { message.text().into_boxed_str() } else { Box::default() },
            applies,
            more: None,
        });
        self.run.hits.last_mut()
    }
}

impl Hit {
    /// A hit at a node.
    pub(crate) fn of(rule: &'static Rule, node: NodeRef<'_>, message: &str) -> Hit {
        let (node, span) = (Some(node.id()), node.span());
        Hit { rule, node, span, severity: None, message: message.into(), applies: Applies::Nothing, more: None }
    }

    /// A hit that no node stands for.
    pub(crate) fn unplaced(
        rule: &'static Rule,
        pointer: Option<String>,
        span: Span,
        message: &str,
        value: &str,
    ) -> Hit {
        let more = More { pointer, value: value.to_owned(), ..More::default() };
        Hit {
            rule,
            node: None,
            span,
            severity: None,
            message: message.into(),
            applies: Applies::Nothing,
            more: Some(Box::new(more)),
        }
    }

    /// How bad this place is.
    pub(crate) fn level(&self) -> Severity {
        self.severity.unwrap_or(self.rule.severity)
    }

    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// What the policy made of it.
    pub(crate) fn mark(&self) -> Option<&Mark> {
        self.more.as_ref().map(|more| &more.mark)
    }

    /// What the policy makes of it.
    pub(crate) fn mark_mut(&mut self) -> &mut Mark {
        &mut self.more().mark
    }

    /// Why it is not reported.
    pub(crate) fn silence(&self) -> Option<&(Silence, Arc<str>)> {
        self.mark()?.silence.as_ref()
    }

    /// Whether it takes no points because it is closed.
    pub(crate) fn closed(&self) -> bool {
        self.silence().is_some_and(|(silence, _)| silence.closes())
    }

    /// Pointer of the place, where it has one.
    pub(crate) fn pointer(&self, document: &Document) -> Option<String> {
        match self.node {
            Some(node) => Some(document.node(node).pointer()),
            None => self.more.as_ref().and_then(|more| more.pointer.clone()),
        }
    }

    /// The operation it is about, as `METHOD /path`.
    pub(crate) fn label(&self, pointer: Option<&str>) -> Option<String> {
        self.more.as_ref().and_then(|more| more.operation.clone()).or_else(|| operation_of(pointer))
    }

    /// The operation it was given, if any.
    pub(crate) fn named(&self) -> Option<&str> {
        self.more.as_ref()?.operation.as_deref()
    }

    /// What tells findings of one rule at one place apart.
    pub(crate) fn value_text(&self) -> &str {
        self.more.as_ref().map_or("", |more| more.value.as_str())
    }

    /// Names the operation.
    pub(crate) fn operation(&mut self, label: String) -> &mut Self {
        self.more().operation = Some(label);
        self
    }

    /// Says that this place is less bad than the rule's findings mostly are.
    pub(crate) fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = Some(severity);
        self
    }

    /// Shows what was seen. The caller redacts.
    pub(crate) fn evidence(&mut self, text: impl Into<String>) -> &mut Self {
        self.more().evidence = Some(text.into());
        self
    }

    /// Tells findings of one rule at one place apart.
    pub(crate) fn value(&mut self, text: impl Into<String>) -> &mut Self {
        self.more().value = text.into();
        self
    }
}

/// One rule on its way over a contract.
pub(crate) struct Run {
    rule: &'static Rule,
    /// Every hit keeps its message: single ones may be taken out before they are folded.
    whole: bool,
    hits: Vec<Hit>,
    /// Hits above the limit.
    beyond: usize,
    /// For each container how many hits lie in it, and where the first one stands.
    groups: NodeMap<(usize, u32)>,
    work: u64,
    failed: bool,
}

impl Run {
    pub(crate) fn new(rule: &'static Rule, whole: bool) -> Run {
        Run { rule, whole, hits: Vec::new(), beyond: 0, groups: NodeMap::default(), work: 0, failed: false }
    }

    /// A part of the rule's work. A rule that panics or passes its budget does no more.
    pub(crate) fn step(&mut self, containers: &Containers, work: u64, part: impl FnOnce(&mut Sink<'_>)) {
        if self.failed || self.work > MAX_WORK {
            return;
        }
        self.work = self.work.saturating_add(work);
        let done = catch_unwind(AssertUnwindSafe(|| part(&mut Sink { run: self, containers })));
        self.failed = done.is_err();
    }

    /// What the rule found. A rule that panicked loses its own findings and is reported, nothing else.
    pub(crate) fn finish(self, id: &str, hits: &mut Vec<Hit>) {
        let Run { hits: found, beyond, work, failed, .. } = self;
        let tell = |message: String| {
            let failed = &crate::rules::structure::rule_failed::RULE;
            Hit::unplaced(failed, Some(String::new()), Span::default(), &message, id)
        };
        if failed {
            hits.push(tell(format!("rule {} failed on this contract; its findings are not assessed", id)));
            return;
        }
        hits.extend(found);
        if work > MAX_WORK {
            hits.push(tell(format!("rule {} used up its budget of work; the rest is not assessed", id)));
        }
        if beyond > 0 {
            let message = format!("rule {} fired at {beyond} more places, which are not listed", id);
            hits.push(tell(message));
        }
    }
}

/// The operation or component each node lies in: what findings are folded by.
pub(crate) struct Containers(Vec<NodeId>);

impl Containers {
    /// In one pass: parents come before their children.
    pub(crate) fn new(document: &Document) -> Self {
        const ANY: u8 = u8::MAX;
        const WHOLE: [&str; 10] =
            ["type", "properties", "items", "allOf", "anyOf", "oneOf", "enum", "content", "schema", "description"];
        let mut of: Vec<NodeId> = Vec::with_capacity(document.len());
        // How many levels below a node still are containers of their own.
        let mut levels: Vec<u8> = Vec::with_capacity(document.len());
        for node in document.nodes() {
            let parent = node.parent();
            let above = parent.map(|parent| parent.id().index());
            let left = above.and_then(|above| levels.get(above).copied()).unwrap_or(ANY);
            let own = match (left, parent) {
                (0, _) => above.and_then(|above| of.get(above).copied()).unwrap_or(node.id()),
                _ => node.id(),
            };
            of.push(own);
            levels.push(match parent {
                Some(parent) if parent.parent().is_none() => match node.key() {
                    Some("components" | "paths" | "webhooks") => 3,
                    Some("definitions" | "parameters" | "responses") => 2,
                    _ if parent.file().is_main() => ANY,
                    // A file that is one object, or a map of them.
                    _ if WHOLE.iter().any(|key| parent.get(key).is_some()) => 0,
                    _ => 1,
                },
                _ if left == ANY => ANY,
                _ => left.saturating_sub(1),
            });
        }
        Containers(of)
    }

    /// The container of a node; for one outside of all its own.
    pub(crate) fn of(&self, node: NodeId) -> NodeId {
        self.0.get(node.index()).copied().unwrap_or(node)
    }
}

/// The declared specification.
pub(crate) fn declared(root: NodeRef<'_>) -> Option<(Version, String)> {
    let field =
        |name: &str| root.get(name).map(|node| node.scalar_text().trim().to_owned()).filter(|text| !text.is_empty());
    if let Some(text) = field("openapi") {
        let version = if text.starts_with("3.0") { Version::V30 } else { Version::V31 };
        return text.starts_with("3.").then(|| (version, format!("OpenAPI {text}")));
    }
    let text = field("swagger")?;
    text.starts_with('2').then(|| (Version::V2, format!("Swagger {text}")))
}

/// Judges a document and the problems met while reading it. `fatal` says that it was not read to its end.
pub(crate) fn audit(
    document: &Arc<Document>,
    mut problems: Vec<Problem>,
    fatal: bool,
    options: &Options,
) -> AuditReport {
    let path = document.name().to_owned();
    let root = document.root();
    let info = |name: &str| {
        let node = root.get("info").and_then(|info| info.get(name));
        node.filter(|node| !node.is_object() && !node.is_array())
            .map(|node| node.scalar_text().to_owned())
            .unwrap_or_default()
    };
    let declared = declared(root);
    let mut hits: Vec<Hit> = Vec::new();
    let mut contract = ContractInfo {
        path: path.clone(),
        title: info("title"),
        version: info("version"),
        format: declared.as_ref().map_or_else(|| "unknown".to_owned(), |(_, format)| format.clone()),
        operations: 0,
    };
    if declared.is_none() && !fatal {
        problems.push(not_a_contract(root));
    }
    let broken = fatal || declared.is_none();
    let Some((version, _)) = declared else {
        run_problems(&problems, &mut hits);
        let notes = settle(None, document, &mut hits, options);
        return finish(contract, State::StructureInvalid, Score::default(), document, &hits, None, notes, options);
    };
    for problem in refs::survey(document) {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    let parts = options.fixes.then(|| Parts::of(document));
    let mut index = Index::new(document, version);
    if let Some(parts) = &parts {
        let none = Evidence::default();
        index.mend_by(parts, options.policy.as_ref().map_or(&none, |policy| &policy.evidence));
    }
    contract.operations = index.operations.iter().filter(|operation| !operation.outgoing).count();
    run_problems(&problems, &mut hits);
    let containers = Containers::new(document);
    run(&index, &containers, policy::takes_single_hits(document, options), &mut hits);
    if let Some((node, count)) = index.skipped_patterns() {
        let message = format!("{count} patterns are too many or too long and are not assessed");
        let problem = Problem::new(document, "limit-exceeded", Severity::High, node.span(), message);
        run_problems(&[problem.at_pointer(node.pointer())], &mut hits);
    }
    if index.skipped_requirements() {
        let message = "security requirements are too many, and not all of them are assessed".to_owned();
        let problem = Problem::new(document, "limit-exceeded", Severity::High, root.span(), message);
        run_problems(&[problem.at_pointer(String::new())], &mut hits);
    }
    let notes = settle(Some((&index, &containers)), document, &mut hits, options);
    let scores = Scores::new(&mut index).tally(&hits);
    let usage = Usage::new(&mut index, &containers);
    let several = document.files().nth(1).is_some();
    let places = (options.related || several).then(|| Places::new(&index));
    let shown = (!broken).then_some(&scores);
    let judged =
        Judged { usage: &usage, index: &index, containers: &containers, places: places.as_ref(), scores: shown };
    let score = shown.map_or_else(Score::default, |scores| scores.score(&[]));
    let state = if broken {
        State::StructureInvalid
    } else if hits.iter().any(|hit| hit.rule.invalid) {
        State::SemanticInvalid
    } else {
        State::Valid
    };
    let report = finish(contract, state, score, document, &hits, Some(&judged), notes, options);
    let operations = match options.operations && !broken {
        true => scores.of_operations(&mut index, &hits),
        false => Vec::new(),
    };
    AuditReport { operations, ..report }
}

/// The finding for a document that is no contract.
fn not_a_contract(root: NodeRef<'_>) -> Problem {
    let message = if root.is_object() {
        let named = ["openapi", "swagger"].into_iter().find_map(|name| root.get(name).map(|node| (name, node)));
        match named {
            Some((name, node)) => format!(
                "the {name} version {} is not one of 2.0, 3.0, 3.1, 3.2",
                palisade_document::quote(node.scalar_text())
            ),
            None => "no member openapi or swagger at the root: this is no API contract".to_owned(),
        }
    } else {
        format!("the root of a contract must be an object, this is {}", root.kind().as_str())
    };
    let at = ["openapi", "swagger"].into_iter().find_map(|name| root.get(name)).unwrap_or(root);
    let span = Span { start: at.span().start, end: at.span().start };
    Problem::new(root.document(), "not-a-contract", Severity::High, span, message).at_pointer(at.pointer())
}

fn run_problems(problems: &[Problem], hits: &mut Vec<Hit>) {
    for problem in problems {
        let rule = RULES
            .iter()
            .find(|rule| matches!(rule.check, Check::Problem(codes) if codes.contains(&problem.code)))
            .copied()
            .unwrap_or(&crate::rules::structure::misfit::RULE);
        hits.push(Hit::unplaced(rule, problem.pointer.clone(), problem.span, &problem.message, problem.code));
    }
}

/// Runs every rule over its role. The rules take turns on a few nodes at a time.
fn run(index: &Index<'_>, containers: &Containers, whole: bool, hits: &mut Vec<Hit>) {
    let mut runs: Vec<Run> = RULES.iter().map(|rule| Run::new(rule, whole)).collect();
    for run in &mut runs {
        if let Check::Contract(check) = run.rule.check {
            run.step(containers, 1, |sink| check(index, sink));
        }
    }
    turns(&mut runs, containers, &index.schemes, |check| match check {
        Check::Scheme(check) => Some(move |one: &_, sink: &mut Sink<'_>| check(index, one, sink)),
        _ => None,
    });
    turns(&mut runs, containers, &index.operations, |check| match check {
        Check::Operation(check) => Some(move |one: &_, sink: &mut Sink<'_>| check(index, one, sink)),
        _ => None,
    });
    turns(&mut runs, containers, &index.parameters, |check| match check {
        Check::Parameter(check) => Some(move |one: &_, sink: &mut Sink<'_>| check(index, one, sink)),
        _ => None,
    });
    turns(&mut runs, containers, &index.responses, |check| match check {
        Check::Response(check) => Some(move |one: &_, sink: &mut Sink<'_>| check(index, one, sink)),
        _ => None,
    });
    turns(&mut runs, containers, &index.schemas, |check| match check {
        Check::Schema(check) => Some(move |one: &_, sink: &mut Sink<'_>| check(index, one, sink)),
        _ => None,
    });
    hits.reserve(runs.iter().map(|run| run.hits.len()).sum());
    for run in runs {
        let id = run.rule.id;
        run.finish(id, hits);
    }
}

/// The turns of the rules of one role.
fn turns<T, F: Fn(&T, &mut Sink<'_>)>(
    runs: &mut [Run],
    containers: &Containers,
    all: &[T],
    of: impl Fn(&'static Check) -> Option<F>,
) {
    let mut checks: Vec<(&mut Run, F)> =
        runs.iter_mut().filter_map(|run| of(&run.rule.check).map(|check| (run, check))).collect();
    for chunk in all.chunks(CHUNK) {
        for (run, check) in &mut checks {
            run.step(containers, chunk.len() as u64, |sink| chunk.iter().for_each(|one| check(one, sink)));
        }
    }
}

/// What findings are placed and weighed by.
struct Judged<'i, 'a> {
    index: &'i Index<'a>,
    containers: &'i Containers,
    /// Worked out where several files or the options ask for them.
    places: Option<&'i Places>,
    scores: Option<&'i Tally>,
    usage: &'i Usage,
}

/// Hits of one rule that are one finding: their places in `hits`, the first in the text first, and the part of that
/// list that each finding has.
fn folded(hits: &[&Hit], containers: Option<&Containers>, policy: &Policy) -> (Vec<u32>, Vec<Range<usize>>) {
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
    // Nearly the order of the report, so that sorting findings moves few of them.
    groups.sort_by_cached_key(|group| {
        let first = places.get(group.start).and_then(|at| hits.get(*at as usize));
        first.map(|hit| (Reverse(hit.level()), hit.span.start, hit.rule.id))
    });
    (places, groups)
}

/// Joins what is reported, and what the policy keeps back.
#[expect(clippy::too_many_arguments, reason = "the last step joins everything the steps before it gave")]
fn finish(
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
    let reports = findings(&reported, document, score, judged, options);
    for ((silence, reason), hits) in silenced {
        let found = findings(&hits, document, score, judged, options);
        let keep = |finding| Suppressed { finding, silence, reason: reason.to_owned() };
        notes.suppressed.extend(found.into_iter().map(keep));
    }
    let summary = Summary::of(&reports);
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
    AuditReport { contract, state, score, findings: reports, summary, operations: Vec::new(), notes, places }
}

/// Folds, places and sorts hits.
fn findings(
    hits: &[&Hit],
    document: &Document,
    score: Score,
    judged: Option<&Judged<'_, '_>>,
    options: &Options,
) -> Vec<Finding> {
    let none = Policy::default();
    let policy = options.policy.as_deref().unwrap_or(&none);
    let (all, groups) = folded(hits, judged.map(|judged| judged.containers), policy);
    let mut findings: Vec<(u32, Finding)> = Vec::with_capacity(groups.len());
    let mut group: Vec<&Hit> = Vec::new();
    let keys = Keys::new(document);
    for places in groups {
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
        // The worst place speaks for all of them.
        let worst = group.iter().map(|hit| hit.level()).max().unwrap_or(hit.rule.severity);
        let mut finding = finding(hit, group.len(), worst, loss, document, containers, policy);
        if let (Some(judged), Some(node), None) = (judged, hit.node, &finding.evidence) {
            let component = component(document, judged.containers, node);
            finding.evidence = component.and_then(|component| judged.usage.of(component)?.text());
        }
        let node = || {
            let pointer = hit.pointer(document)?;
            document.file_at(hit.span.start).root().at_pointer(&pointer).map(NodeRef::id)
        };
        if let Some((judged, places)) = judged.and_then(|judged| Some((judged, judged.places?)))
            && let Some(node) = hit.node.or_else(node)
        {
            finding.related = places.chain(document, node);
            if finding.operation.is_none() && !document.node(node).file().is_main() {
                let at = places.operation(document, node);
                finding.operation = at.and_then(|at| judged.index.operations.get(at)).map(|one| one.label());
            }
        }
        if let (true, Some(judged)) = (options.fixes, judged) {
            finding.fixes = group.iter().filter_map(|hit| fix(hit, judged.index, &keys)).collect();
        }
        // A severity that the policy gives holds in every profile.
        if policy.severity(&finding.rule).is_some() || options.profile.reports(&finding) {
            findings.push((hit.span.start, finding));
        }
    }
    findings.sort_by(|(a_at, a), (b_at, b)| {
        (b.severity, a_at, &a.rule, &a.pointer, &a.message).cmp(&(a.severity, b_at, &b.rule, &b.pointer, &b.message))
    });
    findings.into_iter().map(|(_, finding)| finding).collect()
}

/// The text edit that mends one place, where its rule knows one.
fn fix(hit: &Hit, index: &Index<'_>, keys: &Keys<'_>) -> Option<Fix> {
    let mend = hit.rule.mend.edit()?;
    let document = index.document;
    let node = match hit.node {
        Some(id) => document.node(id),
        None => document.file_at(hit.span.start).root().at_pointer(hit.more.as_ref()?.pointer.as_deref()?)?,
    };
    let spot =
        Spot { node, span: hit.span, value: hit.more.as_ref().map_or_else(String::new, |more| more.value.clone()) };
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

/// The finding that the hits of a group are together.
fn finding(
    first: &Hit,
    count: usize,
    worst: Severity,
    loss: Option<f64>,
    document: &Document,
    containers: Option<&Containers>,
    policy: &Policy,
) -> Finding {
    let rule = first.rule;
    let position = document.position(first.span.start);
    let pointer = first.pointer(document);
    let message = match count {
        1 => first.message.to_string(),
        _ => format!("{}, and {} more like it here", first.message.trim_end_matches('.'), count - 1),
    };
    let mut finding = Finding {
        file: Some(document.file_at(first.span.start).name().to_owned()),
        line: Some(position.line),
        column: Some(position.column),
        operation: first.label(pointer.as_deref()),
        pointer,
        severity: worst,
        evidence: first.more.as_ref().and_then(|more| more.evidence.clone()),
        loss: loss.map(|loss| if rule.part == Part::None { 0.0 } else { loss }),
        count: count as u64,
        ..rule.finding(message)
    };
    if let Some(custom) = policy.custom_of(first) {
        policy::dress(custom, &mut finding);
    }
    finding.severity = policy.severity(&finding.rule).unwrap_or(finding.severity);
    // A folded finding keeps its identity while single places in it come and go.
    let container = first.node.zip(containers).filter(|_| count > 1).map(|(node, of)| document.node(of.of(node)));
    finding.fingerprint = match container {
        Some(container) => fingerprint(&finding.rule, &first.in_file(document, container.pointer()), "*"),
        None => first.identity(policy, document),
    };
    finding
}

/// The operation a pointer below `/paths` lies in.
fn operation_of(pointer: Option<&str>) -> Option<String> {
    let mut steps = pointer?.strip_prefix("/paths/")?.split('/');
    let path = pointer::step(steps.next()?);
    let method = steps.next().filter(|method| {
        matches!(*method, "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace" | "query")
    })?;
    Some(format!("{} {path}", method.to_ascii_uppercase()))
}

/// The report for a contract whose bytes could not be had.
pub(crate) fn unreadable(path: &str, reason: &str) -> AuditReport {
    let document = Builder::new(path).finish();
    let contract = ContractInfo {
        path: path.to_owned(),
        title: String::new(),
        version: String::new(),
        format: "unknown".to_owned(),
        operations: 0,
    };
    let rule = &crate::rules::structure::unreadable_document::RULE;
    let hit = Hit::unplaced(rule, None, Span::default(), &format!("cannot read the contract: {reason}"), "");
    let (notes, options) = (Notes::default(), Options::default());
    finish(contract, State::StructureInvalid, Score::default(), &document, &[hit], None, notes, &options)
}
