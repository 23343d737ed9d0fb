//! Makes the fixes that findings carry, and proves each change by judging the result.
//!
//! A fix is kept only when the place it mends is gone afterwards, no place is new, and the score has not fallen.
//! What was kept is judged again until nothing more can be mended, so a second run changes nothing.

use crate::report::{AuditReport, State};
use palisade_document::Span;
use palisade_document::edit::{Edit, apply, disjoint};
use palisade_finding::{Fix, Safety};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// Times the contract is mended and judged again.
const MAX_ROUNDS: usize = 12;
/// Fixes made in one round.
const MAX_FIXES: usize = 20_000;
/// Times a set of fixes is tried again without those that are at fault.
const MAX_TRIES: usize = 4;

/// Times parts of a set of fixes are tried when it cannot be seen which of them is at fault.
const MAX_ATTEMPTS: usize = 100;
/// Bytes of text judged for that, as long as each rule was tried once.
const MAX_JUDGED: usize = 20 << 20;

/// A fix that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The rule whose finding is mended.
    pub rule: String,
    /// The rule's short name.
    pub name: String,
    /// What was done.
    pub what: String,
    /// The file that was changed.
    pub file: String,
    /// Line of the change when it was made, from 1.
    pub line: u32,
}

/// A fix that was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The rule whose finding stays.
    pub rule: String,
    /// What would have been done.
    pub what: String,
    /// The file that would have been changed.
    pub file: String,
    /// Line of the change, from 1.
    pub line: u32,
    /// Why it was left out.
    pub why: String,
}

/// What mending gave.
#[derive(Debug)]
pub struct Mending {
    /// The main file.
    pub main: Mended,
    /// The other files of the contract.
    pub others: Vec<Mended>,
    /// Times the contract was mended and judged again.
    pub rounds: usize,
    /// The fixes made.
    pub made: Vec<Made>,
    /// The fixes that would have done harm.
    pub left_out: Vec<LeftOut>,
    /// The report on the text before.
    pub before: AuditReport,
    /// The report on the text afterwards.
    pub after: AuditReport,
}

/// A file that was mended.
#[derive(Debug, Clone, Default)]
pub struct Mended {
    /// Its name in findings.
    pub name: String,
    /// The text afterwards; the one before where nothing could be mended.
    pub text: String,
    /// The edits of each round, as the findings published them; their offsets count in the text before the round.
    pub rounds: Vec<Vec<Edit>>,
}

/// One fix of a finding.
#[derive(Clone)]
struct Candidate {
    rule: String,
    name: String,
    fix: Fix,
}

impl Candidate {
    /// What it changes in a file.
    fn edits<'s>(&'s self, file: &'s str) -> impl Iterator<Item = Edit> + 's {
        let own = self.fix.edits.iter().filter(move |edit| edit.file == file);
        own.map(|edit| Edit { span: Span { start: edit.start, end: edit.end }, text: edit.text.clone() })
    }

    fn place(&self) -> (String, u32) {
        self.fix.edits.first().map_or((String::new(), 1), |edit| (edit.file.clone(), edit.from.0))
    }
}

/// Texts and the report on them.
struct Judged {
    texts: Vec<String>,
    report: AuditReport,
}

/// What the steps of mending share.
struct Bench<'j> {
    /// The names of the files.
    names: Vec<String>,
    judge: &'j mut dyn FnMut(&[String]) -> AuditReport,
}

/// Mends a contract's text. `judge` gives the report on a text, with fixes; it may leave findings out that are not to
/// be mended. Fixes that tighten the contract are made only where `risky` says so.
pub fn mend(source: &str, risky: bool, judge: &mut dyn FnMut(&str) -> AuditReport) -> Mending {
    let mut judge = |texts: &[String]| judge(texts.first().map_or("", String::as_str));
    mend_files(&[(String::new(), source.to_owned())], risky, &mut judge)
}

