//! Which fields of an operation hold sensitive data: what was noted of single values, weighed over all of them.

use crate::induce::Variable;
use crate::inventory::{Direction, Part, SensitiveField};
use crate::operation::{Media, Operation};
use crate::sketch::{Seen, Sketch};
use palisade_sensitive::{Kind, Rules, Side};
use std::collections::{BTreeMap, BTreeSet};

/// Most sensitive fields listed per operation.
const MOST: usize = 64;
/// Values of one length from which on it shows whether check digits agree by chance.
const CHANCE: u64 = 10;

/// Direction, part, place, kind: how often seen, and how often without a credential.
type Found = BTreeMap<(Direction, Part, String, Kind), Seen>;

/// The fields with sensitive data, without those that the rules except at this operation (`METHOD /template`).
pub(crate) fn sensitive(
    known: &Operation,
    variables: &[Variable],
    operation: &str,
    rules: &Rules,
) -> Vec<SensitiveField> {
    let mut found = Found::new();
    for (_, media) in known.request.iter() {
        body(Direction::Request, media, rules, &mut found);
    }
    for (_, answers) in known.answers.iter().filter(|(status, _)| (200..300).contains(*status)) {
        for (_, media) in answers.media.iter() {
            body(Direction::Response, media, rules, &mut found);
        }
    }
    for (part, parameters) in [(Part::Query, &known.query), (Part::Header, &known.headers)] {
        for ((_, name), parameter) in parameters.iter() {
            note(Direction::Request, part, name, &parameter.sketch, rules, &mut found);
        }
    }
    for ((_, name), parameter) in known.matrix.iter() {
        note(Direction::Request, Part::Path, name, &parameter.sketch, rules, &mut found);
    }
    for variable in variables {
        if let Some(count) = variable.classes.get("email") {
            let place = (Direction::Request, Part::Path, variable.name.clone(), Kind::Email);
            found.insert(place, Seen { count: *count, open: 0 });
        }
    }
    pairs_only(&mut found);
    found
        .into_iter()
        .filter(|((direction, _, pointer, kind), _)| {
            let side = match direction {
                Direction::Request => Side::Request,
                Direction::Response => Side::Response,
            };
            !rules.excepted(*kind, operation, side, pointer)
        })
        .take(MOST)
        .map(|((direction, part, pointer, kind), seen)| SensitiveField {
            direction,
            part,
            pointer,
            kind,
            count: seen.count,
            unauthenticated: seen.open,
        })
        .collect()
}

fn body(direction: Direction, media: &Media, rules: &Rules, found: &mut Found) {
    let mut open: Vec<(String, &Sketch)> = vec![(String::new(), &media.sketch)];
    while let Some((pointer, sketch)) = open.pop() {
        note(direction, Part::Body, &pointer, sketch, rules, found);
        for ((_, name), member) in sketch.members.iter() {
            open.push((palisade_document::pointer::child(&pointer, name), member));
        }
        open.extend(sketch.items.iter().chain(sketch.keyed.iter()).map(|below| (format!("{pointer}/*"), &**below)));
    }
}

fn note(direction: Direction, part: Part, pointer: &str, sketch: &Sketch, rules: &Rules, found: &mut Found) {
    for (word, seen) in &sketch.sensitive {
        let Some(kind) = rules.kind(word).filter(|kind| !by_chance(*kind, seen, sketch)) else { continue };
        let sum = found.entry((direction, part, pointer.to_owned(), kind)).or_default();
        sum.count += seen.count;
        sum.open += seen.open;
    }
}

/// Whether check digits agree by chance: every tenth number of sixteen digits passes as a card. Where all values of a
/// field have one length and most of them are no cards, the field numbers something else.
fn by_chance(kind: Kind, seen: &Seen, sketch: &Sketch) -> bool {
    let one_length = sketch.length.is_some_and(|(shortest, longest)| shortest == longest);
    kind == Kind::CardNumber && one_length && sketch.text >= CHANCE && seen.count * 2 < sketch.text
}

/// A field called `lat` may be a latency and `long` a truth value: the short names are believed where both stand
/// together.
fn pairs_only(found: &mut Found) {
    let last = |pointer: &str| pointer.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let short = |name: &str| matches!(name, "lat" | "lng" | "lon" | "long");
    let places: BTreeSet<(Direction, Part, String, bool)> = found
        .keys()
        .filter(|(_, _, _, kind)| *kind == Kind::Location)
        .map(|(direction, part, pointer, _)| {
            let holder = pointer.rsplit_once('/').map_or("", |(holder, _)| holder);
            (*direction, *part, holder.to_owned(), last(pointer).starts_with("lat"))
        })
        .collect();
    found.retain(|(direction, part, pointer, kind), _| {
        let name = last(pointer);
        let holder = pointer.rsplit_once('/').map_or("", |(holder, _)| holder);
        *kind != Kind::Location
            || !short(&name)
            || places.contains(&(*direction, *part, holder.to_owned(), !name.starts_with("lat")))
    });
}
