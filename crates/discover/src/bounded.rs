//! A map that keeps the entries with the smallest keys.
//!
//! Keys begin with a keyed hash, so that which entries stay is a fixed sample of what was seen, does not
//! depend on order, and cannot be steered from outside. Merging two maps gives exactly the map that one
//! place would have: an entry that was dropped anywhere is beyond the bound everywhere.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// At most `CAP` entries, those with the smallest keys, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bounded<K: Ord, V, const CAP: usize>(Vec<(K, V)>);

/// Key made of a hash and the text it belongs to.
pub(crate) type Named = (u64, Box<str>);

impl<K: Ord, V, const CAP: usize> Default for Bounded<K, V, CAP> {
    fn default() -> Self {
        Bounded(Vec::new())
    }
}

/// What became of an entry that was asked for.
pub(crate) enum Put<'a, K, V> {
    /// It is in the map; perhaps another one had to leave.
    Kept(&'a mut V, Option<(K, V)>),
    /// It is beyond the bound.
    Beyond,
}

impl<K: Ord, V: Default, const CAP: usize> Bounded<K, V, CAP> {
    /// Where a key stands or would stand; nothing when that is beyond the bound.
    fn find(&self, most: usize, order: impl Fn(&K) -> Ordering) -> Option<Result<usize, usize>> {
        // What is beyond the bound is met most often where there is much.
        if self.0.len() >= most && self.0.last().is_none_or(|(last, _)| order(last) == Ordering::Less) {
            return None;
        }
        Some(self.0.binary_search_by(|(known, _)| order(known)))
    }

    fn kept(&mut self, at: usize) -> Put<'_, K, V> {
        self.0.get_mut(at).map_or(Put::Beyond, |(_, value)| Put::Kept(value, None))
    }

    fn insert(&mut self, most: usize, at: usize, key: K) -> Put<'_, K, V> {
        let left = if self.0.len() >= most { self.0.pop() } else { None };
        self.0.insert(at, (key, V::default()));
        self.0.get_mut(at).map_or(Put::Beyond, |(_, value)| Put::Kept(value, left))
    }

    /// The entry of a key, made when it is new and within the bound.
    pub(crate) fn put(&mut self, key: K) -> Put<'_, K, V> {
        self.put_within(CAP, key)
    }

    /// As [`Bounded::put`], within a bound that is narrower than `CAP`.
    pub(crate) fn put_within(&mut self, most: usize, key: K) -> Put<'_, K, V> {
        match self.find(most, |known| known.cmp(&key)) {
            Some(Ok(at)) => self.kept(at),
            Some(Err(at)) => self.insert(most, at, key),
            None => Put::Beyond,
        }
    }

    /// As [`Bounded::put`] where what leaves is of no further use.
    pub(crate) fn entry(&mut self, key: K) -> Option<&mut V> {
        match self.put(key) {
            Put::Kept(value, _) => Some(value),
            Put::Beyond => None,
        }
    }
}

fn order(known: &Named, hash: u64, text: &str) -> Ordering {
    known.0.cmp(&hash).then_with(|| (*known.1).cmp(text))
}

impl<V: Default, const CAP: usize> Bounded<Named, V, CAP> {
    /// As [`Bounded::put_within`], without a key of its own.
    pub(crate) fn put_named(&mut self, most: usize, hash: u64, text: &str) -> Put<'_, Named, V> {
        match self.find(most, |known| order(known, hash, text)) {
            Some(Ok(at)) => self.kept(at),
            Some(Err(at)) => self.insert(most, at, (hash, text.into())),
            None => Put::Beyond,
        }
    }

    /// As [`Bounded::entry`], without a key of its own.
    pub(crate) fn entry_named(&mut self, hash: u64, text: &str) -> Option<&mut V> {
        match self.put_named(CAP, hash, text) {
            Put::Kept(value, _) => Some(value),
            Put::Beyond => None,
        }
    }
}

impl<V, const CAP: usize> Bounded<Named, V, CAP> {
    pub(crate) fn get_named(&self, hash: u64, text: &str) -> Option<&V> {
        let at = self.0.binary_search_by(|(known, _)| order(known, hash, text)).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }
}

