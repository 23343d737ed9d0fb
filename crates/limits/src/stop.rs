//! A wish that work ends before it is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A wish that work ends before it is done. Clones share it; work that takes long looks at it from time to time.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Wishes for the end. There is no way back.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// True once the end is wished for.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn clones_share_it() {
        let stop = super::Stop::default();
        let clone = stop.clone();
        assert!(!clone.is_stopped());
        stop.stop();
        assert!(clone.is_stopped());
    }
}
