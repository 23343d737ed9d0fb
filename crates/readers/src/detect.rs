//! Which kind of recording an input is.

use crate::access::is_access_log;
use crate::capture::is_capture;
use crate::flows::is_flows;
use crate::telemetry::is_telemetry;

/// The kinds of recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// HTTP Archive 1.2.
    Har,
    /// Our own exchanges, one a line.
    JsonLines,
    /// What APIClarity's plug-ins send, one object for each exchange.
    Telemetry,
    /// Flows of mitmproxy.
    Flows,
    /// A packet capture, pcap or pcapng.
    Capture,
    /// An access log of a server or proxy, as text or as one JSON object a line.
    AccessLog,
}

/// Tells the kind from the first bytes: our lines begin with their version, a HAR with its `log`, telemetry names
/// a destination, and of an access log one of the first lines can be read.
pub fn detect(head: &[u8]) -> Option<Kind> {
    if is_capture(head) {
        return Some(Kind::Capture);
    }
    if is_flows(head) {
        return Some(Kind::Flows);
    }
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let head = head.trim_ascii_start();
    let member = head.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    match member {
        Some(member) if member.starts_with(b"\"v\"") => Some(Kind::JsonLines),
        Some(member) if member.starts_with(b"\"log\"") => Some(Kind::Har),
        _ if is_telemetry(head) => Some(Kind::Telemetry),
        _ if is_access_log(head) => Some(Kind::AccessLog),
        // Other members may come before `log`.
        Some(_) => Some(Kind::Har),
        None => None,
    }
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
