//! How contracts are compared.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests fail by panicking")]

mod catalogue;
mod hostile;
mod levels;
mod meaning;
mod places;
mod planted;
mod proposals;
mod support;
