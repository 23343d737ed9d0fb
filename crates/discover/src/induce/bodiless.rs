//! Values among words where no body was seen, as in access logs: neither an answer that gives a segment back nor a
//! body that held it tells them.
//!
//! What is left is how siblings are used. Values are many, are called alike as items are (read, changed, removed), have
//! the same sub-resources, and new ones keep coming: of an open set many members are seen once or twice (Good, *The
//! population frequencies of species and the estimation of population parameters*, 1953). Names are few, differ in what
//! they have and how they are called, and all of them are called often. Where that does not decide, paths stay as they
//! were seen.

use super::{CALLER, Group, Inducer, Judged, capitals, changes, codelike, parts, reserved, version};
use crate::trie::extension;
use std::collections::{BTreeMap, BTreeSet};

/// From so many alike, some of them seldom called, words are values.
const OPEN: usize = 8;
/// From so many alike words are values, however often each is called: hardly an API has so many names at one place.
const LARGE: usize = 24;
/// From so many, when some are changed or removed as items are, or share sub-resources.
const ITEMS: usize = 4;
/// So many that are called alike may be values.
const FEW: usize = 2;
/// So many make a habit.
const HABIT: usize = 3;
/// A word with more children is a collection.
const CHILDREN: usize = 8;

/// Whether a place is called as an item is: read, changed, removed. What is only read and posted to is a collection.
fn item(group: &Group<'_>) -> bool {
    !group.methods.contains("POST") || group.methods.iter().any(|method| changes(method))
}

/// Whether a word is written as programmers write names of more than one word: `findByTags`, `convert_video`.
fn joined(word: &str) -> bool {
    let inner = word.get(1..).unwrap_or_default();
    let letters = word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let hump = word.starts_with(|c: char| c.is_ascii_lowercase()) && inner.contains(|c: char| c.is_ascii_uppercase());
    letters && (inner.contains('_') || hump)
}

impl<'a> Inducer<'a> {
    /// Whether no body of the host was read.
    pub(super) fn bodiless(&self) -> bool {
        self.host.values.is_empty()
    }

