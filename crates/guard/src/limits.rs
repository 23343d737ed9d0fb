//! Sizes, counts and depths of requests.

use crate::verdict::Reason;
use crate::{Check, MessageLimits};
use palisade_exchange::RequestView;

/// Longest path and query together, in bytes.
const TARGET_BYTES: u32 = 16 << 10;
/// Most bytes of header names and values together.
const HEADER_BYTES: u32 = 64 << 10;
/// Most header fields.
const HEADER_FIELDS: u32 = 256;

/// What is too large in a request's head.
pub(crate) fn head(limits: &MessageLimits, request: &RequestView<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let fields = request.headers.0;
    let query = request.query.unwrap_or_default();
    let mut within = |count: usize, most: Option<u32>, status, code, title, location| {
        if most.is_some_and(|most| count > most as usize) {
            reasons.push(Reason::new(Check::Limits, status, code, title).at(location));
        }
    };
    let too_large = "The request's head is too large";
    let target = request.path.len() + query.len();
    within(target, limits.target_bytes.or(Some(TARGET_BYTES)), 431, "head_too_large", too_large, "path");
    let bytes = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
    within(bytes, limits.header_bytes.or(Some(HEADER_BYTES)), 431, "head_too_large", too_large, "header");
    within(fields.len(), limits.header_fields.or(Some(HEADER_FIELDS)), 431, "too_many_headers", too_large, "header");
    within(query.len(), limits.query_bytes, 400, "query_too_long", "The query is too long", "query");
    if limits.query_parameters.is_some() && !query.is_empty() {
        let count = query.split(['&', ';']).filter(|pair| !pair.is_empty()).count();
        let title = "There are too many query parameters";
        within(count, limits.query_parameters, 400, "too_many_parameters", title, "query");
    }
    if limits.cookies.is_some() {
        let values = request.headers.get_all("cookie");
        let count = values.flat_map(|value| value.split(|byte| *byte == b';')).filter(|pair| !pair.is_empty()).count();
        within(count, limits.cookies, 431, "too_many_cookies", "There are too many cookies", "header");
    }
    reasons
}
