//! Whether one caller did something, or several.
//!
//! What only one of many callers sends is no part of an API yet: it may be an attacker who tries what is accepted.

use crate::operation::Operation;
use crate::sketch::{Sketch, Value, ValueKind};
use serde::{Deserialize, Serialize};

/// From so many callers on, what one of them alone does is not believed.
pub(crate) const MANY: u64 = 5;
/// Words of one caller each are not part of an enumeration when they are fewer than one in so many.
const RARE: u64 = 20;

/// Sum and sum of squares, modulo 2^64, of the hashes of the callers who did something: enough to tell whether it was one
/// caller alone, however often, whatever was merged, and of what is left when others are taken out. By the inequality of
/// Cauchy and Schwarz the square of the sum is the count times the sum of the squares when all are equal, and only then;
/// modulo 2^64 two callers pass for one once in 2^32 cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "(u64, u64)", into = "(u64, u64)")]
pub(crate) struct Spread {
    sum: u64,
    squares: u64,
}

impl From<(u64, u64)> for Spread {
    fn from((sum, squares): (u64, u64)) -> Self {
        Spread { sum, squares }
    }
}

impl From<Spread> for (u64, u64) {
    fn from(spread: Spread) -> Self {
        (spread.sum, spread.squares)
    }
}

impl Spread {
    pub(crate) fn add(&mut self, caller: u64) {
        self.merge(Spread { sum: caller, squares: caller.wrapping_mul(caller) });
    }

    pub(crate) fn merge(&mut self, other: Spread) {
        self.sum = self.sum.wrapping_add(other.sum);
        self.squares = self.squares.wrapping_add(other.squares);
    }

    /// Those of these who are not those.
    fn without(self, other: Spread) -> Spread {
        Spread { sum: self.sum.wrapping_sub(other.sum), squares: self.squares.wrapping_sub(other.squares) }
    }

    /// Nobody was counted, as in what an API answers.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Spread::default()
    }

    /// Whether what was done so often was done by one caller alone.
    fn alone(self, count: u64) -> bool {
        count > 0 && !self.is_empty() && self.sum.wrapping_mul(self.sum) == count.wrapping_mul(self.squares)
    }
}

impl Operation {
    /// The operation without what only one of many callers sent, left out or was refused with.
    pub(crate) fn believed(mut self) -> Operation {
        if self.callers.estimate() < MANY {
            return self;
        }
        let (all, successes) = (self.sent, self.successes);
        for parameters in [&mut self.query, &mut self.headers, &mut self.cookies] {
            parameters.retain(|_, parameter| !parameter.spread.alone(parameter.seen));
            for (_, parameter) in parameters.iter_mut() {
                parameter.sketch.believe();
                let absent = successes.saturating_sub(parameter.seen);
                if all.without(parameter.spread).alone(absent) {
                    parameter.seen = successes;
                }
            }
        }
        if self.request.iter().any(|(_, media)| !media.spread.alone(media.seen)) {
            self.request.retain(|_, media| !media.spread.alone(media.seen));
        }
        for (_, media) in self.request.iter_mut() {
            media.sketch.believe();
        }
        if all.without(self.bodied).alone(successes.saturating_sub(self.with_body)) {
            self.with_body = successes;
        }
        if self.answers.values().any(|answers| !answers.spread.alone(answers.count)) {
            self.answers.retain(|status, answers| *status < 400 || !answers.spread.alone(answers.count));
        }
        self
    }
}

impl Sketch {
    /// Takes out what one caller alone sent. Values that are not believed count as values of the usual kind, and so do
    /// members that one caller alone left out. Recursion is bounded by the depth of a shape.
    fn believe(&mut self) {
        self.members.retain(|_, member| !member.spread.alone(member.seen));
        let objects = self.kinds.as_ref().map(|kinds| kinds.of(ValueKind::Object)).unwrap_or_default();
        for (_, member) in self.members.iter_mut() {
            let absent = self.object.saturating_sub(member.seen);
            let granted = objects.without(member.spread).alone(absent);
            member.believe();
            if granted {
                member.grant(absent);
            }
        }
        for below in self.items.iter_mut().chain(self.keyed.iter_mut()) {
            below.believe();
        }
        if let Some(kinds) = self.kinds.clone() {
            let seen = ValueKind::ALL.into_iter().filter(|kind| self.count(*kind) > 0);
            let (lone, usual): (Vec<_>, Vec<_>) = seen.partition(|kind| kinds.of(*kind).alone(self.count(*kind)));
            if !usual.is_empty() {
                let unbelieved = lone.into_iter().map(|kind| std::mem::take(self.count_mut(kind))).sum::<u64>();
                self.seen -= unbelieved.min(self.seen);
                self.grant(unbelieved);
            }
        }
        if self.below_zero.alone(self.negative) {
            self.negative = 0;
        }
        let formatted: u64 = self.formats.values().sum();
        let plain = self.text.saturating_sub(formatted);
        if self.plain.alone(plain)
            && let (1, Some(count)) = (self.formats.len(), self.formats.values_mut().next())
        {
            *count += plain;
        }
        let lone = |value: &Value| value.spread.alone(value.count);
        let words: u64 = self.values.iter().filter(|(_, value)| lone(value)).map(|(_, value)| value.count).sum();
        if words * RARE < self.text {
            self.values.retain(|_, value| !lone(value));
        }
    }

    /// Counts values that are taken to have been as most of the others were.
    fn grant(&mut self, count: u64) {
        self.seen += count;
        if let Some(most) = ValueKind::ALL.into_iter().max_by_key(|kind| self.count(*kind)) {
            *self.count_mut(most) += count;
            if most == ValueKind::Text
                && let (1, Some(formatted)) = (self.formats.len(), self.formats.values_mut().next())
            {
                *formatted += count;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn one_caller_is_told_from_several_under_any_split(
            callers in proptest::collection::vec((0u64..4, any::<bool>(), any::<bool>()), 0..8),
        ) {
            let hash = palisade_exchange::KeyedHash::new([3; 16]);
            let mut parts = [Spread::default(); 2];
            let mut some = Spread::default();
            let mut others = std::collections::BTreeMap::<u64, u64>::new();
            for (caller, side, taken) in &callers {
                let caller = hash.of(&caller.to_string());
                parts[usize::from(*side)].add(caller);
                if *taken {
                    some.add(caller);
                } else {
                    *others.entry(caller).or_default() += 1;
                }
            }
            let [mut whole, other] = parts;
            whole.merge(other);
            let left = whole.without(some);
            prop_assert_eq!(left.is_empty(), others.is_empty());
            prop_assert_eq!(left.alone(others.values().sum()), others.len() == 1);
        }
    }
}
