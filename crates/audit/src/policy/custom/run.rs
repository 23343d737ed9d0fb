//! Running rules of the configuration over a contract.

use super::function::{Failure, Target, referenced};
use super::{Assert, Condition, Custom, Field, Role, Select};
use crate::engine::Containers;
use crate::hit::{Applies, Hit};
use crate::index::Index;
use crate::policy::Policy;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::{Messages, Run, Sink};
use palisade_document::path::{Selected, Step};
use palisade_document::{NodeId, NodeRef, quote};
use palisade_finding::{Finding, Severity};
use palisade_limits::Steps;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashSet;

/// Nodes one rule may look at.
const STEPS: u64 = 20_000_000;

/// What hits of such rules carry; [`dress`] puts the rule's own words in its place.
static CARRIER: Rule = Rule {
    id: "custom",
    name: "custom",
    severity: Severity::Low,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "custom",
    part: Part::None,
    invalid: false,
    owasp: &[],
    cwe: &[],
    aliases: &[],
    what: "A rule of the configuration.",
    why: "The configuration says so.",
    fix: "",
    bad: "",
    good: "",
    references: &[],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(|_, _| {}),
};

/// Puts a rule's own words into a finding.
pub(crate) fn dress(rule: &Custom, finding: &mut Finding) {
    finding.rule = Cow::Owned(rule.id.clone());
    finding.name = Cow::Owned(rule.name.clone());
    finding.severity = rule.severity;
    finding.category = Cow::Owned(rule.category.clone());
    finding.fix = rule.fix.clone().map(Cow::Owned);
}

/// Runs every rule. One that fails loses its own findings and is reported.
pub(in crate::policy) fn run_all(policy: &Policy, index: &Index<'_>, containers: &Containers, hits: &mut Vec<Hit>) {
    let known = OnceCell::new();
    for (at, rule) in policy.custom.iter().enumerate() {
        if !rule.versions.is_empty() && !rule.versions.contains(&index.version) {
            continue;
        }
        let mut steps = Steps::new(STEPS);
        let mut whole = true;
        let mut run = Run::new(&CARRIER, Messages::All);
        run.step(containers, 0, |sink| whole = one(rule, at as u32, index, &mut steps, &known, sink));
        run.finish(&rule.id, hits);
        if !whole {
            let message =
                format!("rule {} takes more than {STEPS} steps; what it did not reach is not assessed", rule.id);
            let failed = &crate::rules::structure::rule_failed::RULE;
            hits.push(Hit::unplaced(failed, Some(String::new()), Default::default(), &message, &rule.id));
        }
    }
}

/// A place to judge, and the operation or other thing of the contract it is.
struct Place<'a> {
    node: NodeRef<'a>,
    key: Option<Cow<'a, str>>,
    /// The path ends in `~`.
    key_only: bool,
}

/// False when the budget was used up.
fn one<'a>(
    rule: &Custom,
    at: u32,
    index: &Index<'a>,
    steps: &mut Steps,
    known: &OnceCell<HashSet<NodeId>>,
    sink: &mut Sink<'_>,
) -> bool {
    let mut whole = true;
    let mut places: Vec<Place<'a>> = Vec::new();
    match &rule.select {
        Select::Paths(paths) => {
            let mut seen = HashSet::new();
            for path in paths {
                let (found, exhausted) = path.select(index.root(), steps);
                whole &= exhausted.is_none();
                places.extend(found.into_iter().filter(|one| seen.insert((one.node.id(), one.key))).map(Place::of));
            }
        }
        Select::Role { role, conditions } => places = by_role(*role, conditions, index),
    }
    let uses = |id: NodeId| known.get_or_init(|| referenced(index.document)).contains(&id);
    for place in &places {
        for assert in &rule.asserts {
            if !steps.take(1) {
                return false;
            }
            for (target, at_node) in targets(place, assert, steps) {
                for failure in assert.function.judge(target, &uses) {
                    report(rule, at, place, assert, (target, at_node), failure, sink);
                }
            }
        }
    }
    whole
}

impl<'a> Place<'a> {
    fn of(found: Selected<'a>) -> Place<'a> {
        let key = match found.step {
            Step::Start => None,
            Step::Key(key) => Some(Cow::Borrowed(key)),
            Step::Place(place) => Some(Cow::Owned(place.to_string())),
        };
        Place { node: found.node, key, key_only: found.key }
    }

    fn at(node: NodeRef<'a>, key: &'a str) -> Place<'a> {
        Place { node, key: Some(Cow::Borrowed(key)), key_only: false }
    }
}

/// What an assertion judges at a place, and the node its finding points at.
fn targets<'p, 'a>(place: &'p Place<'a>, assert: &Assert, steps: &mut Steps) -> Vec<(Target<'p>, NodeRef<'p>)>
where
    'a: 'p,
{
    let node: NodeRef<'p> = place.node;
    match &assert.field {
        Field::Itself if place.key_only => vec![(Target::Key(place.key.as_deref().unwrap_or_default()), node)],
        Field::Itself => vec![(Target::Value(Some(node)), node)],
        Field::Key => vec![(Target::Key(place.key.as_deref().unwrap_or_default()), node)],
        Field::Member(name) => {
            let found = member(node, name);
            vec![(Target::Value(found), found.unwrap_or(node))]
        }
        Field::Path(path) => {
            let (found, _) = path.select(node, steps);
            if found.is_empty() {
                return vec![(Target::Value(None), node)];
            }
            found.into_iter().map(|one| (Target::Value(Some(one.node)), one.node)).collect()
        }
    }
}

