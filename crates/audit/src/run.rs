//! Rules on their way over a contract.

use crate::engine::Containers;
use crate::hit::{Applies, Hit, Message, NO_SCHEMA, Sentence};
use crate::index::{Index, Operation, Parameter, Response, Schema, Scheme};
use crate::join::FOLD_ABOVE;
use crate::report::{Profile, SideBySide};
use crate::reuse::Kept;
use crate::rule::{Check, Direction, Rule};
use crate::rules::{RULES, help};
use palisade_document::{NodeMap, NodeRef, Span};
use palisade_finding::Severity;
use palisade_limits::Stop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

/// Places one rule may report; a finding says how many there are beyond.
const MAX_HITS: usize = 200_000;
/// Work of one rule: each node of its role is one unit, and a rule counts by [`Sink::spend`] what grows faster.
const MAX_WORK: u64 = 50_000_000;
/// Nodes of one role that a rule judges before the next rule takes its turn: few enough to stay in the cache.
const CHUNK: usize = 128;

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
            message: if shown { message.text().into() } else { Sentence::from("") },
            applies,
            schema: self.run.schema,
            more: None,
        });
        self.run.hits.last_mut()
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

/// What is known before the rules run of which messages will be read.
#[derive(Clone, Copy)]
pub(crate) struct Texts {
    /// Those of every rule may be.
    pub(crate) all: bool,
    /// Those of rules that judge schemas alone: what is folded today may not be after an edit.
    pub(crate) alone: bool,
    /// The findings that are reported.
    pub(crate) profile: Profile,
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
pub(crate) fn both(side_by_side: Option<SideBySide>, mut one: impl FnMut() + Send, mut other: impl FnMut() + Send) {
    match side_by_side {
        Some(both) => both(&mut one, &mut other),
        None => {
            one();
            other();
        }
    }
}

/// Runs every rule over its role.
pub(crate) fn run(
    index: &Index<'_>,
    containers: &Containers,
    texts: Texts,
    kept: Option<Kept>,
    side_by_side: Option<SideBySide>,
    stop: &Stop,
) -> Vec<Run> {
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
                    all_roles(run, index, containers, &open, stop);
                }
            };
            both(side_by_side, work, work);
        }
        None => all_roles(&mut runs, index, containers, &open, stop),
    }
    if let Some(kept) = kept {
        kept.give(&mut runs);
    }
    runs
}

/// Adds what the rules found. True when nothing was left out.
pub(crate) fn collect(mut runs: Vec<Run>, hits: &mut Vec<Hit>) -> bool {
    // What is no longer needed makes room before the list of all is made.
    runs.iter_mut().for_each(|run| run.groups = NodeMap::default());
    let complete = runs.iter().all(Run::complete);
    hits.reserve_exact(runs.iter().map(|run| run.hits.len()).sum());
    for run in runs {
        let id = run.rule.id;
        run.finish(id, hits);
    }
    complete
}

/// Runs rules over all that they judge. The rules of a role take turns on a few nodes at a time.
fn all_roles<'a>(runs: &mut [Run], index: &Index<'a>, containers: &Containers, alone: &[&Schema<'a>], stop: &Stop) {
    for run in runs.iter_mut() {
        if stop.is_stopped() {
            return;
        }
        if let Check::Contract(check) = run.rule.check {
            run.step(containers, 1, |sink| check(index, sink));
        }
    }
    turns(runs, containers, stop, &index.schemes, |check| match check {
        Check::Scheme(check) => Some(move |one: &_, sink: &mut Sink<'_>| check(index, one, sink)),
        _ => None,
    });
    turns(runs, containers, stop, &index.operations, |check| match check {
        Check::Operation(check) => Some(move |one: &_, sink: &mut Sink<'_>| check(index, one, sink)),
        _ => None,
    });
    turns(runs, containers, stop, &index.parameters, |check| match check {
        Check::Parameter(check) => Some(move |one: &_, sink: &mut Sink<'_>| check(index, one, sink)),
        _ => None,
    });
    turns(runs, containers, stop, &index.responses, |check| match check {
        Check::Response(check) => Some(move |one: &_, sink: &mut Sink<'_>| check(index, one, sink)),
        _ => None,
    });
    turns(runs, containers, stop, &index.schemas, |check| match check {
        Check::Schema(check) => Some(move |one: &_, sink: &mut Sink<'_>| check(index, one, sink)),
        _ => None,
    });
    turns(runs, containers, stop, alone, |check| match check {
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
    stop: &Stop,
    all: &[T],
    of: impl Fn(&'static Check) -> Option<F>,
) {
    let mut checks: Vec<(&mut Run, F)> =
        runs.iter_mut().filter_map(|run| of(&run.rule.check).map(|check| (run, check))).collect();
    for chunk in all.chunks(CHUNK) {
        if stop.is_stopped() {
            return;
        }
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
