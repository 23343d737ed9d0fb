//! What leaves the gateway beside the traffic: captured exchanges.

use palisade_exchange::Exchange;
use palisade_guard::Decision;
use std::sync::Arc;

/// One exchange as the gateway saw it, judged, credentials redacted.
#[derive(Debug, Clone)]
pub struct Captured {
    /// Id of the API it was routed to.
    pub api_id: Arc<str>,
    /// Name of that API.
    pub api_name: Arc<str>,
    /// The exchange. Its `response` is what the upstream answered: `None` when the gateway answered itself.
    pub exchange: Exchange,
    /// The guard's word: what was done (`effect`) and what block mode would do (`uncapped`).
    pub decision: Decision,
    /// Status the client got; 0 when the exchange ended before any answer. A refused call of gRPC got it in its words.
    pub status: u16,
    /// Status the upstream gave; `None` when it was not asked or did not answer.
    pub upstream_status: Option<u16>,
    /// Why the exchange did not run to its end, in plain words; `None` when it did.
    pub fault: Option<String>,
}

/// Takes captured exchanges. Called from the gateway's recorder task, never from the path of a request.
pub trait Sink: Send + Sync + 'static {
    /// Takes one exchange. Must not block: a sink that cannot keep up drops and counts.
    fn deliver(&self, captured: Captured);
}

/// A sink that keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Discard;

impl Sink for Discard {
    fn deliver(&self, _: Captured) {}
}

/// Hands each exchange to several sinks.
pub struct Fanout(pub Vec<Arc<dyn Sink>>);

impl Sink for Fanout {
    fn deliver(&self, captured: Captured) {
        let Some((last, others)) = self.0.split_last() else { return };
        for sink in others {
            sink.deliver(captured.clone());
        }
        last.deliver(captured);
    }
}
