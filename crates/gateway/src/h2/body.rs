//! Bodies: the bytes of HTTP/1.1 on our side, DATA and trailers on the other.

use super::{LARGEST_WRITE, io_error, translate};
use crate::wire::Framer;
use crate::wire::body::BadChunk;
use bytes::{Buf, Bytes, BytesMut};
use h2::{Reason, RecvStream, SendStream};
use std::collections::VecDeque;
use std::io;
use std::task::{Context, Poll, ready};
use tokio::io::ReadBuf;

/// How what arrives is written for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is: the head says how long it is, or the end of the stream ends it.
    Plain,
    /// In chunks, trailers behind them.
    Chunked,
}

/// What the peer sends: a head that was translated already, then the body.
pub(super) struct Incoming {
    /// Waits to be read; at most a head, or one DATA frame with its chunk coding.
    pending: VecDeque<Bytes>,
    stream: Option<RecvStream>,
    form: Form,
    /// A head that is kept back until the stream has ended without data, as it says.
    late: Option<Bytes>,
}

impl Incoming {
    /// A message: `stream` is `None` when the head is all of it.
    pub(super) fn new(head: Vec<u8>, stream: Option<RecvStream>, form: Form) -> Incoming {
        Incoming { pending: VecDeque::from([Bytes::from(head)]), stream, form, late: None }
    }

    /// Nothing: there is no message yet.
    pub(super) fn empty() -> Incoming {
        Incoming { pending: VecDeque::new(), stream: None, form: Form::Plain, late: None }
    }

    /// A message that says it has no body although its stream goes on: nothing is seen of it before it has kept word.
    pub(super) fn unless_data(head: Vec<u8>, stream: RecvStream) -> Incoming {
        Incoming { stream: Some(stream), late: Some(Bytes::from(head)), ..Incoming::empty() }
    }

    /// Puts a further head before what follows.
    pub(super) fn push(&mut self, head: Vec<u8>) {
        self.pending.push_back(Bytes::from(head));
    }

    /// True when the peer has sent all and all was read.
    pub(super) fn is_over(&self) -> bool {
        self.stream.is_none() && self.pending.is_empty()
    }

    /// Fills `buf`; leaves it as it is at the end.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        loop {
            while let Some(front) = self.pending.front_mut() {
                let count = front.len().min(buf.remaining());
                buf.put_slice(front.get(..count).unwrap_or_default());
                front.advance(count);
                if !front.is_empty() {
                    return Poll::Ready(Ok(()));
                }
                self.pending.pop_front();
            }
            if buf.filled().len() > before {
                return Poll::Ready(Ok(()));
            }
            let Some(stream) = &mut self.stream else { return Poll::Ready(Ok(())) };
            match ready!(stream.poll_data(cx)) {
                Some(Ok(data)) => {
                    // Only one frame waits here: letting the peer send the next one costs a frame at most.
                    stream.flow_control().release_capacity(data.len()).map_err(io_error)?;
                    match self.form {
                        _ if data.is_empty() => {}
                        Form::Plain => self.pending.push_back(data),
                        Form::Chunked => {
                            self.pending.push_back(Bytes::from(format!("{:x}\r\n", data.len())));
                            self.pending.push_back(data);
                            self.pending.push_back(Bytes::from_static(b"\r\n"));
                        }
                    }
                }
                Some(Err(error)) => return Poll::Ready(Err(io_error(error))),
                None => {
                    let trailers = ready!(stream.poll_trailers(cx)).map_err(io_error)?;
                    self.stream = None;
                    self.pending.extend(self.late.take());
                    if self.form == Form::Chunked {
                        let mut end = b"0\r\n".to_vec();
                        if let Some(trailers) = &trailers {
                            translate::write_trailers(trailers, &mut end);
                        }
                        end.extend_from_slice(b"\r\n");
                        self.pending.push_back(Bytes::from(end));
                    }
                }
            }
        }
    }
}

