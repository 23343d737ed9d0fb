//! Listed values, numbers, texts and their formats.

use super::pair::{Pair, from_to, short};
use crate::check::Keyword;
use crate::shape::Shape;
use palisade_schema::pattern::{Inclusion, analyze, inclusion};
use palisade_schema::{TypeSet, is_multiple_of};
use std::collections::BTreeSet;

pub(super) fn values(pair: &mut Pair<'_>) {
    let (a, b) = (pair.a, pair.b);
    let word = |shape: &Shape| if shape.node("enum") == shape.node("") { "const" } else { "enum" };
    let place = word(b);
    let list = |values: &BTreeSet<String>| {
        let shown: Vec<String> = values.iter().take(5).map(|value| short(value)).collect();
        let more = if values.len() > 5 { ", …" } else { "" };
        format!(": {}{more}", shown.join(", "))
    };
    match (&a.values, &b.values) {
        (None, Some(values)) => pair.say(Keyword::EnumAdded, place, list(values)),
        (Some(values), None) => pair.say(Keyword::EnumRemoved, word(a), list(values)),
        (Some(old), Some(new)) => {
            for value in new.difference(old) {
                pair.say(Keyword::EnumValueAdded, place, format!(": {}", short(value)));
            }
            for value in old.difference(new) {
                pair.say(Keyword::EnumValueRemoved, place, format!(": {}", short(value)));
            }
        }
        (None, None) => {}
    }
    let none = BTreeSet::new();
    let (old, new) = (a.extensible.as_ref().unwrap_or(&none), b.extensible.as_ref().unwrap_or(&none));
    for value in new.difference(old) {
        pair.say(Keyword::ExtensibleEnumValueAdded, "x-extensible-enum", format!(": {}", short(value)));
    }
    for value in old.difference(new) {
        pair.say(Keyword::ExtensibleEnumValueRemoved, "x-extensible-enum", format!(": {}", short(value)));
    }
}

pub(super) fn numbers(pair: &mut Pair<'_>) {
    let (a, b) = (pair.a, pair.b);
    pair.bound(
        "minimum",
        a.lower.as_ref(),
        b.lower.as_ref(),
        [
            Keyword::MinimumAdded,
            Keyword::MinimumRemoved,
            Keyword::MinimumIncreased,
            Keyword::MinimumDecreased,
            Keyword::MinimumBecameExclusive,
            Keyword::MinimumBecameInclusive,
        ],
    );
    pair.bound(
        "maximum",
        a.upper.as_ref(),
        b.upper.as_ref(),
        [
            Keyword::MaximumAdded,
            Keyword::MaximumRemoved,
            Keyword::MaximumIncreased,
            Keyword::MaximumDecreased,
            Keyword::MaximumBecameExclusive,
            Keyword::MaximumBecameInclusive,
        ],
    );
    let divides = |divisor: &String, values: &BTreeSet<String>| {
        values.iter().any(|value| is_multiple_of(value, divisor) == Some(true))
    };
    // A demand that follows from the other side's is none of its own.
    let lost: Vec<&String> = a.multiples.iter().filter(|divisor| !divides(divisor, &b.multiples)).collect();
    let gained: Vec<&String> = b.multiples.iter().filter(|divisor| !divides(divisor, &a.multiples)).collect();
    let keyword = match (lost.as_slice(), gained.as_slice()) {
        ([], []) => None,
        ([], _) if a.multiples.is_empty() => Some(Keyword::MultipleOfAdded),
        (_, []) if b.multiples.is_empty() => Some(Keyword::MultipleOfRemoved),
        ([], _) => Some(Keyword::MultipleOfNarrowed),
        (_, []) => Some(Keyword::MultipleOfWidened),
        _ => Some(Keyword::MultipleOfChanged),
    };
    if let Some(keyword) = keyword {
        let shown = |values: &BTreeSet<String>| values.iter().map(|value| short(value)).collect::<Vec<_>>().join(", ");
        let detail = match keyword {
            Keyword::MultipleOfAdded => format!(": {}", shown(&b.multiples)),
            Keyword::MultipleOfRemoved => format!(": {}", shown(&a.multiples)),
            _ => from_to(shown(&a.multiples), shown(&b.multiples)),
        };
        pair.say(keyword, "multipleOf", detail);
    }
    formats(pair, TypeSet::NUMBER);
}

