//! A compiled API policy and the judgements it gives.

use crate::{ApiPolicy, Decision};
use palisade_exchange::{Exchange, RequestView, ResponseView};
use palisade_finding::Finding;

/// What the head of a request leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// The request is refused by its head alone.
    Decided(Decision),
    /// The body must be seen before anything is sent on: call [`Policy::on_body`] with at most `limit` bytes
    /// as they came (content coding still on) and `truncated` when there were more.
    NeedBody {
        /// Most bytes to hold, before content decoding.
        limit: u64,
    },
    /// The request may go on; its body, if any, need not be judged.
    Pass(Decision),
}

/// An API's contract and mode, compiled. Immutable; share it between threads.
#[derive(Debug)]
pub struct Policy {
    api: ApiPolicy,
}

impl Policy {
    /// Compiles a policy. Never fails as a whole: a contract that cannot be used is a finding, and the parts
    /// of it that cannot be used are not assessed.
    pub fn compile(api: &ApiPolicy) -> (Policy, Vec<Finding>) {
        (Policy { api: api.clone() }, Vec::new())
    }

    /// The policy's source.
    pub fn api(&self) -> &ApiPolicy {
        &self.api
    }

    /// Judges a request's head: limits, route, method, media type, parameters.
    pub fn on_head(&self, _request: &RequestView<'_>) -> Head {
        Head::Pass(Decision::allowed())
    }

    /// Judges head and body together. `body` is as sent (content coding still on); `truncated` says that the
    /// body went on after `body`.
    pub fn on_body(&self, _request: &RequestView<'_>, _body: &[u8], _truncated: bool) -> Decision {
        Decision::allowed()
    }

    /// Judges a response: it alerts, never prevents. `body` is after content decoding, `None` when it was not
    /// captured. `None` when there is nothing to say.
    pub fn on_response(
        &self,
        _request: &RequestView<'_>,
        _response: &ResponseView<'_>,
        _body: Option<&[u8]>,
    ) -> Option<Decision> {
        None
    }

    /// Judges a whole recorded exchange; what was not captured is named in `not_assessed`. `uncapped` says what
    /// block mode would do.
    pub fn judge(&self, _exchange: &Exchange) -> Decision {
        Decision::allowed()
    }
}
