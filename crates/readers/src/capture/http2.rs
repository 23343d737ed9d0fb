//! A cleartext HTTP/2 connection (RFC 9113), both directions, as somebody sees it who only listens.
//!
//! Header blocks are compressed against all that came before (HPACK, RFC 7541), so a connection is read from its preface
//! on and up to the first byte that is missing.

use super::Micros;
use super::http1::{Seen, Start};
use fluke_hpack::Decoder;
use std::collections::BTreeMap;

/// What a client sends first (section 3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Longest frame, in bytes; longer ones need both sides to say so, and nobody does.
const MAX_FRAME: usize = 1 << 20;
/// Longest header block, and longest list of fields that it stands for.
const MAX_BLOCK: usize = 256 << 10;
/// Streams that are open at a time.
const MAX_STREAMS: usize = 1000;
/// Largest table of fields; a decoder takes a smaller one as it is told.
const MAX_TABLE: usize = 64 << 10;

/// Types of frames, and their flags.
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PUSH_PROMISE: u8 = 5;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;
const PRIORITY: u8 = 0x20;

/// What came out of some bytes.
pub(super) enum Event {
    /// A request and its answer are complete.
    Pair(Box<Seen>, Box<Seen>),
    /// A request was given up.
    Reset,
    /// The bytes are no HTTP/2, or what they refer to was not captured: nothing is read any more.
    Broken(&'static str),
    /// The client does not begin as one of HTTP/2 does.
    Stranger,
}

struct Side {
    /// Bytes of a frame that is not complete.
    frame: Vec<u8>,
    decoder: Decoder<'static>,
    /// A header block that goes on: its stream, whether the stream ends behind it, whether it is a promise.
    block: Option<(u32, bool, bool, Vec<u8>)>,
}

#[derive(Default)]
struct Stream {
    request: Option<Seen>,
    answer: Option<Seen>,
    asked: bool,
}

pub(super) struct Http2 {
    client: Side,
    /// What is left of the client's preface.
    preface: &'static [u8],
    server: Side,
    streams: BTreeMap<u32, Stream>,
    /// Bytes of a body that are kept.
    most: usize,
    broken: bool,
}

impl Http2 {
    pub(super) fn new(most: usize) -> Self {
        let side = || {
            let mut decoder = Decoder::new();
            decoder.set_max_allowed_table_size(MAX_TABLE);
            Side { frame: Vec::new(), decoder, block: None }
        };
        Http2 { client: side(), preface: PREFACE, server: side(), streams: BTreeMap::new(), most, broken: false }
    }

    /// A connection that began as HTTP/1: the request that asked for it is the first stream's (RFC 7540, section 3.2).
    pub(super) fn upgraded(most: usize, mut request: Seen) -> Self {
        let of_the_upgrade = ["upgrade", "http2-settings", "connection"];
        request.fields.retain(|(name, _)| !of_the_upgrade.iter().any(|own| name.eq_ignore_ascii_case(own)));
        let mut http2 = Http2::new(most);
        http2.streams.insert(1, Stream { request: Some(request), answer: None, asked: true });
        http2
    }

    /// Bytes that are held.
    pub(super) fn held(&self) -> usize {
        let bodies = self.streams.values().flat_map(|stream| [&stream.request, &stream.answer]).flatten();
        bodies.map(|seen| seen.body.len()).sum::<usize>() + self.client.frame.len() + self.server.frame.len()
    }

    /// Requests that have no answer yet.
    pub(super) fn open(&self) -> usize {
        self.streams.len()
    }

    /// Takes bytes of one side that follow on those before; the client's begin with its preface.
    pub(super) fn take(&mut self, client: bool, mut bytes: &[u8], at: Micros, out: &mut Vec<Event>) {
        if client && !self.preface.is_empty() && !self.broken {
            let (own, rest) = bytes.split_at_checked(self.preface.len()).unwrap_or((bytes, &[]));
            let Some(left) = self.preface.strip_prefix(own) else {
                self.broken = true;
                out.push(Event::Stranger);
                return;
            };
            (self.preface, bytes) = (left, rest);
        }
        while !self.broken && !bytes.is_empty() {
            let side = if client { &mut self.client } else { &mut self.server };
            let have = side.frame.len();
            let wanted = match length(&side.frame) {
                Some(length) => 9 + length,
                None => 9,
            };
            let (own, rest) = bytes.split_at_checked(wanted - have).unwrap_or((bytes, &[]));
            side.frame.extend_from_slice(own);
            bytes = rest;
            let Some(length) = length(&side.frame) else { continue };
            if length > MAX_FRAME {
                self.fail("a frame of HTTP/2 that is too long", out);
            } else if side.frame.len() == 9 + length {
                let frame = std::mem::take(&mut side.frame);
                self.frame(client, &frame, at, out);
            }
        }
    }

    fn fail(&mut self, why: &'static str, out: &mut Vec<Event>) {
        self.broken = true;
        self.streams.clear();
        out.push(Event::Broken(why));
    }

