//! http.

use crate::rule::{Rule, Sighting};
use crate::target::Target;
use serde::{Deserialize, Serialize};

/// What is looked for here.
pub static RULES: &[&Rule] = &[];

/// What was learned.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {}

/// What the facts show.
pub fn judge(target: &Target, facts: &Facts) -> Vec<Sighting> {
    let _ = (target, facts);
    Vec::new()
}
