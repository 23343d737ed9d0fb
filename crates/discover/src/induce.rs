//! From the tree of paths to templates: which segments are names and which are values.
//!
//! Evidence for a value: the answer gives it back, bodies of other exchanges hold it, its siblings answer
//! in the same structure or have the same sub-resources, its spelling. A name is protected by its word, by
//! being alone, by being called far more often than its siblings. Pure: runs whenever it is asked for.

mod bodiless;

use crate::bounded::Distinct;
use crate::discovery::{Discovery, Host};
use crate::naming;
use crate::operation::Operation;
use crate::overrides::{Overrides, Said};
use crate::trie::{Node, extension, stem};
use palisade_exchange::KeyedHash;
use std::collections::{BTreeMap, BTreeSet};

/// A segment scores at least this to count as a value.
const THRESHOLD: f64 = 0.55;
/// From so much on a segment that stays a name may be a value.
const NEARLY: f64 = 0.25;
/// From so many word siblings alike, being many is evidence by itself.
const MANY: usize = 12;

/// Words that name functions or well-known places and are hardly ever values.
const RESERVED: [&str; 62] = [
    "me",
    "self",
    "current",
    "search",
    "find",
    "query",
    "filter",
    "login",
    "logout",
    "signin",
    "signout",
    "signup",
    "register",
    "token",
    "refresh",
    "auth",
    "oauth",
    "oauth2",
    "session",
    "health",
    "healthz",
    "ready",
    "readyz",
    "live",
    "livez",
    "status",
    "ping",
    "metrics",
    "version",
    "versions",
    "info",
    "about",
    "count",
    "stats",
    "summary",
    "batch",
    "bulk",
    "export",
    "import",
    "upload",
    "download",
    "new",
    "latest",
    "recent",
    "all",
    "list",
    "graphql",
    "openapi.json",
    "openapi.yaml",
    "swagger.json",
    "docs",
    "redoc",
    "swagger",
    "api",
    "rest",
    "public",
    "private",
    "internal",
    "admin",
    "static",
    "assets",
    "config",
];

/// Words for the item that is the caller: they have what the items have.
const CALLER: [&str; 3] = ["me", "self", "current"];

/// A variable segment and why it is one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variable {
    pub(crate) name: String,
    /// Classes by spelling, with exchanges; `word` for the rest.
    pub(crate) classes: BTreeMap<String, u64>,
    pub(crate) distinct: Distinct<32>,
    /// Characters of the longest segment.
    pub(crate) longest: u32,
    pub(crate) through: u64,
    pub(crate) echoed: u64,
    pub(crate) reason: String,
}

impl Variable {
    /// The class of all values, when they are of one.
    pub(crate) fn only_class(&self) -> Option<&str> {
        let mut classes = self.classes.keys();
        classes.next().filter(|_| classes.next().is_none()).map(String::as_str)
    }
}

/// The induced tree.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    pub(crate) literals: BTreeMap<String, Tree>,
    /// Of these, those that may be values, and why that is not clear.
    pub(crate) unclear: BTreeMap<String, String>,
    /// Variables by the extension that follows them (empty: none).
    pub(crate) variables: BTreeMap<String, (Variable, Tree)>,
    pub(crate) operations: BTreeMap<String, Operation>,
}

/// What was decided of the words below one place.
#[derive(Debug, Default)]
struct Judged<'a> {
    /// Those that are values.
    values: BTreeSet<&'a str>,
    /// Why.
    why: String,
    /// Those that stay as they were seen although they may be values.
    unclear: BTreeSet<&'a str>,
}

/// A set of nodes that are one place, with the figures the decision needs.
struct Group<'a> {
    nodes: Vec<&'a Node>,
    through: u64,
    answered: u64,
    echoed: u64,
    echo_name: Option<&'a str>,
    signatures: BTreeSet<(&'a str, u64)>,
    below: BTreeSet<&'a str>,
    /// Words two steps below.
    deeper: BTreeSet<&'a str>,
    methods: BTreeSet<&'a str>,
}

