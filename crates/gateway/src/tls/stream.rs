//! A TLS connection that leaves nothing behind in its own buffers.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Encrypted bytes that the socket did not take wait inside of a TLS stream. This sends them on at whatever is done
/// next, so that nobody has to remember to flush.
#[derive(Debug)]
pub(crate) struct Secured<T> {
    inner: T,
    waits: bool,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Secured<T> {
    pub(crate) fn new(inner: T) -> Secured<T> {
        Secured { inner, waits: false }
    }

    fn send_on(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.waits {
            return Poll::Ready(Ok(()));
        }
        let flushed = Pin::new(&mut self.inner).poll_flush(cx);
        self.waits = !matches!(flushed, Poll::Ready(Ok(())));
        flushed
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncRead for Secured<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Poll::Ready(Err(error)) = this.send_on(cx) {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut this.inner).poll_read(cx, buf)
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Secured<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        // What waits goes first: it stays bounded.
        std::task::ready!(this.send_on(cx))?;
        let written = Pin::new(&mut this.inner).poll_write(cx, buf);
        if matches!(written, Poll::Ready(Ok(_))) {
            this.waits = true;
            // What is left here goes on later.
            let _ = this.send_on(cx)?;
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.waits = true;
        this.send_on(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}
