//! What was learned of an API beside its contract: sizes, members, shapes of values, rates of each operation.

use crate::ApiPolicy;
use crate::verdict::Reason;
use palisade_contract::validate::{CompiledContract, CompiledOperation};
use palisade_exchange::{RequestView, ResponseView};
use serde::{Deserialize, Serialize};

/// The learned profile of an API.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {}

/// The profile, compiled.
#[derive(Debug, Default)]
pub(crate) struct Rules {}

impl Rules {
    pub(crate) fn compile(_api: &ApiPolicy, _contract: Option<&CompiledContract>) -> Rules {
        Rules {}
    }

    /// True when nothing was learned: the step is skipped.
    pub(crate) fn is_empty(&self) -> bool {
        true
    }

    /// What is unusual in a request; `body` after content decoding, `None` where it was not seen.
    pub(crate) fn request(
        &self,
        _operation: &CompiledOperation,
        _request: &RequestView<'_>,
        _body: Option<&[u8]>,
    ) -> Vec<Reason> {
        Vec::new()
    }

    /// What is unusual in an answer; `body` after content decoding, `None` where it was not seen.
    pub(crate) fn response(
        &self,
        _operation: &CompiledOperation,
        _response: &ResponseView<'_>,
        _body: Option<&[u8]>,
    ) -> Vec<Reason> {
        Vec::new()
    }
}
