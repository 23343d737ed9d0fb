//! Identity of a finding across runs.

use sha2::{Digest, Sha256};

/// Identity of a finding: rule, semantic place (pointer or operation) and the normalised value judged.
///
/// 128 bits of SHA-256 as 32 lower-case hexadecimal digits. Line and column take no part, so that a
/// finding keeps its identity when text moves.
pub fn fingerprint(rule: &str, place: &str, value: &str) -> String {
    let mut hash = Sha256::new();
    for part in [rule, place, value] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digits =
        |byte: u8| [byte >> 4, byte & 15].map(|digit| char::from(digit + if digit < 10 { b'0' } else { b'a' - 10 }));
    let mut text = String::with_capacity(32);
    for byte in hash.finalize().iter().take(16) {
        let [high, low] = digits(*byte);
        text.push(high);
        text.push(low);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(fingerprint("AB", "C", ""), fingerprint("A", "BC", ""));
        assert_eq!(fingerprint("A", "/p", "v"), fingerprint("A", "/p", "v"));
    }
}