impl<'a> Group<'a> {
    fn new(nodes: Vec<&'a Node>) -> Self {
        let mut echoes: BTreeMap<&str, u64> = BTreeMap::new();
        let mut group = Group {
            through: 0,
            answered: 0,
            echoed: 0,
            echo_name: None,
            signatures: BTreeSet::new(),
            below: BTreeSet::new(),
            deeper: BTreeSet::new(),
            methods: BTreeSet::new(),
            nodes: Vec::new(),
        };
        for node in &nodes {
            group.through += node.through;
            group.answered += node.answered;
            group.echoed += node.echoed;
            for ((_, name), count) in node.echoes.iter() {
                *echoes.entry(name).or_default() += count;
            }
            for (method, operation) in &node.operations {
                group.methods.insert(method);
                if let Some(signature) = operation.main_signature() {
                    group.signatures.insert((method, signature));
                }
            }
            group.below.extend(node.words().map(|(word, _)| word));
            let children = node.words().map(|(_, child)| child).chain(node.typed.values());
            let deeper = children.flat_map(Node::words);
            group.deeper.extend(deeper.map(|(word, _)| word).filter(|word| !reserved(word)));
        }
        group.echo_name =
            echoes.into_iter().max_by_key(|(name, count)| (*count, std::cmp::Reverse(*name))).map(|(name, _)| name);
        group.nodes = nodes;
        group
    }

    fn alike(&self, other: &Group<'_>) -> bool {
        self.signatures.iter().any(|signature| other.signatures.contains(signature))
    }

    fn shares_below(&self, other: &Group<'_>) -> bool {
        self.below.iter().any(|word| other.below.contains(word))
    }

    fn shares_deeper(&self, other: &Group<'_>) -> bool {
        self.deeper.iter().any(|word| other.deeper.contains(word))
    }
}

pub(crate) struct Inducer<'a> {
    pub(crate) host: &'a Host,
    pub(crate) hash: KeyedHash,
    pub(crate) overrides: &'a Overrides,
}

impl Discovery {
    /// The induced tree of one host, refused exchanges attached where their place exists.
    pub(crate) fn tree(&self, host: &Host, overrides: &Overrides) -> Tree {
        let inducer = Inducer { host, hash: self.settings.hash, overrides };
        inducer.tree(&[&host.root], &mut Vec::new(), &mut Vec::new())
    }
}

/// Of siblings that have the same sub-resources, those that have nothing else below them: they are items. Between them
/// there must be more than one such sub-resource, or many must have it: two resources may have one in common.
fn parts<'a>(siblings: &BTreeMap<&'a str, Group<'a>>) -> BTreeSet<&'a str> {
    let bare = |group: &Group<'_>| {
        !group.below.is_empty()
            && group.nodes.iter().all(|node| node.typed.is_empty() && node.spills().next().is_none())
    };
    let bare: Vec<(&'a str, &Group<'a>)> = siblings
        .iter()
        .filter(|(word, group)| {
            !CALLER.contains(word) && !version(word) && !word.starts_with(['_', '.']) && bare(group)
        })
        .map(|(word, group)| (*word, group))
        .collect();
    let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
    for word in bare.iter().flat_map(|(_, group)| &group.below).filter(|word| !version(word) && !reserved(word)) {
        *shared.entry(word).or_default() += 1;
    }
    shared.retain(|_, count| *count >= 2);
    let items = bare.into_iter().filter(|(_, group)| group.below.iter().all(|word| shared.contains_key(word)));
    let items: BTreeSet<&'a str> = items.map(|(word, _)| word).collect();
    let enough = if shared.len() > 1 { 3 } else { 5 };
    if items.len() >= enough { items } else { BTreeSet::new() }
}

