//! A client of the control plane's REST API, for the command line and for controllers.
//!
//! HTTP/1.1 over TLS with the system's certificates or those of one file; no redirects, since keys go along; every answer
//! is bounded in bytes and time. Errors say what the server said, made fit for a terminal or a log.

mod address;
mod call;
mod connect;
mod credentials;
mod error;
mod events;

pub use address::{Address, BadAddress};
pub use call::{Answer, Call, Client, Settings, encoded};
pub use credentials::{BadCredentials, Credentials};
pub use error::{Error, FieldError, Problem};
pub use events::{Event, Events};
