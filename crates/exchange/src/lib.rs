//! One HTTP request and its response: who, where, what and when.
//!
//! Two forms: [`RequestView`] borrows from whatever holds the request and serves the hot path;
//! [`Exchange`] owns what was seen and is built only when the exchange is recorded. What was seen on the
//! wire is a [`RawExchange`]; the [`Redactor`] takes the credentials out of it.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod credential;
mod hash;
mod header;
mod lexical;
mod marker;
mod model;
mod multipart;
mod redact;
mod shape;
mod tape;
mod target;
pub mod wire;

pub use credential::{Credential, SESSION_WORDS, session_cookie};
pub use hash::KeyedHash;
pub use header::protocol_header;
pub use lexical::{Class, Format, classify, format_of};
pub use marker::Marker;
pub use model::{
    Body, Client, Exchange, Headers, HeadersView, Message, RawExchange, RequestView, Response, ResponseView, Source,
};
pub use redact::{Redactor, kept_path, kept_query};
pub use shape::{BodyShape, Scalar, ScalarKind, Shape, ShapeLimits, parameter_kind};
pub use tape::{Item, Name, NameId, Names, Tape, Value, Word};
pub use target::{decode, matrix, query_pairs, segments};
