//! Runs the rules and joins what they say.

use crate::index::{Index, Operation, Parameter, Response, Schema, Scheme, Version};
use crate::join::{FOLD_ABOVE, Judged, finish, operation_of};
use crate::places::Places;
use crate::policy::{self, Evidence, Mark, Notes, Silence, settle};
use crate::report::{AuditReport, ContractInfo, Options, Profile, Score, SideBySide, State};
use crate::reuse::{Kept, Memory};
use crate::rule::{Check, Direction, Rule};
use crate::rules::{RULES, help};
use crate::score::Scores;
use crate::usage::Usage;
use palisade_document::edit::Parts;
use palisade_document::{Builder, Change, ChangeKind, Document, NodeId, NodeMap, NodeRef, Problem, Span, refs};
use palisade_finding::Severity;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// Places one rule may report; a finding says how many there are beyond.
const MAX_HITS: usize = 200_000;
/// Work of one rule: each node of its role is one unit, and a rule counts by [`Sink::spend`] what grows faster.
const MAX_WORK: u64 = 50_000_000;
/// Nodes of one role that a rule judges before the next rule takes its turn: few enough to stay in the cache.
const CHUNK: usize = 128;

/// No schema was judged alone.
const NO_SCHEMA: u32 = u32::MAX;

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
    /// The number of the schema that was judged, where one was judged alone.
    pub(crate) schema: u32,
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
    /// How bad places are, where that is not the rule's own severity.
    severity: Option<Severity>,
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

    /// Judges what goes to the API and from it, where its rule looks there.
    fn going<T: Goes>(&mut self, direction: Direction, one: &T, judge: impl FnOnce(&mut Self)) {
        let (request, response) = one.goes();
        if direction.covers(request, response) {
            let lessened = direction == Direction::MainlyRequest && !one.callers_send();
            self.severity = lessened.then_some(Severity::Low);
            judge(self);
        }
    }

    fn push(&mut self, node: NodeRef<'_>, span: Span, message: impl Message, applies: Applies) -> Option<&mut Hit> {
        if self.run.hits.len() >= MAX_HITS {
            self.run.beyond += 1;
            return None;
        }
        let (count, first) = self.run.groups.entry(self.containers.of(node.id())).or_insert((0, u32::MAX));
        // Of a group that is folded only the message of its first place is shown.
        let shown = match self.run.messages {
            Messages::All => true,
            Messages::First => *count < FOLD_ABOVE || span.start < *first,
            Messages::None => false,
        };
        *count += 1;
        *first = (*first).min(span.start);
        self.run.hits.push(Hit {
            rule: self.run.rule,
            node: Some(node.id()),
            span,
            severity: self.severity,
            message: if shown { message.text().into_boxed_str() } else { Box::default() },
            applies,
            schema: self.run.schema,
            more: None,
        });
        self.run.hits.last_mut()
    }
}

