//! A map that keeps the entries with the smallest keys.
//!
//! Keys begin with a keyed hash, so that which entries stay is a fixed sample of what was seen, does not
//! depend on order, and cannot be steered from outside. Merging two maps gives exactly the map that one
//! place would have: an entry that was dropped anywhere is beyond the bound everywhere.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// At most `CAP` entries, those with the smallest keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bounded<K: Ord, V, const CAP: usize>(BTreeMap<K, V>);

/// Key made of a hash and the text it belongs to.
pub(crate) type Named = (u64, Box<str>);

impl<K: Ord, V, const CAP: usize> Default for Bounded<K, V, CAP> {
    fn default() -> Self {
        Bounded(BTreeMap::new())
    }
}

/// What became of an entry that was asked for.
pub(crate) enum Put<'a, K, V> {
    /// It is in the map; perhaps another one had to leave.
    Kept(&'a mut V, Option<(K, V)>),
    /// It is beyond the bound.
    Beyond,
}

impl<K: Ord + Clone, V: Default, const CAP: usize> Bounded<K, V, CAP> {
    /// The entry of a key, made when it is new and within the bound.
    pub(crate) fn put(&mut self, key: K) -> Put<'_, K, V> {
        let full = self.0.len() >= CAP;
        if full && !self.0.contains_key(&key) {
            if self.0.last_key_value().is_none_or(|(last, _)| key > *last) {
                return Put::Beyond;
            }
            let left = self.0.pop_last();
            return Put::Kept(self.0.entry(key).or_default(), left);
        }
        Put::Kept(self.0.entry(key).or_default(), None)
    }

    /// As [`Bounded::put`] where what leaves is of no further use.
    pub(crate) fn entry(&mut self, key: K) -> Option<&mut V> {
        match self.put(key) {
            Put::Kept(value, _) => Some(value),
            Put::Beyond => None,
        }
    }
}

impl<K: Ord, V, const CAP: usize> Bounded<K, V, CAP> {
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.0.get(key)
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
        self.0.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.0.iter_mut()
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain(keep);
    }

    pub(crate) fn into_entries(self) -> impl Iterator<Item = (K, V)> {
        self.0.into_iter()
    }

    pub(crate) fn last_key(&self) -> Option<&K> {
        self.0.last_key_value().map(|(key, _)| key)
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
        serializer.collect_seq(self.0.iter())
    }
}

impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>, const CAP: usize> Deserialize<'de> for Bounded<K, V, CAP> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Vec::<(K, V)>::deserialize(deserializer)?;
        let mut map: BTreeMap<K, V> = entries.into_iter().collect();
        while map.len() > CAP {
            map.pop_last();
        }
        Ok(Bounded(map))
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
