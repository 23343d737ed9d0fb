//! What tests and benches run against: a PostgreSQL server, and stores with made-up contents of any size.
//!
//! [`postgres`] gives a test the URL of an empty database of its own. The server behind it is started once in a
//! process, below a temporary directory and without TCP, and ends with the process, however that ends.

pub mod contents;
mod postgres;

pub use postgres::{Postgres, Setup, Tls, postgres};