fn version(word: &str) -> bool {
    let digits = word.strip_prefix(['v', 'V']).unwrap_or_default();
    !digits.is_empty() && digits.len() <= 8 && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

pub(crate) fn reserved(word: &str) -> bool {
    RESERVED.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether a method changes or removes an item.
fn changes(method: &str) -> bool {
    matches!(method, "PUT" | "PATCH" | "DELETE")
}

/// Capitals only, as codes of currencies, countries and airports are written.
fn capitals(word: &str) -> bool {
    (2..=5).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Spelling that names seldom have: digits, capitals, blanks.
fn codelike(word: &str) -> bool {
    let mixed = |byte: u8| byte.is_ascii_digit() || byte == b' ' || byte == b'@' || byte == b':' || byte >= 0x80;
    let title = word.as_bytes().first().is_some_and(u8::is_ascii_uppercase);
    capitals(word) || title || word.bytes().any(mixed)
}

impl<'a> Inducer<'a> {
    /// Recursion is bounded by the depth of learned paths.
    fn tree(&self, nodes: &[&'a Node], prefix: &mut Vec<String>, literals: &mut Vec<String>) -> Tree {
        let mut tree = Tree::default();
        let mut words: BTreeMap<&'a str, Vec<&'a Node>> = BTreeMap::new();
        let mut typed: BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a Node>>> = BTreeMap::new();
        let mut spill: Vec<&'a Node> = Vec::new();
        for node in nodes {
            for (method, operation) in &node.operations {
                tree.operations.entry(method.to_string()).or_default().merge(operation.clone());
            }
            for (word, child) in node.words() {
                words.entry(word).or_default().push(child);
            }
            for (edge, child) in &node.typed {
                let (class, end) = edge.split_once('.').unwrap_or((edge, ""));
                typed.entry(end).or_default().entry(class).or_default().push(child);
            }
            spill.extend(node.spills());
        }
        let mut by_extension: BTreeMap<&'a str, BTreeMap<&'a str, Group<'a>>> = BTreeMap::new();
        for (word, nodes) in words {
            let end = extension(word).1.unwrap_or("");
            by_extension.entry(end).or_default().insert(word, Group::new(nodes));
        }
        let mut ends: BTreeSet<&str> = by_extension.keys().copied().collect();
        ends.extend(typed.keys().copied());
        if !spill.is_empty() {
            ends.insert("");
        }
        for end in ends {
            let siblings = by_extension.remove(end).unwrap_or_default();
            let classes = typed.remove(end).unwrap_or_default();
            let spilled = if end.is_empty() { std::mem::take(&mut spill) } else { Vec::new() };
            self.split(end, siblings, classes, spilled, prefix, literals, &mut tree);
        }
        tree
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one step of the recursion")]
    fn split(
        &self,
        end: &'a str,
        siblings: BTreeMap<&'a str, Group<'a>>,
        classes: BTreeMap<&'a str, Vec<&'a Node>>,
        spilled: Vec<&'a Node>,
        prefix: &mut Vec<String>,
        literals: &mut Vec<String>,
        tree: &mut Tree,
    ) {
        let certain: Vec<&'a Node> = classes.values().flatten().copied().chain(spilled.iter().copied()).collect();
        let Judged { values, why, unclear } = self.values(&siblings, &certain, prefix);
        tree.unclear.extend(unclear.iter().map(|word| {
            let reason = format!("`{word}` may be a value: {} siblings like it are too few to tell", unclear.len());
            ((*word).to_owned(), reason)
        }));
        let mut members: Vec<&'a Node> = certain;
        let mut variable = Variable::default();
        for (class, nodes) in &classes {
            *variable.classes.entry((*class).to_owned()).or_default() +=
                nodes.iter().map(|node| node.through).sum::<u64>();
        }
        let word_count: u64 = spilled.iter().map(|node| node.through).sum::<u64>()
            + siblings.iter().filter(|(word, _)| values.contains(*word)).map(|(_, group)| group.through).sum::<u64>();
        if word_count > 0 {
            variable.classes.insert("word".to_owned(), word_count);
        }
        for (word, group) in siblings {
            if values.contains(word) {
                members.extend(group.nodes);
                continue;
            }
            prefix.push(word.to_owned());
            literals.push(stem(word).to_owned());
            let below = self.tree(&group.nodes, prefix, literals);
            literals.pop();
            prefix.pop();
            tree.literals.insert(word.to_owned(), below);
        }
        if members.is_empty() {
            return;
        }
        let given = self.overrides.name(prefix).map(str::to_owned);
        let mut echoes: BTreeMap<&str, u64> = BTreeMap::new();
        for node in &members {
            variable.through += node.through;
            variable.echoed += node.echoed;
            variable.distinct.merge_distinct(&node.distinct);
            variable.longest = variable.longest.max(node.longest);
            for ((_, name), count) in node.echoes.iter() {
                *echoes.entry(name).or_default() += count;
            }
        }
        let answered: u64 = members.iter().map(|node| node.answered).sum();
        let echo = echoes
            .iter()
            .max_by_key(|(name, count)| (**count, std::cmp::Reverse(**name)))
            .filter(|(_, count)| **count * 2 >= answered.max(1))
            .map(|(name, _)| *name);
        let origin = || {
            let mut names: BTreeMap<&str, u64> = BTreeMap::new();
            for word in &values {
                if let Some(name) = self.host.known_value(word, self.hash) {
                    *names.entry(name).or_default() += 1;
                }
            }
            names.into_iter().max_by_key(|(name, count)| (*count, std::cmp::Reverse(*name))).map(|(name, _)| name)
        };
        let codes = !values.is_empty() && values.iter().all(|word| capitals(word));
        let kind = if codes && variable.classes.len() == 1 { Some("code") } else { variable.only_class() };
        variable.name = given.unwrap_or_else(|| naming::parameter(literals, echo.or_else(origin), kind));
        let distinct = variable.distinct.estimate();
        let kinds: Vec<&str> = variable.classes.keys().map(String::as_str).collect();
        let spelled = if kinds == ["word"] { why } else { format!("values by spelling ({})", kinds.join(", ")) };
        variable.reason = format!("{{{}}}: {distinct} distinct, {spelled}", variable.name);
        prefix.push("{}".to_owned());
        let below = self.tree(&members, prefix, literals);
        prefix.pop();
        tree.variables.insert(end.to_owned(), (variable, below));
    }

    /// Tells values among the words below one place.
    fn values(&self, siblings: &BTreeMap<&'a str, Group<'a>>, certain: &[&'a Node], prefix: &[String]) -> Judged<'a> {
        let mut said: BTreeMap<&str, bool> = BTreeMap::new();
        let mut any_variable = false;
        for (segment, word) in self.overrides.below(prefix) {
            match word {
                Said::Literal => {
                    said.insert(segment, false);
                }
                Said::Variable(_) => any_variable = true,
            }
        }
        let typed = (!certain.is_empty()).then(|| Group::new(certain.to_vec()));
        if self.bodiless() && !any_variable {
            let below_value = prefix.last().is_some_and(|step| step == "{}");
            return self.many_alike(siblings, typed.as_ref(), &said, below_value);
        }
        let mut throughs: Vec<u64> = siblings.values().map(|group| group.through).collect();
        throughs.sort_unstable();
        let median = throughs.get(throughs.len() / 2).copied().unwrap_or(1).max(1);
        let mut echo_names: BTreeMap<&str, usize> = BTreeMap::new();
        for group in siblings.values().filter(|group| group.echoed * 2 >= group.answered.max(1)) {
            if let Some(name) = group.echo_name {
                *echo_names.entry(name).or_default() += 1;
            }
        }
        let parts = parts(siblings);
        // How many siblings share each structure and each sub-resource.
        let mut alike: BTreeMap<(&str, u64), usize> = BTreeMap::new();
        let mut below: BTreeMap<&str, usize> = BTreeMap::new();
        for group in siblings.values() {
            for signature in &group.signatures {
                *alike.entry(*signature).or_default() += 1;
            }
            for word in &group.below {
                *below.entry(word).or_default() += 1;
            }
        }
        let (mut by_echo, mut by_known) = (0usize, 0usize);
        let mut values: BTreeSet<&'a str> = BTreeSet::new();
        let mut scores: BTreeMap<&'a str, f64> = BTreeMap::new();
        for (word, group) in siblings {
            if any_variable || said.get(word) == Some(&false) {
                if said.get(word) != Some(&false) {
                    values.insert(word);
                }
                continue;
            }
            if version(word) {
                continue;
            }
            let stem = extension(word).0;
            let mut score = 0.0;
            let echoes = group.answered > 0 && group.echoed * 2 >= group.answered;
            if echoes {
                score += 0.6;
                if group.echo_name.is_some_and(|name| echo_names.get(name).is_some_and(|count| *count >= 2)) {
                    score += 0.2;
                }
            } else if group.echoed > 0 {
                score += 0.3;
            }
            let known = self.known(word, stem);
            if known {
                score += 0.45;
            }
            if capitals(stem) {
                // Hardly an API writes the name of a part in capitals.
                score += if prefix.last().is_some_and(|step| step == "{}") { 0.9 } else { 0.4 };
            } else if codelike(stem) {
                score += 0.25;
            }
            let same_structure =
                group.signatures.iter().any(|signature| alike.get(signature).is_some_and(|count| *count >= 3))
                    || typed.as_ref().is_some_and(|typed| typed.alike(group));
            if same_structure {
                score += 0.2;
            }
            let same_below = group.below.iter().any(|word| below.get(word).is_some_and(|count| *count >= 3))
                || typed.as_ref().is_some_and(|typed| typed.shares_below(group));
            if same_below {
                score += 0.25;
            }
            if parts.contains(word) {
                score += 0.4;
            }
            if reserved(word) && !parts.contains(word) {
                score -= 0.5;
            }
            if word.starts_with('_') || word.starts_with('.') {
                score -= 0.3;
            }
            if siblings.len() >= 5 && group.through > 10 * median && !echoes {
                score -= 0.3;
            }
            if siblings.len() == 1 && typed.is_none() {
                score -= 0.35;
            }
            scores.insert(word, score);
            if score >= THRESHOLD {
                by_echo += usize::from(echoes);
                by_known += usize::from(known);
                values.insert(word);
            }
        }
        let many = self.pull(siblings, &typed, &said, prefix, &mut values);
        let mut why = Vec::new();
        if by_echo > 0 {
            why.push(format!("{by_echo} given back in answers"));
        }
        if by_known > 0 {
            why.push(format!("{by_known} known from bodies"));
        }
        if many {
            why.push("many siblings that answer alike".to_owned());
        }
        if why.is_empty() {
            why.push(if any_variable { "a person said so" } else { "like their siblings" }.to_owned());
        }
        // Single words have nothing that speaks for a name either, but then any path could be marked.
        let nearly = |word: &str| siblings.len() > 1 && scores.get(word).is_some_and(|score| *score >= NEARLY);
        let unclear = siblings.keys().copied().filter(|word| !values.contains(word) && nearly(word)).collect();
        Judged { values, why: why.join(", "), unclear }
    }

    /// Whether the method was also called at a sibling that is not there: who calls items by name misses some.
    fn missed(&self, prefix: &[String], word: &str, method: &str) -> bool {
        self.host.missing.iter().any(|((_, pattern), methods)| {
            let refused = methods
                .get(method)
                .is_some_and(|operation| operation.answers.keys().all(|status| matches!(status, 404 | 410)));
            let mut steps = pattern.split('/').skip(1);
            refused
                && prefix.iter().all(|step| steps.next().is_some_and(|seen| step == "{}" || step == seen))
                && steps.next().is_some_and(|seen| seen != word && !seen.starts_with('\u{0}') && !reserved(seen))
                && steps.next().is_none()
        })
    }

    fn known(&self, word: &str, stem: &str) -> bool {
        self.host.known_value(word, self.hash).is_some()
            || stem != word && self.host.known_value(stem, self.hash).is_some()
    }

    /// The second pass: siblings that go with the values found. True when being many decided.
    fn pull(
        &self,
        siblings: &BTreeMap<&'a str, Group<'a>>,
        typed: &Option<Group<'a>>,
        said: &BTreeMap<&str, bool>,
        prefix: &[String],
        values: &mut BTreeSet<&'a str>,
    ) -> bool {
        let open = |word: &str| !version(word) && said.get(word) != Some(&false) && !word.starts_with('_');
        let free = |word: &str| open(word) && !reserved(word);
        let found: Vec<&Group<'_>> = siblings
            .iter()
            .filter(|(word, _)| values.contains(*word))
            .map(|(_, group)| group)
            .chain(typed.iter())
            .collect();
        let several = values.len() >= 2 || typed.is_some();
        let below_found: BTreeSet<&str> = found.iter().flat_map(|group| &group.below).copied().collect();
        // Only changed or removed, as items are, with nothing below.
        let removed = |group: &Group<'_>| {
            group.signatures.is_empty()
                && group.below.is_empty()
                && !group.methods.is_empty()
                && group.methods.iter().all(|method| changes(method))
        };
        let left = siblings.iter().filter(|(word, group)| !values.contains(*word) && free(word) && removed(group));
        let many_removed = left.count() >= 2;
        let codes: BTreeSet<usize> = values.iter().filter(|word| capitals(word)).map(|word| word.len()).collect();
        let joined: Vec<&'a str> = siblings
            .iter()
            .filter(|(word, _)| !values.contains(*word) && open(word))
            .filter(|(word, group)| {
                let alike = found.iter().any(|other| other.alike(group));
                let below = !group.below.is_disjoint(&below_found);
                let silent = group.signatures.is_empty();
                // A word that mostly names something has what only items have.
                if reserved(word) {
                    return several
                        && !CALLER.contains(word)
                        && silent
                        && !group.below.is_empty()
                        && group.below.is_subset(&below_found)
                        && group.methods.is_empty();
                }
                if below && (alike || silent) || capitals(word) && codes.contains(&word.len()) {
                    return true;
                }
                let deeper = silent && group.methods.is_empty() && found.iter().any(|other| other.shares_deeper(group));
                let item = removed(group)
                    && (many_removed
                        || group.methods.iter().all(|method| {
                            found.iter().any(|other| other.methods.contains(method))
                                || self.missed(prefix, word, method)
                        }));
                several
                    && (self.known(word, extension(word).0) && (alike || below || silent)
                        || codelike(extension(word).0) && (alike || below)
                        || deeper
                        || item)
            })
            .map(|(word, _)| *word)
            .collect();
        values.extend(joined);
        let rest: Vec<(&'a str, &Group<'a>)> = siblings
            .iter()
            .filter(|(word, _)| !values.contains(*word) && free(word))
            .map(|(word, group)| (*word, group))
            .collect();
        if rest.len() < MANY {
            return false;
        }
        let mut marks: BTreeMap<(&str, u64), usize> = BTreeMap::new();
        for (_, group) in &rest {
            for signature in &group.signatures {
                *marks.entry(*signature).or_default() += 1;
            }
        }
        let Some((mark, count)) = marks.into_iter().max_by_key(|(mark, count)| (*count, *mark)) else { return false };
        if count < MANY || count * 10 < rest.len() * 8 {
            return false;
        }
        values.extend(rest.iter().filter(|(_, group)| group.signatures.contains(&mark)).map(|(word, _)| *word));
        true
    }
}
