//! What a contract in force lacks of what was learned.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a proposal would change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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

impl From<palisade_diff::proposals::ProposalKind> for ProposalKind {
    fn from(kind: palisade_diff::proposals::ProposalKind) -> Self {
        use palisade_diff::proposals::ProposalKind as Kind;
        match kind {
            Kind::OperationAdded => ProposalKind::OperationAdded,
            Kind::OperationUnseen => ProposalKind::OperationUnseen,
            Kind::ParameterAdded => ProposalKind::ParameterAdded,
            Kind::RequestBodyAdded => ProposalKind::RequestBodyAdded,
            Kind::RequestMediaTypeAdded => ProposalKind::RequestMediaTypeAdded,
            Kind::ResponseAdded => ProposalKind::ResponseAdded,
            Kind::ResponseMediaTypeAdded => ProposalKind::ResponseMediaTypeAdded,
            Kind::PropertyAdded => ProposalKind::PropertyAdded,
            Kind::TypeWidened => ProposalKind::TypeWidened,
            Kind::NullSeen => ProposalKind::NullSeen,
            Kind::EnumValueAdded => ProposalKind::EnumValueAdded,
            Kind::FormatRemoved => ProposalKind::FormatRemoved,
            Kind::LimitWidened => ProposalKind::LimitWidened,
            Kind::MemberAbsent => ProposalKind::MemberAbsent,
            Kind::SecuritySeen => ProposalKind::SecuritySeen,
        }
    }
}

/// Whether somebody decided on a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProposalState {
    /// Nobody did.
    Open,
    /// Somebody turned it down. It stays so while the evidence is of the same kind.
    Rejected,
}

/// What was seen.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProposalEvidence {
    /// How often: values, or exchanges where it is about an operation; 0 where nothing was seen.
    pub count: u64,
    /// When the operation was first seen.
    pub first_observed: Option<String>,
    /// When the operation was last seen.
    pub last_observed: Option<String>,
    /// Distinct callers of the operation; above 64 an estimate.
    pub callers: Option<u64>,
    /// There are too few exchanges to count on it.
    pub thin: bool,
}

/// Something that was seen and that the contract in force has no room for, or the other way round.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Proposal {
    /// Stays the same while the evidence is of the same kind; counts and limits take no part.
    pub id: String,
    /// What it would change.
    pub kind: ProposalKind,
    /// `METHOD /template`, as the contract names the operation; a new one as it was learned.
    pub operation: String,
    /// Id of the operation in the inventory, where it is there.
    pub operation_id: Option<String>,
    /// What was seen, in one sentence.
    pub message: String,
    /// What the edit does, in a few words; null when there is none.
    pub edit: Option<String>,
    /// Why there is no edit.
    pub obstacle: Option<String>,
    /// Where the contract would change, as a JSON pointer.
    pub pointer: String,
    /// The line of that place in the contract's text, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What was seen.
    pub evidence: ProposalEvidence,
    /// The edit only makes room for what was seen. "Accept all" takes these alone: the others mark operations as
    /// deprecated, or turn callers away.
    pub makes_room: bool,
    /// Whether somebody decided on it.
    pub state: ProposalState,
    /// When it was turned down.
    pub rejected_at: Option<String>,
    /// Who turned it down.
    pub rejected_by: Option<String>,
}

/// A proposal and what it would change in the text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProposalDetail {
    /// The proposal.
    #[serde(flatten)]
    pub proposal: Proposal,
    /// The change of the contract's text as a unified diff; empty when it cannot be made.
    pub diff: String,
    /// Why it cannot be made in this text.
    pub refusal: Option<String>,
}

/// Proposals to accept: some by their ids, or all that are open and make room.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptProposals {
    /// Ids, at most 1000.
    #[serde(default)]
    pub ids: Vec<String>,
    /// Every open proposal that makes room.
    #[serde(default)]
    pub all: bool,
    /// Shows what would change, and changes nothing. Allowed where a file manages the contract.
    #[serde(default)]
    pub dry_run: bool,
}

/// Proposals by their ids.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalIds {
    /// Ids, 1 to 1000.
    pub ids: Vec<String>,
}

/// A proposal that could not be made.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedProposal {
    /// Its id.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// What became of proposals.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptedProposals {
    /// Ids of those that were made.
    pub accepted: Vec<String>,
    /// Those that could not be made: the rest was.
    pub refused: Vec<RefusedProposal>,
    /// The change of the contract's text as a unified diff.
    pub diff: String,
    /// Version of the contract in force afterwards.
    pub version: u64,
}
