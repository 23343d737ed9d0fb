#![no_main]

#[path = "../src/guard.rs"]
#[allow(dead_code, reason = "each target uses one of them")]
mod guard;

libfuzzer_sys::fuzz_target!(|data: &[u8]| guard::decision(data));
