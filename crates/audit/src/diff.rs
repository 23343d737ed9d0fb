//! Unified diffs, cut from the edits themselves: what was not edited is never compared.

use palisade_document::edit::Edit;
use std::fmt::Write;
use std::ops::Range;

/// Lines shown around a change.
const CONTEXT: usize = 3;

/// A stretch of the new text.
enum Piece {
    /// Bytes of the old text.
    Old(Range<usize>),
    New(String),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Piece::Old(range) => range.len(),
            Piece::New(text) => text.len(),
        }
    }
}

/// Pieces after one more round of edits, which are sorted and do not overlap.
fn edited(pieces: Vec<Piece>, edits: &[Edit]) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len() + 2 * edits.len());
    let mut edits = edits.iter().peekable();
    let mut at = 0;
    // Bytes that an edit still takes out of the pieces that follow.
    let mut skip = 0;
    for piece in pieces {
        let end = at + piece.len();
        let mut from = at + skip.min(piece.len());
        skip -= from - at;
        while let Some(edit) = edits.peek().filter(|edit| (edit.span.start as usize) < end) {
            let (start, stop) = (edit.span.start as usize, edit.span.end as usize);
            push(&mut out, &piece, from - at..start.max(from) - at);
            out.push(Piece::New(edit.text.clone()));
            from = stop.clamp(start.max(from), end);
            skip = stop.saturating_sub(end);
            edits.next();
        }
        push(&mut out, &piece, from - at..end - at);
        at = end;
    }
    out.extend(edits.map(|edit| Piece::New(edit.text.clone())));
    out
}

fn push(out: &mut Vec<Piece>, piece: &Piece, range: Range<usize>) {
    if range.is_empty() {
        return;
    }
    out.push(match piece {
        Piece::Old(old) => Piece::Old(old.start + range.start..old.start + range.end),
        Piece::New(text) => Piece::New(text.get(range).unwrap_or_default().to_owned()),
    });
}

/// A change: bytes of the old text and bytes of the new one.
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

/// Lines of the old text, by number from 0, and the lines that take their place.
struct Hunk<'t> {
    old: Range<usize>,
    new: Vec<&'t str>,
}

/// The unified diff from `before` to `after`, which the rounds of edits made of it; empty when nothing changed.
pub fn diff(name: &str, before: &str, after: &str, rounds: &[Vec<Edit>]) -> String {
    let start = vec![Piece::Old(0..before.len())];
    let pieces = rounds.iter().fold(start, |pieces, edits| edited(pieces, edits));
    let lines: Vec<&str> = before.split_inclusive('\n').collect();
    let hunks = hunks(&lines, before, after, &changes(&pieces, before.len()));
    let mut out = String::new();
    let mut at = 0;
    let mut shift: i64 = 0;
    while let Some(first) = hunks.get(at) {
        if out.is_empty() {
            let _ = writeln!(out, "--- {name}\n+++ {name}");
        }
        let mut last = at;
        while let (Some(here), Some(next)) = (hunks.get(last), hunks.get(last + 1))
            && next.old.start <= here.old.end + 2 * CONTEXT
        {
            last += 1;
        }
        let group = hunks.get(at..=last).unwrap_or_default();
        let from = first.old.start.saturating_sub(CONTEXT);
        let to = group.last().map_or(from, |hunk| (hunk.old.end + CONTEXT).min(lines.len()));
        let added: usize = group.iter().map(|hunk| hunk.new.len()).sum();
        let gone: usize = group.iter().map(|hunk| hunk.old.len()).sum();
        let count = to - from;
        let new_count = count + added - gone;
        let line = |first: usize, count: usize| if count == 0 { first } else { first + 1 };
        let new_from = (from as i64 + shift).max(0) as usize;
        let _ = writeln!(out, "@@ -{},{count} +{},{new_count} @@", line(from, count), line(new_from, new_count));
        let mut here = from;
        for hunk in group {
            show(&mut out, ' ', lines.get(here..hunk.old.start).unwrap_or_default());
            show(&mut out, '-', lines.get(hunk.old.clone()).unwrap_or_default());
            show(&mut out, '+', &hunk.new);
            here = hunk.old.end;
        }
        show(&mut out, ' ', lines.get(here..to).unwrap_or_default());
        shift += added as i64 - gone as i64;
        at = last + 1;
    }
    out
}

fn show(out: &mut String, mark: char, lines: &[&str]) {
    for line in lines {
        out.push(mark);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// What lies between stretches of the old text.
fn changes(pieces: &[Piece], len: usize) -> Vec<Change> {
    let mut found: Vec<Change> = Vec::new();
    let (mut old, mut new, mut fresh) = (0, 0, 0);
    let mut close = |old: usize, to: usize, fresh: usize, new: usize| {
        if old != to || fresh != new {
            found.push(Change { old: old..to, new: fresh..new });
        }
    };
    for piece in pieces {
        if let Piece::Old(range) = piece {
            close(old, range.start, fresh, new);
            old = range.end;
            fresh = new + range.len();
        }
        new += piece.len();
    }
    close(old, len, fresh, new);
    found
}

/// Changes widened to whole lines; lines that are the same at both ends are left out again.
fn hunks<'t>(lines: &[&'t str], before: &'t str, after: &'t str, changes: &[Change]) -> Vec<Hunk<'t>> {
    let mut starts = Vec::with_capacity(lines.len() + 1);
    let mut at = 0;
    for line in lines {
        starts.push(at);
        at += line.len();
    }
    starts.push(at);
    let line_of = |offset: usize| starts.partition_point(|start| *start <= offset).saturating_sub(1);
    let mut wide: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for change in changes {
        let from = line_of(change.old.start.min(before.len())).min(lines.len());
        let lead = change.old.start - starts.get(from).copied().unwrap_or(0);
        let mut to = line_of(change.old.end.min(before.len())).min(lines.len());
        // A change that ends where a line begins leaves that line alone, when the new text ends a line too.
        let whole = starts.get(to) == Some(&change.old.end)
            && (change.new.is_empty() && lead == 0
                || after.get(..change.new.end).is_some_and(|text| text.ends_with('\n')));
        if !whole {
            to = (to + 1).min(lines.len());
        }
        let rest = starts.get(to).copied().unwrap_or(before.len()).saturating_sub(change.old.end);
        let new = change.new.start.saturating_sub(lead)..change.new.end + rest;
        match wide.last_mut() {
            Some((old, last)) if from < old.end || new.start < last.end => {
                // What the first took to be the rest of its line may have been changed by this one.
                last.end = if to >= old.end { new.end } else { last.end };
                old.end = old.end.max(to);
            }
            _ => wide.push((from..to, new)),
        }
    }
    let hunk = |(old, new): (Range<usize>, Range<usize>)| {
        let mut old = old;
        let mut fresh: Vec<&str> = after.get(new).unwrap_or_default().split_inclusive('\n').collect();
        while old.start < old.end && fresh.first() == lines.get(old.start) && !fresh.is_empty() {
            old.start += 1;
            fresh.remove(0);
        }
        while old.start < old.end && fresh.last() == lines.get(old.end - 1) && !fresh.is_empty() {
            old.end -= 1;
            fresh.pop();
        }
        Hunk { old, new: fresh }
    };
    wide.into_iter().map(hunk).filter(|hunk| !hunk.old.is_empty() || !hunk.new.is_empty()).collect()
}
