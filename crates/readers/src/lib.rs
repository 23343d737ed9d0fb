//! Recorded traffic into exchanges
