//! HTTP/1.1 on the wire: heads, bodies, strict framing.
//!
//! Heads are parsed for their meaning but forwarded as the bytes they came as, so that order, case, spacing and
//! repetition of fields stay. The parser only finds places in the head; nothing is rebuilt but what must go.

pub(crate) mod body;
pub(crate) mod head;

pub(crate) use body::Framer;
pub(crate) use head::{Doubt, Head, HeadError, Refusal};
