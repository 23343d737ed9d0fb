//! Traffic against contracts, both made here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod halves;
mod hosts;
mod library;
mod life;
mod planted;
mod shapes;
mod valid;