/// Mends a contract that is spread over files: names and texts, the main file first, as
/// [`audit_files`](crate::audit_files) gives them. `judge` gets the texts in the same order.
pub fn mend_files(files: &[(String, String)], risky: bool, judge: &mut dyn FnMut(&[String]) -> AuditReport) -> Mending {
    let texts: Vec<String> = files.iter().map(|(_, text)| text.clone()).collect();
    let before = judge(&texts);
    // The main file is called what the report calls it.
    let others = files.iter().skip(1).map(|(name, _)| name.clone());
    let names: Vec<String> = std::iter::once(before.contract.path.clone()).chain(others).collect();
    let mut bench = Bench { names, judge };
    let mut now = Judged { texts, report: before.clone() };
    let mut made = Vec::new();
    let mut rounds: Vec<Vec<Vec<Edit>>> = vec![Vec::new(); bench.names.len()];
    let mut count = 0;
    let mut left_out: BTreeMap<u64, LeftOut> = BTreeMap::new();
    while count < MAX_ROUNDS && now.report.state != State::StructureInvalid {
        let chosen = choose(&now.report, &bench.names, risky, &left_out);
        if chosen.is_empty() {
            break;
        }
        let mut refused = Vec::new();
        let (kept, next) = bench.settle(&now, chosen, &mut refused);
        for (candidate, why) in refused {
            let (file, line) = candidate.place();
            let what = candidate.fix.what.clone();
            left_out.insert(candidate.fix.place, LeftOut { rule: candidate.rule, what, file, line, why });
        }
        let Some(next) = next else { continue };
        count += 1;
        for (name, rounds) in bench.names.iter().zip(&mut rounds) {
            rounds.push(edits(&kept, name));
        }
        made.extend(kept.into_iter().map(|one| {
            let (file, line) = one.place();
            Made { rule: one.rule, name: one.name, what: one.fix.what, file, line }
        }));
        now = next;
        // What did harm before may do none now.
        left_out.clear();
    }
    let files = bench.names.into_iter().zip(now.texts).zip(rounds);
    let mut files = files.map(|((name, text), rounds)| Mended { name, text, rounds });
    Mending {
        main: files.next().unwrap_or_default(),
        others: files.collect(),
        rounds: count,
        made,
        left_out: left_out.into_values().collect(),
        before,
        after: now.report,
    }
}

/// What is changed already in one file.
#[derive(Default)]
struct Taken {
    spans: BTreeSet<(u32, u32)>,
    inserted: HashMap<u32, Vec<String>>,
}

impl Taken {
    fn is_free(&self, edit: &palisade_finding::Edit) -> bool {
        let span = Span { start: edit.start, end: edit.end };
        fits(&self.spans, span)
            && !self.inserted.get(&edit.start).is_some_and(|texts| texts.contains(&subject(&edit.text)))
    }

    fn take(&mut self, edit: &palisade_finding::Edit) {
        self.spans.insert((edit.start, edit.end));
        if edit.start == edit.end {
            self.inserted.entry(edit.start).or_default().push(subject(&edit.text));
        }
    }
}

/// The fixes to try: none that was left out, none that touches another one, none of a file that is not at hand.
fn choose(report: &AuditReport, names: &[String], risky: bool, left_out: &BTreeMap<u64, LeftOut>) -> Vec<Candidate> {
    let mut taken: HashMap<&str, Taken> = names.iter().map(|name| (name.as_str(), Taken::default())).collect();
    let mut chosen = Vec::new();
    for finding in &report.findings {
        let fixes = finding.fixes.iter().filter(|fix| {
            (risky || fix.safety == Safety::Safe) && !left_out.contains_key(&fix.place) && !fix.edits.is_empty()
        });
        for fix in fixes {
            if chosen.len() >= MAX_FIXES {
                return chosen;
            }
            let free = |edit| taken.get(file_of(edit)).is_some_and(|taken| taken.is_free(edit));
            if !fix.edits.iter().all(free) || !apart(fix) {
                continue;
            }
            for edit in &fix.edits {
                if let Some(taken) = taken.get_mut(file_of(edit)) {
                    taken.take(edit);
                }
            }
            let (rule, name) = (finding.rule.to_string(), finding.name.to_string());
            chosen.push(Candidate { rule, name, fix: fix.clone() });
        }
    }
    chosen
}

