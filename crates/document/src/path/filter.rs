//! What a filter says of a node.

use super::{Step, place};
use crate::tree::{Kind, NodeRef};
use palisade_limits::Pattern;
use std::cmp::Ordering;

/// A condition. How deep it nests is bounded when it is read.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    Or(Vec<Expression>),
    And(Vec<Expression>),
    Not(Box<Expression>),
    Bare(Operand),
    Compare(Operand, Comparison, Operand),
    Match { operand: Operand, pattern: Pattern },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone)]
pub(super) enum Operand {
    /// The node, or what steps lead to from it.
    Node(Vec<Inner>),
    /// How long that is: characters, items or members.
    Length(Box<Operand>),
    Property,
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
}

#[derive(Debug, Clone)]
pub(super) enum Inner {
    Name(String),
    Place(i64),
}

/// What an operand comes to.
enum Value<'v> {
    Nothing,
    Null,
    Bool(bool),
    Number(f64),
    Text(&'v str),
    /// A place as key: equal to the number and to its text.
    Place(usize),
    Structure(NodeRef<'v>),
}

impl Expression {
    pub(super) fn holds(&self, node: NodeRef<'_>, step: Step<'_>) -> bool {
        match self {
            Expression::Or(any) => any.iter().any(|one| one.holds(node, step)),
            Expression::And(all) => all.iter().all(|one| one.holds(node, step)),
            Expression::Not(inner) => !inner.holds(node, step),
            Expression::Bare(operand) => {
                !matches!(operand.value(node, step), Value::Nothing | Value::Null | Value::Bool(false))
            }
            Expression::Compare(left, comparison, right) => {
                compare(&left.value(node, step), *comparison, &right.value(node, step))
            }
            Expression::Match { operand, pattern } => match operand.value(node, step) {
                Value::Text(text) => pattern.is_match(text).unwrap_or(false),
                Value::Place(place) => pattern.is_match(&place.to_string()).unwrap_or(false),
                _ => false,
            },
        }
    }
}

impl Operand {
    fn value<'v>(&'v self, node: NodeRef<'v>, step: Step<'v>) -> Value<'v> {
        match self {
            Operand::Null => Value::Null,
            Operand::Bool(value) => Value::Bool(*value),
            Operand::Number(value) => Value::Number(*value),
            Operand::Text(text) => Value::Text(text),
            Operand::Property => match step {
                Step::Start => Value::Nothing,
                Step::Key(key) => Value::Text(key),
                Step::Place(place) => Value::Place(place),
            },
            Operand::Length(inner) => match inner.value(node, step) {
                Value::Text(text) => Value::Number(text.chars().count() as f64),
                Value::Structure(node) => Value::Number(node.len() as f64),
                _ => Value::Nothing,
            },
            Operand::Node(steps) => match inside(node, steps) {
                None => Value::Nothing,
                Some(node) => match node.kind() {
                    Kind::Null => Value::Null,
                    Kind::Bool => Value::Bool(node.as_bool() == Some(true)),
                    Kind::Number => node.as_f64().map_or(Value::Nothing, Value::Number),
                    Kind::String => Value::Text(node.scalar_text()),
                    Kind::Array | Kind::Object => Value::Structure(node),
                },
            },
        }
    }
}

fn inside<'a>(node: NodeRef<'a>, steps: &[Inner]) -> Option<NodeRef<'a>> {
    steps.iter().try_fold(node, |at, step| match step {
        Inner::Name(name) => at.get(name),
        Inner::Place(index) => at.items().nth(place(*index, at.len())?),
    })
}

fn compare(left: &Value<'_>, comparison: Comparison, right: &Value<'_>) -> bool {
    let order = order(left, right);
    match comparison {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::Unequal => order != Some(Ordering::Equal),
        Comparison::Less => ordered(left, right) && order == Some(Ordering::Less),
        Comparison::Greater => ordered(left, right) && order == Some(Ordering::Greater),
        Comparison::LessOrEqual => ordered(left, right) && order.is_some_and(Ordering::is_le),
        Comparison::GreaterOrEqual => ordered(left, right) && order.is_some_and(Ordering::is_ge),
    }
}

/// Whether more and less mean anything.
fn ordered(left: &Value<'_>, right: &Value<'_>) -> bool {
    let number = |value: &Value<'_>| matches!(value, Value::Number(_) | Value::Place(_));
    matches!((left, right), (Value::Text(_), Value::Text(_))) || (number(left) && number(right))
}

fn order(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Nothing, Value::Nothing) | (Value::Null, Value::Null) => Some(Ordering::Equal),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Place(a), Value::Place(b)) => Some(a.cmp(b)),
        (Value::Place(a), Value::Number(b)) => (*a as f64).partial_cmp(b),
        (Value::Number(a), Value::Place(b)) => a.partial_cmp(&(*b as f64)),
        (Value::Place(a), Value::Text(b)) => Some(a.to_string().as_str().cmp(*b)),
        (Value::Text(a), Value::Place(b)) => Some((*a).cmp(b.to_string().as_str())),
        (Value::Structure(a), Value::Structure(b)) => (a.id() == b.id()).then_some(Ordering::Equal),
        _ => None,
    }
}
