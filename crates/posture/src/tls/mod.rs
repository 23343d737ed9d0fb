//! TLS: which versions, suites and groups a server speaks, its certificates, and the grade they earn.
//!
//! [`Plan`] says which hellos to send and is told the [`Answer`]s; it ends with [`Facts`]. No key is used: all that a
//! server tells in the clear is read from its first flight. What TLS 1.3 encrypts (certificates, early data) comes from
//! a real handshake of whoever drives the plan.

mod answer;
mod certificate;
mod facts;
mod grade;
mod group;
mod hello;
mod judge;
mod ocsp;
mod plan;
mod rules;
mod suite;
mod version;

pub use answer::{Answer, End, Reader};
pub use certificate::{Certificate, Chain, Key, Trust};
pub use facts::{Facts, Gap, Handshake, Prime, Shown, Spoken, Staple, Support, WithoutName};
pub use grade::{Cap, Grade, HSTS_LEAST, Letter, grade};
pub use group::Group;
pub use hello::Hello;
pub use judge::judge;
pub use plan::{Plan, Probe};
pub use rules::RULES;
pub use suite::{Exchange, Suite, Weakness};
pub use version::Version;

/// Bytes as evidence.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}
