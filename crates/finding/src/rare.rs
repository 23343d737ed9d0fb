//! Lists that are nearly always empty.

use std::fmt;
use std::ops::Deref;

/// A list that is nearly always empty and then takes no more room than a pointer: findings are many.
#[derive(Clone, PartialEq, Eq)]
pub struct Rare<T>(Option<Box<List<T>>>);

#[derive(Clone, PartialEq, Eq)]
struct List<T>(Vec<T>);

impl<T> Default for Rare<T> {
    fn default() -> Self {
        Rare(None)
    }
}

impl<T> From<Vec<T>> for Rare<T> {
    fn from(list: Vec<T>) -> Self {
        Rare((!list.is_empty()).then(|| Box::new(List(list))))
    }
}

impl<T> From<Rare<T>> for Vec<T> {
    fn from(list: Rare<T>) -> Self {
        list.0.map(|list| list.0).unwrap_or_default()
    }
}

impl<T> FromIterator<T> for Rare<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<T> Deref for Rare<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_deref().map_or(&[], |list| &list.0)
    }
}

impl<'a, T> IntoIterator for &'a Rare<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for Rare<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.deref().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::Rare;

    #[test]
    fn an_empty_list_is_a_pointer() {
        assert_eq!(size_of::<Rare<String>>(), size_of::<usize>());
        let list: Rare<u8> = [1, 2].into_iter().collect();
        assert_eq!((list.len(), Vec::from(list.clone())), (2, vec![1, 2]));
        assert_eq!(Rare::from(Vec::<u8>::new()), Rare::default());
    }
}
