//! The gateway, as `palisade gateway` runs it, on one thread.

use palisade_gateway::{Captured, Discard, Gateway, Settings, Sink};
use palisade_guard::{ApiPolicy, Mode, Snapshot};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio_util::sync::CancellationToken;

/// The contract of what the load generator sends.
const CONTRACT: &str = include_str!("contract.yaml");

/// Looks at what it is given, so that nothing of the capture can be left out.
#[derive(Default)]
struct Counting(AtomicU64);

impl Sink for Counting {
    fn deliver(&self, captured: Captured) {
        self.0.fetch_add(captured.exchange.request.headers.len() as u64, Ordering::Relaxed);
    }
}

/// `kind`: `observe` passes through, `capture` records too, `block` enforces the contract and records.
pub async fn serve(upstream: &str, kind: &str) -> Result<(), String> {
    let listener = crate::listen().await?;
    crate::announce(&listener)?;
    let (mode, contract) = match kind {
        "block" | "block-capture" => (Mode::Block, Some(CONTRACT.to_owned())),
        _ => (Mode::Observe, None),
    };
    let capture = kind == "capture" || kind == "block-capture";
    let sink: Arc<dyn Sink> = if capture { Arc::new(Counting::default()) } else { Arc::new(Discard) };
    let gateway = Gateway::new(Settings { capture, ..Settings::default() }, sink);
    let api = ApiPolicy {
        id: "bench".to_owned(),
        name: "bench".to_owned(),
        hosts: Vec::new(),
        base_path: "/".to_owned(),
        upstreams: vec![format!("http://{upstream}")],
        upstream_ca: None,
        mode,
        contract,
        observe_operations: Vec::new(),
        exceptions: Vec::new(),
        protection: palisade_guard::Protection::default(),
    };
    let statuses = gateway.publish(&Snapshot { version: 1, apis: vec![api], ..Snapshot::default() });
    if let Some(problem) = statuses.into_iter().find_map(|status| status.problem) {
        return Err(problem);
    }
    gateway.serve(listener, CancellationToken::new()).await;
    Ok(())
}
