//! The gateway as a whole: its APIs, its figures, its listeners.

use crate::settings::Settings;
use crate::sink::Sink;
use palisade_guard::{Mode, Snapshot};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How one API of the snapshot fares.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ApiStatus {
    /// The API's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it does now.
    pub mode: Mode,
    /// True when the newest definition is in force. False: the last good one is (see `problem`), or none.
    pub current: bool,
    /// Why the newest definition was refused.
    pub problem: Option<String>,
}

/// Figures since start and the state of every API.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Status {
    /// Version of the newest snapshot shown to the gateway.
    pub version: u64,
    /// Its APIs.
    pub apis: Vec<ApiStatus>,
    /// Requests answered, by whomever.
    pub requests: u64,
    /// Requests refused by the guard or the framing checks.
    pub blocked: u64,
    /// Exchanges captured and handed to the sink.
    pub recorded: u64,
    /// Exchanges that were not recorded because the recorder could not keep up.
    pub dropped: u64,
    /// Client connections open now.
    pub connections: u64,
}

/// The data plane. Cheap to share; serves any number of listeners.
pub struct Gateway {
    settings: Settings,
    sink: Arc<dyn Sink>,
}

impl Gateway {
    /// A gateway without APIs. Must be called inside a tokio runtime: it starts the recorder task, which ends when
    /// the gateway is dropped.
    pub fn new(settings: Settings, sink: Arc<dyn Sink>) -> Arc<Gateway> {
        Arc::new(Gateway { settings, sink })
    }

    /// Puts a snapshot in force. An API that cannot be compiled is refused alone: its last good definition stays,
    /// and the status says so. Requests under way finish under the definition they began with.
    pub fn publish(&self, snapshot: &Snapshot) -> Vec<ApiStatus> {
        let _ = (snapshot, &self.settings, &self.sink);
        Vec::new()
    }

    /// What the gateway does now.
    pub fn status(&self) -> Status {
        Status { version: 0, apis: Vec::new(), requests: 0, blocked: 0, recorded: 0, dropped: 0, connections: 0 }
    }

    /// Serves a listener until `stop`, then drains: returns once open exchanges are done or the drain time is over.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, stop: CancellationToken) {
        drop(listener);
        stop.cancelled().await;
    }

    /// Waits until every exchange captured so far went to the sink.
    pub async fn flush(&self) {}

    /// Serves one client connection until it ends or `stop` and its exchange are done.
    pub async fn handle<S>(self: &Arc<Self>, stream: S, peer: SocketAddr, stop: CancellationToken)
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send,
    {
        drop((stream, peer, stop));
    }
}
