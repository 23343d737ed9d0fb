//! Runs the rules and joins what they say.

use crate::index::{Index, Version};
use crate::report::{AuditReport, ContractInfo, Options, Score, State};
use crate::rule::{Check, Part, Rule};
use crate::rules::RULES;
use crate::score::{Scores, Tally};
use palisade_document::{Builder, Document, NodeId, NodeRef, Problem, Span, refs};
use palisade_finding::{Edit, Finding, Fix, Severity, Summary, fingerprint};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Findings of one rule in one operation or component above this number are folded into one.
const FOLD_ABOVE: usize = 3;
/// Places one rule may report; what is beyond is counted in the last finding.
const MAX_HITS: usize = 20_000;

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
pub(crate) struct Hit {
    pub(crate) rule: &'static Rule,
    /// The node, where the place is one.
    pub(crate) node: Option<NodeId>,
    pub(crate) pointer: Option<String>,
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) value: String,
    pub(crate) evidence: Option<String>,
    pub(crate) operation: Option<String>,
    pub(crate) applies: Applies,
}

/// Where a rule reports.
pub(crate) struct Sink<'s> {
    rule: &'static Rule,
    hits: &'s mut Vec<Hit>,
    room: usize,
}

impl Sink<'_> {
    /// A finding at a node.
    pub(crate) fn at(&mut self, node: NodeRef<'_>, message: String, applies: Applies) -> Option<&mut Hit> {
        self.push(node, node.span(), message, applies)
    }

    /// A finding at the key under which a node stands.
    pub(crate) fn at_key(&mut self, node: NodeRef<'_>, message: String, applies: Applies) -> Option<&mut Hit> {
        let span = if node.key_span().end > 0 { node.key_span() } else { node.span() };
        self.push(node, span, message, applies)
    }

    fn push(&mut self, node: NodeRef<'_>, span: Span, message: String, applies: Applies) -> Option<&mut Hit> {
        if self.room == 0 {
            return None;
        }
        self.room -= 1;
        self.hits.push(Hit {
            rule: self.rule,
            node: Some(node.id()),
            pointer: Some(node.pointer()),
            span,
            message,
            value: String::new(),
            evidence: None,
            operation: None,
            applies,
        });
        self.hits.last_mut()
    }
}

impl Hit {
    /// Names the operation.
    pub(crate) fn operation(&mut self, label: String) -> &mut Self {
        self.operation = Some(label);
        self
    }

    /// Shows what was seen. The caller redacts.
    pub(crate) fn evidence(&mut self, text: impl Into<String>) -> &mut Self {
        self.evidence = Some(text.into());
        self
    }

    /// Tells findings of one rule at one place apart.
    pub(crate) fn value(&mut self, text: impl Into<String>) -> &mut Self {
        self.value = text.into();
        self
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
        return finish(contract, State::StructureInvalid, Score::default(), document, hits, None, None, options);
    };
    for problem in refs::survey(document) {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    let mut index = Index::new(document, version);
    contract.operations = index.operations.iter().filter(|operation| !operation.outgoing).count();
    run_problems(&problems, &mut hits);
    for rule in RULES {
        run(rule, &index, &mut hits);
    }
    if let Some((node, count)) = index.skipped_patterns() {
        let message = format!("{count} patterns are too many or too long and are not assessed");
        let problem = Problem::new(document, "limit-exceeded", Severity::High, node.span(), message);
        run_problems(&[problem.at_pointer(node.pointer())], &mut hits);
    }
    let scores = Scores::new(&mut index).tally(&hits);
    let score = if broken { Score::default() } else { scores.score(&[]) };
    let state = if broken {
        State::StructureInvalid
    } else if hits.iter().any(|hit| hit.rule.invalid) {
        State::SemanticInvalid
    } else {
        State::Valid
    };
    finish(contract, state, score, document, hits, (!broken).then_some(&scores), Some(&index), options)
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
        hits.push(Hit {
            rule,
            node: None,
            pointer: problem.pointer.clone(),
            span: problem.span,
            message: problem.message.clone(),
            value: problem.code.to_owned(),
            evidence: None,
            operation: None,
            applies: Applies::Nothing,
        });
    }
}

/// Runs one rule over its role. A rule that panics loses its own findings and is reported, nothing else.
fn run(rule: &'static Rule, index: &Index<'_>, hits: &mut Vec<Hit>) {
    let before = hits.len();
    let done = catch_unwind(AssertUnwindSafe(|| {
        let mut sink = Sink { rule, hits, room: MAX_HITS };
        match rule.check {
            Check::Contract(check) => check(index, &mut sink),
            Check::Operation(check) => index.operations.iter().for_each(|one| check(index, one, &mut sink)),
            Check::Parameter(check) => index.parameters.iter().for_each(|one| check(index, one, &mut sink)),
            Check::Response(check) => index.responses.iter().for_each(|one| check(index, one, &mut sink)),
            Check::Schema(check) => index.schemas.iter().for_each(|one| check(index, one, &mut sink)),
            Check::Scheme(check) => index.schemes.iter().for_each(|one| check(index, one, &mut sink)),
            Check::Problem(_) => {}
        }
    }));
    if done.is_err() {
        hits.truncate(before);
        hits.push(Hit {
            rule: &crate::rules::structure::rule_failed::RULE,
            node: None,
            pointer: Some(String::new()),
            span: Span::default(),
            message: format!("rule {} failed on this contract; its findings are not assessed", rule.id),
            value: rule.id.to_owned(),
            evidence: None,
            operation: None,
            applies: Applies::Nothing,
        });
    }
}

