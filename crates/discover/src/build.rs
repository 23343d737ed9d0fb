//! From the induced tree to the inventory.

use crate::bounded::{Distinct, Named};
use crate::discovery::{Discovery, Host, denies};
use crate::induce::{Tree, Variable};
use crate::inventory::{Authenticated, Evidence, Inventory, Learned, Noise, OperationView, ParameterView, Place, Site};
use crate::naming;
use crate::operation::{CALLERS, Operation, Parameter};
use crate::overrides::Overrides;
use crate::schema;
use crate::sensitive::sensitive;
use crate::spread;
use crate::trie::{ending, extension, matrix_names, stem};
use palisade_sensitive::Rules;
use std::collections::{BTreeMap, BTreeSet};

/// Successful exchanges from which on an operation counts as known.
const NEEDED: u64 = 20;
/// From so many places refused with one status, this status proves nothing.
const BLANKET: usize = 20;
/// Refusals that show a place exists, from so many on.
const INSISTENT: u64 = 3;

impl Discovery {
    /// The inventory: templates, parameters, figures. Pure: the same state and overrides give the same.
    pub fn induce(&self, overrides: &Overrides) -> Inventory {
        let mut inventory = Inventory { operations: Vec::new(), hosts: Vec::new(), exchanges: self.exchanges };
        let mut hosts: Vec<(&str, &Host)> = self.hosts.iter().map(|((_, name), host)| (&**name, host)).collect();
        hosts.sort_by_key(|(name, _)| *name);
        for (name, host) in hosts {
            let mut tree = self.tree(host, overrides);
            attach(&mut tree, host);
            let index = inventory.hosts.len();
            let mut place = Walk {
                host: name,
                index,
                several: self.hosts.len() > 1,
                operations: &mut inventory.operations,
                path: String::new(),
                variables: Vec::new(),
                literals: Vec::new(),
                matrix: Vec::new(),
                unclear: Vec::new(),
                overrides,
                rules: &self.settings.rules,
            };
            let tree = place.visit(tree);
            let schemes = host.schemes.keys().map(|scheme| scheme.to_string()).collect();
            inventory.hosts.push(Site { name: name.to_owned(), schemes, tree });
        }
        inventory
    }
}

/// Puts refused exchanges where their place exists; what is left stays as unproven literal places, unless
/// the refusals themselves show that something is there.
fn attach(tree: &mut Tree, host: &Host) {
    let mut blanket: BTreeMap<u16, usize> = BTreeMap::new();
    let mut left: Vec<(&Named, &BTreeMap<Box<str>, Operation>)> = Vec::new();
    let mut callers = Distinct::<CALLERS>::default();
    count_callers(tree, &mut callers);
    // What is refused to one of many callers may be what a scanner tries.
    let alone = callers.estimate() >= spread::MANY;
    for (pattern, methods) in host.refused() {
        if !place(tree, &pattern.1, methods) {
            left.push((pattern, methods));
            let statuses: BTreeSet<u16> =
                methods.values().flat_map(|operation| operation.answers.keys().copied()).collect();
            for status in statuses {
                *blanket.entry(status).or_default() += 1;
            }
        }
    }
    left.sort_by_key(|(pattern, _)| *pattern);
    for (pattern, methods) in left {
        for (method, operation) in methods {
            let telling = operation
                .answers
                .iter()
                .filter(|(status, _)| !denies(**status) && !matches!(status, 502 | 503 | 504 | 301 | 302 | 307 | 308))
                .filter(|(status, _)| blanket.get(status).is_none_or(|count| *count < BLANKET))
                .map(|(_, answers)| answers.count)
                .sum::<u64>();
            let at = plant(tree, &pattern.1);
            let kept = at.operations.entry(method.to_string()).or_default();
            kept.merge(operation.clone());
            kept.proven |= telling >= INSISTENT && (!alone || operation.callers.estimate() > 1);
        }
    }
}

/// Recursion is bounded by the depth of learned paths.
fn count_callers(tree: &Tree, callers: &mut Distinct<CALLERS>) {
    for operation in tree.operations.values() {
        callers.merge_distinct(&operation.callers);
    }
    for below in tree.literals.values().chain(tree.variables.values().map(|(_, below)| below)) {
        count_callers(below, callers);
    }
}

fn steps(pattern: &str) -> impl Iterator<Item = Result<&str, &str>> {
    pattern.split('/').skip(1).filter(|step| !step.is_empty()).map(|step| match step.strip_prefix('\u{0}') {
        Some(edge) => Err(edge),
        None => Ok(step),
    })
}