    /// Tells values among the words below one place.
    pub(super) fn many_alike(
        &self,
        siblings: &BTreeMap<&'a str, Group<'a>>,
        typed: Option<&Group<'a>>,
        said: &BTreeMap<&str, bool>,
    ) -> Judged<'a> {
        let why = "many siblings that are called alike".to_owned();
        let free = |word: &str| {
            let internal = word.starts_with('.') || word.starts_with('_') && !codelike(word);
            !version(word) && !internal && said.get(word) != Some(&false)
        };
        // What is below some of them is below values; what only one has is below a name.
        let mut below: BTreeMap<&str, usize> = BTreeMap::new();
        let items = siblings.values().filter(|group| item(group));
        for word in items.flat_map(|group| &group.below).filter(|word| !version(word)) {
            *below.entry(word).or_default() += 1;
        }
        let common = |word: &str| {
            below.get(word).is_some_and(|count| *count >= HABIT)
                || typed.is_some_and(|typed| typed.below.contains(word))
        };
        // Owners of items that have the same below them: `acme/web/branches`, `initech/web/commits`.
        let mut deeper: BTreeMap<&str, usize> = BTreeMap::new();
        for word in siblings.values().flat_map(|group| &group.deeper) {
            *deeper.entry(word).or_default() += 1;
        }
        let owner = |group: &Group<'_>| {
            let again = group.below.iter().filter(|word| below.get(*word).is_some_and(|count| *count >= 2)).count();
            again * 2 >= group.below.len().max(1)
                && group.deeper.iter().any(|word| deeper.get(word).is_some_and(|count| *count >= 2))
        };
        let shares = |group: &Group<'_>| group.below.iter().any(|word| common(word)) || owner(group);
        let parts = parts(siblings);
        let collection = |group: &Group<'_>| {
            let own = group.below.iter().filter(|word| !common(word)).count();
            let values = group.nodes.iter().any(|node| !node.typed.is_empty() || node.spills().next().is_some());
            values || own > CHILDREN || own > 0 && !shares(group)
        };
        // A code may have values below it.
        let able = |word: &str, group: &Group<'_>| {
            free(word)
                && item(group)
                && (capitals(word) || !collection(group))
                && (!reserved(word) || parts.contains(word))
        };
        let mut able: BTreeMap<&'a str, &Group<'a>> =
            siblings.iter().filter(|(word, group)| able(word, group)).map(|(word, group)| (*word, group)).collect();
        let like: BTreeSet<&'a str> = able.keys().copied().collect();
        // What is called far more often than the next is not one of them, unless it is changed as they are: values are
        // liked more and less too, but without such a gap.
        let mut throughs: Vec<u64> = able.values().map(|group| group.through).collect();
        throughs.sort_unstable();
        let median = throughs.get(throughs.len() / 2).copied().unwrap_or(1).max(1);
        let gap = throughs.windows(2).find_map(|pair| match pair {
            [less, more] if *more > 10 * median && *more > 4 * *less => Some(*less),
            _ => None,
        });
        let changed = |group: &Group<'_>| group.methods.iter().any(|method| changes(method));
        let most = gap.filter(|_| able.len() > HABIT).unwrap_or(u64::MAX);
        able.retain(|_, group| group.through <= most || changed(group) || shares(group));
        // A word that is called as hardly another one is not one of them either.
        let mut methods: BTreeMap<&str, usize> = BTreeMap::new();
        for method in able.values().flat_map(|group| &group.methods) {
            *methods.entry(method).or_default() += 1;
        }
        let usual = |method: &&str| {
            if typed.is_some_and(|typed| typed.methods.contains(method)) {
                return true;
            }
            let least = if changes(method) { HABIT - 1 } else { HABIT };
            methods.get(*method).is_some_and(|count| *count >= least)
        };
        able.retain(|word, group| capitals(word) || shares(group) || group.methods.iter().any(usual));
        // Nor one that is written as names are, where the others are not.
        let names = able.keys().filter(|word| joined(word)).count();
        if names * 5 < able.len() {
            able.retain(|word, _| !joined(word));
        }
        let count = |fits: &dyn Fn(&Group<'_>) -> bool| able.values().filter(|group| fits(group)).count();
        let seldom = count(&|group| group.through <= 2);
        let changed = count(&changed);
        let removed = count(&|group| group.methods.contains("DELETE"));
        let sharing = count(&|group| !group.below.is_empty());
        let spelled = able.keys().filter(|word| codelike(extension(word).0)).count();
        let many = able.len();
        // Among collections stand names.
        let often = |group: &Group<'_>| !item(group) && group.through > 2 * median;
        let collections = siblings.values().filter(|group| collection(group) || often(group));
        let collections = collections.count();
        let among_names = collections >= HABIT && collections * 4 >= siblings.len();
        let codes = able.keys().all(|word| capitals(word) && word.len() <= 3);
        let decided = many >= HABIT && spelled == many
            || many >= FEW && codes && many == siblings.len()
            || !able.is_empty() && able.keys().all(|word| parts.contains(word))
            || count(&owner) >= HABIT
            || !among_names
                && (many >= LARGE && seldom + changed + sharing > 0
                    || many >= OPEN && seldom * 5 >= many
                    || many >= ITEMS && (changed >= HABIT || sharing >= HABIT)
                    || many >= HABIT && removed == many
                    || many >= ITEMS && spelled * 2 >= many
                    || typed.is_some() && many >= HABIT && seldom * 2 >= many);
        if !decided {
            // Among values that spelling tells, what is spelt nearly so.
            let nearly = |word: &&str| typed.is_some() && codelike(extension(word).0);
            let values: BTreeSet<&'a str> = able.keys().copied().filter(|word| nearly(word)).collect();
            // Many names that all are called often are clear.
            let clear = among_names || like.len() < FEW || many >= OPEN && seldom == 0;
            let unclear = like.into_iter().filter(|word| !clear && !values.contains(word)).collect();
            return Judged { values, why, unclear };
        }
        let mut values: BTreeSet<&'a str> = able.into_keys().collect();
        // A word that mostly names something may be a value too: it has what only values have.
        let more = siblings.iter().filter(|(word, group)| {
            free(word) && !CALLER.contains(word) && item(group) && shares(group) && !collection(group)
        });
        values.extend(more.map(|(word, _)| *word));
        // Some items are also posted to; an action is called more often than one of many items.
        let leaf = |group: &Group<'_>| group.below.is_empty() && !collection(group) && group.through <= 2 * median;
        let posted =
            siblings.iter().filter(|(word, group)| !reserved(word) && free(word) && !item(group) && leaf(group));
        let posted: Vec<&'a str> = posted.map(|(word, _)| *word).collect();
        if posted.len() >= HABIT {
            values.extend(posted);
        }
        Judged { values, why, unclear: BTreeSet::new() }
    }
}