/// Folds, places and sorts the hits.
#[expect(clippy::too_many_arguments, reason = "the last step joins everything the steps before it gave")]
fn finish(
    contract: ContractInfo,
    state: State,
    score: Score,
    document: &Document,
    hits: Vec<Hit>,
    scores: Option<&Tally>,
    index: Option<&Index<'_>>,
    options: &Options,
) -> AuditReport {
    let mut groups: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (at, hit) in hits.iter().enumerate() {
        let place = hit.pointer.as_deref().map_or("", Index::container);
        groups.entry((hit.rule.id, place)).or_default().push(at);
    }
    let mut folded: Vec<Vec<usize>> = Vec::new();
    for group in groups.into_values() {
        let same = group.iter().filter_map(|at| hits.get(*at)).all(|hit| !matches!(hit.rule.check, Check::Problem(_)));
        if group.len() > FOLD_ABOVE && same {
            folded.push(group);
        } else {
            folded.extend(group.into_iter().map(|at| vec![at]));
        }
    }
    let mut findings: Vec<(u32, Finding)> = Vec::new();
    for mut group in folded {
        group.sort_by_key(|at| hits.get(*at).map(|hit| hit.span.start));
        let Some(hit) = group.first().and_then(|at| hits.get(*at)) else { continue };
        let loss = scores.map(|scores| {
            let without: Vec<&Hit> = group.iter().filter_map(|at| hits.get(*at)).collect();
            let gain = scores.score(&without).total - score.total;
            (gain * 100.0).round() / 100.0
        });
        let more = group.len() - 1;
        let message = if more == 0 {
            hit.message.clone()
        } else {
            format!("{}, and {more} more like it here", hit.message.trim_end_matches('.'))
        };
        let mut finding = finding(hit, message, group.len(), loss, document);
        if let (true, Some(index)) = (options.fixes, index) {
            finding.fixes = group.iter().filter_map(|at| hits.get(*at)).filter_map(|hit| fix(hit, index)).collect();
        }
        findings.push((hit.span.start, finding));
    }
    findings.retain(|(_, finding)| options.profile.reports(finding));
    findings.sort_by(|(a_at, a), (b_at, b)| {
        (b.severity, a_at, &a.rule, &a.pointer, &a.message).cmp(&(a.severity, b_at, &b.rule, &b.pointer, &b.message))
    });
    let findings: Vec<Finding> = findings.into_iter().map(|(_, finding)| finding).collect();
    let summary = Summary::of(&findings);
    AuditReport { contract, state, score, findings, summary }
}

/// The text edit that mends one place, where its rule knows one.
fn fix(hit: &Hit, index: &Index<'_>) -> Option<Fix> {
    let mend = hit.rule.mend?;
    let document = index.document;
    let node = match hit.node {
        Some(id) => document.node(id),
        None => document.root().at_pointer(hit.pointer.as_deref()?)?,
    };
    let mended = catch_unwind(AssertUnwindSafe(|| mend(index, node))).ok()??;
    let place = |offset| {
        let position = document.position(offset);
        (position.line, position.column)
    };
    let edits = mended.edits.into_iter().map(|(span, text)| Edit {
        file: document.name().to_owned(),
        start: span.start,
        end: span.end,
        from: place(span.start),
        to: place(span.end),
        text,
    });
    Some(Fix { what: mended.what, safety: mended.safety, edits: edits.collect() })
}

fn finding(hit: &Hit, message: String, count: usize, loss: Option<f64>, document: &Document) -> Finding {
    let rule = hit.rule;
    let position = document.position(hit.span.start);
    let list = |items: &'static [&'static str]| items.iter().map(|item| Cow::Borrowed(*item)).collect();
    let place = match &hit.pointer {
        // A folded finding keeps its identity while single places in it come and go.
        Some(pointer) if count > 1 => Index::container(pointer).to_owned(),
        Some(pointer) => pointer.clone(),
        None => format!("{}:{}", position.line, position.column),
    };
    Finding {
        rule: Cow::Borrowed(rule.id),
        name: Cow::Borrowed(rule.name),
        severity: rule.severity,
        category: Cow::Borrowed(rule.category),
        message,
        file: Some(document.name().to_owned()),
        pointer: hit.pointer.clone(),
        line: Some(position.line),
        column: Some(position.column),
        operation: hit.operation.clone().or_else(|| operation_of(hit.pointer.as_deref())),
        evidence: hit.evidence.clone(),
        fix: Some(rule.fix.to_owned()),
        loss: loss.filter(|_| rule.part != Part::None).or_else(|| loss.map(|_| 0.0)),
        count: count as u64,
        fingerprint: fingerprint(rule.id, &place, if count > 1 { "*" } else { &hit.value }),
        owasp: list(rule.owasp),
        cwe: list(rule.cwe),
        attack: Vec::new(),
        aliases: list(rule.aliases),
        related: Vec::new(),
        fixes: Vec::new(),
    }
}

/// The operation a pointer below `/paths` lies in.
fn operation_of(pointer: Option<&str>) -> Option<String> {
    let mut steps = pointer?.strip_prefix("/paths/")?.split('/');
    let path = steps.next()?.replace("~1", "/").replace("~0", "~");
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
    let hit = Hit {
        rule: &crate::rules::structure::unreadable_document::RULE,
        node: None,
        pointer: None,
        span: Span::default(),
        message: format!("cannot read the contract: {reason}"),
        value: String::new(),
        evidence: None,
        operation: None,
        applies: Applies::Nothing,
    };
    finish(contract, State::StructureInvalid, Score::default(), &document, vec![hit], None, None, &Options::default())
}
