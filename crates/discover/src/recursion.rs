//! Trees in bodies: objects in objects of their own kind.
//!
//! A tree that was seen three deep has leaves that never had children. Where objects of one kind were seen in one
//! another, what stands at the same step below them and has a part of their members is one of them too.

use crate::bounded::Named;
use crate::schema::{members, object, types};
use crate::sketch::Sketch;

/// Deepest level looked at.
const MAX_DEPTH: usize = 32;

/// An object on the way from the root.
struct Above {
    /// The member it stands under; an item stands under its list's.
    step: Box<str>,
    /// Its members as one text.
    key: String,
    /// Its members with their types.
    members: Vec<(Named, Vec<&'static str>)>,
}

/// Gives the members of their kind to the leaves of trees, as never seen there.
pub(crate) fn close(sketch: &mut Sketch) {
    walk(sketch, "", &mut Vec::new(), 0);
}

fn walk(sketch: &mut Sketch, step: &str, above: &mut Vec<Above>, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    let entered = object(sketch);
    if entered {
        if let Some(kind) = kind_of(sketch, step, above) {
            for (name, _) in &kind.members {
                // A kind has no more members than a sketch may hold.
                let _ = sketch.members.entry(name.clone());
            }
        }
        let listed = sketch.members.iter().map(|(name, member)| (name.clone(), types(member))).collect();
        above.push(Above { step: step.into(), key: members(sketch), members: listed });
    }
    for ((_, name), member) in sketch.members.iter_mut() {
        walk(member, name, above, depth + 1);
    }
    for below in sketch.items.iter_mut().chain(sketch.keyed.iter_mut()) {
        walk(below, step, above, depth + 1);
    }
    if entered {
        above.pop();
    }
}

/// The kind of objects of which this is a leaf: seen in one another at this step, with all members that this has.
fn kind_of<'a>(sketch: &Sketch, step: &str, above: &'a [Above]) -> Option<&'a Above> {
    let fits = |kind: &Above| {
        sketch.members.iter().all(|(name, member)| {
            let mine = types(member);
            kind.members
                .iter()
                .any(|(other, theirs)| other == name && (mine.is_empty() || theirs.is_empty() || mine == *theirs))
        })
    };
    above.iter().enumerate().rev().find_map(|(at, kind)| {
        let again = above.iter().take(at).any(|outer| outer.key == kind.key);
        (again && *kind.step == *step && kind.members.len() > sketch.members.len() && fits(kind)).then_some(kind)
    })
}
