//! Following a control plane: snapshots in, exchanges out. The gateway serves on when it is away.

use crate::config::ControlPlane;
use crate::sink::{Captured, Sink};
use crate::state::Gateway;
use crate::upstream::Upstream;
use crate::verdict::Verdict;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use palisade_exchange::wire::{Form, to_line_with};
use palisade_exchange::{Redactor, Source};
use palisade_guard::Snapshot;
use std::collections::VecDeque;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Bytes of lines that wait for the control plane.
const SPOOL_BYTES: usize = 32 << 20;
/// Bytes and lines of one delivery.
const BATCH: (usize, usize) = (1 << 20, 500);
/// Largest snapshot taken.
const MAX_SNAPSHOT: usize = 64 << 20;
/// Longest wait for an answer: the control plane holds a request for a new snapshot up to 25 s.
const ANSWER: Duration = Duration::from_secs(40);
/// Shortest and longest pause after a failure.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// Name of the file that keeps the last good snapshot.
const STATE_FILE: &str = "gateway.snapshot.json";

/// Why the control plane could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The URL or its certificates are no good.
    #[error("control plane: {0}")]
    Setup(String),
    /// It cannot be reached, or broke off.
    #[error("the control plane cannot be reached: {0}")]
    Unreachable(String),
    /// It answered with this status.
    #[error("the control plane answered {0}")]
    Status(u16),
    /// Its snapshot cannot be read.
    #[error("the snapshot of the control plane cannot be read: {0}")]
    Snapshot(String),
    /// The token cannot be read.
    #[error("the token file {0} cannot be read: {1}")]
    Token(PathBuf, String),
}

/// The client of one control plane.
pub struct Control {
    upstream: Upstream,
    host: String,
    token_file: PathBuf,
    state_file: PathBuf,
}

impl Control {
    /// A client; nothing is sent before [`Control::follow`].
    ///
    /// # Errors
    /// When the URL or the CA bundle is no good.
    pub fn new(settings: &ControlPlane, state_dir: &Path) -> Result<Control, ControlError> {
        let setup = |error: crate::upstream::UpstreamError| ControlError::Setup(error.to_string());
        let upstream = Upstream::new(&settings.url, settings.ca.as_deref()).map_err(setup)?;
        let host = settings.url.split_once("://").map_or("", |(_, rest)| rest).trim_end_matches('/').to_owned();
        let state_file = state_dir.join(STATE_FILE);
        Ok(Control { upstream, host, token_file: settings.token_file.clone(), state_file })
    }

    /// The last good snapshot of an earlier run, where there is one.
    pub fn last_good(&self) -> Option<Snapshot> {
        let bytes = crate::config::read_file(&self.state_file).ok()?;
        match serde_json::from_slice(&bytes) {
            Ok(snapshot) => Some(snapshot),
            Err(error) => {
                let file = self.state_file.display().to_string();
                tracing::warn!(file, %error, "the last good snapshot cannot be read");
                None
            }
        }
    }

    fn keep(&self, snapshot: &Snapshot) -> std::io::Result<()> {
        let fresh = self.state_file.with_extension("json.new");
        let mut options = std::fs::OpenOptions::new();
        options.create(true).write(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&fresh)?;
        file.write_all(&serde_json::to_vec(snapshot)?)?;
        file.sync_all()?;
        std::fs::rename(&fresh, &self.state_file)
    }

    fn token(&self) -> Result<String, ControlError> {
        let failed = |reason: String| ControlError::Token(self.token_file.clone(), reason);
        let text = String::from_utf8(crate::config::read_file(&self.token_file).map_err(failed)?);
        Ok(text.map_err(|_| failed("it is not text".to_owned()))?.trim().to_owned())
    }

    /// One request to the control plane, on a connection of its own.
    async fn call(&self, method: &str, path: &str, body: Bytes) -> Result<(StatusCode, Bytes), ControlError> {
        let unreachable = |error: hyper::Error| ControlError::Unreachable(error.to_string());
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.host)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token()?))
            .header(header::CONTENT_TYPE, "application/x-ndjson")
            .header(header::ACCEPT, "application/json")
            .body(Full::new(body))
            .map_err(|error| ControlError::Setup(error.to_string()))?;
        let work = async {
            let io = self.upstream.connect(Duration::from_secs(10), false).await;
            let io = io.map_err(|error| ControlError::Unreachable(error.reason))?;
            let (mut sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(io)).await.map_err(unreachable)?;
            let driver = tokio::spawn(connection);
            let result = async {
                let response = sender.send_request(request).await.map_err(unreachable)?;
                let status = response.status();
                let body = Limited::new(response.into_body(), MAX_SNAPSHOT).collect().await;
                Ok((status, body.map_err(|error| ControlError::Unreachable(error.to_string()))?.to_bytes()))
            }
            .await;
            driver.abort();
            result
        };
        match tokio::time::timeout(ANSWER, work).await {
            Ok(result) => result,
            Err(_) => Err(ControlError::Unreachable("no answer in time".to_owned())),
        }
    }

    async fn next(&self, after: u64) -> Result<Option<Snapshot>, ControlError> {
        let path = format!("/api/v1/gateway/snapshot?after={after}");
        let (status, body) = self.call("GET", &path, Bytes::new()).await?;
        match status.as_u16() {
            200 => serde_json::from_slice(&body).map(Some).map_err(|error| ControlError::Snapshot(error.to_string())),
            304 => Ok(None),
            other => Err(ControlError::Status(other)),
        }
    }

    /// Keeps the gateway's APIs in step with the control plane until `stop`. Failures are logged once and retried with
    /// growing pauses; meanwhile the gateway serves what it has.
    pub async fn follow(self: Arc<Self>, gateway: Arc<Gateway>, stop: CancellationToken) {
        let mut version = gateway.status().version;
        let mut pause = PAUSE.0;
        loop {
            let next = tokio::select! {
                () = stop.cancelled() => return,
                next = self.next(version) => next,
            };
            match next {
                Ok(snapshot) => {
                    connected(true);
                    pause = PAUSE.0;
                    if let Some(snapshot) = snapshot {
                        version = snapshot.version;
                        let statuses = gateway.publish(&snapshot);
                        if statuses.iter().all(|status| status.current) {
                            if let Err(error) = self.keep(&snapshot) {
                                let file = self.state_file.display().to_string();
                                tracing::error!(file, %error, "the last good snapshot cannot be kept");
                            }
                        } else {
                            tracing::error!(version, "the snapshot is not kept: some of its APIs were refused");
                        }
                    }
                }
                Err(error) => {
                    connected(false);
                    if pause == PAUSE.0 {
                        tracing::warn!(%error, "serving on with the last good snapshot");
                    }
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = tokio::time::sleep(pause) => {}
                    }
                    pause = (pause * 2).min(PAUSE.1);
                }
            }
        }
    }
}

