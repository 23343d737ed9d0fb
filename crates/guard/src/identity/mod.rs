//! Who calls, and whether they may: tokens and the contract's security requirements.

use crate::verdict::Reason;
use crate::{Answer, ApiPolicy, Facts, Lookup};
use palisade_contract::validate::{CompiledContract, CompiledOperation};
use palisade_exchange::RequestView;
use serde::{Deserialize, Serialize};

/// How callers are known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {}

/// What the step knows when it begins.
#[derive(Debug, Clone, Copy)]
#[expect(dead_code, reason = "nothing is configured to be known yet")]
pub(crate) struct Question<'a> {
    pub(crate) request: &'a RequestView<'a>,
    /// `None` where the request leads to no operation.
    pub(crate) operation: Option<&'a CompiledOperation>,
    pub(crate) facts: &'a Facts,
    /// What was looked up so far, in the order it was asked for; never [`Answer::Failed`].
    pub(crate) answers: &'a [(Lookup, Answer)],
}

/// How the step goes on.
#[derive(Debug)]
#[expect(dead_code, reason = "nothing is configured to be known yet")]
pub(crate) enum Step {
    /// It must know this; it is asked again with the answer among [`Question::answers`].
    Need(Lookup),
    /// It is done.
    Done(Caller),
    /// There is nothing to check.
    Skip(&'static str),
}

/// What came out.
#[derive(Debug, Default)]
pub(crate) struct Caller {
    /// A name for the caller without secrets, once it is proven.
    pub(crate) principal: Option<String>,
    /// What speaks against it: 401 or 403, of [`Check::Identity`](crate::Check::Identity).
    pub(crate) reasons: Vec<Reason>,
    /// Values of WWW-Authenticate fields.
    pub(crate) challenges: Vec<String>,
    /// What could not be assessed.
    pub(crate) not_assessed: Vec<&'static str>,
}

/// The identity part of a policy, compiled.
#[derive(Debug, Default)]
pub(crate) struct Rules {}

impl Rules {
    pub(crate) fn compile(_api: &ApiPolicy, _contract: Option<&CompiledContract>) -> Rules {
        Rules {}
    }

    /// Judges who calls. Pure: the same question gives the same step.
    pub(crate) fn judge(&self, _question: &Question<'_>) -> Step {
        Step::Skip("no identity is configured")
    }
}
