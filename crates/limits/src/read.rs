//! Reading no more than was agreed.

use std::io::{self, Read};

/// More came than was agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("longer than {limit} bytes")]
pub struct TooLong {
    /// The bytes agreed.
    pub limit: u64,
}

/// A reader that fails with [`TooLong`] (kind `FileTooLarge`) as soon as more than its limit comes. Up to the
/// limit every byte is passed on.
#[derive(Debug)]
pub struct Capped<R> {
    inner: R,
    left: u64,
    limit: u64,
}

impl<R: Read> Capped<R> {
    /// Passes on at most `limit` bytes of `inner`.
    pub fn new(inner: R, limit: u64) -> Self {
        Capped { inner, left: limit, limit }
    }
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            // Only one byte more tells the end from too much.
            return match self.inner.read(&mut [0])? {
                0 => Ok(0),
                _ => Err(io::Error::new(io::ErrorKind::FileTooLarge, TooLong { limit: self.limit })),
            };
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}

/// Reads everything, or fails when it is more than `limit` bytes. Memory grows with what really comes.
pub fn read_to_end(reader: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    Capped::new(reader, limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::read_to_end;

    #[test]
    fn the_limit_itself_still_fits() {
        assert_eq!(read_to_end(&b"abc"[..], 3).unwrap(), b"abc");
        let error = read_to_end(&b"abcd"[..], 3).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::FileTooLarge);
        assert_eq!(error.to_string(), "longer than 3 bytes");
        assert!(read_to_end(std::io::repeat(0), 1 << 16).is_err());
    }
}