/// A member by its name; else by names with points between them.
fn member<'a>(node: NodeRef<'a>, name: &str) -> Option<NodeRef<'a>> {
    node.get(name).or_else(|| {
        name.contains('.').then(|| {
            name.split('.').try_fold(node, |at, step| match at.is_array() {
                true => at.items().nth(step.parse().ok()?),
                false => at.get(step),
            })
        })?
    })
}

fn report<'p>(
    rule: &Custom,
    at: u32,
    place: &'p Place<'_>,
    assert: &Assert,
    (target, at_node): (Target<'p>, NodeRef<'p>),
    failure: Failure<'p>,
    sink: &mut Sink<'_>,
) {
    let node = failure.at.unwrap_or(at_node);
    let property = match &assert.field {
        Field::Member(name) => name.clone(),
        _ => node.key().or(place.key.as_deref()).unwrap_or_default().to_owned(),
    };
    let plain = |text: &str| quote(text).trim_matches('"').to_owned();
    let shown = plain(&property);
    let message = match &rule.message {
        None => {
            let subject = if shown.is_empty() { String::new() } else { format!("{shown}: ") };
            format!("{subject}{}", failure.error)
        }
        Some(template) => {
            let value = match target {
                Target::Key(key) => plain(key),
                Target::Value(Some(node)) if !node.is_object() && !node.is_array() => plain(node.scalar_text()),
                Target::Value(_) => String::new(),
            };
            filled(template, &shown, &failure.error, &value, &rule.what, node)
        }
    };
    let on_key = matches!(target, Target::Key(_)) || node.is_object() || node.is_array();
    let hit = match on_key {
        true => sink.at_key(node, message, Applies::Nothing),
        false => sink.at(node, message, Applies::Nothing),
    };
    if let Some(hit) = hit {
        hit.mark_mut().custom = Some(at);
        hit.value(property);
    }
}

/// A message with its words put in: `{{property}}`, `{{error}}`, `{{path}}`, `{{value}}`, `{{description}}`.
fn filled(template: &str, property: &str, error: &str, value: &str, what: &str, node: NodeRef<'_>) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((word, behind)) = after.split_once("}}") else { break };
        out.push_str(before);
        match word.trim() {
            "property" => out.push_str(property),
            "error" => out.push_str(error),
            "value" => out.push_str(value),
            "description" => out.push_str(what),
            "path" => out.push_str(&node.pointer()),
            other => {
                out.push_str("{{");
                out.push_str(other);
                out.push_str("}}");
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// The places of a role that meet every condition.
fn by_role<'a>(role: Role, conditions: &[Condition], index: &Index<'a>) -> Vec<Place<'a>> {
    let word = |flag: bool| Cow::Borrowed(if flag { "true" } else { "false" });
    let mut found = Vec::new();
    let mut offer = |node: NodeRef<'a>, key: &'a str, own: &dyn Fn(&str) -> Option<Cow<'a, str>>| {
        if conditions.iter().all(|condition| condition.holds(node, own)) {
            found.push(Place::at(node, key));
        }
    };
    match role {
        Role::Contract => offer(index.root(), "", &|_| None),
        Role::Path => {
            for (path, node) in &index.items {
                offer(*node, path, &|key| (key == "path").then_some(Cow::Borrowed(*path)));
            }
        }
        Role::Operation => {
            for operation in &index.operations {
                let own = |key: &str| match key {
                    "method" => Some(Cow::Owned(operation.method.to_string())),
                    "path" => Some(Cow::Borrowed(operation.path)),
                    "secured" => Some(word(operation.secured())),
                    "outgoing" => Some(word(operation.outgoing)),
                    _ => None,
                };
                offer(operation.node, operation.node.key().unwrap_or_default(), &own);
            }
        }
        Role::Parameter | Role::Header => {
            let header = role == Role::Header;
            for parameter in index.parameters.iter().filter(|parameter| parameter.response == header) {
                let own = |key: &str| match key {
                    "in" => Some(Cow::Borrowed(parameter.place)),
                    "name" => Some(Cow::Borrowed(parameter.name)),
                    _ => None,
                };
                offer(parameter.node, parameter.name, &own);
            }
        }
        Role::Response => {
            for response in &index.responses {
                let own = |key: &str| (key == "status").then_some(Cow::Borrowed(response.status));
                offer(response.node, response.status, &own);
            }
        }
        Role::Schema => {
            for schema in &index.schemas {
                let own = |key: &str| match key {
                    "request" => Some(word(schema.request)),
                    "response" => Some(word(schema.response)),
                    "property" => schema.property.map(Cow::Borrowed),
                    _ => None,
                };
                offer(schema.node, schema.node.key().unwrap_or_default(), &own);
            }
        }
        Role::Scheme => {
            for scheme in &index.schemes {
                offer(scheme.node, scheme.name, &|key| (key == "name").then_some(Cow::Borrowed(scheme.name)));
            }
        }
    }
    found
}

impl Condition {
    fn holds<'a>(&self, node: NodeRef<'a>, own: &dyn Fn(&str) -> Option<Cow<'a, str>>) -> bool {
        let meant = |text: &str| self.values.iter().any(|value| value.matches(text));
        if let Some(text) = own(&self.key) {
            return meant(&text);
        }
        match member(node, &self.key) {
            None => self.values.is_empty(),
            Some(value) if value.is_array() => value.items().any(|item| meant(item.scalar_text())),
            Some(value) => meant(value.scalar_text()),
        }
    }
}
