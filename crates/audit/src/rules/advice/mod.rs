//! What would make a contract better, and costs no points.

pub(crate) mod missing_owner;
pub(crate) mod required_with_default;
pub(crate) mod server_advice;
pub(crate) mod trailing_slash;
pub(crate) mod undeclared_tag;
pub(crate) mod undocumented;
pub(crate) mod unused_component;
pub(crate) mod verb_in_path;