impl<K: Ord, V, const CAP: usize> Bounded<K, V, CAP> {
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let at = self.0.binary_search_by(|(known, _)| known.cmp(key)).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= CAP
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }

    /// Takes out what is beyond a narrower bound.
    pub(crate) fn cut(&mut self, most: usize) -> Vec<(K, V)> {
        if self.0.len() <= most {
            return Vec::new();
        }
        let rest = self.0.split_off(most);
        self.0.shrink_to_fit();
        rest
    }

    pub(crate) fn into_entries(self) -> impl Iterator<Item = (K, V)> {
        self.0.into_iter()
    }

    pub(crate) fn last_key(&self) -> Option<&K> {
        self.0.last().map(|(key, _)| key)
    }
}

/// Entries by hash as long as there are fewer than `CAP`; of more it is known only that there were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Few<V, const CAP: usize> {
    /// All there are.
    Known(Bounded<u64, V, CAP>),
    /// There were `CAP` or more.
    Many,
}

impl<V, const CAP: usize> Default for Few<V, CAP> {
    fn default() -> Self {
        Few::Known(Bounded::default())
    }
}

impl<V: Default, const CAP: usize> Few<V, CAP> {
    /// The entry of a hash, made when it is new; none when there are many.
    pub(crate) fn entry(&mut self, hash: u64) -> Option<&mut V> {
        if let Few::Known(entries) = self
            && entries.len() + 1 >= CAP
            && entries.get(&hash).is_none()
        {
            *self = Few::Many;
        }
        match self {
            Few::Known(entries) => entries.entry(hash),
            Few::Many => None,
        }
    }

    /// Adds what another one holds.
    pub(crate) fn merge(&mut self, other: Self, mut add: impl FnMut(&mut V, V)) {
        match other {
            Few::Known(entries) => {
                for (hash, value) in entries.into_entries() {
                    if let Some(mine) = self.entry(hash) {
                        add(mine, value);
                    }
                }
            }
            Few::Many => *self = Few::Many,
        }
    }
}

impl<V, const CAP: usize> Few<V, CAP> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Few::Known(entries) => entries.len(),
            Few::Many => CAP,
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        matches!(self, Few::Many)
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&u64, &mut V) -> bool) {
        if let Few::Known(entries) = self {
            entries.retain(keep);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&u64, &V)> {
        match self {
            Few::Known(entries) => Some(entries.iter()),
            Few::Many => None,
        }
        .into_iter()
        .flatten()
    }
}

impl<V: Serialize, const CAP: usize> Serialize for Few<V, CAP> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Few::Known(entries) => entries.serialize(serializer),
            Few::Many => serializer.serialize_none(),
        }
    }
}

impl<'de, V: Deserialize<'de>, const CAP: usize> Deserialize<'de> for Few<V, CAP> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Option::<Bounded<u64, V, CAP>>::deserialize(deserializer)?;
        Ok(entries.filter(|entries| !entries.is_full()).map_or(Few::Many, Few::Known))
    }
}

/// Keyed hashes are spread as they are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// As [`Bounded`], for very many small entries that come quickly: more than `CAP` are kept for a while, and the surplus
/// goes all at once.
#[derive(Debug, Clone)]
pub(crate) struct Sample<const CAP: usize> {
    entries: HashMap<u64, u64, BuildHasherDefault<AsIs>>,
    /// The greatest key that is taken.
    most: u64,
}

impl<const CAP: usize> Default for Sample<CAP> {
    fn default() -> Self {
        Sample { entries: HashMap::default(), most: u64::MAX }
    }
}

impl<const CAP: usize> PartialEq for Sample<CAP> {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}

impl<const CAP: usize> Eq for Sample<CAP> {}

impl<const CAP: usize> Sample<CAP> {
    /// Remembers a key; of several values the least stays.
    pub(crate) fn add(&mut self, key: u64, value: u64) {
        if key > self.most {
            return;
        }
        let known = self.entries.entry(key).or_insert(value);
        *known = (*known).min(value);
        if self.entries.len() >= CAP + CAP / 4 {
            self.trim();
        }
    }

