//! Learns an API from its exchanges: inventory, contract, drift, findings.
//!
//! [`Discovery`] is the state: it absorbs exchanges one by one and merges with other states; learning in
//! parts and merging gives the state that learning in one place gives. Everything else is computed from it
//! when asked: [`Discovery::induce`] is pure, so that overrides work on what was learned before them.
//!
//! Body values are not kept: types, formats, lengths and keyed hashes are.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod bounded;
mod build;
mod compare;
mod declared;
mod discovery;
mod findings;
mod induce;
mod inventory;
mod naming;
mod oauth;
mod openapi;
mod operation;
mod overrides;
mod recursion;
mod rules;
mod schema;
mod sensitive;
mod settings;
mod sketch;
mod spread;
mod trie;
mod variants;

pub use compare::{Compared, State, compare};
pub use discovery::{Absorbed, Discovery, Ignored};
pub use findings::findings;
pub use inventory::{
    Authenticated, Direction, Evidence, Inventory, Noise, OpenApiVersion, OperationView, ParameterView, Part,
    SensitiveField,
};
pub use overrides::{Overrides, Rename, Template};
pub use rules::{ORPHAN, Rule, SHADOW, UNDECLARED_FIELD, ZOMBIE, rules};
pub use settings::{Hosts, MergeError, Settings};
