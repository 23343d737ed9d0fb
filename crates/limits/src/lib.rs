//! Capped readers, decompressors, recursion and regex budgets.
//!
//! Whatever comes from outside passes through here before it can cost memory or time: these are the only
//! places that call the raw decompressors and compile foreign patterns.

mod budget;
mod decode;
mod pattern;
mod read;
mod stop;

pub use budget::{Depth, Steps};
pub use decode::{Coding, DecodeError, DecodeLimits, decode, decode_all};
pub use pattern::{GaveUp, Pattern, PatternError, PatternLimits};
pub use read::{Capped, TooLong, read_to_end};
pub use stop::Stop;