    fn frame(&mut self, client: bool, frame: &[u8], at: Micros, out: &mut Vec<Event>) {
        let [_, _, _, kind, flags, a, b, c, d, payload @ ..] = frame else { return };
        let (kind, flags) = (*kind, *flags);
        let stream = u32::from_be_bytes([*a, *b, *c, *d]) & 0x7fff_ffff;
        let side = if client { &mut self.client } else { &mut self.server };
        if side.block.is_some() && kind != CONTINUATION {
            return self.fail("a header block of HTTP/2 that is broken off", out);
        }
        match kind {
            DATA => {
                let Some(bytes) = unpadded(payload, flags) else { return self.fail("padding of HTTP/2", out) };
                let Some(open) = self.streams.get_mut(&stream) else { return };
                let seen = if client { &mut open.request } else { &mut open.answer };
                if let Some(seen) = seen {
                    seen.keep(bytes, self.most, at);
                }
                if flags & END_STREAM != 0 {
                    self.ended(client, stream, out);
                }
            }
            HEADERS | PUSH_PROMISE => {
                let before = match kind {
                    HEADERS if flags & PRIORITY != 0 => 5,
                    HEADERS => 0,
                    _ => 4,
                };
                let block = unpadded(payload, flags).and_then(|bytes| bytes.get(before..));
                let Some(block) = block else { return self.fail("a header block of HTTP/2", out) };
                let ends = kind == HEADERS && flags & END_STREAM != 0;
                self.block((client, stream, ends, kind == PUSH_PROMISE), block.to_vec(), flags, at, out);
            }
            CONTINUATION => {
                let Some((own, ends, promise, mut block)) = side.block.take().filter(|block| block.0 == stream) else {
                    return self.fail("a header block of HTTP/2 without a beginning", out);
                };
                block.extend_from_slice(payload);
                self.block((client, own, ends, promise), block, flags, at, out);
            }
            RST_STREAM => {
                if let Some(stream) = self.streams.remove(&stream) {
                    // A server may answer and then tell that the rest of the request is not wanted (section 8.1).
                    match (stream.request, stream.answer) {
                        (Some(mut request), Some(answer)) if !client => {
                            request.cut |= !stream.asked;
                            out.push(Event::Pair(Box::new(request), Box::new(answer)));
                        }
                        _ => out.push(Event::Reset),
                    }
                }
            }
            _ => {}
        }
    }

    fn block(
        &mut self,
        (client, stream, ends, promise): (bool, u32, bool, bool),
        block: Vec<u8>,
        flags: u8,
        at: Micros,
        out: &mut Vec<Event>,
    ) {
        let side = if client { &mut self.client } else { &mut self.server };
        if block.len() > MAX_BLOCK {
            return self.fail("a header block of HTTP/2 that is too long", out);
        }
        if flags & END_HEADERS == 0 {
            side.block = Some((stream, ends, promise, block));
            return;
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut room = MAX_BLOCK;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let decoded = side.decoder.decode_with_cb(&block, |name, value| {
            // A few bytes may stand for many fields.
            let size = name.len() + value.len() + 32;
            room = room.saturating_sub(size);
            if room > 0 {
                fields.push((text(&name), text(&value)));
            }
        });
        if decoded.is_err() {
            return self.fail("a header block of HTTP/2 that refers to what was not captured", out);
        }
        // What a server promises nobody asked for.
        if !promise {
            self.head(client, stream, fields, at, out);
            if ends {
                self.ended(client, stream, out);
            }
        }
    }

    fn head(&mut self, client: bool, stream: u32, fields: Vec<(String, String)>, at: Micros, out: &mut Vec<Event>) {
        let (pseudo, fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(name, _)| name.starts_with(':'));
        let said = |name: &str| pseudo.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        if client {
            // Without a method these are trailers.
            let (Some(method), Some(target)) = (said(":method"), said(":path")) else { return };
            let mut fields = fields;
            if let Some(authority) = said(":authority")
                && !fields.iter().any(|(name, _)| name == "host")
            {
                fields.push(("host".to_owned(), authority));
            }
            if self.streams.len() >= MAX_STREAMS && self.streams.pop_first().is_some() {
                out.push(Event::Reset);
            }
            let request = Some(Seen::new(Start::Request { method, target }, fields, at, at));
            self.streams.insert(stream, Stream { request, ..Stream::default() });
        } else if let (Some(status), Some(open)) =
            (said(":status").and_then(|status| status.parse().ok()), self.streams.get_mut(&stream))
            && !(100..200).contains(&status)
            && open.answer.is_none()
        {
            open.answer = Some(Seen::new(Start::Response { status }, fields, at, at));
        }
    }

    /// One side has said everything on a stream.
    fn ended(&mut self, client: bool, stream: u32, out: &mut Vec<Event>) {
        let Some(open) = self.streams.get_mut(&stream) else { return };
        if client {
            open.asked = true;
            return;
        }
        let Some(Stream { request: Some(mut request), answer: Some(answer), asked }) = self.streams.remove(&stream)
        else {
            return;
        };
        // The server did not wait for the end of the request.
        request.cut |= !asked;
        out.push(Event::Pair(Box::new(request), Box::new(answer)));
    }
}

/// Whether bytes begin as a server of HTTP/2 does: with its settings.
pub(super) fn is_settings(bytes: &[u8]) -> bool {
    matches!(bytes, [0, high, low, SETTINGS, 0, 0, 0, 0, 0, ..] if u16::from_be_bytes([*high, *low]) % 6 == 0)
}

/// The length of a frame's payload, once it is there.
fn length(frame: &[u8]) -> Option<usize> {
    match frame {
        [a, b, c, _, _, _, _, _, _, ..] => Some(u32::from_be_bytes([0, *a, *b, *c]) as usize),
        _ => None,
    }
}

/// A payload without its padding.
fn unpadded(payload: &[u8], flags: u8) -> Option<&[u8]> {
    if flags & PADDED == 0 {
        return Some(payload);
    }
    let (padding, rest) = payload.split_first()?;
    rest.get(..rest.len().checked_sub(usize::from(*padding))?)
}
