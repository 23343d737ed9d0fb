//! Drives the guard's inquiry for every transport: finds what it asks for, keeps its failures apart.

use crate::lookups::Lookups;
use palisade_exchange::RequestView;
use palisade_guard::{Facts, Inquiry, Progress};

/// What the drivers of one gateway share: counters, bans, keys.
#[derive(Debug, Default)]
pub struct Judge {
    lookups: Lookups,
}

impl Judge {
    /// What is known of a request that is judged now.
    pub fn facts(&self) -> Facts {
        Facts { now: crate::record::micros_now(), ..Facts::default() }
    }

    /// Judges a head: never [`Progress::Need`].
    pub async fn head(&self, inquiry: &mut Inquiry<'_>, request: &RequestView<'_>) -> Progress {
        loop {
            match inquiry.head(request) {
                Progress::Need(lookup) => {
                    let answer = self.lookups.find(&lookup).await;
                    inquiry.answer(&lookup, answer);
                }
                other => return other,
            }
        }
    }

    /// Judges a body after [`Progress::Body`]: passes or refuses.
    pub async fn body(
        &self,
        inquiry: &mut Inquiry<'_>,
        request: &RequestView<'_>,
        body: &[u8],
        truncated: bool,
    ) -> Progress {
        let mut progress = inquiry.body(request, body, truncated);
        while let Progress::Need(lookup) = progress {
            let answer = self.lookups.find(&lookup).await;
            inquiry.answer(&lookup, answer);
            progress = inquiry.body(request, body, truncated);
        }
        progress
    }
}
