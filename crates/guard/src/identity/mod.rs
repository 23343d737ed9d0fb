//! Who calls, and whether they may: tokens and the contract's security requirements.
//!
//! Signatures are verified by `aws-lc-rs`. What stands in a token chooses among what the policy accepts and never adds
//! to it: no algorithm, no key and no issuer that is not configured.

mod algorithm;
mod check;
mod config;
mod introspection;
mod json;
mod keys;
mod presented;
mod principal;
#[cfg(test)]
mod tests;
mod token;

pub use algorithm::Algorithm;
pub use config::{Identity, Introspection, Issuer, KeySource, Place, Scheme, SecurityRule, TokenLocation};
pub use introspection::{STATUS_BYTES, TokenStatus};
pub use keys::{KEY_SET_BYTES, KeyError, KeySet};
pub use principal::Secret;
pub use token::find as claim;

pub(crate) use check::Rules;

use crate::verdict::Reason;
use crate::{Answer, Facts, Lookup};
use palisade_contract::validate::CompiledOperation;
use palisade_exchange::RequestView;
use serde_json::{Map, Value};

/// The claims of a token that this issuer signed, and that holds by the clock and for the audience; an error says in one
/// sentence why it is not believed, [`UNKNOWN_KEY`] when its key may have come since. `now` is UTC, microseconds.
///
/// # Errors
/// Why it is not believed.
pub fn verified_claims(
    token: &str,
    issuer: &Issuer,
    keys: &KeySet,
    now: i64,
) -> Result<Map<String, Value>, &'static str> {
    let judged = token::read(token).and_then(|token| token.verify(issuer, keys, now).map(|()| token));
    judged.map(token::Token::into_claims).map_err(|flaw| flaw.words().1)
}

/// What [`verified_claims`] says of a token whose key the issuer does not have.
pub const UNKNOWN_KEY: &str = token::UNKNOWN_KEY;

/// What the step knows when it begins.
#[derive(Debug, Clone, Copy)]
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
    /// What speaks against it: 400, 401 or 403, of [`Check::Identity`](crate::Check::Identity).
    pub(crate) reasons: Vec<Reason>,
    /// Values of WWW-Authenticate fields.
    pub(crate) challenges: Vec<String>,
    /// What could not be assessed.
    pub(crate) not_assessed: Vec<&'static str>,
}