/// Merges refused methods into an existing place; false when there is none.
fn place(tree: &mut Tree, pattern: &str, methods: &BTreeMap<Box<str>, Operation>) -> bool {
    let mut at = tree;
    for step in steps(pattern) {
        let next = match step {
            Ok(word) if at.literals.contains_key(word) => at.literals.get_mut(word),
            Ok(word) => {
                let end = extension(word).1.unwrap_or("");
                let end = if at.variables.contains_key(end) { end } else { "" };
                at.variables.get_mut(end).map(|(_, below)| below)
            }
            Err(edge) => {
                let end = edge.split_once('.').map_or("", |(_, end)| end);
                at.variables.get_mut(end).map(|(_, below)| below)
            }
        };
        let Some(next) = next else { return false };
        at = next;
    }
    if at.operations.is_empty() {
        return false;
    }
    for (method, operation) in methods {
        let known = at.operations.contains_key(&**method);
        let kept = at.operations.entry(method.to_string()).or_default();
        kept.merge(operation.clone());
        // A method that is refused at a place that exists is one of its methods, unless it is said not to be.
        let denied = operation.answers.keys().all(|status| denies(*status));
        kept.proven |= !known && !denied;
    }
    true
}

/// The place of a pattern, made where it does not exist.
fn plant<'a>(tree: &'a mut Tree, pattern: &str) -> &'a mut Tree {
    let mut at = tree;
    let mut literals: Vec<String> = Vec::new();
    for step in steps(pattern) {
        at = match step {
            Ok(word) => {
                literals.push(stem(word).to_owned());
                at.literals.entry(word.to_owned()).or_default()
            }
            Err(edge) => {
                let (class, end) = edge.split_once('.').unwrap_or((edge, ""));
                let (variable, below) = at.variables.entry(end.to_owned()).or_default();
                if variable.name.is_empty() {
                    variable.classes.insert(class.to_owned(), 1);
                    variable.name = naming::parameter(&literals, None, Some(class));
                    variable.reason = format!("{{{}}}: values by spelling ({class})", variable.name);
                }
                below
            }
        };
    }
    at
}

struct Walk<'a> {
    host: &'a str,
    index: usize,
    several: bool,
    operations: &'a mut Vec<Learned>,
    path: String,
    variables: Vec<Variable>,
    literals: Vec<String>,
    /// Names of the matrix parameters on the way.
    matrix: Vec<String>,
    /// Segments on the way that may be values, and why that is not clear.
    unclear: Vec<(String, String)>,
    overrides: &'a Overrides,
    rules: &'a Rules,
}

impl Walk<'_> {
    /// Recursion is bounded by the depth of learned paths.
    fn visit(&mut self, tree: Tree) -> Place {
        let mut place = Place::default();
        for (method, known) in tree.operations {
            let template = if self.path.is_empty() { "/".to_owned() } else { self.path.clone() };
            let ignored = self.overrides.ignores(&method, &template).then_some(Noise::Ignored);
            let noise = ignored.or_else(|| noise(&method, &known, &template));
            let view = self.view(&method, template, &known, noise);
            place.operations.insert(method, self.operations.len());
            self.operations.push(Learned {
                view,
                known,
                variables: self.variables.clone(),
                literals: self.literals.clone(),
                matrix: self.matrix.clone(),
                host: self.index,
            });
        }
        for (word, below) in tree.literals {
            let unclear = tree.unclear.get(&word).map(|reason| (word.clone(), reason.clone()));
            let marked = self.unclear.len();
            self.unclear.extend(unclear);
            let length = self.path.len();
            self.path.push('/');
            // Braces would read as a variable.
            let name = stem(&word);
            let end = word.get(name.len()..).unwrap_or_default();
            self.path.push_str(&name.replace('{', "%7B").replace('}', "%7D").replace('/', "%2F"));
            self.path.push_str(&ending(end));
            let marked_names = self.matrix.len();
            self.matrix.extend(matrix_names(end).map(str::to_owned));
            self.literals.push(name.to_owned());
            let below = self.visit(below);
            self.literals.pop();
            self.matrix.truncate(marked_names);
            self.unclear.truncate(marked);
            self.path.truncate(length);
            place.literals.insert(word, below);
        }
        for (end, (mut variable, below)) in tree.variables {
            let length = self.path.len();
            let marked = self.matrix.len();
            self.matrix.extend(matrix_names(&end).map(str::to_owned));
            let taken = self.variables.iter().map(|variable| &variable.name).chain(&self.matrix);
            variable.name = naming::unique(&taken.cloned().collect::<Vec<_>>(), &variable.name);
            self.path.push_str(&format!("/{{{}}}{}", variable.name, ending(&end)));
            self.variables.push(variable);
            let below = self.visit(below);
            self.variables.pop();
            self.matrix.truncate(marked);
            self.path.truncate(length);
            place.variables.insert(end, below);
        }
        place
    }

    fn view(&self, method: &str, template: String, known: &Operation, noise: Option<Noise>) -> OperationView {
        let (first, last) = known.time.unwrap_or_default();
        let authenticated = match (known.successes, known.successes_with_credential) {
            (0, _) => Authenticated::Unknown,
            (_, 0) => Authenticated::Never,
            (all, with) if all == with => Authenticated::Always,
            _ => Authenticated::Sometimes,
        };
        let mut parameters: Vec<ParameterView> = self.variables.iter().map(path_parameter).collect();
        let matrix = known.matrix.iter().filter(|((_, name), _)| self.matrix.iter().any(|known| **known == **name));
        parameters.extend(parameter_views("path", matrix, known.successes));
        parameters.extend(parameter_views("query", known.query.iter(), known.successes));
        parameters.extend(parameter_views("header", known.headers.iter(), known.successes));
        parameters.extend(parameter_views("cookie", known.cookies.iter(), known.successes));
        let request_media =
            known.request.iter().map(|((_, media), _)| media.to_string()).filter(|media| !media.is_empty());
        let response_media =
            known.answers.values().flat_map(|answers| answers.media.iter().map(|((_, media), _)| media.to_string()));
        let host = (self.several && !self.host.is_empty()).then(|| self.host.to_owned());
        let sensitive = sensitive(known, &self.variables, &format!("{method} {template}"), self.rules);
        OperationView {
            key: match &host {
                Some(host) => format!("{method} {host}{template}"),
                None => format!("{method} {template}"),
            },
            host,
            method: method.to_owned(),
            template,
            hits: known.hits,
            first_observed: first,
            last_observed: last,
            statuses: known.answers.iter().map(|(status, answers)| (*status, answers.count)).collect(),
            principals: known.callers.estimate(),
            authenticated,
            refused_without_credential: known.refused_without_credential,
            credentials: known.credentials.iter().map(|((_, word), shown)| (word.to_string(), shown.count)).collect(),
            sensitive,
            sample_path: known.sample.as_ref().map(|(_, _, path)| path.to_string()).unwrap_or_default(),
            parameters,
            request_media: request_media.collect::<BTreeSet<_>>().into_iter().collect(),
            response_media: response_media.collect::<BTreeSet<_>>().into_iter().collect(),
            evidence: Evidence { successes: known.successes, needed: NEEDED, thin: known.successes < NEEDED },
            reasons: self
                .variables
                .iter()
                .map(|variable| variable.reason.clone())
                .chain(self.unclear.iter().map(|(_, reason)| reason.clone()))
                .collect(),
            ambiguous: self.unclear.iter().map(|(word, _)| word.clone()).collect(),
            confidence: confidence(known.successes, self.unclear.len()),
            noise,
        }
    }
}

