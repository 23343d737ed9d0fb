//! YAML and JSON into one spanned tree.
//!
//! One arena serves contracts, request and response bodies, configuration files and examples. Aliases
//! and `$ref` are edges, never copies. Reading never fails as a whole: what could be read stands in the
//! tree, what could not is a [`Problem`] with its place.
//!
//! A walk that follows aliases or references can be exponentially longer than the document. Walk
//! [`Document::nodes`] to see every node once, or keep a set of what was seen.

mod address;
mod arena;
mod block;
pub mod config;
mod decode;
pub mod edit;
pub mod emit;
mod files;
pub mod json;
pub mod path;
pub mod pointer;
mod problem;
mod read;
pub mod refs;
mod scalars;
mod splice;
mod tree;
mod window;
mod yaml;

pub use address::join;
pub use arena::Builder;
pub use files::{Extension, FileRef, Missing, Refusal, RefusalKind};
pub use problem::{Limits, Problem, code, quote};
pub use read::{Reading, read, read_owned};
pub use splice::{Change, ChangeKind};
pub use tree::{Document, Format, IdHasher, KeyMask, Kind, Member, NodeId, NodeMap, NodeRef, Position, Span};