fn file_of(edit: &palisade_finding::Edit) -> &str {
    &edit.file
}

/// Whether the edits of a fix can be made together.
fn apart(fix: &Fix) -> bool {
    let mut taken: HashMap<&str, BTreeSet<(u32, u32)>> = HashMap::new();
    fix.edits.iter().all(|edit| {
        let taken = taken.entry(&edit.file).or_default();
        let free = fits(taken, Span { start: edit.start, end: edit.end });
        taken.insert((edit.start, edit.end));
        free
    })
}

/// The key that an insertion adds: two insertions of one key are one too many. Of an item, and of anything else, all of
/// it.
fn subject(text: &str) -> String {
    let text = text.trim_start_matches([',', ' ', '\t', '\r', '\n']);
    let key = match text.chars().next() {
        Some('-' | '{' | '[') => return text.trim_end().to_owned(),
        Some(quote @ ('"' | '\'')) => text.get(1..).and_then(|rest| rest.split_once(quote)).map(|(key, _)| key),
        _ => text.split_once(": ").or_else(|| text.split_once(":\n")).map(|(key, _)| key),
    };
    key.unwrap_or(text).trim_end().to_owned()
}

/// Whether a range is free of the ones taken, which do not overlap each other.
fn fits(taken: &BTreeSet<(u32, u32)>, span: Span) -> bool {
    let range = |(start, end): (u32, u32)| Span { start, end };
    // What is inserted where the range begins does not touch it.
    let beyond = (span.start, span.start.saturating_add(1));
    let below = taken.range(..beyond).next_back();
    let above = taken.range(beyond..).next();
    let same = span.start != span.end && taken.contains(&(span.start, span.end));
    !same && below.into_iter().chain(above).all(|other| disjoint(range(*other), span))
}

/// The edits of several fixes in one file, in the order in which they are made.
fn edits(chosen: &[Candidate], file: &str) -> Vec<Edit> {
    let mut edits: Vec<Edit> = chosen.iter().flat_map(|one| one.edits(file)).collect();
    edits.sort_by(|a, b| (a.span.start, a.span.end, &a.text).cmp(&(b.span.start, b.span.end, &b.text)));
    edits
}

/// Why a set of fixes is not kept.
struct Harm {
    why: String,
    /// The fixes at fault, by their place in the list, each with its own reason; empty when that is not known.
    at_fault: BTreeMap<usize, String>,
}

