//! One HTTP request and its response: who, where, what and when.
//!
//! Two forms: [`RequestView`] borrows from whatever holds the request and serves the hot path;
//! [`Exchange`] owns what was seen and is built only when the exchange is recorded.

mod model;

pub use model::{Body, Client, Exchange, Headers, HeadersView, Message, RequestView, Response, ResponseView, Source};