fn connected(yes: bool) {
    metrics::gauge!("palisade_gateway_control_plane_connected").set(if yes { 1.0 } else { 0.0 });
}

#[derive(Default)]
struct Spool {
    lines: VecDeque<String>,
    bytes: usize,
}

/// Sends exchanges to a control plane: batched, spooled in bounded memory while it is away.
pub struct ControlSink {
    redactor: Redactor,
    spool: Mutex<Spool>,
    arrived: Notify,
    dropped: AtomicU64,
}

impl ControlSink {
    /// An empty spool. The redactor is the one that exchanges went through.
    pub fn new(redactor: Redactor) -> Arc<ControlSink> {
        Arc::new(ControlSink { redactor, spool: Mutex::default(), arrived: Notify::new(), dropped: AtomicU64::new(0) })
    }

    /// Exchanges lost because the spool was full, since start.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// What a gateway decided goes along; who only listens decides nothing.
    fn line(&self, captured: &Captured) -> String {
        let verdict = match captured.exchange.source {
            Source::Gateway => Verdict::of(captured).write(),
            _ => None,
        };
        to_line_with(&captured.exchange, Form::Full, self.redactor.marker(), verdict.as_deref())
    }

    fn batch(&self) -> Vec<String> {
        let mut spool = self.spool.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < BATCH.1 && bytes < BATCH.0 {
            let Some(line) = spool.lines.pop_front() else { break };
            bytes += line.len();
            batch.push(line);
        }
        spool.bytes -= bytes.min(spool.bytes);
        batch
    }

    fn put_back(&self, batch: Vec<String>) {
        let mut spool = self.spool.lock().unwrap_or_else(PoisonError::into_inner);
        for line in batch.into_iter().rev() {
            spool.bytes += line.len();
            spool.lines.push_front(line);
        }
    }

    /// Delivers until `stop`, then once more what is left.
    pub async fn deliver_to(self: Arc<Self>, control: Arc<Control>, stop: CancellationToken) {
        let mut pause = PAUSE.0;
        loop {
            let batch = self.batch();
            if batch.is_empty() {
                if stop.is_cancelled() {
                    return;
                }
                tokio::select! {
                    () = self.arrived.notified() => {}
                    () = stop.cancelled() => {}
                }
                // A moment's traffic goes in one delivery.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
            let mut body = batch.join("\n");
            body.push('\n');
            match control.call("POST", "/api/v1/gateway/exchanges", Bytes::from(body)).await {
                Ok((status, _)) if status.is_success() => pause = PAUSE.0,
                Ok((status, _)) if matches!(status.as_u16(), 400 | 413 | 422) => {
                    // It will not take them later either.
                    self.lost(batch.len());
                    tracing::error!(
                        status = status.as_u16(),
                        exchanges = batch.len(),
                        "the control plane refused exchanges"
                    );
                }
                failed => {
                    if pause == PAUSE.0 {
                        let reason = match failed {
                            Ok((status, _)) => ControlError::Status(status.as_u16()).to_string(),
                            Err(error) => error.to_string(),
                        };
                        tracing::warn!(reason, "exchanges wait in memory");
                    }
                    if stop.is_cancelled() {
                        self.lost(batch.len());
                        return;
                    }
                    self.put_back(batch);
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(pause) => {}
                    }
                    pause = (pause * 2).min(PAUSE.1);
                }
            }
        }
    }

    fn lost(&self, count: usize) {
        self.dropped.fetch_add(count as u64, Ordering::Relaxed);
        for _ in 0..count {
            crate::events::dropped();
        }
    }
}

impl Sink for ControlSink {
    fn deliver(&self, captured: Captured) {
        let line = self.line(&captured);
        let mut spool = self.spool.lock().unwrap_or_else(PoisonError::into_inner);
        if spool.bytes + line.len() > SPOOL_BYTES {
            drop(spool);
            self.lost(1);
            return;
        }
        spool.bytes += line.len();
        spool.lines.push_back(line);
        drop(spool);
        self.arrived.notify_one();
    }
}