/// Laplace's rule of succession: the chance that the next success is like the `successes` before it. Halved for every
/// segment that may be a value, so that it says nothing of a template that may be none. In steps of a thousandth.
fn confidence(successes: u64, unclear: usize) -> f64 {
    let likely = (successes as f64 + 1.0) / (successes as f64 + 2.0);
    let halves = 0.5f64.powi(i32::try_from(unclear).unwrap_or(i32::MAX));
    (likely * halves * 1000.0).round() / 1000.0
}

fn path_parameter(variable: &Variable) -> ParameterView {
    let (kind, format) = schema::path_type(variable);
    ParameterView {
        location: "path",
        name: variable.name.clone(),
        kind,
        format,
        required: true,
        seen: variable.through,
        evidence: variable.reason.clone(),
    }
}

fn parameter_views<'a>(
    location: &'static str,
    parameters: impl Iterator<Item = (&'a Named, &'a Parameter)>,
    successes: u64,
) -> Vec<ParameterView> {
    let mut views: Vec<ParameterView> = parameters
        .map(|((_, name), parameter)| {
            let (kind, format) = schema::parameter_type(&parameter.sketch);
            ParameterView {
                location,
                name: name.to_string(),
                kind: if parameter.repeated > 0 { "array" } else { kind },
                format: if parameter.repeated > 0 { None } else { format },
                required: location == "path" || parameter.seen == successes && successes >= NEEDED,
                seen: parameter.seen,
                evidence: format!("in {} of {successes} successful exchanges", parameter.seen),
            }
        })
        .collect();
    views.sort_by(|one, two| one.name.cmp(&two.name));
    views
}

fn noise(method: &str, known: &Operation, template: &str) -> Option<Noise> {
    if method == "OPTIONS" && !proven_without_preflight(known) {
        return Some(Noise::Preflight);
    }
    if !known.proven() {
        return Some(Noise::Unproven);
    }
    let successes: Vec<&str> = known
        .answers
        .iter()
        .filter(|(status, _)| (200..300).contains(*status))
        .flat_map(|(_, answers)| answers.media.iter().map(|((_, media), _)| &**media))
        .collect();
    let page = |media: &str| {
        matches!(
            media,
            "text/html"
                | "text/css"
                | "text/javascript"
                | "application/javascript"
                | "application/x-javascript"
                | "application/wasm"
        ) || media.starts_with("font/")
            || media.starts_with("application/font")
    };
    let picture = |media: &str| {
        media.starts_with("image/") && extension(template.rsplit('/').next().unwrap_or_default()).1.is_some()
    };
    let browser = matches!(method, "GET" | "HEAD") && !successes.is_empty();
    (browser && successes.iter().all(|media| page(media) || picture(media))).then_some(Noise::Asset)
}

fn proven_without_preflight(known: &Operation) -> bool {
    known
        .answers
        .iter()
        .any(|(status, answers)| (200..300).contains(status) && answers.media.iter().any(|(_, media)| media.read > 0))
}

impl Operation {
    /// It was answered as a thing that exists.
    pub(crate) fn proven(&self) -> bool {
        self.proven
            || self.answers.keys().any(|status| (200..300).contains(status) || matches!(status, 303 | 304 | 409 | 422))
    }
}
