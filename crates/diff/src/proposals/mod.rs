//! What a contract lacks of what was learned, as proposals that a person takes or turns down.
//!
//! [`propose`] holds a learned contract, with the evidence it carries under `x-palisade`, against the contract in force.
//! Each proposal says what was seen and which edit would make room for it. [`apply`] makes the edits in the text and
//! keeps everything around them: comments, order, layout.

mod apply;
mod find;
mod growth;
mod old;
mod plain;

pub use apply::{Applied, apply};
pub use find::propose;

use crate::change::Place;
use serde::Serialize;
use serde_json::Value;

/// What a proposal would change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProposalKind {
    /// An operation that is not in the contract was called and answered.
    OperationAdded,
    /// An operation of the contract was never called.
    OperationUnseen,
    /// A parameter was sent that is not declared.
    ParameterAdded,
    /// A body was sent where none is declared.
    RequestBodyAdded,
    /// A body of a media type was sent that is not declared.
    RequestMediaTypeAdded,
    /// A status was answered that is not declared.
    ResponseAdded,
    /// A body of a media type was answered that is not declared.
    ResponseMediaTypeAdded,
    /// A member was seen that is not declared.
    PropertyAdded,
    /// Values of other types were seen.
    TypeWidened,
    /// Null was seen.
    NullSeen,
    /// Values were seen that are not listed.
    EnumValueAdded,
    /// Texts without the declared format were seen.
    FormatRemoved,
    /// Longer, larger, shorter or smaller values were seen.
    LimitWidened,
    /// A required member was absent.
    MemberAbsent,
    /// Every caller authenticates, and the contract does not say so.
    SecuritySeen,
}

impl ProposalKind {
    /// Every kind.
    pub const ALL: [ProposalKind; 15] = [
        ProposalKind::OperationAdded,
        ProposalKind::OperationUnseen,
        ProposalKind::ParameterAdded,
        ProposalKind::RequestBodyAdded,
        ProposalKind::RequestMediaTypeAdded,
        ProposalKind::ResponseAdded,
        ProposalKind::ResponseMediaTypeAdded,
        ProposalKind::PropertyAdded,
        ProposalKind::TypeWidened,
        ProposalKind::NullSeen,
        ProposalKind::EnumValueAdded,
        ProposalKind::FormatRemoved,
        ProposalKind::LimitWidened,
        ProposalKind::MemberAbsent,
        ProposalKind::SecuritySeen,
    ];

    /// The word of JSON and of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            ProposalKind::OperationAdded => "operation-added",
            ProposalKind::OperationUnseen => "operation-unseen",
            ProposalKind::ParameterAdded => "parameter-added",
            ProposalKind::RequestBodyAdded => "request-body-added",
            ProposalKind::RequestMediaTypeAdded => "request-media-type-added",
            ProposalKind::ResponseAdded => "response-added",
            ProposalKind::ResponseMediaTypeAdded => "response-media-type-added",
            ProposalKind::PropertyAdded => "property-added",
            ProposalKind::TypeWidened => "type-widened",
            ProposalKind::NullSeen => "null-seen",
            ProposalKind::EnumValueAdded => "enum-value-added",
            ProposalKind::FormatRemoved => "format-removed",
            ProposalKind::LimitWidened => "limit-widened",
            ProposalKind::MemberAbsent => "member-absent",
            ProposalKind::SecuritySeen => "security-seen",
        }
    }

    /// Whether the edit only makes room for what was seen. What it does not, is never taken unasked: it would mark an
    /// operation as deprecated, or turn callers away.
    pub fn makes_room(self) -> bool {
        !matches!(self, ProposalKind::OperationUnseen | ProposalKind::SecuritySeen)
    }
}

/// What was seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Evidence {
    /// How often: values, or exchanges where it is about an operation.
    pub count: u64,
    /// When the operation was first seen, RFC 3339.
    pub first_observed: Option<String>,
    /// When the operation was last seen, RFC 3339.
    pub last_observed: Option<String>,
    /// Distinct callers of the operation.
    pub callers: Option<u64>,
    /// There are too few exchanges to count on it.
    pub thin: bool,
}

/// One thing that was seen and that the contract has no room for, or the other way round.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// Stays the same while the evidence is of the same kind; counts and limits take no part.
    pub id: String,
    /// What it would change.
    pub kind: ProposalKind,
    /// The operation, as the contract names it; a new one as it was learned.
    pub operation: String,
    /// What was seen, in one sentence.
    pub message: String,
    /// What the edit does, in a few words; `None` when there is no edit.
    pub edit: Option<String>,
    /// Why there is no edit.
    pub obstacle: Option<String>,
    /// Where the contract would change.
    pub place: Place,
    /// What was seen.
    pub evidence: Evidence,
    /// See [`ProposalKind::makes_room`].
    pub makes_room: bool,
    #[serde(skip)]
    pub(crate) steps: Vec<Step>,
}

/// A small change of a file, by places that other changes do not move.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// The file, as the document names it.
    pub(crate) file: String,
    /// Where it starts.
    pub(crate) pointer: String,
    pub(crate) action: Action,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// Puts a value below these keys; what is missing on the way is made.
    Put(Vec<String>, Value),
    /// Adds an item to the list below these keys; the list is made when it is missing.
    Push(Vec<String>, Value),
    /// Writes another scalar.
    Set(Value),
    /// Makes a list of a word and one more, or adds one to the list.
    Also(String),
    /// Takes a member out, where it is there.
    Remove(String),
    /// Takes a text out of a list.
    Drop(String),
}
