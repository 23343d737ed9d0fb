//! Servers of others that tests and benches run against: PostgreSQL.
//!
//! [`postgres`] gives a test the URL of an empty database of its own. The server behind it is started once in a
//! process, below a temporary directory and without TCP, and ends with the process, however that ends.

mod postgres;

pub use postgres::{Postgres, Setup, Tls, postgres};
