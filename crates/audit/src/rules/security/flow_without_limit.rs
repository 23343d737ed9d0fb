//! A flow that somebody wants to repeat without end and no answer that says where the end is.

use super::common::{self, Flow};
use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

macro_rules! rules {
    ($($(#[$doc:meta])* $static:ident $id:literal $name:literal $severity:ident $profile:ident $owasp:tt $cwe:tt $guess:literal
        $what:literal $why:literal $fix:literal $reference:literal)*) => {$(
        $(#[$doc])*
        pub static $static: Rule = Rule {
            id: $id,
            name: $name,
            severity: Severity::$severity,
            profile: Profile::$profile,
            direction: Direction::Both,
            category: "authorization",
            part: Part::None,
            invalid: false,
            owasp: &$owasp,
            cwe: &$cwe,
            aliases: &[],
            what: $what,
            why: $why,
            fix: $fix,
            bad: include_str!(concat!("../../../tests/fixtures/", $id, "/bad.yaml")),
            good: include_str!(concat!("../../../tests/fixtures/", $id, "/good.yaml")),
            references: &[$reference],
            mend: Remedy::Hand(Why::Api),
            check: Check::Operation(|index, operation, sink| check(index, operation, $guess, sink)),
        };
    )*};
}

rules! {
    /// PAL-SEC063.
    GUESSABLE "PAL-SEC063" "guessable-flow-without-limit" Medium Minimal ["API2:2023", "API6:2023"] ["CWE-307", "CWE-799"] true
    "A POST by which a secret can be guessed (sign-in, one-time code, password reset) that describes neither an answer \
        429 nor a limit header."
    "A one-time code of six digits falls to a million calls, a weak password to far fewer. Where the contract knows no \
        refusal, nobody tests that there is one."
    "Limit attempts by account and by address, describe the answer 429, and lock or slow down after a few failures."
    "https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/"

    /// PAL-SEC064.
    BUSINESS "PAL-SEC064" "business-flow-without-limit" Low Recommended ["API6:2023"] ["CWE-799", "CWE-770"] false
    "A POST that takes something of value (order, payment, transfer, booking, coupon, vote, sign-up, message) and \
        describes neither an answer 429 nor a limit header."
    "Each call alone is legal. A program that makes thousands buys out the stock, books every seat, tries every coupon, \
        or fills the shop with accounts."
    "Decide how often one caller may do this, enforce it, and describe the answer 429."
    "https://owasp.org/API-Security/editions/2023/en/0xa6-unrestricted-access-to-sensitive-business-flows/"
}

fn check(index: &Index<'_>, operation: &Operation<'_>, guess: bool, sink: &mut Sink<'_>) {
    let (is_guess, what) = match common::flow(operation) {
        Some(Flow::Guess(what)) => (true, what),
        Some(Flow::Money(what) | Flow::Business(what)) => (false, what),
        None => return,
    };
    if is_guess != guess
        || operation.responses.is_empty()
        || operation.answers("429")
        || common::describes_header(index, operation, common::limit_header)
    {
        return;
    }
    let label = operation.label();
    let message = format!("{} ({what}) describes no limit", quote(&label));
    if let Some(hit) = sink.at_key(operation.node, message, Applies::Nothing) {
        hit.operation(label);
    }
}