    /// Takes out what is beyond the bound.
    fn trim(&mut self) {
        if self.entries.len() <= CAP {
            return;
        }
        let mut keys: Vec<u64> = self.entries.keys().copied().collect();
        let (_, most, _) = keys.select_nth_unstable(CAP - 1);
        self.most = *most;
        let most = self.most;
        self.entries.retain(|key, _| *key <= most);
    }

    pub(crate) fn get(&self, key: u64) -> Option<u64> {
        self.entries.get(&key).copied()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (key, value) in &other.entries {
            self.add(*key, *value);
        }
    }

    fn sorted(&self) -> Vec<(u64, u64)> {
        let mut entries: Vec<(u64, u64)> = self.entries.iter().map(|(key, value)| (*key, *value)).collect();
        entries.sort_unstable();
        entries.truncate(CAP);
        entries
    }
}

impl<const CAP: usize> Serialize for Sample<CAP> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.sorted().serialize(serializer)
    }
}

impl<'de, const CAP: usize> Deserialize<'de> for Sample<CAP> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut sample = Sample::default();
        for (key, value) in Vec::<(u64, u64)>::deserialize(deserializer)? {
            sample.add(key, value);
        }
        Ok(sample)
    }
}

/// A set of hashes that tells how many distinct ones there were: exactly up to `CAP`, then by their density.
pub(crate) type Distinct<const CAP: usize> = Bounded<u64, (), CAP>;

impl<const CAP: usize> Distinct<CAP> {
    pub(crate) fn add(&mut self, hash: u64) {
        let _ = self.entry(hash);
    }

    pub(crate) fn merge_distinct(&mut self, other: &Self) {
        for (hash, ()) in other.iter() {
            self.add(*hash);
        }
    }

    pub(crate) fn estimate(&self) -> u64 {
        match self.last_key() {
            Some(last) if self.is_full() => {
                let density = (*last as f64 / u64::MAX as f64).max(f64::MIN_POSITIVE);
                ((CAP as f64 - 1.0) / density).round() as u64
            }
            _ => self.len() as u64,
        }
    }
}

impl<K: Ord + Serialize, V: Serialize, const CAP: usize> Serialize for Bounded<K, V, CAP> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>, const CAP: usize> Deserialize<'de> for Bounded<K, V, CAP> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut entries = Vec::<(K, V)>::deserialize(deserializer)?;
        entries.sort_by(|(one, _), (two, _)| one.cmp(two));
        entries.dedup_by(|(one, _), (two, _)| one == two);
        entries.truncate(CAP);
        entries.shrink_to_fit();
        Ok(Bounded(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_estimate_is_near_and_exact_when_few() {
        let hash = palisade_exchange::KeyedHash::new([9; 16]);
        let mut few: Distinct<64> = Distinct::default();
        let mut many: Distinct<64> = Distinct::default();
        for number in 0..5000u32 {
            many.add(hash.of(&number.to_string()));
            few.add(hash.of(&(number % 40).to_string()));
        }
        assert_eq!(few.estimate(), 40);
        assert!((3500..7000).contains(&many.estimate()), "{}", many.estimate());
    }

    proptest! {
        #[test]
        fn counts_of_kept_entries_are_exact_under_any_split(keys in proptest::collection::vec((0u64..40, any::<bool>()), 0..200)) {
            let mut whole: Bounded<u64, u64, 8> = Bounded::default();
            let mut parts: [Bounded<u64, u64, 8>; 2] = Default::default();
            for (key, side) in &keys {
                if let Some(count) = whole.entry(*key) { *count += 1; }
                if let Some(count) = parts[usize::from(*side)].entry(*key) { *count += 1; }
            }
            let [mut left, right] = parts;
            for (key, count) in right.into_entries() {
                if let Some(sum) = left.entry(key) { *sum += count; }
            }
            prop_assert_eq!(left, whole);
        }
    }
}
