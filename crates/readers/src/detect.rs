//! Which kind of recording an input is.

/// The kinds of recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// HTTP Archive 1.2.
    Har,
    /// Our own exchanges, one a line.
    JsonLines,
}

/// Tells the kind from the first bytes: our lines begin with their version, a HAR with its `log`.
pub fn detect(head: &[u8]) -> Option<Kind> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let head = head.trim_ascii_start();
    let rest = head.strip_prefix(b"{")?.trim_ascii_start();
    if rest.starts_with(b"\"v\"") { Some(Kind::JsonLines) } else { Some(Kind::Har) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        assert_eq!(detect(b"\xef\xbb\xbf\n{ \"log\": {"), Some(Kind::Har));
        assert_eq!(detect(b"{\"v\":1,"), Some(Kind::JsonLines));
        assert_eq!(detect(b"[1]"), None);
        assert_eq!(detect(b""), None);
    }
}
