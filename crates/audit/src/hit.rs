//! One place where a rule fired.

use crate::join::operation_of;
use crate::policy::{Mark, Silence};
use crate::rule::Rule;
use palisade_document::{Document, NodeId, NodeRef, Span};
use palisade_finding::Severity;
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

/// No schema was judged alone.
pub(crate) const NO_SCHEMA: u32 = u32::MAX;

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
    pub(crate) severity: Option<Severity>,
    /// Empty when the hit is certain to be folded behind another one.
    pub(crate) message: Sentence,
    pub(crate) applies: Applies,
    /// The number of the schema that was judged, where one was judged alone.
    pub(crate) schema: u32,
    pub(crate) more: Option<Box<More>>,
}

/// The sentence of a hit. It can be taken out when the finding is built: there are many of them.
pub(crate) struct Sentence(Cell<Box<str>>);

impl Sentence {
    /// Takes it out.
    pub(crate) fn take(&self) -> Box<str> {
        self.0.take()
    }

    /// A copy of it.
    pub(crate) fn copy(&self) -> Box<str> {
        let text = self.0.take();
        self.0.set(text.clone());
        text
    }
}

impl From<&str> for Sentence {
    fn from(text: &str) -> Self {
        Sentence(Cell::new(text.into()))
    }
}

impl From<String> for Sentence {
    fn from(text: String) -> Self {
        Sentence(Cell::new(text.into_boxed_str()))
    }
}

impl fmt::Debug for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.copy().fmt(f)
    }
}

/// What few hits have.
#[derive(Debug, Default)]
pub(crate) struct More {
    pointer: Option<String>,
    value: String,
    evidence: Option<String>,
    operation: Option<Arc<str>>,
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
    pub(crate) fn label(&self, pointer: Option<&str>) -> Option<Arc<str>> {
        self.more.as_ref().and_then(|more| more.operation.clone()).or_else(|| operation_of(pointer).map(Arc::from))
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
    pub(crate) fn operation(&mut self, label: Arc<str>) -> &mut Self {
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
