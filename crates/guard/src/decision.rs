//! What the guard says about one exchange.

use serde::{Deserialize, Serialize};

/// What happens to an exchange. Ordered by force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Nothing is wrong, or an exception says so.
    Allow,
    /// Something is wrong; it passes and is recorded.
    Alert,
    /// It is refused.
    Prevent,
    /// It is refused, and so is everything its client sends until the ban ends.
    Ban,
}

/// One thing wrong at one place of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// `path`, `query`, `header`, `cookie`, `body`, `method`, `response-body`, `response-header` or `response-status`.
    #[serde(rename = "in")]
    pub location: String,
    /// Parameter or header name; empty for a body.
    pub name: String,
    /// JSON pointer inside the value; empty for the whole value.
    pub pointer: String,
    /// Stable code, for example `required`, `type`, `pattern`, `unknown_path`.
    pub code: String,
    /// What is wrong, without the offending value.
    pub message: String,
}

/// One step of the evaluation, so that order, effect and reason of a decision are visible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// `limits`, `route`, `exception`, `parameters`, `body`, `response`.
    pub step: String,
    /// `passed`, `failed`, `skipped` or `not-assessed`.
    pub outcome: String,
    /// Why, in a few words.
    pub detail: String,
}

/// The guard's word on one exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What to do.
    pub effect: Effect,
    /// The effect that block mode would have: tells "would have blocked" in observe mode.
    pub uncapped: Effect,
    /// Status of the problem document when prevented: 400, 404, 405, 413, 415 or 431; 0 when nothing is wrong.
    pub status: u16,
    /// Stable code of the main reason, for example `unknown_path`; empty when allowed.
    pub code: String,
    /// Title of the main reason.
    pub title: String,
    /// `METHOD /template` of the operation, when one was found.
    pub operation: Option<String>,
    /// Methods for the Allow header of a 405.
    pub allow: Vec<String>,
    /// What is wrong, field by field, bounded.
    pub errors: Vec<FieldError>,
    /// How the decision came about.
    pub steps: Vec<Step>,
    /// Parts that could not be judged, for example a body beyond the capture limit.
    pub not_assessed: Vec<String>,
}

impl Decision {
    /// A decision that lets everything pass.
    pub fn allowed() -> Self {
        Decision {
            effect: Effect::Allow,
            uncapped: Effect::Allow,
            status: 0,
            code: String::new(),
            title: String::new(),
            operation: None,
            allow: Vec::new(),
            errors: Vec::new(),
            steps: Vec::new(),
            not_assessed: Vec::new(),
        }
    }
}
