//! Keyset pages.

/// A slice of a list and the key to go on from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Key of the last row when more follow; give it as `cursor` to go on.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page out of one row more than asked for: the surplus row only says that more follow.
    pub(crate) fn cut(mut items: Vec<T>, limit: u32, key: impl Fn(&T) -> String) -> Self {
        let limit = limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(key) } else { None };
        Self { items, next }
    }
}
