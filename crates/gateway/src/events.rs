//! What the gateway logs and counts: one function an event. Nothing here shows a value a client sent.

use palisade_guard::{Ban, Decision};

/// The guard refused a request.
pub(crate) fn blocked(api: &str, decision: &Decision) {
    tracing::info!(
        api,
        code = decision.code.as_str(),
        operation = decision.operation.as_deref().unwrap_or_default(),
        status = decision.status,
        "request blocked"
    );
}

/// A caller is banned from now on.
pub(crate) fn banned(api: &str, code: &str, who: &str, seconds: i64) {
    metrics::counter!("palisade_gateway_bans_total", "api" => api.to_owned()).increment(1);
    tracing::warn!(api, code, who, seconds, "caller banned");
}

/// A ban has ended, by hand or because its time is over.
pub(crate) fn ban_ended(ban: &Ban, lifted: bool) {
    let (api, code, who) = (ban.api.as_str(), ban.code.as_str(), ban.who.as_str());
    tracing::info!(api, code, who, refused = ban.refused, lifted, "ban ended");
}

/// What the counters keep.
pub(crate) fn counted(callers: usize, evicted: u64, bans_evicted: u64) {
    metrics::gauge!("palisade_gateway_counted_callers").set(callers as f64);
    metrics::counter!("palisade_gateway_evicted_callers_total").absolute(evicted);
    metrics::counter!("palisade_gateway_evicted_bans_total").absolute(bans_evicted);
}

/// The guard panicked over a request; what follows is the policy's `on_error`.
pub(crate) fn engine_failed() {
    metrics::counter!("palisade_gateway_engine_failures_total").increment(1);
    tracing::error!("the guard failed over a request: this is a defect, please report it");
}

/// An upstream could not be reached or broke off.
pub(crate) fn upstream_failed(api: &str, origin: &str, reason: &str) {
    tracing::warn!(api, upstream = origin, reason, "upstream failed");
}

/// A request could not be read and was refused before any API was asked.
pub(crate) fn unreadable(code: &'static str) {
    metrics::counter!("palisade_gateway_unreadable_total", "code" => code).increment(1);
    tracing::debug!(code, "unreadable request refused");
}

/// An exchange was not recorded: the recorder is behind.
pub(crate) fn dropped() {
    metrics::counter!("palisade_gateway_dropped_exchanges_total").increment(1);
}

/// An exchange went to the sink.
pub(crate) fn recorded() {
    metrics::counter!("palisade_gateway_recorded_exchanges_total").increment(1);
}

/// A client connection was opened or ended; `open` are left.
pub(crate) fn connections(open: u64) {
    metrics::gauge!("palisade_gateway_connections").set(open as f64);
}

/// A client connection was turned away: too many are open.
pub(crate) fn turned_away() {
    metrics::counter!("palisade_gateway_connections_refused_total").increment(1);
}

/// A snapshot was shown to the gateway.
pub(crate) fn published(version: u64, apis: usize, refused: usize) {
    metrics::gauge!("palisade_gateway_snapshot_version").set(version as f64);
    metrics::gauge!("palisade_gateway_apis").set(apis as f64);
    metrics::gauge!("palisade_gateway_apis_refused").set(refused as f64);
    tracing::info!(version, apis, refused, "snapshot in force");
}

/// One API of a snapshot was refused.
pub(crate) fn refused(api: &str, problem: &str, kept: bool) {
    tracing::error!(api, problem, last_good_kept = kept, "API definition refused");
}

/// An upstream failed too often in a row.
pub(crate) fn upstream_ejected(api: &str, origin: &str, length: std::time::Duration) {
    tracing::warn!(api, upstream = origin, seconds = length.as_secs_f64(), "upstream ejected");
}

/// Active checks changed their mind on an upstream.
pub(crate) fn upstream_checked(api: &str, origin: &str, healthy: bool) {
    if healthy {
        tracing::info!(api, upstream = origin, "upstream healthy");
    } else {
        tracing::warn!(api, upstream = origin, "upstream unhealthy");
    }
}

/// A client's TLS handshake failed.
pub(crate) fn handshake_failed(reason: &str) {
    metrics::counter!("palisade_gateway_tls_handshakes_failed_total").increment(1);
    tracing::debug!(reason, "TLS handshake failed");
}

/// An HTTP/2 connection of a client ended with an error: its own or the client's.
pub(crate) fn http2_ended(error: &h2::Error) {
    metrics::counter!("palisade_gateway_http2_errors_total").increment(1);
    tracing::debug!(%error, "HTTP/2 connection ended");
}

/// The newest file is in force, or the last good state is.
pub(crate) fn file_taken(wholly: bool) {
    metrics::gauge!("palisade_gateway_file_current").set(if wholly { 1.0 } else { 0.0 });
}

/// The keys of an issuer were fetched.
pub(crate) fn keys_fetched() {
    metrics::counter!("palisade_gateway_key_fetches_total", "result" => "ok").increment(1);
}

/// The keys of an issuer cannot be had. `kept`: the last good ones serve on.
pub(crate) fn keys_failed(source: &str, reason: &str, kept: bool) {
    metrics::counter!("palisade_gateway_key_fetches_total", "result" => "failed").increment(1);
    tracing::warn!(source, reason, kept, "keys of an issuer cannot be had");
}

/// An introspection endpoint gave no answer.
pub(crate) fn introspection_failed(url: &str, reason: &str) {
    metrics::counter!("palisade_gateway_introspection_failures_total").increment(1);
    tracing::warn!(url, reason, "an introspection endpoint gave no answer");
}
