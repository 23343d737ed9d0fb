//! YAML and JSON into one spanned tree.
//!
//! One arena serves contracts, request and response bodies, configuration files and examples. Aliases
//! and `$ref` are edges, never copies. Reading never fails as a whole: what could be read stands in the
//! tree, what could not is a [`Problem`] with its place.

mod build;
mod tree;

pub use build::Builder;
pub use tree::{Document, Format, Kind, Member, NodeId, NodeRef, Position, Span};
