//! What traffic and contract differ in, and what changed at operations.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why something is on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DriftReason {
    /// In traffic, not in the contract.
    Shadow,
    /// Deprecated or past its sunset, still in traffic.
    Zombie,
}

/// What is on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DriftSubject {
    /// An operation.
    Operation,
    /// A parameter.
    Parameter,
    /// A property of a body.
    Property,
}

/// Something that is not promised or on its way out, and was seen. It stays on the list when it is seen no more or comes
/// into the contract; `open` is false then.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DriftItem {
    /// Stays the same as long as what it is about does.
    pub id: String,
    /// Why it is on the list.
    pub reason: DriftReason,
    /// What it is.
    pub subject: DriftSubject,
    /// The operation; null for a header or cookie, which concerns the API as a whole.
    pub operation_id: Option<String>,
    /// `METHOD /template`; null where `operation_id` is.
    pub operation: Option<String>,
    /// `query`, `header` or `cookie` of a parameter, `request` or `response` of a property; null for an operation.
    #[serde(rename = "in")]
    pub location: Option<String>,
    /// Name of a parameter; JSON pointer of a property, in which `*` stands for any item and any name of a map; null for
    /// an operation.
    pub name: Option<String>,
    /// First exchange.
    pub first_observed: String,
    /// Newest exchange.
    pub last_observed: String,
    /// Exchanges.
    pub count: u64,
    /// It is so under the contract in force.
    pub open: bool,
}

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OperationChangeKind {
    /// A parameter that was not sent before.
    ParameterAdded,
    /// A property that was not there before.
    PropertyAdded,
    /// A property that was nearly always there has been missing for 30 bodies.
    PropertyRemoved,
    /// A property has another type than before.
    PropertyRetyped,
    /// A status that was not answered before.
    StatusAdded,
    /// A media type that was not used before.
    MediaTypeAdded,
    /// Another kind of credential, or none, where it was always another.
    AuthenticationChanged,
}

/// Which messages changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageDirection {
    /// Requests.
    Request,
    /// Answers.
    Response,
}

/// A change of an operation, as traffic showed it. An operation is known after 20 exchanges; what is learned until then
/// is no change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OperationChange {
    /// Identity of the change.
    pub id: String,
    /// When the exchange that showed it began.
    pub time: String,
    /// The exchange that showed it; for a removed property the last of those without it.
    pub exchange_id: String,
    /// The operation.
    pub operation_id: String,
    /// `METHOD /template`.
    pub operation: String,
    /// What changed.
    pub kind: OperationChangeKind,
    /// Which messages.
    pub direction: MessageDirection,
    /// `query` or `header` of a parameter.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Name of a parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// JSON pointer of a property; `*` stands for any item, and for names that are values. The whole body is the empty
    /// pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// What it was: types of a property joined by ` or `, kinds of credentials joined by `, `.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it is: a type, a status, a media type, a kind of credential (`none` for none).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
