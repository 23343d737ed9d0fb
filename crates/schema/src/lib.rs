//! One JSON Schema representation for every OpenAPI dialect.
//!
//! A [`Compiler`] turns schema nodes of a [`Document`](palisade_document::Document) into a [`SchemaSet`]:
//! references become edges, patterns become automata, numbers stay exact. Validation is bounded in work,
//! depth and number of violations, and no violation carries the value that broke the schema.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod compile;
mod equal;
mod finish;
mod format;
mod number;
pub mod pattern;
mod resolve;
mod set;
mod types;
mod validate;
mod view;

pub use compile::Compiler;
pub use equal::canonical;
pub use number::{compare_numbers, is_multiple_of};
pub use set::SchemaSet;
pub use types::{Dialect, Direction, Exhausted, Options, Outcome, Problem, SchemaId, TypeSet, Violation};
pub use view::{ArrayView, NumberLimit, ObjectView, View};
