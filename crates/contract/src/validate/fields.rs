//! Header fields that no contract needs to declare.

/// What any client, proxy or tracer may add, in lower case and in order: the IANA registry of HTTP field names, and
/// what browsers, proxies and tracing systems send besides.
#[rustfmt::skip]
const COMMON: &[&str] = &[
    "a-im", "accept", "accept-additions", "accept-ch", "accept-charset", "accept-datetime", "accept-encoding",
    "accept-features", "accept-language", "accept-patch", "accept-post", "accept-query", "accept-ranges",
    "accept-signature", "age", "allow", "alpn", "alt-svc", "alt-used", "alternates", "amp-cache-transform",
    "apply-to-redirect-ref", "authentication-control", "authentication-info", "authorization", "available-dictionary",
    "b3", "baggage", "c-ext", "c-man", "c-opt", "c-pep", "c-pep-info", "cache-control", "cache-group-invalidation",
    "cache-groups", "cache-status", "cal-managed-id", "caldav-timezones", "capsule-protocol", "cert-not-after",
    "cert-not-before", "clear-site-data", "client-cert", "client-cert-chain", "client-ip", "close",
    "concealed-auth-export", "configuration-context", "connection", "content-base", "content-digest",
    "content-disposition", "content-encoding", "content-id", "content-language", "content-length", "content-location",
    "content-md5", "content-range", "content-script-type", "content-security-policy",
    "content-security-policy-report-only", "content-style-type", "content-type", "content-version", "cookie",
    "cookie2", "cross-origin-embedder-policy", "cross-origin-embedder-policy-report-only",
    "cross-origin-opener-policy", "cross-origin-opener-policy-report-only", "cross-origin-resource-policy",
    "cta-common-access-token", "dasl", "date", "dav", "default-style", "delta-base", "deprecation", "depth",
    "derived-from", "destination", "detached-jws", "device-memory", "dictionary-id", "differential-id", "digest",
    "dnt", "downlink", "dpop", "dpop-nonce", "dpr", "early-data", "ect", "ediint-features", "etag", "expect",
    "expect-ct", "expires", "ext", "forwarded", "from", "getprofile", "hobareg", "host", "http2-settings", "if",
    "if-match", "if-modified-since", "if-none-match", "if-range", "if-schedule-tag-match", "if-unmodified-since",
    "im", "include-referred-token-binding-id", "incremental", "isolation", "keep-alive", "label", "last-event-id",
    "last-modified", "link", "link-template", "location", "lock-token", "man", "max-forwards", "memento-datetime",
    "meter", "method-check", "method-check-expires", "mime-version", "negotiate", "nel", "newrelic", "odata-entityid",
    "odata-isolation", "odata-maxversion", "odata-version", "opt", "optional-www-authenticate", "ordering-type",
    "origin", "origin-agent-cluster", "oscore", "oslc-core-version", "overwrite", "p3p", "pep", "pep-info",
    "permissions-policy", "pics-label", "ping-from", "ping-to", "position", "pragma", "prefer", "preference-applied",
    "priority", "profileobject", "protocol", "protocol-info", "protocol-query", "protocol-request",
    "proxy-authenticate", "proxy-authentication-info", "proxy-authorization", "proxy-connection", "proxy-features",
    "proxy-instruction", "proxy-status", "public", "public-key-pins", "public-key-pins-report-only", "purpose",
    "range", "redirect-ref", "referer", "referer-root", "referrer-policy", "refresh", "repeatability-client-id",
    "repeatability-first-sent", "repeatability-request-id", "repeatability-result", "replay-nonce",
    "reporting-endpoints", "repr-digest", "retry-after", "rtt", "safe", "save-data", "schedule-reply", "schedule-tag",
    "security-scheme", "sentry-trace", "server", "server-timing", "set-cookie", "set-cookie2", "set-txn",
    "setprofile", "signature", "signature-input", "slug", "soapaction", "status-uri", "strict-transport-security",
    "sunset", "surrogate-capability", "surrogate-control", "tcn", "te", "timeout", "timing-allow-origin", "topic",
    "traceparent", "tracestate", "trailer", "transfer-encoding", "true-client-ip", "ttl", "uber-trace-id", "upgrade",
    "upgrade-insecure-requests", "urgency", "uri", "use-as-dictionary", "user-agent", "variant-vary", "vary", "via",
    "viewport-width", "want-content-digest", "want-digest", "want-repr-digest", "warning", "width",
    "www-authenticate", "x-client-ip", "x-cluster-client-ip", "x-content-type-options", "x-correlation-id",
    "x-forwarded", "x-frame-options", "x-original-forwarded-for", "x-real-ip", "x-request-id", "x-request-start",
    "x-requested-with", "x-scheme",
];

/// Beginnings of such fields: of browsers, proxies, content delivery networks, clouds and tracing systems.
#[rustfmt::skip]
const COMMON_STARTS: &[&str] = &[
    "sec-", "access-control-", "x-forwarded-", "x-envoy-", "x-b3-", "x-ot-", "ot-tracer-", "x-datadog-", "x-amzn-",
    "x-amz-cf-", "x-cloud-trace-", "x-goog-", "x-appengine-", "x-azure-", "x-arr-", "x-akamai-", "akamai-",
    "x-vercel-", "cdn-", "cf-", "cloudfront-", "cmcd-", "cmsd-", "fastly-", "fly-",
];

/// True for a field that says nothing about the operation: it is standard, or of those who carry the request.
pub(super) fn is_common(name: &str) -> bool {
    let lower = || name.bytes().map(|byte| byte.to_ascii_lowercase());
    COMMON.binary_search_by(|known| known.bytes().cmp(lower())).is_ok()
        || COMMON_STARTS.iter().any(|start| {
            name.len() > start.len() && name.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_searched() {
        assert!(COMMON.is_sorted());
        assert!(COMMON.iter().all(|name| !name.bytes().any(|byte| byte.is_ascii_uppercase())));
    }

    #[test]
    fn the_fields_of_carriers_are_common_and_others_are_not() {
        for name in ["Accept", "HOST", "If-None-Match", "Sec-Fetch-Mode", "X-Forwarded-Proto", "CF-Ray", "b3", "Via"] {
            assert!(is_common(name), "{name}");
        }
        for name in ["X-Tenant", "Accepts", "sec-", "X-Admin", "Idempotency-Key", "X-Forwarde"] {
            assert!(!is_common(name), "{name}");
        }
    }
}