impl Bench<'_> {
    /// Makes as many of the chosen fixes as do no harm. Gives those made and the text they lead to.
    fn settle(
        &mut self,
        now: &Judged,
        chosen: Vec<Candidate>,
        refused: &mut Vec<(Candidate, String)>,
    ) -> (Vec<Candidate>, Option<Judged>) {
        let mut all = chosen;
        for _ in 0..MAX_TRIES {
            if all.is_empty() {
                return (all, None);
            }
            match self.attempt(now, &all) {
                Ok(next) => return (all, Some(next)),
                Err(Harm { at_fault, .. }) if at_fault.is_empty() => break,
                Err(Harm { at_fault, .. }) => {
                    let mut kept = Vec::new();
                    for (at, candidate) in all.into_iter().enumerate() {
                        match at_fault.get(&at) {
                            Some(why) => refused.push((candidate, why.clone())),
                            None => kept.push(candidate),
                        }
                    }
                    all = kept;
                }
            }
        }
        // Which fix is at fault cannot be seen: first one rule after the other, then of those that do harm one half after
        // the other, as long as that takes.
        let mut by_rule: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
        for candidate in all {
            by_rule.entry(candidate.rule.clone()).or_default().push(candidate);
        }
        let mut left =
            (MAX_JUDGED / now.texts.iter().map(String::len).sum::<usize>().max(1)).clamp(by_rule.len(), MAX_ATTEMPTS);
        let mut groups: VecDeque<Vec<Candidate>> = by_rule.into_values().collect();
        let mut kept: Vec<Candidate> = Vec::new();
        let mut best = None;
        while let Some(group) = groups.pop_front() {
            if left == 0 {
                refused.extend(group.into_iter().map(|one| (one, "too many fixes to try one by one".to_owned())));
                continue;
            }
            left -= 1;
            let with: Vec<Candidate> = kept.iter().cloned().chain(group.iter().cloned()).collect();
            match self.attempt(now, &with) {
                Ok(next) => {
                    kept = with;
                    best = Some(next);
                }
                Err(_) if group.len() > 1 => {
                    let mut group = group;
                    let half = group.split_off(group.len() / 2);
                    groups.extend([group, half]);
                }
                Err(harm) => refused.extend(group.into_iter().map(|candidate| (candidate, harm.why.clone()))),
            }
        }
        (kept, best)
    }

    /// Makes fixes and judges the result.
    fn attempt(&mut self, now: &Judged, chosen: &[Candidate]) -> Result<Judged, Harm> {
        let texts = self.names.iter().zip(&now.texts).map(|(name, text)| apply(text, &edits(chosen, name)));
        let Ok(texts) = texts.collect::<Result<Vec<String>, _>>() else {
            return Err(Harm { why: "its edits overlap others".to_owned(), at_fault: BTreeMap::new() });
        };
        let report = (self.judge)(&texts);
        let mut before: HashMap<u64, i64> = HashMap::new();
        for place in &now.report.places {
            *before.entry(place.key).or_default() += 1;
        }
        let mut after = before.clone();
        for place in &report.places {
            *after.entry(place.key).or_default() -= 1;
        }
        let mut why = None;
        let mut at_fault = BTreeMap::new();
        let starts: Vec<_> = self.names.iter().map(|name| ranges(chosen, name)).collect();
        for place in report.places.iter().filter(|place| after.get(&place.key).is_some_and(|left| *left < 0)) {
            let reason = format!("it would bring a finding of {}", place.rule);
            let found = starts.get(place.file).into_iter().flatten().filter(|(range, _)| range.contains(&place.start));
            for (_, at) in found {
                at_fault.insert(*at, reason.clone());
            }
            why.get_or_insert(reason);
        }
        // A place that is still there was not mended.
        for (at, candidate) in chosen.iter().enumerate() {
            let key = candidate.fix.place;
            if before.contains_key(&key) && after.get(&key).is_none_or(|left| *left <= 0) {
                let reason = "the finding would stay".to_owned();
                at_fault.entry(at).or_insert_with(|| reason.clone());
                why.get_or_insert(reason);
            }
        }
        if why.is_none() && (report.score.total < now.report.score.total || report.state == State::StructureInvalid) {
            why = Some("the score would fall".to_owned());
        }
        match why {
            Some(why) => Err(Harm { why, at_fault }),
            None => Ok(Judged { texts, report }),
        }
    }
}

/// Where the new text of each fix stands in a file afterwards, with the fix's place in the list.
fn ranges(chosen: &[Candidate], file: &str) -> Vec<(std::ops::Range<u32>, usize)> {
    let mut edits: Vec<(Edit, usize)> =
        chosen.iter().enumerate().flat_map(|(at, one)| one.edits(file).map(move |edit| (edit, at))).collect();
    edits.sort_by(|(a, _), (b, _)| (a.span.start, a.span.end, &a.text).cmp(&(b.span.start, b.span.end, &b.text)));
    let mut moved: i64 = 0;
    let mut found = Vec::new();
    for (edit, at) in edits {
        let start = (i64::from(edit.span.start) + moved).max(0) as u32;
        let len = edit.text.len() as u32;
        found.push((start..start.saturating_add(len.max(1)), at));
        moved += i64::from(len) - i64::from(edit.span.end - edit.span.start);
    }
    found
}
