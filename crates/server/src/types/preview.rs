//! What block mode would have done.

use serde::Serialize;
use utoipa::ToSchema;

/// What block mode would have done, on traffic the contract was not learned from.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    /// Exchanges judged.
    pub judged: u64,
    /// Of these, refused in block mode.
    pub would_block: u64,
    /// Since when is counted.
    pub since: Option<String>,
    /// Which contract judged: the approved one, or a candidate frozen from the learned one.
    pub contract: Option<PreviewContract>,
    /// The same in one sentence.
    pub text: String,
    /// By operation.
    pub operations: Vec<PreviewOperation>,
}

/// Which contract a preview rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PreviewContract {
    /// The one in force.
    Approved,
    /// The learned one, frozen.
    Candidate,
}

/// What block mode would have done to one operation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PreviewOperation {
    /// The operation; empty for requests that belong to none.
    pub operation_id: String,
    /// Method; empty for requests that belong to no operation.
    pub method: String,
    /// Template; empty for requests that belong to no operation.
    pub path: String,
    /// Exchanges judged.
    pub judged: u64,
    /// Of these, refused in block mode.
    pub would_block: u64,
    /// Of these, not judged in full.
    pub not_assessed: u64,
    /// Too little evidence: stays in observe.
    pub thin: bool,
    /// Exchanges that still lack until evidence suffices.
    pub needed: u64,
    /// Why, most frequent first.
    pub reasons: Vec<Reason>,
}

/// One reason for which block mode refuses.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reason {
    /// Code.
    pub code: String,
    /// Where.
    #[serde(rename = "in")]
    pub location: String,
    /// Parameter or header.
    pub name: String,
    /// Place inside the value.
    pub pointer: String,
    /// In words.
    pub message: String,
    /// How often.
    pub count: u64,
    /// An event that shows it.
    pub sample_event: Option<String>,
}
