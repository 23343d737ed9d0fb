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

/// Whether values by spelling are below a place, or more words than are kept.
fn holds_values(group: &Group<'_>) -> bool {
    group.nodes.iter().any(|node| !node.typed.is_empty() || node.spills().next().is_some())
}

/// Extensions of documents and media, which an API serves by the name of each. Data and pages are not among them:
/// `users.json` is a form of a collection.
const DOCUMENTS: [&str; 15] =
    ["pdf", "doc", "docx", "xls", "xlsx", "zip", "png", "jpg", "jpeg", "gif", "webp", "mp3", "mp4", "webm", "wav"];

/// Whether siblings are files of one kind: documents or media, more than one, with nothing below them and not run by a
/// POST. What is fetched file by file has the file's name in its path.
fn files(siblings: &BTreeMap<&str, Group<'_>>) -> bool {
    let document = |word: &str| {
        let (stem, end) = extension(word);
        !reserved(stem) && end.is_some_and(|end| DOCUMENTS.contains(&end.to_ascii_lowercase().as_str()))
    };
    let leaf = |group: &Group<'_>| group.below.is_empty() && !holds_values(group);
    // A single word may name the one document of its kind.
    let worded = |word: &str| extension(word).0.bytes().all(|byte| byte.is_ascii_alphabetic());
    let enough = if siblings.keys().any(|word| worded(word)) { HABIT } else { FEW };
    siblings.len() >= enough && siblings.iter().all(|(word, group)| document(word) && item(group) && leaf(group))
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
        below_value: bool,
    ) -> Judged<'a> {
        if files(siblings) && said.is_empty() {
            let why = "files of one kind".to_owned();
            return Judged { values: siblings.keys().copied().collect(), why, unclear: BTreeSet::new() };
        }
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
            holds_values(group) || own > CHILDREN || own > 0 && !shares(group)
        };
        // A code may have values below it.
        let able = |word: &str, group: &Group<'_>| {
            free(word)
                && item(group)
                && (capitals(word) || parts.contains(word) || !collection(group))
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
        let called = able.values().filter(|group| !group.methods.is_empty()).count();
        let usual = |method: &str, group: &Group<'_>| {
            if typed.is_some_and(|typed| typed.methods.contains(method)) {
                return true;
            }
            // Where hardly one is called itself, one that is read no more often than they are used is read as an item:
            // items of items, such as the repositories of an owner, are often known by what is below them alone.
            let least = match method {
                "GET" if below_value && called < HABIT && group.through <= 2 * median => 1,
                method if changes(method) => HABIT - 1,
                _ => HABIT,
            };
            methods.get(method).is_some_and(|count| *count >= least)
        };
        able.retain(|word, group| {
            capitals(word) || shares(group) || group.methods.iter().any(|method| usual(method, group))
        });
        // Nor one that is written as names are, where the others are not.
        let names = able.keys().filter(|word| joined(word)).count();
        let snakes = able.keys().filter(|word| joined(word) && word.contains('_')).count();
        if names * 5 < able.len() && snakes < HABIT {
            able.retain(|word, _| !joined(word));
        }
        let count = |fits: &dyn Fn(&Group<'_>) -> bool| able.values().filter(|group| fits(group)).count();
        let seldom = count(&|group| group.through <= 2);
        let changed = count(&changed);
        let removed = count(&|group| group.methods.contains("DELETE"));
        // Words that mostly name something share too.
        let sharing = count(&|group| !group.below.is_empty());
        let sharing = sharing.max(siblings.values().filter(|group| item(group) && shares(group)).count());
        let spelled = able.keys().filter(|word| codelike(extension(word).0)).count();
        let many = able.len();
        // Among collections stand names.
        let often = |group: &Group<'_>| !item(group) && group.through > 2 * median;
        let named = |word: &str, group: &Group<'_>| collection(group) && !parts.contains(word) || often(group);
        let collections = siblings.iter().filter(|(word, group)| named(word, group)).count();
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
        let owners = count(&owner) >= HABIT;
        let mut values: BTreeSet<&'a str> = able.into_keys().collect();
        // What is not called itself goes with many values by what is below it: all of it is below another one too.
        let silent = siblings.iter().filter(|(word, group)| {
            let again = |count: Option<&usize>| count.is_some_and(|count| *count >= 2);
            let shared = group.below.iter().all(|word| again(below.get(word)));
            let owned = owners && group.deeper.iter().any(|word| again(deeper.get(word)));
            free(word)
                && !reserved(word)
                && group.methods.is_empty()
                && !group.below.is_empty()
                && (values.len() >= OPEN && shared && !holds_values(group) || owners && shared || owned)
        });
        let silent: Vec<&'a str> = silent.map(|(word, _)| *word).collect();
        values.extend(silent);
        // Among very many, a seldom one that is only changed or removed is an item too.
        if values.len() >= LARGE {
            let lone = siblings.iter().filter(|(word, group)| {
                let only = !group.methods.is_empty() && group.methods.iter().all(|method| changes(method));
                free(word) && !reserved(word) && !joined(word) && only && group.through <= 2 && group.below.is_empty()
            });
            let lone: Vec<&'a str> = lone.map(|(word, _)| *word).collect();
            values.extend(lone);
        }
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