pub(super) fn strings(pair: &mut Pair<'_>) {
    let (a, b) = (pair.a, pair.b);
    pair.least(
        "minLength",
        a.min_length,
        b.min_length,
        [Keyword::MinLengthAdded, Keyword::MinLengthRemoved, Keyword::MinLengthIncreased, Keyword::MinLengthDecreased],
    );
    pair.most(
        "maxLength",
        a.max_length,
        b.max_length,
        [Keyword::MaxLengthAdded, Keyword::MaxLengthRemoved, Keyword::MaxLengthIncreased, Keyword::MaxLengthDecreased],
    );
    let lost: Vec<&String> = a.patterns.difference(&b.patterns).filter(|pattern| !analyze(pattern).match_all).collect();
    let gained: Vec<&String> =
        b.patterns.difference(&a.patterns).filter(|pattern| !analyze(pattern).match_all).collect();
    match (lost.as_slice(), gained.as_slice()) {
        ([], gained) => {
            for pattern in gained {
                pair.say(Keyword::PatternAdded, "pattern", format!(": {}", short(pattern)));
            }
        }
        (lost, []) => {
            for pattern in lost {
                pair.say(Keyword::PatternRemoved, "pattern", format!(": {}", short(pattern)));
            }
        }
        ([old], [new]) => {
            let keyword = match inclusion(new, old) {
                Inclusion::Equal => None,
                Inclusion::Narrower => Some(Keyword::PatternNarrowed),
                Inclusion::Wider => Some(Keyword::PatternWidened),
                Inclusion::Neither => Some(Keyword::PatternChanged),
                Inclusion::Undecided => Some(Keyword::PatternUndecided),
            };
            if let Some(keyword) = keyword {
                pair.say(keyword, "pattern", from_to(short(old), short(new)));
            }
        }
        _ => pair.say(Keyword::PatternUndecided, "pattern", ""),
    }
    formats(pair, TypeSet::STRING);
    let text = |value: &Option<String>| value.as_deref().map_or("none".to_owned(), short);
    if a.encoding != b.encoding {
        pair.say(Keyword::ContentEncodingChanged, "contentEncoding", from_to(text(&a.encoding), text(&b.encoding)));
    }
    if a.media != b.media {
        pair.say(Keyword::ContentMediaTypeChanged, "contentMediaType", from_to(text(&a.media), text(&b.media)));
    }
}

/// Formats that a standard describes, and of what type; each of a list allows what the one before it allows.
const NUMERIC: [&[&str]; 2] = [&["int8", "int16", "int32", "int64"], &["float", "double"]];
const UNSIGNED: &[&str] = &["uint8", "uint16", "uint32", "uint64"];
const TEXTUAL: &[&[&str]] = &[
    &["date"],
    &["date-time"],
    &["time"],
    &["duration"],
    &["email", "idn-email"],
    &["hostname", "idn-hostname"],
    &["ipv4"],
    &["ipv6"],
    &["uuid"],
    &["uri", "iri"],
    &["uri-reference", "iri-reference"],
    &["uri", "uri-reference"],
    &["uri", "iri-reference"],
    &["uri-template"],
    &["json-pointer"],
    &["relative-json-pointer"],
    &["regex"],
];

fn formats(pair: &mut Pair<'_>, kind: TypeSet) {
    let numeric = |format: &str| NUMERIC.iter().chain([&UNSIGNED]).any(|list| list.contains(&format));
    let textual = |format: &str| TEXTUAL.iter().any(|list| list.contains(&format));
    // What no standard describes is told about once, where it is for texts; elsewhere when there are no texts.
    let of = |shape: &Shape| -> BTreeSet<String> {
        let mine = |format: &&String| match kind == TypeSet::NUMBER {
            true => numeric(format) || (!textual(format) && !shape.types.meets(TypeSet::STRING)),
            false => !numeric(format),
        };
        shape.formats.iter().filter(mine).cloned().collect()
    };
    let (a, b) = (of(pair.a), of(pair.b));
    let lost: Vec<&String> = a.difference(&b).collect();
    let gained: Vec<&String> = b.difference(&a).collect();
    if lost.is_empty() && gained.is_empty() {
        return;
    }
    let known = |format: &&String| numeric(format) || textual(format);
    let within = |one: &str, other: &str| {
        let lists = NUMERIC.iter().chain([&UNSIGNED]).chain(TEXTUAL);
        lists.into_iter().any(|list| {
            let place = |wanted: &str| list.iter().position(|format| *format == wanted);
            matches!((place(one), place(other)), (Some(one), Some(other)) if one < other)
        })
    };
    let shown = |list: &[&String]| list.iter().map(|format| short(format)).collect::<Vec<_>>().join(", ");
    let (keyword, detail) = match (lost.as_slice(), gained.as_slice()) {
        (lost, gained) if !lost.iter().chain(gained).all(known) => {
            let none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
            (Keyword::FormatUndecided, from_to(none(shown(lost)), none(shown(gained))))
        }
        ([], gained) => (Keyword::FormatAdded, format!(": {}", shown(gained))),
        (lost, []) => (Keyword::FormatRemoved, format!(": {}", shown(lost))),
        ([old], [new]) => {
            let keyword = match (within(old, new), within(new, old)) {
                (true, _) => Keyword::FormatWidened,
                (_, true) => Keyword::FormatNarrowed,
                _ => Keyword::FormatChanged,
            };
            (keyword, from_to(short(old), short(new)))
        }
        (lost, gained) => (Keyword::FormatChanged, from_to(shown(lost), shown(gained))),
    };
    pair.say(keyword, "format", detail);
}
