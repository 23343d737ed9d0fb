//! The data plane: a reverse proxy that asks the guard.
//!
//! In observe mode bytes pass as they came; the exchange is judged after its end, off the path of the request. In
//! block mode head and body are judged before an upstream connection is touched.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

pub mod admin;
mod balance;
mod censor;
mod client;
mod config;
mod conn;
mod container;
mod control;
mod deadline;
mod decode;
mod events;
mod file_sink;
mod h2;
mod health;
pub mod judge;
mod listener;
mod listeners;
mod lookups;
mod problem;
mod record;
mod relay;
mod replay;
mod route;
mod settings;
mod sink;
mod state;
mod tls;
mod upstream;
mod verdict;
pub mod visit;
mod wire;

pub use balance::{UpstreamState, UpstreamStatus};
pub use config::{Config, ConfigError, ControlPlane, SCHEMA, host_pattern_is_valid};
pub use container::in_container;
pub use control::{Control, ControlError, ControlSink};
pub use file_sink::FileSink;
pub use listener::{Front, Listener, Protocols};
pub use listeners::Listeners;
pub use lookups::counters::{CounterFigures, CounterStore, Memory, Reply};
pub use lookups::http::Call;
pub use replay::{Replay, Replayed};
pub use settings::{Limits, Settings, Timeouts};
pub use sink::{Captured, Discard, Fanout, Sink};
pub use state::{ApiStatus, Gateway, Status};
pub use tls::{ClientAuth, ListenerTls, MinVersion, NamedIdentity, TlsFiles, Unsecured};
pub use upstream::{UpstreamError, check_upstream};
pub use verdict::Verdict;
