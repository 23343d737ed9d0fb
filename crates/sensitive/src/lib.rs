//! Detectors of sensitive data, each with a validator, and redaction.
//!
//! Two questions are answered apart: what a field's *name* promises ([`Hint`]) and what a *value* is ([`value_kind`]).
//! [`Rules`] puts both together, with a user's own rules where there are any. Everything is linear in the input; only
//! redaction allocates, and only where something is taken out.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod checks;
mod keys;
mod kind;
mod names;
mod national;
mod redact;
mod rules;
mod value;

pub use checks::{iban, luhn, us_ssn};
pub use kind::{Class, Kind, OwnId};
pub use names::{Hint, credential_name, field_kind, words};
pub use national::Scheme;
pub use redact::REDACTED;
pub use rules::{Exception, Mask, Rules, Side};
pub use value::value_kind;
