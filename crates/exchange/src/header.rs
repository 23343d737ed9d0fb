//! Header fields that every client and server sends.

/// Longest name that is looked up, in bytes.
const LONGEST: usize = 40;

/// Request headers of the protocol, in order.
const PROTOCOL: [&str; 48] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "dnt",
    "expect",
    "forwarded",
    "from",
    "host",
    "http2-settings",
    "if-modified-since",
    "if-unmodified-since",
    "keep-alive",
    "max-forwards",
    "origin",
    "pragma",
    "priority",
    "proxy-authorization",
    "proxy-connection",
    "purpose",
    "range",
    "referer",
    "save-data",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "upgrade-insecure-requests",
    "user-agent",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-real-ip",
    "x-request-start",
    "x-requested-with",
];

/// What answers carry besides and is never a credential, in order.
const ANSWERS: [&str; 27] = [
    "accept-ranges",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "age",
    "allow",
    "alt-svc",
    "content-disposition",
    "content-range",
    "content-security-policy",
    "etag",
    "expires",
    "last-modified",
    "link",
    "location",
    "retry-after",
    "server",
    "server-timing",
    "strict-transport-security",
    "vary",
    "x-content-type-options",
    "x-frame-options",
    "x-powered-by",
    "x-request-id",
];

/// Whether a request header belongs to the protocol, not to an API. The name is in lower case.
pub fn protocol_header(name: &str) -> bool {
    PROTOCOL.binary_search(&name).is_ok() || ["sec-", "x-b3-", "cf-"].iter().any(|family| name.starts_with(family))
}

/// Whether a header is known to hold no credential, whatever the case of its name: spares a look at what its words
/// promise.
pub(crate) fn harmless(name: &str) -> bool {
    let mut buffer = [0u8; LONGEST];
    let Some(lower) = buffer.get_mut(..name.len()) else { return false };
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    let Ok(lower) = std::str::from_utf8(lower) else { return false };
    let credential = matches!(lower, "authorization" | "proxy-authorization" | "cookie");
    !credential && (PROTOCOL.binary_search(&lower).is_ok() || ANSWERS.binary_search(&lower).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_in_order() {
        assert!(PROTOCOL.is_sorted() && ANSWERS.is_sorted());
    }

    #[test]
    fn harmless_names_promise_no_credential() {
        for name in ["Accept", "user-agent", "X-Request-Id", "ETag"] {
            assert!(harmless(name) && !palisade_sensitive::credential_name(name), "{name}");
        }
        for name in [
            "Authorization",
            "cookie",
            "x-api-key",
            "cf-access-token",
            "sec-token",
            "x-longer-than-any-name-that-is-looked-up",
        ] {
            assert!(!harmless(name), "{name}");
        }
    }
}
