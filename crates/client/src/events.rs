//! Server-sent events, as the WHATWG's HTML standard describes their stream.

use crate::Error;
use crate::connect::reason;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde::de::DeserializeOwned;
use std::collections::VecDeque;
use std::time::Duration;

/// Bytes of one event.
const EVENT: usize = 4 << 20;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// Its type; `message` where the server names none.
    pub event: String,
    /// Its lines of data, joined.
    pub data: String,
    /// The last id that the server gave: what `Last-Event-ID` would ask to go on from.
    pub id: String,
}

impl Event {
    /// The data as JSON.
    ///
    /// # Errors
    /// When it is something else.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.data)
    }
}

/// Events as they come.
#[derive(Debug)]
pub struct Events {
    server: String,
    body: Incoming,
    silence: Duration,
    reader: Reader,
}

impl Events {
    pub(crate) fn new(server: String, body: Incoming, silence: Duration) -> Events {
        Events { server, body, silence, reader: Reader::default() }
    }

    /// The next event; nothing when the server has ended the stream. Dropping the future loses no event.
    ///
    /// # Errors
    /// [`Error::TimedOut`] when nothing came for too long, not even a comment; see [`Error`] for the rest.
    pub async fn next(&mut self) -> Result<Option<Event>, Error> {
        loop {
            if let Some(event) = self.reader.ready.pop_front() {
                return Ok(Some(event));
            }
            let frame = tokio::time::timeout(self.silence, self.body.frame()).await;
            let frame = frame.map_err(|_| Error::TimedOut { server: self.server.clone(), after: self.silence })?;
            let Some(frame) = frame else { return Ok(None) };
            let frame =
                frame.map_err(|error| Error::Unreachable { server: self.server.clone(), reason: reason(&error) })?;
            if let Some(bytes) = frame.data_ref()
                && !self.reader.take(bytes)
            {
                return Err(Error::TooLarge { server: self.server.clone(), most: EVENT });
            }
        }
    }
}

/// Bytes into events.
#[derive(Debug, Default)]
struct Reader {
    line: Vec<u8>,
    /// The last byte was a CR, whose LF belongs to the same line end.
    after_cr: bool,
    begun: bool,
    event: Event,
    has_data: bool,
    ready: VecDeque<Event>,
}

impl Reader {
    /// Takes bytes as they come; false when an event grows too large.
    fn take(&mut self, bytes: &[u8]) -> bool {
        for &byte in bytes {
            let joined = std::mem::replace(&mut self.after_cr, byte == b'\r') && byte == b'\n';
            match byte {
                b'\n' if joined => {}
                b'\n' | b'\r' => self.end_line(),
                byte => self.line.push(byte),
            }
            if self.line.len() + self.event.data.len() > EVENT {
                return false;
            }
        }
        true
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let mut line = String::from_utf8_lossy(&line);
        if !std::mem::replace(&mut self.begun, true)
            && let Some(rest) = line.strip_prefix('\u{FEFF}')
        {
            line = rest.to_owned().into();
        }
        if line.is_empty() {
            self.end_event();
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.event.event = value.to_owned(),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "id" if !value.contains('\0') => self.event.id = value.to_owned(),
            // A comment (no field name), a time to reconnect, or what this version does not know.
            _ => {}
        }
    }

    fn end_event(&mut self) {
        let id = self.event.id.clone();
        let mut event = std::mem::replace(&mut self.event, Event { id, ..Event::default() });
        if std::mem::take(&mut self.has_data) {
            if event.event.is_empty() {
                event.event.push_str("message");
            }
            self.ready.push_back(event);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(parts: &[&[u8]]) -> Vec<(String, String, String)> {
        let mut reader = Reader::default();
        assert!(parts.iter().all(|part| reader.take(part)));
        reader.ready.into_iter().map(|event| (event.event, event.data, event.id)).collect()
    }

    fn event(event: &str, data: &str, id: &str) -> (String, String, String) {
        (event.to_owned(), data.to_owned(), id.to_owned())
    }

    #[test]
    fn events_end_at_an_empty_line() {
        let stream = b"\xEF\xBB\xBF: hello\nevent: job\ndata: {\"a\":1}\nid: 7\n\ndata\n\ndata:a\r\ndata:  b\r\n\r\nevent: lost\n\nretry: 5\ndata: open";
        assert_eq!(
            read(&[stream]),
            [event("job", "{\"a\":1}", "7"), event("message", "", "7"), event("message", "a\n b", "7")]
        );
    }

    #[test]
    fn an_event_without_end_is_refused() {
        let mut reader = Reader::default();
        assert!(!reader.take(&vec![b'a'; EVENT + 1]));
        let mut reader = Reader::default();
        assert!(!reader.take(&b"data: aaaaaaaa\n".repeat(EVENT / 8)));
    }

    proptest! {
        /// Where the bytes are parted does not matter, and no bytes are too odd.
        #[test]
        fn parts_do_not_matter(bytes in proptest::collection::vec(prop_oneof![
            Just(b'\r'), Just(b'\n'), Just(b':'), Just(b'd'), any::<u8>()], 0..200), at in 0usize..200) {
            let at = at.min(bytes.len());
            prop_assert_eq!(read(&[&bytes]), read(&[&bytes[..at], &bytes[at..]]));
        }
    }
}