/// Takes a body as HTTP/1.1 delimits it and sends it as DATA and trailers.
pub(super) struct Outgoing {
    stream: SendStream<Bytes>,
    framer: Framer,
    trailers: Vec<u8>,
    ended: bool,
}

impl Outgoing {
    pub(super) fn new(stream: SendStream<Bytes>, framer: Framer) -> Outgoing {
        Outgoing { stream, framer, trailers: Vec::new(), ended: false }
    }

    /// True when END_STREAM was sent.
    pub(super) fn is_over(&self) -> bool {
        self.ended
    }

    /// Takes some of `input`: not more than the peer's window has room for.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>, input: &[u8]) -> Poll<io::Result<usize>> {
        if self.ended {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let mut used = self.coding(input)?;
        let first = self.data_in(input, used);
        let mut data = BytesMut::new();
        if first > 0 {
            self.stream.reserve_capacity(first);
            let mut room = match self.room(cx) {
                Poll::Ready(room) => room?.min(first),
                Poll::Pending if used > 0 => return Poll::Ready(Ok(used)),
                Poll::Pending => return Poll::Pending,
            };
            while room > 0 {
                let count = self.data_in(input, used).min(room);
                let part = input.get(used..used + count).unwrap_or_default();
                if part.is_empty() {
                    break;
                }
                used += self.framer.advance(part, |bytes| data.extend_from_slice(bytes)).map_err(bad_chunk)?;
                room -= part.len();
                used += self.coding(input.get(used..).unwrap_or_default())?;
            }
        }
        let done = self.framer.is_done();
        let ends_here = done && !has_fields(&self.trailers);
        if !data.is_empty() || ends_here {
            self.stream.send_data(data.freeze(), ends_here).map_err(io_error)?;
        }
        if done && !ends_here {
            let trailers = translate::read_trailers(&self.trailers)?;
            self.stream.send_trailers(trailers).map_err(io_error)?;
        }
        self.ended = done;
        Poll::Ready(Ok(used))
    }

    /// The body ends: `true` when that is how it was to end, else the stream is reset.
    pub(super) fn end(&mut self) -> bool {
        if self.ended {
            return true;
        }
        self.ended = true;
        if self.framer == Framer::UntilClose {
            return self.stream.send_data(Bytes::new(), true).is_ok();
        }
        self.stream.send_reset(Reason::INTERNAL_ERROR);
        false
    }

    /// Ready when the peer has given the stream up.
    pub(super) fn poll_reset(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.stream.poll_reset(cx).map(drop)
    }

    /// Takes what is coding and not data off the front; keeps the trailers.
    fn coding(&mut self, input: &[u8]) -> io::Result<usize> {
        let mut used = 0;
        while let Some(byte) = input.get(used).filter(|_| self.framer.data_left() == 0 && !self.framer.is_done()) {
            if self.framer.in_trailers() {
                self.trailers.push(*byte);
            }
            used += self.framer.advance(&[*byte], |_| {}).map_err(bad_chunk)?;
        }
        Ok(used)
    }

    /// How many of the bytes at `from` are data, up to what is sent at once.
    fn data_in(&self, input: &[u8], from: usize) -> usize {
        let there = input.len().saturating_sub(from).min(LARGEST_WRITE);
        usize::try_from(self.framer.data_left()).unwrap_or(usize::MAX).min(there)
    }

    fn room(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        loop {
            let capacity = self.stream.capacity();
            if capacity > 0 {
                return Poll::Ready(Ok(capacity));
            }
            match ready!(self.stream.poll_capacity(cx)) {
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Err(io_error(error))),
                None => return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            }
        }
    }
}

fn bad_chunk(bad: BadChunk) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, bad)
}

/// True when a trailer section is more than its empty line.
fn has_fields(trailers: &[u8]) -> bool {
    trailers.len() > 2
}