impl Hit {
    /// A hit at a node.
    pub(crate) fn of(rule: &'static Rule, node: NodeRef<'_>, message: &str) -> Hit {
        let (node, span) = (Some(node.id()), node.span());
        let applies = Applies::Nothing;
        Hit { rule, node, span, severity: None, message: message.into(), applies, schema: NO_SCHEMA, more: None }
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
            schema: NO_SCHEMA,
            more: Some(Box::new(more)),
        }
    }

    /// Moves a hit of a schema that was judged alone to where the schema stands after an edit.
    pub(crate) fn move_to(&mut self, schema: u32, node: usize, span: Span) {
        if let Applies::Schema(at, _) = &mut self.applies {
            *at = schema as usize;
        }
        (self.schema, self.span) = (schema, span);
        self.node = Some(NodeId::new(node));
    }

    /// Forgets what the policy made of it.
    pub(crate) fn forget_mark(&mut self) {
        if let Some(more) = &mut self.more {
            more.mark = Mark::default();
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

    /// The sentence of the finding; empty where the hit is certain to be folded behind another one.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// What was seen there, redacted.
    pub(crate) fn shown(&self) -> Option<&str> {
        self.more.as_ref()?.evidence.as_deref()
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

/// Which hits of a rule are given their message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Messages {
    /// All: single ones may be taken out before they are folded.
    All,
    /// Those that may be the first of a folded group.
    First,
    /// None: its findings are only counted.
    None,
}

/// One rule on its way over a contract.
pub(crate) struct Run {
    rule: &'static Rule,
    messages: Messages,
    hits: Vec<Hit>,
    /// Hits above the limit.
    beyond: usize,
    /// For each container how many hits lie in it, and where the first one stands.
    groups: NodeMap<(usize, u32)>,
    /// The schema that is being judged alone.
    schema: u32,
    /// What was found before is still true: nothing is to be done.
    kept: bool,
    work: u64,
    failed: bool,
}

impl Run {
    pub(crate) fn new(rule: &'static Rule, messages: Messages) -> Run {
        let groups = NodeMap::default();
        Run {
            rule,
            messages,
            hits: Vec::new(),
            beyond: 0,
            groups,
            schema: NO_SCHEMA,
            kept: false,
            work: 0,
            failed: false,
        }
    }

    pub(crate) fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// Whether everything was judged and nothing left out.
    fn complete(&self) -> bool {
        !self.failed && self.work <= MAX_WORK && self.beyond == 0
    }

    /// Adds hits that were found before, in the order of the schemas.
    pub(crate) fn add(&mut self, found: Vec<Hit>) {
        self.hits.extend(found);
        self.hits.sort_by_key(|hit| hit.schema);
    }

    /// A part of the rule's work. A rule that panics or passes its budget does no more.
    pub(crate) fn step(&mut self, containers: &Containers, work: u64, part: impl FnOnce(&mut Sink<'_>)) {
        if self.kept || self.failed || self.work > MAX_WORK {
            return;
        }
        self.work = self.work.saturating_add(work);
        let done = catch_unwind(AssertUnwindSafe(|| part(&mut Sink { run: self, containers, severity: None })));
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
#[derive(Debug)]
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
pub(crate) fn audit(document: &Arc<Document>, problems: Vec<Problem>, fatal: bool, options: &Options) -> AuditReport {
    judge(document, problems, fatal, options, None)
}

/// Judges a document of which nothing is known yet, for edits to be followed.
pub(crate) fn open(
    document: &Arc<Document>,
    problems: Vec<Problem>,
    fatal: bool,
    options: &Options,
) -> (AuditReport, Option<Memory>) {
    let mut story = Story::default();
    let report = judge(document, problems, fatal, options, Some(&mut story));
    (report, story.memory)
}

/// Judges a document with nothing wrong in it that was edited after it was judged.
pub(crate) fn follow(
    document: &Arc<Document>,
    options: &Options,
    memory: Option<Memory>,
    change: Change,
) -> (AuditReport, Option<Memory>) {
    let mut story = Story { memory, change: Some(change) };
    let report = judge(document, Vec::new(), false, options, Some(&mut story));
    (report, story.memory)
}

/// What the audit before this one left, and what was edited since; afterwards what this one leaves.
#[derive(Default)]
struct Story {
    memory: Option<Memory>,
    change: Option<Change>,
}

fn judge(
    document: &Arc<Document>,
    mut problems: Vec<Problem>,
    fatal: bool,
    options: &Options,
    mut story: Option<&mut Story>,
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
    let known = story.as_deref().filter(|story| story.memory.as_ref().is_some_and(Memory::no_problems));
    let kind = known.and_then(|story| story.change).map_or(ChangeKind::Any, |change| change.kind);
    let parts = options.fixes.then(|| Parts::of(document));
    let (mut survey, mut roles) = (Vec::new(), None);
    let mut index = None;
    // What little there is to do after an edit of words takes less time than it takes another thread to wake.
    let side_by_side = options.side_by_side.filter(|_| kind != ChangeKind::Prose);
    both(
        side_by_side,
        || {
            // Nothing was wrong before, and nothing that references are about has changed.
            if kind == ChangeKind::Any {
                survey = refs::survey(document);
            }
            // The rules that ask for roles do not read words for people.
            if kind != ChangeKind::Prose {
                roles = Index::find_roles(document);
            }
        },
        || index = Some(Index::new(document, version)),
    );
    for problem in survey {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    let mut index = index.unwrap_or_else(|| Index::new(document, version));
    index.set_roles(roles);
    if let Some(parts) = &parts {
        let none = Evidence::default();
        index.mend_by(parts, options.policy.as_ref().map_or(&none, |policy| &policy.evidence));
    }
    contract.operations = index.operations.iter().filter(|operation| !operation.outgoing).count();
    run_problems(&problems, &mut hits);
    let memory = story.as_deref_mut().and_then(|story| Some((story.memory.take()?, story.change?)));
    let mut kept = memory.and_then(|(memory, change)| memory.keep(&index, change));
    let Outline { containers, scores, usage } =
        kept.as_mut().and_then(Kept::outline).unwrap_or_else(|| Outline::of(&mut index));
    let texts =
        Texts { all: policy::takes_single_hits(&index, options), alone: story.is_some(), profile: options.profile };
    let before = hits.len();
    let complete = run(&index, &containers, texts, kept, side_by_side, &mut hits);
    let by_rules = before..hits.len();
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
    let scores = scores.tally(&hits);
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
    if let Some(story) = story
        && complete
        && index.skipped_patterns().is_none()
    {
        let hits = hits.drain(by_rules).collect();
        let outline = Outline { containers, scores: scores.into_scores(), usage };
        story.memory = Some(Memory::new(&index, hits, outline, problems.is_empty()));
    }
    AuditReport { operations, ..report }
}

/// What follows from the shape of a contract alone: which operation or component each node lies in, what each schema
/// and response is worth, how often each component is used.
#[derive(Debug)]
pub(crate) struct Outline {
    containers: Containers,
    scores: Scores,
    usage: Usage,
}

impl Outline {
    fn of(index: &mut Index<'_>) -> Outline {
        let containers = Containers::new(index.document);
        let usage = Usage::new(index, &containers);
        Outline { containers, scores: Scores::new(index), usage }
    }
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

/// What is known before the rules run of which messages will be read.
#[derive(Clone, Copy)]
struct Texts {
    /// Those of every rule may be.
    all: bool,
    /// Those of rules that judge schemas alone: what is folded today may not be after an edit.
    alone: bool,
    /// The findings that are reported.
    profile: Profile,
}

impl Texts {
    fn of(self, rule: &Rule) -> Messages {
        match rule.check {
            _ if self.all => Messages::All,
            _ if !self.profile.reports(rule) => Messages::None,
            Check::SchemaAlone(_) if self.alone => Messages::All,
            _ => Messages::First,
        }
    }
}

/// Does two pieces of work, side by side where that was asked for.
fn both(side_by_side: Option<SideBySide>, mut one: impl FnMut() + Send, mut other: impl FnMut() + Send) {
    match side_by_side {
        Some(both) => both(&mut one, &mut other),
        None => {
            one();
            other();
        }
    }
}

/// Runs every rule over its role. True when nothing was left out.
fn run(
    index: &Index<'_>,
    containers: &Containers,
    texts: Texts,
    kept: Option<Kept>,
    side_by_side: Option<SideBySide>,
    hits: &mut Vec<Hit>,
) -> bool {
    let mut runs: Vec<Run> = RULES.iter().map(|rule| Run::new(rule, texts.of(rule))).collect();
    if let Some(kept) = &kept {
        runs.iter_mut().for_each(|run| run.kept = kept.keeps(run.rule));
    }
    let open: Vec<&Schema<'_>> = match &kept {
        Some(kept) => kept.open.iter().filter_map(|at| index.schemas.get(*at)).collect(),
        None => index.schemas.iter().collect(),
    };
    match side_by_side {
        // Rule by rule, as each thread is free.
        Some(_) => {
            let queue = Mutex::new(runs.iter_mut());
            let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let work = || {
                while let Some(run) = next() {
                    let run = std::slice::from_mut(run);
                    all_roles(run, index, containers, &open);
                }
            };
            both(side_by_side, work, work);
        }
        None => all_roles(&mut runs, index, containers, &open),
    }
    if let Some(kept) = kept {
        kept.give(&mut runs);
    }
    let complete = runs.iter().all(Run::complete);
    hits.reserve(runs.iter().map(|run| run.hits.len()).sum());
    for run in runs {
        let id = run.rule.id;
        run.finish(id, hits);
    }
    complete
}

/// Runs rules over all that they judge. The rules of a role take turns on a few nodes at a time.
fn all_roles<'a>(runs: &mut [Run], index: &Index<'a>, containers: &Containers, alone: &[&Schema<'a>]) {
    for run in runs.iter_mut() {
        if let Check::Contract(check) = run.rule.check {
            run.step(containers, 1, |sink| check(index, sink));
        }
    }
    turns(runs, containers, &index.schemes, |check| match check {
        Check::Scheme(check) => Some(move |one: &_, sink: &mut Sink<'_>| check(index, one, sink)),
        _ => None,
    });
    turns(runs, containers, &index.operations, |check| match check {
        Check::Operation(check) => Some(move |one: &_, sink: &mut Sink<'_>| check(index, one, sink)),
        _ => None,
    });
    turns(runs, containers, &index.parameters, |check| match check {
        Check::Parameter(check) => Some(move |one: &_, sink: &mut Sink<'_>| check(index, one, sink)),
        _ => None,
    });
    turns(runs, containers, &index.responses, |check| match check {
        Check::Response(check) => Some(move |one: &_, sink: &mut Sink<'_>| check(index, one, sink)),
        _ => None,
    });
    turns(runs, containers, &index.schemas, |check| match check {
        Check::Schema(check) => Some(move |one: &_, sink: &mut Sink<'_>| check(index, one, sink)),
        _ => None,
    });
    turns(runs, containers, alone, |check| match check {
        Check::SchemaAlone(check) => Some(move |one: &&Schema<'a>, sink: &mut Sink<'_>| {
            sink.run.schema = one.at as u32;
            check(index, one, sink);
        }),
        _ => None,
    });
}

/// What rules judge one by one, and the directions in which it goes.
trait Goes {
    /// To the API, and from it.
    fn goes(&self) -> (bool, bool) {
        (true, true)
    }

    /// Whether callers send it.
    fn callers_send(&self) -> bool {
        self.goes().0
    }
}

impl Goes for Scheme<'_> {}
impl Goes for Operation<'_> {}
impl Goes for Response<'_> {}

impl Goes for Parameter<'_> {
    fn goes(&self) -> (bool, bool) {
        (!self.response, self.response)
    }
}

impl Goes for Schema<'_> {
    fn goes(&self) -> (bool, bool) {
        (self.request, self.response)
    }

    fn callers_send(&self) -> bool {
        self.request && !help::read_only(self.node)
    }
}

impl<T: Goes> Goes for &T {
    fn goes(&self) -> (bool, bool) {
        T::goes(self)
    }

    fn callers_send(&self) -> bool {
        T::callers_send(self)
    }
}

/// The turns of the rules of one role.
fn turns<T: Goes, F: Fn(&T, &mut Sink<'_>)>(
    runs: &mut [Run],
    containers: &Containers,
    all: &[T],
    of: impl Fn(&'static Check) -> Option<F>,
) {
    let mut checks: Vec<(&mut Run, F)> =
        runs.iter_mut().filter_map(|run| of(&run.rule.check).map(|check| (run, check))).collect();
    for chunk in all.chunks(CHUNK) {
        for (run, check) in &mut checks {
            let direction = run.rule.direction;
            run.step(containers, chunk.len() as u64, |sink| {
                for one in chunk {
                    sink.going(direction, one, |sink| check(one, sink));
                }
            });
        }
    }
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
