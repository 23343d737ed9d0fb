//! A stream of a client, in the shape of a client connection that sends one request.

use super::body::{Incoming, Outgoing};
use super::translate::{self, Written};
use crate::wire::{Framer, Head, head};
use bytes::{Bytes, BytesMut};
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Longest head of an answer.
const MAX_HEAD: usize = 256 * 1024;

enum Answer {
    /// Its head has not come yet, or not whole.
    Head(SendResponse<Bytes>, BytesMut),
    Body(Outgoing),
    Over,
}

/// One stream: reads as the request in HTTP/1.1, takes the answer in HTTP/1.1.
pub(super) struct FrontStream {
    request: Incoming,
    answer: Answer,
    /// For the framing of the answer.
    method: String,
    accept: Option<String>,
    /// The stream is a WebSocket now: its end is an end of the connection.
    tunnel: bool,
}

impl FrontStream {
    /// The stream of a request that could be written as HTTP/1.1.
    pub(super) fn new(
        written: Written,
        method: &http::Method,
        body: Option<RecvStream>,
        respond: SendResponse<Bytes>,
    ) -> FrontStream {
        let method = if written.accept.is_some() { "GET" } else { method.as_str() }.to_owned();
        let request = match body {
            Some(body) if written.empty => Incoming::unless_data(written.head, body),
            body => Incoming::new(written.head, body, written.form),
        };
        let answer = Answer::Head(respond, BytesMut::new());
        FrontStream { request, answer, method, accept: written.accept, tunnel: false }
    }

    /// The stream of a request that is refused: only an answer is to be written.
    pub(super) fn refused(method: &http::Method, respond: SendResponse<Bytes>) -> FrontStream {
        let request = Incoming::empty();
        let answer = Answer::Head(respond, BytesMut::new());
        FrontStream { request, answer, method: method.as_str().to_owned(), accept: None, tunnel: false }
    }

    /// Answers with the head in `buffer`; `buffer` is what was read of it.
    fn on_head(&mut self, raw: Bytes) -> io::Result<()> {
        let Answer::Head(respond, _) = &mut self.answer else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let invalid = |text: &'static str| io::Error::new(io::ErrorKind::InvalidData, text);
        let head = Head::response(raw, 1024).map_err(|_| invalid("the head of the answer cannot be read"))?;
        let accept = self.accept.as_deref();
        if head.status < 200 && head.status != 101 {
            let response = translate::read_response(&head, &Framer::Done, accept)?;
            return respond.send_informational(response).map_err(super::io_error);
        }
        let framer = if head.status == 101 {
            Framer::UntilClose
        } else {
            let framing = head.response_framing(&self.method);
            framing.map_err(|_| invalid("the body of the answer cannot be delimited"))?.0
        };
        let response = translate::read_response(&head, &framer, accept)?;
        let stream = respond.send_response(response, framer.is_done()).map_err(super::io_error)?;
        self.tunnel = head.status == 101;
        self.answer = if framer.is_done() { Answer::Over } else { Answer::Body(Outgoing::new(stream, framer)) };
        Ok(())
    }
}

impl AsyncRead for FrontStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if matches!(this.answer, Answer::Over) {
            // The connection ends with its one answer.
            return Poll::Ready(Ok(()));
        }
        if !this.request.is_over() {
            let before = buf.filled().len();
            ready!(this.request.poll_read(cx, buf))?;
            if buf.filled().len() > before || this.tunnel {
                return Poll::Ready(Ok(()));
            }
        }
        // The request has ended, which says nothing of the answer: only a reset does.
        let reset = match &mut this.answer {
            Answer::Head(respond, _) => respond.poll_reset(cx).map(drop),
            Answer::Body(outgoing) => outgoing.poll_reset(cx),
            Answer::Over => Poll::Pending,
        };
        match (reset, this.tunnel) {
            (_, true) => Poll::Ready(Ok(())),
            (Poll::Ready(()), false) => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            (Poll::Pending, false) => Poll::Pending,
        }
    }
}

impl AsyncWrite for FrontStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match &mut this.answer {
            Answer::Head(_, buffer) => {
                let before = buffer.len();
                let mut scanned = before;
                buffer.extend_from_slice(buf);
                match head::find_end(buffer, &mut scanned) {
                    Some(end) => {
                        let raw = buffer.split_to(end).freeze();
                        buffer.clear();
                        this.on_head(raw)?;
                        Poll::Ready(Ok(end - before))
                    }
                    None if buffer.len() > MAX_HEAD => Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
                    None => Poll::Ready(Ok(buf.len())),
                }
            }
            Answer::Body(outgoing) => {
                let taken = ready!(outgoing.poll_write(cx, buf));
                if outgoing.is_over() {
                    this.answer = Answer::Over;
                }
                Poll::Ready(taken)
            }
            Answer::Over => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match &mut this.answer {
            Answer::Head(respond, _) => respond.send_reset(Reason::INTERNAL_ERROR),
            Answer::Body(outgoing) => {
                let whole = outgoing.end();
                // A WebSocket may still be written to us after we have ended.
                if whole && this.tunnel {
                    return Poll::Ready(Ok(()));
                }
            }
            Answer::Over => {}
        }
        this.answer = Answer::Over;
        Poll::Ready(Ok(()))
    }
}
