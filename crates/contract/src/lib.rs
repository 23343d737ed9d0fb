//! What an API promises: the OpenAPI model, the router, parameter decoders and compiled validators.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod load;
mod model;
pub mod params;
pub mod roles;
pub mod router;
pub mod validate;

pub use load::code;
pub use model::{
    Components, Contract, Encoding, FormField, Header, Location, MediaType, OAuthFlow, Operation, Parameter, PathItem,
    RequestBody, Response, SecurityKind, SecurityRequirement, SecurityScheme, Server, Status, Style, Version,
};
