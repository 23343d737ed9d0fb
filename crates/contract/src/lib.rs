//! What an API promises: the OpenAPI model, the router, parameter decoders and compiled validators.

mod load;
mod model;
pub mod router;

pub use load::code;
pub use model::{
    Components, Contract, Encoding, FormField, Header, Location, MediaType, OAuthFlow, Operation, Parameter, PathItem,
    RequestBody, Response, SecurityKind, SecurityRequirement, SecurityScheme, Server, Status, Style, Version,
};
