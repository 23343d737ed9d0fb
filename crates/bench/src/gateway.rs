//! The gateway, as `palisade gateway` runs it, on one thread.

use palisade_gateway::{Captured, Discard, Gateway, Settings, Sink};
use palisade_guard::{ApiPolicy, Delivery, Mode, Snapshot};
use std::fmt::Write;
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

/// Operations of the large contract.
pub const MANY: usize = 1000;

/// The contract with so many operations beside those that are called.
pub fn contract(operations: usize) -> String {
    let mut text = CONTRACT.to_owned();
    for number in 0..operations {
        let _ = write!(
            text,
            "  /kind{number}/{{id}}/part{}:\n    post:\n      parameters:\n        - {{name: id, in: path, required: true, \
             schema: {{type: string, pattern: \"^[a-z0-9-]{{1,40}}$\"}}}}\n        - {{name: page, in: query, schema: \
             {{type: integer, minimum: 0, maximum: {}}}}}\n      requestBody:\n        content:\n          application/json:\n            \
             schema: {{type: object, required: [name], properties: {{name: {{type: string, maxLength: 80}}, size: \
             {{type: integer}}, kind{number}: {{type: string, enum: [a, b, c]}}}}}}\n      responses: {{\"200\": \
             {{description: Done.}}}}\n",
            number % 7,
            number + 100,
        );
    }
    text
}

/// An API as a file would have it.
pub fn api(number: usize, upstream: &str, mode: Mode, contract: Option<String>) -> ApiPolicy {
    ApiPolicy {
        id: format!("bench{number}"),
        name: format!("bench{number}"),
        hosts: if number == 0 { Vec::new() } else { vec![format!("api{number}.test")] },
        base_path: "/".to_owned(),
        upstreams: vec![format!("http://{upstream}")],
        upstream_ca: None,
        delivery: Delivery::default(),
        mode,
        contract,
        observe_operations: Vec::new(),
        exceptions: Vec::new(),
        protection: palisade_guard::Protection::default(),
    }
}

/// `kind`: `observe` passes through, `capture` records too, `block` enforces the contract, `block-capture` records
/// too, `block-many` enforces a contract of many operations. `apis`: how many APIs are served; the first is called.
pub async fn serve(upstream: &str, kind: &str, apis: &str) -> Result<(), String> {
    let listener = crate::listen().await?;
    crate::announce(&listener)?;
    let apis: usize = apis.parse().map_err(|_| format!("{apis} is not a number of APIs"))?;
    let (mode, contract) = match kind {
        "block" | "block-capture" => (Mode::Block, Some(contract(0))),
        "block-many" => (Mode::Block, Some(contract(MANY))),
        _ => (Mode::Observe, None),
    };
    let capture = kind == "capture" || kind == "block-capture";
    let sink: Arc<dyn Sink> = if capture { Arc::new(Counting::default()) } else { Arc::new(Discard) };
    let gateway = Gateway::new(Settings { capture, ..Settings::default() }, sink);
    let apis = (0..apis).map(|number| api(number, upstream, mode, contract.clone())).collect();
    let statuses = gateway.publish(&Snapshot { version: 1, apis, ..Snapshot::default() });
    if let Some(problem) = statuses.into_iter().find_map(|status| status.problem) {
        return Err(problem);
    }
    gateway.serve(listener, CancellationToken::new()).await;
    Ok(())
}
