//! What the contract model and the router promise, by example and by property.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod cases;
mod decoders;
mod model;
mod render;
mod roles;
mod router;
mod security;
mod structure;

use palisade_contract::Contract;
use palisade_document::{Limits, Problem, read};
use std::sync::Arc;

/// The contract in a text, with what is wrong with it.
fn load(name: &str, text: &[u8]) -> (Contract, Vec<Problem>) {
    let reading = read(name, text, &Limits::default());
    let mut problems = reading.problems;
    let (contract, more) = Contract::load(Arc::new(reading.document));
    problems.extend(more);
    (contract, problems)
}
