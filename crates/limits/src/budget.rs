//! Budgets that a walk takes with it.

/// How many levels deeper a recursion may go. Copy it into the call; nothing has to be given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth(u32);

impl Depth {
    /// A budget of this many levels.
    pub fn new(levels: u32) -> Self {
        Depth(levels)
    }

    /// The budget one level deeper; `None` when there is none left.
    #[must_use]
    pub fn deeper(self) -> Option<Depth> {
        self.0.checked_sub(1).map(Depth)
    }
}

/// How many steps a piece of work may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps(u64);

impl Steps {
    /// A budget of this many steps.
    pub fn new(steps: u64) -> Self {
        Steps(steps)
    }

    /// Takes steps. False, and nothing left, when there are not as many.
    #[must_use]
    pub fn take(&mut self, steps: u64) -> bool {
        match self.0.checked_sub(steps) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => {
                self.0 = 0;
                false
            }
        }
    }

    /// True when nothing is left.
    pub fn is_spent(&self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::{Depth, Steps};

    #[test]
    fn budgets_end() {
        assert_eq!(Depth::new(1).deeper().and_then(Depth::deeper), None);
        let mut steps = Steps::new(3);
        assert!(steps.take(2));
        assert!(!steps.take(2));
        assert!(steps.is_spent());
    }
}
