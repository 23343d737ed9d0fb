//! What a contract says about its own findings: `x-palisade-ignore`, `x-palisade-public` and 42Crunch's words for
//! operations without authentication.

use super::date::Date;
use crate::hit::Hit;
use crate::index::{Index, Operation};
use crate::rule::Rule;
use crate::rules::policy as rules;
use palisade_document::{Document, NodeId, NodeRef, quote};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Ignores taken from one contract; the rest is not read.
const MAX_IGNORES: usize = 10_000;

/// One ignore in the contract.
pub(super) struct Inline<'a> {
    /// Where it stands.
    pub(super) node: NodeRef<'a>,
    /// Ids of the rules it silences; empty when it does not hold.
    pub(super) rules: Vec<String>,
    /// Why.
    pub(super) reason: String,
    /// Whether it silenced anything.
    pub(super) used: bool,
    /// What is wrong with it.
    pub(super) wrong: Option<(&'static Rule, String)>,
}

/// Everything a contract says about its own findings.
#[derive(Default)]
pub(super) struct Annotations<'a> {
    pub(super) ignores: Vec<Inline<'a>>,
    /// Ignores by the object they stand in.
    pub(super) at: HashMap<NodeId, Vec<usize>>,
    /// For each operation why it is public, and where it says so.
    public: HashMap<usize, (String, NodeRef<'a>)>,
    /// Why the contract is public as a whole, and where it says so.
    whole: Option<(String, NodeRef<'a>)>,
    /// Operations that say they are not public.
    private: HashSet<usize>,
    /// `x-palisade-public` that says nothing usable.
    pub(super) broken: Vec<(NodeRef<'a>, String)>,
}

impl<'a> Annotations<'a> {
    /// Reads what stands in a contract that has annotations.
    pub(super) fn gather(index: &Index<'a>, custom: &[String], today: Option<Date>) -> Self {
        let mut found = Annotations::default();
        if index.annotated() {
            found.ignores(index.document, custom, today);
            found.public(index);
        }
        found
    }

    fn ignores(&mut self, document: &'a Document, custom: &[String], today: Option<Date>) {
        for node in document.nodes().filter(|node| node.key() == Some("x-palisade-ignore")) {
            let Some(object) = node.parent() else { continue };
            let entries: Vec<(NodeRef<'a>, Option<&'a str>)> = if node.is_object() && node.get("rule").is_none() {
                node.members().map(|member| (member.value, Some(member.key))).collect()
            } else if node.is_array() {
                node.items().map(|item| (item, None)).collect()
            } else {
                vec![(node, None)]
            };
            for (entry, key) in entries {
                if self.ignores.len() >= MAX_IGNORES {
                    return;
                }
                let ignore = inline(entry, key, custom, today);
                self.at.entry(object.id()).or_default().push(self.ignores.len());
                self.ignores.push(ignore);
            }
        }
    }

    fn public(&mut self, index: &Index<'a>) {
        self.public_as_a_whole(index.root());
        for operation in &index.operations {
            let item = operation.node.parent().map(|parent| match parent.key() {
                Some("additionalOperations") => parent.parent().unwrap_or(parent),
                _ => parent,
            });
            for object in [Some(operation.node), item].into_iter().flatten() {
                if let Some(public) = object.get("x-palisade-public") {
                    match public_reason(public) {
                        Ok(Some(reason)) => {
                            self.public.insert(operation.at, (reason, public));
                        }
                        Ok(None) => {
                            self.private.insert(operation.at);
                        }
                        Err(message) if self.broken.iter().all(|(node, _)| node.id() != public.id()) => {
                            self.broken.push((public, message));
                        }
                        Err(_) => {}
                    }
                    // The operation's own word stands above its path's.
                    break;
                }
                let foreign = ["x-42c-no-authentication", "x-42c-accept-empty-security"];
                let said = foreign.iter().find_map(|word| object.get(word).map(|node| (*word, node)));
                if let Some((word, node)) = said.filter(|(_, node)| node.as_bool() == Some(true)) {
                    self.public.insert(operation.at, (format!("{word}, without a reason"), node));
                    break;
                }
            }
        }
    }

    fn public_as_a_whole(&mut self, root: NodeRef<'a>) {
        let holders = [Some(root), root.get("info")];
        let Some(public) = holders.into_iter().flatten().find_map(|holder| holder.get("x-palisade-public")) else {
            return;
        };
        match public_reason(public) {
            Ok(Some(_)) if public.as_bool() == Some(true) => {
                let message = "x-palisade-public of a whole contract has no reason: it does not hold";
                self.broken.push((public, message.to_owned()));
            }
            Ok(reason) => self.whole = reason.map(|reason| (reason, public)),
            Err(message) => self.broken.push((public, message)),
        }
    }

    /// Whether something says that it is public on purpose.
    pub(super) fn any_public(&self) -> bool {
        !self.public.is_empty() || self.whole.is_some()
    }

    /// Why an operation is public: by its own word, its path's, or that of the contract unless it asks for a
    /// credential.
    pub(super) fn why_public(&self, operation: &Operation<'_>) -> Option<&str> {
        let whole = || self.whole.as_ref().filter(|_| !operation.secured() && !self.private.contains(&operation.at));
        self.public.get(&operation.at).or_else(whole).map(|(reason, _)| reason.as_str())
    }

    /// The ignore that silences a rule at a node: the closest one above it.
    pub(super) fn silences(&mut self, document: &'a Document, node: Option<NodeId>, rule: &str) -> Option<String> {
        if self.ignores.is_empty() {
            return None;
        }
        let mut here = Some(node.map_or_else(|| document.root(), |id| document.node(id)));
        while let Some(at) = here {
            for place in self.at.get(&at.id()).into_iter().flatten() {
                if let Some(ignore) = self.ignores.get_mut(*place)
                    && ignore.rules.iter().any(|one| one == rule)
                {
                    ignore.used = true;
                    return Some(ignore.reason.clone());
                }
            }
            here = at.parent();
        }
        None
    }

    /// Findings about the annotations themselves.
    pub(super) fn hits(&self, index: &Index<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        for ignore in &self.ignores {
            let (rule, message) = match &ignore.wrong {
                Some((rule, message)) => (*rule, message.clone()),
                None if ignore.used => continue,
                None => {
                    let rules = ignore.rules.join(", ");
                    (&rules::ignore_without_finding::RULE, format!("the ignore of {rules} matches no finding here"))
                }
            };
            hits.push(Hit::of(rule, ignore.node, &message));
        }
        for (node, message) in &self.broken {
            hits.push(Hit::of(&rules::broken_annotation::RULE, *node, message));
        }
        if let Some((reason, node)) = &self.whole {
            let message = format!("the contract is public on purpose: {}", quote(reason).trim_matches('"'));
            hits.push(Hit::of(&rules::public_on_purpose::RULE, *node, &message));
        }
        for operation in &index.operations {
            if let Some((reason, node)) = self.public.get(&operation.at) {
                let label = operation.label();
                let message = format!("{} is public on purpose: {}", quote(&label), quote(reason).trim_matches('"'));
                let mut hit = Hit::of(&rules::public_on_purpose::RULE, *node, &message);
                hit.operation(Arc::clone(&label)).value(&*label);
                hits.push(hit);
            }
        }
        hits
    }
}

/// Whether any of the words stands in a contract that annotations begin with: one search of its text.
pub(crate) fn annotated(document: &Document) -> bool {
    let words = ["x-palisade-ignore", "x-palisade-public", "x-42c-"];
    let any = aho_corasick::packed::Searcher::new(words);
    document.files().any(|file| match &any {
        Some(any) => any.find(file.source()).is_some(),
        None => words.iter().any(|word| file.source().contains(word)),
    })
}

fn public_reason(node: NodeRef<'_>) -> Result<Option<String>, String> {
    match (node.as_bool(), node.is_object(), node.as_str()) {
        (Some(true), ..) => Ok(Some("no reason given".to_owned())),
        (Some(false), ..) => Ok(None),
        (_, _, Some(reason)) if !reason.trim().is_empty() => Ok(Some(reason.trim().to_owned())),
        (_, true, _) => match node.get("reason").and_then(NodeRef::as_str).map(str::trim) {
            Some(reason) if !reason.is_empty() => Ok(Some(reason.to_owned())),
            _ => Err("x-palisade-public has no reason: it does not hold".to_owned()),
        },
        _ => Err("x-palisade-public is true, false or an object with a reason: it does not hold".to_owned()),
    }
}

fn inline<'a>(node: NodeRef<'a>, key: Option<&'a str>, custom: &[String], today: Option<Date>) -> Inline<'a> {
    let wrong = |rule, message: String| Inline {
        node,
        rules: Vec::new(),
        reason: String::new(),
        used: false,
        wrong: Some((rule, message)),
    };
    let field = |name: &str| node.get(name).map(|value| value.scalar_text().trim()).filter(|text| !text.is_empty());
    let Some(word) = key.or_else(|| field("rule")) else {
        return wrong(&rules::broken_annotation::RULE, "x-palisade-ignore names no rule: it does not hold".to_owned());
    };
    let shown = quote(word);
    let named = super::ignore::resolve(word, custom);
    if named.is_empty() {
        let message = format!("{shown} is no rule: neither an id nor a name nor an id of another tool");
        return wrong(&rules::unknown_rule::RULE, message);
    }
    let Some(reason) = field("reason").or_else(|| node.as_str().map(str::trim).filter(|text| !text.is_empty())) else {
        return wrong(
            &rules::broken_annotation::RULE,
            format!("the ignore of {shown} has no reason: it does not hold"),
        );
    };
    if let Some(text) = node.get("expires").map(NodeRef::scalar_text) {
        match text.parse::<Date>() {
            Err(_) => {
                let message =
                    format!("the ignore of {shown} expires on {}, which is no date: it does not hold", quote(text));
                return wrong(&rules::broken_annotation::RULE, message);
            }
            Ok(expires) if today.is_some_and(|today| today > expires) => {
                return wrong(&rules::expired_ignore::RULE, format!("the ignore of {shown} ended on {expires}"));
            }
            Ok(_) => {}
        }
    }
    Inline { node, rules: named, reason: reason.to_owned(), used: false, wrong: None }
}
