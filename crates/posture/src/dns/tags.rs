//! Lists of `tag=value;`, as DKIM, DMARC, MTA-STS and TLS-RPT write them.

/// The tags in order, names in lower case, values trimmed. What has no `=` comes with an empty name.
///
/// Source: RFC 6376 section 3.2; RFC 7489 section 6.4.
pub(super) fn tags(record: &str) -> impl Iterator<Item = (String, &str)> {
    record.split(';').map(str::trim).filter(|part| !part.is_empty()).map(|part| match part.split_once('=') {
        Some((tag, value)) => (tag.trim().to_ascii_lowercase(), value.trim()),
        None => (String::new(), part),
    })
}

/// Whether a record begins with this version tag, as the first of its tags must.
pub(super) fn is_version(record: &str, version: &str) -> bool {
    tags(record).next().is_some_and(|(tag, value)| tag == "v" && value == version)
}
