//! The one word of an OCSP answer that counts here (RFC 6960): good, revoked, or neither.
//!
//! Signature and dates are not looked at: whoever sends a wrong answer with its own certificate harms itself alone.

use super::answer::Cut;
use super::facts::Staple;

/// One element of DER: its tag and its bytes.
#[derive(Clone, Copy)]
pub(super) struct Tlv<'a> {
    pub tag: u8,
    pub value: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// The first element.
    pub fn read(bytes: &'a [u8]) -> Option<Tlv<'a>> {
        let mut cut = Cut(bytes);
        let tag = cut.byte()?;
        let length = match cut.byte()? {
            short @ 0..=0x7f => usize::from(short),
            long @ 0x81..=0x83 => cut.number(usize::from(long & 0x7f))?,
            _ => return None,
        };
        let value = cut.take(length)?;
        Some(Tlv { tag, value, rest: cut.0 })
    }

    /// The element behind it.
    fn next(self) -> Option<Tlv<'a>> {
        Tlv::read(self.rest)
    }

    /// The first element in it.
    fn inner(self) -> Option<Tlv<'a>> {
        Tlv::read(self.value)
    }
}

/// What an answer says of the first certificate it speaks of.
pub(super) fn status(answer: &[u8]) -> Staple {
    match first_status(answer) {
        Some(0x80) => Staple::Good,
        Some(0xa1) => Staple::Revoked,
        _ => Staple::Unclear,
    }
}

/// The tag of `certStatus`.
fn first_status(answer: &[u8]) -> Option<u8> {
    let status = Tlv::read(answer)?.inner()?;
    if status.value != [0] {
        return None;
    }
    // responseBytes [0], its sequence: the type, then the answer in an octet string.
    let basic = status.next()?.inner()?.inner()?.next()?.inner()?;
    // tbsResponseData: perhaps a version [0], the responder [1] or [2], the time, the answers.
    let mut field = basic.inner()?.inner()?;
    if field.tag == 0xa0 {
        field = field.next()?;
    }
    let single = field.next()?.next()?.inner()?;
    Some(single.inner()?.next()?.tag)
}
