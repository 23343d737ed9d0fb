//! Runs the rules and joins what they say.

use crate::hit::Hit;
use crate::index::{Index, Version};
use crate::join::{Judged, finish};
use crate::places::Places;
use crate::policy::{self, Evidence, Notes, settle};
use crate::report::{AuditReport, ContractInfo, Options, Score, State};
use crate::reuse::{Kept, Memory};
use crate::rule::Check;
use crate::rules::RULES;
use crate::run::{Texts, both, collect, run};
use crate::score::Scores;
use crate::usage::Usage;
use palisade_document::edit::Parts;
use palisade_document::{Builder, Change, ChangeKind, Document, NodeId, NodeRef, Problem, Span, refs};
use palisade_finding::Severity;
use std::sync::Arc;

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
        path: document.name().to_owned(),
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
    let runs = run(&index, &containers, texts, kept, side_by_side, &options.stop);
    if options.stop.is_stopped() {
        let (notes, score) = (Notes::default(), Score::default());
        return finish(contract, State::StructureInvalid, score, document, &[], None, notes, options);
    }
    let skipped_patterns = index.skipped_patterns();
    let several = document.files().nth(1).is_some();
    let placed = options.related || several;
    // Whether findings are placed by the operations alone. What is not needed makes room for what was found.
    let forgets = story.is_none() && !placed && !options.fixes && !options.operations;
    if forgets && !texts.all {
        index.forget_parts();
    } else if options.policy.is_none() && !options.fixes {
        index.make_room();
    }
    let complete = collect(runs, &mut hits);
    let by_rules = before..hits.len();
    if let Some((node, count)) = skipped_patterns {
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
    let places = placed.then(|| Places::new(&index));
    let shown = (!broken).then_some(&scores);
    if forgets && texts.all {
        index.forget_parts();
    }
    let judged = Judged {
        usage: &usage,
        index: &index,
        containers: &containers,
        places: places.as_ref(),
        scores: shown,
        hits_stay: story.is_some(),
    };
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
        && skipped_patterns.is_none()
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
