//! Ignores of the configuration.

use super::date::Date;
use super::rules_named;
use palisade_document::config::{Origin, Reader};
use palisade_document::{NodeRef, pointer};
use palisade_finding::{Glob, OperationGlob};

/// Findings that are not to be reported, and why.
#[derive(Debug, Clone)]
pub struct Ignore {
    /// The rules as written.
    pub word: String,
    /// Ids of the rules.
    pub rules: Vec<String>,
    /// Places, by pointer: these and what lies in them.
    pub pointer: Option<Glob>,
    /// Operations.
    pub operation: Option<OperationGlob>,
    /// Path templates.
    pub path: Option<Glob>,
    /// Files.
    pub file: Option<Glob>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub expires: Option<Date>,
    /// Where it stands.
    pub origin: Origin,
}

/// What an ignore may be about.
pub(super) struct Subject<'s> {
    pub(super) rule: &'s str,
    pub(super) pointer: &'s str,
    pub(super) operation: Option<&'s str>,
    pub(super) file: &'s str,
}

impl Ignore {
    const KEYS: [&'static str; 7] = ["rule", "pointer", "operation", "path", "file", "reason", "expires"];

    pub(super) fn read(
        reader: &mut Reader,
        node: NodeRef<'_>,
        custom: &[String],
        unknown: &mut Vec<(String, Origin)>,
    ) -> Option<Ignore> {
        if !reader.object(node, "an ignore", &Self::KEYS) {
            return None;
        }
        let words = reader.texts(node, "rule");
        if words.is_empty() {
            reader.wrong(node, "`rule` is missing");
        }
        let mut rules = Vec::new();
        for (word, place) in &words {
            let found = resolve(word, custom);
            if found.is_empty() {
                unknown.push(((*word).to_owned(), Origin::of(*place)));
            }
            rules.extend(found);
        }
        let reason = reader.required(node, "reason").unwrap_or_default().trim().to_owned();
        Some(Ignore {
            word: words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", "),
            rules,
            pointer: reader.text(node, "pointer").map(|text| Glob::new(text.trim_start_matches('#'))),
            operation: reader.text(node, "operation").map(OperationGlob::new),
            path: reader.text(node, "path").map(Glob::new),
            file: reader.text(node, "file").map(Glob::new),
            reason,
            expires: reader.parsed(node, "expires"),
            origin: Origin::of(node),
        })
    }

    /// Whether its last day is over. Without a day to compare with it holds.
    pub fn is_over(&self, today: Option<Date>) -> bool {
        matches!((self.expires, today), (Some(expires), Some(today)) if today > expires)
    }

    /// Whether it is about a finding of one of its rules.
    pub(super) fn is_about(&self, subject: &Subject<'_>) -> bool {
        let path = || {
            let labelled = subject.operation.and_then(|label| label.split_once(' ')).map(|(_, path)| path.to_owned());
            labelled.or_else(|| path_of(subject.pointer))
        };
        self.rules.iter().any(|rule| rule == subject.rule)
            && self.pointer.as_ref().is_none_or(|glob| at_or_above(glob, subject.pointer))
            && self.operation.as_ref().is_none_or(|glob| subject.operation.is_some_and(|one| glob.matches(one)))
            && self.path.as_ref().is_none_or(|glob| path().is_some_and(|path| glob.matches(&path)))
            && self.file.as_ref().is_none_or(|glob| glob.matches_file(subject.file))
    }
}

/// Whether a pattern stands for a place, or for one it lies in.
fn at_or_above(glob: &Glob, pointer: &str) -> bool {
    let mut steps = pointer.match_indices('/').filter(|(at, _)| *at > 0);
    glob.matches(pointer) || steps.any(|(at, _)| pointer.get(..at).is_some_and(|above| glob.matches(above)))
}

/// Ids of the rules a word stands for, the configuration's own among them.
pub(super) fn resolve(word: &str, custom: &[String]) -> Vec<String> {
    let glob = Glob::flat(&word.to_ascii_lowercase());
    let mut found: Vec<String> = rules_named(word).iter().map(|rule| rule.id.to_owned()).collect();
    found.extend(custom.iter().filter(|id| glob.matches(&id.to_ascii_lowercase())).cloned());
    found
}

/// The path template a pointer lies in.
fn path_of(pointer: &str) -> Option<String> {
    let step = pointer.strip_prefix("/paths/")?.split('/').next()?;
    Some(pointer::step(step).into_owned())
}
